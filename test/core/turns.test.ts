/** When time alone turns an answer: not later than it does, and where it can be told exactly, not earlier. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readsClock, turnsAt } from '../../src/core/expected/turns.ts';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { keyed } from '../kit/expectations.ts';

const noon = Date.parse('2026-03-10T12:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const turn = (source: Json, actual: Json, now = noon): string | undefined => {
  const at = turnsAt(readExpected(source, { keyed, lenient: true }).node, actual, { now, keyed });
  return at === undefined ? undefined : new Date(at).toISOString();
};

test('what is not to be older than an hour turns when it has become older', () => {
  expect(turn({ $gte: { $now: '-PT1H' } }, '2026-03-10T11:30:00Z')).toBe('2026-03-10T12:30:00.001Z');
  expect(turn({ $gt: { $now: '-PT1H' } }, '2026-03-10T11:30:00Z')).toBe('2026-03-10T12:30:00.000Z');
  expect(turn({ $gte: { $now: '-PT1H' } }, '2026-03-10T10:30:00Z')).toBeUndefined();
});

test('a window that moves turns twice, one after the other', () => {
  const window: Json = { $between: [{ $now: '-PT1H' }, { $now: 'PT0S' }] };
  expect(turn(window, '2026-03-10T13:00:00Z')).toBe('2026-03-10T13:00:00.000Z');
  expect(turn(window, '2026-03-10T13:00:00Z', noon + hour)).toBe('2026-03-10T14:00:00.001Z');
  expect(turn(window, '2026-03-10T13:00:00Z', noon + 3 * hour)).toBeUndefined();
});

test('a time of day comes round, and a day turns at midnight', () => {
  expect(turn({ $lte: { $now: 'PT0S' } }, '14:30:00')).toBe('2026-03-10T14:30:00.000Z');
  expect(turn({ $lte: { $now: 'PT0S' } }, '14:30:00', noon + 5 * hour)).toBe('2026-03-11T00:00:00.000Z');
  expect(turn({ $same: { $today: 'P0D' } }, '2026-03-12')).toBe('2026-03-12T00:00:00.000Z');
  expect(turn({ $same: { $today: 'P0D' } }, '2026-03-10')).toBe('2026-03-11T00:00:00.000Z');
});

test('a tolerance turns at both of its ends', () => {
  const near: Json = { $within: { of: { $now: 'PT0S' }, tolerance: { $duration: 'PT10M' } } };
  expect(turn(near, '2026-03-10T13:00:00Z')).toBe('2026-03-10T12:50:00.001Z');
  expect(turn(near, '2026-03-10T13:00:00Z', noon + hour)).toBe('2026-03-10T13:10:00.000Z');
});

test('months are as long as they are', () => {
  expect(turn({ $gte: { $now: '-P1M' } }, '2026-02-15T12:00:00Z')).toBe('2026-03-15T12:00:00.001Z');
  expect(turn({ $gt: { $duration: 'P30D' } }, 'P1M')).toBe('2026-03-31T00:00:00.000Z');
});

test('what does not speak of the clock never turns', () => {
  const still: Json = { a: 1, b: { $lt: 5 }, c: { $match: '^x' } };
  expect(turn(still, { a: 2 })).toBeUndefined();
  expect(readsClock(readExpected(still, { keyed }).node)).toBe(false);
  expect(readsClock(readExpected({ a: [{ $lt: { $now: 'PT1S' } }] }, { keyed }).node)).toBe(true);
});

// The law: until it turns, nothing changes.

const shift = fc.constantFrom('PT0S', '-PT1H', 'PT90M', 'P1D', '-P2D', 'PT0.5S', '-PT0.0005S', 'P1M', '-P1M', 'P1Y');
const operand = fc.oneof(
  shift.map((of): Json => ({ $now: of })),
  shift.map((of): Json => ({ $today: of })),
  fc.constantFrom<Json>({ $duration: 'P30D' }, { $duration: 'P1M' }, { $instant: '2026-03-10T13:00:00Z' }),
);
const comparison = fc.oneof(
  fc.tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte', '$same'), operand).map(([op, of]): Json => ({ [op]: of })),
  fc
    .tuple(fc.constantFrom('$between', '$outside'), fc.constantFrom('$now', '$today'), shift, shift)
    .map(([op, of, low, high]): Json => ({ [op]: [{ [of]: low }, { [of]: high }] })),
  fc
    .tuple(operand, fc.constantFrom('PT10M', 'P2D', 'P1M'))
    .map(([of, tolerance]): Json => ({ $within: { of, tolerance: { $duration: tolerance } } })),
);
const time = fc.oneof(
  fc.integer({ min: -3 * day, max: 3 * day }).map((ms): Json => new Date(noon + ms).toISOString()),
  fc.integer({ min: -40, max: 40 }).map((days): Json => new Date(noon + days * day).toISOString().slice(0, 10)),
  fc.integer({ min: 0, max: day - 1 }).map((ms): Json => new Date(ms).toISOString().slice(11, 23)),
  fc.constantFrom<Json>('P1M', 'P29D', 'P1M1D', '2026-03-10T12:30:00', 'no time', 7),
);
const expected = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 2 },
    comparison,
    fc.record({ a: tie('node') }),
    tie('node').map(each => ({ $contains: [each] })),
    fc.array(tie('node'), { maxLength: 2 }).map(each => ({ $noneOf: each })),
    fc.array(tie('node'), { minLength: 1, maxLength: 2 }).map(each => ({ $allOf: each })),
    tie('node').map(each => ({ items: [{ id: 1, of: each }] })),
  ),
})).node;
const actual = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 2 },
    time,
    fc.record({ a: tie('node') }),
    fc.array(tie('node'), { maxLength: 2 }),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => ({
      items: [
        { id: 1, of: a },
        { id: 1, of: b },
      ],
    })),
  ),
})).node;

const moments = fc.array(fc.integer({ min: 0, max: 60 * day }), { minLength: 1, maxLength: 8 });

function holdsUntilItTurns(source: Json, value: Json, later: readonly number[]): boolean {
  let node: ReturnType<typeof readExpected>;
  try {
    node = readExpected(source, { keyed, lenient: true });
  } catch {
    return false;
  }
  const rest = (now: number) => outstanding(node, value, { now, keyed });
  const turns = turnsAt(node.node, value, { now: noon, keyed }) ?? Number.POSITIVE_INFINITY;
  expect(turns).toBeGreaterThan(noon);
  if (Number.isFinite(turns)) expect(readsClock(node.node)).toBe(true);
  for (const at of [...later.map(ms => noon + ms), turns - 1, turns - 2]) {
    if (at >= turns || !Number.isFinite(at) || at < noon) continue;
    expect(rest(at), `at ${new Date(at).toISOString()}`).toEqual(rest(noon));
  }
  return Number.isFinite(turns);
}

test('until it turns, nothing changes', () => {
  let counted = 0;
  const count = (source: Json, value: Json, later: readonly number[]): void => {
    if (holdsUntilItTurns(source, value, later)) counted++;
  };
  fc.assert(fc.property(comparison, time, moments, count), { numRuns: 2_500 });
  fc.assert(fc.property(expected, actual, moments, count), { numRuns: 2_500 });
  expect(counted).toBeGreaterThan(500);
});

test('one comparison turns no earlier than its answer does', () => {
  fc.assert(
    fc.property(comparison, time, (source, value) => {
      if (JSON.stringify([source, value]).match(/P-?\d+[MY]/)) return;
      const node = readExpected(source, { keyed, lenient: true });
      const turns = turnsAt(node.node, value, { now: noon, keyed });
      if (turns === undefined) return;
      const rest = (now: number) => outstanding(node, value, { now, keyed });
      expect(rest(turns)).not.toEqual(rest(noon));
    }),
    { numRuns: 3_000 },
  );
});
