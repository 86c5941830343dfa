/** Bounds on what is measured: times, days, durations and quantities, in several spellings and units. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readExpected } from '../../../src/core/expected.ts';
import type { Json } from '../../../src/core/json.ts';
import { isOutstanding } from '../../../src/core/outstanding.ts';
import { canHold, implied } from '../../../src/core/standing/possible.ts';

/** A bare number is in Mbps. */
const read = (source: Json) => readExpected(source, { keyed: {}, lenient: true, unitOf: () => 'Mbps' });
const claims = (all: readonly Json[]) => all.map(each => ({ steps: [], node: read(each).node }));
const meetsAt = (now: number, wish: Json, actual: Json): boolean =>
  !isOutstanding(read(wish), actual, { now, keyed: {} });

const hour = fc.integer({ min: 0, max: 4 });
const two = (n: number): string => String(n).padStart(2, '0');
const quantity = fc
  .tuple(fc.constantFrom(0, 0.1, 1, 100, 100.00000001, 1000, 1e6), fc.constantFrom('bps', 'kbps', 'Mbps', 'Gbps'))
  .map(([amount, units]) => ({ amount, units }));
const duration = fc.constantFrom('PT60S', 'PT1M', 'PT59.5S', 'P1D', 'PT24H', '-PT1M', 'PT0S');
const instant = fc.tuple(hour, hour).map(([h, zone]) => `2026-01-15T${two(10 + h)}:30:00+${two(zone)}:00`);
const date = fc.integer({ min: 1, max: 4 }).map(day => `2026-01-${two(day)}`);
const time = hour.map(h => `${two(h * 5)}:00:00`);

const operand: fc.Arbitrary<Json> = fc.oneof(
  quantity.map($quantity => ({ $quantity })),
  duration.map($duration => ({ $duration })),
  instant.map($instant => ({ $instant })),
  date.map($date => ({ $date })),
  time.map($time => ({ $time })),
  instant.map(text => ({ $local: text.slice(0, 19) })),
  duration.map($now => ({ $now })),
  fc.constantFrom<Json>({ $today: 'P1D' }, { $today: 'PT0S' }, 0, 1, 5),
);
const pair = fc.oneof(
  ...[quantity.map<Json>($quantity => ({ $quantity })), duration.map<Json>($duration => ({ $duration }))].map(each =>
    fc.tuple(each, each),
  ),
  fc.tuple(
    date.map<Json>($date => ({ $date })),
    date.map<Json>($date => ({ $date })),
  ),
  fc.tuple(
    instant.map<Json>($instant => ({ $instant })),
    fc.constant<Json>({ $now: 'PT0S' }),
  ),
);
const near: fc.Arbitrary<Json> = fc.oneof(
  fc.tuple(instant, duration).map(([$instant, $duration]) => ({ of: { $instant }, tolerance: { $duration } })),
  fc.tuple(time, duration).map(([$time, $duration]) => ({ of: { $time }, tolerance: { $duration } })),
  fc.tuple(quantity, quantity).map(([of, amount]) => ({
    of: { $quantity: of },
    tolerance: { $quantity: { amount: amount.amount, units: of.units } },
  })),
  fc.constantFrom<Json>({ of: 0.3, tolerance: 0.1 }, { of: 1, tolerance: 1 }),
);
const measured: fc.Arbitrary<Json> = fc.oneof(
  fc.tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte', '$same'), operand).map(([op, each]) => ({ [op]: each })),
  fc
    .tuple(fc.constantFrom('$between', '$outside'), pair)
    .filter(([op, [a, b]]) => readable({ [op]: [a, b] }))
    .map(([op, [a, b]]) => ({ [op]: [a, b] })),
  near.map($within => ({ $within })),
  fc.constantFrom<Json>({ $format: 'date' }, { $format: 'date-time' }, { $type: 'string' }, { $match: ':30' }),
);
const wish: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: measured },
  fc.array(measured, { minLength: 1, maxLength: 2 }).map($noneOf => ({ $noneOf })),
  fc.array(measured, { minLength: 1, maxLength: 2 }).map($anyOf => ({ $anyOf })),
);
const actual: fc.Arbitrary<Json> = fc.oneof(
  quantity,
  quantity.map(({ amount, units }) => ({ value: amount, unitOfMeasure: units })),
  duration,
  fc.constant('P1M'),
  instant,
  instant.map(text => text.slice(0, 19)),
  date,
  time,
  fc.constantFrom<Json>(0, 0.2, 0.4, 1, 5),
);
const clock = fc.constantFrom(0, Date.parse('2026-01-15T10:30:00Z'), Date.parse('2026-01-02T23:58:00Z'));

function readable(source: Json): boolean {
  try {
    read(source);
    return true;
  } catch {
    return false;
  }
}

test('what some measured value meets at some time is never called a conflict', () => {
  let met = 0;
  fc.assert(
    fc.property(fc.array(wish, { minLength: 2, maxLength: 3 }), actual, clock, (all, value, now) => {
      if (!all.every(each => meetsAt(now, each, value))) return;
      met += 1;
      expect(canHold(claims(all))).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(met).toBeGreaterThan(50);
});

test('what is implied is met at every time by every measured value', () => {
  let told = 0;
  fc.assert(
    fc.property(wish, wish, actual, clock, (from, to, value, now) => {
      if (!implied(claims([from]), read(to).node)) return;
      told += 1;
      if (meetsAt(now, from, value)) expect(meetsAt(now, to, value)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(told).toBeGreaterThan(50);
});

test.each<[Json, Json, boolean]>([
  [{ $gte: { $quantity: { amount: 1, units: 'Gbps' } } }, 500, false],
  [{ $gte: { $quantity: { amount: 1, units: 'Gbps' } } }, 1000, true],
  [
    { $gte: { $quantity: { amount: 1, units: 'Gbps' } } },
    { $lt: { $quantity: { amount: 1000, units: 'Mbps' } } },
    false,
  ],
  [{ $gte: { $quantity: { amount: 1, units: 'Gbps' } } }, { $gt: 5 }, true],
])('where numbers have a unit, %j and %j are compared in it', (a, b, is) => {
  expect(canHold(claims([a, b]))).toBe(is);
});
