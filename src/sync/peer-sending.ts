/** Sends our rows to one peer: one batch under way at a time, its answer awaited, and where the stream stands kept. */
import { AgentError, sentence } from '../core/errors.ts';
import { asJson, property } from '../core/json.ts';
import { ENVELOPE_BYTES, MESSAGE_BYTES, type Message } from '../core/peer-message.ts';
import { type Batch, type Reply, type RowError, readReply } from '../core/stream/batch.ts';
import type { Moment, Tempo } from '../core/stream/pace.ts';
import {
  type DurableSender,
  defaultLimits,
  durable,
  heard,
  newSender,
  next,
  released,
  resumed,
  type Sender,
  unanswered,
  unsent,
} from '../core/stream/sender.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { PeerState } from '../ports/peers.ts';
import type { Line } from './peer-line.ts';
import type { Outgoing } from './peer-outgoing.ts';
import { ANSWER_WITHIN_MS } from './peer-silence.ts';
import type { PeerSyncParts } from './peer-sync.ts';

/** Says in a refusal that two speak in the name of who sent it. */
export const DOUBLE = 'double';
/** Whoever has come back is met again within this. */
const LONGEST_PAUSE_MS = 30_000;
/** Where the receiver stands is written down when the stream has come to rest; it costs a repetition at most. */
const KEEP_AFTER_MS = 1_000;
/** So many answers that come too late are not taken for something else. */
const GIVEN_UP_KEPT = 8;
/** What the peer could not take is shown, so many rows of it. */
const ERRORS_KEPT = 100;

interface Awaited {
  readonly id: string;
  readonly batch: Batch;
  readonly link: PeerLink;
  readonly callOff: () => void;
}

/** The answer to a batch of the peer's, and which one that was. */
export interface Owed {
  readonly reply: Reply;
  readonly answers: string;
}

export interface SendingParts extends Pick<PeerSyncParts, 'store' | 'clock' | 'steady' | 'log' | 'chance' | 'gate'> {
  readonly line: Line;
  readonly outgoing: Outgoing;
  /** Makes what has changed known to the outgoing rows. */
  readonly catchUp: () => void;
  /** The peer has answered what was asked, be it with a refusal. */
  readonly answered: (message: Message) => void;
  readonly tempo: () => Tempo;
  /** What the peer reads in a batch as well as alone, to be told with this one; it counts as told. */
  readonly takeOwed: () => Owed | undefined;
  /** It could not be told. */
  readonly oweAgain: (owed: Owed) => void;
  /** Nothing is sent to whom nobody can tell from its double. */
  readonly isHeld: () => boolean;
}

export class Sending {
  private readonly peer: string;
  private readonly parts: SendingParts;
  private readonly line: Line;
  private readonly outgoing: Outgoing;
  private readonly name: string;
  private sender: Sender;
  private keptAcked: number;
  private awaited: Awaited | undefined;
  /** Questions that are no longer waited for. */
  private readonly givenUp = new Set<string>();
  private callOff: (() => void) | undefined;
  private callOffKeeping: (() => void) | undefined;
  private agreed = false;
  /** Why the peer has stopped our stream, or we have; it goes on when a person has seen to it. */
  private alarm: string | undefined;
  private stopped = false;
  private errors: readonly RowError[] = [];

  constructor(peer: string, parts: SendingParts) {
    this.peer = peer;
    this.parts = parts;
    this.line = parts.line;
    this.outgoing = parts.outgoing;
    this.name = `peer:${peer}:out`;
    const kept = parts.store.streamState(this.name) as DurableSender | undefined;
    this.sender = kept ? resumed(kept) : newSender(`${parts.gate.self.node}>${peer}`);
    this.keptAcked = this.sender.acked;
  }

  stop(): void {
    this.stopped = true;
    this.callOff?.();
    this.callOffKeeping?.();
    this.awaited?.callOff();
    if (this.sender.acked !== this.keptAcked) this.keep();
  }

  get isAwaiting(): boolean {
    return this.awaited !== undefined;
  }

  state(): PeerState['out'] {
    return {
      epoch: this.sender.epoch,
      cursor: this.sender.acked,
      rows: this.outgoing.size,
      lag: this.outgoing.pending(this.sender.acked),
      agreed: this.agreed,
      errors: this.errors,
    };
  }

  get stoppedBecause(): string | undefined {
    return this.alarm;
  }

  /** A person has looked: what was stopped goes on, and an epoch may begin at once. */
  release(): void {
    this.alarm = undefined;
    this.sender = released(this.sender);
    this.keep();
    this.sendAfresh();
  }

  /** Something may have to be sent. */
  wake(): void {
    if (this.stopped) return;
    try {
      this.step();
    } catch (error) {
      // The disk is full, say: what is to be sent stands in the store, so it can be tried again.
      this.line.note(sentence(error));
      this.wakeAfter(LONGEST_PAUSE_MS);
    }
  }

  private wakeAfter(ms: number): void {
    this.callOff?.();
    this.callOff = this.parts.clock.after(ms, () => this.wake());
  }

  private step(): void {
    this.parts.catchUp();
    if (this.awaited || this.parts.isHeld()) return;
    this.callOff?.();
    this.callOff = undefined;
    const link = this.line.link();
    if (!link) return;
    const bytes = Math.min(link.most(this.peer), MESSAGE_BYTES) - ENVELOPE_BYTES;
    const limits = { ...defaultLimits, bytes: Math.min(defaultLimits.bytes, bytes) };
    const step = next(this.sender, this.outgoing, this.moment(), limits);
    switch (step.step) {
      case 'begin':
        this.parts.log.warn('a new epoch of the stream to a peer begins, with all rows', {
          peer: this.peer,
          epoch: step.sender.epoch,
          because: step.because,
        });
        this.sender = step.sender;
        this.keep();
        this.step();
        return;
      case 'send':
        this.push(link, step.batch);
        return;
      case 'wait':
        if (step.renewal) this.tellOfWait(step.because);
        this.wakeAfter(Math.max(step.until - this.parts.steady(), 1));
    }
  }

  private tellOfWait(because: string): void {
    const { node } = this.parts.gate.self;
    this.alarm = `the stream to ${this.peer} waits, for ${because}; \`diffo peers release ${this.peer}\` at ${node} lets it go on`;
    this.line.note(this.alarm);
  }

  /** A carrier has come or gone. */
  linkMoved(): void {
    if (this.awaited && !this.line.isUp(this.awaited.link)) this.giveUp();
    // Not held up by what was in vain on the way that is gone; a sign of life is due on the one that has come.
    if (this.line.link()) this.sender = resumed(this.sender);
    this.wake();
  }

  private push(link: PeerLink, batch: Batch): void {
    const { log, clock } = this.parts;
    const owed = this.parts.takeOwed();
    const data = { ...batch, takesReply: true, ...(owed ? { reply: owed.reply } : {}) };
    let id: string;
    try {
      id = this.line.send(link, 'batch', data, { stream: batch.stream, ...(owed ? { answers: owed.answers } : {}) });
    } catch (error) {
      if (owed) this.parts.oweAgain(owed);
      this.line.note(sentence(error));
      const isTooLarge = error instanceof AgentError && error.code === 'tooLarge';
      this.inVain(isTooLarge ? unanswered(this.sender, this.moment(), batch) : unsent(this.sender, this.moment()));
      return;
    }
    if (batch.items.length > 0)
      log.debug('sent to a peer', { peer: this.peer, rows: batch.items.length, to: batch.to });
    const callOff = clock.after(ANSWER_WITHIN_MS, () => {
      this.giveUp();
      this.line.note(`${this.peer} did not answer within ${ANSWER_WITHIN_MS / 1000} s over ${link.carrier}`);
      this.inVain(unanswered(this.sender, this.moment()));
    });
    this.awaited = { id, batch, link, callOff };
  }

  private inVain(sender: Sender): void {
    const { now, chance } = this.moment();
    const notBefore = Math.min(sender.pace.notBefore, now + Math.round(LONGEST_PAUSE_MS * chance));
    this.sender = { ...sender, pace: { ...sender.pace, notBefore } };
    this.wake();
  }

  /** Sends at once, whatever is under way or was in vain before. */
  sendAfresh(): void {
    this.giveUp();
    this.sender = resumed(this.sender);
    this.wake();
  }

  /** The answer is waited for no longer; should it come yet, it is known. */
  private giveUp(): void {
    if (!this.awaited) return;
    this.awaited.callOff();
    this.givenUp.add(this.awaited.id);
    const [oldest] = this.givenUp;
    if (oldest !== undefined && this.givenUp.size > GIVEN_UP_KEPT) this.givenUp.delete(oldest);
    this.awaited = undefined;
  }

  takeReply(message: Message): void {
    const { awaited } = this;
    const reply = readReply(message.data);
    const isLate = message.answers !== undefined && this.givenUp.delete(message.answers);
    const count = (): void => {
      // What came with a batch was counted with it.
      if (message.type === 'reply') this.line.countReceived();
    };
    if (isLate) count();
    if (!awaited || message.answers !== awaited.id || reply.stream !== this.sender.stream) {
      if (!isLate) this.line.refuseMeaningless('an answer to nothing that was asked');
      return;
    }
    count();
    awaited.callOff();
    this.awaited = undefined;
    this.sender = heard(this.sender, reply, this.parts.store.seq(), this.moment(), { tempo: this.parts.tempo() });
    this.agreed = reply.reply === 'ack' && reply.agreed;
    if (this.agreed) this.alarm = undefined;
    const sent = new Set(awaited.batch.items.map(({ key }) => key));
    if (sent.size > 0) {
      this.errors = [...this.errors.filter(({ key }) => !sent.has(key)), ...reply.errors].slice(-ERRORS_KEPT);
    }
    for (const { key, code, message: why } of reply.errors) {
      this.line.note(`${this.peer} does not take ${key}: ${why} (${code})`);
    }
    if (sent.size > 0) this.keepLater();
    this.parts.answered(message);
    this.wake();
  }

  takeRefusal(message: Message): void {
    const { awaited } = this;
    if (!awaited || message.answers !== awaited.id) {
      this.line.refuseMeaningless('a refusal of nothing that was sent');
      return;
    }
    this.line.countReceived();
    awaited.callOff();
    this.awaited = undefined;
    const words = [property(message.data, 'message'), property(message.data, 'code')].map(each => String(each));
    this.line.note(`${this.peer} refuses: ${words.join(' (').slice(0, 500)})`);
    if (property(message.data, 'code') === DOUBLE) this.alarm = `${this.peer} has stopped our stream: ${words[0]}`;
    this.parts.answered(message);
    this.inVain(unanswered(this.sender, this.moment()));
  }

  private moment(): Moment {
    return { now: this.parts.steady(), chance: this.parts.chance() };
  }

  private keepLater(): void {
    this.callOffKeeping ??= this.parts.clock.after(KEEP_AFTER_MS, () => {
      this.callOffKeeping = undefined;
      try {
        this.keep();
      } catch (error) {
        this.line.note(sentence(error));
      }
    });
  }

  private keep(): void {
    this.callOffKeeping?.();
    this.callOffKeeping = undefined;
    const cause = { principal: 'loop', kind: 'upkeep' } as const;
    const kept = asJson(durable(this.sender));
    this.parts.store.transact(cause, writer => writer.putStreamState(this.name, kept));
    this.keptAcked = this.sender.acked;
  }
}
