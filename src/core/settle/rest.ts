/** What is forgotten of a leaf while it is at rest, and how its times are moved with the clock. Pure. */
import type { Instant } from '../ids.ts';
import type { LeafRecord, Stalled } from './leaf-record.ts';
import { longestWaitMs, type Settling } from './settings.ts';

/** What is still to be remembered of a leaf that has been at rest since then; undefined: nothing. */
export function rested(
  record: LeafRecord,
  restingSince: Instant,
  now: Instant,
  settling: Settling,
): LeafRecord | undefined {
  const resting = now - restingSince;
  const isForgiven = resting >= settling.holdUpMs;
  const isOver = resting >= settling.holdUpMs + settling.flapWindowMs;
  const within = (window: number) => (at: Instant) => now - at < window;
  const isStalled = record.stalled && !(isForgivable(record.stalled) ? isForgiven : isOver);
  const flaps = record.flaps?.filter(within(settling.flapWindowMs)) ?? [];
  const reversals = record.reversals?.filter(({ at }) => within(settling.reversalWindowMs)(at)) ?? [];
  const did = record.did && within(settling.reversalWindowMs)(record.did.at) ? record.did : undefined;
  const { leaf, attempts, unanswered, until, because, tried, coolOffs, stalled, delegated } = record;
  const isHeld = until > now && !isForgiven;
  const left: LeafRecord = {
    leaf,
    attempts: isForgiven ? 0 : attempts,
    ...(isForgiven || unanswered === undefined ? {} : { unanswered }),
    until: isHeld ? until : 0,
    because: isHeld ? because : '',
    ...(tried && (!isForgiven || isStalled) ? { tried } : {}),
    ...(did ? { did } : {}),
    ...(flaps.length > 0 ? { flaps } : {}),
    ...(coolOffs !== undefined && !isOver ? { coolOffs } : {}),
    ...(reversals.length > 0 ? { reversals } : {}),
    ...(isStalled && stalled ? { stalled, ...(delegated ? { delegated } : {}) } : {}),
  };
  return isWorthKeeping(left) ? left : undefined;
}

/** When something of it that anybody waits for, or sees, is forgotten next; undefined: never by rest alone. */
export function restsAt({ attempts, until, coolOffs, stalled }: LeafRecord, restingSince: Instant, settling: Settling) {
  const forgiven = restingSince + settling.holdUpMs;
  const over = forgiven + settling.flapWindowMs;
  if (attempts > 0 || until > 0 || (stalled && isForgivable(stalled))) return forgiven;
  return stalled || coolOffs !== undefined ? over : undefined;
}

/** What nobody else is part of: once it is as expected there is nothing to quarrel about. */
function isForgivable({ reason }: Stalled): boolean {
  switch (reason) {
    case 'failing':
    case 'inVain':
      return true;
    case 'flapping':
    case 'reversed':
      return false;
  }
}

function isWorthKeeping({ attempts, until, did, flaps, coolOffs, reversals, stalled }: LeafRecord): boolean {
  return attempts > 0 || until > 0 || [did, flaps, coolOffs, reversals, stalled].some(each => each !== undefined);
}

/** As it is after a restart, by a clock that may have been set meanwhile: nothing is of the future, and no wait too long. */
export function redated(record: LeafRecord, now: Instant, settling: Settling): LeafRecord {
  const past = (at: Instant): Instant => Math.min(at, now);
  return {
    ...withTimes(record, past),
    until: Math.min(record.until, now + longestWaitMs(record, settling)),
    ...(record.delegated
      ? {
          delegated: {
            ...record.delegated,
            since: past(record.delegated.since),
            // As long as it was to be there from the beginning, and no longer.
            until: Math.min(record.delegated.until, now + record.delegated.until - record.delegated.since),
          },
        }
      : {}),
  };
}

/** The same by another clock. */
export function shifted(record: LeafRecord, ms: number): LeafRecord {
  if (ms === 0) return record;
  const later = (at: Instant): Instant => at + ms;
  const { delegated } = record;
  return {
    ...withTimes(record, later),
    until: record.until === 0 ? 0 : later(record.until),
    ...(delegated ? { delegated: { ...delegated, since: later(delegated.since), until: later(delegated.until) } } : {}),
  };
}

function withTimes(record: LeafRecord, moved: (at: Instant) => Instant): LeafRecord {
  const { tried, did, flaps, reversals, stalled } = record;
  const at = <T extends { readonly at: Instant }>(each: T): T => ({ ...each, at: moved(each.at) });
  return {
    ...record,
    ...(tried ? { tried: tried.map(at) } : {}),
    ...(did ? { did: at(did) } : {}),
    ...(flaps ? { flaps: flaps.map(moved) } : {}),
    ...(reversals ? { reversals: reversals.map(at) } : {}),
    ...(stalled ? { stalled: { ...stalled, since: moved(stalled.since) } } : {}),
  };
}
