/** Long work in portions, so that whoever asks the agent something meanwhile is answered. */
import { setImmediate } from 'node:timers/promises';

/** A quarter of the longest that the event loop may be held up: writing down what came of it is not counted. */
const PORTION_MS = 5;
/** To look at the clock at each step would cost more than some steps do. */
const STEPS_PER_LOOK = 8;

export class Portions {
  #began = performance.now();
  #steps = 0;
  /** How many have ended. */
  ended = 0;

  /** Counts a step; true when the portion has lasted long enough. */
  step(): boolean {
    return ++this.#steps % STEPS_PER_LOOK === 0 && performance.now() - this.#began >= PORTION_MS;
  }

  /** Lets everything else have its turn; afterwards what was read before may be another. */
  async breathe(): Promise<void> {
    await setImmediate();
    this.ended++;
    this.#began = performance.now();
    this.#steps = 0;
  }
}
