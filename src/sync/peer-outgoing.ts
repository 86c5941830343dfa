/**
 * Our rows of a stream to one peer: the expectations laid on its instances, and our verdicts on the expectations it has
 * laid here. What a row is follows from the store alone; kept in memory are only the hashes, for the sum.
 */
import { type ExpectationId, expectationId } from '../core/ids.ts';
import { asJson, type JsonObject, property } from '../core/json.ts';
import { principalOf } from '../core/peer.ts';
import type { Item, LiveItem } from '../core/stream/batch.ts';
import type { Source } from '../core/stream/sender.ts';
import { hashOf, noRows, type Sum, withoutRow, withRow } from '../core/stream/sum.ts';
import type { CurrentRecords, CurrentRow, Reader } from '../ports/store.ts';

export const EXPECTATION_SCHEMA = 'expectation/1';
export const VERDICT_SCHEMA = 'verdict/1';

const subjects = ['expectation', 'verdict'] as const;
type Row = CurrentRow<(typeof subjects)[number]>;

const ROWS_AT_ONCE = 200;
/** So many rows that were taken in last are kept until the peer has them; more at once are read again. */
const FRESH_ROWS = 32;
/** How far back a name is followed that was used again for something else. */
const CHANGES_LOOKED_AT = 20;

export interface Moved {
  readonly moved: readonly ExpectationId[];
  readonly gone: readonly ExpectationId[];
}

interface Known {
  readonly seq: number;
  readonly hash: string;
}

export class Outgoing implements Source {
  private readonly store: Reader;
  private readonly peer: string;
  private readonly known = new Map<string, Known>();
  /** Rows that were of this stream, and when they ended. */
  private readonly ended = new Map<string, number>();
  private upTo = 0;
  /** The seq of the newest row or tombstone of this stream. */
  private newest = 0;
  private total: Sum = noRows;
  /** What was taken in after `freshAfter`, by rising seq: mostly what is sent next. */
  private readonly fresh = new Map<string, Item>();
  private freshAfter = 0;

  constructor(store: Reader, peer: string) {
    this.store = store;
    this.peer = peer;
  }

  /** Takes in what was written since; tells which expectations on the peer are new, different or gone. */
  catchUp(): Moved {
    const moved: ExpectationId[] = [];
    const gone: ExpectationId[] = [];
    if (this.store.seq() === this.upTo) return { moved, gone };
    for (const { row, item } of this.items(this.upTo)) {
      const before = this.known.get(item.key);
      if (before) this.total = withoutRow(this.total, item.key, before.hash);
      this.newest = item.seq;
      this.fresh.delete(item.key);
      this.fresh.set(item.key, item);
      if (this.fresh.size > FRESH_ROWS) this.forgetFresh(item.seq);
      if (item.deleted) {
        this.known.delete(item.key);
        this.ended.set(item.key, item.seq);
        if (row.subject === 'expectation') gone.push(expectationId(row.id));
        continue;
      }
      this.ended.delete(item.key);
      this.total = withRow(this.total, item.key, item.hash);
      this.known.set(item.key, { seq: item.seq, hash: item.hash });
      if (row.subject === 'expectation' && before?.hash !== item.hash) moved.push(expectationId(row.id));
    }
    this.upTo = this.store.seq();
    return { moved, gone };
  }

  get seq(): number {
    return this.upTo;
  }

  get purged(): number {
    return this.store.forgottenUpTo();
  }

  *rowsAfter(seq: number): IterableIterator<Item> {
    // What the peer has taken needs no remembering.
    for (const [key, endedAt] of this.ended) if (endedAt <= seq) this.ended.delete(key);
    if (this.newest <= seq) return;
    if (seq < this.freshAfter) {
      for (const { item } of this.items(seq)) yield item;
      return;
    }
    this.forgetFresh(seq);
    yield* this.fresh.values();
  }

  sum(): Sum {
    return this.total;
  }

  /** The version of an expectation on the peer, as the peer will hear of it. */
  version(id: ExpectationId): string | undefined {
    return this.known.get(`expectation/${id}`)?.hash;
  }

  /** How many rows the peer has not told that it has. */
  pending(acked: number): number {
    if (this.newest <= acked) return 0;
    let pending = 0;
    for (const { seq } of this.known.values()) if (seq > acked) pending++;
    return Math.max(pending, 1);
  }

  get size(): number {
    return this.known.size;
  }

  private forgetFresh(upTo: number): void {
    for (const [key, { seq }] of this.fresh) if (seq <= upTo) this.fresh.delete(key);
    this.freshAfter = Math.max(this.freshAfter, upTo);
  }

  private *items(after: number): IterableIterator<{ readonly row: Row; readonly item: Item }> {
    let from = after;
    for (;;) {
      const rows = this.store.rowsAfter(subjects, from, ROWS_AT_ONCE);
      for (const row of rows) {
        const item = this.itemOf(row);
        if (item) yield { row, item };
        from = row.seq;
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  /** Undefined for a row that is no concern of the peer. */
  private itemOf(row: Row): Item | undefined {
    if (row.record === undefined && row.was === undefined) return undefined;
    const key = `${row.subject}/${row.id}`;
    const live = this.body(row);
    if (live) return { key, seq: row.seq, deleted: false, hash: hashOf(live.body), ...live } satisfies LiveItem;
    // What the peer has told us is not told back.
    if (row.subject === 'verdict' && (row.record ?? row.was)?.peer !== undefined) return undefined;
    const wasOurs = this.known.has(key) || this.ended.has(key) || (this.upTo === 0 && this.wasOurs(row));
    return wasOurs ? { key, seq: row.seq, deleted: true } : undefined;
  }

  private body({ subject, record }: Row): (Pick<LiveItem, 'schema'> & { body: JsonObject }) | undefined {
    if (record === undefined) return undefined;
    if (subject === 'expectation') {
      if (record.for.peer !== this.peer) return undefined;
      return { schema: EXPECTATION_SCHEMA, body: expectationBody(record) };
    }
    if (record.peer !== undefined) return undefined;
    const expectation = this.store.expectation(record.expectation);
    if (expectation?.principal !== principalOf(this.peer)) return undefined;
    return { schema: VERDICT_SCHEMA, body: verdictBody(record, expectation.version) };
  }

  /** After a start: whether a row that is gone, or whose id now names another thing, was of this stream. */
  private wasOurs(row: Row): boolean {
    const isOurs = (expectation: JsonObject): boolean =>
      row.subject === 'expectation'
        ? property(expectation.for, 'peer') === this.peer
        : expectation.principal === principalOf(this.peer);
    const id = row.subject === 'expectation' ? expectationId(row.id) : (row.record ?? row.was)?.expectation;
    if (id === undefined) return false;
    const standing = this.store.expectation(id);
    if (standing && isOurs(asJson(standing))) return true;
    const changes = this.store.changesOf(id, CHANGES_LOOKED_AT);
    return changes.some(({ type, document }) => type === 'delete' && document !== undefined && isOurs(document));
  }
}

function expectationBody(record: CurrentRecords['expectation']): JsonObject {
  // With which set it was laid here is nothing to the peer.
  const { for: meant, id: _, principal: __, version: ___, set: ____, name: _____, ...rest } = record;
  const { peer: ______, ...target } = meant;
  return asJson({ ...rest, for: target });
}

function verdictBody(record: CurrentRecords['verdict'], version: string | undefined): JsonObject {
  const { expectation, instance, verdict, residual, unknown, conflicts, stalled, since } = record;
  return {
    expectation,
    ...(instance === undefined ? {} : { instance }),
    verdict,
    ...(residual === undefined ? {} : { residual }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(conflicts === undefined ? {} : { conflicts: conflicts.map(asJson) }),
    ...(stalled === undefined ? {} : { stalled: stalled.map(asJson) }),
    since,
    of: version ?? '',
  };
}
