import { describe, expect, test } from 'vitest';
import { readExpected } from '../../src/core/expected.ts';
import { type Json, property } from '../../src/core/json.ts';
import { explain, type FunctionRegistry, outstanding } from '../../src/core/outstanding.ts';

const now = Date.UTC(2026, 0, 15, 12, 34, 56);
const context = { now, keyed: {} };

function rest(expected: Json, actual?: Json): Json | undefined {
  return outstanding(readExpected(expected, { keyed: {} }), actual, context);
}

const reason = (expected: Json, actual?: Json): string | undefined =>
  explain(readExpected(expected, { keyed: {} }), actual, context).find(leaf => leaf.reason)?.reason;

const hour = { $duration: 'PT1H' };
const mbps = (amount: number): Json => ({ $quantity: { amount, units: 'Mbps' } });

/** An expectation, what meets it, and what does not and why. */
const examples: [expected: Json, met: Json[], unmet: [actual: Json, reason: string][]][] = [
  [
    { $absent: true },
    [null],
    [
      [0, 'present'],
      ['', 'present'],
    ],
  ],
  [{ $present: true }, [0, false, '', {}], [[null, 'missing']]],
  [{ $null: true }, [null], [[0, 'present']]],
  [
    { $type: 'string' },
    [''],
    [
      [1, 'type'],
      [null, 'missing'],
    ],
  ],
  [{ $type: 'number' }, [1, 1.5], [['1', 'type']]],
  [{ $type: 'integer' }, [1, -2], [[1.5, 'type']]],
  [{ $type: 'boolean' }, [false], [[0, 'type']]],
  [{ $type: 'object' }, [{}], [[[], 'type']]],
  [{ $type: 'array' }, [[]], [[{}, 'type']]],
  [
    { $format: 'date' },
    ['2024-02-29'],
    [
      ['2023-02-29', 'format'],
      ['2024-2-1', 'format'],
      [20240229, 'type'],
    ],
  ],
  [
    { $format: 'date-time' },
    ['2026-01-15T12:34:56Z', '2026-01-15T12:34:56.789+01:00'],
    [
      ['2026-01-15T12:34:56', 'format'],
      ['2026-01-15', 'format'],
      ['2026-01-15T24:00:00Z', 'format'],
    ],
  ],
  [{ $format: 'local-date-time' }, ['2026-01-15T12:34:56.5'], [['2026-01-15T12:34:56Z', 'format']]],
  [
    { $format: 'time' },
    ['23:59:59.999'],
    [
      ['24:00:00', 'format'],
      ['12:00', 'format'],
    ],
  ],
  [
    { $format: 'duration' },
    ['PT1H', 'P1Y2M3W4DT5H6M7.8S', '-P1D'],
    [
      ['P', 'format'],
      ['PT', 'format'],
      ['1h', 'format'],
    ],
  ],
  [
    { $format: 'uuid4' },
    ['d2566874-d5ee-400b-9983-10d63ec52f32'],
    [['x/d2566874-d5ee-400b-9983-10d63ec52f32', 'format']],
  ],
  [{ $format: 'ends-with-uuid4' }, ['x/d2566874-d5ee-400b-9983-10d63ec52f32'], [['d2566874', 'format']]],
  [
    { $empty: 'array' },
    [[]],
    [
      [[1], 'length'],
      [{}, 'type'],
      [null, 'missing'],
    ],
  ],
  [
    { $empty: 'object' },
    [{}],
    [
      [{ a: null }, 'length'],
      [[], 'type'],
    ],
  ],
  [{ $nonEmpty: 'array' }, [[null]], [[[], 'length']]],
  [{ $nonEmpty: 'object' }, [{ a: 1 }], [[{}, 'length']]],
  [
    { $lt: 5 },
    [4.9],
    [
      [5, 'bound'],
      ['4', 'type'],
      [null, 'missing'],
    ],
  ],
  [{ $lte: 5 }, [5], [[5.1, 'bound']]],
  [{ $gt: 5 }, [5.1], [[5, 'bound']]],
  [
    { $gte: 5 },
    [5],
    [
      [4, 'bound'],
      [{}, 'type'],
    ],
  ],
  [
    { $lt: hour },
    ['PT59M59.9S'],
    [
      ['PT60M', 'bound'],
      ['P1M', 'bound'],
      ['soon', 'format'],
      [5, 'type'],
    ],
  ],
  [{ $gte: { $instant: '2026-01-15T12:00:00Z' } }, ['2026-01-15T13:00:00+01:00'], [['2026-01-15T12:00:00', 'format']]],
  [
    { $lt: { $date: '2026-01-15' } },
    ['2026-01-14'],
    [
      ['2026-01-15', 'bound'],
      ['2026-01-14T00:00:00Z', 'format'],
    ],
  ],
  [{ $gt: { $time: '08:00:00' } }, ['08:00:00.1'], [['07:00:00', 'bound']]],
  [{ $gt: { $local: '2026-01-15T08:00:00' } }, ['2026-01-15T08:00:01'], [['2026-01-15T08:00:01Z', 'format']]],
  [
    { $lt: { $now: 'PT0S' } },
    ['2026-01-15T12:34:55Z', '2026-01-15T12:34:55', '12:34:55'],
    [['2026-01-15T12:34:56Z', 'bound']],
  ],
  [{ $gt: { $now: '-PT5M' } }, ['2026-01-15T12:30:00Z'], [['2026-01-15T12:29:56Z', 'bound']]],
  [{ $gte: { $today: 'P1D' } }, ['2026-01-16'], [['2026-01-15', 'bound']]],
  [
    { $same: { $instant: '2026-01-15T12:34:56Z' } },
    ['2026-01-15T13:34:56.000+01:00'],
    [['2026-01-15T12:34:57Z', 'bound']],
  ],
  [{ $same: { $duration: 'PT1M' } }, ['PT60S'], [['PT61S', 'bound']]],
  [
    { $same: { $quantity: { amount: 1, units: 'Gbps' } } },
    [{ amount: 1000, units: 'Mbit/s' }],
    [[{ amount: 1, units: 'GB/s' }, 'bound']],
  ],
  [{ $same: 5 }, [5.0], [[6, 'bound']]],
  [
    { $gte: mbps(250) },
    [
      { amount: 0.25, units: 'Gbps' },
      { value: 250_000, unitOfMeasure: 'kbps' },
      { value: 300, units: 'Mbps' },
    ],
    [
      [{ amount: 100, units: 'Mbps' }, 'bound'],
      [{ amount: 300, units: 'W' }, 'unit'],
      [{ amount: 1, units: 'x' }, 'unit'],
      [300, 'unit'],
      ['300 Mbps', 'type'],
    ],
  ],
  [
    { $lte: { $quantity: { amount: 80, units: 'Cel' } } },
    [{ amount: 300, units: 'K' }],
    [[{ amount: 400, units: 'K' }, 'bound']],
  ],
  [
    { $gt: { $quantity: { amount: -27, units: 'dBm' } } },
    [{ amount: -20, units: 'dBm' }],
    [[{ amount: 1, units: 'mW' }, 'unit']],
  ],
  [
    { $between: [1, 3] },
    [1, 2.5, 3],
    [
      [0, 'bound'],
      [4, 'bound'],
      ['2', 'type'],
    ],
  ],
  [{ $between: [hour, { $duration: 'PT90M' }] }, ['PT60M'], [['PT2H', 'bound']]],
  [
    { $outside: [1, 3] },
    [0, 4],
    [
      [1, 'bound'],
      [2, 'bound'],
      [3, 'bound'],
      [null, 'missing'],
    ],
  ],
  [
    { $within: { of: 20, tolerance: 0.5 } },
    [20.4, 19.6],
    [
      [20.5, 'bound'],
      [19, 'bound'],
    ],
  ],
  [
    { $within: { of: { $now: 'PT0S' }, tolerance: { $duration: 'PT1M' } } },
    ['2026-01-15T12:34:00Z', '12:35:00'],
    [['2026-01-15T12:35:56Z', 'bound']],
  ],
  [{ $within: { of: { $time: '23:59:50' }, tolerance: { $duration: 'PT1M' } } }, ['00:00:30'], [['00:01:00', 'bound']]],
  [
    { $range: [0, 100, 20] },
    [0, 40, 100],
    [
      [41, 'bound'],
      [120, 'bound'],
      [1.5, 'type'],
      ['40', 'type'],
    ],
  ],
  [{ $range: [10, 1] }, [10, 5, 1], [[0, 'bound']]],
  [
    { $match: '^v1\\.' },
    ['v1.2'],
    [
      ['v2.0', 'pattern'],
      [{}, 'type'],
      [null, 'missing'],
    ],
  ],
  [{ $match: '^4' }, [42], [[24, 'pattern']]],
  [{ $match: { pattern: 'A.B', flags: 'is' } }, ['a\nb'], [['ab', 'pattern']]],
  [{ $match: '^$' }, [''], [[null, 'missing']]],
  [
    { $anyOf: [1, { $match: 'a' }] },
    [1, 'ab'],
    [
      [2, 'alternatives'],
      [null, 'missing'],
    ],
  ],
  [
    { $oneOf: [1, { $gt: 0 }] },
    [2],
    [
      [1, 'alternatives'],
      [0, 'alternatives'],
    ],
  ],
  [
    { $noneOf: [1, { $absent: true }] },
    [2],
    [
      [1, 'alternatives'],
      [null, 'alternatives'],
    ],
  ],
  [{ $noneOf: [1, 2] }, [null, 3], [[2, 'alternatives']]],
  [
    { $allOf: [{ $gt: 5 }, { $lte: 10 }] },
    [6, 10],
    [
      [5, 'bound'],
      [11, 'bound'],
      [null, 'missing'],
    ],
  ],
  [{ $allOf: [{ a: 1 }, { $nonEmpty: 'object' }] }, [{ a: 1 }], [[{ a: 2 }, 'different']]],
  [
    { $contains: [1, { a: 1 }] },
    [[0, { a: 1, b: 2 }, 1]],
    [
      [[1], 'missing'],
      [1, 'type'],
      [null, 'missing'],
    ],
  ],
  [
    { $set: [1, { a: 1 }] },
    [[{ a: 1 }, 1]],
    [
      [[1, { a: 1, b: 2 }], 'missing'],
      [{}, 'type'],
    ],
  ],
  [
    { $eq: { a: [1] } },
    [{ a: [1] }],
    [
      [{ a: [1], b: 2 }, 'different'],
      [null, 'missing'],
    ],
  ],
  [
    { $literal: { $lt: 5 } },
    [{ $lt: 5 }],
    [
      [4, 'type'],
      [null, 'missing'],
    ],
  ],
  [
    { $map: { $ref: { $present: true }, a: null } },
    [{ $ref: 1 }],
    [
      [{}, 'missing'],
      [1, 'type'],
    ],
  ],
  [
    { $fn: { name: 'generic_note@1' } },
    ['TST000000123456'],
    [
      ['TST', 'function'],
      [null, 'function'],
    ],
  ],
  [{ $fn: { name: 'non_terminal_state' } }, ['active'], [['terminated', 'function']]],
];

describe('each operator is met and unmet by example', () => {
  for (const [expected, met, unmet] of examples) {
    test(JSON.stringify(expected), () => {
      for (const actual of met) expect(rest(expected, actual), JSON.stringify(actual)).toBeUndefined();
      for (const [actual, why] of unmet) {
        expect(rest(expected, actual), JSON.stringify(actual)).toBeDefined();
        expect(reason(expected, actual), JSON.stringify(actual)).toBe(why);
      }
    });
  }
});

test('what is not there at all is like null, except for $null', () => {
  expect(rest({ a: { $null: true } }, {})).toEqual({ a: { $null: true } });
  for (const [expected] of examples) {
    if (property(expected, '$null') !== undefined) continue;
    expect(rest(expected, undefined), JSON.stringify(expected)).toEqual(rest(expected, null));
  }
});

test('composites give back what is left of them, all else the whole operator', () => {
  expect(rest({ $set: [1, 2] }, [2])).toEqual({ $set: [1] });
  expect(rest({ $contains: [1, 2, { a: 1 }] }, [2])).toEqual({ $contains: [1, { a: 1 }] });
  expect(rest({ $map: { $a: 1, b: 2 } }, { b: 2 })).toEqual({ $map: { $a: 1 } });
  expect(rest({ $literal: { $lt: 1, b: 2 } }, { b: 2 })).toEqual({ $literal: { $lt: 1 } });
  expect(rest({ a: { $anyOf: [1, 2] } }, { a: 3 })).toEqual({ a: { $anyOf: [1, 2] } });
});

test('what is left of $allOf is told part by part where its members can be put together', () => {
  expect(rest({ $allOf: [{ a: 1 }, { b: { c: 2, d: 3 } }] }, { b: { c: 2 } })).toEqual({ a: 1, b: { d: 3 } });
  expect(
    rest(
      {
        $allOf: [
          [1, null],
          [null, 2],
        ],
      },
      [1, 3],
    ),
  ).toEqual([null, 2]);
  expect(rest({ $allOf: [{ $contains: [1] }, { $contains: [2] }] }, [1])).toEqual({ $contains: [2] });
  expect(rest({ $allOf: [{ $set: [1, 2] }, { $set: [2, 3] }] }, [1])).toEqual({ $set: [2, 3] });
  const keyed = (items: Json[], closed = false): Json => ({
    $keyed: { by: ['id'], items, ...(closed ? { closed } : {}) },
  });
  const open = { $allOf: [keyed([{ id: 1, a: 1 }]), keyed([{ id: 2 }, { id: 1, b: 2 }])] };
  expect(rest(open, [{ id: 1, a: 1, b: 2 }])).toEqual(keyed([{ id: 2 }]));
  // Two wishes for one element stay together.
  expect(rest(open, [{ id: 1, a: 1 }, { id: 2 }])).toEqual(
    keyed([
      { id: 1, a: 1 },
      { id: 1, b: 2 },
    ]),
  );
  const closed = { $allOf: [keyed([{ id: 1 }], true), keyed([{ id: 1, a: 1 }])] };
  expect(rest(closed, [{ id: 1 }])).toEqual(closed);
});

test('whoever sets a value sees every bound that $allOf sets it, the met ones too', () => {
  const bounds = { $allOf: [{ $gt: 5 }, { $anyOf: [3, 7] }] };
  expect(rest(bounds, 3)).toEqual(bounds);
  expect(rest({ $allOf: [{ a: { $gt: 5 } }, { a: { $anyOf: [3, 7] } }] }, { a: 3 })).toEqual({ a: bounds });
  expect(rest({ $allOf: [[{ $gt: 5 }], [{ $anyOf: [3, 7] }]] }, [3])).toEqual([bounds]);
  const mixed = { $allOf: [{ a: { $anyOf: [1, 2] } }, { $noneOf: [{ a: 1 }] }] };
  expect(rest(mixed, { a: 3 })).toEqual(mixed);
  const leaves = explain(readExpected(bounds, { keyed: {} }), 3, context);
  expect(leaves).toEqual([
    { path: '', expected: { $gt: 5 }, actual: 3, verdict: 'unmet', reason: 'bound' },
    { path: '', expected: { $anyOf: [3, 7] }, actual: 3, verdict: 'met' },
  ]);
});

test('months and years, where they are read, count from the moment of the evaluation', () => {
  const expected = readExpected({ $same: { $duration: 'P1M' } }, { keyed: {}, lenient: true });
  expect(outstanding(expected, 'P31D', { keyed: {}, now: Date.UTC(2026, 0, 15) })).toBeUndefined();
  expect(outstanding(expected, 'P31D', { keyed: {}, now: Date.UTC(2026, 1, 15) })).toBeDefined();
  const monthEnd = readExpected({ $lt: { $now: 'P1M' } }, { keyed: {}, lenient: true });
  expect(outstanding(monthEnd, '2026-02-27T23:59:59Z', { keyed: {}, now: Date.UTC(2026, 0, 31) })).toBeUndefined();
  expect(outstanding(monthEnd, '2026-02-28T00:00:00Z', { keyed: {}, now: Date.UTC(2026, 0, 31) })).toBeDefined();
});

test('a bare number has the unit that the kind declares for its place', () => {
  const unitOf = (path: string): string | undefined => (path === '/items/down/value' ? 'Mbps' : undefined);
  const source = { items: [{ name: 'down', value: { $gte: { $quantity: { amount: 0.25, units: 'Gbps' } } } }] };
  const expected = readExpected(source, { keyed: { items: [['name']] }, unitOf });
  expect(outstanding(expected, { items: [{ name: 'down', value: 300 }] }, context)).toBeUndefined();
  expect(outstanding(expected, { items: [{ name: 'down', value: 200 }] }, context)).toEqual(source);
});

test('a quantity in a unit that the kind does not measure in is refused', () => {
  const unitOf = (path: string): string | undefined => (path === '/a' ? 'Mbps' : undefined);
  const watts = { a: { $gte: { $quantity: { amount: 1, units: 'W' } } } };
  expect(() => readExpected(watts, { keyed: {}, unitOf })).toThrow('what stands at /a is in Mbps');
  expect(() => readExpected({ a: watts }, { keyed: {}, unitOf })).not.toThrow();
});

test('no pattern keeps it busy: a text too long for it does not match', () => {
  const slow = readExpected({ $match: '(\\pL|\\pN|\\pP){300}$' }, { keyed: {} });
  expect(outstanding(slow, 'é'.repeat(270), context)).toBeDefined();
  expect(outstanding(slow, 'é'.repeat(1_000_000), context)).toEqual(slow.source);
  const plain = readExpected({ $match: 'error' }, { keyed: {} });
  expect(outstanding(plain, `${'.'.repeat(10_000)}error`, context)).toBeUndefined();
});

test('a function is given its arguments, and its version is part of its name', () => {
  const functions: FunctionRegistry = new Map([['above@2', (args, actual) => Number(actual) > Number(args[0])]]);
  const expected = readExpected({ $fn: { name: 'above@2', args: [3] } }, { keyed: {}, functions });
  expect(outstanding(expected, 4, context)).toBeUndefined();
  expect(outstanding(expected, 3, context)).toEqual({ $fn: { name: 'above@2', args: [3] } });
  expect(() => readExpected({ $fn: { name: 'above' } }, { keyed: {}, functions })).toThrow('no function is registered');
});

test('for comparison with Diffo an operator can answer with the name of its function', () => {
  const names = (expected: Json, actual: Json): Json | undefined =>
    outstanding(readExpected(expected, { keyed: {} }), actual, { ...context, residual: 'names' });
  expect(names({ a: { $type: 'integer' }, b: 1 }, { a: 'x' })).toEqual({ a: 'any_integer', b: 1 });
  expect(names({ a: { $contains: [1] } }, { a: [] })).toEqual({ a: 'all_of' });
  expect(names({ a: { $fn: { name: 'generic_note@1' } } }, { a: 1 })).toEqual({ a: 'generic_note' });
  expect(names({ a: { b: { $type: 'integer' } } }, {})).toEqual({ a: { b: { $type: 'integer' } } });
});
