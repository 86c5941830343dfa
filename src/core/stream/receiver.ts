/**
 * The receiving end of a state stream: what a batch means, given where the receiver stands. A decision over plain data;
 * the caller reads, decides, writes and only then replies, all of it in one transaction that holds the stream's lock:
 *
 *     1. lock the stream, read its `Receiver` and the `Guard` of each key in the batch
 *     2. const reception = receive(receiver, batch, key => guards.get(key));
 *     3. write the bodies of `reception.rows`; those that cannot be written: reception = refuse(reception, errors)
 *     4. write `guard` of each row, the bodies of `reception.quarantine` aside, `reception.receiver`; end the rows of
 *        epochs before `reception.reconcileBefore`
 *     5. commit, then send `reception.reply`
 *
 * Why nothing is lost: a batch holds every row with from < seq <= to as of one read, and is taken only when from is not
 * beyond the cursor. So after each commit the latest state of every row with seq <= cursor has been applied; a row that
 * has changed since has a larger seq and is still to come. The reply leaves after the commit, so the sender never
 * counts on more than is durable; and if this side falls back to a backup, its cursor falls back with its rows.
 *
 * Why each change has its effect once: the guard makes a repeated or late row a no-op, and `effect` is told in the
 * transaction that writes the row, only when what is shown becomes different.
 *
 * Why both sides end equal: when writing stops, a caught-up batch arrives in the end. Either the sums agree, or
 * the mismatch begins an epoch whose snapshot writes every row and ends the rest.
 */
import { type Batch, type Item, type LiveItem, type Reply, type RowError, STREAM_VERSION } from './batch.ts';
import { rules as fullProtocol, type Rules } from './rules.ts';
import { noRows, type Sum, withoutRow, withRow } from './sum.ts';

/** Where the receiver of a stream stands; kept beside the rows and written with them. */
export interface Receiver {
  /** 0 before the first batch. */
  readonly epoch: number;
  /** Everything up to this seq of this epoch is here. */
  readonly cursor: number;
  /**
   * Of the live rows that bear this epoch, those in quarantine included. Rows of earlier epochs are not in it: they are
   * about to be replaced or ended, so ending them moves no sum and a database can do it without reading them.
   */
  readonly sum: Sum;
  /** A snapshot of this epoch was completed, so no row of an earlier one stands. */
  readonly whole: boolean;
}

export const newReceiver: Receiver = { epoch: 0, cursor: 0, sum: noRows, whole: false };

/**
 * What is known of a key without its body. It outlives the row: a tombstone of the present epoch keeps a late delivery
 * from bringing the row back. Those of earlier epochs may be forgotten, their deliveries are fenced off.
 */
export interface Guard {
  readonly epoch: number;
  readonly seq: number;
  /** Of the sender's live version, which the sum counts; null when it is deleted there. */
  readonly hash: string | null;
  /**
   * Of the version whose body stands here; null when none does. It differs from `hash` only while the latest version is
   * in quarantine.
   */
  readonly shown: string | null;
}

/** What a row does to those who watch the receiver's rows; undefined when they see no difference. */
export type Effect = 'create' | 'change' | 'delete' | undefined;

export interface RowWrite {
  readonly item: Item;
  /** What is known of the key afterwards. */
  readonly guard: Guard;
  readonly before: Guard | undefined;
  readonly effect: Effect;
}

/**
 * A row to be kept aside, with its body where that came, so that the rows behind it get through. Its guard is written
 * like any other, and the body that stood stays. Whoever has learnt to read it may apply it later on its own: neither
 * cursor nor sum move, only `shown` becomes `hash`.
 */
export interface Quarantined extends RowWrite {
  readonly item: LiveItem;
  readonly error: RowError;
}

export interface Reception {
  readonly receiver: Receiver;
  /** To be written; a row that stands in quarantine from before leaves it. */
  readonly rows: readonly RowWrite[];
  readonly quarantine: readonly Quarantined[];
  /** Rows that came too late or again, and change nothing. */
  readonly older: number;
  /** When there: what stands of this stream with an earlier epoch is deleted there, whoever watches is told. */
  readonly reconcileBefore: number | undefined;
  /** False when nothing needs writing: a heartbeat is answered by reading alone. */
  readonly moved: boolean;
  readonly reply: Reply;
}

export function receive(
  receiver: Receiver,
  batch: Batch,
  standing: (key: string) => Guard | undefined,
  rules: Rules = fullProtocol,
): Reception {
  if (rules.ended(batch, receiver)) return untouched(receiver, batch, 'stale', receiver);
  const start = batch.epoch > receiver.epoch ? { epoch: batch.epoch, cursor: 0, sum: noRows, whole: false } : receiver;
  // A later epoch is entered by its snapshot only: until that has begun, what stands is the best there is.
  if (rules.leavesGap(batch, start)) return untouched(receiver, batch, 'rewind', start);

  const rows: RowWrite[] = [];
  let older = 0;
  let sum = start.sum;
  for (const item of batch.items) {
    const before = standing(item.key);
    if (!rules.isNewer(batch.epoch, item.seq, before)) {
      older++;
      continue;
    }
    const hash = item.deleted ? null : item.hash;
    if (before && before.hash !== null && before.epoch === start.epoch) sum = withoutRow(sum, item.key, before.hash);
    if (hash !== null) sum = withRow(sum, item.key, hash);
    const guard: Guard = { epoch: batch.epoch, seq: item.seq, hash, shown: hash };
    rows.push({ item, guard, before, effect: effectOf(before?.shown ?? null, hash) });
  }

  const here: Receiver = { ...start, cursor: Math.max(start.cursor, batch.to), sum };
  const whole = rules.isWhole(batch, here);
  const reconcile = whole && rules.endsEarlier(here);
  const agreed = whole && batch.sum !== undefined && !rules.disagrees(batch.sum, here.sum);
  const after: Receiver = { ...here, whole: here.whole || whole };
  const answer = answerOf(batch.stream, after);
  const reception: Reception = {
    receiver: after,
    rows,
    quarantine: [],
    older,
    reconcileBefore: reconcile ? after.epoch : undefined,
    moved: rows.length > 0 || reconcile || start !== receiver || after.cursor !== receiver.cursor,
    reply: whole && !agreed ? { reply: 'mismatch', ...answer } : { reply: 'ack', agreed, ...answer },
  };
  return refuse(reception, rows.flatMap(withheld));
}

/**
 * The same reception when these rows could not be applied. Their hashes stay in the sum and the cursor moves on: one
 * bad row must not hold up a stream, and the sender hears of it.
 */
export function refuse(reception: Reception, errors: readonly RowError[]): Reception {
  if (errors.length === 0) return reception;
  const refused = new Map(errors.map(error => [error.key, error]));
  const rows: RowWrite[] = [];
  const quarantine = [...reception.quarantine];
  for (const row of reception.rows) {
    const error = refused.get(row.item.key);
    if (!error || row.item.deleted) {
      rows.push(row);
      continue;
    }
    const guard: Guard = { ...row.guard, shown: row.before?.shown ?? null };
    quarantine.push({ item: row.item, guard, before: row.before, effect: undefined, error });
  }
  return { ...reception, rows, quarantine, reply: { ...reception.reply, errors: quarantine.map(row => row.error) } };
}

/** The answer with what the receiver can bear at the moment. */
export function pressed(
  reply: Reply,
  pressure: { readonly retryAfterMs?: number; readonly creditRows?: number },
): Reply {
  return { ...reply, ...pressure };
}

function effectOf(before: string | null, after: string | null): Effect {
  if (before === after) return undefined;
  if (before === null) return 'create';
  return after === null ? 'delete' : 'change';
}

/** The sender says that there is a row and cannot show it. */
function withheld({ item }: RowWrite): RowError[] {
  if (item.deleted || item.body !== undefined) return [];
  return [{ key: item.key, seq: item.seq, code: 'tooLarge', message: 'the row is too large to travel' }];
}

function untouched(receiver: Receiver, batch: Batch, reply: 'stale' | 'rewind', told: Receiver): Reception {
  return {
    receiver,
    rows: [],
    quarantine: [],
    older: 0,
    reconcileBefore: undefined,
    moved: false,
    reply: { reply, ...answerOf(batch.stream, told) },
  };
}

function answerOf(stream: string, { epoch, cursor }: Receiver) {
  return { v: STREAM_VERSION, stream, epoch, cursor, errors: [] };
}
