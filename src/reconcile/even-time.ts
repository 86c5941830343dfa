/** A time that goes on evenly from the time of the day at which it began, whatever is done to the clock meanwhile. */
import type { Instant } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';

export class EvenTime {
  readonly #clock: Clock;
  #began: { readonly at: Instant; readonly ahead: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It begins with the first call. */
  now(): Instant {
    const { ahead } = this.#begin();
    return Math.round(ahead + this.#clock.monotonic());
  }

  startedAt(): Instant {
    return this.#begin().at;
  }

  /** By how much the time of the day has been set since. */
  shift(): number {
    const now = this.now();
    return this.#clock.now() - now;
  }

  #begin() {
    this.#began ??= { at: this.#clock.now(), ahead: this.#clock.now() - this.#clock.monotonic() };
    return this.#began;
  }
}
