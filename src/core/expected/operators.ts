/** Reading: for every operator its argument's rules and the node it becomes. */
import { didYouMean } from '../did-you-mean.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { keyOf, keyPart } from '../path.ts';
import { comparison, pair, readRange, readWithin } from './bounds.ts';
import { functionOf } from './functions.ts';
import type { Choice, Node, Test } from './node.ts';
import { readMatch } from './pattern.ts';
import { isNil, member, type Place, type Reader, type ReadOperator, test, wrong } from './reading.ts';
import { parseDate, parseDuration, parseInstant, parseLocal, parseTime } from './time.ts';
import { together } from './together.ts';

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

export const typeNames = Object.keys(jsonTypes);
export const formatNames = Object.keys(formats);
export const sizeNames = Object.keys(sizes);

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

function flag(op: string, check: Test['check']): ReadOperator {
  return (argument, source, place) => {
    if (argument !== true) throw wrong(`${op} takes true and nothing else`, place);
    return test(op, source, check);
  };
}

function oneOf<Value>(table: Record<string, Value>, op: string, argument: Json, place: Place): Value {
  const found = typeof argument === 'string' && Object.hasOwn(table, argument) ? table[argument] : undefined;
  if (found === undefined) {
    const names = Object.keys(table);
    const near = typeof argument === 'string' ? didYouMean(argument, names) : '';
    throw wrong(`${op} takes one of ${names.join(', ')}, not ${JSON.stringify(argument)}${near}`, place);
  }
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
  if (!atReading) {
    const near = didYouMean(name, [...reader.functions.keys()]);
    throw wrong(`no function is registered as ${name}${near}`, { pointer: `${place.pointer}/name` });
  }
  return test('$fn', source, (actual, context) => {
    const call = functionOf(context.functions, name) ?? atReading;
    return call(args, actual, context) ? undefined : 'function';
  });
}
