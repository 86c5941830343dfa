/** `engine`: what the difference engine costs, beside a deep-equal of the same documents in the same run. */
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { judge, outstanding } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { service } from './documents.ts';
import { engineMany } from './engine-many.ts';
import { engineStanding } from './engine-standing.ts';
import { median, nowMs, type Row, row } from './measure.ts';

const ROUNDS = 60;
const CALLS = 2_000;
const STANDING = 1_000;
const LEAVES = 100;
const goal = { of: 'ratio', atMost: 1.5 } as const;

export async function engine(): Promise<Row[]> {
  return [...comparing(), ...standing(), ...(await engineStanding()), ...(await engineMany(collector()))];
}

/** A service of 2 KB, met and unmet: compiled once and judged many times, and read afresh each time. */
function comparing(): Row[] {
  const text = JSON.stringify(wholeService());
  const document = parsed(text);
  const expected = readExpected(document, { keyed });
  const context = { now: Date.now(), keyed };
  // A deep-equal may stop at the first difference, the outstanding may not: they differ where that comes late.
  const same = parsed(text);
  const other = parsed(text.replace('Harbour Road 12', 'Harbour Road 21'));
  const asked = `${(text.length / 1000).toFixed(1)} KB`;
  if (outstanding(expected, same, context) !== undefined) throw new Error('a service does not meet itself');
  if (outstanding(expected, other, context) === undefined) throw new Error('a service that differs is met');
  const operators = readExpected(withOperators(document), { keyed });
  if (outstanding(operators, same, context) !== undefined) throw new Error('a service does not meet what is near it');

  const beside = (what: string, call: () => unknown, ceiling: () => unknown, isAsked = true): Row =>
    row({ what, unit: 'µs', ...interleaved(call, ceiling), ...(isAsked ? { goal } : {}) });
  return [
    beside(
      `the outstanding of a met service of ${asked}`,
      () => outstanding(expected, same, context),
      () => isDeepStrictEqual(document, same),
    ),
    beside(
      `the outstanding of an unmet service of ${asked}`,
      () => outstanding(expected, other, context),
      () => isDeepStrictEqual(document, other),
    ),
    beside(
      'the same, met, as a verdict with its leaves',
      () => judge(expected, same, context),
      () => isDeepStrictEqual(document, same),
    ),
    beside(
      'the same, unmet, as a verdict with its leaves',
      () => judge(expected, other, context),
      () => isDeepStrictEqual(document, other),
    ),
    beside(
      'the same, met, with an operator for each value',
      () => outstanding(operators, same, context),
      () => isDeepStrictEqual(document, same),
      false,
    ),
    beside(
      'read and judged once, beside parsed and compared',
      () => outstanding(readExpected(parsed(text), { keyed }), same, context),
      () => isDeepStrictEqual(parsed(text), same),
      false,
    ),
  ];
}

/** Many expectations at once: what they cost to judge one after the other, and to keep. */
function standing(): Row[] {
  const sources = Array.from({ length: STANDING }, (_, nth) => JSON.stringify(hundredLeaves(nth)));
  const actuals = sources.map((_, nth) => hundredValues(nth));
  const copies = actuals.map(actual => parsed(JSON.stringify(actual)));
  const context = { now: Date.now(), keyed };
  const collect = collector();
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = sources.map(source => readExpected(parsed(source), { keyed }));
  collect();
  const after = process.memoryUsage().heapUsed;
  const rounds = Array.from({ length: 20 }, () => {
    const began = nowMs();
    let unmet = 0;
    kept.forEach((expected, nth) => {
      if (judge(expected, actuals[nth], context).verdict === 'unmet') unmet++;
    });
    if (unmet !== STANDING / 10) throw new Error(`${unmet} are unmet`);
    const judged = nowMs();
    actuals.forEach((actual, nth) => {
      if (!isDeepStrictEqual(actual, copies[nth])) throw new Error('a copy is another');
    });
    return [judged - began, nowMs() - judged] as const;
  });
  const text = sources.reduce((sum, source) => sum + source.length, 0) / STANDING / 1_024;
  return [
    row({
      what: `${STANDING} expectations of ${LEAVES} leaves judged in core alone, beside a deep-equal of what they are about`,
      unit: 'ms',
      ours: median(rounds.map(([ours]) => ours)),
      ceiling: median(rounds.map(([, ceiling]) => ceiling)),
      goal: { of: 'ours', atMost: 50 },
    }),
    row({
      what: `memory of a standing expectation of ${LEAVES} leaves, beside its text`,
      unit: 'KiB',
      ours: (after - before) / STANDING / 1_024,
      ceiling: text,
    }),
  ];
}

/** A service as a client reads it, v5. */
function wholeService(): JsonObject {
  const id = '8b1c2a34-5d6e-4f70-8a9b-0c1d2e3f4a5b';
  return {
    id,
    href: `/tmf-api/serviceInventory/v5/service/${id}`,
    operatingStatus: 'running',
    note: [
      { id: '1', author: 'field', text: 'Handed over to the customer after the line test, see the protocol' },
      { id: '2', author: 'operations', text: 'Backup path over the southern ring, tested once a quarter' },
    ],
    supportingResource: [{ id: 'port-0001', name: 'ge-0/0/1', '@type': 'ResourceRef' }],
    ...service(1),
    place: [
      {
        role: 'installationAddress',
        place: { id: 'site-77', name: 'Harbour Road 12', '@type': 'PlaceRef' },
        '@type': 'RelatedPlaceRefOrValue',
      },
    ],
  };
}

/** The same with an operator that is met instead of each value that names nothing. */
function withOperators(value: Json, name = ''): Json {
  if (isArray(value)) return value.map(each => withOperators(each));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withOperators(each, key)]));
  }
  if (['id', 'name', 'role'].includes(name)) return value;
  if (typeof value === 'number') return { $between: [value - 1, value + 1] };
  return typeof value === 'string' ? { $anyOf: ['something else', value] } : { $type: 'boolean' };
}

/** Of each ten values two are literals, four compare, two choose, one matches and one may not be there. */
function hundredLeaves(nth: number): JsonObject {
  const wishes = (i: number): Json =>
    [
      i,
      `value-${i}`,
      { $gte: i },
      { $lte: i },
      { $between: [i - 1, i + (nth % 7)] },
      { $gte: { $quantity: { amount: i, units: 'Mbps' } } },
      { $anyOf: ['up', 'testing'] },
      { $noneOf: ['failed', 'unknown'] },
      { $match: '^v[0-9]+\\.' },
      { $absent: true },
    ][i % 10] ?? null;
  return {
    state: nth % 10 === 0 ? 'active' : { $present: true },
    serviceCharacteristic: Array.from({ length: LEAVES - 1 }, (_, i) => ({ name: `c${i}`, value: wishes(i) })),
  };
}

function hundredValues(nth: number): JsonObject {
  const values = (i: number): Json =>
    [i, `value-${i}`, i, i, i, { amount: i, units: 'Mbps' }, 'up', 'running', `v${nth}.1`][i % 10] ?? null;
  const characteristics = Array.from({ length: LEAVES - 1 }, (_, i) => ({ name: `c${i}`, value: values(i) }));
  return { state: 'inactive', serviceCharacteristic: characteristics };
}

/** Microseconds a call, the median of many short rounds, each of one and then the other. */
function interleaved(one: () => unknown, other: () => unknown): { ours: number; ceiling: number } {
  const rounds = Array.from({ length: ROUNDS }, () => [timed(one), timed(other)] as const).slice(ROUNDS / 4);
  return { ours: median(rounds.map(([ours]) => ours)), ceiling: median(rounds.map(([, ceiling]) => ceiling)) };
}

function timed(call: () => unknown): number {
  const began = nowMs();
  for (let i = 0; i < CALLS; i++) call();
  return ((nowMs() - began) * 1_000) / CALLS;
}

function parsed(text: string): JsonObject {
  return JSON.parse(text);
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node has no collector to call');
  return () => collect();
}
