import { expect, onTestFinished, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { at } from '../../src/core/path.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { takeOrders } from '../../src/reconcile/orders.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock } from '../kit/clock.ts';

const port: Kind = {
  name: 'port',
  type: 'resource',
  specification: { id: '5a0c5a0c-0000-4000-8000-000000000000', name: 'port', version: '1.0.0', tmfVersion: 5 },
  observed: ['name', '@type', 'administrativeState', 'operationalState'],
  characteristic: [
    { name: 'mtu', schema: { type: 'integer' }, owner: 'driver' },
    { name: 'rxPower', schema: { type: 'number' }, owner: 'driver', telemetry: true },
  ],
};

const elements = readElements([
  {
    kind: 'port',
    key: 'p1',
    facts: {
      '@type': 'Resource',
      name: 'p1',
      administrativeState: 'unlocked',
      operationalState: 'enabled',
      resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
    },
    settable: [{ path: '/administrativeState' }, { path: '/resourceCharacteristic/mtu/value' }],
    telemetry: [{ name: 'rxPower', value: -10, perSecond: -0.1 }],
  },
]);

const MTU = '/resourceCharacteristic/mtu/value';
const mtu = (value: Json): Json => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

async function world(options: { store?: Store; clock?: ReturnType<typeof handClock> } = {}) {
  const clock = options.clock ?? handClock();
  let ids = 0;
  const newId = () => `id-${String(++ids).padStart(4, '0')}-${clock.now()}`;
  const store = options.store ?? openStore({ path: ':memory:', clock, keyed, newId });
  const driver = openSimulator({ clock, log: silentLog, elements });
  const loop = new Loop({
    store,
    drivers: [driver],
    kinds: new Map([[port.name, port]]),
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'warn',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
  });
  const orders = takeOrders({
    store,
    keyed,
    clock,
    newId,
    chosen: isMine => loop.chosen(isMine),
    abilityOf: task => loop.abilityOf(task),
    settable: (kind, path) => loop.settable(kind, path),
    lookAgain: () => loop.lookAgain(),
    guard: loop.guard,
    commits: loop.commits,
    protection: loop.protection,
    settle: () => loop.settle(),
  });
  await loop.start();
  onTestFinished(() => loop.stop());

  const lay = async (expect: Json, more: Partial<Expectation> = {}): Promise<Expectation> => {
    const laid = store.transact({ principal: 'operator', kind: 'request' }, writer =>
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
    loop.ring();
    await loop.settle();
    return laid;
  };
  const p1 = () => [...store.instances({ kind: 'port' })][0];
  const actualMtu = () => at(p1()?.document, MTU, keyed);
  const verdict = (of: Expectation) => store.verdicts({ expectation: of.id })[0];
  const change = async (value: Json | undefined, path = MTU) => {
    driver.world.change('port', 'p1', path, value);
    await loop.settle();
  };
  return { clock, store, driver, loop, orders, lay, p1, actualMtu, verdict, change };
}

test('mode observe and warn judge and touch nothing', async () => {
  const { lay, verdict, actualMtu, store, loop } = await world();
  const watched = await lay(mtu(1400), { mode: 'observe' });
  const told = await lay(mtu(1400), { mode: 'warn' });
  expect(verdict(watched)).toMatchObject({ verdict: 'unmet', residual: mtu(1400) });
  expect(verdict(told)).toMatchObject({ verdict: 'unmet' });
  expect(actualMtu()).toBe(1500);
  expect(store.plans()).toEqual([]);
  // Two want the same: it is planned once, for whoever allows more.
  expect(loop.draft().tasks.map(task => [task.expectation, task.mode, task.also])).toEqual([
    [told.id, 'warn', [watched.id]],
  ]);
});

test('mode enforce puts right what is unmet now and what is changed later, and then rests', async () => {
  const { lay, verdict, actualMtu, change, store, loop } = await world();
  const laid = await lay(mtu(1400), { mode: 'enforce', outOfBand: 'restore' });
  expect(actualMtu()).toBe(1400);
  expect(verdict(laid)?.verdict).toBe('met');
  await change(9000);
  expect(actualMtu()).toBe(1400);
  expect(store.plans().map(each => [each.state, each.approvedBy])).toEqual([
    ['done', 'mode enforce'],
    ['done', 'mode enforce'],
  ]);
  const seq = store.seq();
  for (let i = 0; i < 3; i++) await loop.settle();
  expect(store.seq()).toBe(seq);
});

test('a client gets at most the mode of the profile, the local operator what was said', async () => {
  const { lay, actualMtu, store } = await world();
  await lay(mtu(1400), { mode: 'enforce', principal: 'client' });
  expect(actualMtu()).toBe(1500);
  expect(store.plans()).toEqual([]);
});

test('mode approve proposes once, carries out what was approved, and asks anew when it moved', async () => {
  const { lay, actualMtu, change, store, loop, orders } = await world();
  await lay(mtu(1400), { mode: 'approve' });
  await loop.settle();
  expect(store.plans().map(each => each.state)).toEqual(['proposed']);
  await change(1300);
  expect(store.plans().map(each => each.state)).toEqual(['proposed', 'refused']);
  const [plan] = store.plans({ states: ['proposed'] });
  if (!plan) throw new Error('no plan');
  expect(() => orders.approve(plan.id, 'operator', 'another hash')).toThrow(/hash/);
  expect((await orders.apply(plan.id, 'operator')).state).toBe('done');
  expect(actualMtu()).toBe(1400);
  expect(() => orders.approve(plan.id, 'operator')).toThrow(/is done; approve does not apply/);
});

test('a plan whose expectation was changed a moment ago is refused to whoever approves it', async () => {
  const { lay, store, orders, actualMtu } = await world();
  const laid = await lay(mtu(1400), { mode: 'approve' });
  const [plan] = store.plans();
  if (!plan) throw new Error('no plan');
  // No pass has seen it yet.
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, expect: mtu(1300) }),
  );
  expect(() => orders.approve(plan.id, 'operator')).toThrow(/no longer holds/);
  expect(store.plan(plan.id)?.state).toBe('refused');
  expect(actualMtu()).toBe(1500);
});

test('a plan that was discarded is not proposed again until something has changed', async () => {
  const { lay, change, store, loop, orders } = await world();
  await lay(mtu(1400), { mode: 'approve' });
  const [plan] = store.plans();
  if (!plan) throw new Error('no plan');
  orders.discard(plan.id, 'operator');
  await loop.settle();
  expect(store.plans().map(each => each.state)).toEqual(['discarded']);
  await change(1300);
  expect(store.plans().map(each => each.state)).toEqual(['proposed', 'discarded']);
});

test('an undo takes back and holds still until the expectation is changed', async () => {
  const { lay, actualMtu, store, loop, orders } = await world();
  const laid = await lay(mtu(1400), { mode: 'enforce' });
  const [plan] = store.plans();
  if (!plan) throw new Error('no plan');
  expect((await orders.undo(plan.id, 'operator')).state).toBe('undone');
  await loop.settle();
  expect(actualMtu()).toBe(1500);
  expect(loop.draft().waiting).toMatchObject([{ because: `paused by operator: the plan ${plan.id} was undone` }]);

  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, expect: mtu(1450) }),
  );
  loop.ring();
  await loop.settle();
  expect(actualMtu()).toBe(1450);
});

test('an undo is refused when somebody has changed the same since, and says what', async () => {
  const { lay, change, store, orders } = await world();
  const laid = await lay(mtu(1400), { mode: 'enforce' });
  const [plan] = store.plans();
  if (!plan) throw new Error('no plan');
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, mode: 'warn' }),
  );
  await change(9000);
  await expect(orders.undo(plan.id, 'operator')).rejects.toThrow(/was 1400 after it and is 9000/);
  expect((await orders.undo(plan.id, 'operator', { force: true })).state).toBe('undone');
});

// P32
test('what the element refuses is tried again later and later, also after a restart', async () => {
  const { lay, driver, actualMtu, store, loop, clock } = await world();
  driver.world.refuseNext('not today');
  await lay(mtu(1400), { mode: 'enforce' });
  expect(store.plans().map(each => [each.state, each.because])).toEqual([
    ['failed', expect.stringContaining('not today')],
  ]);
  expect(store.leafRecords()).toMatchObject([{ attempts: 1 }]);
  await loop.settle();
  expect(store.plans()).toHaveLength(1);
  driver.world.refuseNext('not today either');
  await clock.advance(1_000);
  await loop.settle();
  expect(store.leafRecords()).toMatchObject([{ attempts: 2 }]);
  await loop.stop();

  const later = await world({ store, clock });
  expect(later.actualMtu()).toBe(1500);
  await clock.advance(2_000);
  await later.loop.settle();
  expect(actualMtu()).toBe(1400);
  // It has to rest for a while before that is forgotten.
  expect(store.leafRecords()).toMatchObject([{ attempts: 2 }]);
  await clock.advance(61_000);
  await later.loop.settle();
  expect(store.leafRecords()).toMatchObject([{ attempts: 0 }]);
});

// P04
test('a driver that cannot see makes verdicts unknown when what was seen is too old, and repairs nothing', async () => {
  const { lay, driver, verdict, change, store, clock, loop } = await world();
  const laid = await lay(mtu(1500), { mode: 'enforce', outOfBand: 'restore', freshnessMs: 30_000 });
  expect(verdict(laid)?.verdict).toBe('met');
  driver.world.setUnreachable(true);
  await change(9000);
  expect(verdict(laid)?.verdict).toBe('met');
  await clock.advance(31_000);
  await loop.settle();
  expect(verdict(laid)).toMatchObject({ verdict: 'unknown', unknown: [MTU] });
  expect(store.plans()).toEqual([]);

  driver.world.setUnreachable(false);
  await clock.advance(60_000);
  await loop.settle();
  expect(verdict(laid)?.verdict).toBe('met');
  expect(store.plans()).toHaveLength(1);
});

test('what is named and does not exist is wholly outstanding, and judged when it appears', async () => {
  const { lay, driver, verdict, loop, store } = await world();
  const laid = await lay(mtu(1500), { for: { kind: 'port', name: 'p2' } });
  expect(verdict(laid)).toMatchObject({ verdict: 'unmet', residual: mtu(1500) });
  expect(verdict(laid)?.instance).toBeUndefined();
  driver.world.add({
    ...(elements[0] as (typeof elements)[0]),
    key: 'p2',
    facts: { ...elements[0]?.facts, name: 'p2' },
  });
  await loop.settle();
  expect(store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met', instance: expect.any(String) }]);
});

test('a thing that goes is deleted; one that somebody expects something of stays, judged as absent', async () => {
  const { driver, loop, store, lay, verdict, p1 } = await world();
  const id = p1()?.id;
  driver.world.remove('port', 'p1');
  await loop.settle();
  expect(p1()).toBeUndefined();

  driver.world.add(elements[0] as (typeof elements)[0]);
  await loop.settle();
  expect(p1()?.id).toBe(id);
  const laid = await lay(mtu(1500), { for: { id: instanceId(String(id)) } });
  driver.world.remove('port', 'p1');
  await loop.settle();
  expect(p1()?.document.availabilityStatus).toBe('notInstalled');
  expect(verdict(laid)).toMatchObject({ verdict: 'unmet', residual: mtu(1500) });

  driver.world.add(elements[0] as (typeof elements)[0]);
  await loop.settle();
  expect(p1()?.document).not.toHaveProperty('availabilityStatus');
  expect(verdict(laid)?.verdict).toBe('met');
  expect(store.verdicts()).toHaveLength(1);
});

// P19
test('a condition means those that meet it, and an empty one nobody', async () => {
  const { lay, store, change } = await world();
  const unlocked = await lay(mtu(1400), { for: { kind: 'port', where: { administrativeState: 'unlocked' } } });
  const nobody = await lay(mtu(1400), { for: { where: {} } });
  expect(store.verdicts({ expectation: unlocked.id })).toHaveLength(1);
  expect(store.verdicts({ expectation: nobody.id })).toEqual([]);
  await change('locked', '/administrativeState');
  expect(store.verdicts({ expectation: unlocked.id })).toEqual([]);
});

test('an expectation applies while its condition holds and its time lasts', async () => {
  const { lay, verdict, change, clock, loop } = await world();
  const conditional = await lay(mtu(1400), { when: { administrativeState: 'locked' } });
  const timed = await lay(mtu(1400), {
    validFor: { endDateTime: new Date(clock.now() + 5_000).toISOString() },
  });
  expect([verdict(conditional)?.verdict, verdict(timed)?.verdict]).toEqual(['inapplicable', 'unmet']);
  await change('locked', '/administrativeState');
  expect(verdict(conditional)?.verdict).toBe('unmet');
  await clock.advance(5_000);
  await loop.settle();
  expect(verdict(timed)?.verdict).toBe('inapplicable');
});

test('telemetry may be expected; only a verdict that flips is written', async () => {
  const { lay, verdict, clock, loop, store } = await world();
  const laid = await lay({ resourceCharacteristic: [{ name: 'rxPower', value: { $gte: -20 } }] });
  await clock.advance(60_000);
  await loop.settle();
  expect(verdict(laid)?.verdict).toBe('met');
  const seq = store.seq();
  await clock.advance(60_000);
  await loop.settle();
  expect(verdict(laid)?.verdict).toBe('unmet');
  expect(store.seq()).toBe(seq + 1);
});

test('pausing holds everything back and is told', async () => {
  const { store, lay, actualMtu, loop } = await world();
  const pause = { scope: 'kind:port', by: 'operator', why: 'maintenance', since: 0 };
  store.transact({ principal: 'operator', kind: 'request' }, writer => writer.putPause(pause));
  await lay(mtu(1400), { mode: 'enforce' });
  expect(actualMtu()).toBe(1500);
  expect(loop.draft().waiting).toMatchObject([{ because: 'paused by operator: maintenance' }]);
  store.transact({ principal: 'operator', kind: 'request' }, writer => writer.clearPause('kind:port'));
  await loop.settle();
  expect(actualMtu()).toBe(1400);
});

test('a pause laid while a plan is under way stops what is left of it', async () => {
  const { store, lay, actualMtu, p1, loop } = await world();
  const laying = lay({ administrativeState: 'locked', ...(mtu(1400) as object) }, { mode: 'enforce' });
  // The first of the two tasks is being carried out when the person says stop.
  const stop = store.onCommit(() => {
    if (store.tasks({ states: ['inProgress'] }).length === 0) return;
    stop();
    const sign = { scope: 'all', by: 'operator', since: 0 };
    queueMicrotask(() => store.transact({ principal: 'operator', kind: 'request' }, writer => writer.putPause(sign)));
  });
  await laying;
  expect([actualMtu(), p1()?.document.administrativeState]).toEqual([1400, 'unlocked']);
  expect(store.plans()[0]?.because).toContain('paused by operator');
  await loop.settle();
  expect(store.plans()).toHaveLength(1);
});

test('an effect whose answer was lost is not brought about twice', async () => {
  const { lay, driver, actualMtu, store, clock, loop } = await world();
  driver.world.loseNextAnswer();
  await lay(mtu(1400), { mode: 'enforce' });
  expect(actualMtu()).toBe(1400);
  await clock.advance(10_000);
  await loop.settle();
  // The element itself has told that it was done.
  expect(store.tasks()).toMatchObject([{ state: 'done', moves: [{ path: MTU, old: 1500, new: 1400 }] }]);
  expect(store.verdicts()).toMatchObject([{ verdict: 'met' }]);
});

test('a task that was under way when the power failed is looked at, and done only if it is not', async () => {
  const { lay, driver, store, clock, loop, actualMtu } = await world();
  driver.world.setSlow(0);
  await lay(mtu(1400), { mode: 'enforce' });
  const [task] = store.tasks();
  const [plan] = store.plans();
  if (!task || !plan) throw new Error('nothing was done');
  await loop.stop();
  // As the store is when the agent dies between the act and its being written down.
  const { endedAt: _, ...begun } = plan;
  const { endedAt: __, ...running } = task;
  store.transact({ principal: 'loop', kind: 'task' }, writer => {
    writer.putTask({ ...running, state: 'inProgress' });
    writer.putPlan({ ...begun, state: 'carryingOut' });
  });

  const again = await world({ store, clock });
  // The new simulator starts at 1500: the effect is not there, so the task is carried out.
  expect(store.task(task.id)).toMatchObject({ state: 'done', before: task.before });
  expect(store.plan(plan.id)?.state).toBe('done');
  expect(actualMtu()).toBe(1400);
  expect(again.store.tasks()).toHaveLength(1);
});

// P31
test('a plan that was under way when the power failed holds up nothing else', async () => {
  const { lay, change, store, clock, loop } = await world();
  await change('locked', '/administrativeState');
  await lay({ administrativeState: 'unlocked' }, { mode: 'enforce' });
  await loop.stop();
  const [plan] = store.plans();
  if (!plan) throw new Error('nothing was done');
  // As the store is when the agent dies between the last task and the end of the plan, with more to be done.
  const { endedAt: _, ...begun } = plan;
  store.transact({ principal: 'loop', kind: 'task' }, writer => writer.putPlan({ ...begun, state: 'carryingOut' }));
  const other = lay(mtu(1400), { mode: 'enforce' });

  const again = await world({ store, clock });
  await other;
  await clock.advance(0);
  expect(store.plan(plan.id)?.state).toBe('done');
  expect(again.actualMtu()).toBe(1400);
});

test('a plan that was under way when the power failed does nothing that is no longer wanted', async () => {
  const { lay, store, clock, loop } = await world();
  const laid = await lay(mtu(1400), { mode: 'enforce' });
  await loop.stop();
  const [task] = store.tasks();
  const [plan] = store.plans();
  if (!task || !plan) throw new Error('nothing was done');
  // As the store is when the agent dies before the task, right after it has answered a change of the expectation.
  const { endedAt: _, ...begun } = plan;
  const { endedAt: __, startedAt: ___, before: ____, ...planned } = task;
  store.transact({ principal: 'operator', kind: 'request' }, writer => {
    writer.putTask({ ...planned, state: 'acknowledged' });
    writer.putPlan({ ...begun, state: 'carryingOut' });
    writer.putExpectation({ ...laid, expect: mtu(1450) });
  });

  const again = await world({ store, clock });
  await clock.advance(0);
  expect(store.task(task.id)).toMatchObject({
    state: 'terminatedWithError',
    error: expect.stringContaining('changed'),
  });
  expect(store.plan(plan.id)).toMatchObject({ state: 'failed', because: expect.stringContaining('was changed') });
  expect(again.actualMtu()).toBe(1450);
});

test('what is changed while the loop acts is not put off as if it had been tried in vain', async () => {
  const { lay, driver, store, clock, loop, actualMtu } = await world();
  driver.world.setSlow(100);
  const laying = lay(mtu(1400), { mode: 'enforce' });
  // It has examined for 100 ms, and acts.
  await clock.advance(150);
  expect(store.tasks({ states: ['inProgress'] })).toHaveLength(1);
  const [laid] = store.expectations();
  if (!laid) throw new Error('nothing was laid');
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, expect: mtu(1450) }),
  );
  loop.ring();
  await clock.advance(700);
  expect(store.leafRecords().filter(({ attempts }) => attempts > 0)).toEqual([]);
  expect(actualMtu()).toBe(1450);
  await clock.advance(5_000);
  await laying;
});

test('a plan whose task had failed when the power failed goes on with what does not depend on it', async () => {
  const { lay, store, clock, loop } = await world();
  await lay({ administrativeState: 'locked', ...(mtu(1400) as object) }, { mode: 'enforce' });
  await loop.stop();
  const [plan] = store.plans();
  if (!plan) throw new Error('nothing was done');
  const [first, second] = store.tasks({ plan: plan.id });
  if (!first || !second) throw new Error('too little was done');
  const { endedAt: _, ...begun } = plan;
  const { endedAt: __, startedAt: ___, before: ____, ...planned } = second;
  store.transact({ principal: 'loop', kind: 'task' }, writer => {
    writer.putTask({ ...first, state: 'terminatedWithError', error: 'not today' });
    writer.putTask({ ...planned, state: 'acknowledged' });
    writer.putPlan({ ...begun, state: 'carryingOut' });
  });

  await world({ store, clock });
  expect(store.plan(plan.id)).toMatchObject({ state: 'failed', because: expect.stringContaining('not today') });
  expect(store.task(second.id)?.state).toBe('done');
});
