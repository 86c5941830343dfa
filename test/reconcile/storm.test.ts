/**
 * Bad days: somebody changes the same things by hand while the loop is at work on them, at any moment; and a storm of
 * changes while plans are carried out. The loop stays bounded, loses nobody's word and nobody's work silently, and comes
 * to rest.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId } from '../../src/core/ids.ts';
import { type Json, sameJson } from '../../src/core/json.ts';
import { at } from '../../src/core/path.ts';
import { ruleId } from '../../src/core/rule.ts';
import type { Driver, Step } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';
import '../kit/properties.ts';

const MINUTE = 60_000;
const names = ['mtu', 'label', 'tags'] as const;
type Name = (typeof names)[number];

/** A person at the element, who changes what the agent is at work on whenever the agent asks the element anything. */
class Hands {
  isBusy = true;
  /** Each value is another one, so that it is known whose it is. */
  readonly did: { readonly name: Name; readonly value: Json }[] = [];
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  perhaps({ world }: LoopWorld['simulator'], share: number): void {
    if (!this.isBusy || !this.#chance.happens(share)) return;
    const name = this.#chance.pick(names) ?? 'mtu';
    const n = this.did.length;
    const value = name === 'mtu' ? 2_000 + n : name === 'label' ? `hand ${n}` : ['a', `hand ${n}`];
    this.did.push({ name, value });
    world.change('port', 'p1', pathOf(name), value);
  }
}

interface Act {
  readonly at: number;
  readonly path: string;
  readonly overwrote: Json | undefined;
}

function between(hands: Hands, acts: Act[], now: () => number): (driver: LoopWorld['simulator']) => Driver {
  return driver => ({
    ...driver,
    look: async () => {
      hands.perhaps(driver, 0.2);
      const look = await driver.look();
      hands.perhaps(driver, 0.2);
      return look;
    },
    examine: async step => {
      hands.perhaps(driver, 0.3);
      return driver.examine(step);
    },
    act: async (step: Step) => {
      const { sightings } = await driver.look();
      const path = String(step.args.path);
      acts.push({ at: now(), path, overwrote: at(sightings.find(each => each.key === 'p1')?.facts, path, keyed) });
      await driver.act(step);
      hands.perhaps(driver, 0.3);
    },
  });
}

const policy = fc.constantFrom('restore' as const, 'adopt' as const, 'manage' as const, 'hold' as const);

test('an operator who changes the same by hand at any moment: bounded, no word and no hand’s work lost, and at rest', {
  timeout: 300_000,
}, async () => {
  let byHand = 0;
  let overwritten = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), policy, async (seed, outOfBand) => {
      const chance = chanceOf(seed);
      const hands = new Hands(chance);
      const acts: Act[] = [];
      const clock = handClock();
      const world = loopWorld({ clock, driverOf: between(hands, acts, () => clock.monotonic()) });
      const { store, loop, simulator } = world;
      await loop.start();
      /** What was said last of each, with the answer. */
      const said = new Map<string, Expectation>();
      for (let i = 0; i < 25; i++) {
        const name = chance.pick(names) ?? 'mtu';
        const value = name === 'mtu' ? 1_300 + i : name === 'label' ? `said ${i}` : { $contains: [`said ${i}`] };
        if (chance.happens(0.5))
          said.set(name, await world.lay(wish(name, value), { id: expectationId(name), outOfBand }));
        hands.perhaps(simulator, 0.5);
        await clock.advance(chance.whole(1, 40_000));
        await world.settle();
      }
      hands.isBusy = false;
      byHand += hands.did.length;
      await clock.advance(13 * 60 * MINUTE);
      await world.settle();
      const where = `seed ${seed}, ${outOfBand}`;

      // Bounded: as many as its budget lets it do, whoever is at it.
      for (const { at: then } of acts) {
        const inWindow = acts.filter(each => each.at > then - 10 * MINUTE && each.at <= then);
        expect(inWindow.length, where).toBeLessThanOrEqual(60);
      }
      expect(loop.counts.passes, where).toBeLessThan(3_000);

      // No word is lost: what was said last stands, or the loop has said in whose name it changed it.
      for (const [id, last] of said) {
        const now = store.expectation(expectationId(id));
        const [change] = store.changesOf(id, 1);
        if (sameJson(now?.expect ?? null, last.expect)) continue;
        expect([where, outOfBand], JSON.stringify(change)).toEqual([where, expect.stringMatching(/adopt|manage/)]);
        expect(change?.cause, where).toMatchObject({
          principal: 'loop',
          why: expect.stringContaining('was changed at the element'),
        });
      }

      // No work of hands is lost silently: what the loop overwrote it had seen, or found there right before.
      const evidence = [
        ...store.changesAfter(0, 100_000).map(change => JSON.stringify(change)),
        ...store.tasks().map(task => JSON.stringify(task.before ?? null)),
      ].join('\n');
      for (const { overwrote } of acts) {
        if (!hands.did.some(({ value }) => sameJson(value, overwrote ?? null))) continue;
        overwritten++;
        expect(evidence, where).toContain(JSON.stringify(overwrote));
      }

      // At rest: nothing is begun, nothing is written, and what is still unmet says why it waits.
      const [begun, seq] = [acts.length, store.seq()];
      await clock.advance(60 * MINUTE);
      await world.settle();
      expect([acts.length, store.seq()], where).toEqual([begun, seq]);
      const unmet = store.verdicts().filter(({ verdict }) => verdict === 'unmet');
      const waiting = loop.toldDraft().waiting;
      for (const { expectation } of unmet) {
        const reasons = waiting.filter(each => each.expectation === expectation).map(each => each.on);
        expect(reasons.length, where).toBeGreaterThan(0);
        for (const on of reasons) expect(['outOfBand', 'stalled'], where).toContain(on);
      }
      expect(store.plans({ states: ['approved', 'carryingOut', 'undoing'] }), where).toEqual([]);
      await loop.stop();
      store.close();
    }),
    { numRuns: 30 },
  );
  // Enough of it to have shown a fault.
  expect(byHand).toBeGreaterThan(300);
  expect(overwritten).toBeGreaterThan(20);
});

const PORTS = 500;
const CHANGES = 10_000;

test(`a storm of ${CHANGES} changes while plans are carried out is absorbed: bounded, and in the end all is known`, {
  timeout: 300_000,
}, async () => {
  const clock = handClock();
  const elements = readElements(
    Array.from({ length: PORTS }, (_, i) => ({
      kind: 'port',
      key: `p${i}`,
      facts: {
        '@type': 'Resource',
        name: `p${i}`,
        resourceCharacteristic: [
          { name: 'mtu', value: 1500 },
          { name: 'label', value: 'x' },
        ],
      },
      settable: [{ path: pathOf('mtu') }, { path: pathOf('label') }],
    })),
  );
  const simulator = openSimulator({ clock, log: silentLog, elements });
  let acts = 0;
  let looks = 0;
  const storm = { left: 0, n: 0 };
  const chance = chanceOf(7);
  const blow = (times: number): void => {
    for (; times > 0 && storm.left > 0; times--, storm.left--) {
      const name = chance.pick(['mtu', 'label'] as const) ?? 'mtu';
      const n = ++storm.n;
      simulator.world.change(
        'port',
        `p${chance.whole(0, PORTS - 1)}`,
        pathOf(name),
        name === 'mtu' ? 2_000 + n : `s${n}`,
      );
    }
  };
  const world = loopWorld({
    clock,
    simulator,
    driverOf: driver => ({
      ...driver,
      look: () => {
        looks++;
        return driver.look();
      },
      act: async step => {
        acts++;
        // It blows hardest while something is being done.
        blow(100);
        await driver.act(step);
      },
    }),
  });
  const { store, loop } = world;
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putRule({
      id: ruleId('many'),
      sort: 'budget',
      changes: 100,
      within: '10m',
      position: 1,
      principal: 'operator',
      createdAt: 0,
    }),
  );
  await loop.start();
  storm.left = CHANGES;
  const [passes, looked] = [loop.counts.passes, looks];
  await world.lay(wish('mtu', 1400), { for: { kind: 'port', where: { '@type': 'Resource' } }, outOfBand: 'restore' });
  while (storm.left > 0) {
    blow(250);
    // A word that is said in the middle of it stands.
    await world.lay(wish('label', 'told'), {
      id: expectationId('told'),
      for: { kind: 'port', name: 'p1' },
      mode: 'warn',
    });
  }
  await world.settle();
  expect(storm.n).toBe(CHANGES);
  expect(acts).toBeLessThanOrEqual(100);
  expect(acts).toBeGreaterThan(10);
  // Many changes are one look, and one pass; a task has its own looks.
  expect(looks - looked).toBeLessThan(10 * acts + 500);
  expect(loop.counts.passes - passes).toBeLessThan(500);
  expect(store.expectation(expectationId('told'))).toMatchObject({ mode: 'warn', expect: wish('label', 'told') });

  // What is known is what is.
  const { sightings } = await simulator.look();
  const known = new Map([...store.instances({})].map(each => [each.document.name, each.document]));
  for (const { facts } of sightings) {
    const document = known.get(facts.name);
    for (const name of ['mtu', 'label']) {
      expect(at(document, pathOf(name), keyed)).toEqual(at(facts, pathOf(name), keyed));
    }
  }
  // No task was left behind, and the rest waits for the budget and says so.
  expect(store.tasks({ states: ['acknowledged', 'inProgress'] })).toEqual([]);
  const waiting = loop.toldDraft().waiting.filter(each => each.on === 'budget');
  expect(waiting.length).toBeGreaterThan(0);
  const heldUp = acts;
  await clock.advance(11 * MINUTE);
  await world.settle();
  expect(acts).toBeGreaterThan(heldUp);
  expect(acts).toBeLessThanOrEqual(heldUp + 200);
  await loop.stop();
  store.close();
});
