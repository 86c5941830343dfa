/**
 * Our rows of the stream to central: what we know of the element, and what is outstanding. A verdict that is met or does
 * not apply is no row there; when it becomes so, its row ends. What a row is follows from the store alone; kept in memory
 * are only the hashes, for the sum.
 */
import { asJson, type JsonObject } from '../core/json.ts';
import type { Item, LiveItem } from '../core/stream/batch.ts';
import type { Source } from '../core/stream/sender.ts';
import { hashOf, noRows, type Sum, withoutRow, withRow } from '../core/stream/sum.ts';
import type { CurrentRow, Reader } from '../ports/store.ts';

const subjects = ['instance', 'verdict'] as const;
const ROWS_AT_ONCE = 100;

interface Known {
  readonly seq: number;
  /** Null for what is gone. */
  readonly hash: string | null;
}

type Row = CurrentRow<(typeof subjects)[number]>;
type Rows = Pick<Reader, 'seq' | 'rowsAfter' | 'forgottenUpTo'>;

export class CentralRows implements Source {
  readonly #store: Rows;
  #known = new Map<string, Known>();
  #sum: Sum = noRows;
  #upTo = 0;

  constructor(store: Rows) {
    this.#store = store;
  }

  /** Reads all there is, with room for others in between: at a start that is a lot. */
  async warm(rest: () => Promise<void>): Promise<void> {
    while (!this.#takeIn()) await rest();
  }

  /** Takes in what was written since; before each use, so that rows and sum are of one moment. */
  catchUp(): void {
    // What was deleted in what is no longer kept would never be missed.
    if (this.#upTo > 0 && this.#upTo < this.#store.forgottenUpTo()) {
      this.#known = new Map();
      this.#sum = noRows;
      this.#upTo = 0;
    }
    while (!this.#takeIn());
  }

  get seq(): number {
    return this.#upTo;
  }

  get purged(): number {
    return this.#store.forgottenUpTo();
  }

  *rowsAfter(seq: number, limit: number): IterableIterator<Item> {
    for (let from = seq, left = limit; left > 0; ) {
      const rows = this.#store.rowsAfter(subjects, from, Math.min(left, ROWS_AT_ONCE));
      for (const row of rows) yield itemOf(row, this.#known.get(keyOf(row)));
      if (rows.length < Math.min(left, ROWS_AT_ONCE)) return;
      from = rows.at(-1)?.seq ?? from;
      left -= rows.length;
    }
  }

  sum(): Sum {
    return this.#sum;
  }

  /** How many rows stand beyond a cursor. */
  pending(acked: number): number {
    if (acked >= this.#upTo) return 0;
    let pending = 0;
    for (const { seq } of this.#known.values()) if (seq > acked) pending++;
    return pending;
  }

  /** Of what is gone only what may still have to be told is remembered. */
  forget(acked: number): void {
    for (const [key, { seq, hash }] of this.#known) if (hash === null && seq <= acked) this.#known.delete(key);
  }

  /** Takes in some rows; whether those were all. */
  #takeIn(): boolean {
    const seq = this.#store.seq();
    if (seq === this.#upTo) return true;
    const rows = this.#store.rowsAfter(subjects, this.#upTo, ROWS_AT_ONCE);
    for (const row of rows) {
      const item = itemOf(row, undefined);
      const before = this.#known.get(item.key);
      if (before && before.hash !== null) this.#sum = withoutRow(this.#sum, item.key, before.hash);
      if (!item.deleted) this.#sum = withRow(this.#sum, item.key, item.hash);
      this.#known.set(item.key, { seq: item.seq, hash: item.deleted ? null : item.hash });
    }
    const isAll = rows.length < ROWS_AT_ONCE;
    this.#upTo = isAll ? seq : (rows.at(-1)?.seq ?? seq);
    return isAll;
  }
}

function keyOf({ subject, id }: Row): string {
  return `${subject}/${id}`;
}

/** `known` saves making the hash of a body again. */
function itemOf(row: Row, known: Known | undefined): Item {
  const key = keyOf(row);
  const { seq } = row;
  const body = bodyOf(row);
  if (body === undefined) return { key, seq, deleted: true };
  const hash = known?.seq === seq && known.hash !== null ? known.hash : hashOf(body);
  return { key, seq, deleted: false, hash, schema: `${row.subject}/1`, body } satisfies LiveItem;
}

function bodyOf({ subject, record }: Row): JsonObject | undefined {
  if (record === undefined) return undefined;
  if (subject === 'instance') return record;
  // What a peer has judged the peer reports.
  if (record.peer !== undefined || (record.verdict !== 'unmet' && record.verdict !== 'unknown')) return undefined;
  return asJson(record);
}
