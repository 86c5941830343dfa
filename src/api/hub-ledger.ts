/** Writes down how far listeners have been told: many in one commit, and not after every delivery. */
import { sentence } from '../core/errors.ts';
import type { ListenerId } from '../core/ids.ts';
import type { Listener } from '../core/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

/** What was told within it before a crash is told again: with the same ids, so nobody is misled, and flash lasts. */
const WRITE_EVERY_MS = 1_000;

export class Ledger {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #notes = new Map<ListenerId, Listener>();
  #callOff: (() => void) | undefined;

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** The listener as it is to be kept; `soon` when a person may be looking. */
  note(listener: Listener, when: 'soon' | 'in time'): void {
    this.#notes.set(listener.id, listener);
    if (when === 'soon') {
      this.#callOff?.();
      const now = setImmediate(() => this.write());
      this.#callOff = () => clearImmediate(now);
    } else {
      this.#callOff ??= this.#clock.after(WRITE_EVERY_MS, () => this.write());
    }
  }

  forget(id: ListenerId): void {
    this.#notes.delete(id);
  }

  /** Writes all that was noted, now. */
  write(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#notes.size === 0) return;
    try {
      this.#store.transact({ principal: 'hub', kind: 'upkeep' }, writer => {
        for (const listener of this.#notes.values()) {
          // Whoever unsubscribed meanwhile stays away.
          if (writer.listener(listener.id)) writer.putListener(listener);
        }
      });
      this.#notes.clear();
    } catch (error) {
      this.#log.warn('how far listeners were told cannot be written down; it is tried again', {
        error: sentence(error),
      });
      this.#callOff = this.#clock.after(WRITE_EVERY_MS, () => this.write());
    }
  }
}
