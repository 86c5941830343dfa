/**
 * The agent dies at any boundary of a change that has to be confirmed. Whoever comes after it, the fail-safe or an agent,
 * leaves the element as it was before or, after a word in time, as was wanted; done once at most, and taken back once.
 */
import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Driver } from '../../src/ports/driver.ts';
import type { FailSafe } from '../../src/ports/fail-safe.ts';
import type { Store } from '../../src/ports/store.ts';
import { type HandClock, handClock } from '../kit/clock.ts';
import { type LoopWorld, loopWorld, newSimulator, newStore, pathOf, wish } from '../kit/loop-world.ts';
import { type Mortal, mortal } from '../kit/mortal.ts';

const E = expectationId('e');
const MTU = pathOf('mtu');
const operator = { principal: 'operator', kind: 'request' } as const;
const NEVER = Number.POSITIVE_INFINITY;

interface Element {
  readonly clock: HandClock;
  readonly simulator: Simulator;
  readonly store: Store;
  readonly moves: string[];
  readonly failSafe: FailSafe;
}

function element(): Element {
  const clock = handClock();
  const simulator = newSimulator(clock);
  const began = clock.now();
  const moves: string[] = [];
  let pid = 0;
  const failSafe: FailSafe = {
    moment: () => ({ boot: 'boot', upMs: clock.now() - began }),
    arm: async () => ({ pid: ++pid, started: 'then' }),
    stands: () => true,
    disarm: () => {},
  };
  return { clock, simulator, store: newStore(clock), moves, failSafe };
}

/** An agent on it; it dies where it is told to, and its driver outlives it. */
function agent({ clock, simulator, store, moves, failSafe }: Element, life: Mortal): LoopWorld {
  const told = async (): Promise<string> => JSON.stringify((await simulator.look()).sightings.map(each => each.facts));
  const noted = (what: string, call: () => Promise<void>) => async (): Promise<void> => {
    const before = await told();
    await call();
    if ((await told()) !== before) moves.push(what);
  };
  return loopWorld({
    clock,
    store,
    simulator,
    failSafe,
    storeOf: life.storeOf,
    driverOf: driver => {
      const mine: Driver = {
        ...driver,
        stop: async () => {},
        act: step => noted('done', () => driver.act(step))(),
        undo: (step, before) => noted('taken back', () => driver.undo(step, before))(),
        lifelines: async () => [{ of: { kind: 'port', name: 'p1' }, path: MTU, because: 'ana is connected by it' }],
      };
      return life.driverOf(mine);
    },
  });
}

/** What a person asks for, again until it has been answered. */
async function ask({ store, orders, loop, clock }: LoopWorld): Promise<Plan | undefined> {
  if (!store.expectation(E)) {
    store.transact(operator, writer =>
      writer.putExpectation({
        id: E,
        for: { kind: 'port', name: 'p1' },
        expect: { ...wish('mtu', 1400), administrativeState: 'unlocked' },
        mode: 'approve',
        priority: 50,
        principal: 'operator',
        createdAt: clock.now(),
      }),
    );
  }
  loop.ring();
  await loop.settle();
  const [standing] = store.plans({ states: ['proposed'] });
  if (standing) orders.approve(standing.id, 'ana', standing.hash);
  await loop.settle();
  return store.plans({ states: ['unconfirmed'] })[0];
}

type Ask = (world: LoopWorld, life?: Mortal) => Promise<unknown>;

/** True when it died; what a dead agent is asked is not answered. */
async function lives(world: LoopWorld, life: Mortal, asked: Ask): Promise<boolean> {
  await world.loop.start().catch(() => {});
  if (!life.isDead) await asked(world, life).catch(() => {});
  await world.loop.stop().catch(() => {});
  return life.isDead;
}

async function mtu({ simulator }: Element): Promise<unknown> {
  const { sightings } = await simulator.look();
  return sightings.find(each => each.key === 'p1')?.facts.resourceCharacteristic;
}

const inTime: Ask = async world => {
  const waiting = await ask(world);
  if (waiting) await world.orders.confirm(waiting.id, 'ana');
};

const tooLate: Ask = async (world, life) => {
  await ask(world);
  // Its time does not run out before the next one comes.
  if (life?.isDead) return;
  await world.clock.advance(61_000);
  await world.loop.settle();
};

/** The one that was said yes to; another may have been drawn up while it was interrupted. */
const approvedOf = ({ store }: Element): Plan | undefined => store.plans().find(each => each.approvedBy === 'ana');

/** Both tasks, each moved the element. */
const once = ['done', 'done'];
const andBack = [...once, 'taken back', 'taken back'];

describe('killed at every boundary', () => {
  async function everywhere(asked: Ask, check: (at: Element, diedAt: string) => Promise<void>): Promise<number> {
    for (let n = 1; ; n++) {
      const at = element();
      const life = mortal(n);
      const died = await lives(agent(at, life), life, asked);
      if (!died) return n - 1;
      await check(at, `${n}, ${life.diedAt}`);
    }
  }

  test('the agent that comes after it carries it on, and it goes back once', { timeout: 120_000 }, async () => {
    const boundaries = await everywhere(tooLate, async (at, where) => {
      const before = [...at.moves];
      const next = agent(at, mortal(NEVER));
      await next.loop.start();
      await tooLate(next);
      await next.loop.stop();
      expect([where, approvedOf(at)?.state]).toEqual([where, 'undone']);
      expect([where, await mtu(at)]).toEqual([where, await mtu(element())]);
      expect([where, at.moves], `before ${before}`).toEqual([where, andBack]);
    });
    expect(boundaries).toBeGreaterThan(30);
  });

  test('the fail-safe, where no agent comes, takes back exactly what was done', { timeout: 120_000 }, async () => {
    let withEffect = 0;
    await everywhere(tooLate, async (at, where) => {
      const done = at.moves.filter(each => each === 'done').length;
      if (done > 0) withEffect++;
      await at.clock.advance(62_000);
      const alone = agent({ ...at, failSafe: { ...at.failSafe, isAlone: true } }, mortal(NEVER));
      await alone.loop.takeBackUnconfirmed();
      await alone.loop.stop();
      const plan = approvedOf(at);
      const began = plan?.confirm?.began !== undefined;
      // What needs no confirmation, and was done before that began, is no matter of its own.
      if (!began) return;
      expect([where, plan?.state]).toEqual([where, 'undone']);
      expect([where, await mtu(at)]).toEqual([where, await mtu(element())]);
      const back = at.moves.filter(each => each === 'taken back').length;
      expect([where, back]).toEqual([where, done]);
      expect(at.store.tasks({ states: ['acknowledged', 'inProgress'] })).toEqual([]);
    });
    expect(withEffect).toBeGreaterThan(10);
  });

  test('a word that was given stays given, and one that was not can still be given', { timeout: 120_000 }, async () => {
    await everywhere(inTime, async (at, where) => {
      const next = agent(at, mortal(NEVER));
      await next.loop.start();
      await inTime(next);
      await next.clock.advance(120_000);
      await next.loop.stop();
      expect([where, approvedOf(at)?.state]).toEqual([where, 'done']);
      expect([where, at.moves]).toEqual([where, once]);
    });
  });
});
