/** What rules let the loop do: modes path by path, ignoring for a while, budgets in a storm, windows and freezes. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { modes } from '../../src/core/expectation.ts';
import type { Json } from '../../src/core/json.ts';
import { ruleId, type UnwrittenRule } from '../../src/core/rule.ts';
import type { Step } from '../../src/ports/driver.ts';
import { handClock } from '../kit/clock.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';
import '../kit/properties.ts';

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
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putRule({
      ...said,
      id: ruleId(id),
      position: store.rules().length + 1,
      principal: 'operator',
      createdAt: 0,
    }),
  );
  loop.ring();
  await loop.settle();
}

const because = (world: LoopWorld): string[] => world.loop.toldDraft().waiting.map(each => each.because);

// P18
test('one expectation, four modes: at each path what its rule lets be done, and the local rule wins', async () => {
  const world = await started();
  const paths = {
    observe: pathOf('tags'),
    warn: pathOf('label'),
    approve: '/administrativeState',
    enforce: pathOf('mtu'),
  };
  for (const mode of modes) await lay(world, mode, { sort: 'mode', mode, for: { path: paths[mode] } });
  const wanted: Json = {
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value: 1400 },
      { name: 'label', value: 'ours' },
      { name: 'tags', value: ['x'] },
    ],
  };
  const laid = await world.lay(wanted, { principal: 'client' });
  const at = (path: string) => world.factAt('p1', path);
  expect([await at(paths.enforce), await at(paths.approve), await at(paths.warn), await at(paths.observe)]).toEqual([
    1400,
    'locked',
    'x',
    ['a', 'b'],
  ]);
  const [proposed, ...others] = world.store.plans({ states: ['proposed'] });
  expect([proposed?.tasks.map(task => task.path), others]).toEqual([[paths.approve], []]);
  const drafted = world.loop.draft().tasks.map(task => [task.path, task.mode]);
  expect(new Map(drafted as [string, string][])).toEqual(
    new Map([
      [paths.approve, 'approve'],
      [paths.warn, 'warn'],
      [paths.observe, 'observe'],
    ]),
  );
  // What the expectation itself says can only be less.
  world.store.transact({ principal: 'operator', kind: 'request' }, writer => {
    const standing = writer.expectation(laid.id);
    if (standing) writer.putExpectation({ ...standing, mode: 'warn', expect: wish('mtu', 1300) });
  });
  await world.settle();
  expect(await at(paths.enforce)).toBe(1400);
});

// P08
test('what is ignored for a while is an item again when that ends, which is told', async () => {
  const world = await started();
  const until = world.clock.now() + 60_000;
  await lay(world, 'ignored', { sort: 'mode', mode: 'observe', for: { path: pathOf('mtu') }, until, owner: 'alice' });
  await world.lay(wish('mtu', 1400));
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1500);
  await world.clock.advance(60_000);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
  expect(world.store.changesOf('ignored', 9).map(each => [each.type, each.cause.principal, each.cause.why])).toEqual([
    ['delete', 'loop', 'its time has ended'],
    ['create', 'operator', undefined],
  ]);
});

// P23
test('outside of its window the loop waits, and begins by itself when it opens', async () => {
  const world = await started();
  // It is midnight of a Thursday.
  await lay(world, 'night', { sort: 'window', from: '02:00', to: '03:00', for: { path: pathOf('mtu') } });
  await world.lay({ ...wish('mtu', 1400), administrativeState: 'unlocked' });
  expect([await world.factAt('p1', pathOf('mtu')), await world.factAt('p1', '/administrativeState')]).toEqual([
    1500,
    'unlocked',
  ]);
  const [waiting] = world.loop.toldDraft().waiting;
  expect(waiting).toMatchObject({ path: pathOf('mtu'), until: Date.parse('2026-01-01T02:00:00Z') });
  await world.clock.advance(2 * 3_600_000);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
});

// P23
test('in a freeze nothing is written and all is judged; what somebody approves waits, unless it is for now', async () => {
  const world = await started();
  const until = world.clock.now() + 30 * 60_000;
  await lay(world, 'game', { sort: 'freeze', until, why: 'the big game' });
  const laid = await world.lay(wish('mtu', 1400));
  expect(world.store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'unmet' }]);
  expect(because(world)).toEqual(['frozen by operator: the big game']);
  const plan = await world.orders.make('ann', {});
  if (!('id' in plan)) throw new Error('no plan');
  expect((await world.orders.apply(plan.id, 'ann')).state).toBe('approved');
  expect(world.loop.guard.holds(plan, world.clock.now())).toMatchObject({ until });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1500);
  await world.clock.advance(30 * 60_000);
  await world.settle();
  expect([await world.factAt('p1', pathOf('mtu')), world.store.plan(plan.id)?.state]).toEqual([1400, 'done']);

  await lay(world, 'again', { sort: 'freeze', until: world.clock.now() + 7_200_000, why: 'another one' });
  await world.lay(wish('mtu', 1300), { priority: 90 });
  const second = await world.orders.make('ann', {});
  if (!('id' in second)) throw new Error('no plan');
  expect(() => world.orders.approve(second.id, 'ann')).toThrow('longer than the plan may wait');
  expect((await world.orders.apply(second.id, 'ann', undefined, { duringFreeze: true })).state).toBe('done');
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1300);
});

// P19
test('a budget that is spent stops the loop and not a person, unless it is strict', async () => {
  for (const strict of [false, true]) {
    const world = await started();
    await lay(world, 'few', { sort: 'budget', changes: 1, within: '10m', strict });
    await world.lay(wish('mtu', 1400));
    await world.lay(wish('label', 'ours'));
    expect(await world.factAt('p1', pathOf('label'))).toBe('x');
    expect(because(world)).toEqual([expect.stringMatching(/the budget of 1 changes in 10 min \(rule few\) is spent/)]);
    const plan = await world.orders.make('ann', {});
    if (!('id' in plan)) throw new Error('no plan');
    await world.orders.apply(plan.id, 'ann');
    expect(await world.factAt('p1', pathOf('label'))).toBe(strict ? 'x' : 'ours');
    // Either way it counts, and the loop goes on when the window has room again.
    expect(world.store.begun(0)).toHaveLength(strict ? 1 : 2);
    await world.clock.advance(10 * 60_000);
    await world.settle();
    expect(await world.factAt('p1', pathOf('label'))).toBe('ours');
  }
});

test('a rule that is laid while a plan is under way stops what is left of it', async () => {
  const world = await started();
  const laying = world.lay({ ...wish('mtu', 1400), administrativeState: 'unlocked' });
  const stop = world.store.onCommit(() => {
    if (world.store.tasks({ states: ['inProgress'] }).length === 0) return;
    stop();
    queueMicrotask(() =>
      world.store.transact({ principal: 'operator', kind: 'request' }, writer =>
        writer.putRule({
          id: ruleId('stop'),
          sort: 'mode',
          mode: 'warn',
          position: 1,
          principal: 'operator',
          createdAt: 0,
        }),
      ),
    );
  });
  await laying;
  expect(world.store.tasks().filter(task => task.state === 'done')).toHaveLength(1);
  expect(world.store.plans()[0]?.because).toContain('its mode is warn now');
});

test('an expectation that is withdrawn while it is paused is gone, and nothing is undone', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400));
  world.store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putPause({ scope: 'all', by: 'ann', since: world.clock.now() }),
  );
  await world.withdraw(laid.id);
  expect([world.store.expectation(laid.id), await world.factAt('p1', pathOf('mtu'))]).toEqual([undefined, 1400]);
});

type Blow =
  | { readonly does: 'change'; readonly name: string; readonly value: number }
  | { readonly does: 'wish'; readonly name: string; readonly value: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'restart' }
  | { readonly does: 'setClock'; readonly ms: number }
  | { readonly does: 'clear' };

const name = fc.constantFrom('mtu', 'label', 'tags');
const blow: fc.Arbitrary<Blow> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant('change' as const), name, value: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('wish' as const), name, value: fc.integer({ min: 6, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ does: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('setClock' as const),
      ms: fc.integer({ min: -10_000_000_000, max: 10_000_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'clear' as const }) },
);

// P19, Q7
test('a budget is never exceeded in any window, whatever storm blows, restarts and clocks that are set included', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(blow, { minLength: 5, maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('all' as const, 'path' as const),
      async (storm, changes, per) => {
        const acts: { readonly at: number; readonly path: string }[] = [];
        const clock = handClock();
        let world = loopWorld({ clock, driverOf: simulator => counted(simulator) });
        const { store, simulator } = world;
        function counted(driver: LoopWorld['simulator']) {
          return {
            ...driver,
            act: async (step: Step) => {
              acts.push({ at: clock.monotonic(), path: String(step.args.path) });
              await driver.act(step);
            },
          };
        }
        await world.loop.start();
        await lay(world, 'few', { sort: 'budget', changes, deletions: changes, within: '1m', per });
        await lay(world, 'restore', { sort: 'outOfBand', policy: 'restore' });
        for (const each of storm) {
          switch (each.does) {
            case 'change':
              simulator.world.change('port', 'p1', pathOf(each.name), each.value);
              await world.settle();
              break;
            case 'clear':
              simulator.world.change('port', 'p1', pathOf('label'), undefined);
              await world.settle();
              break;
            case 'wish':
              await world.lay(wish(each.name, each.value), { priority: 1 + (acts.length % 100) });
              break;
            case 'wait':
              await clock.advance(each.ms);
              await world.settle();
              break;
            case 'setClock':
              clock.jump(each.ms);
              world.loop.ring();
              await world.settle();
              break;
            case 'restart':
              await world.loop.stop();
              world = loopWorld({ clock, store, simulator, driverOf: driver => counted(driver) });
              await world.loop.start();
              break;
          }
        }
        await world.loop.stop();
        store.close();
        const accounts = per === 'all' ? [acts] : [...Map.groupBy(acts, act => act.path).values()];
        for (const account of accounts) {
          for (const { at } of account) {
            const inWindow = account.filter(act => act.at > at - 60_000 && act.at <= at);
            expect(inWindow.length).toBeLessThanOrEqual(changes);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
