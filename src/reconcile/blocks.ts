/** How often something that could be done was held back, by what: once for each time that it began to wait. */
import { type GuardName, guards, type WaitsOn } from '../core/waits-on.ts';

export class Blocks {
  readonly counts: Record<GuardName, number> = {
    approval: 0,
    confirmation: 0,
    pause: 0,
    outOfBand: 0,
    freeze: 0,
    window: 0,
    budget: 0,
    halfMade: 0,
  };
  /** What holds back each leaf now. */
  readonly #holding = new Map<string, GuardName>();

  /** It waits for that, or for something that is no guard. */
  stopped(leaf: string, on: WaitsOn | undefined): void {
    const guard = guards.find(each => each === on);
    if (guard === undefined) {
      this.#holding.delete(leaf);
      return;
    }
    if (this.#holding.get(leaf) === guard) return;
    this.#holding.set(leaf, guard);
    this.counts[guard]++;
  }

  /** Nothing holds it back any more. */
  goes(leaf: string): void {
    this.#holding.delete(leaf);
  }
}
