/** The query of a list: attribute filters, `fields` and paging, as TMF630 part 1 has them. */
import { RE2JS } from 're2js';
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { instantOf } from './date.ts';
import { type Attribute, attributeOf, isAttribute, own, typesOf } from './shape.ts';
import type { Version } from './version.ts';

export type Operator = 'eq' | 'gt' | 'gte' | 'lt' | 'lte' | 'regex';

/** One condition: something at the path compares so with one of the values. */
export interface Condition {
  readonly path: readonly string[];
  readonly operator: Operator;
  readonly values: readonly string[];
  matches(leaf: Json): boolean;
}

export interface Query {
  /** All of these must hold; of each one condition. */
  readonly all: readonly (readonly Condition[])[];
  readonly fields: Projection | undefined;
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  /** What was asked for besides paging, as it was written, for links to other pages. */
  readonly rest: string;
}

/** Which attributes are shown; a nested projection selects inside objects and the elements of arrays. */
export type Projection = ReadonlyMap<string, Projection | undefined>;

const suffixes: Readonly<Record<string, Operator>> = {
  eq: 'eq',
  gt: 'gt',
  gte: 'gte',
  lt: 'lt',
  lte: 'lte',
  regex: 'regex',
};
const symbols: Readonly<Record<string, Operator>> = {
  '==': 'eq',
  '>=': 'gte',
  '<=': 'lte',
  '=~': 'regex',
  '*=': 'regex',
  '>': 'gt',
  '<': 'lt',
};

/** Standard parameters that are not served yet; ignoring them would answer another question. */
const unserved: ReadonlySet<string> = new Set(['sort', 'filter', 'before', 'after', 'depth', 'expand']);

/** Enough for any name in an inventory; longer patterns cost time to compile. */
const MAX_PATTERN_LENGTH = 256;

/** One address line holds no more; each pair is a walk over every entity. */
const MAX_PAIRS = 64;

const wholeList: Query = { all: [], fields: undefined, offset: undefined, limit: undefined, rest: '' };

/** Reads the text after the `?`. Throws `invalid` or `unsupported`. */
export function parseQuery(text: string, type: InstanceType, version: Version): Query {
  if (text === '') return wholeList;
  const groups = new Map<string, Condition[]>();
  const rest: string[] = [];
  const fields: string[] = [];
  let offset: number | undefined;
  let limit: number | undefined;
  const conjuncts = text.split('&').filter(part => part !== '');
  for (const [i, conjunct] of conjuncts.entries()) {
    const pairs = conjunct.split(';').filter(part => part !== '');
    if (conjuncts.length + pairs.length > MAX_PAIRS)
      throw new AgentError('invalid', 'The query has too many conditions');
    const [only] = pairs;
    const { name, value } = splitPair(only ?? '');
    if (pairs.length === 1 && name === 'offset') offset = wholeNumber('offset', value);
    else if (pairs.length === 1 && name === 'limit') limit = wholeNumber('limit', value);
    else {
      rest.push(conjunct);
      if (pairs.length === 1 && name === 'fields') {
        fields.push(value);
        continue;
      }
      const conditions = pairs.map(pair => condition(pair, type, version));
      const [first] = conditions;
      // The same parameter again is an alternative to the first.
      const key = pairs.length === 1 && first ? `${first.path.join('.')}\0${first.operator}` : String(i);
      groups.set(key, [...(groups.get(key) ?? []), ...conditions]);
    }
  }
  return {
    all: [...groups.values()],
    fields: fields.length === 0 ? undefined : parseFields(fields.join(',')),
    offset,
    limit,
    rest: rest.join('&'),
  };
}

function splitPair(pair: string): { readonly name: string; readonly value: string; readonly operator?: Operator } {
  const equals = pair.indexOf('=');
  if (equals < 0) {
    // The operator is in the name: `startDate%3E2026-01-01T00:00:00Z`.
    const [, name, symbol, value] = /^(.*?)(==|>=|<=|=~|\*=|>|<)(.*)$/s.exec(decode(pair)) ?? [];
    const operator = symbol === undefined ? undefined : own(symbols, symbol);
    return operator && name !== undefined && value !== undefined
      ? { name, value, operator }
      : { name: decode(pair), value: '' };
  }
  const name = decode(pair.slice(0, equals));
  const value = decode(pair.slice(equals + 1));
  const [, bare, symbol] = /^(.*?)(>|<|\*)$/s.exec(name) ?? [];
  if (bare === undefined || symbol === undefined) return { name, value };
  const operator = own(symbols, `${symbol}=`);
  return operator ? { name: bare, value, operator } : { name, value };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new AgentError('invalid', `The query is not well percent-encoded at "${text.slice(0, 60)}"`, { cause });
  }
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) {
    throw new AgentError('invalid', `${name} must be a whole number from 0; it is "${value.slice(0, 60)}"`);
  }
  return Number(value);
}

function condition(pair: string, type: InstanceType, version: Version): Condition {
  const { name, value, operator: written } = splitPair(pair);
  if (unserved.has(name)) {
    throw new AgentError('unsupported', `The parameter ${name} is not served here; leave it out`);
  }
  const path = name.split('.');
  const last = path.at(-1) ?? '';
  const suffix = written === undefined && path.length > 1 ? own(suffixes, last) : undefined;
  if (suffix) path.pop();
  if (path.some(part => part === '')) throw new AgentError('invalid', `"${name}" is not the name of an attribute`);
  const operator = written ?? suffix ?? 'eq';
  const values = operator === 'regex' ? [value] : splitValues(value);
  const attribute = attributeAt(type, version, path);
  const tests = values.map(each => comparison(path.join('.'), operator, each, attribute));
  return { path, operator, values, matches: leaf => tests.some(test => test(leaf)) };
}

/** A comma separates alternatives; a backslash before it makes it a plain comma. */
function splitValues(text: string): string[] {
  if (!text.includes(',')) return [text];
  return text.split(/(?<!\\),/).map(part => part.replaceAll('\\,', ','));
}

/** What the standard says of the attribute at a path, as far as one table tells. */
function attributeAt(type: InstanceType, version: Version, path: readonly string[]): Attribute | undefined {
  const [first = '', ...rest] = path;
  let attribute = attributeOf(type, first);
  for (const name of rest) {
    const shape = attribute?.shape?.({});
    const flat = version === 'v4' && shape?.flat !== undefined ? shape.attributes[shape.flat]?.shape?.({}) : undefined;
    attribute = shape && (own(shape.attributes, name) ?? (flat && own(flat.attributes, name)));
  }
  return attribute;
}

function comparison(
  name: string,
  operator: Operator,
  text: string,
  attribute: Attribute | undefined,
): (leaf: Json) => boolean {
  if (operator === 'regex') return pattern(name, text);
  const instant = instantOf(dateText(text));
  if (attribute?.is === 'date' && instant === undefined) {
    throw new AgentError('invalid', `${name} is a date: compare it with one such as 2026-01-31T12:00:00Z`);
  }
  if (attribute?.is === 'flag' && (operator !== 'eq' || !/^(true|false)$/.test(text))) {
    throw new AgentError('invalid', `${name} is true or false: it can only be compared with one of these`);
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if ((attribute?.is === 'integer' || attribute?.is === 'number') && Number.isNaN(number)) {
    throw new AgentError('invalid', `${name} is a number: compare it with one`);
  }
  return leaf => {
    if (typeof leaf === 'boolean') return operator === 'eq' && String(leaf) === text;
    if (typeof leaf === 'number') return holds(operator, leaf - number);
    if (typeof leaf !== 'string') return false;
    if (operator === 'eq' && leaf === text) return true;
    const at = instant === undefined ? undefined : instantOf(leaf);
    if (at !== undefined && instant !== undefined) return holds(operator, at - instant);
    return operator !== 'eq' && holds(operator, leaf < text ? -1 : leaf > text ? 1 : 0);
  };
}

/** In some clients' hands a date comes in quotes, or with its plus sign turned into a space. */
function dateText(text: string): string {
  const bare = /^"(.*)"$/s.exec(text)?.[1] ?? text;
  return bare.replace(/ (\d\d:\d\d)$/, '+$1');
}

function holds(operator: Operator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'gt':
      return difference > 0;
    case 'gte':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'lte':
      return difference <= 0;
    case 'regex':
      return false;
  }
}

function pattern(name: string, text: string): (leaf: Json) => boolean {
  if (text.length > MAX_PATTERN_LENGTH) {
    throw new AgentError('invalid', `The pattern for ${name} is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(text);
  } catch (cause) {
    throw new AgentError('invalid', `The pattern for ${name} is not in the syntax of RE2: ${text}`, { cause });
  }
  return leaf => (typeof leaf === 'string' || typeof leaf === 'number') && compiled.matcher(String(leaf)).find();
}

/** Whether an entity, as its version shows it, meets the conditions. */
export function meets(entity: JsonObject, { all }: Pick<Query, 'all'>, type: InstanceType): boolean {
  return all.every(group => group.some(each => meetsOne(entity, each, type)));
}

function meetsOne(entity: JsonObject, each: Condition, type: InstanceType): boolean {
  if (each.path[0] === '@type' && each.path.length === 1) {
    for (const one of typesOf(type, entity)) if (each.matches(one)) return true;
    return false;
  }
  return anyLeaf(entity, each.path, 0, each);
}

/** Whether something at the path matches; of arrays any element. */
export function anyLeaf(value: Json | undefined, path: readonly string[], depth: number, each: Condition): boolean {
  if (value === undefined) return false;
  if (isArray(value)) return value.some(element => anyLeaf(element, path, depth, each));
  const name = path[depth];
  if (name === undefined) return each.matches(value);
  return anyLeaf(property(value, name), path, depth + 1, each);
}

/** The names the conditions use that the standard does not know; an extension may have them. */
export function strangers({ all }: Pick<Query, 'all'>, type: InstanceType): readonly string[] {
  const names = all.flat().map(({ path }) => path[0] ?? '');
  return [...new Set(names)].filter(name => !isAttribute(type, name));
}

/** Reads the value of `fields`. */
export function parseFields(text: string): Projection {
  if (/[[\]$@(]/.test(text.replaceAll(/(^|[,.])@/g, ''))) {
    throw new AgentError('unsupported', 'fields takes names separated by commas; expressions are not served here');
  }
  const tree: Tree = new Map();
  for (const name of text.split(',').map(part => part.trim())) {
    if (name !== '' && name !== 'none') select(tree, name.split('.'));
  }
  return tree;
}

type Tree = Map<string, Tree | undefined>;

function select(tree: Tree, [first, ...rest]: readonly string[]): void {
  if (first === undefined || first === '') return;
  if (rest.length === 0) {
    tree.set(first, undefined);
  } else if (!tree.has(first)) {
    const inner: Tree = new Map();
    tree.set(first, inner);
    select(inner, rest);
  } else {
    const inner = tree.get(first);
    if (inner) select(inner, rest);
  }
}

const always: ReadonlySet<string> = new Set(['id', 'href', '@type', '@baseType', '@schemaLocation']);

/** The entity with the selected attributes only; what identifies it is always there. */
export function project(entity: JsonObject, fields: Projection | undefined): JsonObject {
  return fields === undefined ? entity : projectObject(entity, fields, always);
}

const alwaysInside: ReadonlySet<string> = new Set(['@type']);

function projectObject(value: JsonObject, fields: Projection, kept: ReadonlySet<string>): JsonObject {
  const result: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (!fields.has(name)) {
      if (kept.has(name)) result.push([name, member]);
      continue;
    }
    const inner = fields.get(name);
    result.push([name, inner === undefined ? member : projectInside(member, inner)]);
  }
  return Object.fromEntries(result);
}

function projectInside(value: Json, fields: Projection): Json {
  if (isArray(value)) return value.map(each => projectInside(each, fields));
  return isObject(value) ? projectObject(value, fields, alwaysInside) : value;
}

/** Links to the other pages (RFC 8288), all other parameters kept; undefined without a limit. */
export function pageLinks(
  address: string,
  { offset = 0, limit, rest }: Pick<Query, 'offset' | 'limit' | 'rest'>,
  total: number,
): string | undefined {
  if (limit === undefined || limit === 0) return undefined;
  const link = (rel: string, at: number): string =>
    `<${address}?${rest === '' ? '' : `${rest}&`}offset=${at}&limit=${limit}>; rel="${rel}"`;
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  const links = [link('self', offset), link('first', 0)];
  if (offset > 0) links.push(link('prev', Math.max(0, offset - limit)));
  if (offset + limit < total) links.push(link('next', offset + limit));
  links.push(link('last', last));
  return links.join(', ');
}
