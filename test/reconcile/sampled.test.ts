/** What is sampled is known from its first sample on, for as long as that is fresh, and only if the element vouches for it. */
import { expect, onTestFinished, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock } from '../kit/clock.ts';
import { kind } from '../kit/model.ts';

const port = kind('port', {
  type: 'resource',
  observed: ['name', '@type', 'administrativeState'],
  characteristic: [
    { name: 'mtu', schema: { type: 'integer' }, owner: 'driver' },
    { name: 'label', schema: { type: 'string' }, owner: 'record' },
    { name: 'rxPower', schema: { type: 'number' }, owner: 'driver', telemetry: true },
  ],
});

const element = (key: string, telemetry: readonly object[]) =>
  readElements([
    {
      kind: 'port',
      key,
      facts: {
        '@type': 'Resource',
        name: key,
        administrativeState: 'unlocked',
        resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
      },
      settable: [{ path: '/resourceCharacteristic/mtu/value' }],
      telemetry,
    },
  ]).flat();

const rxPower = (value: Json): Json => ({ resourceCharacteristic: [{ name: 'rxPower', value }] });
const POWER = '/resourceCharacteristic/rxPower/value';

async function world({ withheld }: { withheld?: string } = {}) {
  const clock = handClock();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const store = openStore({ path: ':memory:', clock, keyed, newId });
  const driver = openSimulator({ clock, log: silentLog, elements: element('p1', [{ name: 'rxPower', value: -10 }]) });
  driver.world.withholdTelemetry(withheld);
  const loop = new Loop({
    store,
    drivers: [driver],
    kinds: new Map([[port.name, port]]),
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'enforce',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
  });
  await loop.start();
  onTestFinished(async () => {
    await loop.stop();
    store.close();
  });
  const settle = async (): Promise<void> => {
    loop.ring();
    await loop.settle();
  };
  const lay = async (expect: Json, more: Partial<Expectation> = {}): Promise<() => object | undefined> => {
    const { id } = store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putExpectation({
        id: expectationId(newId()),
        for: { kind: 'port', name: 'p1' },
        expect,
        priority: 50,
        principal: 'operator',
        createdAt: clock.now(),
        ...more,
      }),
    );
    await settle();
    return () => store.verdicts({ expectation: id })[0];
  };
  const one = (name: string) => {
    const [found] = [...store.instances({ kind: 'port', name })];
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  const advance = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle();
  };
  return { clock, store, driver, loop, lay, settle, advance, one };
}

test('whoever expects something of telemetry has it sampled, and nobody hears a word of doubt before', async () => {
  const { lay, store, loop } = await world();
  expect(loop.sampling.taken).toBe(0);
  const verdict = await lay(rxPower(-10));
  expect(verdict()).toMatchObject({ verdict: 'met' });
  expect(store.changesAfter(0, 100).filter(({ subject }) => subject === 'verdict')).toHaveLength(1);
});

// P04
test('until the first sample it is unknown, never unmet, and nothing is done about it', async () => {
  const { lay, driver, loop, one, advance, store } = await world({ withheld: 'the meter is cold' });
  const verdict = await lay({ ...Object(rxPower({ $lt: -30 })), administrativeState: 'unlocked' });
  expect(verdict()).toMatchObject({ verdict: 'unknown', unknown: ['/resourceCharacteristic/rxPower'] });
  expect(loop.seen.place(one('p1'), POWER)).toEqual({ from: 'sample', by: 'simulator', because: 'the meter is cold' });
  expect([store.plans(), loop.draft()]).toMatchObject([[], { tasks: [], waiting: [] }]);
  driver.world.withholdTelemetry(undefined);
  await advance(10_000);
  expect(verdict()).toMatchObject({ verdict: 'unmet' });
});

test('a meter that does not answer is asked again soon, and then patiently', async () => {
  const { lay, driver, loop, clock } = await world();
  let asked = 0;
  const { sample } = driver;
  driver.sample = maxAgeMs => {
    asked++;
    return sample.call(driver, maxAgeMs);
  };
  driver.world.withholdTelemetry('the meter is cold');
  await lay(rxPower(-10));
  await clock.advance(10_000);
  expect(asked).toBeGreaterThan(2);
  await clock.advance(600_000);
  asked = 0;
  await clock.advance(120_000);
  expect(asked).toBeLessThanOrEqual(3);
  expect(loop.sampling.taken).toBe(0);
});

test('a sample that is too old is unknown at that moment, with what it was', async () => {
  const { lay, driver, clock, one, loop } = await world();
  const verdict = await lay(rxPower(-10), { freshnessMs: 20_000 });
  driver.world.withholdTelemetry('the meter is cold');
  await clock.advance(20_000);
  expect(verdict()).toMatchObject({ verdict: 'met' });
  await clock.advance(1);
  expect(verdict()).toMatchObject({ verdict: 'unknown', unknown: [POWER] });
  const sampledAt = loop.sampling.sampledAt(one('p1').id);
  expect(loop.seen.place(one('p1'), POWER)).toMatchObject({
    from: 'sample',
    at: sampledAt,
    because: expect.any(String),
  });
});

// P06
test('each group of paths has its own time, and what is recorded has none', async () => {
  const { lay, driver, advance, one, loop } = await world();
  await lay(rxPower(-10));
  driver.world.withholdTelemetry('the meter is cold');
  await advance(70_000);
  const place = (path: string) => loop.seen.place(one('p1'), path);
  const [power, mtu] = [place(POWER), place('/resourceCharacteristic/mtu/value')];
  expect([power.from, mtu.from]).toEqual(['sample', 'look']);
  expect(power.at).toBeLessThan(mtu.at ?? 0);
  expect(place('/resourceCharacteristic')).toMatchObject({ from: 'sample', at: power.at });
  for (const path of ['/description', '/resourceCharacteristic/label/value'])
    expect(place(path)).toEqual({ from: 'record' });
});

test('who expects nothing of telemetry is not held up by it', async () => {
  const { lay, loop } = await world({ withheld: 'the meter is cold' });
  const verdict = await lay({ resourceCharacteristic: [{ name: 'mtu', value: 1500 }], description: { $absent: true } });
  expect(verdict()).toMatchObject({ verdict: 'met' });
  const isThere = await lay({ $present: true });
  expect(isThere()).toMatchObject({ verdict: 'met' });
  expect(loop.sampling.failureOf('simulator')).toBe('the meter is cold');
});

test('what came after the last sample leads to another one', async () => {
  const { lay, driver, loop, settle, store, clock } = await world();
  await lay(rxPower(-10), { for: { kind: 'port', where: { name: { $present: true } } } });
  expect(loop.sampling.taken).toBe(1);
  await clock.advance(1);
  for (const each of element('p2', [{ name: 'rxPower', value: -40 }])) driver.world.add(each);
  for (const each of element('p3', [])) driver.world.add(each);
  await settle();
  expect(loop.sampling.taken).toBe(2);
  const verdicts = store
    .verdicts()
    .map(({ instance, verdict }) => [instance && store.instance(instance)?.document.name, verdict]);
  // A meter that answers and tells nothing of one of them has been asked.
  expect(new Map(verdicts as [string, string][])).toEqual(
    new Map([
      ['p1', 'met'],
      ['p2', 'unmet'],
      ['p3', 'unmet'],
    ]),
  );
});

test('what the element does not vouch for is unknown, with its reason, until it does again', async () => {
  const { lay, driver, loop, one, settle, store, clock } = await world();
  const ofMtu = await lay({ resourceCharacteristic: [{ name: 'mtu', value: 1400 }] }, { mode: 'observe' });
  const ofPower = await lay(rxPower(-10));
  driver.world.doubt('port', 'p1', '/resourceCharacteristic/mtu/value', 'read from a cache');
  await settle();
  expect(ofMtu()).toMatchObject({ verdict: 'unknown', unknown: ['/resourceCharacteristic/mtu/value'] });
  expect(loop.seen.place(one('p1'), '/resourceCharacteristic/mtu/value')).toMatchObject({
    because: 'read from a cache',
  });
  expect(ofPower()).toMatchObject({ verdict: 'met' });

  driver.world.doubt('port', 'p1', '/resourceCharacteristic/rxPower', 'the laser is saturated');
  await clock.advance(60_000);
  expect(ofPower()).toMatchObject({ verdict: 'unknown', unknown: [POWER] });
  expect(loop.seen.place(one('p1'), POWER)).toMatchObject({ from: 'sample', because: 'the laser is saturated' });

  const before = store.changesAfter(0, 1_000).filter(({ subject }) => subject === 'instance').length;
  for (const path of ['/resourceCharacteristic/mtu/value', '/resourceCharacteristic/rxPower']) {
    driver.world.doubt('port', 'p1', path, undefined);
  }
  await clock.advance(60_000);
  expect([ofMtu(), ofPower()]).toMatchObject([{ verdict: 'unmet' }, { verdict: 'met' }]);
  // Of quality the instance itself says nothing.
  expect(store.changesAfter(0, 1_000).filter(({ subject }) => subject === 'instance')).toHaveLength(before);
});

test('a condition that nobody knows makes it unknown, not inapplicable', async () => {
  const { lay, driver, advance } = await world({ withheld: 'the meter is cold' });
  const verdict = await lay({ administrativeState: 'locked' }, { when: rxPower({ $lt: -30 }), mode: 'observe' });
  expect(verdict()).toMatchObject({ verdict: 'unknown', unknown: ['/resourceCharacteristic/rxPower'] });
  driver.world.withholdTelemetry(undefined);
  await advance(10_000);
  expect(verdict()).toMatchObject({ verdict: 'inapplicable' });
});
