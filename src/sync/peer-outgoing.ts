/**
 * Our rows of a stream to one peer: the expectations laid on its instances, and our verdicts on the expectations it has
 * laid here. What a row is follows from the store alone; kept in memory are only the hashes, for the sum.
 */
import type { Expectation } from '../core/expectation.ts';
import { type ExpectationId, expectationId } from '../core/ids.ts';
import { type Json, type JsonObject, property } from '../core/json.ts';
import { principalOf } from '../core/peer.ts';
import type { Item, LiveItem } from '../core/stream/batch.ts';
import type { Source } from '../core/stream/sender.ts';
import { hashOf, noRows, type Sum, withoutRow, withRow } from '../core/stream/sum.ts';
import type { StandingVerdict } from '../core/verdict.ts';
import type { CurrentRow, Reader } from '../ports/store.ts';

export const EXPECTATION_SCHEMA = 'expectation/1';
export const VERDICT_SCHEMA = 'verdict/1';

const subjects = ['expectation', 'verdict'] as const;
const ROWS_AT_ONCE = 200;
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
    for (const { item } of this.items(seq)) yield item;
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

  private *items(after: number): IterableIterator<{ readonly row: CurrentRow; readonly item: Item }> {
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
  private itemOf(row: CurrentRow): Item | undefined {
    const record = row.record ?? row.was;
    if (record === undefined) return undefined;
    const key = `${row.subject}/${row.id}`;
    const live = row.record === undefined ? undefined : this.body(row, row.record);
    if (live) return { key, seq: row.seq, deleted: false, hash: hashOf(live.body), ...live } satisfies LiveItem;
    // What the peer has told us is not told back.
    if (row.subject === 'verdict' && record.peer !== undefined) return undefined;
    const wasOurs = this.known.has(key) || this.ended.has(key) || (this.upTo === 0 && this.wasOurs(row, record));
    return wasOurs ? { key, seq: row.seq, deleted: true } : undefined;
  }

  private body(row: CurrentRow, record: JsonObject): (Pick<LiveItem, 'schema'> & { body: JsonObject }) | undefined {
    if (row.subject === 'expectation') {
      if (!isOn(record, this.peer)) return undefined;
      return { schema: EXPECTATION_SCHEMA, body: expectationBody(record as unknown as Expectation) };
    }
    const verdict = record as unknown as StandingVerdict;
    const expectation = this.store.expectation(verdict.expectation);
    if (expectation?.principal !== principalOf(this.peer) || verdict.peer !== undefined) return undefined;
    return { schema: VERDICT_SCHEMA, body: verdictBody(verdict, expectation.version) };
  }

  /** After a start: whether a row that is gone, or whose id now names another thing, was of this stream. */
  private wasOurs({ subject, id }: CurrentRow, record: JsonObject): boolean {
    const isOurs = (expectation: object | undefined): boolean => {
      const known = expectation as JsonObject | undefined;
      if (known === undefined) return false;
      return subject === 'expectation' ? isOn(known, this.peer) : known.principal === principalOf(this.peer);
    };
    const expectation = expectationId(subject === 'expectation' ? id : String(record.expectation));
    if (isOurs(this.store.expectation(expectation))) return true;
    const changes = this.store.changesOf(expectation, CHANGES_LOOKED_AT);
    return changes.some(({ type, document }) => type === 'delete' && isOurs(document));
  }
}

function isOn(expectation: JsonObject, peer: string): boolean {
  return property(expectation.for, 'peer') === peer;
}

function expectationBody(record: Expectation): JsonObject {
  const { for: meant, id: _, seq: __, principal: ___, version: ____, ...rest } = record;
  const { peer: _____, ...target } = meant;
  return { ...rest, for: target } as unknown as JsonObject;
}

function verdictBody(record: StandingVerdict, version: string | undefined): JsonObject {
  const { expectation, instance, verdict, residual, unknown, since } = record;
  return {
    expectation,
    ...(instance === undefined ? {} : { instance }),
    verdict,
    ...(residual === undefined ? {} : { residual }),
    ...(unknown === undefined ? {} : { unknown: unknown as Json }),
    since,
    of: version ?? '',
  };
}
