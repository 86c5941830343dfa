/** What may cut somebody off: done at a person's word, kept at a second one, and back by itself without that. */
import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { AgentError } from '../../src/core/errors.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { type PlanId, taskId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';
import { ruleId } from '../../src/core/rule.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Driver, Lifeline } from '../../src/ports/driver.ts';
import type { FailSafe } from '../../src/ports/fail-safe.ts';
import { type HandClock, handClock } from '../kit/clock.ts';
import { type LoopWorld, loopWorld, newSimulator, newStore, pathOf, type WorldParts, wish } from '../kit/loop-world.ts';

const STATE = '/administrativeState';
const console_: Lifeline = {
  of: { kind: 'port', name: 'p1' },
  path: pathOf('mtu'),
  because: '192.0.2.7 is connected to the agent by it',
};

/** A machine that runs on evenly and starts anew when it is told to; it notes whom it was told to start and to end. */
function machine(clock: HandClock) {
  const began = clock.now();
  const notes: string[] = [];
  let boot = 1;
  let refuses: string | undefined;
  let alive = new Set<number>();
  const failSafe: FailSafe = {
    moment: () => ({ boot: `boot ${boot}`, upMs: clock.now() - began }),
    arm: async (plan, afterMs) => {
      if (refuses !== undefined) throw new AgentError('internal', refuses);
      const pid = 100 + notes.length;
      alive.add(pid);
      notes.push(`arm ${plan} ${afterMs}`);
      return { pid, started: 'then' };
    },
    stands: ({ pid }) => alive.has(pid),
    disarm: ({ pid }) => {
      if (alive.delete(pid)) notes.push('disarm');
    },
  };
  return {
    failSafe,
    notes,
    alive: () => alive.size,
    restart: () => {
      boot++;
      alive = new Set();
    },
    killHelpers: () => {
      alive = new Set();
    },
    refuse: (why: string) => {
      refuses = why;
    },
  };
}

interface Told {
  readonly lifelines?: () => Promise<readonly Lifeline[]>;
  readonly wallClock?: Clock;
}

/** A loop that is told of lifelines, on a machine with a fail-safe. */
async function reached(more: Partial<WorldParts> & Told = {}) {
  const clock = more.clock ?? handClock();
  const simulator = more.simulator ?? newSimulator(clock);
  const store = more.store ?? newStore(clock);
  const running = machine(clock);
  const acts: string[] = [];
  const noted = (driver: Simulator): Driver => ({
    ...driver,
    act: async step => {
      acts.push(step.summary);
      await driver.act(step);
    },
    undo: async (step, before) => {
      acts.push(`undo ${step.summary}`);
      await driver.undo(step, before);
    },
    lifelines: more.lifelines ?? (async () => [console_]),
  });
  const world = loopWorld({ failSafe: running.failSafe, clock, simulator, store, driverOf: noted, ...more });
  await world.loop.start();
  return { ...world, acts, machine: running };
}

const label = pathOf('label');
/** Several characteristics at once. */
const all = (values: Readonly<Record<string, Json>>) => ({
  resourceCharacteristic: Object.entries(values).map(([name, value]) => ({ name, value })),
});

async function asked(world: LoopWorld, expected: Json = wish('mtu', 1400), more: Partial<Expectation> = {}) {
  const laid = await world.lay(expected, { mode: 'warn', ...more });
  const plan = await world.orders.make('ann', { expectation: laid.id });
  if (!('id' in plan)) throw new Error('there is nothing to do');
  return { laid, plan };
}

const stateOf = ({ store }: LoopWorld, { id }: Pick<Plan, 'id'>) => store.plan(id)?.state;
const mtu = (world: LoopWorld) => world.factAt('p1', pathOf('mtu'));

async function approved(world: LoopWorld, plan: Plan, how = {}): Promise<void> {
  world.orders.approve(plan.id, 'ana', plan.hash, how);
  await world.settle();
}

describe('what is protected', () => {
  test('is not done in mode enforce: it is proposed, with the reason, and all else goes on', async () => {
    const world = await reached();
    await world.lay(all({ mtu: 1400, label: 'y' }));
    expect(world.acts).toEqual([`set ${label} of p1 to "y"`]);
    const [plan] = world.store.plans({ states: ['proposed'] });
    const because = `it changes mtu of port p1, and ${console_.because}`;
    expect(plan?.tasks).toMatchObject([{ path: pathOf('mtu'), protected: { because } }]);
  });

  test('needs the word of somebody with a name', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    expect(() => world.orders.approve(plan.id, 'operator')).toThrow(
      /needs the word of a person with a name, because it/,
    );
    await approved(world, plan);
    expect(stateOf(world, plan)).toBe('unconfirmed');
  });

  // P22
  test('is part of what is approved: with the mark comes another hash', async () => {
    const marked = await asked(await reached());
    const unmarked = await asked(await reached({ lifelines: async () => [] }));
    expect(unmarked.plan.tasks[0]).not.toHaveProperty('protected');
    expect(marked.plan.hash).not.toBe(unmarked.plan.hash);
  });

  test('by a rule of the operator, as what the element tells of itself', async () => {
    const world = await reached({ lifelines: async () => [] });
    world.store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putRule({
        id: ruleId('power'),
        sort: 'protect',
        position: 1,
        principal: 'operator',
        createdAt: 0,
        for: { kind: 'port', path: STATE },
        why: 'it feeds the mast',
        within: '20s',
      }),
    );
    await world.lay({ administrativeState: 'unlocked' });
    expect(world.acts).toEqual([]);
    const [plan] = world.store.plans({ states: ['proposed'] });
    if (!plan) throw new Error('nothing was proposed');
    expect(plan.tasks[0]?.protected?.because).toBe('administrativeState of port p1 is protected: it feeds the mast');
    await approved(world, plan);
    expect(world.store.plan(plan.id)?.confirm?.withinMs).toBe(20_000);
  });

  test('found at the last moment it is not done, and planned as what it is from then on', async () => {
    let lines: Lifeline[] = [];
    const world = await reached({ lifelines: async () => lines });
    const { laid, plan } = await asked(world);
    // Somebody connects between the plan and the act.
    lines = [console_];
    await world.clock.advance(5_000);
    await approved(world, plan);
    expect(world.acts).toEqual([]);
    expect(world.store.plan(plan.id)?.because).toContain('a person has to approve a plan that says so');
    await world.clock.advance(60_000);
    const again = await world.orders.make('ann', { expectation: laid.id });
    expect(again.tasks[0]?.protected?.because).toContain(console_.because);
  });

  test('when the element cannot tell what it is reached by, nothing is done unasked', async () => {
    const world = await reached({
      lifelines: () => Promise.reject(new AgentError('unreachable', 'no answer')),
    });
    await world.lay(wish('label', 'y'));
    expect(world.acts).toEqual([]);
    const [plan] = world.store.plans({ states: ['proposed'] });
    expect(plan?.tasks[0]?.protected?.because).toBe('what the agent is reached by could not be asked (no answer)');
  });

  test('what brings a lost lifeline back is done unasked', async () => {
    let lines = [console_];
    const world = await reached({ lifelines: async () => lines });
    await world.lay(wish('mtu', 1500), { outOfBand: 'restore' });
    await world.lay(wish('label', 'y'));
    // Somebody cuts it by hand: nobody is reached by it any more.
    lines = [];
    world.simulator.world.change('port', 'p1', pathOf('mtu'), 68);
    await world.settle();
    await world.settle();
    expect(await mtu(world)).toBe(1500);
  });

  test('an undo that would cut somebody off is refused unless it is forced', async () => {
    let lines: Lifeline[] = [];
    const world = await reached({ lifelines: async () => lines });
    const { plan } = await asked(world);
    await approved(world, plan);
    expect(stateOf(world, plan)).toBe('done');
    lines = [console_];
    await world.clock.advance(5_000);
    await expect(world.orders.undo(plan.id, 'ann')).rejects.toThrow(/mtu of port p1.*force it if you must/);
    expect((await world.orders.undo(plan.id, 'ann', { force: true })).state).toBe('undone');
  });
});

describe('after the act', () => {
  test('the time was written down, and the fail-safe waited, before anything was done', async () => {
    const order: string[] = [];
    const clock = handClock();
    const simulator = newSimulator(clock);
    const running = machine(clock);
    const world = loopWorld({
      clock,
      simulator,
      failSafe: {
        ...running.failSafe,
        arm: async (plan, afterMs) => {
          order.push(`armed, began ${JSON.stringify(world.store.plan(plan)?.confirm?.began)}`);
          return running.failSafe.arm(plan, afterMs);
        },
      },
      driverOf: driver => ({
        ...driver,
        lifelines: async () => [console_],
        act: async step => {
          const [helper] = world.store.plans().map(each => each.confirm?.helper?.started);
          order.push(`act, helper ${helper}`);
          await driver.act(step);
        },
      }),
    });
    await world.loop.start();
    const { plan } = await asked(world);
    await approved(world, plan);
    expect(order).toEqual(['armed, began {"boot":"boot 1","upMs":0}', 'act, helper then']);
    expect(running.notes).toEqual([`arm ${plan.id} 60000`]);
  });

  test('nothing is done when the fail-safe cannot be started', async () => {
    const world = await reached();
    world.machine.refuse('there is no shell');
    const { plan } = await asked(world);
    await approved(world, plan);
    expect(world.acts).toEqual([]);
    expect(world.store.plan(plan.id)).toMatchObject({ state: 'failed', because: 'there is no shell' });
  });

  test('a word in time keeps it, and lets the rest of the plan be done', async () => {
    const world = await reached();
    const first = await world.lay(wish('mtu', 1400), { mode: 'warn', priority: 90 });
    const second = await world.lay({ administrativeState: 'unlocked', ...wish('vlan', 7) }, { mode: 'warn' });
    const plan = await world.orders.make('ann', {});
    if (!('id' in plan)) throw new Error('nothing to do');
    const at = plan.tasks.findIndex(each => each.protected);
    expect(plan.tasks.length).toBeGreaterThan(at + 1);
    await approved(world, plan);
    expect(stateOf(world, plan)).toBe('unconfirmed');
    expect(world.acts).toEqual(plan.tasks.slice(0, at + 1).map(each => each.step.summary));
    expect(world.store.tasks({ plan: plan.id }).at(-1)?.state).toBe('acknowledged');
    const kept = await world.orders.confirm(plan.id, 'ana', plan.hash);
    expect(kept).toMatchObject({ state: 'done', confirm: { confirmedBy: 'ana' } });
    expect(world.acts).toEqual(plan.tasks.map(each => each.step.summary));
    expect(world.machine.alive()).toBe(0);
    await world.clock.advance(120_000);
    expect(await mtu(world)).toBe(1400);
    for (const { id } of [first, second]) expect(world.store.verdicts({ expectation: id })[0]?.verdict).toBe('met');
  });

  // P20
  test('without one it goes back when its time is over, and what was left of the plan is not done', async () => {
    const world = await reached();
    await world.lay(wish('mtu', 1400), { mode: 'approve', priority: 90 });
    await world.lay({ administrativeState: 'unlocked', ...wish('vlan', 7) }, { mode: 'warn' });
    const plan = await world.orders.make('ann', {});
    if (!('id' in plan)) throw new Error('nothing to do');
    const facts = await world.facts();
    await approved(world, plan, { withinMs: 30_000 });
    await world.clock.advance(29_000);
    expect(stateOf(world, plan)).toBe('unconfirmed');
    await world.clock.advance(1_100);
    await world.settle();
    expect(world.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'not confirmed within 30 s' });
    expect(await world.facts()).toEqual(facts);
    expect(world.store.tasks({ plan: plan.id }).at(-1)).toMatchObject({ state: 'terminatedWithError' });
    // It is left alone until somebody says otherwise.
    expect(world.store.pauses().some(each => each.why?.includes('not confirmed within 30 s'))).toBe(true);
    expect(world.store.plans({ states: ['proposed', 'approved'] })).toEqual([]);
    await expect(world.orders.confirm(plan.id, 'ana')).rejects.toThrow(/not confirmed within 30 s/);
    expect(world.machine.alive()).toBe(0);
  });

  test('a word before the act, of another hash, or about nothing keeps nothing', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await expect(world.orders.confirm(plan.id, 'ana')).rejects.toThrow(/nothing to confirm/);
    await approved(world, plan);
    await expect(world.orders.confirm(plan.id, 'ana', 'another')).rejects.toThrow(/read it again/);
    await expect(world.orders.confirm('none' as PlanId, 'ana')).rejects.toThrow(/there is no plan/);
    expect(stateOf(world, plan)).toBe('unconfirmed');
  });

  test('a person may take it back at once', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await approved(world, plan);
    expect((await world.orders.undo(plan.id, 'ana')).state).toBe('undone');
    expect(world.acts).toEqual([`set ${pathOf('mtu')} of p1 to 1400`, `undo set ${pathOf('mtu')} of p1 to 1400`]);
    expect(world.machine.alive()).toBe(0);
  });

  test('nobody else acts there meanwhile, and the next one that has to be confirmed waits', async () => {
    const world = await reached();
    const { plan } = await asked(world, wish('mtu', 9000));
    await approved(world, plan);
    // Of p2 it has changed the usage state by the way; of p1 the MTU.
    await world.lay(wish('mtu', 1300), { priority: 99 });
    await world.lay(wish('label', 'y'), { for: { kind: 'port', name: 'p2' } });
    const others = world.acts.slice(1);
    expect(others).toEqual([`set ${label} of p2 to "y"`]);
    const { waiting } = world.loop.toldDraft();
    expect(waiting.find(each => each.path === pathOf('mtu'))).toMatchObject({
      because: `the plan ${plan.id} has changed this and has to be confirmed; else it goes back`,
      until: world.store.plan(plan.id)?.confirm?.until,
    });
    await world.orders.confirm(plan.id, 'ana');
    await world.settle();
    // What stands above it is asked of a person in its turn.
    expect(world.store.plans({ states: ['proposed'] })[0]?.tasks[0]?.wanted).toBe(1300);
  });

  test('what goes back goes back whoever else wants it by now', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await approved(world, plan);
    await world.lay(wish('mtu', 1400), { mode: 'warn' });
    await world.clock.advance(61_000);
    await world.settle();
    expect(await mtu(world)).toBe(1500);
    expect(stateOf(world, plan)).toBe('undone');
  });

  test('what cannot be taken back is tried again and again', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await approved(world, plan);
    world.simulator.world.setUnreachable(true);
    await world.clock.advance(70_000);
    expect(stateOf(world, plan)).toBe('undoing');
    world.simulator.world.setUnreachable(false);
    await world.clock.advance(70_000);
    await world.settle();
    expect(world.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'not confirmed within 60 s' });
    expect(await mtu(world)).toBe(1500);
  });

  test('on a full disk it goes back all the same, and that is written down when there is room', async () => {
    let isFull = false;
    const clock = handClock();
    const whole = newStore(clock);
    const world = await reached({
      clock,
      store: whole,
      storeOf: store =>
        new Proxy(store, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            if (name !== 'transact') return value.bind(target);
            return (...given: unknown[]) => {
              if (isFull) throw new AgentError('storage', 'the disk is full');
              return value.apply(target, given);
            };
          },
        }),
    });
    const { plan } = await asked(world);
    await approved(world, plan);
    isFull = true;
    await clock.advance(65_000);
    expect(await mtu(world)).toBe(1500);
    expect(world.acts.filter(each => each.startsWith('undo'))).toHaveLength(1);
    expect(stateOf(world, plan)).toBe('unconfirmed');
    isFull = false;
    await clock.advance(5_000);
    expect(world.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'not confirmed within 60 s' });
    expect(await mtu(world)).toBe(1500);
  });

  test('what a person takes back goes back too when the element does not answer at first', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await approved(world, plan);
    world.simulator.world.setUnreachable(true);
    const undoing = await world.orders.undo(plan.id, 'ana', { force: true });
    expect(undoing.state).toBe('undoing');
    world.simulator.world.setUnreachable(false);
    await world.clock.advance(10_000);
    expect(world.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'taken back by ana' });
  });

  test('another plan for the same place stays approved until it is decided', async () => {
    const world = await reached();
    const one = await asked(world);
    const other = await world.lay({ administrativeState: 'unlocked' }, { mode: 'warn' });
    await approved(world, one.plan);
    const next = await world.orders.make('ann', { expectation: other.id });
    if (!('id' in next)) throw new Error('nothing to do');
    await approved(world, next);
    expect(stateOf(world, next)).toBe('done');
    const again = await world.lay(wish('mtu', 1300), { mode: 'warn', for: { kind: 'port', name: 'p2' }, priority: 99 });
    const far = await world.orders.make('ann', { expectation: again.id });
    if (!('id' in far)) throw new Error('nothing to do');
    expect(world.loop.commits.whyHeld(far)).toBeUndefined();
    expect(world.loop.commits.whyHeld({ ...far, tasks: one.plan.tasks })).toMatchObject({ on: 'confirmation' });
  });

  test('a fail-safe that somebody has ended is started again, for what is left', async () => {
    const world = await reached();
    const { plan } = await asked(world);
    await approved(world, plan);
    world.machine.killHelpers();
    await world.clock.advance(20_000);
    await world.settle();
    expect(world.machine.notes).toEqual([`arm ${plan.id} 60000`, `arm ${plan.id} 40000`]);
  });

  // P44
  test('a clock that jumps ten years, either way, makes it neither longer nor shorter', async () => {
    for (const jump of [10, -10].map(years => years * 365 * 86_400_000)) {
      const clock = handClock();
      let offset = 0;
      const running = machine(clock);
      const wall: HandClock = { ...clock, now: () => clock.now() + offset };
      const world = await reached({ clock: wall, failSafe: running.failSafe });
      const { plan } = await asked(world);
      await approved(world, plan);
      offset = jump;
      await clock.advance(59_000);
      await world.settle();
      expect(stateOf(world, plan)).toBe('unconfirmed');
      await clock.advance(1_500);
      await world.settle();
      expect(stateOf(world, plan)).toBe('undone');
    }
  });
});

describe('when the agent is another one', () => {
  /** What one agent has done, and the next one finds. */
  async function left(advance: number, meanwhile: (first: Awaited<ReturnType<typeof reached>>) => void = () => {}) {
    const first = await reached();
    const { plan } = await asked(first);
    await approved(first, plan);
    await first.loop.stop();
    await first.clock.advance(advance);
    meanwhile(first);
    // It is not the one that was stopped.
    const simulator = { ...first.simulator, stop: async () => {} };
    const { clock, store } = first;
    const next = await reached({ clock, store, simulator, failSafe: first.machine.failSafe });
    return { first, next, plan };
  }

  test('its time over, it goes back at once', async () => {
    const { next, plan } = await left(61_000);
    expect(next.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'not confirmed within 60 s' });
    expect(next.acts).toEqual([`undo set ${pathOf('mtu')} of p1 to 1400`]);
  });

  test('its time not over, it has what is left of it', async () => {
    const { next, plan } = await left(20_000);
    expect(stateOf(next, plan)).toBe('unconfirmed');
    await next.clock.advance(39_000);
    expect(stateOf(next, plan)).toBe('unconfirmed');
    await next.clock.advance(1_500);
    await next.settle();
    expect(stateOf(next, plan)).toBe('undone');
  });

  test('a word in what is left of it keeps it', async () => {
    const { next, plan } = await left(20_000);
    expect((await next.orders.confirm(plan.id, 'ana')).state).toBe('done');
    expect(await mtu(next)).toBe(1400);
  });

  test('the machine started anew, it goes back at once where it still stands', async () => {
    const { next, plan } = await left(1_000, first => first.machine.restart());
    const because = 'the machine started anew before it was confirmed';
    expect(next.store.plan(plan.id)).toMatchObject({ state: 'undone', because });
    expect(next.acts).toEqual([`undo set ${pathOf('mtu')} of p1 to 1400`]);
  });

  test('and where it does not, nothing is done to what stands there now', async () => {
    const { next, plan } = await left(1_000, first => {
      first.machine.restart();
      // The restart has forgotten it, and something else has been set since.
      first.simulator.world.change('port', 'p1', pathOf('mtu'), 1492);
    });
    expect(stateOf(next, plan)).toBe('undone');
    expect(next.acts).toEqual([]);
    expect(await mtu(next)).toBe(1492);
    expect(next.store.tasks({ plan: plan.id })[0]?.error).toBe('gone with the restart of the machine');
  });

  test('what it was doing when it was killed is looked at, and goes back whether or not it was done', async () => {
    for (const wasDone of [true, false]) {
      const { next, plan } = await left(61_000, ({ store, simulator }) => {
        // As a kill leaves it: begun, and nobody saw its end.
        const [task] = store.tasks();
        const open = store.plans()[0];
        if (!task || !open) throw new Error('nothing was done');
        store.transact({ principal: 'loop', kind: 'task' }, writer => {
          const { moves: _, endedAt: __, ...begun } = task;
          writer.putTask({ ...begun, id: taskId(task.id), state: 'inProgress' });
          writer.putPlan({ ...open, state: 'carryingOut' });
        });
        if (!wasDone) simulator.world.change('port', 'p1', pathOf('mtu'), 1500);
      });
      expect(next.store.plan(plan.id)).toMatchObject({ state: 'undone', because: 'not confirmed within 60 s' });
      expect(await mtu(next)).toBe(1500);
    }
  });
});
