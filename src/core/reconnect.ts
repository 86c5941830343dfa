/** How long to wait before a connection that failed is tried again. */

const FIRST_MS = 500;
/** A peer that has come back is met again within this. */
const LONGEST_MS = 30_000;

/** The whole wait is left to chance (0 up to 1), so that many who lost one broker do not return as one. */
export function reconnectMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(longest * chance);
}
