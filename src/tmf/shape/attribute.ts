/** What a table says of an attribute and of an object, and the short words the tables are written in. */
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LinkTarget, Version } from '../version.ts';

export interface Attribute {
  readonly is: 'text' | 'flag' | 'integer' | 'number' | 'date' | 'word' | 'object' | 'any';
  readonly many?: true;
  /** For words. */
  readonly words?: readonly string[];
  /** Words of ours beside those of the standard: accepted and kept, and shown as the word of the standard. */
  readonly own?: Readonly<Record<string, string>>;
  /** How v4 spells those words of v5 that it spells otherwise. */
  readonly words4?: Readonly<Record<string, string>>;
  /** For objects; the value decides between a reference and a thing itself, in v4 by other signs than in what is kept. */
  readonly shape?: (value: JsonObject, version?: Version) => Shape;
  /** What `shape` decides between, where it decides: for descriptions alone. */
  readonly cases?: (version: Version) => readonly Case[];
  /** v4 does not have it and does not see it. */
  readonly since5?: true;
  /** In v4 any text will do. */
  readonly free4?: true;
  /** Bounds of a number, both within. */
  readonly from?: number;
  readonly to?: number;
  /** So many elements at least. */
  readonly least?: number;
  /** What v4 calls it, where that is otherwise. */
  readonly name4?: string;
  /** v4 has one of it, v5 an array. */
  readonly one4?: true;
  /** Kept as a list by some and as a word by others; shown as the word. */
  readonly oneWord?: true;
}

/** A shape, and the values that have it, as a JSON Schema. */
export interface Case {
  readonly when: JsonObject;
  readonly shape: Shape;
}

export interface Shape {
  /** The default of `@type` in v5; undefined where the standard has no `@type`. */
  readonly type?: (value: JsonObject) => string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly mandatory: readonly string[];
  readonly mandatory4: readonly string[];
  /** The attribute whose members v4 has beside the others instead of below it. */
  readonly flat?: string;
  /**
   * What names one of several, best first: each the attributes, or `/`-separated ways into it, that do so together. An
   * array of it is a set by these.
   */
  readonly keys?: Keys;
  /** What it is a reference to. */
  readonly refersTo?: LinkTarget;
  /** A reference: in v4 its `@type` often names the thing referred to. */
  readonly reference?: true;
  /** A thing of another API, whose further attributes no table here knows. */
  readonly open?: true;
  /** A characteristic: `@type` follows the value. */
  readonly characteristic?: true;
  /** A service or resource itself. */
  readonly entity?: InstanceType;
}

/** Candidate keys, best first. */
export type Keys = readonly (readonly string[])[];

/** What a table says of a name; names such as `constructor` are in none. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

export const text: Attribute = { is: 'text' };
export const flag: Attribute = { is: 'flag' };
export const integer: Attribute = { is: 'integer' };
export const number: Attribute = { is: 'number' };
export const date: Attribute = { is: 'date' };
export const any: Attribute = { is: 'any' };
export const oneOf = (...words: string[]): Attribute => ({ is: 'word', words });
export const an = (shape: (value: JsonObject, version?: Version) => Shape, cases?: Attribute['cases']): Attribute =>
  cases ? { is: 'object', shape, cases } : { is: 'object', shape };
/** The cases of a choice by one condition. */
export const either =
  (when: (version: Version) => JsonObject, shape: () => Shape, other: () => Shape) =>
  (version: Version): readonly Case[] => [
    { when: when(version), shape: shape() },
    { when: { not: when(version) }, shape: other() },
  ];
/** One shape for every value, made when it is first needed: some are declared further down, some contain themselves. */
export const a = (make: () => Shape): Attribute => {
  let made: Shape | undefined;
  return an(() => {
    made ??= make();
    return made;
  });
};
export const many = (attribute: Attribute): Attribute => ({ ...attribute, many: true });
export const since5 = (attribute: Attribute): Attribute => ({ ...attribute, since5: true });

export const extensible = { '@type': text, '@baseType': text, '@schemaLocation': text };

const byId: Keys = [['id'], ['name']];

export const reference = (type: string, more: Partial<Shape> = {}): Shape => ({
  type: () => type,
  mandatory: ['id'],
  mandatory4: ['id'],
  keys: byId,
  reference: true,
  ...more,
  attributes: { id: text, href: text, name: text, '@referredType': text, ...extensible, ...more.attributes },
});

export const named = (
  type: string,
  attributes: Record<string, Attribute>,
  mandatory: string[],
  mandatory4: string[],
  keys?: Keys,
): Shape => ({
  type: () => type,
  attributes: { ...attributes, ...extensible },
  mandatory,
  mandatory4,
  ...(keys ? { keys } : {}),
});

export const timePeriod: Shape = {
  attributes: { startDateTime: date, endDateTime: date },
  mandatory: [],
  mandatory4: [],
};
