/** How fast a sender goes: how much at once, how long after a failure, what the receiver asks for, when a heartbeat. */
import type { Instant } from '../ids.ts';
import type { Ack, Mismatch, Reply } from './batch.ts';

/** The time, and a number from 0 up to 1 by which those who would act together are kept apart. */
export interface Moment {
  readonly now: Instant;
  readonly chance: number;
}

/** What suits a stream; central is told less often than a peer. */
export interface Tempo {
  /** The least time between two pushes that are caught up, so that what changes often travels together. */
  readonly pushEveryMs: number;
  /**
   * How long silence may last. A heartbeat is an empty caught-up push: it alone discovers a restored receiver, a cloned
   * or rolled-back sender, and any mistake of ours.
   */
  readonly heartbeatMs: number;
}

export const defaultTempo: Tempo = { pushEveryMs: 5_000, heartbeatMs: 15 * 60_000 };

/** In memory only: after a restart one starts afresh, with a heartbeat. */
export interface Pace {
  /** The part of a full batch that is tried: halved when it seems too much, regained by tenths. */
  readonly share: number;
  /** How often in a row nothing came of it. */
  readonly failures: number;
  readonly notBefore: Instant;
  /** When even nothing new is worth sending. */
  readonly heartbeatAt: Instant;
  /** What the receiver grants the next batch. */
  readonly creditRows?: number;
  /** Rows above it were refused by the carrier even alone; they travel without their body. */
  readonly rowBytes?: number;
}

export const freshPace: Pace = { share: 1, failures: 0, notBefore: 0, heartbeatAt: 0 };

const LEAST_SHARE = 1 / 64;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Senders that started together drift apart by this part, both ways. */
const SPREAD = 0.2;

/** The receiver took the batch. What is behind it may go at once; when nothing is, new rows gather for a while. */
export function taken(pace: Pace, reply: Ack | Mismatch, tempo: Tempo, { now, chance }: Moment): Pace {
  const better = { ...pace, share: Math.min(1, pace.share * 1.1), failures: 0 };
  const agreed = reply.reply === 'ack' && reply.agreed;
  if (!agreed && reply.reply === 'ack') return { ...better, notBefore: now };
  const spread = 1 - SPREAD + 2 * SPREAD * chance;
  const notBefore = now + Math.round(tempo.pushEveryMs * spread);
  return agreed
    ? { ...better, notBefore, heartbeatAt: now + Math.round(tempo.heartbeatMs * spread) }
    : { ...better, notBefore };
}

/** Nothing came of it. The whole wait is left to chance, so that a fleet does not return as one after an outage. */
export function failed(pace: Pace, { now, chance }: Moment): Pace {
  const failures = pace.failures + 1;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return { ...pace, failures, notBefore: Math.max(pace.notBefore, now + Math.round(longest * chance)) };
}

export function smaller(pace: Pace): Pace {
  return { ...pace, share: Math.max(LEAST_SHARE, pace.share / 2) };
}

/** What the receiver asks for stands above what we would like; a credit is for one batch. */
export function obeying(pace: Pace, { retryAfterMs, creditRows }: Reply, { now }: Moment): Pace {
  const { creditRows: _spent, ...rest } = pace;
  const leastMs = creditRows === 0 ? FIRST_WAIT_MS : 0;
  return {
    ...rest,
    notBefore: Math.max(pace.notBefore, now + (retryAfterMs ?? leastMs)),
    ...(creditRows === undefined ? {} : { creditRows }),
  };
}
