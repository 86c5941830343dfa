/**
 * What travels in a state stream: the owner of rows sends the current ones in order of their `seq`, and whoever follows
 * answers how far it has come. No history travels and nothing is queued: what is pending is what stands beyond the
 * cursor, so a week offline costs the number of rows, not of changes.
 *
 *     sender                                  receiver
 *       │ batch: epoch, from, to, rows ──────▶ │  one transaction: rows, cursor, sum
 *       │ ◀────── ack │ rewind │ stale │ mismatch
 *
 * An epoch is one numbering of the rows. Within it a seq means one state of the sender; when the sender or the receiver
 * finds that this no longer holds (a backup was restored, a copy runs, a sum differs), the sender begins the next epoch
 * with a snapshot. Carriers may lose, repeat and reorder: `receiver.ts` and `sender.ts` say why that does no harm.
 */
import * as z from 'zod';
import { AgentError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Sum } from './sum.ts';

/** The version of the protocol that this program speaks; an answer tells the sender what the other side speaks. */
export const STREAM_VERSION = 1;

/** Together they keep the transaction of one batch short, so that no stream holds up the others. */
export const BATCH_ROWS = 500;
/** Of the rows' JSON text. Well under what brokers accept; a carrier that accepts less says so in its `Limits`. */
export const BATCH_BYTES = 256 * 1024;
const KEY_CHARACTERS = 1024;
const LONGEST_WAIT_MS = 86_400_000;

export interface LiveItem {
  /** Opaque to the stream: `instance/ID`, `expectation/ID`, `verdict/EXPECTATION:INSTANCE`. */
  readonly key: string;
  readonly seq: number;
  readonly deleted: false;
  /** `hashOf(body)`. */
  readonly hash: string;
  /** Kind and version of the body. Members a receiver does not know it keeps as they are. */
  readonly schema: string;
  /** Absent when it is too large to travel: the receiver quarantines the row, so that those behind it get through. */
  readonly body?: JsonObject;
}

/** Says that a row is gone, for as long as the sender remembers it. */
export interface Tombstone {
  readonly key: string;
  readonly seq: number;
  readonly deleted: true;
}

export type Item = LiveItem | Tombstone;

/** Every row of the sender with `from < seq <= to`, as of one read. */
export interface Batch {
  readonly v: number;
  /** Names the sender's stream to this receiver. */
  readonly stream: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** By rising seq. */
  readonly items: readonly Item[];
  /** Nothing was pending beyond `to` when the batch was read. */
  readonly caughtUp: boolean;
  /** Of all live rows as of that read; there exactly when caught up, for only then can it be compared. */
  readonly sum?: Sum;
}

/** A row that the receiver could not apply; it stands in quarantine there until a later version of it comes. */
export interface RowError {
  readonly key: string;
  readonly seq: number;
  /** `tooLarge`, `invalid`, `unsupported` … */
  readonly code: string;
  readonly message: string;
}

interface Answer {
  readonly v: number;
  readonly stream: string;
  /** What the receiver is in. */
  readonly epoch: number;
  /** Up to where it has everything. */
  readonly cursor: number;
  readonly errors: readonly RowError[];
  /** Send nothing before this has passed. */
  readonly retryAfterMs?: number;
  /** How many rows the next batch may hold. */
  readonly creditRows?: number;
}

export interface Ack extends Answer {
  readonly reply: 'ack';
  /** The batch was caught up and both sums agree: the two sides hold the same. */
  readonly agreed: boolean;
}

/** Rows before `from` are missing here: go on from the cursor. */
export interface Rewind extends Answer {
  readonly reply: 'rewind';
}

/** The epoch has ended, there is a later one: nothing was taken. */
export interface Stale extends Answer {
  readonly reply: 'stale';
}

/** Caught up, and yet the sums differ. The rows were taken. */
export interface Mismatch extends Answer {
  readonly reply: 'mismatch';
}

export type Reply = Ack | Rewind | Stale | Mismatch;

const count = z.int().nonnegative();
const word = z.int().min(0).max(0xffff_ffff);
const text = z.string().min(1).max(KEY_CHARACTERS);
const sum = z.object({ a: word, b: word });

const item = z.discriminatedUnion('deleted', [
  z.object({
    key: text,
    seq: count,
    deleted: z.literal(false),
    hash: z.string().regex(/^[0-9a-f]{32}$/, 'a hash of 32 hexadecimal digits'),
    schema: text,
    body: z.custom<JsonObject>(isObject, 'an object').optional(),
  }),
  z.object({ key: text, seq: count, deleted: z.literal(true) }),
]);

const batch = z
  .object({
    v: count,
    stream: text,
    epoch: count.min(1),
    from: count,
    to: count,
    items: z.array(item).max(BATCH_ROWS),
    caughtUp: z.boolean(),
    sum: sum.optional(),
  })
  .superRefine(({ from, to, items, caughtUp, sum }, context) => {
    const wrong = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path });
    if (to < from) wrong('must not be below from', 'to');
    if (caughtUp !== (sum !== undefined)) wrong('belongs to a batch that is caught up, and to no other', 'sum');
    let last = from;
    const keys = new Set<string>();
    items.forEach(({ key, seq }, i) => {
      if (seq <= last || seq > to) wrong('must rise from item to item, after from and up to to', 'items', i, 'seq');
      if (keys.has(key)) wrong('must not come twice', 'items', i, 'key');
      last = seq;
      keys.add(key);
    });
  });

const answer = {
  v: count,
  stream: text,
  epoch: count,
  cursor: count,
  errors: z
    .array(z.object({ key: text, seq: count, code: z.string().max(100), message: z.string().max(2000) }))
    .max(BATCH_ROWS),
  retryAfterMs: count.max(LONGEST_WAIT_MS).optional(),
  creditRows: count.optional(),
};

const reply = z.discriminatedUnion('reply', [
  z.object({ reply: z.literal('ack'), agreed: z.boolean(), ...answer }),
  z.object({ reply: z.literal('rewind'), ...answer }),
  z.object({ reply: z.literal('stale'), ...answer }),
  z.object({ reply: z.literal('mismatch'), ...answer }),
]);

/**
 * Parsed JSON in, a batch out. Members it does not know are left out, so that a later minor version may add some; those
 * of a body stay. The carrier has bounded the text before it was parsed.
 */
export function readBatch(source: unknown): Batch {
  return read(batch, source, 'a batch');
}

export function readReply(source: unknown): Reply {
  return read(reply, source, 'an answer');
}

function read<T extends { readonly v: number }>(shape: z.ZodType, source: unknown, what: string): T {
  const v = isObject(source) ? (source as { readonly v?: Json }).v : undefined;
  if (typeof v === 'number' && v > STREAM_VERSION && what === 'a batch') {
    throw new AgentError('unsupported', `${what} of version ${v} cannot be read, this agent reads ${STREAM_VERSION}`);
  }
  const { success, data, error } = shape.safeParse(source);
  if (success) return data as T;
  const [first] = error.issues;
  const pointer = (first?.path ?? []).map(part => `/${String(part)}`).join('');
  throw new AgentError('invalid', `${what} cannot be read: ${pointer || '/'}: ${first?.message ?? 'unknown'}`, {
    pointer,
  });
}
