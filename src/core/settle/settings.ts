/** How patiently a leaf is brought to rest. A rule of sort `settle` says otherwise for some of them. */
import { LONGEST_BACKOFF_MS } from '../backoff.ts';
import { durationMs } from '../duration.ts';
import type { RuleBody } from '../rule.ts';
import type { LeafRecord } from './leaf-record.ts';

export interface Settling {
  /** So long must a leaf have been unmet before anything is done about it. */
  readonly holdDownMs: number;
  /** So long must it have been at rest before what went wrong with it is forgotten. */
  readonly holdUpMs: number;
  /** After so many tries in vain it is stalled: nothing is tried until what would unblock it has happened. 0: never. */
  readonly stallAfter: number;
  /** So often may it fall back within `flapWindowMs` before it is left alone for a while. */
  readonly flaps: number;
  readonly flapWindowMs: number;
  /** How long it is left alone then; twice as long each time that follows. */
  readonly coolOffMs: number;
  readonly coolOffLongestMs: number;
  /** After so many times of being left alone it is stalled. */
  readonly coolOffs: number;
  /** So often may somebody else set back what was done, within `reversalWindowMs`, before it is stalled. */
  readonly reversals: number;
  readonly reversalWindowMs: number;
  /** A number that is off by no more than this is told and not acted on. */
  readonly band: number;
  /** A number is moved by no more than this at a time, and then left for `gainWindowMs`. */
  readonly gain?: number;
  readonly gainWindowMs: number;
}

export const defaultSettling: Settling = {
  holdDownMs: 0,
  holdUpMs: 60_000,
  // By then a quarter of an hour has passed.
  stallAfter: 12,
  flaps: 3,
  flapWindowMs: 10 * 60_000,
  coolOffMs: 60_000,
  coolOffLongestMs: 60 * 60_000,
  coolOffs: 6,
  reversals: 2,
  reversalWindowMs: 60 * 60_000,
  band: 0,
  gainWindowMs: 60_000,
};

type SettleRule = Extract<RuleBody, { sort: 'settle' }>;

/** What a rule says, and for the rest the defaults. */
export function settlingOf(rule: SettleRule | undefined): Settling {
  if (!rule) return defaultSettling;
  const { holdDown, holdUp, attempts, flaps, flapWindow, coolOff, reversals, hysteresis, gain, gainWindow } = rule;
  const ms = (text: string | undefined, otherwise: number): number =>
    (text === undefined ? undefined : durationMs(text)) ?? otherwise;
  const or = defaultSettling;
  const coolOffMs = ms(coolOff, or.coolOffMs);
  return {
    holdDownMs: ms(holdDown, or.holdDownMs),
    holdUpMs: ms(holdUp, or.holdUpMs),
    stallAfter: attempts ?? or.stallAfter,
    flaps: flaps ?? or.flaps,
    flapWindowMs: ms(flapWindow, or.flapWindowMs),
    coolOffMs,
    coolOffLongestMs: Math.max(or.coolOffLongestMs, coolOffMs),
    coolOffs: or.coolOffs,
    reversals: reversals ?? or.reversals,
    reversalWindowMs: or.reversalWindowMs,
    band: hysteresis ?? or.band,
    ...(gain === undefined ? {} : { gain }),
    gainWindowMs: ms(gainWindow, or.gainWindowMs),
  };
}

/** How long it is left alone the nth time. */
export function coolOffOf(nth: number, { coolOffMs, coolOffLongestMs }: Settling): number {
  return Math.min(coolOffMs * 2 ** Math.min(nth - 1, 30), coolOffLongestMs);
}

/** A leaf of which this happened waits no longer than this for time alone, whatever is done to the clock. */
export function longestWaitMs(
  { attempts, coolOffs = 0 }: Pick<LeafRecord, 'attempts' | 'coolOffs'>,
  settling: Settling,
): number {
  return Math.max(
    settling.gainWindowMs,
    attempts > 0 ? LONGEST_BACKOFF_MS : 0,
    coolOffs > 0 ? coolOffOf(coolOffs, settling) : 0,
  );
}
