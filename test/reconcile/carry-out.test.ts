/** What is promised of the way a plan is carried out: step by step, group by group, and never twice. */
import { expect, onTestFinished, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, planId } from '../../src/core/ids.ts';
import type { Task } from '../../src/core/task.ts';
import type { Driver, Step } from '../../src/ports/driver.ts';
import { approvePlan, type LoopWorld, loopWorld, pathOf, type Wanted, wish } from '../kit/loop-world.ts';

const MTU = pathOf('mtu');
const LABEL = pathOf('label');
const VLAN = pathOf('vlan');
const TAGS = pathOf('tags');
const on = (name: string, path: string, value: Wanted['value'], group = 'g'): Wanted => ({
  of: { kind: 'port', name },
  path,
  group,
  ...(value === undefined ? {} : { value }),
});

async function world(driverOf?: (simulator: LoopWorld['simulator']) => Driver): Promise<LoopWorld> {
  const made = loopWorld(driverOf ? { driverOf } : {});
  await made.loop.start();
  onTestFinished(async () => {
    await made.loop.stop();
    made.store.close();
  });
  return made;
}

/** Carries out a plan made by hand; the loop does nothing by itself. */
async function carryOut(made: LoopWorld, wanted: readonly Wanted[], id = 'p'): Promise<readonly Task[]> {
  const known = made.store.expectation(expectationId('e'));
  const laid = known ?? (await made.lay(wish('speed', 1), { id: expectationId('e'), mode: 'observe' }));
  approvePlan(made, id, laid, wanted);
  made.loop.ring();
  await made.settle();
  return made.store.tasks({ plan: planId(id) });
}

const states = (tasks: readonly Task[]) => tasks.map(each => each.state);

test('what came as foreseen is told so, with all that moved', async () => {
  const made = await world();
  const [task] = await carryOut(made, [on('p1', MTU, 9000)]);
  expect(task?.foreseen).toEqual({ asForeseen: true });
  expect(task?.moves?.map(({ instance: _, ...move }) => move)).toEqual([
    { path: MTU, old: 1500, new: 9000 },
    { path: '/usageState', old: 'idle', new: 'busy' },
  ]);
  expect(made.loop.counts.wrongPredictions).toBe(0);
});

// P42
test('a driver that lies about success is found out: foreseen, found and counted', async () => {
  const made = await world(simulator => ({ ...simulator, act: async () => {} }));
  const [task] = await carryOut(made, [on('p1', MTU, 1400)]);
  expect(task).toMatchObject({
    state: 'done',
    foreseen: {
      asForeseen: false,
      differs: [{ of: { kind: 'port', name: 'p1' }, path: MTU, foreseen: 1400, found: 1500 }],
    },
    moves: [],
  });
  expect(made.loop.counts.wrongPredictions).toBe(1);
});

test('a side effect that was not foreseen is a wrong prediction', async () => {
  const made = await world(simulator => ({
    ...simulator,
    act: async step => {
      await simulator.act(step);
      simulator.world.change('port', 'p1', LABEL, 'gone');
    },
  }));
  const [task] = await carryOut(made, [on('p1', MTU, 1400)]);
  expect(task?.foreseen?.differs).toEqual([
    { of: { kind: 'port', name: 'p1' }, path: LABEL, foreseen: 'x', found: 'gone' },
  ]);
});

// P26
test('a group that fails is taken back in reverse, and holds up no other', async () => {
  const made = await world(refusing('label'));
  const tasks = await carryOut(made, [
    on('p1', MTU, 1400, 'one'),
    on('p2', MTU, 1300, 'other'),
    on('p1', TAGS, ['z'], 'one'),
    on('p1', LABEL, 'y', 'one'),
    on('p2', TAGS, ['z'], 'other'),
  ]);
  expect(states(tasks)).toEqual(['undone', 'done', 'undone', 'terminatedWithError', 'done']);
  expect([await made.factAt('p1', MTU), await made.factAt('p1', TAGS)]).toEqual([1500, ['a', 'b']]);
  expect([await made.factAt('p2', MTU), await made.factAt('p2', TAGS)]).toEqual([1300, ['z']]);
  const [plan] = made.store.plans();
  expect(plan).toMatchObject({ state: 'failed', because: expect.stringContaining('not that') });
});

test('a group that failed waits together, or half of it would be tried without the rest', async () => {
  const made = await world(refusing('vlan'));
  await made.lay({ administrativeState: 'unlocked', ...wish('vlan', 7) });
  expect(states(made.store.tasks({ plan: made.store.plans()[0]?.id ?? planId('') }))).toEqual([
    'undone',
    'terminatedWithError',
  ]);
  expect(await made.factAt('p1', '/administrativeState')).toBe('locked');
  await made.settle();
  expect(made.store.plans()).toHaveLength(1);
  await made.clock.advance(10_000);
  await made.settle();
  expect(
    made.store
      .plans()
      .slice(0, -1)
      .map(each => each.tasks.length),
  ).toEqual(
    made.store
      .plans()
      .slice(0, -1)
      .map(() => 2),
  );
  expect(made.store.plans().length).toBeGreaterThan(1);
});

test('a task whose needs do not hold stops its group', async () => {
  const made = await world();
  const tasks = await carryOut(made, [on('p1', MTU, 1400), on('p1', VLAN, 7)]);
  expect(states(tasks)).toEqual(['undone', 'terminatedWithError']);
  expect(tasks[1]?.error).toMatch(/^it cannot be done unless it is unlocked/);
  expect(await made.factAt('p1', MTU)).toBe(1500);
});

// P11
test('a need that an earlier task of the plan brings is there by then', async () => {
  const made = await world();
  const tasks = await carryOut(made, [on('p1', '/administrativeState', 'unlocked'), on('p1', VLAN, 7)]);
  expect(states(tasks)).toEqual(['done', 'done']);
});

// P12
test('a leaf that somebody has met meanwhile is left alone', async () => {
  let acts = 0;
  const made = await world(simulator => ({
    ...simulator,
    act: async step => {
      acts++;
      await simulator.act(step);
      simulator.world.change('port', 'p1', LABEL, 'y');
    },
  }));
  await made.lay({
    resourceCharacteristic: [
      { name: 'mtu', value: 1400 },
      { name: 'label', value: 'y' },
    ],
  });
  expect(made.store.tasks().map(each => [each.path, each.state, each.already])).toEqual(
    expect.arrayContaining([[LABEL, 'done', true]]),
  );
  expect(acts).toBe(1);
});

// P13
test('what was done for the same end and stands is answered with the task that did it', async () => {
  const made = await world();
  const wanted = [on('p1', MTU, 1400)];
  const [first] = await carryOut(made, wanted, 'p');
  // A person has approved the same twice: the second was made before the first was done.
  const twin = made.store.plan(planId('p'));
  if (!twin) throw new Error('no plan');
  made.store.transact({ principal: 'ann', kind: 'request' }, writer =>
    writer.putPlan({ ...twin, id: planId('q'), state: 'approved' }),
  );
  made.loop.ring();
  await made.settle();
  const [second] = made.store.tasks({ plan: planId('q') });
  expect(second).toMatchObject({ state: 'done', already: true, earlier: first?.id });
  expect(made.store.plan(planId('q'))?.state).toBe('done');
  // The first one's is the first one's to take back.
  await made.orders.undo(planId('q'), 'ann');
  expect(await made.factAt('p1', MTU)).toBe(1400);
});

// P26
test('a group goes at once where the element can: one set of rows before, one after, all or none', async () => {
  const batches: number[] = [];
  const rows: string[][] = [];
  let made: LoopWorld | undefined;
  const whole = await world(simulator => ({
    ...simulator,
    act: async () => {
      throw new AgentError('internal', 'not one by one');
    },
    actTogether: async (steps: readonly Step[]) => {
      batches.push(steps.length);
      rows.push(states(made?.store.tasks({ plan: planId('p') }) ?? []));
      if (steps.some(step => step.args.value === 'refused')) throw new AgentError('refused', 'not that');
      for (const step of steps) await simulator.act(step);
    },
  }));
  made = whole;
  const before = whole.store.seq();
  expect(states(await carryOut(whole, [on('p1', MTU, 1400), on('p2', MTU, 1300)]))).toEqual(['done', 'done']);
  expect([batches, rows]).toEqual([[2], [['inProgress', 'inProgress']]]);
  expect(whole.store.changesAfter(before, 100).filter(each => each.subject === 'task')).toHaveLength(6);
  const tasks = await carryOut(whole, [on('p1', LABEL, 'y'), on('p2', LABEL, 'refused')], 'q');
  expect(states(tasks)).toEqual(['terminatedWithError', 'terminatedWithError']);
  expect(await whole.factAt('p1', LABEL)).toBe('x');
});

test('an effect that nobody can see is declared once, and then a person is waited for', async () => {
  let acts = 0;
  const made = await world(simulator => ({
    ...simulator,
    examine: async step => ({
      ...(await simulator.examine(step)),
      already: false,
      unseen: 'the element does not tell what it was told',
    }),
    act: async () => {
      acts++;
      throw new AgentError('unreachable', 'no answer');
    },
  }));
  const laid = await made.lay(wish('mtu', 1400));
  expect(made.store.tasks()).toMatchObject([{ state: 'terminatedWithError', stopped: true }]);
  expect(made.store.pauses()).toMatchObject([
    { by: 'loop', scope: expect.stringContaining(`leaf:${laid.id}:`), why: expect.stringContaining('does not tell') },
  ]);
  await made.clock.advance(600_000);
  await made.settle();
  expect(acts).toBe(1);
  made.store.transact({ principal: 'ann', kind: 'request' }, writer => {
    for (const { scope } of writer.pauses()) writer.clearPause(scope);
  });
  made.loop.ring();
  await made.settle();
  expect(acts).toBe(2);
});

// P27
test('an undo names every overlap: which path, which later plan, by whom', async () => {
  const made = await world();
  await carryOut(made, [on('p1', MTU, 1400), on('p1', LABEL, 'y'), on('p2', MTU, 1300)], 'p');
  await carryOut(made, [on('p1', MTU, 1300)], 'q');
  made.simulator.world.change('port', 'p1', LABEL, 'z');
  await made.settle();
  await expect(made.orders.undo(planId('p'), 'ann')).rejects.toThrow(
    expect.objectContaining({
      code: 'conflict',
      message: expect.stringMatching(/mtu\/value of p1.*|later plan q \(ann\)/),
    }),
  );
  const message = await made.orders.undo(planId('p'), 'ann').catch(String);
  expect(message).toContain(`the later plan q (ann) changed ${MTU} of p1`);
  expect(message).toContain(`${LABEL} of p1 was "y" after it and is "z", so somebody else changed it`);
  // What nobody else has touched stays with it, and that is told.
  expect(message).toContain(`; with that stays ${MTU} of p2; force it if you must`);
  await made.orders.undo(planId('q'), 'ann');
  expect((await made.orders.undo(planId('p'), 'ann', { force: true })).state).toBe('undone');
  expect(await made.factAt('p2', MTU)).toBe(1500);
});

test('an undo is refused while something later relies on what it did', async () => {
  const made = await world();
  await carryOut(made, [on('p1', '/administrativeState', 'unlocked')], 'p');
  await carryOut(made, [on('p1', VLAN, 7)], 'q');
  await expect(made.orders.undo(planId('p'), 'ann')).rejects.toThrow(
    /of the later plan q relies on it that it is unlocked; undo that first/,
  );
  await made.orders.undo(planId('q'), 'ann');
  expect((await made.orders.undo(planId('p'), 'ann')).state).toBe('undone');
});

// P28
test('an undo leaves what another expectation wants too, and tells so', async () => {
  const made = await world();
  const other = await made.lay(wish('mtu', { $lte: 1400 }), { mode: 'observe', id: expectationId('other') });
  await carryOut(made, [on('p1', MTU, 1400), on('p1', LABEL, 'y')]);
  const undone = await made.orders.undo(planId('p'), 'ann');
  expect(undone).toMatchObject({ state: 'undone', because: expect.stringContaining(`${other.id} wants it too`) });
  expect([await made.factAt('p1', MTU), await made.factAt('p1', LABEL)]).toEqual([1400, 'x']);
  expect(made.store.tasks({ plan: planId('p') })[0]).toMatchObject({ state: 'done', expectation: other.id });
});

// Withdrawal

const restoring: Partial<Expectation> = { onWithdraw: 'restore' };

test('what an expectation did stays when it is withdrawn, unless it says otherwise', async () => {
  const made = await world();
  const laid = await made.lay(wish('mtu', 1400));
  await made.withdraw(laid.id);
  expect(await made.factAt('p1', MTU)).toBe(1400);
  expect(made.store.expectations()).toEqual([]);
});

// P29
test('withdrawn, exactly what it alone had changed goes back, and what depends on it first', async () => {
  const made = await world();
  await made.lay(wish('label', 'y'));
  const before = await made.facts();
  const laid = await made.lay(
    {
      administrativeState: 'unlocked',
      resourceCharacteristic: [
        { name: 'vlan', value: 7 },
        { name: 'tags', value: { $contains: ['c'] } },
      ],
    },
    restoring,
  );
  // Somebody else has an item there too.
  made.simulator.world.change('port', 'p1', TAGS, ['a', 'b', 'c', 'd']);
  await made.settle();
  await made.withdraw(laid.id);
  const after = await made.facts();
  expect({ ...after.p1, resourceCharacteristic: [] }).toEqual({ ...before.p1, resourceCharacteristic: [] });
  expect([await made.factAt('p1', VLAN), await made.factAt('p1', LABEL)]).toEqual([1, 'y']);
  expect(await made.factAt('p1', TAGS)).toEqual(['a', 'b', 'd']);
  expect(made.store.expectations().map(each => each.expect)).toEqual([wish('label', 'y')]);
});

// P28
test('what two want goes back when the last of them is withdrawn', async () => {
  const made = await world();
  const one = await made.lay(wish('mtu', 1400), restoring);
  const other = await made.lay(wish('mtu', { $lte: 1450 }), restoring);
  await made.withdraw(one.id);
  expect(await made.factAt('p1', MTU)).toBe(1400);
  await made.withdraw(other.id);
  expect(await made.factAt('p1', MTU)).toBe(1500);
});

test('what somebody has changed since is left, and told in the change that lets it go', async () => {
  const made = await world();
  const laid = await made.lay(wish('mtu', 1400), { ...restoring, mode: 'enforce' });
  made.store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, mode: 'observe' }),
  );
  made.simulator.world.change('port', 'p1', MTU, 1300);
  await made.settle();
  await made.withdraw(laid.id);
  expect(await made.factAt('p1', MTU)).toBe(1300);
  const [gone] = made.store.changesOf(laid.id, 1);
  expect(gone).toMatchObject({ type: 'delete', cause: { why: expect.stringContaining('is 1300, so somebody else') } });
});

// P29
test('it stays withdrawn until it has gone back, by its deadline at the latest, and force lets it go', async () => {
  const made = await world();
  const one = await made.lay(wish('mtu', 1400), restoring);
  made.simulator.world.setUnreachable(true);
  await made.withdraw(one.id);
  const standing = made.store.expectation(one.id);
  expect(standing?.withdrawing).toMatchObject({ by: 'operator', because: expect.stringContaining('does not answer') });
  expect(made.store.verdicts({ expectation: one.id })).toEqual([]);
  made.simulator.world.setUnreachable(false);
  await made.clock.advance(10_000);
  await made.settle();
  expect([await made.factAt('p1', MTU), made.store.expectations()]).toEqual([1500, []]);

  const late = await made.lay(wish('mtu', 1400), restoring);
  made.simulator.world.setUnreachable(true);
  await made.withdraw(late.id);
  await made.clock.advance(16 * 60_000);
  await made.settle();
  expect(made.store.expectations()).toEqual([]);
  made.simulator.world.setUnreachable(false);
  expect(await made.factAt('p1', MTU)).toBe(1400);

  const forced = await made.lay(wish('label', 'y'), restoring);
  made.simulator.world.setUnreachable(true);
  await made.withdraw(forced.id);
  expect(made.store.expectations()).toHaveLength(1);
  await made.withdraw(forced.id, true);
  expect(made.store.expectations()).toEqual([]);
});

// P43
test('withdrawn while paused, nothing is undone', async () => {
  const made = await world();
  const laid = await made.lay(wish('mtu', 1400), restoring);
  made.store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putPause({ scope: 'all', by: 'operator', since: made.clock.now() }),
  );
  await made.withdraw(laid.id);
  expect([await made.factAt('p1', MTU), made.store.expectations()]).toEqual([1400, []]);
});

test('laid again before it has gone back, it stands as if nothing had been said', async () => {
  const made = await world();
  const laid = await made.lay(wish('mtu', 1400), restoring);
  made.simulator.world.setUnreachable(true);
  await made.withdraw(laid.id);
  made.simulator.world.setUnreachable(false);
  made.store.transact({ principal: 'operator', kind: 'request' }, writer => writer.putExpectation(laid));
  await made.clock.advance(60_000);
  await made.settle();
  expect(made.store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met' }]);
  expect(await made.factAt('p1', MTU)).toBe(1400);
});

// P30
test('what is there already is taken as it is, with nothing written to the element', async () => {
  let acts = 0;
  const made = await world(simulator => ({
    ...simulator,
    act: async step => {
      acts++;
      await simulator.act(step);
    },
  }));
  const laid = await made.lay({ administrativeState: 'locked', ...wish('mtu', 1500) });
  expect(made.store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met' }]);
  expect([acts, made.store.plans()]).toEqual([0, []]);
  // It alone had changed nothing, so nothing goes back.
  await made.withdraw(laid.id);
  expect(acts).toBe(0);
});

function refusing(word: string): (simulator: LoopWorld['simulator']) => Driver {
  return simulator => ({
    ...simulator,
    act: async step => {
      if (String(step.args.path).includes(word)) throw new AgentError('refused', 'not that');
      await simulator.act(step);
    },
  });
}
