import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Expected, readExpected } from '../../../src/core/expected.ts';
import { isArray, isObject, type Json, sameJson } from '../../../src/core/json.ts';
import { isOutstanding } from '../../../src/core/outstanding.ts';
import { canHold, implied } from '../../../src/core/standing/possible.ts';
import { document, expectation, keyed, plain } from '../../kit/expectations.ts';
import { wish as easy, value as small } from '../../kit/wishes.ts';

const context = { now: 0, keyed };
const read = (source: Json): Expected => readExpected(source, { keyed, lenient: true });
const meets = (expected: Json, actual: Json | undefined): boolean => !isOutstanding(read(expected), actual, context);
const claims = (...all: readonly Json[]) => all.map(each => ({ steps: [], node: read(each).node }));
const both = (...all: readonly Json[]): boolean => canHold(claims(...all));
const follows = (from: Json, to: Json): boolean => implied(claims(from), read(to).node);

/** A key names one element, in every array that may be keyed. */
function hasOneOfEachKey(value: Json | undefined): boolean {
  if (isArray(value)) {
    const repeats = value.some((each, i) =>
      value
        .slice(0, i)
        .some(
          other =>
            isObject(each) &&
            isObject(other) &&
            ['id', 'name'].some(by => each[by] !== undefined && sameJson(each[by], other[by])),
        ),
    );
    return !repeats && value.every(hasOneOfEachKey);
  }
  return !isObject(value) || Object.values(value).every(hasOneOfEachKey);
}

const scalars: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  false,
  'a',
  'b',
  '',
  'c',
  1.5,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
];
const actual = fc
  .oneof(plain, document, fc.constantFrom(...scalars), fc.array(plain, { maxLength: 3 }))
  .filter(hasOneOfEachKey);

test.each<[string, Json, Json]>([
  ['two values', 1400, 1500],
  ['a value and text of it', 1, '1'],
  ['a value and a bound', 1400, { $gte: 1500 }],
  ['bounds that leave nothing between', { $lt: 5 }, { $gte: 5 }],
  ['no whole number between', { $type: 'integer' }, { $between: [1.2, 1.8] }],
  ['ranges', { $between: [1, 4] }, { $between: [5, 9] }],
  ['whole ranges whose steps never meet', { $range: [0, 100000, 2] }, { $range: [1, 100001, 4] }],
  ['a range and what leaves it out', { $between: [1, 4] }, { $outside: [1, 4] }],
  ['alternatives', { $anyOf: ['a', 'b'] }, { $anyOf: ['c', 'd'] }],
  ['alternatives and bounds', { $oneOf: [1, 2] }, { $gt: 2 }],
  ['what is excluded', 'a', { $noneOf: ['a', 'b'] }],
  ['all that is left is excluded', { $range: [1, 3] }, { $noneOf: [1, 2, 3] }],
  ['excluded bounds', { $lt: 5 }, { $noneOf: [{ $lte: 7 }] }],
  ['absent and a value', { $absent: true }, 5],
  ['absent and present', { $absent: true }, { $present: true }],
  ['absent and some object', { $absent: true }, { a: 1 }],
  ['absent and a bound', { $absent: true }, { $gt: 1 }],
  ['types', { $type: 'string' }, { $gt: 1 }],
  ['a format and a type', { $format: 'date' }, { $type: 'number' }],
  ['two formats', { $format: 'date' }, { $format: 'time' }],
  [
    'quantities in two units',
    { $gte: { $quantity: { amount: 1, units: 'Gbps' } } },
    { $lt: { $quantity: { amount: 500, units: 'Mbps' } } },
  ],
  [
    'one quantity strictly',
    { $gte: { $quantity: { amount: 1, units: 'Gbps' } } },
    { $lt: { $quantity: { amount: 1000, units: 'Mbps' } } },
  ],
  [
    'quantities of two dimensions',
    { $gte: { $quantity: { amount: 1, units: 'Gbps' } } },
    { $lt: { $quantity: { amount: 5, units: 's' } } },
  ],
  [
    'instants in two zones',
    { $gte: { $instant: '2026-01-15T12:00:00Z' } },
    { $lt: { $instant: '2026-01-15T13:00:00+01:00' } },
  ],
  ['days with none between', { $gt: { $date: '2026-01-15' } }, { $lt: { $date: '2026-01-16' } }],
  ['durations', { $gt: { $duration: 'PT60S' } }, { $lt: { $duration: 'PT1M' } }],
  ['a value nowhere near', { $within: { of: 5, tolerance: 1 } }, { $gte: 6 }],
  ['a number and the clock', 5, { $lt: { $now: 'PT0S' } }],
  ['an object and a value', { a: 1 }, 'a'],
  ['an object and an array', { a: 1 }, [1]],
  ['deep in an object', { a: { b: 1 } }, { a: { b: 2 } }],
  ['lists of two lengths', [1], [1, 2]],
  ['lists of other elements', [1, null], [{ $gt: 1 }, 2]],
  ['the element of a key', { items: [{ id: 1, value: 1 }] }, { items: [{ id: 1, value: 2 }] }],
  [
    'a closed array and one more',
    { $keyed: { by: ['id'], items: [{ id: 1 }], closed: true } },
    { $keyed: { by: ['id'], items: [{ id: 2 }] } },
  ],
  ['an empty array and an element', { $empty: 'array' }, { $contains: ['a'] }],
  ['an empty array and an item', { $empty: 'array' }, { $keyed: { by: ['id'], items: [{ id: 2 }] } }],
  ['contained and excluded', { $contains: ['a'] }, { $noneOf: [{ $contains: ['a'] }] }],
  ['a list that has it not', [1, 2], { $contains: [3] }],
  ['a set that a list has not', [1, 2], { $set: [3] }],
  ['exactly one of two that both hold', { $gt: 5 }, { $oneOf: [{ $gt: 1 }, { $gt: 5 }] }],
])('cannot both hold: %s', (_, a, b) => {
  expect(both(a, b)).toBe(false);
  expect(both(b, a)).toBe(false);
});

test.each<[string, Json, Json]>([
  ['bounds that touch', { $lte: 5 }, { $gte: 5 }],
  ['alternatives that share one', { $anyOf: ['a', 'b'] }, { $anyOf: ['b', 'c'] }],
  ['steps that meet', { $range: [0, 100000, 4] }, { $range: [6, 100001, 6] }],
  ['other keys', { a: 1 }, { b: 2 }],
  ['other elements', { items: [{ id: 1, value: 1 }] }, { items: [{ id: 2, value: 2 }] }],
  ['absent and excluded', { $absent: true }, { $noneOf: [5] }],
  ['two patterns', { $match: '^a' }, { $match: '^b' }],
  ['a pattern of numbers', { $match: '^1' }, { $gt: 5 }],
  ['a time of day around midnight', { $lt: { $now: '-PT5M' } }, { $gt: { $now: 'PT5M' } }],
  ['a list by place and by key', { $literal: { items: [{ id: 1 }] } }, { items: [{ id: 1, value: 2 }] }],
  ['the same in two spellings', { $same: { $instant: '2026-01-15T12:00:00Z' } }, '2026-01-15T13:00:00+01:00'],
])('can both hold: %s', (_, a, b) => {
  expect(both(a, b)).toBe(true);
  expect(both(b, a)).toBe(true);
});

test('what some value meets is never called a conflict', () => {
  fc.assert(
    fc.property(fc.array(expectation, { minLength: 1, maxLength: 3 }), actual, (all, value) => {
      if (!all.every(each => meets(each, value))) return;
      expect(both(...all)).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

test('nor what some value meets of wishes that are easily met', () => {
  let met = 0;
  fc.assert(
    fc.property(fc.array(easy, { minLength: 1, maxLength: 3 }), small, (all, value) => {
      if (!all.every(each => meets(each, value))) return;
      met += 1;
      expect(both(...all)).toBe(true);
    }),
    { numRuns: 15_000 },
  );
  expect(met).toBeGreaterThan(50);
});

test('what is implied is met by all that meets what implies it', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(easy, { minLength: 1, maxLength: 2 }), easy, small, (all, wish, value) => {
      if (!implied(claims(...all), read(wish).node)) return;
      told += 1;
      if (all.every(each => meets(each, value))) expect(meets(wish, value)).toBe(true);
    }),
    { numRuns: 15_000 },
  );
  expect(told).toBeGreaterThan(50);
});

test.each<[string, Json, Json, boolean]>([
  ['one of several', 'a', { $anyOf: ['a', 'b'] }, true],
  ['fewer of several', { $anyOf: ['a', 'b'] }, { $anyOf: ['a', 'b', 'c'] }, true],
  ['another than several', 'd', { $anyOf: ['a', 'b'] }, false],
  ['a tighter bound', { $gte: 7 }, { $gte: 5 }, true],
  ['a wider bound', { $gte: 3 }, { $gte: 5 }, false],
  ['a range in a range', { $between: [2, 3] }, { $between: [1, 4] }, true],
  ['whole numbers are numbers', { $range: [1, 100000] }, { $type: 'integer' }, true],
  ['numbers are not whole', { $between: [2, 3] }, { $type: 'integer' }, false],
  ['something is there', { $gte: 7 }, { $present: true }, true],
  ['an object is there', { a: 1 }, { $present: true }, true],
  ['more of an object', { a: 1, b: 2 }, { a: { $present: true } }, true],
  ['less of an object', { a: 1 }, { a: 1, b: 2 }, false],
  ['more items', { items: [{ id: 1, a: 1 }, { id: 2 }] }, { items: [{ id: 1 }] }, true],
  ['a text of a pattern', 'alpha', { $match: '^al' }, true],
  ['a pattern of a pattern', { $match: '^alpha' }, { $match: '^al' }, false],
  ['not another', 'a', { $noneOf: ['b'] }, true],
  ['a bound that leaves out', { $gt: 5 }, { $noneOf: [{ $lt: 3 }, 4] }, true],
  ['a format is text', { $format: 'date' }, { $type: 'string' }, true],
  ['a later day', { $gt: { $date: '2026-01-15' } }, { $gte: { $date: '2026-01-16' } }, true],
  ['more members', { $set: [1, 2] }, { $set: [2] }, true],
  ['null asks for nothing', 'a', null, true],
])('implied or not: %s', (_, from, to, is) => {
  expect(follows(from, to)).toBe(is);
});

/**
 * A small world in which every value is tried. The fractions stand for all between two whole numbers, the last text for
 * all others.
 */
const domain: readonly (Json | undefined)[] = [
  ...[undefined, null, true, false, 'a', 'b', 'c', 'other'],
  ...[-0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5],
];
const value = fc.constantFrom<Json>(true, false, 'a', 'b', 'c', 0, 1, 2, 3, 4);
const number = fc.constantFrom(0, 1, 2, 3, 4);
const named: fc.Arbitrary<Json> = fc.oneof(
  value,
  fc.constantFrom<Json>(
    { $absent: true },
    { $present: true },
    { $null: true },
    { $type: 'number' },
    { $type: 'string' },
  ),
  fc.tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte', '$same'), number).map(([op, n]) => ({ [op]: n })),
  fc.tuple(fc.constantFrom('$between', '$outside', '$range'), number, number).map(([op, a, b]) => ({ [op]: [a, b] })),
  fc
    .tuple(fc.constantFrom('$anyOf', '$oneOf', '$noneOf'), fc.array(value, { maxLength: 4 }))
    .map(([op, v]) => ({ [op]: v })),
  fc
    .tuple(fc.constantFrom('$anyOf', '$noneOf'), number, number, value)
    .map(([op, a, b, v]) => ({ [op]: [{ $lt: a }, { $gte: b }, v] })),
);

test('of values, bounds, ranges, alternatives and absence, conflicts are found always', () => {
  fc.assert(
    fc.property(fc.array(named, { minLength: 1, maxLength: 4 }), all => {
      const some = domain.some(each => all.every(wish => meets(wish, each)));
      expect(both(...all)).toBe(some);
      const under = all.map(wish => ({ a: { b: wish } }));
      expect(both(...under)).toBe(some);
    }),
    { numRuns: 10_000 },
  );
});
