/** Plays a recorded run again: everything that came in comes in anew, in its order; what the loop comes to is compared. */

import { sentence } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { type Difference, differenceOf } from '../../core/recording/difference.ts';
import type { Call, Cue, Row, TurnLine, WriteLine } from '../../core/recording/lines.ts';
import { AnswerUnpacker, errorOf, LookUnpacker } from '../../core/recording/wire.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { Portions, Turns } from '../../ports/turns.ts';
import { askAgain } from './asked.ts';
import { Readings } from './readings.ts';
import { rowsAfter } from './rows.ts';
import { SampleUnpacker } from './samples.ts';

/** A call that was not answered at once. */
interface Asking {
  readonly port: string;
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What a turn came to. */
export interface Played {
  readonly rows: readonly Row[];
  readonly difference?: Difference;
}

/** Says to the loop what was said to it. */
export type Say = (cue: Extract<Cue, { cue: 'told' }>) => void;

const NOTHING: TurnLine = { turn: { cue: 'begin' } };

export class Player implements Turns {
  readonly #answers = new AnswerUnpacker();
  readonly #looks = new LookUnpacker();
  readonly #samples = new SampleUnpacker();
  // What the loop waits for.
  readonly #begins: (() => void)[] = [];
  readonly #breaths: (() => void)[] = [];
  readonly #timers = new Map<number, () => void>();
  readonly #asked = new Map<number, Asking>();
  readonly #ears = new Map<string, () => void>();
  #timersSet = 0;
  #callsMade = 0;
  // What came in during the turn at hand, and how much of it was used.
  #line: TurnLine = NOTHING;
  readonly #now = new Readings();
  readonly #even = new Readings();
  readonly #chance = new Readings();
  #idsGiven = 0;
  #steps = 0;
  #fixed: Instant | undefined;
  /** What follows from a word is the loop's only as far as it heeds it; the rest is whoever speaks. */
  #heeds = true;
  // What it comes to.
  #waits: number[] = [];
  #calls: Call[] = [];
  #threw: string | undefined;
  #wantsMore: string | undefined;
  #store: Store | undefined;
  #told = 0;

  /** The time as of what was played last. */
  get at(): Instant {
    return this.#fixed ?? this.#now.last;
  }

  open(store: Store, at: Instant): void {
    this.#store = store;
    this.#told = store.seq();
    this.#now.last = at;
  }

  /** Writes what somebody wrote. */
  write({ write, at, do: calls, seq }: WriteLine): Difference | undefined {
    const store = this.#store;
    if (!store) return undefined;
    this.#fixed = at;
    this.#now.last = at;
    try {
      store.transact(write, writer => askAgain(writer, calls));
    } catch (error) {
      return { what: `what ${write.principal} wrote`, recorded: 'it was written', replayed: sentence(error) };
    } finally {
      this.#fixed = undefined;
    }
    this.#told = store.seq();
    if (store.seq() === seq) return undefined;
    return { what: `the last change by ${write.principal}`, recorded: String(seq), replayed: String(store.seq()) };
  }

  /** Gives the loop one turn, and holds what it comes to against what it came to then. */
  async turn(line: TurnLine, say: Say): Promise<Played> {
    this.#take(line);
    this.#heeds = line.turn.cue !== 'told';
    const missing = this.#go(line.turn, say);
    if (missing) return { rows: [], difference: missing };
    // A turn of the event loop runs all that follows from promises.
    await new Promise<void>(resolve => void setImmediate(resolve));
    return this.#cameTo(line);
  }

  /** The same of its making. */
  making<T>(line: TurnLine, make: () => T): T {
    this.#take(line);
    this.#heeds = true;
    return make();
  }

  #take(line: TurnLine): void {
    this.#line = line;
    this.#now.takeDistances(line.now);
    this.#even.takeDistances(line.even);
    this.#chance.take(line.chance);
    [this.#idsGiven, this.#steps, this.#waits, this.#calls] = [0, 0, [], []];
    [this.#threw, this.#wantsMore] = [undefined, undefined];
  }

  #cameTo(line: TurnLine): Played {
    const rows = this.#rows();
    const outcome = {
      rows,
      calls: this.#calls,
      waits: this.#waits,
      ...(this.#threw === undefined ? {} : { threw: this.#threw }),
    };
    const difference = differenceOf(line, outcome) ?? this.#unevenUse(line);
    return { rows, ...(difference ? { difference } : {}) };
  }

  #go(cue: Cue, say: Say): Difference | undefined {
    switch (cue.cue) {
      case 'told':
        try {
          say(cue);
        } catch (error) {
          this.#threw ??= sentence(error);
        }
        return undefined;
      case 'made':
        return undefined;
      case 'begin':
        return wake(this.#begins.shift(), 'a pass begins');
      case 'breath':
        return wake(this.#breaths.shift(), 'long work goes on');
      case 'timer': {
        const call = this.#timers.get(cue.nth);
        this.#timers.delete(cue.nth);
        return wake(call, `the time is over that it waits for (the ${cue.nth}th)`);
      }
      case 'heard':
        return wake(this.#ears.get(cue.port), `${cue.port} may have changed`);
      case 'answer': {
        const asking = this.#asked.get(cue.to);
        this.#asked.delete(cue.to);
        return wake(asking && (() => this.#answer(asking, cue)), `an answer comes to the call ${cue.to}`);
      }
    }
  }

  #answer({ port, method, resolve, reject }: Asking, answer: Extract<Cue, { cue: 'answer' }>): void {
    const { value, failure } = answer;
    if (failure) reject(errorOf(failure));
    else if (method === 'look') resolve(this.#looks.unpack(port, value));
    else if (method === 'sample') resolve(this.#samples.unpack(port, value));
    else resolve(this.#answers.unpack(`${port} ${method}`, answer));
  }

  /** Of what came in, more or less was asked for than then. */
  #unevenUse({ ids = [], steps }: TurnLine): Difference | undefined {
    if (this.#wantsMore !== undefined) return { what: this.#wantsMore, replayed: 'it is asked for once more' };
    const over: readonly (readonly [string, number])[] = [
      ['the time', this.#now.over],
      ['the time that goes on evenly', this.#even.over],
      ['chance', this.#chance.over],
      ['new ids', ids.length - this.#idsGiven],
      ['a breath in long work', steps !== undefined && this.#steps < steps ? 1 : 0],
    ];
    const found = over.find(([, left]) => left > 0);
    return found && { what: found[0], recorded: `it is asked for ${found[1]} times more` };
  }

  #rows(): readonly Row[] {
    if (!this.#store) return [];
    const { rows, upTo } = rowsAfter(this.#store, this.#told);
    this.#told = upTo;
    return rows;
  }

  // What the loop asks for

  readonly clock: Clock = {
    now: () => this.#fixed ?? this.#read(this.#now, 'the time'),
    monotonic: () => this.#read(this.#even, 'the time that goes on evenly'),
    after: (ms, call) => {
      if (!this.#heeds) return () => {};
      this.#waits.push(ms);
      const nth = ++this.#timersSet;
      this.#timers.set(nth, call);
      return () => void this.#timers.delete(nth);
    },
  };

  readonly chance = (): number => this.#read(this.#chance, 'chance');

  readonly newId = (): string => {
    const id = this.#line.ids?.[this.#idsGiven++];
    if (id === undefined) this.#wantsMore ??= 'a new id';
    return id ?? `more-${this.#idsGiven}`;
  };

  #read(readings: Readings, what: string): number {
    const read = this.#heeds ? readings.next() : readings.last;
    if (read === undefined && this.#line !== NOTHING) this.#wantsMore ??= what;
    return read ?? readings.last;
  }

  /** What the loop asks and acts by: nothing of it is asked for anything but what it is. */
  port<P extends object>(name: string, port: P): P {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return (...args: unknown[]) => this.#call(name, key, args);
      },
    });
  }

  #call(port: string, method: string, args: readonly unknown[]): unknown {
    if (!this.#heeds) return new Promise(() => {});
    const plain = args.filter((each): each is Json => typeof each !== 'function');
    this.#calls.push([port, method, ...plain]);
    for (const each of args) if (typeof each === 'function') this.#ears.set(port, () => void each());
    const to = ++this.#callsMade;
    const said = this.#line.said?.find(each => each.to === to);
    if (said?.failure) throw errorOf(said.failure);
    if (said) return said.value;
    return new Promise((resolve, reject) => this.#asked.set(to, { port, method, resolve, reject }));
  }

  begin(): Promise<void> {
    return new Promise(resolve => void this.#begins.push(resolve));
  }

  told<T>(_: unknown, heed: () => T): T {
    this.#heeds = true;
    try {
      return heed();
    } finally {
      this.#heeds = false;
    }
  }

  async come(): Promise<void> {
    this.#heeds = true;
  }

  /** Whoever waited then is not here now. */
  apart<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => {});
    return new Promise(() => {});
  }

  portions(): Portions {
    return {
      step: () => ++this.#steps === this.#line.steps,
      breathe: () => new Promise(resolve => void this.#breaths.push(resolve)),
    };
  }
}

/** Nobody waits for what came then: the loop has gone another way. */
function wake(waiting: (() => void) | undefined, what: string): Difference | undefined {
  if (!waiting) return { what: 'what the loop waits for', recorded: what, replayed: 'nothing like it' };
  waiting();
  return undefined;
}
