/**
 * Takes the steps of several tasks on a copy, one after the other, each when all that it needs is so and nobody who is
 * still to come needs what it takes away. So it goes forward for making and backward for removing.
 */
import type { Ability } from '../ability.ts';
import type { Context } from '../outstanding.ts';
import type { PlannedTask } from '../plan.ts';
import { type Effect, foresee, type Scene } from '../prediction.ts';
import type { Need } from '../task.ts';
import { holds } from './needs.ts';
import { type Spot, spotOf } from './noted-scene.ts';
import type { Candidate } from './situation.ts';

/** What the steps are taken in. */
export interface World {
  readonly scene: Scene;
  readonly context: Context;
  readonly abilityOf: (task: PlannedTask) => Ability | undefined;
}

export interface Walked {
  readonly taken: readonly { readonly candidate: Candidate; readonly effects: readonly Effect[] }[];
  readonly left: readonly Candidate[];
  /** Which of them one had to wait for another to be taken, by a need. */
  readonly links: readonly (readonly [Candidate, Candidate])[];
  /** Everything as it is after what was taken. */
  readonly scene: Scene;
}

/**
 * In the order in which they are given, but for what needs another order. Those that are not meant are not taken, and
 * nothing that they need is taken away.
 */
export function walk(
  candidates: readonly Candidate[],
  world: World,
  isMeant: (candidate: Candidate) => boolean = () => true,
): Walked {
  return new Walk(candidates, world, isMeant).walked();
}

export function effectsIn(world: World, task: PlannedTask, scene: Scene): readonly Effect[] {
  return world.abilityOf(task)?.predict(task.step, scene) ?? [];
}

interface Asking {
  readonly need: Need;
  readonly of: Candidate;
  isSo: boolean;
}

class Walk {
  readonly #world: World;
  readonly #isMeant: (candidate: Candidate) => boolean;
  readonly #remaining: Set<Candidate>;
  readonly #asking = new Map<Candidate, readonly Asking[]>();
  readonly #askingOf = new Map<Spot, Asking[]>();
  readonly #taken: Walked['taken'][number][] = [];
  readonly #links: (readonly [Candidate, Candidate])[] = [];
  readonly #spoilers: ReadonlyMap<Candidate, readonly Candidate[]>;
  #scene: Scene;

  constructor(candidates: readonly Candidate[], world: World, isMeant: (candidate: Candidate) => boolean) {
    this.#world = world;
    this.#isMeant = isMeant;
    this.#scene = world.scene;
    this.#remaining = new Set(candidates);
    for (const of of candidates) {
      const all = (of.task.step.needs ?? []).map(
        (need): Asking => ({ need, of, isSo: this.#holds(need, world.scene) }),
      );
      this.#asking.set(of, all);
      for (const each of all) {
        const spot = spotOf(each.need.of);
        const others = this.#askingOf.get(spot);
        if (others) others.push(each);
        else this.#askingOf.set(spot, [each]);
      }
    }
    this.#spoilers = spoilersAmong(candidates);
  }

  walked(): Walked {
    for (let next = this.#next(); next; next = this.#next()) this.#take(next.candidate, next.effects);
    return { taken: this.#taken, left: [...this.#remaining], links: this.#links, scene: this.#scene };
  }

  #next(): { candidate: Candidate; effects: readonly Effect[] } | undefined {
    let spoilt: { candidate: Candidate; effects: readonly Effect[] } | undefined;
    for (const candidate of this.#remaining) {
      if (!this.#isReady(candidate)) continue;
      const effects = effectsIn(this.#world, candidate.task, this.#scene);
      if (this.#blockers(candidate, effects).length > 0) continue;
      // What would be undone again by the way is done after that.
      const isSpoilt = this.#spoilers.get(candidate)?.some(each => this.#remaining.has(each) && this.#isReady(each));
      if (!isSpoilt) return { candidate, effects };
      spoilt ??= { candidate, effects };
    }
    return spoilt;
  }

  #isReady(candidate: Candidate): boolean {
    if (!this.#isMeant(candidate)) return false;
    return this.#asking.get(candidate)?.every(each => each.isSo) ?? true;
  }

  /** Those still to come that need what it would take away. */
  #blockers(candidate: Candidate, effects: readonly Effect[]): readonly Candidate[] {
    const asked = this.#askedAt(effects).filter(each => each.of !== candidate && each.isSo);
    if (asked.length === 0) return [];
    const after = foresee(this.#scene, effects, this.#world.context.keyed);
    const found = asked.filter(each => !this.#holds(each.need, after)).map(each => each.of);
    for (const each of found) this.#links.push([each, candidate]);
    return found;
  }

  #take(candidate: Candidate, effects: readonly Effect[]): void {
    this.#remaining.delete(candidate);
    this.#taken.push({ candidate, effects });
    this.#scene = foresee(this.#scene, effects, this.#world.context.keyed);
    for (const each of this.#askedAt(effects)) {
      const isSo = this.#holds(each.need, this.#scene);
      if (isSo && !each.isSo) this.#links.push([candidate, each.of]);
      each.isSo = isSo;
    }
  }

  #askedAt(effects: readonly Effect[]): Asking[] {
    const spots = new Set(effects.map(each => spotOf(each.of)));
    return [...spots].flatMap(spot => this.#askingOf.get(spot) ?? []).filter(each => this.#remaining.has(each.of));
  }

  #holds(need: Need, scene: Scene): boolean {
    return holds(need, scene, this.#world.context);
  }
}

/** Who moves by the way, as a side effect, what another one is to set. */
function spoilersAmong(candidates: readonly Candidate[]): ReadonlyMap<Candidate, readonly Candidate[]> {
  const bySpot = new Map<Spot, { readonly by: Candidate; readonly path: string }[]>();
  for (const by of candidates) {
    for (const { of, path } of by.task.effects ?? []) {
      if (by.task.of && spotOf(of) === spotOf(by.task.of) && path === by.task.path) continue;
      const others = bySpot.get(spotOf(of));
      if (others) others.push({ by, path });
      else bySpot.set(spotOf(of), [{ by, path }]);
    }
  }
  const found = new Map<Candidate, Candidate[]>();
  const spoils = (by: Candidate, other: Candidate, path: string): boolean =>
    by !== other && leafOf(by) !== leafOf(other) && within(path, other.task.path);
  for (const each of candidates) {
    const { of } = each.task;
    const by = of ? (bySpot.get(spotOf(of)) ?? []).filter(one => spoils(one.by, each, one.path)) : [];
    if (by.length > 0) found.set(each, [...new Set(by.map(one => one.by))]);
  }
  // Two that spoil each other cannot both go first.
  return new Map([...found].map(([each, by]) => [each, by.filter(one => !found.get(one)?.includes(each))]));
}

function leafOf({ task: { of, path } }: Candidate): string {
  return `${of ? spotOf(of) : ''}\0${path}`;
}

function within(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
