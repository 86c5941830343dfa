/**
 * Tells central of our rows: at the start and on every reconnect, soon after a commit, and now and then although nothing
 * happened. What to send and what an answer means is decided in core; here are the time, the store and the carrier.
 * While there is nothing to tell only the heartbeat's timer stands.
 */
import { AgentError, type ErrorCode, sentence } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import { asJson } from '../core/json.ts';
import type { Batch, Reply, RowError } from '../core/stream/batch.ts';
import { defaultTempo, type Moment, type Tempo } from '../core/stream/pace.ts';
import {
  type DurableSender,
  durable,
  heard,
  newSender,
  next,
  type Renewal,
  released,
  resumed,
  type Sender,
  unanswered,
  unsent,
} from '../core/stream/sender.ts';
import type { Central, CentralCount, CentralPhase, CentralState } from '../ports/central.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { CentralRows } from './central-rows.ts';

export interface CentralSyncParts {
  readonly store: Store;
  readonly central: Central;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1; keeps agents apart that would act together. */
  readonly chance: () => number;
  /** Random, of this process alone: tells a copy of the store from the store. */
  readonly boot: string;
  /** The longest silence, give or take a fifth. */
  readonly heartbeatMs: number;
  /** The least time between two epochs, for each costs a snapshot. */
  readonly epochEveryMs: number;
}

/** The name of the stream's state in the store. */
const STATE = 'central';
/** What is written in one go travels together. */
const GATHER_MS = 1_000;
/** The cursor is kept now and then: losing it costs sending some rows again, keeping it a write to the flash. */
const KEEP_EVERY_MS = 10 * 60_000;
const QUARANTINE_TOLD = 100;

export class CentralSync {
  readonly #parts: CentralSyncParts;
  readonly #rows: CentralRows;
  readonly #tempo: Tempo;
  #sender: Sender;
  #phase: CentralPhase = 'connecting';
  #quarantined: Map<string, RowError>;
  #counts: Record<CentralCount, number> = { pushes: 0, rows: 0, rewinds: 0, mismatches: 0, stale: 0, epochs: 0 };
  #failures: Partial<Record<ErrorCode, number>> = {};
  #lastError: CentralState['lastError'];
  #agreedAt: Instant | undefined;
  #nextAt: Instant | undefined;
  #because: string | undefined;
  #alarm: string | undefined;
  /** A person has seen to what had stopped the stream, and central has not been told yet. */
  #isReleased = false;
  #kept: { readonly acked: number; readonly at: Instant };
  /** Only time, no new row, ends the wait. */
  #isHeld = true;
  #isUnderWay = false;
  #isStopped = false;
  #ended: Promise<void> = Promise.resolve();
  #callOff = (): void => {};
  #unfollow = (): void => {};

  constructor(parts: CentralSyncParts) {
    this.#parts = parts;
    const { store, clock, heartbeatMs } = parts;
    this.#rows = new CentralRows(store);
    this.#tempo = { ...defaultTempo, heartbeatMs, pushEveryMs: Math.min(defaultTempo.pushEveryMs, heartbeatMs) };
    const kept = store.streamState(STATE) as (DurableSender & { quarantined?: RowError[] }) | undefined;
    this.#sender = kept === undefined ? newSender(store.agent) : resumed(kept);
    this.#quarantined = new Map((kept?.quarantined ?? []).map(error => [error.key, error]));
    this.#kept = { acked: this.#sender.acked, at: clock.now() };
  }

  start(): void {
    this.#unfollow = this.#parts.store.onCommit(() => this.#hear());
    this.#ended = this.#run(() => this.#rows.warm(() => new Promise(resolve => setImmediate(resolve))));
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unfollow();
    this.#callOff();
    await this.#parts.central.close().catch(() => {});
    await this.#ended;
    if (this.#kept.acked !== this.#sender.acked) this.#keep();
  }

  state(): CentralState {
    const { epoch, acked } = this.#sender;
    if (!this.#isStopped && this.#phase !== 'connecting') this.#rows.catchUp();
    const lagRows = this.#rows.pending(acked);
    return {
      state: this.#phase === 'synced' && lagRows > 0 ? 'sending' : this.#phase,
      epoch,
      cursor: acked,
      seq: this.#rows.seq,
      lagRows,
      ...(this.#agreedAt === undefined ? {} : { agreedAt: this.#agreedAt }),
      ...(this.#nextAt === undefined ? {} : { nextAt: this.#nextAt }),
      ...(this.#because === undefined ? {} : { because: this.#because }),
      ...(this.#alarm === undefined ? {} : { alarm: this.#alarm }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      counts: { ...this.#counts },
      failures: { ...this.#failures },
      quarantined: [...this.#quarantined.values()],
    };
  }

  /** A person has looked: what was stopped goes on, and an epoch may begin at once. */
  release(): void {
    this.#alarm = undefined;
    this.#isReleased = true;
    this.#sender = released(resumed(this.#sender));
    this.#keep();
    if (!this.#isUnderWay && !this.#isStopped) this.#wakeAfter(0, 'a person has released it');
  }

  /** Something was written. */
  #hear(): void {
    if (this.#isUnderWay || this.#isHeld || this.#isStopped) return;
    // Until then more may come; the next commit must not put it off again.
    this.#isHeld = true;
    this.#wakeAfter(GATHER_MS, 'rows gather');
  }

  #wakeAfter(ms: number, because: string): void {
    this.#callOff();
    this.#nextAt = this.#parts.clock.now() + ms;
    this.#because = because;
    this.#callOff = this.#parts.clock.after(Math.min(ms, LONGEST_TIMER_MS), () => {
      this.#ended = this.#run();
    });
  }

  /** Goes on until there is something to wait for. */
  async #run(before?: () => Promise<void>): Promise<void> {
    this.#isUnderWay = true;
    this.#nextAt = undefined;
    this.#because = undefined;
    try {
      await before?.();
      while (!this.#isStopped) if (!(await this.#step())) return;
    } catch (error) {
      this.#fail(error);
      this.#sender = unsent(this.#sender, this.#moment());
      this.#wait(this.#sender.pace.notBefore, true, 'the latest push failed');
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** Whether there is more to do at once. */
  async #step(): Promise<boolean> {
    const { clock } = this.#parts;
    const now = clock.now();
    this.#rows.catchUp();
    this.#forgetEpochs(now);
    const step = next(this.#sender, this.#rows, { now });
    switch (step.step) {
      case 'begin': {
        const allowedAt = (this.#sender.begun.at(-1) ?? -Infinity) + this.#parts.epochEveryMs;
        if (allowedAt > now) {
          this.#wait(allowedAt, true, 'a new epoch was begun lately');
          this.#tellOfWait('a new epoch was begun lately');
          this.#phase = 'differing';
          return false;
        }
        this.#begin(step.sender, step.because);
        return true;
      }
      case 'wait': {
        const { until, held, because } = step;
        const last = this.#sender.begun.at(-1);
        const soonest = last === undefined ? until : Math.max(now + 1, last + this.#parts.epochEveryMs);
        if (this.#sender.renewal) this.#phase = 'differing';
        if (step.renewal) this.#tellOfWait(because);
        this.#wait(this.#sender.renewal ? Math.min(until, soonest) : until, held, because);
        // A commit that came while the rest was decided is not waited for.
        if (!held && this.#parts.store.seq() !== this.#rows.seq) this.#hear();
        return false;
      }
      case 'send':
        await this.#send(step.batch);
        return true;
    }
  }

  #wait(until: Instant, held: boolean, because: string): void {
    this.#isHeld = held;
    this.#wakeAfter(Math.max(0, until - this.#parts.clock.now()), because);
  }

  async #send(batch: Batch): Promise<void> {
    const { central, clock, store } = this.#parts;
    let reply: Reply;
    try {
      const isReleased = this.#isReleased;
      reply = await central.push(batch, { boot: this.#parts.boot, isReleased });
      if (isReleased) this.#isReleased = false;
    } catch (error) {
      if (this.#isStopped) return;
      this.#fail(error);
      const isTooMuch = error instanceof AgentError && error.code === 'tooLarge';
      this.#sender = isTooMuch ? unanswered(this.#sender, this.#moment(), batch) : unsent(this.#sender, this.#moment());
      return;
    }
    this.#counts.pushes++;
    this.#counts.rows += batch.items.length;
    if (this.#phase === 'connecting' || this.#phase === 'backing off') {
      this.#parts.log.info('central answers', { epoch: reply.epoch, cursor: reply.cursor });
    }
    this.#sender = heard(this.#sender, reply, store.seq(), this.#moment(), { tempo: this.#tempo });
    this.#settleRows(batch, reply);
    switch (reply.reply) {
      case 'ack':
        this.#phase = reply.agreed ? 'synced' : 'sending';
        if (!reply.agreed) return;
        this.#alarm = undefined;
        this.#agreedAt = clock.now();
        this.#rows.forget(this.#sender.acked);
        if (this.#sender.acked !== this.#kept.acked && clock.now() >= this.#kept.at + KEEP_EVERY_MS) this.#keep();
        return;
      case 'rewind':
        this.#counts.rewinds++;
        this.#phase = 'sending';
        this.#parts.log.info('central lacks rows that it had', { cursor: reply.cursor, sent: batch.from });
        return;
      case 'mismatch':
        this.#counts.mismatches++;
        this.#phase = 'differing';
        return;
      case 'stale':
        this.#counts.stale++;
        this.#phase = 'differing';
        return;
    }
  }

  /** What was refused of a batch stands in quarantine there, what was taken has left it. */
  #settleRows({ items }: Batch, { reply, errors }: Reply): void {
    if (reply === 'rewind' || reply === 'stale') return;
    for (const { key } of items) this.#quarantined.delete(key);
    for (const error of errors) {
      this.#quarantined.set(error.key, error);
      this.#parts.log.warn('central cannot take a row', { key: error.key, code: error.code, because: error.message });
    }
  }

  #begin(sender: Sender, because: Renewal): void {
    this.#sender = sender;
    // Were it forgotten after a batch of it had left, two numberings would bear one name.
    this.#keep();
    this.#counts.epochs++;
    this.#quarantined.clear();
    this.#phase = 'sending';
    this.#parts.log.warn('a new epoch of the stream to central begins with a snapshot', {
      because,
      epoch: sender.epoch,
    });
  }

  /** With a shorter time between epochs than the stream's own, that alone counts. */
  #forgetEpochs(now: Instant): void {
    const { epochEveryMs } = this.#parts;
    if (epochEveryMs >= HOUR_MS) return;
    const begun = this.#sender.begun.filter(at => at <= now && at + epochEveryMs > now);
    if (begun.length < this.#sender.begun.length) this.#sender = { ...this.#sender, begun };
  }

  #tellOfWait(because: string): void {
    const alarm = `the stream to central waits, for ${because}; \`diffo central release\` lets it go on`;
    if (alarm !== this.#alarm) this.#parts.log.warn('central and this agent differ', { because: alarm });
    this.#alarm = alarm;
  }

  #fail(error: unknown): void {
    const code = error instanceof AgentError ? error.code : 'internal';
    const message = sentence(error);
    if (code === 'conflict') {
      if (this.#alarm !== message) this.#parts.log.error('two agents report as this one', { because: message });
      this.#alarm = message;
    }
    if (this.#lastError?.message !== message || this.#phase !== 'backing off') {
      this.#parts.log.warn('central cannot be told; the agent serves on and tries again', { code, because: message });
    }
    this.#lastError = { at: this.#parts.clock.now(), code, message };
    this.#failures[code] = (this.#failures[code] ?? 0) + 1;
    this.#phase = 'backing off';
  }

  #keep(): void {
    const { store, clock } = this.#parts;
    const quarantined = [...this.#quarantined.values()].slice(0, QUARANTINE_TOLD);
    const state = asJson({ ...durable(this.#sender), quarantined });
    store.transact({ principal: 'central', kind: 'upkeep' }, writer => writer.putStreamState(STATE, state));
    this.#kept = { acked: this.#sender.acked, at: clock.now() };
  }

  #moment(): Moment {
    return { now: this.#parts.clock.now(), chance: this.#parts.chance() };
  }
}

const HOUR_MS = 3_600_000;
/** The longest a timer can wait; whoever is woken too early decides again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
