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
import type { DraftWaiting, Standing } from '../core/planning/situation.ts';
import type { Ties } from '../core/planning/ties.ts';
import type { World } from '../core/planning/walk.ts';
import { byStanding } from '../core/ranking.ts';
import { type OutcomeParts, outcomeOf } from './outcome.ts';
import type { Site } from './unmet.ts';

/** What one plan holds, and all that it relies on. */
export interface Portion extends Draft {
  readonly readSet: readonly ReadFact[];
  readonly outcome: readonly Foretold[];
}

/** Which of all that could be done is meant. */
export interface Choice {
  /** Where there are tasks among them, and where something waits. */
  readonly sites: Iterable<Site>;
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

  /** Those that stand first come first; a group that does not fit any more is left for the next plan, and all after it. */
  portion({ sites, waiting, isMine, stop }: Choice, now: Instant): Portion {
    const { scene, ties } = this.#parts;
    const { keyed } = this.#world(now).context;
    const met = new Set<Site>();
    const all: Arranged[] = [];
    let room = MOST_TASKS;
    let later = 0;
    for (const { site, mine } of this.#ranked(sites, isMine)) {
      if (met.has(site)) continue;
      const tied = room > 0 ? ties.tiedTo(site) : new Set([site]);
      for (const each of tied) met.add(each);
      if (room === 0) {
        later += mine;
        continue;
      }
      const found = this.#some(
        site,
        tied,
        { isMine, ...(stop ? { stop } : {}) },
        { most: room, isFirst: room === MOST_TASKS },
        now,
      );
      all.push(found);
      room = found.later > 0 ? 0 : room - found.tasks.length;
    }
    for (const site of waiting) {
      if (met.has(site)) continue;
      const waits = this.#parts.sketches.get(site)?.waits.filter(each => isMine(each.waiting)) ?? [];
      if (waits.length > 0) all.push({ place: site, tasks: [], waits, later: 0 });
    }
    const draft = joined(all);
    const more = (draft.later ?? 0) + later;
    return {
      tasks: draft.tasks,
      waiting: draft.waiting,
      ...(more === 0 ? {} : { later: more }),
      readSet: readSetOf(draft.tasks, scene, keyed),
      outcome: outcomeOf(this.#parts, draft.tasks, keyed, now),
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

  /** By the expectation that stands first among those served there. */
  #ranked(sites: Iterable<Site>, isMine: Choice['isMine']) {
    const ranked: { readonly site: Site; readonly by: Standing; readonly mine: number; readonly place: string }[] = [];
    for (const site of sites) {
      const drawn = this.#parts.sketches.get(site);
      const mine = drawn?.candidates.filter(({ task }) => isMine(task)) ?? [];
      const [first, ...others] = mine.map(each => each.by);
      if (!drawn || !first) continue;
      const by = others.reduce((best, each) => (byStanding(each, best) < 0 ? each : best), first);
      ranked.push({ site, by, mine: mine.length, place: drawn.place });
    }
    return ranked.sort((a, b) => byStanding(a.by, b.by) || (a.place < b.place ? -1 : 1));
  }
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
