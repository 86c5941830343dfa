/** Figures of how well the loop does. */
import type { Instant } from './ids.ts';

/** In seconds; from the next pass to a person who comes the next day. */
export const TIME_BOUNDS = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400] as const;
export const STEP_BOUNDS = [0, 1, 2, 5, 10, 20] as const;

/** How many of what was measured came to no more than each bound. */
export interface Measured {
  readonly bounds: readonly number[];
  readonly within: readonly number[];
  readonly count: number;
  readonly sum: number;
}

export const endings = ['done', 'failed', 'refused', 'undone', 'discarded'] as const;
export type Ending = (typeof endings)[number];

export interface TallyFigures {
  /** From when on it is counted. */
  readonly since: Instant;
  /** From unmet to met, in seconds. */
  readonly toCompliance: Measured;
  /** Tasks on that way. */
  readonly steps: Measured;
  /** Plans made for something of which there had been one before, since it was met. */
  readonly replans: number;
  readonly plans: Readonly<Record<Ending, number>>;
  readonly tasksUndone: number;
  /** Tasks that came as foreseen, and otherwise. */
  readonly predictions: { readonly right: number; readonly wrong: number };
  /** How often a leaf came to a standstill, by why. */
  readonly stalled: Readonly<Record<string, number>>;
}

/** More of them wrong than this is worth a look at the driver, once there are enough to tell. */
const WRONG_AT_MOST = 0.05;
const ENOUGH_TO_TELL = 20;

/** Whether what is foretold is to be trusted: a dry run is worth as much. */
export function isAlarming({ right, wrong }: TallyFigures['predictions']): boolean {
  return right + wrong >= ENOUGH_TO_TELL && wrong / (right + wrong) > WRONG_AT_MOST;
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #within: number[];
  #count = 0;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#within = bounds.map(() => 0);
  }

  add(value: number): void {
    this.#bounds.forEach((bound, i) => {
      if (value <= bound) this.#within[i] = (this.#within[i] ?? 0) + 1;
    });
    this.#count++;
    this.#sum += value;
  }

  measured(): Measured {
    return { bounds: this.#bounds, within: [...this.#within], count: this.#count, sum: this.#sum };
  }
}
