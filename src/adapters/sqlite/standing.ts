/** The expectations that stand, in memory once they have been asked for: a pass needs all of them, and they seldom move. */
import { Alike } from '../../core/alike.ts';
import type { Expectation } from '../../core/expectation.ts';
import type { ExpectationId } from '../../core/ids.ts';

export class Standing {
  /** What many say alike is kept once. */
  readonly #alike = new Alike();
  /** In order of creation; undefined until they are asked for. */
  #byId: Map<ExpectationId, Expectation> | undefined;
  #all: readonly Expectation[] | undefined;

  /** All of them; `read` is asked when they are not known. */
  all(read: () => readonly Expectation[]): readonly Expectation[] {
    this.#byId ??= new Map(read().map(each => [each.id, this.#shared(each)]));
    this.#all ??= [...this.#byId.values()];
    return this.#all;
  }

  /** One of them; `read` is asked when they are not known. */
  one(id: ExpectationId, read: () => Expectation | undefined): Expectation | undefined {
    return this.#byId ? this.#byId.get(id) : read();
  }

  /** The record as it is kept. */
  put(expectation: Expectation): Expectation {
    if (!this.#byId) return expectation;
    const before = this.#byId.get(expectation.id);
    if (before?.seq === expectation.seq) return before;
    const kept = this.#shared(expectation);
    this.#byId.set(expectation.id, kept);
    this.#all = undefined;
    return kept;
  }

  remove(id: ExpectationId): void {
    if (this.#byId?.delete(id)) this.#all = undefined;
  }

  #shared(expectation: Expectation): Expectation {
    const expect = this.#alike.one(expectation.expect);
    return expect === expectation.expect ? expectation : { ...expectation, expect };
  }

  /** What was written is taken back. */
  forget(): void {
    this.#byId = undefined;
    this.#all = undefined;
  }
}
