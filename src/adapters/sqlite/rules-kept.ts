/** The rules, in memory once they have been asked for: they are few, and held against every leaf. */
import type { Rule } from '../../core/rule.ts';

export class RulesKept {
  /** In order of creation; the very same list while none of them moves. */
  #all: readonly Rule[] | undefined;

  all(read: () => readonly Rule[]): readonly Rule[] {
    this.#all ??= read();
    return this.#all;
  }

  /** One of them was written or taken away, or what was written is taken back. */
  forget(): void {
    this.#all = undefined;
  }
}
