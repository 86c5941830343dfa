/**
 * Undo: whatever plans were carried out, and in whatever order they are undone, either exactly what a plan moved goes
 * back, or it is refused with what stands in the way; never anything else.
 */
import { expect, onTestFinished, test } from 'vitest';
import { expectationId, planId } from '../../src/core/ids.ts';
import { isArray, isObject, type Json, type JsonObject, sameJson } from '../../src/core/json.ts';
import { at, differences, type PathChange } from '../../src/core/path.ts';
import { putAt } from '../../src/core/put-at.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { approvePlan, type LoopWorld, loopWorld, pathOf, type Wanted, wish } from '../kit/loop-world.ts';

const seed = Number(process.env.DIFFO_SEED ?? 1);
const SEQUENCES = 60;

type Facts = { readonly [name: string]: JsonObject };

/** One thing that a change moved: a value, or an item of a list that came or went. */
interface Moved {
  readonly name: string;
  readonly path: string;
  readonly old?: Json;
  readonly new?: Json;
  readonly item?: Json;
}

interface Done {
  readonly by: string;
  readonly moved: readonly Moved[];
  isUndone: boolean;
}

// P27
test(`of ${SEQUENCES} random sequences of plans undone in random order, each goes back exactly or is refused`, async () => {
  let undone = 0;
  let refused = 0;
  for (let i = 0; i < SEQUENCES; i++) {
    const run = new Run(loopWorld(), chanceOf(seed * 1_000 + i), `DIFFO_SEED=${seed}, sequence ${i}`);
    await run.begin();
    for (let n = 0; n < 7; n++) await run.carryOutOne(n);
    for (let n = 0; n < 12; n++) await run.undoOne();
    await run.end();
    undone += run.undone;
    refused += run.refused;
  }
  // Enough of both to have shown a fault.
  expect(undone).toBeGreaterThan(SEQUENCES);
  expect(refused).toBeGreaterThan(SEQUENCES);
});

class Run {
  undone = 0;
  refused = 0;
  readonly #world: LoopWorld;
  readonly #chance: Chance;
  readonly #where: string;
  readonly #done: Done[] = [];

  constructor(world: LoopWorld, chance: Chance, where: string) {
    this.#world = world;
    this.#chance = chance;
    this.#where = where;
    onTestFinished(() => world.store.close());
  }

  async begin(): Promise<void> {
    await this.#world.loop.start();
    await this.#world.lay(wish('speed', 1), { id: expectationId('e'), mode: 'observe' });
  }

  end(): Promise<void> {
    return this.#world.loop.stop();
  }

  /** A plan of some tasks, or now and then somebody who is not the agent. */
  async carryOutOne(n: number): Promise<void> {
    const { loop, store, simulator } = this.#world;
    const chance = this.#chance;
    const before = await this.#facts();
    let by = '';
    if (chance.happens(0.25)) {
      const { of, path, value } = this.#wanted(before);
      if (of.kind === 'port') simulator.world.change('port', of.name, path, value);
    } else {
      by = `plan-${n}`;
      const wanted = Array.from({ length: chance.whole(1, 4) }, () => this.#wanted(before));
      const apart = wanted.filter((one, i) => wanted.findIndex(each => isSame(each, one)) === i);
      const laid = store.expectation(expectationId('e'));
      if (laid) approvePlan(this.#world, by, laid, apart);
      loop.ring();
    }
    await loop.settle();
    const moved = movedBetween(before, await this.#facts());
    if (by !== '') expect(store.plan(planId(by))?.state, this.#where).toBe('done');
    if (moved.length > 0) this.#done.push({ by, moved, isUndone: false });
  }

  async undoOne(): Promise<void> {
    const { orders } = this.#world;
    const standing = this.#done.filter(each => each.by !== '' && !each.isUndone);
    const one = this.#chance.pick(standing);
    if (!one) return;
    const before = await this.#facts();
    const others = this.#done.slice(this.#done.indexOf(one) + 1).filter(each => !each.isUndone);
    const overlap = one.moved.filter(
      each =>
        others.some(({ by, moved }) => by !== '' && moved.some(other => touches(each, other))) ||
        (isSettable(each) && !isAsLeft(each, before)),
    );
    const answer = await orders.undo(planId(one.by), 'ann').catch((error: unknown) => String(error));
    const after = await this.#facts();
    const told = `${this.#where}, undo of ${one.by}: ${JSON.stringify(answer)}`;
    if (typeof answer === 'string') {
      this.refused++;
      expect(overlap, told).not.toEqual([]);
      for (const { name, path } of overlap) expect(answer, told).toContain(`${path === '' ? 'all' : path} of ${name}`);
      expect(after, told).toEqual(before);
      return;
    }
    this.undone++;
    expect(overlap, told).toEqual([]);
    expect(answer.state, told).toBe('undone');
    expect(asSets(after), told).toEqual(asSets(backFrom(before, one.moved)));
    one.isUndone = true;
  }

  #wanted(facts: Facts): Wanted {
    const chance = this.#chance;
    const name = chance.pick(['p1', 'p2']) ?? 'p1';
    const of = { kind: 'port', name };
    const dice = chance.one();
    if (dice < 0.35) {
      const tags = at(facts[name], pathOf('tags'), keyed);
      const item = chance.pick(['a', 'b', 'c', 'd', 'e']) ?? 'a';
      const list = isArray(tags) ? tags : [];
      return {
        of,
        path: pathOf('tags'),
        value: list.includes(item) ? list.filter(each => each !== item) : [...list, item],
      };
    }
    if (dice < 0.55) return { of, path: pathOf('mtu'), value: chance.pick([1400, 1500, 9000]) ?? 1500 };
    if (dice < 0.7) return { of, path: '/administrativeState', value: chance.happens(0.5) ? 'locked' : 'unlocked' };
    if (dice < 0.85) return { of, path: pathOf('label'), value: chance.pick(['x', 'y', 'z']) ?? 'x' };
    const tunnel = { kind: 'tunnel', name: chance.pick(['t1', 't2']) ?? 't1' };
    return facts[tunnel.name] ? { of: tunnel, path: '' } : { of: tunnel, path: '', value: {} };
  }

  #facts(): Promise<Facts> {
    return this.#world.facts();
  }
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.of.name === b.of.name && a.path === b.path;
}

function movedBetween(before: Facts, after: Facts): Moved[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(name => {
    const [was, is] = [before[name], after[name]];
    if (!was || !is) return [{ name, path: '', ...(was ? { old: was } : {}), ...(is ? { new: is } : {}) }];
    return differences(was, is, keyed).flatMap((change): Moved[] => itemsOf(name, change));
  });
}

function itemsOf(name: string, { path, old, new: now }: PathChange): Moved[] {
  if (!isArray(old) || !isArray(now)) {
    return [{ name, path, ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) }];
  }
  const gone = old.filter(item => !now.includes(item)).map(item => ({ name, path, item, old: true }));
  const come = now.filter(item => !old.includes(item)).map(item => ({ name, path, item, new: true }));
  return [...gone, ...come];
}

function touches(a: Moved, b: Moved): boolean {
  if (a.name !== b.name || !(a.path === b.path || a.path === '' || b.path === '')) return false;
  return a.item === undefined || b.item === undefined || sameJson(a.item, b.item);
}

function isSettable({ path }: Moved): boolean {
  return !['/operationalState', '/usageState'].includes(path);
}

function isAsLeft(moved: Moved, facts: Facts): boolean {
  const document = facts[moved.name];
  if (moved.path === '') return (document === undefined) === (moved.new === undefined);
  const now = at(document, moved.path, keyed);
  if (moved.item === undefined) return sameJson(now, moved.new);
  return (isArray(now) && now.includes(moved.item)) === (moved.new !== undefined);
}

function backFrom(facts: Facts, moved: readonly Moved[]): Facts {
  const result: { [name: string]: JsonObject } = { ...facts };
  for (const { name, path, old, item } of moved) {
    const document = result[name];
    if (path === '') {
      if (isObject(old)) result[name] = old;
      else delete result[name];
    } else if (document && item === undefined) {
      result[name] = putAt(document, path, old, keyed);
    } else if (document && item !== undefined) {
      const now = at(document, path, keyed);
      const list = (isArray(now) ? now : []).filter(each => !sameJson(each, item));
      result[name] = putAt(document, path, old === undefined ? list : [...list, item], keyed);
    }
  }
  return result;
}

/** The order of items is nobody's matter. */
function asSets(facts: Facts): Json {
  const sorted = (value: Json): Json => {
    if (isArray(value)) return [...value.map(sorted)].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, each]) => [key, sorted(each)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  return sorted(facts);
}
