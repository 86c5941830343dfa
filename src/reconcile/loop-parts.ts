/** What the loop is made of, and the figures it keeps. */
import type { Mode } from '../core/expectation.ts';
import type { Instant } from '../core/ids.ts';
import type { Kinds } from '../core/kind.ts';
import { reaches } from '../core/moves.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { FailSafe } from '../ports/fail-safe.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Turns } from '../ports/turns.ts';
import type { JudgeParts } from './judge.ts';

export interface LoopParts {
  readonly store: Store;
  readonly drivers: readonly Driver[];
  readonly kinds: Kinds;
  readonly keyed: KeyedArrays;
  /** What expectations speak of where that is more than what is kept. */
  readonly asShown?: JudgeParts['asShown'];
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly chance: () => number;
  readonly profileMode: Mode;
  /** The longest a driver goes without looking. */
  readonly lookEveryMs: number;
  /** How long a driver may take to answer; half a minute when nobody says. */
  readonly driverTimeoutMs?: number;
  /** How old an observation may be when an expectation does not say. */
  readonly freshnessMs: number;
  /** How long a plan may wait; an hour when nobody says. */
  readonly planExpiryMs?: number;
  /** When it goes on; as it comes where nobody says. */
  readonly turns?: Turns;
  /** What takes back what was not confirmed where no agent is left; none when nobody brings one. */
  readonly failSafe?: FailSafe;
  /** How long a confirmation may take; a minute when nobody says. */
  readonly confirmWithinMs?: number;
}

export const CONFIRM_WITHIN_MS = 60_000;

export interface LoopCounts {
  passes: number;
  tasksDone: number;
  tasksFailed: number;
  /** Tasks that did otherwise than was foreseen. */
  wrongPredictions: number;
  plansRefused: number;
  lastPassAt: Instant | undefined;
  lastPassMs: number;
}

export function newCounts(): LoopCounts {
  return {
    passes: 0,
    tasksDone: 0,
    tasksFailed: 0,
    wrongPredictions: 0,
    plansRefused: 0,
    lastPassAt: undefined,
    lastPassMs: 0,
  };
}

/** Whether some driver can set what stands at a path of a kind. */
export function canSet(drivers: readonly Driver[], kind: string, path: Path): boolean {
  return drivers.some(({ abilities }) =>
    abilities.some(each => each.kind === kind && (each.path === '' ? path === '' : reaches(each.path, path))),
  );
}
