/** What could be done about all that is outstanding, drawn up anew only where something has moved. */
import { type Expectation, type Mode, modes } from '../core/expectation.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { asJson, sameJson } from '../core/json.ts';
import { type Draft, leafName, type Offer, ownerOfLeaf, plan, type Situation, type Unmet } from '../core/planner.ts';
import { byStanding } from '../core/ranking.ts';
import type { Backoff, Pause, Reader } from '../ports/store.ts';
import { Deadlines } from './deadlines.ts';
import type { Judge } from './judge.ts';
import { whyPaused } from './plans.ts';
import { Portions } from './portions.ts';
import { type Site, siteOf, type UnmetNow } from './unmet.ts';

export interface DraftParts {
  readonly store: Reader;
  readonly judge: Judge;
  readonly unmet: UnmetNow;
  readonly offers: readonly Offer[];
}

const nothing: Draft = { tasks: [], waiting: [], readSet: [] };

export class Drafts {
  readonly #parts: DraftParts;
  readonly #bySite = new Map<Site, Draft>();
  /** Where there are tasks in a mode, or something that waits for its turn. */
  readonly #tasksIn: Readonly<Record<Mode, Set<Site>>>;
  readonly #waitingIn: Readonly<Record<Mode, Set<Site>>>;
  /** When what is put off may be tried again. */
  readonly #putOff = new Deadlines();
  #backoffs: ReadonlyMap<string, Backoff> = new Map();
  #pauses = '[]';
  #whole: Draft | undefined;

  constructor(parts: DraftParts) {
    this.#parts = parts;
    const none = (): Readonly<Record<Mode, Set<Site>>> => ({
      observe: new Set(),
      warn: new Set(),
      approve: new Set(),
      enforce: new Set(),
    });
    this.#tasksIn = none();
    this.#waitingIn = none();
  }

  /** Tells whether it is another one now. Much is drawn up in portions, between which others have their turn. */
  async update(now: Instant): Promise<{ readonly isOther: boolean }> {
    const { store, unmet } = this.#parts;
    const pauses = store.pauses();
    const backoffs = store.backoffs();
    this.#touchPutOff(backoffs, now);
    const signs = JSON.stringify(pauses);
    if (signs !== this.#pauses) unmet.touchAll();
    this.#pauses = signs;
    const moved = unmet.takeMoved();
    const portions = new Portions();
    let isOther = false;
    for (const site of moved) {
      if (this.#draw(site, pauses, now)) {
        isOther = true;
        this.#whole = undefined;
      }
      if (portions.step()) await portions.breathe();
    }
    return { isOther };
  }

  whole(): Draft {
    this.#whole ??= this.#together(this.#bySite.values());
    return this.#whole;
  }

  /** All of it that is of one mode; nothing when there is no task in it. */
  of(mode: Mode): Draft {
    if (!this.hasTasks(mode)) return nothing;
    const sites = new Set([...this.#tasksIn[mode], ...this.#waitingIn[mode]]);
    return this.#together([...sites].flatMap(site => this.#bySite.get(site) ?? []));
  }

  hasTasks(mode: Mode): boolean {
    return this.#tasksIn[mode].size > 0;
  }

  /** Whether a leaf is still to be done, or waits. */
  has(leaf: string): boolean {
    const { expectation, instance } = ownerOfLeaf(leaf);
    const draft = this.#bySite.get(siteOf(expectation, instance));
    return (
      draft !== undefined &&
      [...draft.tasks, ...draft.waiting].some(each => leafName(each.expectation, each.instance, each.path) === leaf)
    );
  }

  /** True when it comes to something else than before. */
  #draw(site: Site, pauses: readonly Pause[], now: Instant): boolean {
    const before = this.#bySite.get(site);
    const unmet = this.#unmetAt(site);
    const draft = unmet.length === 0 ? undefined : plan(this.#situation(unmet, pauses, now));
    const ends = (draft?.waiting ?? []).flatMap(({ until }) => until ?? []);
    this.#putOff.set(site, ends.length === 0 ? undefined : Math.min(...ends));
    if (draft === before || (draft && before && sameJson(asJson(draft), asJson(before)))) return false;
    for (const mode of modes) {
      this.#tasksIn[mode].delete(site);
      this.#waitingIn[mode].delete(site);
    }
    if (draft) this.#bySite.set(site, draft);
    else this.#bySite.delete(site);
    for (const { mode } of draft?.tasks ?? []) this.#tasksIn[mode].add(site);
    for (const { mode } of draft?.waiting ?? []) this.#waitingIn[mode].add(site);
    return true;
  }

  /** With each instance as it is now; what has gone or was withdrawn since it was judged will be judged again. */
  #unmetAt(site: Site): readonly Unmet[] {
    const { store, unmet } = this.#parts;
    let instance: Instance | undefined;
    const found: Unmet[] = [];
    for (const { expectation, instance: id, residual, leaves, mode } of unmet.at(site)) {
      if (store.expectation(expectation.id)?.seq !== expectation.seq) continue;
      if (id !== undefined) instance ??= store.instance(id);
      if (id === undefined || instance) found.push({ expectation, instance, residual, leaves, mode });
    }
    return found;
  }

  #situation(unmet: readonly Unmet[], pauses: readonly Pause[], now: Instant): Situation {
    const { store, judge, offers } = this.#parts;
    return {
      now,
      unmet,
      offers,
      context: judge.context(now),
      standing: id =>
        store
          .verdicts({ instance: id })
          .filter(each => each.verdict !== 'inapplicable')
          .flatMap(each => store.expectation(each.expectation) ?? [])
          .filter(each => each.for.peer === undefined),
      held: (leaf, { expectation, instance }) => {
        const paused = whyPaused(pauses, expectation.id, instance);
        if (paused !== undefined) return { because: paused };
        const backoff = this.#backoffs.get(leaf);
        if (!backoff || backoff.until <= now) return undefined;
        return { because: `tried ${backoff.attempts} times, last: ${backoff.because}`, until: backoff.until };
      },
    };
  }

  /** Where something has been put off, or may be tried again. */
  #touchPutOff(all: readonly Backoff[], now: Instant): void {
    const { unmet } = this.#parts;
    const before = this.#backoffs;
    this.#backoffs = new Map(all.map(each => [each.leaf, each]));
    const touch = (leaf: string): void => {
      const { expectation, instance } = ownerOfLeaf(leaf);
      unmet.touch(siteOf(expectation, instance));
    };
    for (const [leaf, { until }] of this.#backoffs) if (before.get(leaf)?.until !== until) touch(leaf);
    for (const leaf of before.keys()) if (!this.#backoffs.has(leaf)) touch(leaf);
    for (const site of this.#putOff.take(now)) unmet.touch(site);
  }

  /** In the order in which one plan for all would have them. */
  #together(drafts: Iterable<Draft>): Draft {
    const known = new Map<ExpectationId, Expectation | undefined>();
    const of = (id: ExpectationId): Expectation | undefined => {
      if (!known.has(id)) known.set(id, this.#parts.store.expectation(id));
      return known.get(id);
    };
    const standing = (
      a: { readonly expectation: ExpectationId },
      b: { readonly expectation: ExpectationId },
    ): number => {
      const [one, other] = [of(a.expectation), of(b.expectation)];
      return one && other ? byStanding(one, other) : 0;
    };
    const all = [...drafts];
    return {
      tasks: all
        .flatMap(({ tasks }) => tasks)
        .sort((a, b) => a.step.order - b.step.order || (a.expectation === b.expectation ? 0 : standing(a, b))),
      waiting: all
        .flatMap(({ waiting }) => waiting)
        .sort((a, b) => (a.expectation === b.expectation ? 0 : standing(a, b))),
      readSet: all.flatMap(({ readSet }) => readSet),
    };
  }
}
