/** What goes back asks the same as what goes forward: freezes, windows, budgets, modes, who is reached by it, and what others did since. */
import { expect, onTestFinished, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { type PlanId, planId } from '../../src/core/ids.ts';
import { ruleId, type UnwrittenRule } from '../../src/core/rule.ts';
import { withdraw } from '../../src/core/withdraw.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { handClock } from '../kit/clock.ts';
import { approvePlan, type LoopWorld, loopWorld, pathOf, type Wanted, wish } from '../kit/loop-world.ts';

const [MTU, LABEL, TAGS] = [pathOf('mtu'), pathOf('label'), pathOf('tags')];
const MINUTE = 60_000;

async function started(parts: Parameters<typeof loopWorld>[0] = {}): Promise<LoopWorld> {
  const world = loopWorld(parts);
  await world.loop.start();
  onTestFinished(() => world.loop.stop());
  return world;
}

type Said<Rule = UnwrittenRule> = Rule extends unknown
  ? Omit<Rule, 'id' | 'position' | 'principal' | 'createdAt'>
  : never;

async function lay({ store, loop }: LoopWorld, id: string, said: Said): Promise<void> {
  const position = store.rules().length + 1;
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putRule({ ...said, id: ruleId(id), position, principal: 'operator', createdAt: 0 }),
  );
  loop.ring();
  await loop.settle();
}

async function lift({ store, loop }: LoopWorld, id: string): Promise<void> {
  store.transact({ principal: 'operator', kind: 'request' }, writer => writer.removeRule(ruleId(id)));
  loop.ring();
  await loop.settle();
}

/** As when a peer or a client withdraws it. */
async function withdrawBy(world: LoopWorld, expectation: Expectation, by: string): Promise<void> {
  world.store.transact({ principal: by, kind: 'request' }, writer => {
    withdraw(writer, expectation, { by, now: world.clock.now() });
  });
  world.loop.ring();
  await world.settle();
}

const restoring: Partial<Expectation> = { onWithdraw: 'restore' };
const told = (world: LoopWorld, { id }: Expectation) => world.store.expectation(id)?.withdrawing;
const whyGone = (world: LoopWorld, { id }: Expectation) => world.store.changesOf(id, 1)[0]?.cause.why;
const begunBy = (world: LoopWorld) => world.store.begun(0);

test('in a freeze and outside of a window nothing goes back; it waits and says so, and goes when that ends', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400), restoring);
  const until = world.clock.now() + 5 * MINUTE;
  await lay(world, 'game', { sort: 'freeze', until, why: 'the big game' });
  await world.withdraw(laid.id);
  expect(told(world, laid)).toMatchObject({ because: 'frozen by operator: the big game', heldUntil: until });
  expect(await world.factAt('p1', MTU)).toBe(1400);
  await world.clock.advance(5 * MINUTE);
  await world.settle();
  expect([world.store.expectation(laid.id), await world.factAt('p1', MTU)]).toEqual([undefined, 1500]);

  const second = await world.lay(wish('mtu', 1300), restoring);
  // It is just after midnight.
  await lay(world, 'night', { sort: 'window', from: '02:00', to: '03:00', for: { path: MTU } });
  await world.withdraw(second.id);
  expect(told(world, second)?.because).toBe('outside of its maintenance window (rule night)');
  await lift(world, 'night');
  expect([world.store.expectation(second.id), await world.factAt('p1', MTU)]).toEqual([undefined, 1500]);
});

test('what waits longer than it has time is let go as it is, and told why', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400), restoring);
  await lay(world, 'game', { sort: 'freeze', until: world.clock.now() + 60 * MINUTE });
  await world.withdraw(laid.id);
  const before = world.store.seq();
  await world.clock.advance(14 * MINUTE);
  // Waiting writes nothing.
  expect(world.store.seq()).toBe(before);
  await world.clock.advance(2 * MINUTE);
  await world.settle();
  expect([world.store.expectation(laid.id), await world.factAt('p1', MTU)]).toEqual([undefined, 1400]);
  expect(whyGone(world, laid)).toContain('frozen by operator');
});

test('path by path the mode lets it go back or not; a person who withdraws it has said so', async () => {
  for (const by of ['peer:b', 'operator']) {
    const world = await started();
    const laid = await world.lay({ ...wish('mtu', 1400), administrativeState: 'unlocked' }, restoring);
    await lay(world, 'told', { sort: 'mode', mode: 'warn', for: { path: MTU } });
    await withdrawBy(world, laid, by);
    if (by === 'operator') {
      expect(world.store.expectation(laid.id)).toBeUndefined();
      continue;
    }
    expect(told(world, laid)?.because).toContain('its mode is warn');
    await lift(world, 'told');
    expect(world.store.expectation(laid.id)).toBeUndefined();
    expect([await world.factAt('p1', MTU), await world.factAt('p1', '/administrativeState')]).toEqual([1500, 'locked']);
  }
});

test('what goes back counts, deletions apart; a budget stops the loop, and a person only when it is strict', async () => {
  for (const [by, strict, stops] of [
    ['peer:b', false, true],
    ['operator', false, false],
    ['operator', true, true],
  ] as const) {
    const world = await started();
    const laid = await world.lay({ ...wish('mtu', 1400) }, restoring);
    await lay(world, 'few', { sort: 'budget', changes: 1, within: '10m', strict });
    await withdrawBy(world, laid, by);
    expect([by, strict, await world.factAt('p1', MTU)]).toEqual([by, strict, stops ? 1400 : 1500]);
    if (stops) expect(told(world, laid)?.because).toContain('the budget of 1 changes in 10 min (rule few) is spent');
    await world.clock.advance(10 * MINUTE);
    await world.settle();
    expect([await world.factAt('p1', MTU), world.store.expectation(laid.id)]).toEqual([1500, undefined]);
    expect(begunBy(world)).toHaveLength(2);
  }
  const world = await started();
  const added = await world.lay(wish('tags', { $contains: ['c'] }), restoring);
  await world.withdraw(added.id);
  expect(await world.factAt('p1', TAGS)).toEqual(['a', 'b']);
  expect(begunBy(world).map(each => each.removes ?? false)).toEqual([false, true]);
});

async function carryOut(world: LoopWorld, wanted: readonly Wanted[], id = 'p'): Promise<PlanId> {
  const laid = world.store.expectations()[0] ?? (await world.lay(wish('speed', 1), { mode: 'observe' }));
  approvePlan(world, id, laid, wanted);
  world.loop.ring();
  await world.settle();
  return planId(id);
}
/** What an undo has paused is resumed. */
function goOn({ store }: LoopWorld): void {
  store.transact({ principal: 'ann', kind: 'request' }, writer => {
    for (const { scope } of writer.pauses()) writer.clearPause(scope);
  });
}
const on = (name: string, path: string, value: Wanted['value']): Wanted => ({
  of: { kind: 'port', name },
  path,
  ...(value === undefined ? {} : { value }),
});

test('an undo is a person’s word: in a freeze it has to be said, budgets count it and only strict ones stop it', async () => {
  const world = await started();
  const plan = await carryOut(world, [on('p1', MTU, 1400)]);
  await lay(world, 'game', { sort: 'freeze', until: world.clock.now() + MINUTE, why: 'the big game' });
  await expect(world.orders.undo(plan, 'ann')).rejects.toThrow(
    /cannot be taken back now: frozen by operator: the big game until 2026.*; say --during-freeze/,
  );
  // Force is another word.
  await expect(world.orders.undo(plan, 'ann', { force: true })).rejects.toThrow(/frozen by operator/);
  expect(world.store.plan(plan)?.state).toBe('done');
  await lay(world, 'few', { sort: 'budget', changes: 1, within: '10m' });
  expect((await world.orders.undo(plan, 'ann', { duringFreeze: true })).state).toBe('undone');
  expect([await world.factAt('p1', MTU), begunBy(world).length]).toEqual([1500, 2]);

  await lift(world, 'game');
  await lift(world, 'few');
  goOn(world);
  const second = await carryOut(world, [on('p1', LABEL, 'y')], 'q');
  await lay(world, 'least', { sort: 'budget', changes: 1, within: '10m', strict: true, for: { path: LABEL } });
  await expect(world.orders.undo(second, 'ann')).rejects.toThrow(/the budget of 1 changes .* is spent/);
  await world.clock.advance(11 * MINUTE);
  expect((await world.orders.undo(second, 'ann')).state).toBe('undone');
});

/** Its undo is refused, as often as is said, before or after it was done. */
function stubborn(times: number, when: 'before' | 'after'): (driver: LoopWorld['simulator']) => Driver {
  let left = times;
  return driver => ({
    ...driver,
    undo: async (step, before) => {
      const refuses = left-- > 0;
      if (refuses && when === 'before') throw new AgentError('refused', 'the element says no');
      await driver.undo(step, before);
      if (refuses) throw new AgentError('refused', 'the element says no');
    },
  });
}

test('an undo that failed is held against what others did since when it is tried again', async () => {
  const world = await started({ driverOf: stubborn(1, 'before') });
  const plan = await carryOut(world, [on('p1', MTU, 1400), on('p2', LABEL, 'y')]);
  const failed = await world.orders.undo(plan, 'ann');
  expect(failed).toMatchObject({ state: 'undoing', because: expect.stringContaining('the element says no') });
  world.simulator.world.change('port', 'p2', LABEL, 'z');
  await world.settle();
  await expect(world.orders.undo(plan, 'ann')).rejects.toThrow(
    `${LABEL} of p2 was "y" after it and is "z", so somebody else changed it; with that stays ${MTU} of p1; force it if you must`,
  );
  expect([await world.factAt('p1', MTU), await world.factAt('p2', LABEL)]).toEqual([1400, 'z']);
  expect((await world.orders.undo(plan, 'ann', { force: true })).state).toBe('undone');
  expect([await world.factAt('p1', MTU), await world.factAt('p2', LABEL)]).toEqual([1500, 'x']);
});

test('one that was half done when it failed, or when the agent died, goes on; what is back already is in nobody’s way', async () => {
  const world = await started({ driverOf: stubborn(1, 'after') });
  const plan = await carryOut(world, [on('p1', MTU, 1400), on('p2', LABEL, 'y')]);
  expect((await world.orders.undo(plan, 'ann')).state).toBe('undoing');
  expect(await world.factAt('p2', LABEL)).toBe('x');
  expect((await world.orders.undo(plan, 'ann')).state).toBe('undone');
  expect([await world.factAt('p1', MTU), await world.factAt('p2', LABEL)]).toEqual([1500, 'x']);

  goOn(world);
  // While no agent runs, somebody else changes what is about to go back.
  const second = await carryOut(world, [on('p1', MTU, 1300)], 'q');
  await world.loop.stop();
  const standing = world.store.plan(second);
  if (!standing) throw new Error('no plan');
  world.store.transact({ principal: 'ann', kind: 'request' }, writer =>
    writer.putPlan({ ...standing, state: 'undoing' }),
  );
  world.simulator.world.change('port', 'p1', MTU, 9000);
  const next = await started({ clock: world.clock, store: world.store, simulator: world.simulator });
  expect(next.store.plan(second)).toMatchObject({
    state: 'undoing',
    because: expect.stringMatching(
      /^not taken back: .*was 1300 after it and is 9000.*undo it again, by force if you must$/,
    ),
  });
  expect(await next.factAt('p1', MTU)).toBe(9000);
  expect((await next.orders.undo(second, 'ann', { force: true })).state).toBe('undone');
});

test('what is withdrawn and could not go back is left when somebody has changed it before it is tried again', async () => {
  const world = await started({ driverOf: stubborn(1, 'before') });
  const laid = await world.lay({ ...wish('mtu', 1400), administrativeState: 'unlocked' }, restoring);
  await world.withdraw(laid.id);
  expect(told(world, laid)).toMatchObject({ because: expect.stringContaining('the element says no'), attempts: 1 });
  world.simulator.world.change('port', 'p1', MTU, 1600);
  world.simulator.world.change('port', 'p1', '/administrativeState', 'locked');
  await world.settle();
  await world.clock.advance(5 * MINUTE);
  await world.settle();
  expect(world.store.expectation(laid.id)).toBeUndefined();
  expect(await world.factAt('p1', MTU)).toBe(1600);
  expect(whyGone(world, laid)).toContain('was 1400 after it and is 1600, so somebody else changed it');
});

test('a clock that is set frees no budget early and stops none for long', async () => {
  const clock = handClock();
  const world = await started({ clock });
  await lay(world, 'few', { sort: 'budget', changes: 1, within: '10m' });
  await world.lay(wish('mtu', 1400));
  await world.lay(wish('label', 'ours'));
  const isHeld = async (): Promise<boolean> => (await world.factAt('p1', LABEL)) === 'x';
  for (const by of [10 * 365 * 24 * 60 * MINUTE, -20 * 365 * 24 * 60 * MINUTE]) {
    clock.jump(by);
    world.loop.ring();
    await world.settle();
    await clock.advance(4 * MINUTE);
    await world.settle();
    expect([by, await isHeld()]).toEqual([by, true]);
  }
  // It is known to whoever starts after that, too.
  await world.loop.stop();
  const next = await started({ clock, store: world.store, simulator: world.simulator });
  await next.settle();
  expect(await isHeld()).toBe(true);
  await clock.advance(3 * MINUTE);
  await next.settle();
  expect(await isHeld()).toBe(false);
});
