/** A plan from the loop's own hands: what it foretells, whom it waits for, and what becomes of it when the world moves. */
import { expect, onTestFinished, test } from 'vitest';
import { openSimulator, readElements, readTemplates } from '../../src/adapters/drivers/simulator.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Driver, Step } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';
import { type PlanRules, takeOrders } from '../../src/reconcile/orders.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock } from '../kit/clock.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';

const MTU = pathOf('mtu');
const VLAN = pathOf('vlan');
const ADMIN = '/administrativeState';

const uplinkIsUp = {
  of: { kind: 'port', name: 'p1' },
  path: ADMIN,
  expect: 'unlocked',
  because: 'the uplink p1 is unlocked',
};

function port(name: string) {
  return {
    kind: 'port',
    key: name,
    facts: {
      '@type': 'Resource',
      name,
      administrativeState: 'locked',
      operationalState: 'disabled',
      resourceCharacteristic: [
        { name: 'mtu', value: 1500 },
        { name: 'vlan', value: 1 },
      ],
    },
    settable: [
      { path: ADMIN },
      { path: VLAN, ...(name === 'p1' ? {} : { needs: [uplinkIsUp] }) },
      { path: MTU, way: 'soft' },
      { path: MTU, way: 'restart', cost: { downtimeMs: 3_000 } },
    ],
    consequences: [
      { when: { path: ADMIN, is: 'unlocked' }, also: { '/operationalState': 'enabled' } },
      { when: { path: ADMIN, is: 'locked' }, also: { '/operationalState': 'disabled' } },
    ],
  };
}

const tunnel = {
  kind: 'tunnel',
  facts: { '@type': 'Resource', administrativeState: 'locked' },
  settable: [{ path: ADMIN }, { path: MTU }],
  needs: [uplinkIsUp],
};

async function world(
  names: readonly string[] = ['p1', 'p2'],
  rules: PlanRules = {},
  as: (driver: Driver) => Driver = driver => driver,
) {
  const clock = handClock();
  const simulator = openSimulator({
    clock,
    log: silentLog,
    elements: readElements(names.map(port)),
    templates: readTemplates([tunnel]),
  });
  const acts: string[] = [];
  const driverOf = (driver: Driver): Driver => ({
    ...as(driver),
    act: async (step: Step) => {
      acts.push(step.summary);
      await driver.act(step);
    },
  });
  const made = loopWorld({ clock, simulator, driverOf });
  const { loop, store } = made;
  let ids = 0;
  const orders = takeOrders({
    store,
    keyed,
    clock,
    newId: () => `plan-${++ids}`,
    chosen: isMine => loop.chosen(isMine),
    abilityOf: task => loop.abilityOf(task),
    settable: (kind, path) => loop.settable(kind, path),
    lookAgain: () => loop.lookAgain(),
    guard: loop.guard,
    commits: loop.commits,
    protection: loop.protection,
    settle: () => loop.settle(),
    rules,
  });
  await loop.start();
  onTestFinished(async () => {
    await loop.stop();
    store.close();
  });
  return { ...made, orders, acts };
}

async function make({ orders }: Pick<LoopWorld, 'orders'>, by = 'ann'): Promise<Plan> {
  const plan = await orders.make(by, {});
  if (!('id' in plan)) throw new Error(`nothing to do: ${JSON.stringify(plan.waiting)}`);
  return plan;
}

const on = (name: string) => ({ for: { kind: 'port', name } });
const summaries = (plan: { readonly tasks: readonly { readonly step: Step }[] }) =>
  plan.tasks.map(each => each.step.summary);

test('a step that needs another thing waits, and is planned as soon as that one moves', async () => {
  const { lay, simulator, settle, loop, factAt } = await world();
  await lay(wish('vlan', 7), on('p2'));
  expect(loop.draft()).toMatchObject({
    tasks: [],
    waiting: [
      {
        path: VLAN,
        because:
          'it needs that the uplink p1 is unlocked (/administrativeState of port p1 has to be unlocked), and nothing in the plan brings that',
      },
    ],
  });
  expect(await factAt('p2', VLAN)).toBe(1);
  simulator.world.change('port', 'p1', ADMIN, 'unlocked');
  await settle();
  expect(await factAt('p2', VLAN)).toBe(7);
});

test('steps for several things that need each other are one plan, in order, and it comes to what it foretells', async () => {
  const made = await world();
  const vlan = await made.lay(wish('vlan', 7), { ...on('p2'), mode: 'approve' });
  const up = await made.lay(
    { administrativeState: 'unlocked', operationalState: 'enabled' },
    { ...on('p1'), mode: 'approve' },
  );
  const [plan] = made.store.plans({ states: ['proposed'] });
  if (!plan) throw new Error('no plan');
  expect(summaries(plan)).toEqual([
    'set /administrativeState of p1 to "unlocked"',
    'set /resourceCharacteristic/vlan/value of p2 to 7',
  ]);
  expect(plan.outcome).toEqual([
    { expectation: vlan.id, of: { kind: 'port', name: 'p2' }, before: 'unmet', after: 'met' },
    { expectation: up.id, of: { kind: 'port', name: 'p1' }, before: 'unmet', after: 'met' },
  ]);
  expect((await made.orders.apply(plan.id, 'ann')).state).toBe('done');
  expect(made.store.verdicts().map(each => each.verdict)).toEqual(['met', 'met']);
  expect(await make(made).catch((error: Error) => error.message)).toBe('nothing to do: []');
});

test('a plan foretells whom else it turns', async () => {
  const made = await world();
  const stays = await made.lay({ operationalState: 'disabled' }, { ...on('p1'), mode: 'warn' });
  const up = await made.lay({ administrativeState: 'unlocked' }, { ...on('p1'), mode: 'warn' });
  const { outcome } = await make(made);
  expect(outcome).toEqual([
    {
      expectation: stays.id,
      of: { kind: 'port', name: 'p1' },
      before: 'met',
      after: 'unmet',
      residual: { operationalState: 'disabled' },
    },
    { expectation: up.id, of: { kind: 'port', name: 'p1' }, before: 'unmet', after: 'met' },
  ]);
});

test('what does not exist is made when what it needs is there, and taken away when it is to go', async () => {
  const { lay, store, loop, settle, simulator, facts, withdraw } = await world();
  const laid = await lay(
    { administrativeState: 'unlocked', ...wish('mtu', 1400) },
    { for: { kind: 'tunnel', name: 't1' } },
  );
  expect(loop.draft().waiting).toMatchObject([
    { path: '', because: expect.stringContaining('the uplink p1 is unlocked') },
  ]);
  simulator.world.change('port', 'p1', ADMIN, 'unlocked');
  await settle();
  await settle();
  expect((await facts()).t1).toMatchObject({ name: 't1', administrativeState: 'unlocked' });
  expect(store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met', instance: expect.any(String) }]);
  expect(store.plans().map(each => each.state)).toEqual(['done']);

  await withdraw(laid.id);
  const gone = await lay({ $absent: true }, { for: { kind: 'tunnel', name: 't1' } });
  expect((await facts()).t1).toBeUndefined();
  expect(store.verdicts({ expectation: gone.id })).toMatchObject([{ verdict: 'met' }]);
  const seq = store.seq();
  for (let i = 0; i < 3; i++) await settle();
  expect(store.seq()).toBe(seq);
});

// P16
test('of two ways the cheaper one is taken, and the other one after it was tried in vain', async () => {
  const { lay, simulator, clock, settle, store, factAt } = await world();
  simulator.world.refuseNext('not by soft means');
  await lay(wish('mtu', 1400), on('p1'));
  expect(await factAt('p1', MTU)).toBe(1500);
  await clock.advance(2_000);
  await settle();
  expect(await factAt('p1', MTU)).toBe(1400);
  expect(store.plans().map(each => [each.state, each.tasks[0]?.way])).toEqual([
    ['done', 'restart'],
    ['failed', 'soft'],
  ]);
});

// P12
test('a plan holds twenty tasks at most, and says how many would follow', async () => {
  const names = Array.from({ length: 25 }, (_, i) => `p${i + 1}`);
  const made = await world(names);
  await made.lay(wish('mtu', 1400), { for: { kind: 'port', where: { name: { $present: true } } }, mode: 'approve' });
  const [plan] = made.store.plans({ states: ['proposed'] });
  expect(plan?.tasks).toHaveLength(20);
  expect(plan?.after).toBe('5 more tasks would follow');
  if (plan) await made.orders.apply(plan.id, 'ann');
  const [rest] = made.store.plans({ states: ['proposed'] });
  expect(rest?.tasks).toHaveLength(5);
  expect(rest).not.toHaveProperty('after');
  if (rest) await made.orders.apply(rest.id, 'ann');
  expect(new Set(made.store.verdicts().map(each => each.verdict))).toEqual(new Set(['met']));
  expect(made.acts).toHaveLength(25);
});

test('a dry run makes and shows the plan, and writes nothing, neither in the store nor at the element', async () => {
  const made = await world();
  await made.lay({ administrativeState: 'unlocked', ...wish('mtu', 1400) }, { ...on('p1'), mode: 'warn' });
  await made.lay(wish('vlan', 7), { ...on('p2'), mode: 'warn' });
  await made.settle();
  const before = { seq: made.store.seq(), size: made.store.size(), facts: await made.facts() };
  const shown = await made.orders.rehearse('ann', {});
  expect({ seq: made.store.seq(), size: made.store.size(), facts: await made.facts() }).toEqual(before);
  expect([made.store.plans(), made.store.tasks(), made.acts]).toEqual([[], [], []]);
  // What it showed is what a plan would be.
  const { id: _, ...rehearsed } = { id: '', ...shown };
  const { id: __, seq: ___, ...plan } = await make(made);
  expect(rehearsed).toEqual(plan);
});

// P22
test('a plan expires, and who approves it then is told so', async () => {
  const made = await world(['p1', 'p2'], { expireAfterMs: 60_000 });
  await made.lay(wish('mtu', 1400), { ...on('p1'), mode: 'warn' });
  const plan = await make(made);
  expect(plan.expiresAt).toBe(made.clock.now() + 60_000);
  await made.clock.advance(60_000);
  expect(() => made.orders.approve(plan.id, 'bob')).toThrow(/no longer holds|is refused/);
  expect(made.store.plan(plan.id)).toMatchObject({
    state: 'refused',
    because: expect.stringMatching(/^it was to be approved until /),
  });
  expect(made.acts).toEqual([]);
});

test('what the loop proposes is renewed for as long as nothing moves', async () => {
  const { lay, store, clock, settle } = await world();
  await lay(wish('mtu', 1400), { ...on('p1'), mode: 'approve' });
  const [plan] = store.plans();
  await clock.advance(3_600_000);
  await settle();
  expect(store.plans().map(each => [each.id, each.state])).toEqual([[plan?.id, 'proposed']]);
  expect(store.plans()[0]?.expiresAt).toBeGreaterThan(clock.now());
});

// P22
test('an approval names a person and the time, and serves once', async () => {
  const made = await world();
  await made.lay(wish('mtu', 1400), { ...on('p1'), mode: 'warn' });
  const plan = await make(made, 'ann');
  const done = await made.orders.apply(plan.id, 'bob', plan.hash);
  expect(done).toMatchObject({ state: 'done', madeBy: 'ann', approvedBy: 'bob', approvedAt: made.clock.now() });
  expect(() => made.orders.approve(plan.id, 'bob')).toThrow(/is done; approve does not apply/);
  expect(made.acts).toHaveLength(1);
});

// P22
test('where four eyes are asked for, nobody approves what they asked for', async () => {
  const made = await world(['p1', 'p2'], { fourEyes: true });
  await made.lay(wish('mtu', 1400), { ...on('p1'), mode: 'warn' });
  const plan = await make(made, 'ann');
  expect(() => made.orders.approve(plan.id, 'ann')).toThrow(/was asked for by ann; somebody else has to approve it/);
  expect((await made.orders.apply(plan.id, 'bob')).state).toBe('done');
});

// P24
test('what is only half made is not approved before it is whole', async () => {
  const made = await world();
  await made.lay(wish('mtu', 1400), { ...on('p1'), mode: 'warn' });
  const [p1] = made.store.instances({ kind: 'port', name: 'p1' });
  if (!p1) throw new Error('no port');
  const lifecycle = (state: Json): void => {
    made.store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putInstance({ ...p1, document: { ...p1.document, lifecycleState: state } }),
    );
  };
  lifecycle('planned');
  const plan = await make(made);
  expect(() => made.orders.approve(plan.id, 'bob')).toThrow(
    /the port p1 is only half made: its lifecycleState is planned/,
  );
  expect(made.store.plan(plan.id)?.state).toBe('proposed');
  lifecycle('installed');
  expect((await made.orders.apply(plan.id, 'bob')).state).toBe('done');
});

test('a plan is refused when anything it needs has moved, with the path and both values', async () => {
  const made = await world();
  made.simulator.world.change('port', 'p1', ADMIN, 'unlocked');
  await made.settle();
  await made.lay(wish('vlan', 7), { ...on('p2'), mode: 'warn' });
  const plan = await make(made);
  // Nothing that it read.
  made.simulator.world.change('port', 'p1', MTU, 1300);
  await made.settle();
  expect(made.store.plan(plan.id)?.state).toBe('proposed');
  made.simulator.world.change('port', 'p1', ADMIN, 'locked');
  await made.settle();
  expect(made.store.plan(plan.id)).toMatchObject({
    state: 'refused',
    because: expect.stringMatching(/^\/administrativeState of \S+ was "unlocked" and is "locked"$/),
  });
  expect(made.acts).toEqual([]);
});

// P10
test('what has moved unheard is found before the first step, and nothing is done on what was so', async () => {
  const deaf = (driver: Driver): Driver => ({ ...driver, start: async () => {} });
  const made = await world(['p1', 'p2'], {}, deaf);
  made.simulator.world.change('port', 'p1', MTU, 1400);
  await made.clock.advance(10_000);
  await made.lay(wish('mtu', 1400), on('p1'));
  await made.settle();
  expect(made.store.verdicts()).toMatchObject([{ verdict: 'met' }]);
  expect([made.store.plans(), made.acts]).toEqual([[], []]);
});

test('a plan is refused when what it was to make is there by now', async () => {
  const made = await world();
  made.simulator.world.change('port', 'p1', ADMIN, 'unlocked');
  await made.settle();
  await made.lay({ administrativeState: 'unlocked' }, { for: { kind: 'tunnel', name: 't1' }, mode: 'warn' });
  const plan = await make(made);
  expect(plan.tasks).toMatchObject([{ of: { kind: 'tunnel', name: 't1' }, step: { op: 'make' } }]);
  made.simulator.world.add({
    kind: 'tunnel',
    key: 't1',
    type: 'resource',
    facts: { '@type': 'Resource', name: 't1', administrativeState: 'locked' },
    supportedBy: [],
    telemetry: [],
    settable: [],
    consequences: [],
  });
  await made.settle();
  expect(made.store.plan(plan.id)).toMatchObject({
    state: 'refused',
    because: 'there was no tunnel t1, and now there is one',
  });
});
