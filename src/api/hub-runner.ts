/** Tells one listener, event by event; knows how far it has been told and how often in vain. */
import { AgentError, sentence } from '../core/errors.ts';
import type { Listener } from '../core/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Moment } from '../tmf/event.ts';
import type { Stretch } from './hub-feed.ts';
import type { Ledger } from './hub-ledger.ts';
import type { Outcome, Posting } from './hub-post.ts';

export interface Patience {
  readonly deadlineMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After so many tries in vain a listener is suspended. */
  readonly tries: number;
}

export interface RunnerParts {
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1; spreads the tries of many listeners. */
  readonly random: () => number;
  readonly patience: Patience;
  readonly ledger: Ledger;
  /** What follows a cursor; throws `gone` when that is no longer all kept. */
  readonly read: (cursor: number) => Stretch;
  /** The bodies that the listener asked for. */
  readonly bodiesOf: (moment: Moment) => readonly string[];
  readonly post: (url: URL, body: string, isDoubtful: boolean) => Posting;
  /** True when it has been told all there is: it rests, and is told to go on when there is more. */
  readonly rests: (runner: Runner) => boolean;
  readonly counted: (outcome: Outcome) => void;
}

/**
 * `telling`: reading and posting. `resting`: has been told all; whoever reads the change list for all wakes it.
 * `pausing`: until it is tried again. `suspended`: until a person sees to it. `over`: unsubscribed or stopped.
 */
export type RunnerState = 'telling' | 'resting' | 'pausing' | 'suspended' | 'over';

export class Runner {
  #listener: Listener;
  /** How far it has been told, which may be ahead of what is written down. */
  #cursor: number;
  /** Of the change after the cursor so many events have been told. */
  #toldOfNext = 0;
  #failures = 0;
  #state: RunnerState = 'resting';
  #callOff: (() => void) | undefined;
  readonly #parts: RunnerParts;

  constructor(listener: Listener, parts: RunnerParts) {
    this.#listener = listener;
    this.#cursor = listener.cursor;
    this.#parts = parts;
    if (listener.suspended !== undefined) this.#state = 'suspended';
  }

  get listener(): Listener {
    return this.#listener;
  }

  get state(): RunnerState {
    return this.#state;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Goes on telling, from a seq on or from where it was. */
  go(from: number = this.#cursor): void {
    if (this.#state !== 'resting' && this.#state !== 'pausing') return;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#state = 'telling';
    this.#moveTo(from);
    this.#run().catch((error: unknown) => this.suspend(`stopped: ${sentence(error)}`));
  }

  /** Somebody registered it again: what was wrong may have been mended. */
  renew(listener: Listener): void {
    if (this.#state === 'over') return;
    this.#listener = listener;
    this.#parts.ledger.forget(listener.id);
    if (this.#state === 'suspended') {
      this.#cursor = listener.cursor;
      this.#toldOfNext = 0;
      this.#state = 'resting';
    }
    this.#failures = 0;
    this.go();
  }

  /** Has nothing to tell up to a seq; written down when it is far from what is written. */
  passTo(cursor: number): void {
    this.#moveTo(cursor);
    this.#note('in time');
  }

  /** Ends; what has been told is written down with what others have noted. */
  stop(cursor: number): void {
    if (this.#state === 'resting') this.#moveTo(cursor);
    this.#note('in time');
    this.abandon();
  }

  /** Ends without a trace; the listener is no more. */
  abandon(): void {
    this.#state = 'over';
    this.#callOff?.();
  }

  suspend(reason: string): void {
    if (this.#state === 'over' || this.#state === 'suspended') return;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#state = 'suspended';
    this.#listener = { ...this.#listener, cursor: this.#cursor, suspended: reason };
    this.#parts.log.warn('a listener was suspended', { ...this.#who(), reason });
    this.#parts.ledger.note(this.#listener, 'soon');
  }

  async #run(): Promise<void> {
    for (;;) {
      const stretch = this.#read();
      if (!stretch) return;
      let hasTold = false;
      for (const moment of stretch.moments) {
        const { seq } = moment.change;
        if (seq <= this.#cursor) continue;
        const bodies = this.#parts.bodiesOf(moment);
        for (const body of bodies.slice(this.#toldOfNext)) {
          const outcome = await this.#tell(body);
          if (this.#state !== 'telling') return;
          this.#parts.counted(outcome);
          if (outcome !== undefined) return this.#pause(outcome);
          this.#failures = 0;
          this.#toldOfNext++;
          hasTold = true;
        }
        this.#moveTo(seq);
      }
      this.#moveTo(stretch.to);
      if (hasTold) this.#note('in time');
      if (this.#parts.rests(this)) {
        this.#state = 'resting';
        return;
      }
      // Room for others: what nobody asked for is passed over without a wait.
      if (!hasTold) await new Promise(resolve => setImmediate(resolve));
      if (this.#state !== 'telling') return;
    }
  }

  #read(): Stretch | undefined {
    try {
      return this.#parts.read(this.#cursor);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'gone') throw error;
      this.suspend('overtaken: changes it was not told of are no longer kept');
      return undefined;
    }
  }

  async #tell(body: string): Promise<Outcome> {
    const { answer, callOff } = this.#parts.post(new URL(this.#listener.callback), body, this.#failures > 0);
    this.#callOff = callOff;
    const outcome = await answer;
    if (this.#state === 'telling') this.#callOff = undefined;
    return outcome;
  }

  #pause(failure: string): void {
    this.#failures++;
    const { tries, firstPauseMs, longestPauseMs } = this.#parts.patience;
    this.#note('in time');
    if (this.#failures >= tries) {
      this.suspend(`gave up after ${tries} tries: ${failure}`);
      return;
    }
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
    const tryAgainMs = Math.round(longest * (0.5 + 0.5 * this.#parts.random()));
    const level = this.#failures === 1 ? 'info' : 'debug';
    this.#parts.log[level]('a listener was not reached, it is tried again', { ...this.#who(), failure, tryAgainMs });
    this.#state = 'pausing';
    this.#callOff = this.#parts.clock.after(tryAgainMs, () => this.go());
  }

  #moveTo(cursor: number): void {
    if (cursor <= this.#cursor) return;
    this.#cursor = cursor;
    this.#toldOfNext = 0;
  }

  #note(when: 'soon' | 'in time'): void {
    if (this.#state === 'suspended' || this.#state === 'over' || this.#cursor === this.#listener.cursor) return;
    this.#listener = { ...this.#listener, cursor: this.#cursor };
    this.#parts.ledger.note(this.#listener, when);
  }

  #who(): { readonly listener: string; readonly callback: string } {
    return { listener: this.#listener.id, callback: this.#listener.callback };
  }
}
