/** What has to be done again at an instant: a heap, so that the next one is known without looking at all of them. */
import type { Instant } from '../core/ids.ts';

interface Entry {
  readonly at: Instant;
  readonly name: string;
}

export class Deadlines {
  readonly #at = new Map<string, Instant>();
  /** Each parent is due no later than its children; entries that count no more stay until they come up. */
  #heap: Entry[] = [];

  /** Never, for undefined. */
  set(name: string, at: Instant | undefined): void {
    if (at === undefined) {
      this.#at.delete(name);
      return;
    }
    if (this.#at.get(name) === at) return;
    this.#at.set(name, at);
    this.#push({ at, name });
    // Old entries of what is put off again and again must not pile up.
    if (this.#heap.length > 2 * this.#at.size + 64) this.#rebuild();
  }

  at(name: string): Instant | undefined {
    return this.#at.get(name);
  }

  clear(): void {
    this.#at.clear();
    this.#heap = [];
  }

  /** Infinite when there is none. */
  next(): Instant {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (this.#at.get(top.name) === top.at) return top.at;
      this.#pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Takes out what is due. */
  take(now: Instant): string[] {
    const due: string[] = [];
    while (this.next() <= now) {
      const top = this.#pop();
      if (!top) break;
      this.#at.delete(top.name);
      due.push(top.name);
    }
    return due;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (!parent || parent.at <= entry.at) break;
      heap[i] = parent;
      heap[up] = entry;
      i = up;
    }
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const right = left + 1;
      const child = (heap[right]?.at ?? Number.POSITIVE_INFINITY) < (heap[left]?.at ?? 0) ? right : left;
      const below = heap[child];
      if (!below || below.at >= last.at) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
    return top;
  }

  #rebuild(): void {
    this.#heap = [...this.#at].map(([name, at]) => ({ at, name })).sort((a, b) => a.at - b.at);
  }
}
