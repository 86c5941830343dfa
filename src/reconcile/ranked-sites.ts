/** Where there is something to do, in the order in which it is to be done: kept in order, so that the first of many cost little. */
import type { Standing } from '../core/planning/situation.ts';
import { byStanding } from '../core/ranking.ts';
import type { Site } from './unmet.ts';

export interface Rank {
  /** The expectation that stands first among those served there. */
  readonly by: Standing;
  /** Decides between those for which the same expectation stands. */
  readonly place: string;
  readonly tasks: number;
}

type Ranked = Rank & { readonly site: Site };

/** With more than these to be put in their places, all are sorted at once. */
const ONE_BY_ONE = 64;

export class RankedSites implements Iterable<Site> {
  readonly #known = new Map<Site, Ranked>();
  /** In order, all but those that are to be put in their places. */
  #sorted: Ranked[] = [];
  #fresh = new Set<Ranked>();
  #tasks = 0;

  get size(): number {
    return this.#known.size;
  }

  /** How many tasks there are at all of them. */
  get tasks(): number {
    return this.#tasks;
  }

  tasksAt(site: Site): number {
    return this.#known.get(site)?.tasks ?? 0;
  }

  put(site: Site, rank: Rank): void {
    this.delete(site);
    const ranked = { ...rank, site };
    this.#known.set(site, ranked);
    this.#fresh.add(ranked);
    this.#tasks += rank.tasks;
  }

  delete(site: Site): void {
    const before = this.#known.get(site);
    if (!before) return;
    this.#known.delete(site);
    this.#tasks -= before.tasks;
    if (!this.#fresh.delete(before)) this.#sorted.splice(this.#placeOf(before), 1);
  }

  *[Symbol.iterator](): Iterator<Site> {
    this.#settle();
    for (const { site } of this.#sorted) yield site;
  }

  #settle(): void {
    if (this.#fresh.size > ONE_BY_ONE) this.#sorted = [...this.#sorted, ...this.#fresh].sort(inOrder);
    else for (const each of this.#fresh) this.#sorted.splice(this.#placeOf(each), 0, each);
    this.#fresh = new Set();
  }

  /** Where it stands, or would stand. */
  #placeOf(ranked: Ranked): number {
    let [from, to] = [0, this.#sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#sorted[middle];
      if (other && inOrder(other, ranked) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function inOrder(a: Ranked, b: Ranked): number {
  return (
    byStanding(a.by, b.by) ||
    (a.place < b.place ? -1 : a.place > b.place ? 1 : a.site < b.site ? -1 : Number(a.site > b.site))
  );
}
