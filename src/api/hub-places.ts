/** Places for what may be under way at once, a few at each host: whoever takes long gives up the place, not the wait. */
import type { Clock } from '../ports/clock.ts';

export interface Limits {
  readonly inAll: number;
  readonly atOneHost: number;
  /** After so long somebody else has the place: one who does not answer holds up nobody. */
  readonly forMs: number;
}

interface Waiting {
  readonly host: string;
  /** Gives the place back; harmless when it has been given back before. */
  readonly go: (leave: () => void) => void;
}

export class Places {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #taken = new Map<string, number>();
  #inAll = 0;
  #waiting: Waiting[] = [];

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Calls `go` when there is a place, at once if there is; the returned function stops waiting. */
  take(host: string, go: Waiting['go']): () => void {
    const waiting = { host, go };
    if (this.#hasPlace(host)) {
      this.#enter(waiting);
      return () => {};
    }
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter(each => each !== waiting);
    };
  }

  #hasPlace(host: string): boolean {
    return this.#inAll < this.#limits.inAll && (this.#taken.get(host) ?? 0) < this.#limits.atOneHost;
  }

  #enter({ host, go }: Waiting): void {
    this.#inAll++;
    this.#taken.set(host, (this.#taken.get(host) ?? 0) + 1);
    let isHeld = true;
    const leave = (): void => {
      if (!isHeld) return;
      isHeld = false;
      tooLong();
      this.#leave(host);
    };
    const tooLong = this.#clock.after(this.#limits.forMs, leave);
    go(leave);
  }

  #leave(host: string): void {
    this.#inAll--;
    const left = (this.#taken.get(host) ?? 1) - 1;
    if (left === 0) this.#taken.delete(host);
    else this.#taken.set(host, left);
    const next = this.#waiting.findIndex(each => this.#hasPlace(each.host));
    const [waiting] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (waiting) this.#enter(waiting);
  }
}
