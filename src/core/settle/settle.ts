/** How the record of a leaf moves with what comes of it. Pure: time and chance are handed in. */
import { backoffMs } from '../backoff.ts';
import type { Instant } from '../ids.ts';
import type { WaitsOn } from '../waits-on.ts';
import { type Attempt, type Deed, type LeafRecord, type Reversal, type Stalled, TRIES_KEPT } from './leaf-record.ts';
import { coolOffOf, type Settling } from './settings.ts';
import { seconds, times, valueText } from './words.ts';

export interface Moment {
  /** Of a time that goes on evenly. */
  readonly now: Instant;
  /** 0 up to 1. */
  readonly chance: number;
  readonly settling: Settling;
}

/** `refused`: it was not done; `unanswered`: nobody knows; `inVain`: it was done, and is outstanding all the same. */
export type Failure = 'refused' | 'unanswered' | 'inVain';

const PERSON = 'a change of what is expected, or a person who resumes it, sets it going again';

/** It was tried, and did not come to what was wanted. */
export function afterFailure(
  leaf: string,
  before: LeafRecord | undefined,
  { what, came, failure }: { readonly what: string; readonly came: string; readonly failure: Failure },
  { now, chance, settling }: Moment,
): LeafRecord {
  const attempts = (before?.attempts ?? 0) + 1;
  const unanswered = (before?.unanswered ?? 0) + (failure === 'unanswered' ? 1 : 0);
  const { did: _, ...rest } = before ?? nothing(leaf);
  const moved: LeafRecord = {
    ...rest,
    attempts,
    ...(unanswered === 0 ? {} : { unanswered }),
    until: now + backoffMs(attempts, chance),
    because: `tried ${times(attempts)}, last: ${came}`,
    tried: withTry(before, { at: now, what, came }),
  };
  if (failure === 'unanswered' || settling.stallAfter === 0 || attempts - unanswered < settling.stallAfter) {
    return moved;
  }
  return stall(moved, {
    since: now,
    reason: failure === 'inVain' ? 'inVain' : 'failing',
    because: `tried ${times(attempts)}, last: ${came}`,
    unblocks: `${PERSON}; so does the element, when it is as expected for ${seconds(settling.holdUpMs)}`,
  });
}

/** It was done, and met. */
export function afterDeed(
  leaf: string,
  before: LeafRecord | undefined,
  deed: Deed,
  otherwise?: { readonly what: string; readonly came: string },
): LeafRecord {
  return {
    ...(before ?? nothing(leaf)),
    did: deed,
    ...(otherwise ? { tried: withTry(before, { at: deed.at, ...otherwise }) } : {}),
  };
}

/** A number was moved as far as it may be at once. */
export function afterStep(
  leaf: string,
  before: LeafRecord | undefined,
  because: string,
  { now, settling }: Omit<Moment, 'chance'>,
): LeafRecord {
  return { ...(before ?? nothing(leaf)), until: now + settling.gainWindowMs, because };
}

/** Somebody else has set back what was done for it. */
export function afterReversal(
  leaf: string,
  before: LeafRecord | undefined,
  reversal: Reversal,
  { now, chance, settling }: Moment,
): LeafRecord {
  const { did: _, ...rest } = before ?? nothing(leaf);
  const recent = (before?.reversals ?? []).filter(({ at }) => now - at < settling.reversalWindowMs);
  const reversals = [...recent, reversal].slice(-Math.max(TRIES_KEPT, settling.reversals));
  const who = reversal.by ?? 'somebody else';
  const because = `${who} has set it back: it was set to ${valueText(reversal.from)} and is ${valueText(reversal.to)}`;
  const moved: LeafRecord = {
    ...rest,
    // Once may have been a slip; who does it again is not raced.
    until: Math.max(rest.until, reversals.length > 1 ? now + backoffMs(reversals.length, chance) : 0),
    because,
    reversals,
  };
  if (reversals.length < settling.reversals) return moved;
  return stall(moved, {
    since: now,
    reason: 'reversed',
    because: `${because}, ${times(reversals.length)} within ${seconds(settling.reversalWindowMs)}`,
    unblocks: `settle with ${who} who has the say; ${PERSON}; so does a rest as expected for ${restText(settling)}`,
  });
}

/** It was met by what was done for it, and is unmet again, though nobody else has set that back. */
export function afterFlap(
  leaf: string,
  before: LeafRecord | undefined,
  by: string | undefined,
  { now, settling }: Omit<Moment, 'chance'>,
): LeafRecord {
  const { did: _, ...rest } = before ?? nothing(leaf);
  const flaps = [...(before?.flaps ?? []), now].filter(at => now - at < settling.flapWindowMs);
  const moved: LeafRecord = { ...rest, flaps };
  if (flaps.length <= settling.flaps) return moved;
  const coolOffs = (before?.coolOffs ?? 0) + 1;
  const through = by === undefined ? '' : `, lately through ${by}`;
  const because = `it flaps: it has fallen back ${times(flaps.length)} within ${seconds(settling.flapWindowMs)}${through}`;
  // What was counted is paid for; the next time it is left alone longer.
  const cooled: LeafRecord = {
    ...moved,
    coolOffs,
    until: Math.max(rest.until, now + coolOffOf(coolOffs, settling)),
    because,
    flaps: [],
  };
  if (coolOffs < settling.coolOffs) return cooled;
  return stall(cooled, {
    since: now,
    reason: 'flapping',
    because: `${because}, and was left alone ${times(coolOffs)}`,
    unblocks: `${PERSON}; so does a rest as expected for ${restText(settling)}`,
  });
}

/** Why a leaf must not be acted on. */
export interface HeldLeaf {
  readonly on: WaitsOn;
  readonly because: string;
  readonly until?: Instant;
}

/** When a leaf may be acted on, and why not before; undefined: now. */
export function whyHeld(
  record: LeafRecord | undefined,
  unmetSince: Instant,
  { now, settling }: Omit<Moment, 'chance'>,
): HeldLeaf | undefined {
  if (record?.stalled) {
    const on = record.delegated?.expectation === undefined ? 'stalled' : 'peer';
    return { on, because: stalledWords(record.stalled, record) };
  }
  if (record && record.until > now) {
    const on = record.attempts > 0 || record.coolOffs !== undefined ? 'backoff' : 'hold';
    return { on, because: record.because, until: record.until };
  }
  const heldUntil = unmetSince + settling.holdDownMs;
  if (heldUntil <= now) return undefined;
  const because = `it must be unmet for ${seconds(settling.holdDownMs)} before anything is done`;
  return { on: 'hold', because, until: heldUntil };
}

/** Why nothing is tried any more, what would change that, and to whom it was handed meanwhile. */
export function stalledWords(
  { because, unblocks }: Stalled,
  { delegated }: Pick<LeafRecord, 'delegated'> = {},
): string {
  const said = `stalled: ${because}; ${unblocks}`;
  if (!delegated) return said;
  const { peer, came } = delegated;
  return came === undefined ? `${said}; it was handed to ${peer}` : `${said}; it had been handed to ${peer}: ${came}`;
}

/** Nothing has happened to it yet. */
export function nothing(leaf: string): LeafRecord {
  return { leaf, attempts: 0, until: 0, because: '' };
}

function restText({ holdUpMs, flapWindowMs }: Settling): string {
  return seconds(holdUpMs + flapWindowMs);
}

function stall(record: LeafRecord, how: Stalled): LeafRecord {
  return record.stalled ? record : { ...record, stalled: how };
}

function withTry(before: LeafRecord | undefined, attempt: Attempt): readonly Attempt[] {
  return [...(before?.tried ?? []), attempt].slice(-TRIES_KEPT);
}
