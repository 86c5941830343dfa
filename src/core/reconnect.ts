/** How long to wait before a connection that failed is tried again. */

const FIRST_MS = 500;
/** For as long as an outage is likely to be short: whoever has come back is met again within it. */
const SOON_MS = 4_000;
/** About two minutes. */
const SOON_TRIES = 60;
const LONGEST_MS = 30_000;

/** The whole wait is left to chance (0 up to 1), so that many who lost one broker do not return as one. */
export function reconnectMs(failures: number, chance: number): number {
  const longest = failures < SOON_TRIES ? Math.min(SOON_MS, FIRST_MS * 2 ** failures) : LONGEST_MS;
  return Math.round(longest * chance);
}
