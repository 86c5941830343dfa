import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { inOrder } from '../../src/core/model/order.ts';
import { related } from '../kit/hops.ts';

const named = (...names: string[]): JsonObject[] => names.map(name => ({ name }));

test('given aliased relationships out of order, then by alias, those without one behind by their type (33)', () => {
  const relationship = (type: string, alias?: string): JsonObject => related('service', 'x', type, alias);
  const document = {
    serviceRelationship: [
      relationship('uses'),
      relationship('uses', 'c'),
      relationship('bestows', 'a'),
      relationship('bestows'),
      relationship('uses', 'b'),
    ],
  };
  expect(inOrder(document)).toEqual({
    serviceRelationship: [
      relationship('bestows', 'a'),
      relationship('uses', 'b'),
      relationship('uses', 'c'),
      relationship('bestows'),
      relationship('uses'),
    ],
  });
});

test('given features and characteristics out of order, then by name, nested ones too (34)', () => {
  expect(
    inOrder({
      feature: [{ name: 'b', featureCharacteristic: named('y', 'x') }, { name: 'a' }],
      serviceCharacteristic: named('n', 'm'),
      note: named('z', 'a'),
    }),
  ).toEqual({
    feature: [{ name: 'a' }, { name: 'b', featureCharacteristic: named('x', 'y') }],
    serviceCharacteristic: named('m', 'n'),
    note: named('z', 'a'),
  });
});

test('what is in order stays the same object, and putting in order twice is once', () => {
  const element = fc.record(
    { name: fc.string({ maxLength: 2 }), alias: fc.string({ maxLength: 1 }), n: fc.nat(3) },
    { requiredKeys: [] },
  );
  const document = fc.record(
    { resourceCharacteristic: fc.array(element), resourceRelationship: fc.array(element), other: fc.array(element) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(document, each => {
      const once = inOrder(each as JsonObject);
      expect(inOrder(once)).toBe(once);
      expect(once.other).toBe(each.other);
      expect(once.resourceCharacteristic ?? []).toHaveLength(each.resourceCharacteristic?.length ?? 0);
    }),
  );
});
