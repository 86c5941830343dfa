/**
 * Killed at every step boundary, for every kind of task: before and after each commit and each call of the driver. The
 * agent that comes after it, on the same store and the same element, ends where an agent that never died ends, and every
 * effect came about at the element exactly once.
 */
import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { AgentError } from '../../src/core/errors.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, planId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { differences } from '../../src/core/path.ts';
import type { Named, TaskStep } from '../../src/core/task.ts';
import { withdraw } from '../../src/core/withdraw.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import {
  approvePlan,
  type LoopWorld,
  loopWorld,
  newSimulator,
  newStore,
  pathOf,
  type Wanted,
  wish,
} from '../kit/loop-world.ts';
import { type Mortal, mortal } from '../kit/mortal.ts';

const seed = Number(process.env.DIFFO_SEED ?? 7);
const NEVER = Number.POSITIVE_INFINITY;
const operator = { principal: 'operator', kind: 'request' } as const;

/** What is asked of the agent; asked again of the next one until it has been answered, as a client would. */
interface Scenario {
  readonly asks: readonly ((world: LoopWorld) => Promise<void>)[];
  /** How the element moved, each once; in this order. */
  readonly moves: readonly string[];
  readonly actsTogether?: true;
  /** What becomes of the plans and tasks. */
  readonly ends?: (world: LoopWorld) => void;
}

const E = expectationId('e');

const lay =
  (expected: Json, more: Partial<Expectation> = {}) =>
  async ({ store, loop, clock }: LoopWorld): Promise<void> => {
    const whole = {
      id: E,
      for: { kind: 'port', name: 'p1' },
      expect: expected,
      mode: 'enforce' as const,
      priority: 50,
      principal: 'operator',
      createdAt: clock.now(),
    };
    if (!store.expectation(E)) store.transact(operator, writer => writer.putExpectation({ ...whole, ...more }));
    loop.ring();
    await loop.settle();
  };

const set = (name: string, path: string, value: Json): Wanted => ({ of: { kind: 'port', name }, path, value });

/** A plan that a person has approved, for an expectation about which the loop does nothing by itself. */
const carryOut =
  (id: string, wanted: readonly Wanted[]) =>
  async (world: LoopWorld): Promise<void> => {
    const { store, loop } = world;
    await lay(wish('speed', 1), { mode: 'observe' })(world);
    const laid = store.expectation(E);
    if (laid && !store.plan(planId(id))) approvePlan(world, id, laid, wanted);
    loop.ring();
    await loop.settle();
  };

const undo =
  (id: string) =>
  async ({ store, orders }: LoopWorld) => {
    if (!['undoing', 'undone'].includes(store.plan(planId(id))?.state ?? '')) await orders.undo(planId(id), 'ann');
  };

const goes = async ({ store, loop, clock }: LoopWorld): Promise<void> => {
  store.transact(operator, writer => {
    const standing = writer.expectation(E);
    if (standing && !standing.withdrawing) withdraw(writer, standing, { by: 'operator', now: clock.now() });
  });
  loop.ring();
  await loop.settle();
};

const tunnel: Named = { kind: 'tunnel', name: 't1' };
const MTU = pathOf('mtu');
const done = ({ store }: LoopWorld) => {
  expect(store.plans().map(each => each.state)).toEqual(store.plans().map(() => 'done'));
};

const scenarios: { readonly [name: string]: Scenario } = {
  'a value is set': { asks: [lay(wish('mtu', 1400))], moves: ['p1 mtu 1500 > 1400'], ends: done },
  'something follows from it on the same thing': {
    asks: [lay({ administrativeState: 'unlocked' })],
    moves: ['p1 administrativeState "locked" > "unlocked", operationalState "disabled" > "enabled"'],
    ends: done,
  },
  'something follows from it on another thing': {
    asks: [lay(wish('mtu', 9000))],
    moves: ['p1 mtu 1500 > 9000; p2 usageState "idle" > "busy"'],
    ends: done,
  },
  'an item is added to a list': {
    asks: [lay(wish('tags', { $contains: ['c'] }))],
    moves: ['p1 tags ["a","b"] > ["a","b","c"]'],
    ends: done,
  },
  'a value is cleared': {
    asks: [carryOut('p', [{ of: { kind: 'port', name: 'p1' }, path: pathOf('label') }])],
    moves: ['p1 label {"name":"label","value":"x"} > nothing'],
  },
  'one step needs another': {
    asks: [lay({ administrativeState: 'unlocked', ...wish('vlan', 7) })],
    moves: ['p1 administrativeState "locked" > "unlocked", operationalState "disabled" > "enabled"', 'p1 vlan 1 > 7'],
    ends: done,
  },
  'a thing is made': { asks: [carryOut('p', [{ of: tunnel, path: '', value: {} }])], moves: ['t1 is made'] },
  'a thing is made and taken away': {
    asks: [carryOut('p', [{ of: tunnel, path: '', value: {} }]), carryOut('q', [{ of: tunnel, path: '' }])],
    moves: ['t1 is made', 't1 is gone'],
  },
  'a group is done at once': {
    actsTogether: true,
    asks: [carryOut('p', [set('p1', MTU, 1300), set('p1', pathOf('label'), 'y'), set('p2', MTU, 1200)])],
    moves: ['p1 mtu 1500 > 1300, label "x" > "y"; p2 mtu 1500 > 1200'],
  },
  'a group that fails is taken back': {
    asks: [
      carryOut('p', [set('p1', MTU, 9000), set('p2', pathOf('label'), 'y'), set('p1', pathOf('label'), 'refused')]),
    ],
    moves: [
      'p1 mtu 1500 > 9000; p2 usageState "idle" > "busy"',
      'p2 label "x" > "y"',
      'p2 label "y" > "x"',
      'p1 mtu 9000 > 1500; p2 usageState "busy" > "idle"',
    ],
    ends: ({ store }) => {
      expect(store.plans().map(each => each.state)).toEqual(['failed']);
      expect(store.tasks({ plan: planId('p') }).map(each => each.state)).toEqual([
        'undone',
        'undone',
        'terminatedWithError',
      ]);
    },
  },
  'a plan is undone': {
    asks: [carryOut('p', [set('p1', MTU, 9000), set('p1', pathOf('tags'), ['b', 'c'])]), undo('p')],
    moves: [
      'p1 mtu 1500 > 9000; p2 usageState "idle" > "busy"',
      'p1 tags ["a","b"] > ["b","c"]',
      'p1 tags ["b","c"] > ["a","b"]',
      'p1 mtu 9000 > 1500; p2 usageState "busy" > "idle"',
    ],
    ends: ({ store }) => expect(store.plans().map(each => each.state)).toEqual(['undone']),
  },
  'an expectation is withdrawn, and what it had changed goes back': {
    asks: [lay({ administrativeState: 'unlocked', ...wish('vlan', 7) }, { onWithdraw: 'restore' }), goes],
    moves: [
      'p1 administrativeState "locked" > "unlocked", operationalState "disabled" > "enabled"',
      'p1 vlan 1 > 7',
      'p1 vlan 7 > 1',
      'p1 administrativeState "unlocked" > "locked", operationalState "enabled" > "disabled"',
    ],
    ends: ({ store }) => expect(store.expectations()).toEqual([]),
  },
};

/** One life after another on one store and one element; the last one lives. */
async function live({ asks, actsTogether, ends }: Scenario, deaths: readonly number[]) {
  const clock = handClock();
  const store = newStore(clock);
  const simulator = newSimulator(clock);
  const moves: string[] = [];
  const element = noted(simulator, moves, actsTogether === true);
  const lives: Mortal[] = [];
  let asked = 0;
  for (const death of [...deaths, NEVER]) {
    const life = mortal(death);
    lives.push(life);
    const parts = { clock, store, simulator, storeOf: life.storeOf, driverOf: () => life.driverOf(element) };
    const world = loopWorld(parts);
    try {
      await world.loop.start();
      while (!life.isDead && asked < asks.length) {
        await asks[asked]?.(world);
        if (!life.isDead) asked++;
      }
      for (let i = 0; i < 3 && !life.isDead; i++) await world.loop.settle();
    } catch (error) {
      if (!life.isDead) throw error;
    }
    if (!life.isDead) {
      await world.loop.stop();
      const facts = await factsOf(simulator);
      ends?.(world);
      store.close();
      return { facts, moves, lives };
    }
  }
  throw new Error('the last life ended');
}

/** Writes down what moves on the element by each act and undo, side effects included. */
function noted(simulator: Simulator, moves: string[], actsTogether: boolean): Driver {
  const noting = async (act: () => Promise<void>): Promise<void> => {
    const before = await factsOf(simulator);
    try {
      await act();
    } finally {
      const told = toldMoves(before, await factsOf(simulator));
      if (told !== '') moves.push(told);
    }
  };
  const act = async (step: TaskStep): Promise<void> => {
    if (step.args.value === 'refused') throw new AgentError('refused', 'no');
    await simulator.act(step);
  };
  const together = async (steps: readonly TaskStep[]): Promise<void> => {
    for (const step of steps) await act(step);
  };
  return {
    ...simulator,
    act: step => noting(() => act(step)),
    undo: (step, before) => noting(() => simulator.undo(step, before)),
    ...(actsTogether ? { actTogether: steps => noting(() => together(steps)) } : {}),
  };
}

async function factsOf(simulator: Simulator): Promise<ReadonlyMap<string, JsonObject>> {
  // The driver of a dead process may have been stopped with it.
  await simulator.start(() => {});
  return new Map((await simulator.look()).sightings.map(({ key, facts }) => [key, facts]));
}

function toldMoves(before: ReadonlyMap<string, JsonObject>, after: ReadonlyMap<string, JsonObject>): string {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .flatMap(name => {
      const [was, is] = [before.get(name), after.get(name)];
      if (!was || !is) return was === is ? [] : [`${name} is ${is ? 'made' : 'gone'}`];
      const moved = differences(was, is, keyed).map(({ path, old, new: now }) => {
        const short = path.replace('/resourceCharacteristic/', '').replace('/value', '').replace('/', '');
        return `${short} ${old === undefined ? 'nothing' : JSON.stringify(old)} > ${now === undefined ? 'nothing' : JSON.stringify(now)}`;
      });
      return moved.length === 0 ? [] : [`${name} ${moved.join(', ')}`];
    })
    .join('; ');
}

describe('killed at every step boundary', () => {
  // P25, Q4
  test.each(Object.entries(scenarios))('%s', async (_, scenario) => {
    const whole = await live(scenario, []);
    expect(whole.moves).toEqual(scenario.moves);
    const boundaries = whole.lives[0]?.boundaries ?? 0;
    expect(boundaries).toBeGreaterThan(10);
    for (let n = 1; n <= boundaries; n++) {
      const { facts, moves, lives } = await live(scenario, [n]);
      expect(lives).toHaveLength(2);
      const at = `killed at boundary ${n} of ${boundaries}, ${lives[0]?.diedAt}`;
      expect(moves, at).toEqual(scenario.moves);
      expect(facts, at).toEqual(whole.facts);
    }
  });
});

// P25, Q4
test.each(Object.entries(scenarios))('killed again and again while it recovers: %s', async (_, scenario) => {
  const chance = chanceOf(seed);
  const whole = await live(scenario, []);
  const boundaries = whole.lives[0]?.boundaries ?? 0;
  for (let i = 0; i < 12; i++) {
    const deaths = [chance.whole(1, boundaries), chance.whole(1, boundaries), chance.whole(1, boundaries)];
    const { facts, moves } = await live(scenario, deaths);
    expect(moves, `killed at ${deaths} (DIFFO_SEED=${seed})`).toEqual(scenario.moves);
    expect(facts).toEqual(whole.facts);
  }
});
