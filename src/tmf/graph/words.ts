/** Diffo's words for the attributes of TMF, and a source said in them and heard again. */
import { canonical, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { moment, type Properties, type Property } from './properties.ts';

/** Diffo's word for an attribute and its value; undefined where it has none, then it stands beside. */
interface Word {
  readonly property: string;
  to(value: Json): Property | undefined;
  from(value: Property): Json | undefined;
}

export const isText = (value: Json): value is string => typeof value === 'string' && value.isWellFormed();
export const plain = (name: string): Word => ({
  property: name,
  to: value => (isText(value) ? value : undefined),
  from: value => (typeof value === 'string' ? value : undefined),
});
export const flag = (name: string): Word => ({
  property: name,
  to: value => (typeof value === 'boolean' ? value : undefined),
  from: value => (typeof value === 'boolean' ? value : undefined),
});
export const spelt = (name: string, words: Readonly<Record<string, string>>): Word => ({
  property: name,
  to: value => (isText(value) ? (words[value] ?? value) : undefined),
  from: value => Object.entries(words).find(([, inGraph]) => inGraph === value)?.[0] ?? plain(name).from(value),
});
/** A moment of a day of our time; others, and texts that say the same moment otherwise, stand beside. */
export const moments = (name: string): Word => ({
  property: name,
  to: value => {
    if (typeof value !== 'string') return undefined;
    const at = Date.parse(value);
    return /^\d{4}-\d\d-\d\dT/.test(value) && at >= 0 ? moment(at) : undefined;
  },
  from: value =>
    typeof value === 'object' && 'dateTime' in value ? new Date(value.dateTime).toISOString() : undefined,
});
export const json = (name: string): Word => ({
  property: name,
  to: value => (isObject(value) ? canonical(value) : undefined),
  from: value => (typeof value === 'string' ? (JSON.parse(value) as Json) : undefined),
});

export type Words = ReadonlyMap<string, Word>;

export function said(source: JsonObject, words: Words): Properties {
  const properties: { [name: string]: Property } = {};
  for (const [attribute, word] of words) {
    const value = property(source, attribute);
    const found = value === undefined ? undefined : word.to(value);
    if (found !== undefined) properties[word.property] = found;
  }
  return properties;
}

export function heard(properties: Properties, words: Words): JsonObject {
  const source: { [name: string]: Json } = {};
  for (const [attribute, word] of words) {
    const value = properties[word.property];
    const found = value === undefined ? undefined : word.from(value);
    if (found !== undefined) source[attribute] = found;
  }
  return source;
}
