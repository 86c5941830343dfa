/** A document of any sort, read by a client and laid as it was, is met by the document it was read from. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../../src/core/errors.ts';
import { type Expected, readExpected } from '../../../src/core/expected.ts';
import type { InstanceType } from '../../../src/core/instance.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { outstanding } from '../../../src/core/outstanding.ts';
import { literal } from '../../../src/core/ownership.ts';
import { render } from '../../../src/tmf/codec.ts';
import { asShown, type Showing } from '../../../src/tmf/comparators/as-shown.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';
import { resourceTypes, service } from '../../../src/tmf/shape.ts';
import { complete } from '../../../src/tmf/v5.ts';
import { noLinks } from '../../../src/tmf/version.ts';
import { documentOf } from '../../kit/tmf-documents.ts';

const context = { now: 0, keyed };
const showing: Showing = { publicUrl: 'http://edge', links: (to, id) => `http://edge/${to}/${id}` };

/** Some of what is referred to is here. */
const rendering = (type: InstanceType) =>
  ({
    type,
    version: 'v5',
    publicUrl: showing.publicUrl,
    links: (to, id) => (id.length % 2 === 0 ? undefined : showing.links(to, id)),
  }) satisfies Parameters<typeof render>[1];

function left(expected: Expected, kept: JsonObject, type: InstanceType): Json | undefined {
  const shown = asShown([expected.source], showing)?.(kept, type) ?? kept;
  return outstanding(expected, shown, context);
}

test.each([['service', service] as const, ...[...resourceTypes.values()].map(shape => ['resource', shape] as const)])(
  'whatever a %s holds',
  (type, shape) => {
    let met = 0;
    fc.assert(
      fc.property(documentOf(shape), document => {
        const { href: _, ...own } = complete(document, shape, noLinks);
        const kept = { ...own, id: 'a' };
        const shown = render(kept, rendering(type));
        let expected: Expected;
        try {
          // Names that begin with $ are not what the language means by them.
          expected = readExpected(literal(shown), { keyed });
        } catch (error) {
          // What nothing tells from others of its array.
          if (error instanceof AgentError && error.message.includes('key as plain values')) return;
          throw error;
        }
        met++;
        expect(left(expected, kept, type)).toBeUndefined();
      }),
    );
    expect(met).toBeGreaterThan(20);
  },
);

describe('what is shown', () => {
  const kept: JsonObject = {
    id: 'a',
    '@type': 'Service',
    state: 'cancelled',
    operatingStatus: 'not_feasible',
    supportingResource: [{ id: 'r1' }],
    serviceCharacteristic: [{ name: 'mtu', value: 1500 }],
  };
  const leftOf = (expected: JsonObject, actual = kept) => left(readExpected(expected, { keyed }), actual, 'service');
  const shown = render(kept, { ...rendering('service'), links: showing.links });

  test('costs nothing where it is not asked for', () => {
    for (const source of [{ state: 'active' }, { serviceCharacteristic: [{ name: 'mtu', value: { $gte: 1 } }] }]) {
      expect(asShown([source], showing)).toBeUndefined();
    }
    expect(leftOf({ state: 'terminated' })).toEqual({ state: 'terminated' });
    expect(leftOf({ state: 'cancelled' })).toBeUndefined();
  });

  test('has the words of the standard, and our own are still understood', () => {
    expect(shown).toMatchObject({ state: 'terminated', operatingStatus: 'failed' });
    expect(leftOf(shown)).toBeUndefined();
    expect(leftOf({ ...shown, state: 'cancelled' })).toBeUndefined();
    expect(leftOf(shown, { ...kept, state: 'active' })).toEqual({ state: 'terminated' });
  });

  test('has the hrefs of this agent, and those that were given', () => {
    expect(shown.href).toBe('http://edge/tmf-api/serviceInventory/v5/service/a');
    const [reference] = shown.supportingResource as JsonObject[];
    expect(reference?.href).toBe('http://edge/resource/r1');
    expect(leftOf({ href: 'http://other/a' })).toEqual({ href: 'http://other/a' });
    const elsewhere = { ...kept, supportingResource: [{ id: 'r1', href: 'http://other/r1' }] };
    const laid = { supportingResource: [{ id: 'r1', href: 'http://other/r1' }] };
    expect(leftOf(laid, elsewhere)).toBeUndefined();
    expect(leftOf(laid)).toEqual(laid);
  });

  test('has a type for each value, which is another when the value is', () => {
    const laid = { serviceCharacteristic: [{ name: 'mtu', '@type': 'IntegerCharacteristic' }] };
    expect(leftOf(laid)).toBeUndefined();
    expect(leftOf(laid, { ...kept, serviceCharacteristic: [{ name: 'mtu', value: 'x' }] })).toEqual(laid);
  });

  test('is one word where one of a list is kept', () => {
    const resource = { id: 'a', '@type': 'Resource', availabilityStatus: ['online'] };
    const leftOfIt = (source: JsonObject) => left(readExpected(source, { keyed }), resource, 'resource');
    expect(leftOfIt({ availabilityStatus: 'online' })).toBeUndefined();
    expect(leftOfIt({ availabilityStatus: ['online'] })).toBeUndefined();
    expect(leftOfIt({ availabilityStatus: ['online'], '@type': 'Resource' })).toBeUndefined();
    expect(leftOfIt({ availabilityStatus: 'offline' })).toEqual({ availabilityStatus: 'offline' });
  });
});
