/** How long to wait before a leaf that was tried in vain is tried again. */

const FIRST_MS = 1_000;
/** Short enough that an operator who has mended the cause does not wait for us. */
export const LONGEST_BACKOFF_MS = 5 * 60_000;

/** `chance` is 0 up to 1: a quarter of the wait is jitter, so that elements which failed together do not return together. */
export function backoffMs(attempts: number, chance: number): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_BACKOFF_MS);
  return Math.round(whole * (0.75 + chance * 0.25));
}
