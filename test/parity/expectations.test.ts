/** What is outstanding of characteristics, relationships and numbers, as Diffo's comparators tell it. */
import { expect, test } from 'vitest';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { relate } from '../../src/core/model/standard-changes.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { access, documentOf, given, kinds, make, of } from '../kit/domain.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { commit } from '../kit/pools.ts';

const rest = (expected: Json, actual: Json | undefined): Json | undefined =>
  outstanding(readExpected(expected, { keyed }), actual, { now: 0, keyed });

test('given port 1 expected, then of port 3 the value is outstanding, of pair 1 the name, of nothing both', () => {
  const port = { name: 'port', value: 1 };
  expect(rest(port, { name: 'port', value: 1, extra: true })).toBeUndefined();
  expect(rest(port, { name: 'port', value: 3 })).toEqual({ value: 1 });
  expect(rest(port, { name: 'pair', value: 1 })).toEqual({ name: 'port' });
  expect(rest(port, undefined)).toEqual(port);
});

test('given characteristics of an instance, then they meet by name, and the unmet one keeps its name', () => {
  const expected = { serviceCharacteristic: [{ name: 'port', value: 1 }] };
  const actual = {
    serviceCharacteristic: [
      { name: 'aside', value: 1 },
      { name: 'port', value: 3 },
    ],
  };
  expect(rest(expected, actual)).toEqual(expected);
  expect(rest(expected, { serviceCharacteristic: [{ name: 'port', value: 1 }] })).toBeUndefined();
});

test('given a relationship expected by type, alias and target alone, then one with characteristics meets it', () => {
  const store = memoryStore();
  const line = make(store, 'service', of(access), 'line');
  const other = make(store, 'service', of(access), 'other');
  commit(store, drafts => {
    const words = { type: 'uses', alias: 'primary', characteristic: { pair: 12 } };
    relate({ drafts, kinds, given: given() }, line, other, words);
  });
  const expected = (id: string) => ({
    serviceRelationship: [{ relationshipType: 'uses', alias: 'primary', service: { id } }],
  });
  expect(rest(expected('other'), documentOf(store, line))).toBeUndefined();
  expect(rest(expected('line'), documentOf(store, line))).toBeDefined();
});

test('given a fraction expected that is whole, then the whole number meets it; another one is the value alone', () => {
  const four = JSON.parse('{"type":"float","value":4.0}');
  expect(rest(four, JSON.parse('{"type":"float","value":4}'))).toBeUndefined();
  expect(rest({ $type: 'number' }, 4)).toBeUndefined();
  expect(rest(four, { type: 'float', value: 5 })).toEqual({ value: 4 });
});
