import { expect, test } from 'vitest';
import { openSimulator, readElements, type Simulator } from '../../../src/adapters/drivers/simulator.ts';
import { openFaulty } from '../../../src/adapters/drivers/simulator-faulty.ts';
import type { Driver, Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { driverContract } from '../../contracts/driver.ts';
import { type HandClock, handClock } from '../../kit/clock.ts';

const elements = [
  {
    kind: 'port',
    key: '1',
    facts: {
      '@type': 'PhysicalResource',
      name: 'port 1',
      administrativeState: 'unlocked',
      operationalState: 'enabled',
      resourceCharacteristic: [{ name: 'mtu', value: 1500, valueType: 'integer', '@type': 'IntegerCharacteristic' }],
    },
    telemetry: [{ name: 'rxBytes', value: 10, perSecond: 100 }],
    settable: [
      { path: '/administrativeState', oneOf: ['unlocked', 'locked'], cost: { downtimeMs: 100 }, lasting: 'lasts' },
      { path: '/resourceCharacteristic/mtu/value' },
      {
        path: '/resourceCharacteristic/vlan/value',
        needs: [
          {
            of: { kind: 'port', name: 'port 2' },
            path: '/administrativeState',
            expect: 'unlocked',
            because: 'port 2 is unlocked',
            to: [10],
          },
        ],
      },
    ],
    consequences: [
      { when: { path: '/administrativeState', is: 'locked' }, also: { '/operationalState': 'disabled' } },
      { when: { path: '/administrativeState', is: 'unlocked' }, also: { '/operationalState': 'enabled' } },
    ],
  },
  { kind: 'port', key: '2', facts: { '@type': 'PhysicalResource', name: 'port 2', administrativeState: 'locked' } },
];

function opened(): { simulator: Simulator; clock: HandClock } {
  const clock = handClock();
  return { simulator: openSimulator({ clock, log: silentLog, elements: readElements(elements) }), clock };
}

async function facts(simulator: Simulator, key = '1'): Promise<Record<string, unknown>> {
  const found = (await simulator.look()).sightings.find(each => each.key === key);
  return { ...found?.facts };
}

async function step(simulator: Simulator, path: string, wanted: unknown): Promise<Step> {
  const ability = simulator.abilities.find(each => each.path === path);
  const steps = ability?.steps((await facts(simulator)) as never, wanted as never);
  if (!Array.isArray(steps)) throw new Error(String(steps));
  return steps[0];
}

const subjectOf = (simulator: Simulator, driver: Driver) => {
  return {
    driver,
    kind: 'port',
    key: '1',
    path: '/administrativeState',
    wanted: 'locked',
    refused: 'ajar',
    changeFromOutside: () => simulator.world.change('port', '1', '/resourceCharacteristic/mtu/value', 9000),
    takeAway: () => simulator.world.remove('port', '1'),
    needy: {
      kind: 'port',
      name: 'port 1',
      path: '/resourceCharacteristic/vlan/value',
      wanted: () => [10],
      meet: () => simulator.world.change('port', '2', '/administrativeState', 'unlocked'),
    },
  };
};

driverContract('the simulator', async () => {
  const { simulator } = opened();
  return subjectOf(simulator, simulator);
});

driverContract('the simulator without faults', async () => {
  const { simulator, clock } = opened();
  return subjectOf(simulator, openFaulty(simulator, { clock, log: silentLog }));
});

test('a consequence comes with its cause and goes with its undo', async () => {
  const { simulator } = opened();
  const lock = await step(simulator, '/administrativeState', 'locked');
  const { before } = await simulator.examine(lock);
  await simulator.act(lock);
  expect(await facts(simulator)).toMatchObject({ administrativeState: 'locked', operationalState: 'disabled' });
  await simulator.undo(lock, before);
  expect(await facts(simulator)).toMatchObject({ administrativeState: 'unlocked', operationalState: 'enabled' });
});

test('a characteristic that was not there is made by a step and gone after its undo', async () => {
  const { simulator } = opened();
  const was = await facts(simulator);
  const set = await step(simulator, '/resourceCharacteristic/vlan/value', [10, 20]);
  const { before } = await simulator.examine(set);
  await simulator.act(set);
  expect((await facts(simulator)).resourceCharacteristic).toContainEqual({ name: 'vlan', value: [10, 20] });
  await simulator.undo(set, before);
  expect(await facts(simulator)).toEqual(was);
});

test('an element that cannot be set at a path says so', async () => {
  const { simulator } = opened();
  const ability = simulator.abilities.find(each => each.path === '/administrativeState');
  expect(ability?.steps({ name: 'port 2' }, 'unlocked')).toBe('/administrativeState of port 2 cannot be set');
});

test('a refusal is for the next act alone', async () => {
  const { simulator } = opened();
  const lock = await step(simulator, '/administrativeState', 'locked');
  simulator.world.refuseNext('the port is in use');
  await expect(simulator.act(lock)).rejects.toMatchObject({ code: 'refused', message: 'the port is in use' });
  await simulator.act(lock);
  expect(await facts(simulator)).toMatchObject({ administrativeState: 'locked' });
});

test('a lost answer leaves the effect in place', async () => {
  const { simulator } = opened();
  const lock = await step(simulator, '/administrativeState', 'locked');
  simulator.world.loseNextAnswer();
  await expect(simulator.act(lock)).rejects.toMatchObject({ code: 'unreachable' });
  expect((await simulator.examine(lock)).already).toBe(true);
});

test('an unreachable element shows nothing, until it can be reached again', async () => {
  const { simulator } = opened();
  simulator.world.setUnreachable(true);
  await expect(simulator.look()).rejects.toMatchObject({ code: 'unreachable' });
  await expect(simulator.sample(0)).rejects.toMatchObject({ code: 'unreachable' });
  simulator.world.setUnreachable(false);
  await simulator.look();
});

test('a slow element answers in its time', async () => {
  const { simulator, clock } = opened();
  simulator.world.setSlow(500);
  let done = false;
  const look = simulator.look().then(() => {
    done = true;
  });
  await clock.advance(499);
  expect(done).toBe(false);
  await clock.advance(1);
  await look;
});

test('a reboot forgets what was set, unless it is kept; handles are new, keys are not', async () => {
  const { simulator } = opened();
  const [first] = (await simulator.look()).sightings;
  await simulator.act(await step(simulator, '/resourceCharacteristic/mtu/value', 9000));
  simulator.world.reboot({ keepsSettings: true });
  expect(JSON.stringify(await facts(simulator))).toContain('9000');
  simulator.world.reboot();
  const [again] = (await simulator.look()).sightings;
  expect(again?.facts).toEqual(first?.facts);
  expect(again?.key).toBe(first?.key);
  expect(again?.handle).not.toBe(first?.handle);
});

test('a renamed thing keeps its handle and can still be set', async () => {
  const { simulator } = opened();
  const [first] = (await simulator.look()).sightings;
  simulator.world.rename('port', '1', { key: '1a', name: 'port 1a' });
  const [again] = (await simulator.look()).sightings;
  expect(again).toMatchObject({ key: '1a', handle: first?.handle, facts: { name: 'port 1a' } });
  const ability = simulator.abilities.find(each => each.path === '/administrativeState');
  expect(ability?.steps(again?.facts ?? {}, 'locked')).toHaveLength(1);
});

test('telemetry moves with the time and starts anew after a reboot', async () => {
  const { simulator, clock } = opened();
  await clock.advance(2_000);
  const value = async (): Promise<unknown> => (await simulator.sample(0)).get('port/1')?.characteristics[0]?.value;
  expect(await value()).toBe(210);
  simulator.world.reboot();
  await clock.advance(1);
  expect(await value()).toBeCloseTo(10.1);
});

test('of telemetry it may say nothing, and of what it tells that it is bad', async () => {
  const { simulator, clock } = opened();
  simulator.world.withholdTelemetry('the meter is cold');
  await expect(simulator.sample(0)).rejects.toMatchObject({ code: 'unreachable', message: 'the meter is cold' });
  simulator.world.withholdTelemetry(undefined);
  expect((await simulator.sample(0)).get('port/1')).not.toHaveProperty('bad');
  simulator.world.doubt('port', '1', '/resourceCharacteristic/rxBytes', 'it wrapped');
  simulator.world.doubt('port', '1', '/resourceCharacteristic/mtu/value', 'from a cache');
  await clock.advance(1);
  expect((await simulator.sample(0)).get('port/1')?.bad).toEqual({ rxBytes: 'it wrapped' });
  const bad = async () => (await simulator.look()).sightings.map(each => each.bad);
  expect(await bad()).toEqual([{ '/resourceCharacteristic/mtu/value': 'from a cache' }, undefined]);
  simulator.world.doubt('port', '1', '/resourceCharacteristic/mtu/value', undefined);
  expect(await bad()).toEqual([undefined, undefined]);
});

test('elements that cannot be used are refused with their place', () => {
  expect(() => readElements([{ kind: 'port', key: '1', facts: {} }])).toThrow('/0/facts: an element needs a name');
  expect(() => readElements([...elements, elements[0]])).toThrow('two simulated elements of kind port with the key 1');
  expect(() => readElements([{ ...elements[0], settable: ['/x'] }])).toThrow('/0/settable/0');
});
