/** What is expected, in words for people: `at least 1500` for `{"$gte":1500}`. */
import { isArray, isObject, type Json, property } from '../json.ts';

/** Longer than this is no longer read, only skipped. */
const LENGTH = 80;

/** Nobody reads brackets within brackets; and what an element says may be nested without end. */
const SAID_DEPTH = 8;

type Say = (argument: Json) => string | undefined;

const types: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
};

const formats: Record<string, string> = {
  date: 'a date',
  'date-time': 'a date and time with its zone',
  'local-date-time': 'a date and time',
  time: 'a time of day',
  duration: 'a duration',
  uuid4: 'a random UUID',
  'ends-with-uuid4': 'text that ends in a random UUID',
};

/** The operands that are points in time. */
const times: readonly string[] = ['$now', '$today', '$instant', '$local', '$date', '$time'];

/** An operator that is not here is said as it is written. */
const operators: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['$absent', () => 'nothing there'],
  ['$present', () => 'some value'],
  ['$null', () => 'null'],
  ['$type', named(types)],
  ['$format', named(formats)],
  ['$empty', () => 'none in it'],
  ['$nonEmpty', () => 'at least one in it'],
  ['$eq', argument => `exactly ${valueWords(argument)}`],
  ['$literal', argument => `exactly ${valueWords(argument)}`],
  ['$map', argument => valueWords(argument)],
  ['$same', argument => `the same as ${operandWords(argument)}`],
  ['$lt', argument => bound(argument, 'less than', 'before')],
  ['$lte', argument => bound(argument, 'at most', 'not after')],
  ['$gt', argument => bound(argument, 'more than', 'after')],
  ['$gte', argument => bound(argument, 'at least', 'not before')],
  ['$between', argument => bounds(argument, 'between')],
  ['$outside', argument => bounds(argument, 'less or more than')],
  [
    '$within',
    argument =>
      `within ${operandWords(property(argument, 'tolerance') ?? null)} of ${operandWords(property(argument, 'of') ?? null)}`,
  ],
  ['$match', argument => `text like ${valueWords(property(argument, 'pattern') ?? argument)}`],
  ['$anyOf', argument => several(argument, 'or')],
  ['$oneOf', argument => prefixed('exactly one of ', several(argument, ', '))],
  ['$noneOf', argument => prefixed('anything but ', several(argument, 'or'))],
  ['$allOf', argument => several(argument, 'and')],
  ['$contains', argument => prefixed('among others ', several(argument, 'and'))],
  ['$set', argument => prefixed('all of ', several(argument, ', '))],
  ['$fn', argument => `what ${valueWords(property(argument, 'name') ?? argument)} accepts`],
]);

/** Of one leaf; what is large is cut off. */
export function expectedWords(expected: Json): string {
  const [name, ...more] = isObject(expected) ? Object.keys(expected) : [];
  const say = name === undefined || more.length > 0 ? undefined : operators.get(name);
  const said = name === undefined ? undefined : say?.(property(expected, name) ?? null);
  return said === undefined ? valueWords(expected) : cut(said);
}

/** A value as it would be said: text bare, unless it could be taken for something else. */
export function valueWords(value: Json): string {
  if (typeof value !== 'string') return cut(JSON.stringify(shallow(value, SAID_DEPTH)));
  return cut(/^[\w./:@+-]+$/.test(value) && Number.isNaN(Number(value)) ? value : JSON.stringify(value));
}

/** The same value where it is not nested deeper; what lies deeper is left out of it. */
export function shallow(value: Json, depth: number): Json {
  if (!isDeeper(value, depth)) return value;
  if (depth === 0) return '…';
  if (isArray(value)) return value.map(each => shallow(each, depth - 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shallow(each, depth - 1)]));
}

function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some(each => isDeeper(each, depth - 1));
}

function cut(text: string): string {
  const letters = [...text.slice(0, LENGTH * 2)];
  return letters.length > LENGTH ? `${letters.slice(0, LENGTH - 1).join('')}…` : text;
}

function named(names: Record<string, string>): Say {
  return argument => (typeof argument === 'string' && Object.hasOwn(names, argument) ? names[argument] : undefined);
}

function prefixed(prefix: string, said: string | undefined): string | undefined {
  return said === undefined ? undefined : `${prefix}${said}`;
}

function several(argument: Json, word: 'or' | 'and' | ', '): string | undefined {
  if (!isArray(argument) || argument.length === 0) return undefined;
  return argument.map(expectedWords).join(word === ', ' ? word : ` ${word} `);
}

function bound(argument: Json, amount: string, time: string): string {
  const isTime = isObject(argument) && Object.keys(argument).some(name => times.includes(name));
  return `${isTime ? time : amount} ${operandWords(argument)}`;
}

function bounds(argument: Json, prefix: string): string | undefined {
  if (!isArray(argument) || argument.length !== 2) return undefined;
  return `${prefix} ${argument.map(operandWords).join(' and ')}`;
}

/** `$now`, `$today`: the clock, shifted; the others stand for what they hold. */
function operandWords(operand: Json): string {
  if (!isObject(operand)) return valueWords(operand);
  const [name = ''] = Object.keys(operand);
  const value = property(operand, name) ?? null;
  if (name === '$quantity') {
    return `${valueWords(property(value, 'amount') ?? null)} ${String(property(value, 'units') ?? '')}`.trim();
  }
  if (typeof value !== 'string' || !name.startsWith('$')) return valueWords(operand);
  if (name !== '$now' && name !== '$today') return valueWords(value);
  const shift = /^-?PT?0[A-Z]$/.test(value)
    ? ''
    : value.startsWith('-')
      ? ` minus ${value.slice(1)}`
      : ` plus ${value}`;
  return `${name.slice(1)}${shift}`;
}
