/**
 * Cases of Diffo's own outstanding library, written down in tagged Elixir values, turned into expectation JSON and run
 * through the engine.
 */

import { addDuration, parseDuration } from '../../src/core/expected/time.ts';
import { readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../src/core/json.ts';
import { isOutstanding, outstanding } from '../../src/core/outstanding.ts';
import { noKeyedArrays } from '../../src/core/path.ts';

export interface Vector {
  readonly id: string;
  readonly assert: 'result' | 'nothing' | 'something';
  readonly expected: Json;
  readonly actual: Json;
  readonly outstanding: Json;
  readonly port: 'json' | 'mapped' | 'elixir';
  readonly group: string;
  readonly label?: string;
}

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'skipped'; readonly why: string };

/** Every line is judged at this moment, well away from midnight, where clock times wrap. */
const now = Date.UTC(2026, 0, 15, 12, 34, 56);

export function runVector(line: string): Outcome {
  try {
    const vector = JSON.parse(line) as Vector;
    if (vector.port === 'elixir') return { kind: 'skipped', why: whyNotPortable(line) };
    return judgeVector(vector);
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

function judgeVector(vector: Vector): Outcome {
  const expected = readExpected(expectation(vector.expected), { keyed: noKeyedArrays, lenient: true });
  const actual = value(vector.actual, vector.expected);
  const context = { now, keyed: noKeyedArrays, residual: 'names' } as const;
  const rest = customized(vector.expected, outstanding(expected, actual, context));
  const failed = (why: string): Outcome => ({
    kind: 'failed',
    why: `${why}: ${JSON.stringify(expected.source)} against ${JSON.stringify(actual)} gave ${JSON.stringify(rest)}`,
  });
  if (isOutstanding(expected, actual, context) !== (rest !== undefined)) return failed('the two questions disagree');
  switch (vector.assert) {
    case 'nothing':
      return rest === undefined ? { kind: 'passed' } : failed('nothing should be outstanding');
    case 'something':
      return rest !== undefined ? { kind: 'passed' } : failed('something should be outstanding');
    case 'result': {
      const wanted =
        vector.outstanding === null
          ? undefined
          : customized(vector.outstanding, expectation(vector.outstanding, vector.expected));
      return sameJson(rest, wanted) || rest === wanted ? { kind: 'passed' } : failed(`not ${JSON.stringify(wanted)}`);
    }
    default:
      return failed(`unknown assert ${JSON.stringify(vector.assert)}`);
  }
}

const notPortable: readonly (readonly [RegExp, string])[] = [
  [/"\$tuple"|any_tuple/, 'JSON has no tuples'],
  [/explicit_nil/, 'the marker explicit_nil became $null, which no marker meets'],
  [/any_atom|non_nil_atom/, 'JSON has no atoms'],
  [/"\$atom":"no_value"/, 'no_value is not a value of JSON'],
  [/"\$mapset"|map_set/, 'JSON has no sets: $set looks into an array, by deep equality'],
  [/any_range|"\$range"/, 'JSON has no ranges, and one number where Elixir has integers and floats'],
  [/"\$float"|any_float/, 'JSON has one number where Elixir has integers and floats'],
  [/any_date|any_time|any_naive|any_duration/, 'in JSON dates, times and durations are text'],
  [/"\$regex"/, 'a pattern is never met by nil'],
  [/any_bitstring|"\$atom"/, 'JSON has text where Elixir has strings and atoms'],
];

function whyNotPortable(line: string): string {
  const why = notPortable.find(([pattern]) => pattern.test(line))?.[1];
  return why ?? 'behaviour that expectation JSON leaves behind on purpose';
}

/** The tag of a tagged value and what it holds. */
function tag(tagged: Json): readonly [string, Json] | undefined {
  if (!isObject(tagged)) return undefined;
  const name = Object.keys(tagged).find(key => key.startsWith('$'));
  return name === undefined ? undefined : [name, tagged[name] ?? null];
}

/** Elixir's functions of one argument, as operators. */
const operatorOf: Record<string, Json> = {
  any_bitstring: { $type: 'string' },
  any_atom: { $type: 'string' },
  non_nil_atom: { $type: 'string' },
  any_boolean: { $type: 'boolean' },
  any_integer: { $type: 'integer' },
  any_number: { $type: 'number' },
  any_float: { $type: 'number' },
  any_list: { $type: 'array' },
  any_map_set: { $type: 'array' },
  any_map: { $type: 'object' },
  any_date: { $format: 'date' },
  any_date_time: { $format: 'date-time' },
  any_naive_date_time: { $format: 'local-date-time' },
  any_time: { $format: 'time' },
  any_duration: { $format: 'duration' },
  empty_list: { $empty: 'array' },
  empty_map_set: { $empty: 'array' },
  empty_map: { $empty: 'object' },
  non_empty_list: { $nonEmpty: 'array' },
  non_empty_map_set: { $nonEmpty: 'array' },
  non_empty_map: { $nonEmpty: 'object' },
  non_empty_keyword: { $nonEmpty: 'object' },
  expect_uuid4: { $format: 'uuid4' },
  expect_trailing_uuid4: { $format: 'ends-with-uuid4' },
  current_date: { $same: { $today: 'P0D' } },
  future_date: { $gt: { $today: 'P0D' } },
  past_date: { $lt: { $today: 'P0D' } },
  ...clockOperators('date_time'),
  ...clockOperators('naive_date_time'),
  ...clockOperators('time'),
};

function clockOperators(type: string): Record<string, Json> {
  const minute = { $duration: 'PT1M' };
  return {
    [`current_${type}`]: { $within: { of: { $now: 'PT0S' }, tolerance: minute } },
    [`future_${type}`]: { $gt: { $now: 'PT0S' } },
    [`past_${type}`]: { $lt: { $now: 'PT0S' } },
  };
}

/** Where one operator stands for several functions, it answers with the name of the first. */
function nameOf(name: string): string {
  if (name === 'any_float') return 'any_number';
  if (name === 'any_atom' || name === 'non_nil_atom') return 'any_bitstring';
  if (name === 'any_map_set') return 'any_list';
  if (name === 'non_empty_keyword') return 'non_empty_map';
  if (name.endsWith('empty_map_set')) return name.replace('map_set', 'list');
  return name.replace(/^(current|future|past)_(naive_date_time|time)$/, '$1_date_time');
}

const operatorOfPair: Record<string, string> = {
  all_of: '$contains',
  any_of: '$anyOf',
  none_of: '$noneOf',
  one_of: '$oneOf',
  less_than: '$lt',
  greater_than: '$gt',
  bounded_by: '$between',
  unbounded_by: '$outside',
};

/**
 * A tagged value as expectation JSON. `against` is the expected value when this is the residual of it: there a function
 * may have turned into its name.
 */
function expectation(tagged: Json, against?: Json): Json {
  if (isArray(tagged)) return tagged.map((each, i) => expectation(each, isArray(against) ? against[i] : undefined));
  if (!isObject(tagged)) return tagged;
  const found = tag(tagged);
  if (!found) return mapOf(Object.entries(tagged), (each, key) => expectation(each, property(against, key)));
  const [name, held] = found;
  switch (name) {
    case '$atom':
      if (held === 'no_value') return { $absent: true };
      return property(against, '$fn') === undefined ? held : nameOf(String(held));
    case '$float':
      return held;
    case '$keyword':
      return mapOf(firstOfEach(held), (each, key) => expectation(each, keywordValue(against, key)));
    case '$mapset':
      return { $set: isArray(held) ? held.map(each => value(each)) : [] };
    case '$range':
      return { $range: held };
    case '$regex':
      return { $match: held };
    case '$fn':
      return functionOperator(String(held), property(tagged, 'args'));
    case '$struct':
      return structExpectation(String(held), property(tagged, 'fields') ?? {}, property(against, 'fields'));
    case '$tuple':
      throw new Error('JSON has no tuples');
    default:
      return { $same: operand(tagged) };
  }
}

function functionOperator(name: string, args: Json | undefined): Json {
  const of = operatorOfPair[name];
  if (of && isArray(args)) {
    if (name === 'less_than' || name === 'greater_than') return { [of]: operand(args[0] ?? null) };
    return { [of]: args.map(each => (name.endsWith('bounded_by') ? operand(each) : expectation(each))) };
  }
  return operatorOf[name] ?? { $fn: { name, ...(args === undefined ? {} : { args }) } };
}

function operand(tagged: Json): Json {
  const [name, held] = tag(tagged) ?? ['', null];
  switch (name) {
    case '$duration':
    case '$date':
    case '$time':
      return { [name]: held };
    case '$datetime':
      return { $instant: held };
    case '$naive':
      return { $local: held };
    case '$now': {
      const kinds: Record<string, string> = { datetime: '$instant', naive: '$local', date: '$date', time: '$time' };
      return { [kinds[String(held)] ?? '']: clockText(String(held), property(tagged, 'shift')) };
    }
    default:
      throw new Error(`no operand for ${JSON.stringify(tagged)}`);
  }
}

/** The clock reading, shifted, then cut to a type. */
function clockText(type: string, shift: Json | undefined): string {
  const duration = typeof shift === 'string' ? parseDuration(shift) : { months: 0, ms: 0 };
  if (!duration) throw new Error(`no duration: ${JSON.stringify(shift)}`);
  const text = new Date(addDuration(now, duration)).toISOString();
  if (type === 'date') return text.slice(0, 10);
  if (type === 'time') return text.slice(11, -1);
  return type === 'naive' ? text.slice(0, -1) : text;
}

/** A tagged value as the JSON of an actual; the expected value tells an empty keyword list from an empty list. */
function value(tagged: Json, against?: Json): Json {
  if (isArray(tagged)) {
    const keyword = property(against, '$keyword') !== undefined || property(against, '$fn') === 'non_empty_keyword';
    if (tagged.length === 0 && keyword) return {};
    return tagged.map((each, i) => value(each, isArray(against) ? against[i] : undefined));
  }
  // Foo has a rule of its own: an integer meets it as its value does.
  if (typeof tagged === 'number' && property(against, '$struct') === 'Foo') return { value: tagged };
  if (!isObject(tagged)) return tagged;
  const found = tag(tagged);
  if (!found) return mapOf(Object.entries(tagged), (each, key) => value(each, valueAt(against, key)));
  const [name, held] = found;
  switch (name) {
    case '$keyword':
      return mapOf(firstOfEach(held), (each, key) => value(each, keywordValue(against, key)));
    case '$mapset':
      return isArray(held) ? held.map(each => value(each)) : [];
    case '$now':
      return clockText(String(held), property(tagged, 'shift'));
    case '$struct':
      return structValue(String(held), property(tagged, 'fields') ?? {}, against);
    case '$tuple':
    case '$range':
    case '$regex':
    case '$fn':
      throw new Error(`JSON has no actual ${name}`);
    default:
      return held;
  }
}

function valueAt(against: Json | undefined, key: string): Json | undefined {
  return property(property(against, 'fields') ?? against, key);
}

function mapOf(entries: readonly (readonly [string, Json])[], of: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(entries.map(([key, each]) => [key, of(each, key)]));
}

/** Of a key that is there twice, the first counts. */
function firstOfEach(keyword: Json): (readonly [string, Json])[] {
  const pairs = new Map<string, Json>();
  for (const pair of isArray(keyword) ? keyword : []) {
    if (isArray(pair) && typeof pair[0] === 'string' && !pairs.has(pair[0])) pairs.set(pair[0], pair[1] ?? null);
  }
  return [...pairs];
}

function keywordValue(against: Json | undefined, key: string): Json | undefined {
  return firstOfEach(property(against, '$keyword') ?? []).find(([name]) => name === key)?.[1];
}

/** The fields that count, by struct; where a struct is not listed, all do. */
const fieldsOf: Record<string, readonly string[]> = {
  AB: ['a', 'b'],
  ExpectOnly: ['name', 'major_version', 'version'],
  WithCustomize: ['name', 'major_version', 'version'],
  Foo: ['value'],
  Service: ['specification', 'type', 'state', 'operating_status'],
  Resource: ['specification', 'type', 'lifecycle_state'],
  Specification: ['name', 'major_version'],
  Feature: ['name', 'isEnabled', 'characteristics'],
  Relationship: ['alias', 'type', 'target', 'characteristics'],
  Reference: ['id', 'href'],
  Party: ['id', 'name', 'referred_type', 'type'],
  PartyRef: ['party_id', 'name', 'role', 'referred_type', 'type'],
  Place: ['id', 'name', 'referred_type', 'type'],
  PlaceRef: ['role', 'place'],
  GeographicAddress: ['id', 'name', 'type'],
  GeographicSite: ['id', 'name', 'type'],
  GeographicLocation: ['id', 'name', 'type'],
  Organization: ['id', 'name', 'type'],
  Individual: ['id', 'name', 'type'],
  Entity: ['id', 'href', 'name', 'referred_type', 'type'],
  EntityRef: ['role', 'entity'],
  ExternalIdentifier: ['type', 'external_id', 'owner_id'],
  Note: ['text', 'note_id', 'author_id'],
  ProcessStatus: ['code', 'severity', 'message', 'parameterized_message', 'timestamp'],
  Event: ['type', 'created_at', 'instance_id', 'firing_type', 'firing_snapshot'],
};

/** Structs that are met by a struct of their own type only: their fields stand under the name of the type. */
const strictStructs: ReadonlySet<string> = new Set(['XYZ', 'ABC', 'AB']);

function structExpectation(name: string, fields: Json, against: Json | undefined): Json {
  if (name === 'Primitive') return mapOf(Object.entries(primitive(fields)), each => expectation(each));
  if (name === 'Union') return expectation(property(fields, 'value') ?? null, property(against, 'value'));
  const counted = mapOf(countedFields(name, fields), (each, key) => expectation(each, property(against, key)));
  return strictStructs.has(name) ? { [structKey(name)]: counted } : counted;
}

/** Nil expects nothing, so a field that is nil is left out. */
function countedFields(name: string, fields: Json): [string, Json][] {
  const entries = Object.entries(isObject(fields) ? fields : {}).filter(([, each]) => each !== null);
  if (name === 'Characteristic') {
    const held = property(fields, 'is_array') === true ? 'values' : 'value';
    return entries.filter(([key]) => key === 'name' || key === held);
  }
  const listed = fieldsOf[name];
  return listed ? entries.filter(([key]) => listed.includes(key)) : entries;
}

function structValue(name: string, fields: Json, against: Json | undefined): Json {
  if (name === 'Primitive') return mapOf(Object.entries(primitive(fields)), each => value(each));
  if (name === 'Union') return value(property(fields, 'value') ?? null, valueAt(against, 'value'));
  const all = mapOf(Object.entries(fields as JsonObject), (each, key) => value(each, valueAt(against, key)));
  return strictStructs.has(name) ? { ...all, [structKey(name)]: all } : all;
}

const structKey = (name: string): string => `struct ${name}`;

/** A tagged scalar: its type and the value that the field of that name holds. */
function primitive(fields: Json): JsonObject {
  const type = property(fields, 'type');
  const held = typeof type === 'string' ? property(fields, type) : undefined;
  return { ...(type === undefined ? {} : { type }), ...(held === undefined ? {} : { value: held }) };
}

/** What the struct's own `customize` does: the id of the expected is copied into what is outstanding. */
function customized(expected: Json, rest: Json | undefined): Json | undefined {
  const id = property(property(expected, 'fields'), 'id');
  if (property(expected, '$struct') !== 'WithCustomize' || !isObject(rest) || id === undefined) return rest;
  return { ...rest, id };
}
