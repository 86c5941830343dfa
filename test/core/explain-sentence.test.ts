import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedWords } from '../../src/core/expected/words.ts';
import { readExpected } from '../../src/core/expected.ts';
import { type Around, explainSentence, placeWords } from '../../src/core/explain-sentence.ts';
import type { Json } from '../../src/core/json.ts';
import { explain } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

const now = Date.parse('2026-03-12T12:00:00Z');
const ago = (ms: number) => now - ms;

function sentences(
  expected: Json,
  actual: Json | undefined,
  around: Partial<Around> = {},
  unknown = 'nowhere',
): string[] {
  const known = (path: string) => (path === unknown ? ('stale' as const) : ('known' as const));
  return explain(readExpected(expected, { keyed }), actual, { now, keyed, known }).map(leaf =>
    explainSentence(leaf, { now, ...around }),
  );
}

describe('what is expected, in words', () => {
  test.each<[Json, string]>([
    [1500, '1500'],
    ['unlocked', 'unlocked'],
    ['1500', '"1500"'],
    ['two words', '"two words"'],
    [{ $gte: 1500 }, 'at least 1500'],
    [{ $lt: { $quantity: { amount: 10, units: 'Gbit/s' } } }, 'less than 10 Gbit/s'],
    [{ $between: [1400, 1500] }, 'between 1400 and 1500'],
    [{ $within: { of: 20, tolerance: 0.5 } }, 'within 0.5 of 20'],
    [{ $gt: { $now: 'PT0S' } }, 'after now'],
    [{ $gt: { $now: '-PT5M' } }, 'after now minus PT5M'],
    [{ $same: { $today: 'P1D' } }, 'the same as today plus P1D'],
    [{ $lte: { $instant: '2026-01-15T12:00:00Z' } }, 'not after 2026-01-15T12:00:00Z'],
    [{ $absent: true }, 'nothing there'],
    [{ $type: 'integer' }, 'a whole number'],
    [{ $match: { pattern: '^fw 2', flags: 'i' } }, 'text like "^fw 2"'],
    [{ $anyOf: ['active', { $absent: true }] }, 'active or nothing there'],
    [{ $noneOf: [1, 2] }, 'anything but 1 or 2'],
    [{ $allOf: [{ $type: 'number' }, { $noneOf: [1] }] }, 'a number and anything but 1'],
    [{ $contains: ['10.0.0.1/24', '10.0.0.2/24'] }, 'among others 10.0.0.1/24 and 10.0.0.2/24'],
    [{ $range: [1, 9, 2] }, '{"$range":[1,9,2]}'],
    [{ a: { b: 1 } }, '{"a":{"b":1}}'],
  ])('%j', (expected, words) => {
    readExpected(expected, { keyed });
    expect(expectedWords(expected)).toBe(words);
  });

  test('whatever it is, it is short and one line', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('$gte', '$anyOf', '$contains', '$match', '$fn', '$between'),
        (json, op) => {
          const value = JSON.parse(JSON.stringify(json)) as Json;
          for (const words of [expectedWords(value), expectedWords({ [op]: value })]) {
            expect([...words].length).toBeLessThanOrEqual(80);
            expect(words).not.toContain('\n');
          }
        },
      ),
    );
  });
});

test.each([
  ['/resourceCharacteristic/mtu/value', 'mtu of veth1'],
  ['/serviceCharacteristic/speed', 'speed of veth1'],
  ['/serviceCharacteristic', 'serviceCharacteristic of veth1'],
  ['/place/site,a/b~1c', 'place/site,a/b/c of veth1'],
  ['/administrativeState', 'administrativeState of veth1'],
  ['', 'veth1'],
])('the place %s is called %s', (path, words) => {
  expect(placeWords(path, 'veth1')).toBe(words);
});

describe('a sentence', () => {
  const wantedBy = { principal: 'operator', owner: 'alice', why: 'jumbo frames' };
  const mtu = (value: Json) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

  test('says what it is since when and through whom, who wants what, why that is not so, and who saw it when', () => {
    const around = {
      of: 'veth1',
      wantedBy,
      became: { at: ago(7_200_000), principal: 'driver:linux', why: 'link came up' },
      observed: { at: ago(4_000), by: 'linux' },
    };
    expect(sentences(mtu({ $gte: 1500 }), mtu(1400), around)).toEqual([
      'mtu of veth1 has been 1400 for 2 h (by driver:linux: link came up); alice (operator) wants at least 1500 (jumbo frames): it is out of bounds; seen 4 s ago by linux',
    ]);
    expect(sentences(mtu({ $gte: 1400 }), mtu(1400), around)).toEqual([
      'mtu of veth1 has been 1400 for 2 h (by driver:linux: link came up), as alice (operator) wants (at least 1400); seen 4 s ago by linux',
    ]);
  });

  test('says of what is missing since when it has been', () => {
    const became = { at: ago(60_000), principal: 'driver:linux' };
    expect(sentences({ a: 1 }, {}, { became })).toEqual([
      'a has not been there for 1 min (by driver:linux); expected is 1',
    ]);
  });

  test('says no more than is known', () => {
    expect(sentences(mtu(1500), mtu(1400))).toEqual(['mtu is 1400; expected is 1500']);
    expect(sentences(mtu(1500), {})).toEqual([
      'resourceCharacteristic is not there; expected is [{"name":"mtu","value":1500}]',
    ]);
    expect(sentences({ a: { $absent: true }, b: 'x' }, { a: 1, b: 7 })).toEqual([
      'a is 1; expected is nothing there',
      'b is 7; expected is x: it is of another type',
    ]);
    expect(sentences({ a: 1 }, { a: 1 })).toEqual(['a is 1, as expected']);
    expect(sentences({ a: 1 }, undefined)).toEqual(['the whole is not there; expected is {"a":1}']);
  });

  test('of what is not known never sounds as if it were', () => {
    const observed = { at: ago(180_000), by: 'snmp' };
    expect(sentences({ a: 1 }, { a: 1 }, { of: 'olt', wantedBy: { principal: 'client' }, observed }, '/a')).toEqual([
      'a of olt is not known: it was 1 when snmp last looked, 3 min ago; client wants 1',
    ]);
    const leaf = { path: '/a', expected: 1, verdict: 'unknown', reason: 'never' } as const;
    expect(explainSentence(leaf, { now, observed: { by: 'snmp' } })).toBe(
      'a is not known: snmp has not seen it since the start; expected is 1',
    );
  });
});
