/**
 * What was begun lately, as budgets look back at it. Inside one run it ages by the time that goes on evenly, so whoever
 * sets the clock frees nothing and stops nothing for years; over a restart by the times that were written down.
 */
import type { Instant } from '../core/ids.ts';
import { LONGEST_BUDGET_MS } from '../core/rule-form.ts';
import type { Clock } from '../ports/clock.ts';
import type { Begun, Store, Writer } from '../ports/store.ts';

/** A clock that is kept in step moves less; what is written down is not touched for that. */
const SET_BY_MS = 1_000;

export class Spent {
  readonly #store: Store;
  readonly #clock: Clock;
  /** How far the clock on the wall was ahead of the even one when what is written down was last brought in step. */
  #ahead: number;
  /** Undefined when it has to be read anew. */
  #written: readonly Begun[] | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#ahead = clock.now() - clock.monotonic();
  }

  /** All that budgets can look back at, each at its time by the clock as it is set now. */
  lately(now: Instant): readonly Begun[] {
    const by = this.#setBy(now);
    this.#written ??= this.#store.begun(now - by - LONGEST_BUDGET_MS);
    // By a clock that was set back before this run: it is no longer ago than now.
    return this.#written.map(each => ({ ...each, at: Math.min(each.at + by, now) }));
  }

  /** Writes down, in the commit in which something begins, that it has. */
  put(writer: Writer, begun: Omit<Begun, 'at'>, now: Instant): void {
    const at = now - this.#setBy(now);
    writer.forgetBegun(at - LONGEST_BUDGET_MS);
    writer.redateBegun(at);
    writer.putBegun({ ...begun, at });
    this.#written = undefined;
  }

  /** Whoever starts after this run reads the times by the clock as it is set now. */
  keepInStep(now: Instant): void {
    const by = this.#setBy(now);
    if (Math.abs(by) < SET_BY_MS) return;
    if (this.#store.begun(Number.NEGATIVE_INFINITY).length > 0) {
      const why = `the clock was set ${by > 0 ? 'forward' : 'back'}`;
      this.#store.transact({ principal: 'loop', kind: 'upkeep', why }, writer => writer.shiftBegun(by));
    }
    this.#ahead += by;
    this.#written = undefined;
  }

  /** By how much somebody has set the clock since. */
  #setBy(now: Instant): number {
    return Math.round(now - this.#clock.monotonic() - this.#ahead);
  }
}
