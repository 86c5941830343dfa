/** Turns as they come: nothing is written down, and long work goes on as long as others can wait. */
import { setImmediate } from 'node:timers/promises';
import type { Portions, Turns } from '../ports/turns.ts';

/** A quarter of the longest that the event loop may be held up: writing down what came of it is not counted. */
const PORTION_MS = 5;
/** To look at the clock at each step would cost more than some steps do. */
const STEPS_PER_LOOK = 8;

class TimedPortions implements Portions {
  #began = performance.now();
  #steps = 0;

  step(): boolean {
    return ++this.#steps % STEPS_PER_LOOK === 0 && performance.now() - this.#began >= PORTION_MS;
  }

  async breathe(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
    this.#steps = 0;
  }
}

export const freeTurns: Turns = {
  begin: () => Promise.resolve(),
  come: () => Promise.resolve(),
  told: (_, heed) => heed(),
  apart: answer => answer,
  portions: () => new TimedPortions(),
};
