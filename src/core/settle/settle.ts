/** How the record of a leaf moves with what comes of it. Pure: time and chance are handed in. */
import { backoffMs } from '../backoff.ts';
import type { Instant } from '../ids.ts';
import type { Json } from '../json.ts';
import { type Attempt, type LeafRecord, type Reversal, type Stalled, TRIES_KEPT } from './leaf-record.ts';
import type { Settling } from './settings.ts';

export interface Moment {
  readonly now: Instant;
  /** 0 up to 1. */
  readonly chance: number;
  readonly settling: Settling;
}

const PERSON = 'a change of what is expected, or a person who resumes it, sets it going again';

/** It was tried, and did not come to what was wanted. */
export function afterFailure(
  leaf: string,
  before: LeafRecord | undefined,
  { what, came, inVain }: { readonly what: string; readonly came: string; readonly inVain: boolean },
  { now, chance, settling }: Moment,
): LeafRecord {
  const attempts = (before?.attempts ?? 0) + 1;
  const attempt: Attempt = { at: now, what, came };
  const moved: LeafRecord = {
    ...(before ?? {}),
    leaf,
    attempts,
    until: now + backoffMs(attempts, chance),
    because: came,
    tried: [...(before?.tried ?? []), attempt].slice(-TRIES_KEPT),
  };
  if (attempts < settling.stallAfter) return moved;
  return stalled(moved, {
    since: now,
    reason: inVain ? 'inVain' : 'failing',
    because: `tried ${attempts} times, last: ${came}`,
    unblocks: `${PERSON}, and so does a change of what stands there`,
  });
}

/** Somebody else has set back what was done for it. */
export function afterReversal(
  leaf: string,
  before: LeafRecord | undefined,
  reversal: Reversal,
  { now, chance, settling }: Moment,
): LeafRecord {
  const reversals = [...(before?.reversals ?? []), reversal].slice(-TRIES_KEPT);
  const because = reversalText(reversal);
  const attempts = before?.attempts ?? 0;
  const moved: LeafRecord = {
    ...(before ?? {}),
    leaf,
    attempts,
    until: Math.max(before?.until ?? 0, now + backoffMs(reversals.length, chance)),
    because,
    reversals,
  };
  if (reversals.length < settling.reversals) return moved;
  const who = reversal.by ?? 'somebody else';
  return stalled(moved, {
    since: now,
    reason: 'reversed',
    because: `${who} has set it back ${reversals.length} times: ${because}`,
    unblocks: `settle with ${who} who has the say; ${PERSON}`,
  });
}

/** It was met, and is unmet again, though nobody has changed what is expected. */
export function afterFlap(
  leaf: string,
  before: LeafRecord | undefined,
  { now, settling }: Omit<Moment, 'chance'>,
): LeafRecord {
  const flaps = [...(before?.flaps ?? []), now].filter(at => now - at < settling.flapWindowMs);
  const moved: LeafRecord = {
    attempts: 0,
    until: now,
    because: 'it has fallen back',
    ...(before ?? {}),
    leaf,
    flaps,
  };
  if (flaps.length <= settling.flaps) return moved;
  const coolOffs = (before?.coolOffs ?? 0) + 1;
  const coolOff = Math.min(settling.coolOffMs * 2 ** (coolOffs - 1), settling.coolOffLongestMs);
  const because = `it flaps: it has fallen back ${flaps.length} times within ${seconds(settling.flapWindowMs)}`;
  const cooled: LeafRecord = { ...moved, coolOffs, until: now + coolOff, because, flaps: [] };
  if (coolOffs < settling.coolOffs) return cooled;
  return stalled(cooled, {
    since: now,
    reason: 'flapping',
    because: `${because}, and was left alone ${coolOffs} times`,
    unblocks: PERSON,
  });
}

/** Whether it has been met for long enough that nothing needs to be remembered of it. */
export function isAtRest(record: LeafRecord, metSince: Instant, { now, settling }: Omit<Moment, 'chance'>): boolean {
  return now >= record.until && now - metSince >= settling.holdUpMs;
}

/** When a leaf may be acted on, and why not before; undefined: now. */
export function whyHeld(
  record: LeafRecord | undefined,
  unmetSince: Instant,
  { now, settling }: Omit<Moment, 'chance'>,
): { readonly because: string; readonly until?: Instant } | undefined {
  if (record?.stalled) return { because: `stalled: ${record.stalled.because}; ${record.stalled.unblocks}` };
  if (record && record.until > now) {
    const times = record.attempts === 0 ? '' : `tried ${record.attempts} times, last: `;
    return { because: `${times}${record.because}`, until: record.until };
  }
  const heldUntil = unmetSince + settling.holdDownMs;
  if (heldUntil <= now) return undefined;
  return { because: `it must be unmet for ${seconds(settling.holdDownMs)} before anything is done`, until: heldUntil };
}

/** A number on its way to the one that is wanted, no farther than may be gone at once. */
export function limited(actual: Json | undefined, wanted: Json | undefined, { gain }: Settling): Json | undefined {
  if (gain === undefined || typeof actual !== 'number' || typeof wanted !== 'number') return wanted;
  if (Math.abs(wanted - actual) <= gain) return wanted;
  return actual + Math.sign(wanted - actual) * gain;
}

/** Whether a number is off by so little that it is left as it is. */
export function isWithinBand(actual: Json | undefined, wanted: Json | undefined, { band }: Settling): boolean {
  return band > 0 && typeof actual === 'number' && typeof wanted === 'number' && Math.abs(wanted - actual) <= band;
}

function stalled(record: LeafRecord, how: Stalled): LeafRecord {
  return record.stalled ? record : { ...record, stalled: how };
}

function reversalText({ from, to }: Reversal): string {
  return `it was set to ${text(from)} and is ${text(to)}`;
}

function text(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
