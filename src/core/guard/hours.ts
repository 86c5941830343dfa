/** When something may be written at all: freezes, and maintenance windows. */

import type { Instant } from '../ids.ts';
import { asJson, canonical } from '../json.ts';
import type { RuleOf } from '../rule.ts';
import type { Hold } from './budget.ts';
import { isOfProfile, matches, type RuleBook, type Subject } from './rule-book.ts';
import { windowAt } from './window.ts';

/** Remembers until when each window stays as it is, for a calendar is dear to ask. */
export class Hours {
  readonly #book: RuleBook;
  readonly #windows = new Map<string, { readonly open: boolean; readonly from: Instant; readonly to: Instant }>();

  constructor(book: RuleBook) {
    this.#book = book;
  }

  /** Why nothing may be written there now; undefined when it may. */
  hold(subject: Subject, now: Instant): Hold | undefined {
    const freeze = this.#freezes(now).find(rule => matches(rule.for, subject, 'touching'));
    if (freeze) {
      const why = freeze.why === undefined ? '' : `: ${freeze.why}`;
      return { on: 'freeze', because: `frozen by ${freeze.principal}${why}`, ...untilOf(freeze.until) };
    }
    const window = this.#book.firstOf('window', subject, now, () => true);
    if (!window) return undefined;
    const { open, to } = this.#windowOf(window, now);
    if (open) return undefined;
    return {
      on: 'window',
      because: `outside of its maintenance window (rule ${window.id})`,
      ...(Number.isFinite(to) ? { until: to } : {}),
    };
  }

  /** Another text whenever something may be, or not be, written that was otherwise before. */
  signature(now: Instant): string {
    const open = this.#book.standing('window', now).map(rule => `${rule.id}=${this.#windowOf(rule, now).open}`);
    return [...this.#freezes(now).map(({ id }) => id), ...open].join(' ');
  }

  /** The next moment at which a freeze begins or a window opens or closes; infinite when none is ahead. */
  nextTurn(now: Instant): Instant {
    const begins = this.#book
      .standing('freeze', now)
      .flatMap(({ from }) => (from !== undefined && from > now ? from : []));
    const turns = this.#book.standing('window', now).map(rule => this.#windowOf(rule, now).to);
    return Math.min(Number.POSITIVE_INFINITY, ...begins, ...turns);
  }

  #freezes(now: Instant): readonly RuleOf<'freeze'>[] {
    return this.#book.standing('freeze', now).filter(({ from }) => from === undefined || from <= now);
  }

  /** Windows of one author that are for the same are one: it is open when any of them is. */
  #windowOf(rule: RuleOf<'window'>, now: Instant) {
    const all = this.#book.standing('window', now).filter(each => groupOf(each) === groupOf(rule));
    const key = all.map(({ id, seq }) => `${id}@${seq}`).join(' ');
    const known = this.#windows.get(key);
    // The clock may have been set back.
    if (known && now >= known.from && now < known.to) return known;
    const { open, turns } = windowAt(all, now);
    const found = { open, from: now, to: turns ?? Number.POSITIVE_INFINITY };
    this.#windows.set(key, found);
    return found;
  }
}

function groupOf(rule: RuleOf<'window'>): string {
  return `${isOfProfile(rule)} ${canonical(asJson(rule.for ?? {}))}`;
}

function untilOf(until: Instant | undefined): { readonly until?: Instant } {
  return until === undefined ? {} : { until };
}
