/**
 * The sending end of a state stream: what to send next, and what an answer means. Decisions over plain data; the caller
 * owns the clock, the carrier and the store. One batch is under way at a time:
 *
 *     const step = next(sender, source, moment, limits);
 *     begin  →  commit `durable(step.sender)`, then ask again: were the epoch forgotten after a batch of it had left,
 *               two different numberings would bear one name
 *     send   →  send `step.batch`; on an answer   sender = heard(sender, reply, store.seq(), moment)
 *                                  on none        sender = unanswered(sender, moment)
 *     wait   →  until `step.until`, or, unless `held`, until the store has moved
 *
 * Answers may come late, twice or not at all: a cursor only ever says how far the receiver was in that epoch, so the
 * worst that comes of an old answer is that something is sent again. `acked` may be written lazily for the same
 * reason. What the receiver has is never deleted here, for these are the rows themselves and not a queue of them.
 */
import type { Instant } from '../ids.ts';
import { BATCH_BYTES, BATCH_ROWS, type Batch, type Item, type Reply, STREAM_VERSION } from './batch.ts';
import {
  defaultTempo,
  failed,
  freshPace,
  type Moment,
  obeying,
  type Pace,
  smaller,
  type Tempo,
  taken,
} from './pace.ts';
import { rules as fullProtocol, type Rules } from './rules.ts';
import type { Sum } from './sum.ts';

/** The rows of one stream, as one read of a store with one sequence. */
export interface Source {
  /** The last seq the store has given, be it to a row of this stream or not. */
  readonly seq: number;
  /** Up to this seq some tombstones are no longer kept; 0 while all are. */
  readonly purged: number;
  /**
   * Current rows and tombstones with a larger seq, by rising seq, each key once. Read as far as the batch has room, so
   * bodies are better made one by one.
   */
  rowsAfter(seq: number, limit: number): Iterable<Item>;
  /** Over all live rows. Asked for with each caught-up batch: keep it running, or keep the hashes. */
  sum(): Sum;
}

/** What must outlive a restart. The epoch and `begun` before a batch of that epoch leaves, `acked` some time. */
export interface DurableSender {
  readonly stream: string;
  readonly epoch: number;
  /** Up to where the receiver has told that it has everything of this epoch. */
  readonly acked: number;
  /** The store's seq when this epoch began: what was deleted up to there was never told in it. */
  readonly base: number;
  /** When the last epochs were begun. */
  readonly begun: readonly Instant[];
}

/** Why a new epoch has to begin. */
export type Renewal =
  /** The receiver has a later epoch: this side was restored or has a double. */
  | 'stale'
  /** Caught up, and the two sides hold different rows. */
  | 'mismatch'
  /** The receiver has later rows than this side: it was rolled back. */
  | 'rolledBack'
  /** The receiver is missing tombstones that are no longer kept. */
  | 'purged';

export interface Sender extends DurableSender {
  readonly pace: Pace;
  /** Needed, and perhaps not yet allowed; `above` is an epoch known to be taken. */
  readonly renewal?: { readonly because: Renewal; readonly above: number };
}

export interface Limits {
  readonly rows: number;
  /** Of the rows' JSON text: what the carrier lets through, less its envelope. */
  readonly bytes: number;
}

export const defaultLimits: Limits = { rows: BATCH_ROWS, bytes: BATCH_BYTES };

export type Step =
  | { readonly step: 'send'; readonly batch: Batch }
  | { readonly step: 'begin'; readonly sender: Sender; readonly because: Renewal }
  /**
   * `held`: new rows do not matter, only the time does. `renewal`: a new epoch is due and may not begin yet, unless a
   * person releases the sender.
   */
  | {
      readonly step: 'wait';
      readonly until: Instant;
      readonly held: boolean;
      readonly because: string;
      readonly renewal?: Renewal;
    };

/**
 * Each epoch costs a snapshot. A mistake of ours, or two clones that fence each other off in turn, must not become a
 * storm of them: an hour lies between two, and after three in a day a person is asked, or the day has to pass.
 */
const EPOCHS_APART_MS = 3_600_000;
const EPOCHS_A_DAY = 3;
const DAY_MS = 86_400_000;
/** What a row without its body takes, about. */
const WITHHELD_BYTES = 300;

export function newSender(stream: string): Sender {
  return { stream, epoch: 1, acked: 0, base: 0, begun: [], pace: freshPace };
}

/** After a restart. */
export function resumed(kept: DurableSender): Sender {
  return { ...durable(kept), pace: freshPace };
}

export function durable({ stream, epoch, acked, base, begun }: DurableSender): DurableSender {
  return { stream, epoch, acked, base, begun };
}

/** A person has looked: epochs may be begun again at once. */
export function released(sender: Sender): Sender {
  return { ...sender, begun: [] };
}

export function next(
  before: Sender,
  source: Source,
  { now }: Pick<Moment, 'now'>,
  limits: Limits = defaultLimits,
  rules: Rules = fullProtocol,
): Step {
  const sender = withRenewal(before, source, rules);
  const { pace, renewal } = sender;
  if (renewal) {
    const allowed = nextEpochAt(sender, now);
    if (allowed.at <= now) {
      return { step: 'begin', sender: begin(sender, renewal.above, source.seq, now), because: renewal.because };
    }
    // After a mismatch what changes is still worth telling; in the other cases the receiver would not take it.
    if (renewal.because !== 'mismatch') return waitingToBegin(allowed, renewal.because, true);
  }
  if (now < pace.notBefore) {
    return { step: 'wait', until: pace.notBefore, held: true, because: 'what was sent before asks for patience' };
  }
  const batch = fill(sender, source, limits);
  if (batch.items.length === 0 && renewal) {
    return waitingToBegin(nextEpochAt(sender, now), renewal.because, false);
  }
  if (batch.items.length === 0 && now < pace.heartbeatAt) {
    return { step: 'wait', until: pace.heartbeatAt, held: false, because: 'the receiver has everything' };
  }
  return { step: 'send', batch };
}

/** What an answer means. `seq` is the store's last one now. */
export function heard(
  sender: Sender,
  reply: Reply,
  seq: number,
  moment: Moment,
  { tempo = defaultTempo, rules = fullProtocol }: { readonly tempo?: Tempo; readonly rules?: Rules } = {},
): Sender {
  // An answer to an epoch that has ended, or to one that a double of ours has begun.
  const mine = reply.epoch === sender.epoch;
  if (reply.stream !== sender.stream || (reply.reply === 'stale' ? reply.epoch <= sender.epoch : !mine)) return sender;

  const paced = (pace: Pace): Pace => obeying(pace, reply, moment);
  switch (reply.reply) {
    case 'stale':
      return { ...needing(sender, 'stale', reply.epoch), pace: paced(sender.pace) };
    case 'rewind': {
      // One that leads nowhere is late, or comes from a receiver that takes nothing: not worth haste.
      const pace = reply.cursor < sender.acked ? sender.pace : failed(sender.pace, moment);
      return { ...sender, acked: Math.min(sender.acked, reply.cursor), pace: paced(pace) };
    }
    case 'ack':
    case 'mismatch': {
      const pace = paced(taken(sender.pace, reply, tempo, moment));
      if (rules.isAhead(reply.cursor, seq)) return { ...needing(sender, 'rolledBack', sender.epoch), pace };
      const on = { ...sender, acked: Math.max(sender.acked, reply.cursor), pace };
      if (reply.reply === 'mismatch') return needing(on, 'mismatch', sender.epoch);
      return reply.agreed ? settled(on) : on;
    }
  }
}

/** The link is down: nothing is learnt of the batch, which never left. */
export function unsent(sender: Sender, moment: Moment): Sender {
  return { ...sender, pace: failed(sender.pace, moment) };
}

/** No answer came in time, or the batch was too large for the carrier: it is tried smaller. */
export function unanswered(sender: Sender, moment: Moment, tooLarge?: Batch): Sender {
  const pace = failed(smaller(sender.pace), moment);
  const [only, ...others] = tooLarge?.items ?? [];
  if (only === undefined || others.length > 0) return { ...sender, pace };
  // Even alone it does not get through: from now on such a row goes without its body, to hold up no others.
  return { ...sender, pace: { ...pace, rowBytes: sizeOf(only) - 1 } };
}

function withRenewal(sender: Sender, { seq, purged }: Source, rules: Rules): Sender {
  if (rules.isAhead(sender.acked, seq)) return needing(sender, 'rolledBack', sender.epoch);
  // Tombstones up to the base are not needed, and none at all from 0 on: the snapshot ends what it does not name.
  const missing = sender.acked > 0 && purged > Math.max(sender.acked, sender.base);
  return missing ? needing(sender, 'purged', sender.epoch) : sender;
}

/** What differed has changed since, so that the two sides agree without a snapshot. */
function settled(sender: Sender): Sender {
  if (sender.renewal?.because !== 'mismatch') return sender;
  const { renewal: _settled, ...rest } = sender;
  return rest;
}

/**
 * Whatever comes together: above every epoch known to be taken; and a mismatch, which lets rows travel on, gives way to
 * the reasons for which the receiver would not take them.
 */
function needing(sender: Sender, because: Renewal, above: number): Sender {
  const known = sender.renewal;
  if (!known) return { ...sender, renewal: { because, above } };
  const worse = because === 'mismatch' ? known.because : because;
  return { ...sender, renewal: { because: worse, above: Math.max(known.above, above) } };
}

function waitingToBegin({ at, why }: ReturnType<typeof nextEpochAt>, renewal: Renewal, held: boolean): Step {
  return { step: 'wait', until: at, held, because: why, renewal };
}

function begin({ stream, epoch, begun, pace }: Sender, above: number, base: number, now: Instant): Sender {
  return {
    stream,
    epoch: Math.max(epoch, above) + 1,
    acked: 0,
    base,
    begun: [...lately(begun, now), now],
    // Even an empty snapshot has to be told: it ends what the receiver still has.
    pace: { ...pace, heartbeatAt: now },
  };
}

function nextEpochAt({ begun }: Sender, now: Instant): { readonly at: Instant; readonly why: string } {
  const recent = lately(begun, now);
  const last = recent.at(-1);
  const [first] = recent.slice(-EPOCHS_A_DAY);
  if (last === undefined || first === undefined) return { at: now, why: '' };
  if (recent.length < EPOCHS_A_DAY) return { at: last + EPOCHS_APART_MS, why: 'a new epoch was begun within the hour' };
  const why = `${recent.length} epochs were begun within a day: see whether a copy of this agent runs, then release it`;
  return { at: Math.max(first + DAY_MS, last + EPOCHS_APART_MS), why };
}

/** Without those the clock has not reached: it was set back since, and to wait for it could take years. */
function lately(begun: readonly Instant[], now: Instant): readonly Instant[] {
  return begun.filter(at => at <= now && at > now - DAY_MS);
}

function fill(sender: Sender, source: Source, limits: Limits): Batch {
  const { stream, epoch, acked, pace } = sender;
  const most = Math.max(1, Math.min(Math.ceil(limits.rows * pace.share), pace.creditRows ?? limits.rows, BATCH_ROWS));
  const room = limits.bytes * pace.share;
  const items: Item[] = [];
  let bytes = 0;
  let caughtUp = true;
  if (acked < source.seq) {
    for (const row of source.rowsAfter(acked, most + 1)) {
      const full = items.length === most;
      const size = full ? 0 : sizeOf(row);
      const withheld = size > Math.min(limits.bytes, pace.rowBytes ?? limits.bytes);
      bytes += withheld ? WITHHELD_BYTES : size;
      // The first one always goes: it may be larger than the share, and would stay behind for ever.
      if (full || (items.length > 0 && bytes > room)) {
        caughtUp = false;
        break;
      }
      items.push(withheld ? withoutBody(row) : row);
    }
  }
  const head = { v: STREAM_VERSION, stream, epoch, from: acked };
  if (!caughtUp) return { ...head, to: items.at(-1)?.seq ?? acked, items, caughtUp };
  return { ...head, to: source.seq, items, caughtUp, sum: source.sum() };
}

function withoutBody(row: Item): Item {
  if (row.deleted) return row;
  const { body: _body, ...rest } = row;
  return rest;
}

function sizeOf(item: Item): number {
  return Buffer.byteLength(JSON.stringify(item)) + 1;
}
