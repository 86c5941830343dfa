/** Every operator that looks at a value as a whole, with operands of every kind, and texts that they are about. */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';

/** Near the operands below, which are near the clock reading 0. */
export const sampleTexts: readonly Json[] = [
  '1970-01-01',
  '1970-01-02',
  '1970-01-01T00:00:00Z',
  '1970-01-01T01:00:00+01:00',
  '1970-01-01T00:00:30Z',
  '1970-01-01T00:00:00',
  '00:00:30',
  '23:59:45',
  'PT1M',
  'PT60S',
  'P1D',
  'P1M',
  'd2566874-d5ee-400b-9983-10d63ec52f32',
  'TST000000123456',
  'active',
  1.5,
  -1,
  1e300,
];

const quantity = (amount: number, units: string): Json => ({ $quantity: { amount, units } });

/** Kinds of operands: of one kind each pair is in order, and a tolerance measures it. */
const kinds: { low: Json; high: Json; tolerance: Json }[] = [
  { low: 0, high: 2, tolerance: 1 },
  { low: -1.5, high: 1e300, tolerance: 0.5 },
  { low: { $duration: 'PT1M' }, high: { $duration: 'P1D' }, tolerance: { $duration: 'PT1H' } },
  {
    low: { $instant: '1970-01-01T00:00:00Z' },
    high: { $instant: '1970-01-01T01:00:20+01:00' },
    tolerance: { $duration: 'PT20.5S' },
  },
  { low: { $date: '1970-01-01' }, high: { $date: '1970-01-02' }, tolerance: { $duration: 'P2D' } },
  { low: { $time: '00:00:10' }, high: { $time: '23:59:50' }, tolerance: { $duration: 'PT1M' } },
  {
    low: { $local: '1970-01-01T00:00:00' },
    high: { $local: '1970-01-02T00:00:00' },
    tolerance: { $duration: 'PT1H' },
  },
  { low: { $now: '-PT1M' }, high: { $now: 'PT1M' }, tolerance: { $duration: 'PT1M' } },
  { low: { $today: 'P0D' }, high: { $today: 'P1W' }, tolerance: { $duration: 'P1D' } },
  { low: quantity(1, 'Mbps'), high: quantity(1, 'Gbps'), tolerance: quantity(1, 'kbps') },
  { low: quantity(-27, 'dBm'), high: quantity(0, 'dBm'), tolerance: quantity(1, 'dBm') },
];

const compared: Json[] = kinds.flatMap(({ low, high, tolerance }) => [
  ...['$same', '$lt', '$lte', '$gt', '$gte'].flatMap(op => [{ [op]: low }, { [op]: high }]),
  { $between: [low, high] },
  { $outside: [low, high] },
  { $within: { of: low, tolerance } },
]);

const tested: Json[] = [
  { $absent: true },
  { $present: true },
  { $null: true },
  ...['string', 'number', 'integer', 'boolean', 'object', 'array'].map($type => ({ $type })),
  ...['date', 'date-time', 'local-date-time', 'time', 'duration', 'uuid4', 'ends-with-uuid4'].map($format => ({
    $format,
  })),
  { $empty: 'array' },
  { $empty: 'object' },
  { $nonEmpty: 'array' },
  { $nonEmpty: 'object' },
  { $range: [0, 4, 2] },
  { $range: [2, -3] },
  { $match: '^a' },
  { $match: { pattern: '^A.?', flags: 'is' } },
  { $match: '' },
  { $fn: { name: 'generic_note@1' } },
  { $fn: { name: 'non_terminal_state', args: [] } },
];

/** What a stored expectation may not say: months, whose length depends on the day. */
const lenient: Json[] = [{ $lt: { $duration: 'P1M' } }, { $gt: { $now: '-P1M' } }];

export const valueOperators: readonly Json[] = [...tested, ...compared, ...lenient];

export const operatorsOfAValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...tested) },
  { weight: 2, arbitrary: fc.constantFrom<Json>({ $gt: 0 }, { $lte: 1 }, { $between: [1, 2] }, { $outside: [0, 1] }) },
  { weight: 3, arbitrary: fc.constantFrom(...compared, ...lenient) },
);
