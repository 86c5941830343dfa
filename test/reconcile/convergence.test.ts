/**
 * What holds of the loop whatever happens, tried with random worlds: it converges from any start although events are
 * dropped, repeated and late; at rest it writes nothing; and what is withdrawn leaves nothing of what it alone had changed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';
import '../kit/properties.ts';

/** Of one attribute, on one port. */
interface Wish {
  readonly name: 'p1' | 'p2';
  readonly expected: JsonObject;
  readonly priority: number;
}

const of = (name: string, values: readonly Json[]) => fc.constantFrom(...values).map(value => wish(name, value));
const attribute = fc.oneof(
  of('mtu', [1300, 1400, 1450]),
  of('label', ['y', 'z']),
  of(
    'tags',
    ['c', 'd'].map((item): Json => ({ $contains: [item] })),
  ),
  fc.constantFrom('locked', 'unlocked').map((state): JsonObject => ({ administrativeState: state })),
);
/** One of them needs the other. */
const twoTogether = fc.constant<JsonObject>({ administrativeState: 'unlocked', ...wish('vlan', 7) });
const aWish: fc.Arbitrary<Wish> = fc.record({
  name: fc.constantFrom('p1', 'p2'),
  expected: fc.oneof({ arbitrary: attribute, weight: 4 }, { arbitrary: twoTogether, weight: 1 }),
  priority: fc.integer({ min: 1, max: 100 }),
});
/** Somebody who is not the agent. */
const interference = fc.record({
  name: fc.constantFrom('p1', 'p2'),
  change: fc.constantFrom<readonly [string, Json]>(
    [pathOf('mtu'), 1280],
    [pathOf('label'), 'q'],
    [pathOf('tags'), ['a']],
    ['/administrativeState', 'locked'],
    ['/administrativeState', 'unlocked'],
  ),
});

function lay(world: LoopWorld, { name, expected, priority }: Wish, id: string, more: Partial<Expectation> = {}) {
  return world.lay(expected, {
    id: expectationId(id),
    for: { kind: 'port', name },
    priority,
    outOfBand: 'restore',
    ...more,
  });
}

/** Tells of some changes not at all, of some late, and of some again and again. */
function badEars(chance: Chance, clock: LoopWorld['clock']): (simulator: Driver) => Driver {
  return simulator => ({
    ...simulator,
    start: heard =>
      simulator.start(() => {
        if (chance.happens(0.4)) return;
        heard();
        if (chance.happens(0.4)) heard();
        if (chance.happens(0.4)) clock.after(chance.whole(1, 30_000), heard);
      }),
  });
}

// P01, Q1, Q2
test('it converges from any start, though events are dropped, repeated and late; at rest it writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aWish, { minLength: 1, maxLength: 5 }),
      fc.array(interference, { maxLength: 6 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (wishes, interferences, seed) => {
        const chance = chanceOf(seed);
        const first = loopWorld();
        const { clock, simulator, store } = first;
        const made = loopWorld({ clock, simulator, store, driverOf: badEars(chance, clock) });
        for (const {
          name,
          change: [path, value],
        } of interferences.slice(0, 2))
          simulator.world.change('port', name, path, value);
        await made.loop.start();
        for (const [i, each] of wishes.entries()) await lay(made, each, `e${i}`);
        for (const {
          name,
          change: [path, value],
        } of interferences) {
          simulator.world.change('port', name, path, value);
          await clock.advance(chance.whole(0, 20_000));
        }
        // Two looks by time alone, and what was put off has had its turn.
        await clock.advance(400_000);
        await made.settle();
        const unmet = store.verdicts().filter(each => each.verdict === 'unmet');
        // What is still unmet is overruled, or somebody sets it back again and again, and nothing else.
        for (const { expectation, stalled = [] } of unmet) {
          if (stalled.some(({ reason }) => reason === 'reversed')) continue;
          const waiting = store.plans({ states: ['approved', 'carryingOut', 'undoing'] });
          expect(waiting).toEqual([]);
          const rival = store
            .expectations()
            .some(each => each.id !== expectation && isOfTheSame(each, store.expectation(expectation)));
          expect(rival, `${expectation} is unmet, and nobody is against it`).toBe(true);
        }
        const seq = store.seq();
        await clock.advance(200_000);
        for (let i = 0; i < 3; i++) await made.settle();
        expect(store.seq()).toBe(seq);
        await made.loop.stop();
        store.close();
      },
    ),
    { numRuns: 60 },
  );
});

function isOfTheSame(one: Expectation, other: Expectation | undefined): boolean {
  return JSON.stringify(one.for) === JSON.stringify(other?.for);
}

// Q5
test('removing an expectation restores exactly what it alone had changed: the world is as if it had never been', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aWish, { maxLength: 4 }), aWish, fc.nat(4), async (others, one, place) => {
      const without = await play(
        others.map((each, i) => ({ id: `o${i}`, wish: each })),
        [],
      );
      const all = others.map((each, i) => ({ id: `o${i}`, wish: each }));
      all.splice(Math.min(place, all.length), 0, { id: 'x', wish: one });
      const withIt = await play(all, ['x']);
      expect(sorted(withIt)).toEqual(sorted(without));
    }),
    { numRuns: 120 },
  );
});

// Q5
test('when all are removed, in any order, the element is as it was', async () => {
  const initial = await play([], []);
  await fc.assert(
    fc.asyncProperty(fc.array(aWish, { minLength: 1, maxLength: 5 }), fc.nat(), async (wishes, seed) => {
      const all = wishes.map((each, i) => ({ id: `o${i}`, wish: each }));
      const chance = chanceOf(seed);
      const order = all.map(({ id }) => ({ id, at: chance.one() })).sort((a, b) => a.at - b.at);
      expect(
        sorted(
          await play(
            all,
            order.map(({ id }) => id),
          ),
        ),
      ).toEqual(sorted(initial));
    }),
    { numRuns: 120 },
  );
});

interface Named {
  readonly id: string;
  readonly wish: Wish;
}

/** Lays these one after the other, withdraws those, and tells what the element is like then. */
async function play(laid: readonly Named[], gone: readonly string[]) {
  const world = loopWorld();
  await world.loop.start();
  for (const { id, wish: each } of laid) {
    await lay(world, each, id, { onWithdraw: 'restore' });
    await world.clock.advance(1_000);
  }
  for (const id of gone) {
    await world.withdraw(expectationId(id));
    await world.clock.advance(1_000);
  }
  await world.clock.advance(10_000);
  await world.settle();
  const facts = await world.facts();
  await world.loop.stop();
  world.store.close();
  return facts;
}

/** The order of items is nobody's matter. */
function sorted(facts: { readonly [name: string]: JsonObject }): Json {
  return JSON.parse(JSON.stringify(facts, (_, value) => (Array.isArray(value) ? [...value].sort(byText) : value)));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
