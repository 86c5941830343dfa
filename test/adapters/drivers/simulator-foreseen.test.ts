import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSimulator, readElements, readTemplates } from '../../../src/adapters/drivers/simulator.ts';
import type { Json } from '../../../src/core/json.ts';
import type { Driver } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { handClock } from '../../kit/clock.ts';
import { type Asked, foreseen, tried, wayTo } from '../../kit/foreseen.ts';
import '../../kit/properties.ts';

const mtu = '/resourceCharacteristic/mtu/value';
const vlan = '/resourceCharacteristic/vlan/value';

const port = (name: string, more: object = {}) => ({
  kind: 'port',
  key: name,
  facts: {
    '@type': 'Resource',
    name,
    administrativeState: 'unlocked',
    operationalState: 'enabled',
    resourceCharacteristic: [{ name: 'mtu', value: 1500, valueType: 'integer', '@type': 'IntegerCharacteristic' }],
  },
  settable: [
    { path: '/administrativeState' },
    { path: mtu },
    { path: mtu, way: 'reset', cost: { downtimeMs: 2000 } },
    { path: vlan },
  ],
  consequences: [
    { when: { path: '/administrativeState', is: 'locked' }, also: { '/operationalState': 'disabled' } },
    { when: { path: '/administrativeState', is: 'unlocked' }, also: { '/operationalState': 'enabled' } },
  ],
  ...more,
});

const session = {
  kind: 'session',
  facts: { '@type': 'Resource', operationalState: 'disabled' },
  settable: [{ path: '/administrativeState', oneOf: ['locked', 'unlocked'] }, { path: mtu }],
  consequences: [
    { when: { path: '/administrativeState', is: 'unlocked' }, also: { '/operationalState': 'enabled' } },
    {
      when: { path: '/operationalState', is: 'enabled' },
      on: { kind: 'port', name: 'p2' },
      also: { '/usageState': 'busy' },
    },
  ],
};

function opened(): Driver {
  const uplink = port('p1');
  const elements = readElements([
    {
      ...uplink,
      consequences: [
        ...uplink.consequences,
        {
          when: { path: '/operationalState', is: 'disabled' },
          on: { kind: 'port', name: 'p2' },
          also: { '/administrativeState': 'locked' },
        },
      ],
    },
    port('p2'),
  ]);
  const templates = readTemplates([session]);
  return openSimulator({ clock: handClock(), log: silentLog, elements, templates });
}

async function trials(driver: Driver, asked: readonly Asked[]): Promise<void> {
  for (const one of asked) {
    const { ability, steps } = wayTo(driver, await driver.look(), one);
    for (const step of steps) expect((await foreseen({ driver, ability, step })).surprises, step.summary).toEqual([]);
  }
}

// Q3
test('every sort of task comes out as foreseen, what follows from it on other things included', async () => {
  await trials(opened(), [
    { kind: 'port', name: 'p1', path: mtu, wanted: 1400 },
    { kind: 'port', name: 'p1', path: vlan, wanted: [10, 20] },
    { kind: 'port', name: 'p1', path: vlan, wanted: undefined },
    { kind: 'port', name: 'p1', path: '/administrativeState', wanted: 'locked' },
    { kind: 'port', name: 'p2', path: '/administrativeState', wanted: 'unlocked' },
    { kind: 'session', name: 's1', make: { administrativeState: 'unlocked', resourceCharacteristic: [] } },
    { kind: 'session', name: 's1', path: '', wanted: undefined },
  ]);
  expect([...tried].sort()).toEqual(['make', 'remove', 'set']);
});

test('a port that goes takes another with it, and the prediction says so', async () => {
  const driver = opened();
  const { ability, steps } = wayTo(driver, await driver.look(), {
    kind: 'port',
    name: 'p1',
    path: '/administrativeState',
    wanted: 'locked',
  });
  const [step] = steps;
  if (!step) throw new Error('no step');
  const { effects } = await foreseen({ driver, ability, step });
  expect(effects.map(({ of, path, value }) => [of.name, path, value])).toEqual([
    ['p1', '/administrativeState', 'locked'],
    ['p1', '/operationalState', 'disabled'],
    ['p2', '/administrativeState', 'locked'],
    ['p2', '/operationalState', 'disabled'],
  ]);
});

test('what nobody foretold is a surprise', async () => {
  const driver = opened();
  const { ability, steps } = wayTo(driver, await driver.look(), {
    kind: 'port',
    name: 'p1',
    path: '/administrativeState',
    wanted: 'locked',
  });
  const [step] = steps;
  if (!step) throw new Error('no step');
  const short = {
    ...ability,
    predict: () => [{ of: { kind: 'port', name: 'p1' }, path: '/administrativeState', value: 'locked' }],
  };
  const { surprises } = await foreseen({ driver, ability: short, step });
  expect(surprises.map(({ of, path }) => `${of.name} ${path}`)).toEqual([
    'p1 /operationalState',
    'p2 /administrativeState',
    'p2 /operationalState',
  ]);
});

// P21, Q3
test('predicted is what comes, whatever follows from what', async () => {
  const where = fc.constantFrom('/administrativeState', '/operationalState', mtu, vlan);
  const value = fc.constantFrom<Json>('a', 'b', 1);
  const names = ['p1', 'p2', 'p3'];
  const consequence = fc.record(
    {
      when: fc.record({ path: where, is: value }),
      on: fc.constantFrom(...names).map(name => ({ kind: 'port', name })),
      also: fc.dictionary(where, value, { minKeys: 1, maxKeys: 2 }),
    },
    { requiredKeys: ['when', 'also'] },
  );
  const elements = fc.tuple(
    ...names.map(name => fc.array(consequence, { maxLength: 4 }).map(consequences => port(name, { consequences }))),
  );
  const asked = fc.array(
    fc.record({ kind: fc.constant('port'), name: fc.constantFrom(...names), path: where, wanted: value }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(elements, asked, async (all, wishes) => {
      const settable = [{ path: '/administrativeState' }, { path: '/operationalState' }, { path: mtu }, { path: vlan }];
      const driver = openSimulator({
        clock: handClock(),
        log: silentLog,
        elements: readElements(all.map(each => ({ ...each, settable }))),
      });
      await trials(driver, wishes);
    }),
    { numRuns: 200 },
  );
});
