/** Puts together what was sketched for each thing, in the order in which it can be done: all of it, or one plan's worth. */

import type { Instant } from '../core/ids.ts';
import { asJson } from '../core/json.ts';
import type { Foretold, ReadFact } from '../core/plan.ts';
import {
  arrangeTogether,
  type Draft,
  type DraftTask,
  type Held,
  joined,
  MOST_TASKS,
  readSetOf,
  type Sketch,
} from '../core/planner.ts';
import type { Arranged } from '../core/planning/arrange.ts';
import type { DraftWaiting } from '../core/planning/situation.ts';
import type { Ties } from '../core/planning/ties.ts';
import type { World } from '../core/planning/walk.ts';
import { byStanding } from '../core/ranking.ts';
import { type OutcomeParts, outcomeOf } from './outcome.ts';
import type { Rank, RankedSites } from './ranked-sites.ts';
import type { Site } from './unmet.ts';

/** More reasons than these nobody reads in one plan; each is told with its leaf. */
const MOST_WAITING = 100;

/** What one plan holds, and all that it relies on. */
export interface Portion extends Draft {
  /** How many leaves wait that are not among the waiting. */
  readonly unlisted?: number;
  readonly readSet: readonly ReadFact[];
  readonly outcome: readonly Foretold[];
}

/** Which of all that could be done is meant. */
export interface Choice {
  /** Where there are tasks among them, and where something waits. */
  readonly sites: RankedSites;
  readonly waiting: Iterable<Site>;
  readonly isMine: (each: DraftTask | DraftWaiting) => boolean;
  /** Why a task must not be done now, though it could be. */
  readonly stop?: (task: DraftTask) => Held | undefined;
}

export interface PortioningParts extends OutcomeParts {
  readonly abilityOf: World['abilityOf'];
  readonly ties: Ties;
  readonly sketches: ReadonlyMap<Site, Sketch>;
}

export class Portioning {
  readonly #parts: PortioningParts;
  /** Of those that are tied to nothing else. */
  readonly #arranged = new Map<Site, Arranged>();

  constructor(parts: PortioningParts) {
    this.#parts = parts;
  }

  /** What it was arranged from has moved. */
  forget(site: Site): void {
    this.#arranged.delete(site);
  }

  whole(now: Instant): Draft {
    const met = new Set<Site>();
    const all: Arranged[] = [];
    for (const site of this.#parts.sketches.keys()) {
      if (met.has(site)) continue;
      const tied = this.#parts.ties.tiedTo(site);
      for (const each of tied) met.add(each);
      all.push(tied.size === 1 ? this.#alone(site, now) : arrangeTogether(this.#sketches(tied), this.#world(now)));
    }
    return joined(all);
  }

  /** What is planned together with one site. */
  around(site: Site, now: Instant): Draft {
    const tied = this.#parts.ties.tiedTo(site);
    return joined([tied.size === 1 ? this.#alone(site, now) : arrangeTogether(this.#sketches(tied), this.#world(now))]);
  }

  /** Those that stand first come first; a group that does not fit any more is left for the next plan, and all after it. */
  portion({ sites, waiting, isMine, stop }: Choice, now: Instant): Portion {
    const { scene, ties } = this.#parts;
    const { keyed } = this.#world(now).context;
    const met = new Set<Site>();
    const all: Arranged[] = [];
    let room = MOST_TASKS;
    let listed = 0;
    let later = sites.tasks;
    for (const site of sites) {
      if (room === 0 || listed >= MOST_WAITING) break;
      if (met.has(site)) continue;
      const tied = ties.tiedTo(site);
      for (const each of tied) {
        met.add(each);
        later -= sites.tasksAt(each);
      }
      const limits = { most: room, isFirst: room === MOST_TASKS };
      const found = this.#some(site, tied, { isMine, ...(stop ? { stop } : {}) }, limits, now);
      all.push(found);
      later += found.later;
      listed += found.waits.length;
      room = found.later > 0 ? 0 : room - found.tasks.length;
    }
    let unlisted = 0;
    for (const site of waiting) {
      if (met.has(site)) continue;
      const waits = this.#parts.sketches.get(site)?.waits.filter(each => isMine(each.waiting)) ?? [];
      listed += waits.length;
      if (listed > MOST_WAITING) unlisted += waits.length;
      else if (waits.length > 0) all.push({ place: site, tasks: [], waits, later: 0 });
    }
    const { tasks, waiting: waits } = joined(all);
    return {
      tasks,
      waiting: waits,
      ...(later === 0 ? {} : { later }),
      ...(unlisted === 0 ? {} : { unlisted }),
      readSet: readSetOf(tasks, scene, keyed),
      outcome: outcomeOf(this.#parts, tasks, keyed, now),
    };
  }

  #some(
    site: Site,
    tied: ReadonlySet<Site>,
    { isMine, stop }: Pick<Choice, 'isMine' | 'stop'>,
    { most, isFirst }: { readonly most: number; readonly isFirst: boolean },
    now: Instant,
  ): Arranged {
    const sketches = this.#sketches(tied);
    const isAll = sketches.every(
      each => each.candidates.every(({ task }) => isMine(task)) && each.waits.every(({ waiting }) => isMine(waiting)),
    );
    if (isAll && tied.size === 1 && !stop) {
      const alone = this.#alone(site, now);
      if (alone.tasks.length <= most) return alone;
    }
    const mine = sketches.map(each => ({
      ...each,
      candidates: each.candidates.filter(({ task }) => isMine(task)),
      waits: each.waits.filter(one => isMine(one.waiting)),
    }));
    return arrangeTogether(mine, this.#world(now), { most, isFirst, ...(stop ? { stop } : {}) });
  }

  #alone(site: Site, now: Instant): Arranged {
    let found = this.#arranged.get(site);
    if (!found) {
      found = arrangeTogether(this.#sketches([site]), this.#world(now));
      this.#arranged.set(site, found);
    }
    return found;
  }

  #sketches(sites: Iterable<Site>): readonly Sketch[] {
    return [...sites].flatMap(site => this.#parts.sketches.get(site) ?? []);
  }

  #world(now: Instant): World {
    const { scene, judge, abilityOf } = this.#parts;
    return { scene, context: judge.context(now), abilityOf };
  }
}

/** Where the tasks of a sketch rank that are meant; undefined when there are none. */
export function rankOf(drawn: Sketch, isMine: Choice['isMine']): Rank | undefined {
  const mine = drawn.candidates.filter(({ task }) => isMine(task)).map(each => each.by);
  const [first, ...others] = mine;
  if (!first) return undefined;
  const { id, priority, createdAt } = others.reduce((best, each) => (byStanding(each, best) < 0 ? each : best), first);
  return { by: { id, priority, createdAt }, place: drawn.place, tasks: mine.length };
}

/** A sketch as it can be compared with another. */
export function asSeen({ candidates, waits, reads, moves }: Sketch) {
  return asJson({
    candidates: candidates.map(each => each.task),
    waits: waits.map(each => each.waiting),
    reads: [...reads].sort(),
    moves: [...moves].sort(),
  });
}
