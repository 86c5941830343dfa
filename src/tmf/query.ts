/** The query of a list as TMF630 has it: attribute filters, JSONPath, order, `fields` and paging. */
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { type Filter, parseFilter, selects } from './filter/filter.ts';
import type { Asked } from './query/attribute.ts';
import { anyLeaf, type Condition, decode, readCondition, reserved, splitPair } from './query/conditions.ts';
import { type Projection, parseFields } from './query/projection.ts';
import { parseSort, type SortKey } from './query/sort.ts';
import { isAttribute, typesOf } from './shape.ts';
import type { Version } from './version.ts';

export { anyLeaf, type Condition } from './query/conditions.ts';
export { pageLinks } from './query/pages.ts';
export { type Projection, parseFields, project } from './query/projection.ts';

/** What must hold of an entity for it to be listed. */
export interface Conditions {
  /** All of these; of each one condition. */
  readonly all: readonly (readonly Condition[])[];
  readonly filter?: Filter | undefined;
}

export interface Query extends Conditions {
  readonly sort: readonly SortKey[];
  readonly fields: Projection | undefined;
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  /** Cursors, as they were written; an empty `after` is the beginning. */
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** What was asked for besides paging, as it was written, for links to other pages. */
  readonly rest: string;
}

/** One address line holds no more; each pair is a walk over every entity. */
const MAX_PAIRS = 64;

/** Alternatives in all conditions together; each is compared with every value. */
const MAX_VALUES = 1_024;

/**
 * Reads the text after the `?`, for whoever serves all of it; attributes may be written with what they stand `below`.
 * Throws `invalid` or `unsupported`.
 */
export function readQuery(text: string, type: InstanceType, version: Version, below: readonly string[] = []): Query {
  const asked: Asked = { type, version, below };
  const said = new Map<string, string>();
  const groups = new Map<string, Condition[]>();
  const rest: string[] = [];
  const fields: string[] = [];
  let pairs = 0;
  let values = 0;
  for (const [i, conjunct] of conjunctsOf(text).entries()) {
    const { name, value } = splitPair(conjunct);
    if (name === 'fields') fields.push(value);
    else if (lone.has(name)) say(said, name, value);
    if (!paging.has(name)) rest.push(conjunct);
    if (name === 'fields' || lone.has(name)) continue;
    const alternatives = conjunct.split(';').filter(part => part !== '');
    const conditions = about(name, () => alternatives.map(pair => readCondition(pair, asked)));
    pairs += conditions.length;
    values += conditions.reduce((sum, each) => sum + each.values.length, 0);
    if (pairs > MAX_PAIRS || values > MAX_VALUES) {
      const most = `${MAX_PAIRS} conditions with ${MAX_VALUES} values in all`;
      throw new AgentError('invalid', `The query has more than ${most}; ask for less at once`, { parameter: name });
    }
    const [first] = conditions;
    // The same parameter again is an alternative to the first.
    const key = conditions.length === 1 && first ? `${first.path.join('.')}\0${first.operator}` : String(i);
    groups.set(key, [...(groups.get(key) ?? []), ...conditions]);
  }
  const filter = said.get('filter');
  const sort = said.get('sort');
  return withCursors({
    all: [...groups.values()],
    filter: filter === undefined ? undefined : about('filter', () => parseFilter(filter, asked)),
    sort: sort === undefined ? [] : about('sort', () => parseSort(sort)),
    fields: fields.length === 0 ? undefined : about('fields', () => parseFields(fields.join(','), asked)),
    offset: wholeNumber('offset', said.get('offset')),
    limit: wholeNumber('limit', said.get('limit')),
    after: said.get('after'),
    before: said.get('before'),
    rest: rest.join('&'),
  });
}

/** Tells which parameter it is that cannot be read. */
function about<T>(parameter: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AgentError) || error.parameter !== undefined) throw error;
    throw new AgentError(error.code, error.message, { parameter, cause: error });
  }
}

/** Parameters that say one thing, and of which `;` is no part. */
const lone: ReadonlySet<string> = new Set([...reserved].filter(name => !['fields', 'depth', 'expand'].includes(name)));
const paging: ReadonlySet<string> = new Set(['offset', 'limit', 'before', 'after']);

/** The same, for what serves neither order nor JSONPath nor cursors; ignoring them would answer another question. */
export function parseQuery(text: string, type: InstanceType, version: Version): Query {
  const query = readQuery(text, type, version);
  const { filter, sort, after, before } = query;
  const asked = { filter, sort: sort.length > 0 || undefined, after, before };
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined) {
      throw new AgentError('unsupported', `The parameter ${name} is not served here; leave it out`, {
        parameter: name,
      });
    }
  }
  return query;
}

/** The parts between ampersands; one that stands in a filter's brackets, as `&&` unencoded, is put together again. */
function conjunctsOf(text: string): string[] {
  const conjuncts: string[] = [];
  let brackets: Brackets = closed;
  for (const part of text.split('&')) {
    if (brackets.depth > 0) conjuncts.push(`${conjuncts.pop() ?? ''}%26${part}`);
    else if (part !== '') conjuncts.push(part);
    if (brackets.depth > 0 || /^(filter|fields)=/.test(part)) brackets = after(part, brackets);
  }
  return conjuncts;
}

/** How many brackets are open, and in which quotes the text stands. */
interface Brackets {
  readonly depth: number;
  readonly quote: string;
}

const closed: Brackets = { depth: 0, quote: '' };

/** What is escaped, and what opens or closes texts, patterns and brackets; encoded or not. */
const signs = /(?:\\|%5c)(?:%..|.)|['"/[\]]|%(?:27|22|2f|5b|5d)/gi;

function after(part: string, { depth, quote }: Brackets): Brackets {
  for (const [sign] of part.matchAll(signs)) {
    if (/^(\\|%5c)/i.test(sign)) continue;
    const plain = decode(sign);
    if (quote !== '') quote = plain === quote ? '' : quote;
    else if (plain === '[') depth++;
    else if (plain === ']') depth--;
    else quote = plain;
  }
  return { depth, quote };
}

function say(said: Map<string, string>, name: string, value: string): void {
  if (said.has(name)) throw new AgentError('invalid', `${name} can be said once only`, { parameter: name });
  said.set(name, value);
}

function withCursors(query: Query): Query {
  const { after, before, offset } = query;
  if (offset !== undefined && (after !== undefined || before !== undefined)) {
    throw new AgentError('invalid', 'offset counts from the beginning: say either offset or a cursor', {
      parameter: 'offset',
    });
  }
  return query;
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value !== undefined && !/^\d{1,15}$/.test(value)) {
    throw new AgentError('invalid', `${name} must be a whole number from 0; it is "${value.slice(0, 60)}"`, {
      parameter: name,
    });
  }
  return value === undefined ? undefined : Number(value);
}

/** Whether an entity, as its version shows it, meets the conditions. */
export function meets(entity: JsonObject, { all, filter }: Conditions, type: InstanceType): boolean {
  return all.every(group => group.some(each => meetsOne(entity, each, type))) && (!filter || selects(filter, entity));
}

function meetsOne(entity: JsonObject, each: Condition, type: InstanceType): boolean {
  if (each.path[0] === '@type' && each.path.length === 1) {
    for (const one of typesOf(type, entity)) if (each.matches(one)) return true;
    return false;
  }
  return anyLeaf(entity, each.path, 0, each);
}

/** The names the query uses that the standard does not know; an extension may have them. */
export function strangers(
  { all, filter, sort = [] }: Conditions & Partial<Pick<Query, 'sort'>>,
  type: InstanceType,
): readonly string[] {
  const names = [...all.flat(), ...sort].map(({ path }) => path[0] ?? '');
  return [...new Set([...names, ...(filter?.names ?? [])])].filter(name => !isAttribute(type, name));
}
