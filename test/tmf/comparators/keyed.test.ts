/** Arrays of TMF objects are sets with a natural key, in every type; what a value holds is its author's to name. */
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../../src/core/errors.ts';
import { readExpected } from '../../../src/core/expected.ts';
import { isArray, isObject, type Json } from '../../../src/core/json.ts';
import { expectedAt, isOutstanding, outstanding } from '../../../src/core/outstanding.ts';
import { allComparators } from '../../../src/tmf/comparators/all.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';
import { filled } from '../../kit/filled.ts';

const context = { now: 0, keyed };
const left = (expected: Json, actual: Json) => outstanding(readExpected(expected, { keyed }), actual, context);

const arrays = [...allComparators()].flatMap(([{ properties }, name]) =>
  [...properties].flatMap(([member, { many, reads, of }]) =>
    many && reads === 'object' ? [{ what: `${name}/${member}`, member, of }] : [],
  ),
);

test.each(arrays)('$what goes by a key that its elements have', ({ member, of }) => {
  expect(keyed[member]).toBeDefined();
  for (const { keys = [], properties } of of) {
    expect(keys.length).toBeGreaterThan(0);
    for (const [first = '', second] of keys.flat().map(part => part.split('/'))) {
      const property = properties.get(first);
      const flat = [...properties.values()].flatMap(each => each.of);
      // v4 says beside the role what it is the role of.
      expect(property !== undefined || flat.some(each => each.properties.has(first)), first).toBe(true);
      if (second !== undefined) expect(property?.of.some(each => each.properties.has(second))).toBe(true);
    }
  }
});

function mixed(value: Json): Json {
  if (isArray(value)) return value.every(isObject) ? value.map(mixed).reverse() : value;
  if (!isObject(value)) return value;
  // What a value holds has the order that its author gave it.
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, key === 'value' ? each : mixed(each)]));
}

test('the order of the elements does not matter, nor what stands beside them', () => {
  for (const [comparator] of allComparators()) {
    for (const document of filled(comparator)) {
      const expected = readExpected(document, { keyed });
      expect(isOutstanding(expected, mixed(document), context)).toBe(false);
    }
  }
  const notes = [{ id: '1', text: 'x' }];
  expect(left({ note: notes }, { note: [{ id: '0', text: 'y' }, ...notes] })).toBeUndefined();
});

describe('a value', () => {
  const document = (value: Json): Json => ({ serviceCharacteristic: [{ name: 'plan', value }] });

  test('may hold arrays with the names of TMF that are none of TMF', () => {
    const value = { note: ['a', 'b'], schedule: [{ from: 1 }, { from: 2 }], connection: [[1], [2]], place: 'x' };
    expect(left(document(value), document(value))).toBeUndefined();
    expect(left(document(value), document({ ...value, note: ['a', 'c'] }))).toEqual(document({ note: [null, 'b'] }));
    expect(left(document(value), document({ ...value, schedule: [{ from: 1 }, { from: 3 }] }))).toEqual(
      document({ schedule: [null, { from: 2 }] }),
    );
    expect(expectedAt(document(value), '/serviceCharacteristic/plan/value/note/1', keyed)).toBe('b');
  });

  test('may be called value', () => {
    const inside = (value: Json): Json => ({
      serviceCharacteristic: [{ name: 'value', characteristicRelationship: value }],
    });
    expect(() => readExpected(inside([{ href: 'no key' }]), { keyed })).toThrow(AgentError);
    const [one, other] = [
      { id: '1', relationshipType: 'a' },
      { id: '2', relationshipType: 'b' },
    ];
    expect(left(inside([one, other]), inside([other, one]))).toBeUndefined();
  });

  test('elsewhere such an array is refused, since it could not be meant so', () => {
    for (const source of [
      { note: ['a'] },
      { serviceCharacteristic: [{ value: 1 }] },
      { relatedParty: [{ name: 'x' }] },
    ]) {
      expect(() => readExpected(source, { keyed }), JSON.stringify(source)).toThrow('gives its key as plain values');
    }
  });
});
