import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { absorb, literal, mergeExpected, splitWrite } from '../../src/core/ownership.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';

const port: Kind = {
  name: 'networkInterface',
  type: 'resource',
  specification: { id: 'spec', name: 'spec', version: '1.0.0', tmfVersion: 5 },
  observed: ['name', 'operationalState', 'administrativeState'],
  characteristic: [
    { name: 'mtu', schema: { type: 'integer' }, owner: 'driver' },
    { name: 'ipAddress', schema: { type: 'array' }, owner: 'driver' },
    { name: 'route', schema: { type: 'array' }, owner: 'driver' },
    { name: 'room', schema: { type: 'string' }, owner: 'record' },
  ],
};

const facts: JsonObject = {
  '@type': 'LogicalResource',
  name: 'eth0',
  operationalState: 'enabled',
  administrativeState: 'unlocked',
  resourceCharacteristic: [
    { name: 'mtu', value: 1500 },
    { name: 'ipAddress', value: ['10.0.0.1/24'] },
  ],
};

const document: JsonObject = {
  id: 'a',
  description: 'uplink',
  ...facts,
  resourceCharacteristic: [
    { name: 'mtu', value: 1500 },
    { name: 'ipAddress', value: ['10.0.0.1/24'] },
    { name: 'room', value: 'R1' },
  ],
};

const observed: Instance = {
  id: instanceId('a'),
  type: 'resource',
  kind: port.name,
  observedBy: 'linux',
  document,
  seq: 1,
  createdAt: 0,
};

const split = (after: JsonObject, before = observed): ReturnType<typeof splitWrite> =>
  splitWrite(before, after, port, tmfKeyedArrays);

describe('absorb lays what a driver saw over the document', () => {
  test('a first look is the document', () => {
    expect(absorb(undefined, facts, port, 'resource')).toEqual(facts);
  });

  test('observed attributes follow the facts, recorded ones stay', () => {
    const after = absorb(document, { ...facts, operationalState: 'disabled' }, port, 'resource');
    expect(after).toEqual({ ...document, operationalState: 'disabled' });
  });

  test('what the driver no longer sees goes, what a client wrote does not', () => {
    const { administrativeState: _, ...rest } = facts;
    const after = absorb(
      document,
      { ...rest, resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
      port,
      'resource',
    );
    expect(after).not.toHaveProperty('administrativeState');
    expect(after.description).toBe('uplink');
    expect(after.resourceCharacteristic).toEqual([
      { name: 'mtu', value: 1400 },
      { name: 'room', value: 'R1' },
    ]);
  });

  test('the last characteristic takes the array with it', () => {
    const { resourceCharacteristic: _, ...bare } = facts;
    expect(absorb(facts, bare, port, 'resource')).toEqual(bare);
  });

  test('an attribute the kind does not observe is only a first value', () => {
    const named = absorb(undefined, { ...facts, description: 'from the element' }, port, 'resource');
    expect(named.description).toBe('from the element');
    const renamed = absorb({ ...named, description: 'mine' }, { ...facts, description: 'again' }, port, 'resource');
    expect(renamed.description).toBe('mine');
  });

  test('the same look twice gives the same document', () => {
    const characteristic = fc.record({
      name: fc.constantFrom('mtu', 'ipAddress', 'room', 'other'),
      value: fc.integer(),
    });
    const some = fc.record(
      {
        name: fc.string(),
        operationalState: fc.constantFrom('enabled', 'disabled'),
        description: fc.string(),
        resourceCharacteristic: fc.uniqueArray(characteristic, { selector: each => each.name }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, some, (before, seen) => {
        const once = absorb(before as JsonObject, seen as JsonObject, port, 'resource');
        expect(absorb(once, seen as JsonObject, port, 'resource')).toEqual(once);
        expect(absorb(before as JsonObject, seen as JsonObject, port, 'resource')).toEqual(once);
      }),
    );
  });
});

describe('splitWrite gives each owner its part', () => {
  test('an echo of the whole document wants nothing', () => {
    expect(split(document)).toEqual({ document });
  });

  test('a recorded attribute is applied, a driver-owned one is expected', () => {
    const wish = split({ ...document, description: 'new', administrativeState: 'locked' });
    expect(wish.document).toEqual({ ...document, description: 'new' });
    expect(wish.expect).toEqual({ administrativeState: 'locked' });
  });

  test('a removal is expected as absence, or carried out on the record', () => {
    const { administrativeState: _, description: __, ...rest } = document;
    const wish = split(rest);
    expect(wish.expect).toEqual({ administrativeState: { $absent: true } });
    expect(wish.document).not.toHaveProperty('description');
    expect(wish.document.administrativeState).toBe('unlocked');
  });

  test('an array of characteristics is split by name; what the driver owns and the array leaves out is left alone', () => {
    const wish = split({
      ...document,
      resourceCharacteristic: [
        { name: 'mtu', value: 1400, valueType: 'integer' },
        { name: 'colour', value: 'red' },
      ],
    });
    expect(wish.expect).toEqual({ resourceCharacteristic: [{ name: 'mtu', value: 1400 }] });
    expect(wish.document.resourceCharacteristic).toEqual([
      { name: 'mtu', value: 1500 },
      { name: 'ipAddress', value: ['10.0.0.1/24'] },
      { name: 'colour', value: 'red' },
    ]);
  });

  test('no characteristics at all removes the recorded ones only', () => {
    const { resourceCharacteristic: _, ...rest } = document;
    const wish = split(rest);
    expect(wish.expect).toBeUndefined();
    expect(wish.document.resourceCharacteristic).toEqual([
      { name: 'mtu', value: 1500 },
      { name: 'ipAddress', value: ['10.0.0.1/24'] },
    ]);
  });

  test('a set of routes is expected by key, and only the routes that differ', () => {
    const route = (destination: string, gateway: string, metric: number): JsonObject => ({
      table: 'main',
      destination,
      gateway,
      metric,
    });
    const before = {
      ...observed,
      document: { id: 'a', resourceCharacteristic: [{ name: 'route', value: [route('default', '10.0.0.254', 1)] }] },
    };
    const value = [route('default', '10.0.0.254', 5), route('10.9.0.0/16', '10.0.0.253', 1)];
    const wish = split({ id: 'a', resourceCharacteristic: [{ name: 'route', value }] }, before);
    expect(wish.expect).toEqual({
      resourceCharacteristic: [
        {
          name: 'route',
          value: [
            { table: 'main', destination: 'default', gateway: '10.0.0.254', metric: 5 },
            route('10.9.0.0/16', '10.0.0.253', 1),
          ],
        },
      ],
    });
  });

  test('data that looks like an operator stays data', () => {
    const wish = split({ ...document, administrativeState: { $absent: true } });
    expect(wish.expect).toEqual({ administrativeState: { $literal: { $absent: true } } });
    expect(literal({ a: [{ $x: 1, y: 2 }] })).toEqual({ a: [{ $literal: { $x: 1, y: 2 } }] });
  });

  test('without a driver everything is recorded', () => {
    const { observedBy: _, ...unobserved } = observed;
    const after = { id: 'a', administrativeState: 'locked' };
    expect(split(after, unobserved)).toEqual({ document: after });
  });

  test('the driver’s part never moves by writing', () => {
    const any = fc.dictionary(fc.constantFrom('name', 'operationalState', 'description', 'x'), fc.string());
    fc.assert(
      fc.property(any, after => {
        const wish = split(after as JsonObject);
        expect(wish.document.name).toBe('eth0');
        expect(wish.document.operationalState).toBe('enabled');
      }),
    );
  });
});

describe('mergeExpected puts two wishes into one', () => {
  const merge = (a: Json, b: Json): Json => mergeExpected(a, b, tmfKeyedArrays);

  test('the later word stands, the rest stays', () => {
    expect(merge({ a: 1, b: { c: 1, d: 2 } }, { b: { c: 3 } })).toEqual({ a: 1, b: { c: 3, d: 2 } });
    expect(merge({ a: { $absent: true } }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
    expect(merge({ a: { b: 1 } }, { a: { $absent: true } })).toEqual({ a: { $absent: true } });
  });

  test('characteristics meet by name', () => {
    const a = { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] };
    const b = { resourceCharacteristic: [{ name: 'speed', value: 1 }] };
    expect(merge(a, b)).toEqual({
      resourceCharacteristic: [
        { name: 'mtu', value: 1400 },
        { name: 'speed', value: 1 },
      ],
    });
    expect(merge(a, { resourceCharacteristic: [{ name: 'mtu', value: 9000 }] })).toEqual({
      resourceCharacteristic: [{ name: 'mtu', value: 9000 }],
    });
  });

  test('a wish merged with itself is itself', () => {
    const wish = fc.jsonValue();
    fc.assert(
      fc.property(wish, a => {
        expect(merge(a as Json, a as Json)).toEqual(a);
      }),
    );
  });
});
