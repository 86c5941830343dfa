/** What the last changes touched, in memory: whoever follows closely learns from it which rows to read, and asks for no others. */
import type { ChangeSubject } from '../../core/change.ts';

export interface Touched {
  readonly seq: number;
  readonly subject: ChangeSubject;
  readonly id: string;
}

/** More than one commit writes, mostly; whoever is further behind asks the tables. */
const REMEMBERED = 128;

export class Latest {
  #touched: Touched[] = [];
  /** All that was touched after this is remembered. */
  #since: number;

  constructor(seq: number) {
    this.#since = seq;
  }

  note(touched: Touched): void {
    this.#touched.push(touched);
    if (this.#touched.length < 2 * REMEMBERED) return;
    const kept = this.#touched.slice(-REMEMBERED);
    this.#since = (kept[0]?.seq ?? touched.seq) - 1;
    this.#touched = kept;
  }

  /** What was written after it was taken back. */
  goBackTo(seq: number): void {
    while ((this.#touched.at(-1)?.seq ?? seq) > seq) this.#touched.pop();
    this.#since = Math.min(this.#since, seq);
  }

  after(seq: number): readonly Touched[] | undefined {
    if (seq < this.#since) return undefined;
    const last = new Map<string, Touched>();
    for (let i = this.#touched.length - 1; i >= 0; i--) {
      const touched = this.#touched[i];
      if (!touched || touched.seq <= seq) break;
      const name = `${touched.subject}/${touched.id}`;
      if (!last.has(name)) last.set(name, touched);
    }
    return [...last.values()].reverse();
  }
}
