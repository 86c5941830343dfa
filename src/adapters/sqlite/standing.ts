/** The expectations that stand, in memory once they have been asked for: a pass needs all of them, and they seldom move. */
import type { Expectation } from '../../core/expectation.ts';
import type { ExpectationId } from '../../core/ids.ts';

export class Standing {
  /** In order of creation; undefined until they are asked for. */
  #byId: Map<ExpectationId, Expectation> | undefined;
  #all: readonly Expectation[] | undefined;

  /** All of them; `read` is asked when they are not known. */
  all(read: () => readonly Expectation[]): readonly Expectation[] {
    this.#byId ??= new Map(read().map(each => [each.id, each]));
    this.#all ??= [...this.#byId.values()];
    return this.#all;
  }

  /** One of them; `read` is asked when they are not known. */
  one(id: ExpectationId, read: () => Expectation | undefined): Expectation | undefined {
    return this.#byId ? this.#byId.get(id) : read();
  }

  put(expectation: Expectation): void {
    if (this.#byId?.get(expectation.id)?.seq === expectation.seq) return;
    this.#byId?.set(expectation.id, expectation);
    this.#all = undefined;
  }

  remove(id: ExpectationId): void {
    if (this.#byId?.delete(id)) this.#all = undefined;
  }

  /** What was written is taken back. */
  forget(): void {
    this.#byId = undefined;
    this.#all = undefined;
  }
}
