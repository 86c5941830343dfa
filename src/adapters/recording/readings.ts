/** Numbers that were read one after the other, given back one after the other. */
export class Readings {
  /** The last that was given. */
  last = 0;
  #left: readonly number[] = [];
  #given = 0;

  take(left: readonly number[] = []): void {
    this.#left = left;
    this.#given = 0;
  }

  /** As they were written: the first as it was, each further one as its distance from the one before. */
  takeDistances(distances: readonly number[] = []): void {
    let sum = 0;
    this.take(
      distances.map(each => {
        sum += each;
        return sum;
      }),
    );
  }

  /** Undefined when there is none left. */
  next(): number | undefined {
    const next = this.#left[this.#given];
    if (next === undefined) return undefined;
    this.#given++;
    this.last = next;
    return next;
  }

  get over(): number {
    return this.#left.length - this.#given;
  }
}
