/** Reading: for every operator its argument's rules and the node it becomes. */
import { RE2JS } from 're2js';
import { AgentError } from '../errors.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { keyOf, keyPart, type Path } from '../path.ts';
import { functionOf } from './functions.ts';
import type { Choice, Compare, Comparison, FunctionRegistry, Node, OpenMap, Test } from './node.ts';
import { agree, measures, type Operand, readOperand } from './operand.ts';
import { parseDate, parseDuration, parseInstant, parseLocal, parseTime } from './time.ts';
import { together } from './together.ts';
import { unitOf } from './units.ts';

/** Where a node stands: in the text of the expectation, and in the documents it speaks of. */
export interface Place {
  readonly pointer: string;
  readonly path: Path;
  /** The last two segments of `path`. */
  readonly parent: string;
  readonly name: string;
}

/** What an operator needs to read the expectations inside its argument. */
export interface Reader {
  readonly functions: FunctionRegistry;
  readonly lenient: boolean;
  readonly unitOf: ((path: Path) => string | undefined) | undefined;
  /** Rules 1 to 6. */
  readonly node: (source: Json, place: Place) => Node;
  /** An open map whose keys are taken verbatim, and a value without operators. */
  readonly map: (source: JsonObject, place: Place) => OpenMap;
  readonly literal: (source: Json, place: Place) => Node;
  readonly keyed: (
    array: { source: Json; items: readonly Json[]; candidates: readonly (readonly string[])[]; pointer: string },
    operator: { by: readonly string[]; closed: boolean } | undefined,
    place: Place,
  ) => Node;
}

type ReadOperator = (argument: Json, source: JsonObject, place: Place, reader: Reader) => Node;

/** A pattern this long says what it wants in a way nobody can check. */
const PATTERN_LENGTH = 256;

const jsonTypes: Record<string, (actual: Json) => boolean> = {
  string: actual => typeof actual === 'string',
  number: actual => typeof actual === 'number',
  integer: actual => Number.isInteger(actual),
  boolean: actual => typeof actual === 'boolean',
  object: isObject,
  array: isArray,
};

const uuid4 = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$';
const [wholeUuid4, trailingUuid4] = [new RegExp(`^${uuid4}`), new RegExp(uuid4)];

const formats: Record<string, (text: string) => boolean> = {
  date: text => parseDate(text) !== undefined,
  'date-time': text => parseInstant(text) !== undefined,
  'local-date-time': text => parseLocal(text) !== undefined,
  time: text => parseTime(text) !== undefined,
  duration: text => parseDuration(text) !== undefined,
  uuid4: text => wholeUuid4.test(text),
  'ends-with-uuid4': text => trailingUuid4.test(text),
};

const sizes: Record<string, (actual: Json) => number | undefined> = {
  array: actual => (isArray(actual) ? actual.length : undefined),
  object: actual => (isObject(actual) ? Object.keys(actual).length : undefined),
};

export const operators: ReadonlyMap<string, ReadOperator> = new Map<string, ReadOperator>([
  ['$absent', flag('$absent', actual => (isNil(actual) ? undefined : 'present'))],
  ['$present', flag('$present', actual => (isNil(actual) ? 'missing' : undefined))],
  ['$null', flag('$null', actual => (actual === null ? undefined : actual === undefined ? 'missing' : 'present'))],
  [
    '$type',
    (argument, source, place) => {
      const is = oneOf(jsonTypes, '$type', argument, place);
      return test('$type', source, actual => (isNil(actual) ? 'missing' : is(actual) ? undefined : 'type'));
    },
  ],
  [
    '$format',
    (argument, source, place) => {
      const is = oneOf(formats, '$format', argument, place);
      return test('$format', source, actual => {
        if (isNil(actual)) return 'missing';
        if (typeof actual !== 'string') return 'type';
        return is(actual) ? undefined : 'format';
      });
    },
  ],
  ['$empty', sized('$empty', size => size === 0)],
  ['$nonEmpty', sized('$nonEmpty', size => size > 0)],
  ['$same', comparison('$same')],
  ['$lt', comparison('$lt')],
  ['$lte', comparison('$lte')],
  ['$gt', comparison('$gt')],
  ['$gte', comparison('$gte')],
  ['$between', pair('$between')],
  ['$outside', pair('$outside')],
  ['$within', readWithin],
  ['$range', readRange],
  ['$match', readMatch],
  ['$anyOf', choice('$anyOf')],
  ['$oneOf', choice('$oneOf')],
  ['$noneOf', choice('$noneOf')],
  [
    '$allOf',
    (argument, _source, place, reader) => {
      const each = list('$allOf', argument, place);
      if (each.length === 0) throw wrong('$allOf takes at least one expectation', place);
      return together(each.map((one, i) => reader.node(one, notNull('$allOf', one, i, place, reader))));
    },
  ],
  [
    '$contains',
    (argument, source, place, reader) => ({
      kind: 'contains',
      source,
      members: list('$contains', argument, place).map((each, i) => reader.node(each, member(place, i, String(i)))),
    }),
  ],
  ['$set', (argument, source, place) => ({ kind: 'set', source, values: list('$set', argument, place) })],
  ['$keyed', readKeyed],
  [
    '$eq',
    (argument, source) =>
      test('$eq', source, actual => {
        if (sameJson(argument, actual)) return undefined;
        return isNil(actual) ? 'missing' : 'different';
      }),
  ],
  [
    '$literal',
    (argument, source, place, reader) => ({
      kind: 'wrapped',
      source,
      op: '$literal',
      inner: reader.literal(argument, place),
    }),
  ],
  [
    '$map',
    (argument, source, place, reader) => {
      if (!isObject(argument)) throw wrong('$map needs an object whose values are expectations', place);
      return { kind: 'wrapped', source, op: '$map', inner: reader.map(argument, place) };
    },
  ],
  ['$fn', readFunction],
]);

export function wrong(sentence: string, { pointer }: { pointer: string }): AgentError {
  return new AgentError('invalid', sentence, { pointer });
}

/** The place of an element of an array. */
export function member(place: Place, index: number, name: string): Place {
  return {
    pointer: `${place.pointer}/${index}`,
    path: `${place.path}/${name}`,
    parent: place.name,
    name,
  };
}

function isNil(actual: Json | undefined): actual is null | undefined {
  return actual === undefined || actual === null;
}

function test(op: string, source: JsonObject, check: Test['check']): Test {
  return { kind: 'test', source, op, check };
}

function flag(op: string, check: Test['check']): ReadOperator {
  return (argument, source, place) => {
    if (argument !== true) throw wrong(`${op} takes true and nothing else`, place);
    return test(op, source, check);
  };
}

function oneOf<Value>(table: Record<string, Value>, op: string, argument: Json, place: Place): Value {
  const found = typeof argument === 'string' && Object.hasOwn(table, argument) ? table[argument] : undefined;
  if (found === undefined) throw wrong(`${op} takes one of ${Object.keys(table).join(', ')}`, place);
  return found;
}

function list(op: string, argument: Json, place: Place): readonly Json[] {
  if (!isArray(argument)) throw wrong(`${op} takes an array`, place);
  return argument;
}

function sized(op: string, fits: (size: number) => boolean): ReadOperator {
  return (argument, source, place) => {
    const sizeOf = oneOf(sizes, op, argument, place);
    return test(op, source, actual => {
      if (isNil(actual)) return 'missing';
      const size = sizeOf(actual);
      if (size === undefined) return 'type';
      return fits(size) ? undefined : 'length';
    });
  };
}

function operandAt(source: Json, pointer: string, place: Place, reader: Reader): Operand {
  const declared = reader.unitOf?.(place.path);
  const bare = declared === undefined ? undefined : unitOf(declared);
  return readOperand(source, { pointer, lenient: reader.lenient, bare });
}

function comparison(op: Comparison): ReadOperator {
  return (argument, source, place, reader): Compare => {
    const operand = operandAt(argument, place.pointer, place, reader);
    return { kind: 'compare', source, op, operand, second: undefined };
  };
}

function pair(op: Comparison): ReadOperator {
  return (argument, source, place, reader): Compare => {
    const [low, high, ...more] = isArray(argument) ? argument : [];
    if (low === undefined || high === undefined || more.length > 0) throw wrong(`${op} takes [lowest, highest]`, place);
    const operand = operandAt(low, `${place.pointer}/0`, place, reader);
    const second = operandAt(high, `${place.pointer}/1`, place, reader);
    if (!agree(operand, second)) throw wrong(`the two bounds of ${op} are not of one kind`, place);
    return { kind: 'compare', source, op, operand, second };
  };
}

function readWithin(argument: Json, source: JsonObject, place: Place, reader: Reader): Compare {
  const [of, tolerance] = [property(argument, 'of'), property(argument, 'tolerance')];
  if (of === undefined || tolerance === undefined || Object.keys(argument as object).length !== 2) {
    throw wrong('$within takes {"of": operand, "tolerance": operand} and nothing else', place);
  }
  const operand = operandAt(of, `${place.pointer}/of`, place, reader);
  const second = operandAt(tolerance, `${place.pointer}/tolerance`, place, reader);
  if (!measures(second, operand)) {
    throw wrong('the tolerance of $within does not measure distances from its "of"', {
      pointer: `${place.pointer}/tolerance`,
    });
  }
  return { kind: 'compare', source, op: '$within', operand, second };
}

function readRange(argument: Json, source: JsonObject, place: Place): Test {
  const numbers = isArray(argument) ? argument : [];
  const [first, last, given] = numbers;
  if (!isInteger(first) || !isInteger(last) || numbers.length > 3 || (given !== undefined && !isInteger(given))) {
    throw wrong('$range takes [first, last] or [first, last, step], all whole numbers', place);
  }
  const step = given ?? (first <= last ? 1 : -1);
  if (step === 0) throw wrong('the step of $range is 0', place);
  return test('$range', source, actual => {
    if (isNil(actual)) return 'missing';
    if (!isInteger(actual)) return 'type';
    const inside = step > 0 ? actual >= first && actual <= last : actual <= first && actual >= last;
    return inside && (actual - first) % step === 0 ? undefined : 'bound';
  });
}

function isInteger(value: Json | undefined): value is number {
  return Number.isInteger(value);
}

function readMatch(argument: Json, source: JsonObject, place: Place): Test {
  const pattern = isObject(argument) ? property(argument, 'pattern') : argument;
  const flags = property(argument, 'flags') ?? '';
  const known = isObject(argument) ? Object.keys(argument).every(key => key === 'pattern' || key === 'flags') : true;
  if (typeof pattern !== 'string' || typeof flags !== 'string' || !known || !/^i?s?$/.test(flags)) {
    throw wrong('$match takes a pattern, or {"pattern": text, "flags": "", "i", "s" or "is"}', place);
  }
  if (pattern.length > PATTERN_LENGTH) {
    throw wrong(`the pattern of $match is longer than ${PATTERN_LENGTH} characters`, place);
  }
  const compiled = compile(
    pattern,
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('s') ? RE2JS.DOTALL : 0),
    place,
  );
  return test('$match', source, actual => {
    if (isNil(actual)) return 'missing';
    if (typeof actual === 'object') return 'type';
    return compiled.test(String(actual)) ? undefined : 'pattern';
  });
}

function compile(pattern: string, flags: number, place: Place): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const sentence = `the pattern ${JSON.stringify(pattern)} of $match does not read as RE2 syntax: ${why}`;
    throw new AgentError('invalid', sentence, { pointer: place.pointer, cause });
  }
}

function choice(op: Choice['op']): ReadOperator {
  return (argument, source, place, reader): Choice => ({
    kind: 'choice',
    source,
    op,
    alternatives: list(op, argument, place).map((each, i) => reader.node(each, notNull(op, each, i, place, reader))),
  });
}

/** The place of one of several expectations of the same value. */
function notNull(op: string, source: Json, index: number, place: Place, reader: Reader): Place {
  const at = { ...place, pointer: `${place.pointer}/${index}` };
  if (source !== null || reader.lenient) return at;
  throw wrong(`null in ${op} is met by anything: leave it out, or say {"$absent":true} for no value`, at);
}

function readKeyed(argument: Json, source: JsonObject, place: Place, reader: Reader): Node {
  const [by, items, closed] = [property(argument, 'by'), property(argument, 'items'), property(argument, 'closed')];
  const known = isObject(argument) && Object.keys(argument).every(key => ['by', 'items', 'closed'].includes(key));
  const names = isArray(by) ? by.filter(each => typeof each === 'string') : [];
  if (!known || !isArray(by) || by.length === 0 || names.length !== by.length || !isArray(items)) {
    throw wrong('$keyed takes {"by": [property names], "items": [objects], "closed": true or false}', place);
  }
  if (closed !== undefined && typeof closed !== 'boolean') throw wrong('closed of $keyed is true or false', place);
  const array = { source, items, candidates: [names], pointer: `${place.pointer}/items` };
  return reader.keyed(array, { by: names, closed: closed ?? false }, place);
}

/** Item by item: the first candidate key that it carries, or why it can have no name. */
export function keyOfItem(
  item: Json,
  candidates: readonly (readonly string[])[],
  pointer: string,
): { by: readonly string[]; values: readonly (string | number | boolean)[] } {
  const by = isObject(item) ? keyOf(item, candidates) : undefined;
  if (by) return { by, values: by.map(part => keyPart(item, part)).filter(value => value !== undefined) };
  const keys = candidates.map(candidate => candidate.join(' + ')).join(', or ');
  throw wrong(`an item of a keyed array is an object that gives its key as plain values: ${keys}`, { pointer });
}

function readFunction(argument: Json, source: JsonObject, place: Place, reader: Reader): Test {
  const [name, args] = [property(argument, 'name'), property(argument, 'args') ?? []];
  const known = isObject(argument) && Object.keys(argument).every(key => key === 'name' || key === 'args');
  if (!known || typeof name !== 'string' || !/^[a-z][a-z0-9_]*(@[0-9]+)?$/.test(name) || !isArray(args)) {
    throw wrong('$fn takes {"name": "name@version", "args": [values]}', place);
  }
  const atReading = functionOf(reader.functions, name);
  if (!atReading) throw wrong(`no function is registered as ${name}`, { pointer: `${place.pointer}/name` });
  return test('$fn', source, (actual, context) => {
    const call = functionOf(context.functions, name) ?? atReading;
    return call(args, actual, context) ? undefined : 'function';
  });
}
