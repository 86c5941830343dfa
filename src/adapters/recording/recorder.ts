/**
 * Writes a run of the loop down: it stands between the loop and its ports, lets it go on in turns of its own, and tells
 * of each what came in and what the loop came to.
 */

import type { Cause } from '../../core/change.ts';
import { sentence } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Kinds } from '../../core/kind.ts';
import { type Cue, type Heading, type Row, STOPPED, type TableRows } from '../../core/recording/lines.ts';
import { AnswerPacker, failureOf, LookPacker } from '../../core/recording/wire.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { Portions, Turns, Word } from '../../ports/turns.ts';
import type { Asked } from './asked.ts';
import type { LineSink } from './file.ts';
import { othersStore } from './others.ts';
import { rowsAfter } from './rows.ts';
import { SamplePacker } from './samples.ts';
import { Turn } from './turn.ts';

export class Recorder implements Turns {
  readonly #sink: LineSink;
  readonly #portions: Turns['portions'];
  readonly #answers = new AnswerPacker();
  readonly #looks = new LookPacker();
  readonly #samples = new SamplePacker();
  #store: Store | undefined;
  #kinds: Kinds = new Map();
  #turn: Turn | undefined;
  #takes = true;
  /** Up to where the changes have been told. */
  #told = 0;
  #timers = 0;
  #calls = 0;
  #lastNow: Instant = 0;

  /** `portions`: how long work is done where nobody records. */
  constructor(sink: LineSink, portions: Turns['portions']) {
    this.#sink = sink;
    this.#portions = portions;
  }

  /** Writes down what the run begins with; nothing may be written to the store between this and the first turn. */
  open(heading: Heading, state: Iterable<TableRows>, store: Store, kinds: Kinds): void {
    this.#store = store;
    this.#kinds = kinds;
    this.#put(heading);
    for (const rows of state) this.#put(rows);
    this.#told = store.seq();
  }

  close(): void {
    this.#put({ end: STOPPED });
    this.#takes = false;
    this.#sink.close();
  }

  // What the loop asks for

  clock(clock: Clock): Clock {
    return {
      now: () => {
        const now = clock.now();
        this.#lastNow = now;
        this.#turn?.now.push(now);
        return now;
      },
      monotonic: () => {
        // Whole, so that the distances of readings are exact.
        const even = Math.floor(clock.monotonic());
        this.#turn?.even.push(even);
        return even;
      },
      after: (ms, call) => {
        if (!this.#turn) return clock.after(ms, call);
        this.#turn.waits.push(ms);
        const nth = ++this.#timers;
        let isOff = false;
        const off = clock.after(ms, () => this.#enqueue(() => (isOff ? undefined : { cue: 'timer', nth }), call));
        return () => {
          isOff = true;
          off();
        };
      },
    };
  }

  chance(chance: () => number): () => number {
    return () => {
      const drawn = chance();
      this.#turn?.chance.push(drawn);
      return drawn;
    };
  }

  newId(newId: () => string): () => string {
    return () => {
      const id = newId();
      this.#turn?.ids.push(id);
      return id;
    };
  }

  /** A driver, or whatever else the loop asks and acts by: what it answers at once, and what it answers later. */
  port<P extends object>(name: string, port: P): P {
    const wrapped = new Map<PropertyKey, unknown>();
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        let call = wrapped.get(key);
        if (!call) {
          call = this.#method(name, key, (...args) => Reflect.apply(value, target, args));
          wrapped.set(key, call);
        }
        return call;
      },
    });
  }

  #method(port: string, method: string, ask: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (...given) => {
      const turn = this.#turn;
      const args = given.map(each =>
        typeof each === 'function'
          ? () =>
              this.#enqueue(
                () => ({ cue: 'heard', port }),
                () => void each(),
              )
          : each,
      );
      if (!turn) return ask(...args);
      // A function is known by its place.
      turn.calls.push([port, method, ...given.filter((each): each is Json => typeof each !== 'function')]);
      const to = ++this.#calls;
      let answer: unknown;
      try {
        answer = ask(...args);
      } catch (error) {
        turn.said.push({ to, failure: failureOf(error) });
        throw error;
      }
      if (!(answer instanceof Promise)) {
        turn.said.push({ to, ...(answer === undefined ? {} : { value: answer as Json }) });
        return answer;
      }
      return new Promise((resolve, reject) => {
        answer.then(
          value =>
            this.#enqueue(
              () => this.#answered(to, port, method, value),
              () => resolve(value),
            ),
          error =>
            this.#enqueue(
              () => ({ cue: 'answer', to, failure: failureOf(error) }),
              () => reject(error),
            ),
        );
      });
    };
  }

  #answered(to: number, port: string, method: string, value: unknown): Cue {
    if (value === undefined) return { cue: 'answer', to };
    if (method === 'look') return { cue: 'answer', to, value: this.#looks.pack(port, value as Json) };
    if (value instanceof Map) return { cue: 'answer', to, value: this.#samples.pack(port, value) };
    return { cue: 'answer', to, ...this.#answers.pack(`${port} ${method}`, value as Json) };
  }

  /** The store as all but the loop have it. */
  others(store: Store): Store {
    return othersStore(store, { now: () => this.#lastNow, wrote: (cause, asked) => this.#wrote(cause, asked) });
  }

  #wrote(cause: Cause, asked: Asked): void {
    if (asked.calls.length === 0) return;
    const seq = asked.seq ?? this.#store?.seq() ?? 0;
    if (this.#turn) this.#put({ loose: `${cause.principal} wrote in the midst of a turn of the loop` });
    this.#put({ write: cause, at: asked.at, do: asked.calls, seq });
    this.#told = Math.max(this.#told, seq);
  }

  // Turns

  /** What the loop asks for while it is made is asked for again when it is made again. */
  making<T>(make: () => T): T {
    this.#open({ cue: 'made' });
    try {
      return make();
    } finally {
      this.#close();
    }
  }

  begin(): Promise<void> {
    return new Promise(resolve => this.#enqueue(() => ({ cue: 'begin' }), resolve));
  }

  told<T>(word: Word, heed: () => T): T {
    if (this.#turn) {
      this.#put({ loose: `somebody said "${word.word}" in the midst of a turn of the loop` });
      return heed();
    }
    const turn = this.#open(this.#said(word));
    try {
      return heed();
    } catch (error) {
      turn.threw = sentence(error);
      throw error;
    } finally {
      this.#close();
    }
  }

  come(word: Word): Promise<void> {
    return new Promise(resolve => this.#enqueue(() => this.#said(word), resolve));
  }

  #said({ word, ...rest }: Word): Cue {
    const kinds = word === 'takeKinds' ? { kinds: [...this.#kinds.values()] } : {};
    return { cue: 'told', word: { word, ...(JSON.parse(JSON.stringify(rest)) as JsonObject) }, ...kinds };
  }

  apart<T>(answer: Promise<T>): Promise<T> {
    const later = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));
    return answer.then(
      value => later().then(() => value),
      error =>
        later().then(() => {
          throw error;
        }),
    );
  }

  portions(): Portions {
    const timed = this.#portions();
    return {
      step: () => {
        const turn = this.#turn;
        if (turn) turn.steps++;
        const isOver = timed.step();
        if (turn && isOver) turn.brokeOff = turn.steps;
        return isOver;
      },
      breathe: () => new Promise(resolve => this.#enqueue(() => ({ cue: 'breath' }), resolve)),
    };
  }

  /** What follows from it at once, and from the promises it fulfils, is one turn: between the two nothing else runs. */
  #enqueue(cue: () => Cue | undefined, go: () => void): void {
    let isOpen = false;
    setImmediate(() => {
      const made = cue();
      if (!made) return;
      isOpen = true;
      this.#open(made);
      go();
    });
    setImmediate(() => {
      if (isOpen) this.#close();
    });
  }

  #open(cue: Cue): Turn {
    this.#missed();
    const turn = new Turn(cue);
    this.#turn = turn;
    return turn;
  }

  #close(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn && this.#takes) this.#put(turn.line(this.#rows()));
  }

  /** What was written between the turns, and not by anybody who was asked. */
  #missed(): void {
    const seq = this.#store?.seq() ?? 0;
    if (seq <= this.#told) return;
    this.#put({ loose: `the changes ${this.#told + 1} to ${seq} were written by nobody who is recorded` });
    this.#told = seq;
  }

  #rows(): readonly Row[] {
    const store = this.#store;
    if (!store) return [];
    const { rows, upTo } = rowsAfter(store, this.#told);
    this.#told = upTo;
    return rows;
  }

  #put(line: Parameters<LineSink['put']>[0]): void {
    if (this.#takes) this.#takes = this.#sink.put(line);
  }
}
