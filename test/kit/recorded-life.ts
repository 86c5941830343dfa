/** A random life of a loop, recorded: wishes, rules, plans, people, an element that fails, and a clock that jumps. */
import type { ExpectationId, PlanId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { ruleId, type UnwrittenRule } from '../../src/core/rule.ts';
import type { Driver } from '../../src/ports/driver.ts';
import type { Portions } from '../../src/ports/turns.ts';
import { type Chance, chanceOf } from './chance.ts';
import { handClock } from './clock.ts';
import { newSimulator, pathOf, wish } from './loop-world.ts';
import { type RecordedWorld, recordedWorld } from './recorded-world.ts';

const request = { principal: 'operator', kind: 'request' } as const;
const names = ['p1', 'p2'] as const;
const modes = ['enforce', 'enforce', 'enforce', 'approve', 'warn'] as const;
const policies = ['restore', 'restore', 'hold', 'adopt', 'manage'] as const;

function someWish(chance: Chance): JsonObject {
  const wishes: readonly JsonObject[] = [
    wish('mtu', chance.pick([1300, 1400, 9000]) ?? 1300),
    wish('label', chance.pick(['y', 'z']) ?? 'y'),
    wish('tags', { $contains: [chance.pick(['c', 'd']) ?? 'c'] }),
    { administrativeState: chance.pick(['locked', 'unlocked']) ?? 'locked' },
    { administrativeState: 'unlocked', ...wish('vlan', 7) },
  ];
  return chance.pick(wishes) ?? {};
}

const changes: readonly (readonly [string, Json])[] = [
  [pathOf('mtu'), 1280],
  [pathOf('label'), 'q'],
  [pathOf('tags'), ['a']],
  ['/administrativeState', 'locked'],
  ['/administrativeState', 'unlocked'],
];

/** Answers late, again, or not as promised. */
function moody(chance: Chance): (driver: Driver) => Driver {
  return driver => ({
    ...driver,
    start: heard =>
      driver.start(() => {
        if (chance.happens(0.2)) return;
        heard();
        if (chance.happens(0.2)) heard();
      }),
    act: async step => {
      if (chance.happens(0.1)) throw new Error('a cosmic ray');
      // A lie: nothing was done.
      if (chance.happens(0.1)) return;
      await driver.act(step);
    },
    look: async () => {
      if (chance.happens(0.05)) throw new Error('nothing is seen');
      for (let hops = chance.whole(0, 5); hops > 0; hops--) await Promise.resolve();
      return driver.look();
    },
  });
}

/** Breathes at any step. */
function breathless(chance: Chance): () => Portions {
  return () => ({
    step: () => chance.happens(0.3),
    breathe: () => new Promise(resolve => void setImmediate(resolve)),
  });
}

/** The life of a seed; what is left of it is the file. */
export async function recordedLife(seed: number, steps: number): Promise<RecordedWorld> {
  const chance = chanceOf(seed);
  const clock = handClock();
  const simulator = newSimulator(clock);
  const world = recordedWorld({
    clock,
    simulator,
    driverOf: moody(chanceOf(seed + 1)),
    portions: breathless(chanceOf(seed + 2)),
    chance: () => chance.one(),
  });
  const { loop, orders, store } = world;
  /** Whatever comes of it, nobody waits. */
  const ask = (order: () => unknown): void => {
    Promise.resolve()
      .then(order)
      .catch(() => {});
  };
  const laid: ExpectationId[] = [];
  await clock.advance(0);
  ask(() => loop.start());
  await clock.advance(1_000);
  const acts: Readonly<Record<string, () => void>> = {
    lay: () => {
      const where = { kind: 'port', name: chance.pick(names) ?? 'p1' };
      const { id } = world.lay(someWish(chance), {
        for: where,
        mode: chance.pick(modes) ?? 'enforce',
        priority: chance.whole(1, 100),
        outOfBand: chance.pick(policies) ?? 'hold',
        ...(chance.happens(0.3) ? { onWithdraw: 'restore' as const } : {}),
      });
      laid.push(id);
    },
    layTunnel: () => {
      const more = { for: { kind: 'tunnel', name: 't1' }, onWithdraw: 'restore' as const };
      laid.push(world.lay(chance.pick([wish('mtu', 1300), { administrativeState: 'unlocked' }]) ?? {}, more).id);
    },
    layMany: () => {
      for (let n = 0; n < 4; n++) acts.lay?.();
    },
    withdraw: () => {
      const id = chance.pick(laid);
      if (id !== undefined) world.withdraw(id);
    },
    change: () => {
      const [path, value] = chance.pick(changes) ?? ['', null];
      simulator.world.change('port', chance.pick(names) ?? 'p1', path, value);
    },
    refuse: () => simulator.world.refuseNext('not today'),
    lose: () => simulator.world.loseNextAnswer(),
    unreachable: () => simulator.world.setUnreachable(chance.happens(0.5)),
    slow: () => simulator.world.setSlow(chance.pick([0, 0, 700, 40_000]) ?? 0),
    reboot: () => simulator.world.reboot({ keepsSettings: chance.happens(0.5) }),
    jump: () => clock.jump(chance.pick([-3_600_000, 3_600_000, 86_400_000]) ?? 0),
    sample: () => ask(() => loop.sample(chance.whole(0, 5_000))),
    settle: () => ask(() => loop.settle()),
    look: () => ask(() => loop.lookAgain()),
    plan: () => ask(() => orders.make('ann', {})),
    apply: () => withPlan(['proposed', 'approved'], id => orders.apply(id, 'bob')),
    undo: () => withPlan(['done'], id => orders.undo(id, 'ann', { force: chance.happens(0.5) })),
    discard: () => withPlan(['proposed'], id => orders.discard(id, 'ann')),
    pause: () => {
      store.transact(request, writer => writer.putPause({ scope: 'all', by: 'ann', since: clock.now() }));
      loop.ring();
    },
    resume: () => {
      store.transact(request, writer => writer.clearPause('all'));
      loop.ring();
    },
    rule: () => {
      const rules: readonly UnwrittenRule[] = [
        { ...ruling('r1'), sort: 'freeze', why: 'the fair', until: clock.now() + chance.whole(1_000, 200_000) },
        { ...ruling('r2'), sort: 'mode', mode: chance.pick(modes) ?? 'warn' },
        { ...ruling('r3'), sort: 'budget', changes: chance.whole(1, 10), within: '5m' },
        { ...ruling('r4'), sort: 'outOfBand', policy: chance.pick(policies) ?? 'hold' },
      ];
      const rule = chance.pick(rules);
      void store.submit(request, writer => rule && writer.putRule(rule)).then(() => loop.ring());
    },
    unrule: () => {
      void store
        .submit(request, writer => {
          for (const { id } of writer.rules()) writer.removeRule(id);
        })
        .then(() => loop.ring());
    },
    // What is asked meanwhile, and what is not written after all, leaves no trace in what is decided.
    ask: () => {
      loop.toldDraft();
      for (const expectation of store.expectations()) {
        loop.around(expectation.id, undefined);
        loop.judge.mode(expectation);
        for (const { instance } of store.verdicts({ expectation: expectation.id })) {
          loop.around(expectation.id, instance);
          loop.judge.explain(expectation, instance === undefined ? undefined : store.instance(instance), clock.now());
        }
      }
      for (const plan of store.plans()) loop.guard.holds(plan, clock.now());
    },
    failToWrite: () => {
      const fail = (): never => {
        throw new Error('not written after all');
      };
      ask(() => store.transact(request, fail));
      void store.submit(request, writer => void writer.putPause({ scope: 'all', by: 'x', since: 0 })).then(() => {});
      ask(() => store.submit(request, fail));
      ask(() => store.submit(request, writer => writer.clearPause('all')));
    },
    decide: () => {
      for (const { expectation, instance, strayed } of store.verdicts()) {
        for (const { path } of strayed ?? []) {
          const decision = chance.pick(['restore', 'adopt', 'manage'] as const) ?? 'restore';
          ask(() => loop.decide('ann', { expectation, instance, path }, decision));
        }
      }
    },
  };
  function withPlan(states: readonly ('proposed' | 'approved' | 'done')[], order: (id: PlanId) => unknown): void {
    const plan = chance.pick(store.plans({ states }));
    if (plan) ask(() => order(plan.id));
  }
  const ruling = (id: string) => ({
    id: ruleId(id),
    position: 1,
    principal: 'operator',
    createdAt: clock.now(),
  });
  const usual = ['lay', 'layTunnel', 'change', 'plan', 'apply'].flatMap(each => [acts[each], acts[each], acts[each]]);
  const mended = (): void => {
    simulator.world.setSlow(0);
    simulator.world.setUnreachable(false);
    acts.resume?.();
  };
  const all = [...Object.values(acts), ...usual, mended, mended, mended];
  for (let n = 0; n < steps; n++) {
    for (let at = chance.whole(1, 3); at > 0; at--) chance.pick(all)?.();
    if (chance.happens(0.7)) await clock.advance(chance.pick([0, 1, 3_000, 60_000, 400_000]) ?? 0);
  }
  mended();
  for (let n = 0; n < 20; n++) await clock.advance(10_000);
  let isOver = false;
  void world.end().then(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(1_000);
  return world;
}
