/** Time, as something that is handed in: a test advances it instead of waiting. */
import type { Instant } from '../core/ids.ts';

export interface Clock {
  now(): Instant;
  /** Goes on evenly, also while the time of the day is set and the machine sleeps; only differences mean something. */
  monotonic(): number;
  /** Calls once after `ms`; the returned function calls it off. Never keeps the process alive by itself. */
  after(ms: number, call: () => void): () => void;
}
