/** A short list of records, in memory once it has been asked for: rules are held against every leaf, leaves in every pass. */
export class KeptList<T> {
  /** In order of creation; the very same list while none of them moves. */
  #all: readonly T[] | undefined;

  all(read: () => readonly T[]): readonly T[] {
    this.#all ??= read();
    return this.#all;
  }

  /** One of them was written or taken away, or what was written is taken back. */
  forget(): void {
    this.#all = undefined;
  }
}
