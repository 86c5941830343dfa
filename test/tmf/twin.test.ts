import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { checkEntity } from '../../src/tmf/check.ts';
import { render } from '../../src/tmf/codec.ts';
import { resource, service, shapeOf } from '../../src/tmf/shape.ts';
import { renderTwin } from '../../src/tmf/twin.ts';
import { noLinks, versions } from '../../src/tmf/version.ts';

const actual: Record<InstanceType, JsonObject> = {
  service: {
    id: 's1',
    '@type': 'Service',
    name: 'internet',
    state: 'active',
    serviceSpecification: { id: 'gold', '@type': 'ServiceSpecificationRef' },
  },
  resource: { id: 'r1', '@type': 'LogicalResource', name: 'eth0', operationalState: 'enabled' },
};

const names = { service: Object.keys(service.attributes), resource: Object.keys(resource.attributes) };
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<Json>('active', 'enabled', [], [{}], [{ id: '1' }], [{ name: 'mtu', value: 1 }], [[1]], { id: 'x' }),
);
const values = (type: InstanceType) => fc.dictionary(fc.constantFrom(...names[type], 'ours'), odd, { maxKeys: 5 });

test('whatever is expected, its twin is valid, and says which instance it is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<InstanceType>('service', 'resource').chain(type => fc.tuple(fc.constant(type), values(type))),
      fc.constantFrom(...versions),
      ([type, said], version) => {
        const rendering = { type, version, publicUrl: '', links: noLinks };
        const shown = renderTwin(JSON.parse(JSON.stringify(said)), actual[type], rendering);
        const known = render(actual[type], rendering);
        expect(() => checkEntity(shown, shapeOf(type, shown), version, known)).not.toThrow();
        expect(shown).toMatchObject({ id: known.id, href: known.href });
      },
    ),
    { numRuns: 2_000 },
  );
});

test('what is valid stays as it is; of a list only the element goes that is not', () => {
  const rendering = { type: 'resource', version: 'v5', publicUrl: '', links: noLinks } as const;
  const said = {
    operationalState: 'off',
    administrativeState: 'unlocked',
    resourceCharacteristic: [{ name: 'mtu', value: 1500 }, { value: 1 }, { name: 'speed', value: 10 }],
    ours: { any: [1] },
  };
  expect(renderTwin(said, actual.resource, rendering)).toMatchObject({
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value: 1500 },
      { name: 'speed', value: 10 },
    ],
    ours: { any: [1] },
  });
  expect(renderTwin(said, actual.resource, rendering)).not.toHaveProperty('operationalState');
});
