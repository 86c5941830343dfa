import { expect, test } from 'vitest';
import type { Target } from '../../src/core/expectation.ts';
import { readExpected } from '../../src/core/expected.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { KindCharacteristic, Kinds } from '../../src/core/kind.ts';
import { nearest } from '../../src/core/nearest.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { unitsFor, unitsOf } from '../../src/core/units-of-kinds.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { kind } from '../kit/model.ts';

const measured = (name: string, unit?: string): KindCharacteristic => ({
  name,
  schema: { type: 'number' },
  owner: 'driver',
  ...(unit === undefined ? {} : { unit }),
});

const kinds: Kinds = new Map([
  ['line', kind('line', { characteristic: [measured('speed', 'Mbps'), measured('mtu'), measured('power', 'W')] })],
  ['port', kind('port', { characteristic: [measured('speed', 'Mbps'), measured('power', 'dBm')] })],
  [
    'shaper',
    kind('shaper', {
      characteristic: [],
      feature: [{ name: 'shaping', isEnabled: true, characteristic: [measured('rate', 'kbps')] }],
    }),
  ],
]);
const unitOf = unitsOf(kinds);

test('a value has the unit that its kind declares, where all kinds agree', () => {
  expect(unitOf('/resourceCharacteristic/speed/value')).toBe('Mbps');
  expect(unitOf('/serviceCharacteristic/speed/value')).toBe('Mbps');
  expect(unitOf('/feature/shaping/featureCharacteristic/rate/value')).toBe('kbps');
  expect(unitOf('/activationFeature/shaping/featureCharacteristic/rate/value')).toBe('kbps');
  const none = ['', '/speed', '/resourceCharacteristic/mtu/value', '/resourceCharacteristic/power/value'];
  const others = ['/resourceCharacteristic/speed', '/resourceCharacteristic/speed/value/x', '/note/speed/value'];
  for (const path of [...none, ...others, '/feature/other/featureCharacteristic/rate/value']) {
    expect(unitOf(path), path).toBeUndefined();
  }
});

test('where a kind is named, it alone says', () => {
  const power = '/resourceCharacteristic/power/value';
  expect([unitOf(power, 'line'), unitOf(power, 'port'), unitOf(power, 'shaper')]).toEqual(['W', 'dBm', undefined]);
  expect(unitOf('/resourceCharacteristic/speed/value', 'yet to come')).toBe('Mbps');
  const kindOf = (id: string) => (id === 'p1' ? 'port' : undefined);
  const byTarget: [Target, string | undefined][] = [
    [{ kind: 'line', name: 'l1' }, 'W'],
    [{ kind: 'port', where: { name: 'p1' } }, 'dBm'],
    [{ where: { name: 'p1' } }, undefined],
    [{ id: instanceId('p1') }, 'dBm'],
    [{ id: instanceId('gone') }, undefined],
    [{ kind: 'line', name: 'l1', peer: 'b' }, undefined],
  ];
  for (const [target, unit] of byTarget) expect(unitsFor(unitOf, target, kindOf)?.(power)).toBe(unit);
});

test('a quantity is compared with the bare number of an element, and the nearest one is a bare number', () => {
  const context = { now: 0, keyed, unitOf };
  const least: Json = { $gte: { $quantity: { amount: 0.25, units: 'Gbps' } } };
  const source = { resourceCharacteristic: [{ name: 'speed', value: least }] };
  const expected = readExpected(source, context);
  const speed = (value: Json): Json => ({ resourceCharacteristic: [{ name: 'speed', value }] });
  expect(outstanding(expected, speed(300), context)).toBeUndefined();
  expect(outstanding(expected, speed(100), context)).toEqual(source);
  expect(nearest(source, speed(100), context)).toEqual({ value: speed(250) });
  const volts = speed({ $lt: { $quantity: { amount: 1, units: 'V' } } });
  expect(() => readExpected(volts, context)).toThrow('is in Mbps, which V does not measure');
});
