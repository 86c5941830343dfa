import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { type Nearest, nearest } from '../../src/core/nearest.ts';
import { isOutstanding } from '../../src/core/outstanding.ts';
import { document, expectation, keyed, plain } from '../kit/expectations.ts';

const context = { now: 0, keyed };
const near = (expected: Json, actual?: Json): Nearest => nearest(expected, actual, context);
const mbps = (amount: number): Json => ({ amount, units: 'Mbps' });

const examples: [expected: Json, actual: Json, value: Json][] = [
  ['up', 'down', 'up'],
  [{ a: 1 }, { a: 2, b: 3 }, { a: 1, b: 3 }],
  [{ a: { b: 1 } }, {}, { a: { b: 1 } }],
  [{ a: { $absent: true } }, { a: 1, b: 2 }, { b: 2 }],
  [
    [1, null],
    [0, 7, 8],
    [1, 7],
  ],
  [{ $gte: 5 }, 3, 5],
  [{ $gte: 5 }, 7, 7],
  [{ $gt: 5 }, 3, 6],
  [{ $lt: 5 }, 9, 4],
  [{ $lte: 5.5 }, 9.25, 5.5],
  [{ $between: [2, 4] }, 9, 4],
  [{ $between: [2, 4] }, 1, 2],
  [{ $range: [0, 20, 5] }, 12, 10],
  [{ $range: [0, 20, 5] }, 99, 20],
  [{ $gte: { $quantity: mbps(250) } }, { value: 0.1, unitOfMeasure: 'Gbps' }, { value: 0.25, unitOfMeasure: 'Gbps' }],
  [{ $gt: { $quantity: mbps(250) } }, mbps(100), mbps(251)],
  [{ $same: { $duration: 'PT1M' } }, 'PT2M', 'PT1M'],
  [{ $gte: { $date: '2026-01-15' } }, '2025-01-01', '2026-01-15'],
  [{ $anyOf: [{ $match: 'a' }, 'b'] }, 'c', 'b'],
  [{ $oneOf: ['a', { $match: '^a' }, 'b'] }, 'c', 'b'],
  [{ $contains: ['a', { b: 1 }] }, ['c'], ['c', 'a', { b: 1 }]],
  [{ $set: [1, 2] }, [2, 3], [2, 3, 1]],
  [{ $noneOf: [{ $contains: ['a'] }] }, ['a', 'b', 'a'], ['b']],
  [{ $eq: { a: 1 } }, { a: 1, b: 2 }, { a: 1 }],
  [{ $empty: 'array' }, [1], []],
  [{ $match: 'a' }, 'cat', 'cat'],
  [{ $allOf: [{ $gte: 5 }, { $lte: 9 }] }, 3, 5],
  [{ $allOf: [{ $gt: 5 }, { $anyOf: [3, 7] }] }, 3, 7],
  [{ $allOf: [{ $set: ['a'] }, { $noneOf: [{ $contains: ['b'] }] }] }, ['b'], ['a']],
  [
    {
      items: [
        { name: 'mtu', value: { $gte: 1500 } },
        { name: 'q', value: 1 },
      ],
    },
    { items: [{ name: 'x' }, { name: 'mtu', value: 1400, at: 1 }] },
    { items: [{ name: 'x' }, { name: 'mtu', value: 1500, at: 1 }, { name: 'q', value: 1 }] },
  ],
  [{ $keyed: { by: ['id'], items: [{ id: 1 }], closed: true } }, [{ id: 2 }, { id: 1, a: 1 }], [{ id: 1, a: 1 }]],
];

describe('the nearest value', () => {
  test.each(examples)('%j from %j', (expected, actual, value) => {
    expect(near(expected, actual)).toEqual({ value });
  });

  test('where there should be none', () => {
    expect(near({ $absent: true }, 1)).toEqual({ value: undefined });
  });

  test('where a part stands tells whether its array is keyed', () => {
    expect(nearest([{ id: 1 }], [{ id: 2 }], context, '/a/items')).toEqual({ value: [{ id: 2 }, { id: 1 }] });
    expect(nearest([{ id: 1 }], [{ id: 2 }], context)).toEqual({ value: [{ id: 1 }] });
  });
});

describe('a sentence where no single value follows', () => {
  const open: [Json, Json][] = [
    [{ $noneOf: ['a'] }, 'a'],
    [{ $present: true }, null],
    [{ $type: 'string' }, 1],
    [{ $format: 'date' }, 'x'],
    [{ $match: 'a' }, 'b'],
    [{ $fn: { name: 'generic_note@1' } }, 'b'],
    [{ $gt: 5 }, 3.5],
    [{ $between: [2, 4] }, 'x'],
    [{ $gte: { $now: 'PT1H' } }, '1970-01-01T00:00:00Z'],
    [{ $anyOf: [{ $match: 'a' }] }, 'b'],
    [{ a: { $match: 'a' } }, {}],
    [{ $nonsense: 1 }, 1],
  ];
  test.each(open)('%j from %j', (expected, actual) => {
    expect(near(expected, actual)).toBeTypeOf('string');
  });
});

const anyActual = fc.oneof(plain, document, fc.constant(undefined));

test('a value that is found meets the expectation, and meets it already when asked again', () => {
  fc.assert(
    fc.property(expectation, anyActual, (expected, actual) => {
      const found = near(expected, actual);
      if (typeof found === 'string') return;
      expect(isOutstanding(readExpected(expected, { keyed, lenient: true }), found.value, context)).toBe(false);
      expect(near(expected, found.value)).toEqual(found);
    }),
    { numRuns: 3000 },
  );
});

test('what is met already stays as it is', () => {
  fc.assert(
    fc.property(expectation, anyActual, (expected, actual) => {
      if (isOutstanding(readExpected(expected, { keyed, lenient: true }), actual, context)) return;
      expect(near(expected, actual)).toEqual({ value: actual });
    }),
    { numRuns: 2000 },
  );
});

test('plain data always has a nearest value', () => {
  fc.assert(
    fc.property(plain, anyActual, (expected, actual) => {
      expect(near(expected, actual)).toBeTypeOf('object');
    }),
  );
});
