/** `compare`: the outstanding of a document of literals, beside a mere test whether two documents are equal. */
import equal from 'fast-deep-equal';
import { readExpected } from '../../src/core/expected.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { resource } from './documents.ts';
import { median, nowMs, type Row, row } from './measure.ts';

const ROUNDS = 60;
const CALLS = 2_000;

export function compare(): Row[] {
  const text = JSON.stringify(resource(1));
  const document = read(text);
  const expected = readExpected(document, { keyed });
  const context = { now: Date.now(), keyed };

  // A test for equality may stop where they differ, the outstanding may not: they differ where that test comes late.
  return [
    measured('an equal document', read(text), undefined),
    measured('one attribute differs', read(text.replace('port-0001', 'port-9999')), { id: 'port-0001' }),
    measured('one characteristic differs', read(text.replace('1501', '9000')), {
      resourceCharacteristic: [{ name: 'mtu', value: 1501 }],
    }),
  ];

  function measured(what: string, actual: JsonObject, residual: JsonObject | undefined): Row {
    const compared = outstanding(expected, actual, context);
    if (!equal(compared, residual)) throw new Error(`${what}: outstanding is ${JSON.stringify(compared)}`);
    const { ours, ceiling } = interleaved(
      () => outstanding(expected, actual, context),
      () => equal(document, actual),
    );
    return row({ what, unit: 'µs', ours, ceiling, goal: { of: 'ratio', atMost: 1.5 } });
  }
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

function read(text: string): JsonObject {
  return JSON.parse(text);
}
