/** How long to wait after a driver could not see: soon, then patiently. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** After so many failures in a row, of which there was at least one. */
export function retryAfterMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}
