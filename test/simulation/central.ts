/**
 * The receiving store: one transaction for each batch, backups, crashes on either side of the commit. What a batch
 * means is decided by the production receiver; here its word is carried out, and held against what is seen outside.
 */
import type { Batch, Reply } from '../../src/core/stream/batch.ts';
import {
  type Guard,
  newReceiver,
  type Receiver,
  type RowWrite,
  receive,
  refuse,
} from '../../src/core/stream/receiver.ts';
import type { Rules } from '../../src/core/stream/rules.ts';
import { sameSum, sumOf } from '../../src/core/stream/sum.ts';
import type { Body } from './agent.ts';

interface Row {
  readonly guard: Guard;
  readonly body: Body | undefined;
}

interface CentralImage {
  readonly receiver: Receiver;
  readonly rows: ReadonlyMap<string, Row>;
}

export class Central {
  readonly #rules: Rules;
  #image: CentralImage = { receiver: newReceiver, rows: new Map() };
  /** An empty one stands for a graph that was lost altogether. */
  #backups: CentralImage[] = [this.#image];
  /** What breaks a promise, a sentence each. */
  readonly violations: string[] = [];
  rewinds = 0;
  commits = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get receiver(): Receiver {
    return this.#image.receiver;
  }

  get rows(): ReadonlyMap<string, Row> {
    return this.#image.rows;
  }

  backUp(): void {
    this.#backups = [...this.#backups.slice(-4), this.#image];
  }

  restore(pick: (from: readonly CentralImage[]) => CentralImage | undefined): void {
    this.#image = pick(this.#backups) ?? this.#image;
  }

  /** What is answered after the commit; undefined when it crashed before. */
  take(batch: Batch, crash: boolean): Reply | undefined {
    const before = this.#image;
    const decided = receive(before.receiver, batch, key => before.rows.get(key)?.guard, this.#rules);
    const poisoned = decided.rows.filter(({ item }) => !item.deleted && (item.body as Body | undefined)?.poison);
    const reception = refuse(
      decided,
      poisoned.map(({ item }) => ({ key: item.key, seq: item.seq, code: 'invalid', message: 'poison' })),
    );
    if (crash) return undefined;
    if (reception.reply.reply === 'rewind') this.rewinds++;
    if (!reception.moved) {
      if (reception.receiver !== before.receiver && !sameReceiver(reception.receiver, before.receiver)) {
        this.violations.push('the receiver moved, and nothing was to be written');
      }
      return reception.reply;
    }

    const rows = new Map(before.rows);
    for (const row of reception.rows) {
      this.#watch(row, rows.get(row.item.key));
      rows.set(row.item.key, { guard: row.guard, body: row.item.deleted ? undefined : (row.item.body as Body) });
    }
    for (const row of reception.quarantine) {
      const body = rows.get(row.item.key)?.body;
      if (row.guard.shown !== (before.rows.get(row.item.key)?.guard.shown ?? null)) {
        this.violations.push(`${row.item.key} was refused, and what is shown of it changed`);
      }
      rows.set(row.item.key, { guard: row.guard, body });
    }
    // With the tombstones of earlier epochs: whoever delivers such a row is fenced off.
    const until = reception.reconcileBefore ?? 0;
    for (const [key, { guard }] of rows) if (guard.epoch < until) rows.delete(key);

    this.#image = { receiver: reception.receiver, rows };
    this.commits++;
    if (this.commits % 16 === 0) this.recount();
    return reception.reply;
  }

  /** The running sum is what counting anew gives. */
  recount(): void {
    const { receiver, rows } = this.#image;
    const counted = sumOf(
      [...rows].flatMap(([key, { guard }]) =>
        guard.epoch === receiver.epoch && guard.hash !== null ? [[key, guard.hash] as const] : [],
      ),
    );
    if (!sameSum(counted, receiver.sum)) this.violations.push('the running sum is not the sum of the rows');
  }

  /** Held against the rows themselves, not against what the decision was made of. */
  #watch({ item, guard, effect }: RowWrite, before: Row | undefined): void {
    const { key } = item;
    if (
      before &&
      (before.guard.epoch > guard.epoch || (before.guard.epoch === guard.epoch && before.guard.seq >= guard.seq))
    ) {
      this.violations.push(
        `order: ${key} went from ${before.guard.epoch}.${before.guard.seq} to ${guard.epoch}.${guard.seq}`,
      );
    }
    const old = before?.body;
    const body = item.deleted ? undefined : (item.body as Body);
    if (old && body && before.guard.epoch === guard.epoch && old.life === body.life && old.tick > body.tick) {
      this.violations.push(`order: ${key} shows write ${body.tick} after write ${old.tick} of the same hand`);
    }
    const same = JSON.stringify(old) === JSON.stringify(body);
    const seen = same ? undefined : old === undefined ? 'create' : body === undefined ? 'delete' : 'change';
    if (seen !== effect)
      this.violations.push(`effect: ${key} saw ${seen ?? 'nothing'}, told was ${effect ?? 'nothing'}`);
  }
}

function sameReceiver(a: Receiver, b: Receiver): boolean {
  return a.epoch === b.epoch && a.cursor === b.cursor && a.whole === b.whole && sameSum(a.sum, b.sum);
}
