/**
 * An agent with a transactional store, as far as its stream is concerned: it writes rows, loses commits that were not
 * yet on the disk, comes back from an old image, and may have a double. What it sends and how it takes an answer is the
 * production sender.
 */
import type { Batch, Item, Reply } from '../../src/core/stream/batch.ts';
import type { Moment } from '../../src/core/stream/pace.ts';
import type { Rules } from '../../src/core/stream/rules.ts';
import {
  type DurableSender,
  durable,
  heard,
  type Limits,
  newSender,
  next,
  released,
  resumed,
  type Sender,
  type Step,
  unanswered,
} from '../../src/core/stream/sender.ts';
import { hashOf, noRows, type Sum, withoutRow, withRow } from '../../src/core/stream/sum.ts';

/** What a row says of itself, so that a receiver which goes back in time is found out. */
export type Body = {
  /** Whose hand wrote it: a restored agent and a double are each another one. */
  readonly life: number;
  /** Grows with every write in the world. */
  readonly tick: number;
  /** The receiver cannot apply it. */
  readonly poison?: boolean;
  readonly padding?: string;
};

/** One committed state of the store. */
export interface Image {
  /** In order of seq: a row that is written moves to the end. */
  readonly rows: ReadonlyMap<string, Item>;
  readonly seq: number;
  readonly purged: number;
  readonly sum: Sum;
  readonly kept: DurableSender;
}

const COMMITS_IN_DOUBT = 4;

export class Agent {
  readonly life: number;
  readonly #rules: Rules;
  #commits: readonly Image[];
  #sender: Sender;
  #underway: { readonly batch: Batch; readonly since: number } | undefined;

  constructor(life: number, image: Image, rules: Rules) {
    this.life = life;
    this.#rules = rules;
    this.#commits = [image];
    this.#sender = resumed(image.kept);
  }

  get image(): Image {
    return this.#commits[this.#commits.length - 1] ?? emptyImage;
  }

  /** What is left when the last commits never reached the disk. */
  withoutLast(commits: number): Image {
    return this.#commits[Math.max(0, this.#commits.length - 1 - commits)] ?? this.image;
  }

  get sender(): Sender {
    return this.#sender;
  }

  put(key: string, body: Body): void {
    const seq = this.image.seq + 1;
    this.#write({ key, seq, deleted: false, hash: hashOf(body), schema: 'thing@1.0', body });
  }

  /** The same content under a new seq; only what this hand wrote, for it shows how old it is. */
  touch(key: string): void {
    const row = this.image.rows.get(key);
    if (row && !row.deleted && (row.body as Body).life === this.life) this.#write({ ...row, seq: this.image.seq + 1 });
  }

  remove(key: string): void {
    const row = this.image.rows.get(key);
    if (row && !row.deleted) this.#write({ key, seq: this.image.seq + 1, deleted: true });
  }

  /** Something that is no row of this stream takes a seq. */
  writeElsewhere(): void {
    this.#commit({ seq: this.image.seq + 1 });
  }

  forgetTombstones(upTo: number): void {
    const rows = [...this.image.rows].filter(([, row]) => !row.deleted || row.seq > upTo);
    this.#commit({ rows: new Map(rows), purged: Math.max(this.image.purged, upTo) });
  }

  /** Cursors may be written late; losing one only sends again. */
  keepCursor(): void {
    this.#commit({ kept: durable(this.#sender) });
  }

  /** One batch is under way at a time; without an answer it is given up. */
  step(moment: Moment, limits: Limits, patienceMs: number): Step | 'waiting for an answer' {
    if (this.#underway) {
      if (moment.now < this.#underway.since + patienceMs) return 'waiting for an answer';
      this.#underway = undefined;
      this.#sender = unanswered(this.#sender, moment);
    }
    const { rows, seq, purged, sum } = this.image;
    const source = {
      seq,
      purged,
      sum: () => sum,
      rowsAfter: (after: number, limit: number) => [...rows.values()].filter(row => row.seq > after).slice(0, limit),
    };
    const step = next(this.#sender, source, moment, limits, this.#rules);
    if (step.step === 'begin') {
      this.#sender = step.sender;
      this.keepCursor();
    }
    if (step.step === 'send') this.#underway = { batch: step.batch, since: moment.now };
    return step;
  }

  hear(reply: Reply, moment: Moment): void {
    this.#sender = heard(this.#sender, reply, this.image.seq, moment, { rules: this.#rules });
    this.#underway = undefined;
  }

  /** A person lets it begin epochs again. */
  release(): void {
    this.#sender = released(this.#sender);
  }

  #write(item: Item): void {
    const { rows: before, sum: sumBefore } = this.image;
    const rows = new Map(before);
    const old = rows.get(item.key);
    rows.delete(item.key);
    rows.set(item.key, item);
    const without = old && !old.deleted ? withoutRow(sumBefore, old.key, old.hash) : sumBefore;
    const sum = item.deleted ? without : withRow(without, item.key, item.hash);
    this.#commit({ rows, sum, seq: item.seq });
  }

  #commit(change: Partial<Image>): void {
    this.#commits = [...this.#commits.slice(1 - COMMITS_IN_DOUBT), { ...this.image, ...change }];
  }
}

export const emptyImage: Image = {
  rows: new Map(),
  seq: 0,
  purged: 0,
  sum: noRows,
  kept: durable(newSender('agent-7')),
};
