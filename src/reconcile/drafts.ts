/** What could be done about all that is outstanding, drawn up anew only where something has moved. */
import { type Mode, modes } from '../core/expectation.ts';
import { lies } from '../core/guard/rule-book.ts';
import type { ExpectationId, InstanceId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { sameJson } from '../core/json.ts';
import type { Leaf } from '../core/outstanding.ts';
import type { Path } from '../core/path.ts';
import {
  abilityFinder,
  type Draft,
  leafName,
  type Offer,
  type Situation,
  type Sketch,
  sketch,
  type Unmet,
} from '../core/planner.ts';
import { Ties } from '../core/planning/ties.ts';
import { nameOf } from '../core/prediction.ts';
import type { Pause, Reader } from '../ports/store.ts';
import type { Turns } from '../ports/turns.ts';
import type { Blocks } from './blocks.ts';
import { type HeldPlaces, heldPlaces, placesOf } from './commit-places.ts';
import { Deadlines } from './deadlines.ts';
import type { Guard } from './guard.ts';
import type { Judge } from './judge.ts';
import { triedInVain, whyPaused } from './plans.ts';
import { asSeen, type Choice, type Portion, Portioning, rankOf } from './portioning.ts';
import type { Protection } from './protection.ts';
import { RankedSites } from './ranked-sites.ts';
import type { Settler } from './settle.ts';
import { StandingNow } from './standing-now.ts';
import { StoreScene } from './store-scene.ts';
import type { Site, UnmetNow } from './unmet.ts';

export interface DraftParts {
  readonly portions: Turns['portions'];
  readonly store: Reader;
  readonly judge: Judge;
  readonly unmet: UnmetNow;
  readonly offers: readonly Offer[];
  readonly guard: Guard;
  readonly blocks: Blocks;
  readonly protection: Pick<Protection, 'signature' | 'whyTask'>;
  readonly settle: Settler;
}

/** A path, and those of the leaves in it that are unmet. */
function leavesAt(leaves: readonly Leaf[], path: Path): readonly Path[] {
  return [path, ...leaves.filter(leaf => leaf.verdict === 'unmet' && lies(leaf.path, path)).map(leaf => leaf.path)];
}

function nameOfLeaf({
  expectation,
  instance,
  path,
}: Pick<Draft['waiting'][number], 'expectation' | 'instance' | 'path'>) {
  return leafName(expectation, instance, path);
}

export class Drafts {
  readonly #parts: DraftParts;
  readonly #sketches = new Map<Site, Sketch>();
  readonly #ties = new Ties();
  readonly #scene: StoreScene;
  readonly #standing: StandingNow;
  /** Where there are tasks in a mode, or something that waits for its turn. */
  readonly #tasksIn = perMode(() => new RankedSites());
  readonly #waitingIn = perMode(() => new Set<Site>());
  /** When what is put off may be tried again. */
  readonly #putOff = new Deadlines();
  #pauses = '[]';
  #guarded = '';
  #commits: HeldPlaces;
  #now: Instant = 0;
  /** What it came to when it was last asked for, until something is drawn anew. */
  #whole: Draft | undefined;
  #inMode = new Map<Mode, Portion>();
  #free: { readonly stamp: string; readonly of: object; readonly portion: Portion } | undefined;
  readonly #portioning: Portioning;

  constructor(parts: DraftParts) {
    this.#parts = parts;
    const { store, judge, offers } = parts;
    this.#commits = heldPlaces(store);
    this.#scene = new StoreScene(store);
    this.#standing = new StandingNow(store);
    this.#portioning = new Portioning({
      store,
      judge,
      scene: this.#scene,
      standing: this.#standing,
      ties: this.#ties,
      sketches: this.#sketches,
      abilityOf: abilityFinder(offers),
    });
  }

  /** Tells whether it is another one now. Much is drawn up in portions, between which others have their turn. */
  async update(now: Instant): Promise<{ readonly isOther: boolean }> {
    const { store, unmet, guard, protection, settle } = this.#parts;
    this.#now = now;
    this.#commits = heldPlaces(store);
    const pauses = store.pauses();
    settle.begin();
    for (const site of this.#putOff.take(now)) unmet.touch(site);
    const signs = JSON.stringify(pauses);
    const guarded = `${guard.signature(now)} ${protection.signature} ${this.#commits.signature}`;
    if (signs !== this.#pauses || guarded !== this.#guarded) unmet.touchAll();
    this.#pauses = signs;
    this.#guarded = guarded;
    this.#scene.lookAnew();
    let isOther = this.#touchOnlookers();
    const portions = this.#parts.portions();
    // What is handed on because of what was drawn is told at once.
    for (let round = 0; round < 2; round++) {
      for (const site of unmet.takeMoved()) {
        if (this.#draw(site, pauses, now)) isOther = true;
        if (!portions.step()) continue;
        await portions.breathe();
        this.#scene.lookAnew();
      }
      settle.end();
    }
    if (isOther) {
      this.#whole = undefined;
      this.#inMode = new Map();
    }
    return { isOther };
  }

  /** All of it, in the order in which it can be done. */
  whole(): Draft {
    this.#whole ??= this.#portioning.whole(this.#now);
    return this.#whole;
  }

  /** As much of one mode as one plan holds. */
  of(mode: Mode): Portion {
    const known = this.#inMode.get(mode);
    if (known) return known;
    const sites = this.#tasksIn[mode];
    const portion = this.#portioning.portion(
      { sites, waiting: this.hasTasks(mode) ? this.#waitingIn[mode] : [], isMine: task => task.mode === mode },
      this.#now,
    );
    this.#inMode.set(mode, portion);
    return portion;
  }

  /** As much as one plan holds of what the loop may do by itself now. */
  free(now: Instant): Portion {
    const { guard, blocks } = this.#parts;
    const stamp = `${guard.stamp(now)} ${this.#commits.signature}`;
    const known = this.#free;
    if (known && known.stamp === stamp && known.of === this.#inMode) return known.portion;
    const stopper = guard.stopper(now);
    const stop: Choice['stop'] = task => {
      const held = this.#commits.at(placesOf([task])) ?? stopper(task);
      if (held) blocks.stopped(nameOfLeaf(task), held.on);
      else blocks.goes(nameOfLeaf(task));
      return held;
    };
    const sites = this.#tasksIn.enforce;
    const waiting = this.hasTasks('enforce') ? this.#waitingIn.enforce : [];
    const choice: Choice = { sites, waiting, isMine: task => task.mode === 'enforce', stop };
    const portion = this.#portioning.portion(choice, this.#now);
    this.#free = { stamp, of: this.#inMode, portion };
    return portion;
  }

  /** As much as one plan holds of what somebody asks for, whatever its mode. */
  chosen(isMine: Choice['isMine']): Portion {
    const sites = new RankedSites();
    for (const [site, drawn] of this.#sketches) {
      const rank = rankOf(drawn, isMine);
      if (rank) sites.put(site, rank);
    }
    return this.#portioning.portion({ sites, waiting: this.#sketches.keys(), isMine }, this.#now);
  }

  /** What is to be done, or waits, for a leaf, among all that is planned together with it. */
  around(expectation: ExpectationId, instance: InstanceId | undefined): Draft {
    return this.#portioning.around(this.#parts.unmet.siteOf(expectation, instance), this.#now);
  }

  hasTasks(mode: Mode): boolean {
    return this.#tasksIn[mode].size > 0;
  }

  /** True when it comes to something else than before. */
  #draw(site: Site, pauses: readonly Pause[], now: Instant): boolean {
    const before = this.#sketches.get(site);
    const unmet = this.#unmetAt(site, now);
    const drawn = unmet.length === 0 ? undefined : sketch(this.#situation(unmet, pauses, now));
    this.#parts.settle.drawn(site);
    const ends = (drawn?.waits ?? []).flatMap(({ waiting: { until } }) => until ?? []);
    this.#putOff.set(site, ends.length === 0 ? undefined : Math.min(...ends));
    this.#portioning.forget(site);
    const same = drawn === before || (drawn && before && sameJson(asSeen(drawn), asSeen(before)));
    // What a step needs may have come or gone though the step itself is the same.
    if (same) return drawn?.candidates.some(({ task }) => task.step.needs !== undefined) ?? false;
    this.#noteBlocks(before, drawn);
    for (const mode of modes) {
      this.#tasksIn[mode].delete(site);
      this.#waitingIn[mode].delete(site);
    }
    if (drawn) this.#sketches.set(site, drawn);
    else this.#sketches.delete(site);
    if (drawn && drawn.candidates.length > 0) this.#ties.put(site, drawn);
    else this.#ties.remove(site);
    for (const mode of drawn ? modes : []) {
      const rank = drawn && rankOf(drawn, task => task.mode === mode);
      if (rank) this.#tasksIn[mode].put(site, rank);
    }
    for (const { waiting } of drawn?.waits ?? []) this.#waitingIn[waiting.mode].add(site);
    return true;
  }

  /** What waits for somebody's word from now on; who acts by itself is asked when it does. */
  #noteBlocks(before: Sketch | undefined, drawn: Sketch | undefined): void {
    const { blocks } = this.#parts;
    const left = new Set([...(before?.waits ?? [])].map(each => nameOfLeaf(each.waiting)));
    for (const { task } of before?.candidates ?? []) left.add(nameOfLeaf(task));
    for (const { waiting } of drawn?.waits ?? []) {
      blocks.stopped(nameOfLeaf(waiting), waiting.on);
      left.delete(nameOfLeaf(waiting));
    }
    for (const { task } of drawn?.candidates ?? []) {
      if (task.mode === 'approve') blocks.stopped(nameOfLeaf(task), 'approval');
      if (task.mode === 'approve' || task.mode === 'enforce') left.delete(nameOfLeaf(task));
    }
    for (const leaf of left) blocks.goes(leaf);
  }

  /** Those planned with an eye on what has moved are drawn anew; true when there are any. */
  #touchOnlookers(): boolean {
    const { unmet } = this.#parts;
    const moved = unmet.takeMovedInstances();
    if (this.#ties.size === 0) return false;
    let any = false;
    for (const id of moved) {
      for (const spot of this.#scene.spotsOf(id)) {
        for (const site of this.#ties.readersOf(spot)) {
          unmet.touch(site);
          this.#portioning.forget(site);
          any = true;
        }
      }
    }
    return any;
  }

  /** With each instance as it is now; what has gone or was withdrawn since it was judged will be judged again. */
  #unmetAt(site: Site, now: Instant): readonly Unmet[] {
    const { store, unmet, guard } = this.#parts;
    let instance: Instance | undefined;
    const found: Unmet[] = [];
    for (const { expectation, instance: id, residual, leaves, strayed } of unmet.at(site)) {
      if (store.expectation(expectation.id)?.seq !== expectation.seq) continue;
      if (id !== undefined) instance ??= store.instance(id);
      if (id !== undefined && !instance) continue;
      const modeAt = (path: Path): Mode => guard.modeOfAll(expectation, instance, leavesAt(leaves, path), now);
      found.push({ expectation, instance, residual, leaves, mode: modeAt(''), modeAt, strayed });
    }
    return found;
  }

  #situation(unmet: readonly Unmet[], pauses: readonly Pause[], now: Instant): Situation {
    const { store, judge, offers, guard, protection, settle } = this.#parts;
    const [first] = unmet;
    return {
      now,
      unmet,
      offers,
      scene: this.#scene,
      context: judge.context(now, first?.instance),
      standing: id => this.#standing.at(id),
      standingOf: thing => this.#standing.of(thing),
      held: (leaf, one, path) => {
        const { expectation, instance, strayed = [] } = one;
        const paused = whyPaused(pauses, expectation.id, instance);
        if (paused !== undefined) return { on: 'pause', because: paused };
        const guarded = guard.held(expectation, instance, path, strayed, now);
        if (guarded) return guarded;
        const committed = this.#commits.at([{ instance: instance?.id, of: instance && nameOf(instance), path }]);
        if (committed) return committed;
        return settle.held(leaf, one, path);
      },
      pace: (one, path, wanted) => settle.pace(one, path, wanted),
      protects: (task, expectation, effects, before) => protection.whyTask(task, expectation, effects, before),
      tried: leaf => (settle.wasTried(leaf) ? triedInVain(store, leaf) : []),
    };
  }
}

function perMode<T>(empty: () => T): Readonly<Record<Mode, T>> {
  return { observe: empty(), warn: empty(), approve: empty(), enforce: empty() };
}
