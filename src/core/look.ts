/** Long looks: worked out bit by bit, so that whoever has other things to do can leave one and come back to it. */

/** Yields where it can be left; what it comes to is its end. */
export type Look<Result> = Generator<void, Result>;

/** Takes a look to its end without a pause. */
export function finish<Result>(look: Look<Result>): Result {
  for (;;) {
    const { done, value } = look.next();
    if (done) return value;
  }
}
