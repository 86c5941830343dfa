/** One peer: our stream to it, its stream to us, whether it is there, and what we show of its verdicts meanwhile. */
import { AgentError, sentence } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import { type JsonObject, property } from '../core/json.ts';
import { principalOf } from '../core/peer.ts';
import { ENVELOPE_BYTES, MESSAGE_BYTES, type Message, type MessageType } from '../core/peer-message.ts';
import { show, toldIn } from '../core/peer-verdict.ts';
import { type Batch, type RowError, readBatch, readReply } from '../core/stream/batch.ts';
import type { Moment, Tempo } from '../core/stream/pace.ts';
import {
  type DurableSender,
  defaultLimits,
  durable,
  heard,
  newSender,
  next,
  resumed,
  type Sender,
  unanswered,
  unsent,
} from '../core/stream/sender.ts';
import type { StandingVerdict } from '../core/verdict.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { PeerState, Presence } from '../ports/peers.ts';
import type { Unwritten } from '../ports/store.ts';
import { type Held, heldFor, placeOf, receiverOf, settleVerdicts, takeBatch } from './peer-incoming.ts';
import { Outgoing } from './peer-outgoing.ts';
import type { PeerSyncParts } from './peer-sync.ts';

/** A peer that has a batch for longer is asked again: the carrier may have lost it, or the answer. */
const ANSWER_WITHIN_MS = 10_000;
/** Whoever has come back is met again within this. */
const LONGEST_PAUSE_MS = 30_000;
/** The least and the most between two signs of life that we ask for. */
const SHORTEST_HEARTBEAT_MS = 1_000;
const LONGEST_HEARTBEAT_MS = 60_000;
/** Where the receiver stands is written down when the stream has come to rest; it costs a repetition at most. */
const KEEP_AFTER_MS = 1_000;
/** So often a sign of life may be asked for because somebody says that the peer has come or gone. */
const CHALLENGES_APART_MS = 1_000;
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

export class PeerStream {
  private readonly peer: string;
  private readonly parts: PeerSyncParts;
  private readonly outgoing: Outgoing;
  private readonly name: string;
  private sender: Sender;
  private keptAcked: number;
  private readonly held: Held;
  private awaited: Awaited | undefined;
  /** Questions that are no longer waited for. */
  private readonly givenUp = new Set<string>();
  private callOff: (() => void) | undefined;
  private callOffKeeping: (() => void) | undefined;
  private callOffSilence: (() => void) | undefined;
  private callOffChallenge: (() => void) | undefined;
  private agreed = false;
  private stopped = false;
  private readonly startedAt: Instant;
  private answeredAt: Instant | undefined;
  private challengedAt = Number.NEGATIVE_INFINITY;
  private life: { readonly storeId: string; readonly incarnation: number } | undefined;
  private diedAt: Instant | undefined;
  /** How long the peer may be silent, for each expectation on it. */
  private readonly allowed = new Map<ExpectationId, number>();
  private shortestFreshnessMs: number;
  private counts = { sent: 0, received: 0 };
  private errors: readonly RowError[] = [];
  private lastError: { readonly at: Instant; readonly because: string } | undefined;

  constructor(peer: string, parts: PeerSyncParts) {
    this.peer = peer;
    this.parts = parts;
    this.name = `peer:${peer}:out`;
    this.outgoing = new Outgoing(parts.store, peer);
    this.held = heldFor(parts.store, peer);
    const kept = parts.store.streamState(this.name) as DurableSender | undefined;
    this.sender = kept ? resumed(kept) : newSender(`${parts.gate.self.node}>${peer}`);
    this.keptAcked = this.sender.acked;
    this.startedAt = parts.steady();
    this.shortestFreshnessMs = parts.freshnessMs;
  }

  start(): void {
    this.outgoing.catchUp();
    const mine = this.mine();
    for (const expectation of mine) this.allowed.set(expectation.id, this.silenceAllowed(expectation));
    this.showVerdicts(mine);
    this.watchSilence();
  }

  stop(): void {
    this.stopped = true;
    this.callOff?.();
    this.callOffSilence?.();
    this.callOffChallenge?.();
    this.callOffKeeping?.();
    this.awaited?.callOff();
    if (this.sender.acked !== this.keptAcked) this.keep();
  }

  // Out

  /** Something may have to be sent. */
  wake(): void {
    if (this.stopped) return;
    try {
      this.step();
    } catch (error) {
      // The disk is full, say: what is to be sent stands in the store, so it can be tried again.
      this.note(sentence(error));
      this.wakeAfter(LONGEST_PAUSE_MS);
    }
  }

  private wakeAfter(ms: number): void {
    this.callOff?.();
    this.callOff = this.parts.clock.after(ms, () => this.wake());
  }

  private step(): void {
    this.catchUp();
    if (this.awaited) return;
    this.callOff?.();
    this.callOff = undefined;
    const link = this.link();
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
        this.wakeAfter(Math.max(step.until - this.parts.steady(), 1));
    }
  }

  /** What has changed is known to the stream, and what a peer has not judged yet is shown as unknown. */
  private catchUp(): void {
    const { moved, gone } = this.outgoing.catchUp();
    for (const id of gone) this.allowed.delete(id);
    if (moved.length > 0) {
      const expectations = moved.flatMap(id => this.parts.store.expectation(id) ?? []);
      for (const expectation of expectations) this.allowed.set(expectation.id, this.silenceAllowed(expectation));
      this.showVerdicts(expectations);
      this.outgoing.catchUp();
    }
    if (moved.length > 0 || gone.length > 0) this.watchSilence();
  }

  /** A carrier has come or gone. */
  linkMoved(): void {
    if (this.awaited && !this.isUp(this.awaited.link)) this.giveUp();
    // Not held up by what was in vain on the way that is gone; a sign of life is due on the one that has come.
    if (this.link()) this.sender = resumed(this.sender);
    this.wake();
  }

  private push(link: PeerLink, batch: Batch): void {
    const { log, clock } = this.parts;
    let id: string;
    try {
      id = this.send(link, 'batch', batch, { stream: batch.stream });
    } catch (error) {
      this.note(sentence(error));
      const isTooLarge = error instanceof AgentError && error.code === 'tooLarge';
      this.inVain(isTooLarge ? unanswered(this.sender, this.moment(), batch) : unsent(this.sender, this.moment()));
      return;
    }
    if (batch.items.length > 0)
      log.debug('sent to a peer', { peer: this.peer, rows: batch.items.length, to: batch.to });
    const callOff = clock.after(ANSWER_WITHIN_MS, () => {
      this.giveUp();
      this.note(`${this.peer} did not answer within ${ANSWER_WITHIN_MS / 1000} s over ${link.carrier}`);
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
    if (isLate) this.counts.received++;
    if (!awaited || message.answers !== awaited.id || reply.stream !== this.sender.stream) {
      if (!isLate) this.parts.gate.refuse('meaningless', 'an answer to nothing that was asked', this.peer);
      return;
    }
    this.counts.received++;
    awaited.callOff();
    this.awaited = undefined;
    this.sender = heard(this.sender, reply, this.parts.store.seq(), this.moment(), { tempo: this.tempo() });
    this.agreed = reply.reply === 'ack' && reply.agreed;
    const sent = new Set(awaited.batch.items.map(({ key }) => key));
    if (sent.size > 0) {
      this.errors = [...this.errors.filter(({ key }) => !sent.has(key)), ...reply.errors].slice(-ERRORS_KEPT);
    }
    for (const { key, code, message: why } of reply.errors) {
      this.note(`${this.peer} does not take ${key}: ${why} (${code})`);
    }
    if (sent.size > 0) this.keepLater();
    this.proveAlive(message);
    this.wake();
  }

  takeRefusal(message: Message): void {
    const { awaited } = this;
    if (!awaited || message.answers !== awaited.id) {
      this.parts.gate.refuse('meaningless', 'a refusal of nothing that was sent', this.peer);
      return;
    }
    this.counts.received++;
    awaited.callOff();
    this.awaited = undefined;
    const words = [property(message.data, 'message'), property(message.data, 'code')].map(each => String(each));
    this.note(`${this.peer} refuses: ${words.join(' (').slice(0, 500)})`);
    this.proveAlive(message);
    this.inVain(unanswered(this.sender, this.moment()));
  }

  /** Tells the sender of a message why it was not taken. */
  refuse(id: string, code: string, message: string): void {
    this.answer('refusal', { code, message }, id);
  }

  private answer(type: MessageType, data: object, answers: string): void {
    const link = this.link();
    if (!link) return;
    try {
      this.send(link, type, data, { answers });
    } catch (error) {
      // Whoever asked will ask again.
      this.note(sentence(error));
    }
  }

  private send(link: PeerLink, type: MessageType, data: object, more: { stream?: string; answers?: string }): string {
    const { id, text } = this.parts.gate.seal({ to: this.peer, type, data: data as JsonObject, ...more });
    link.send(this.peer, text);
    this.counts.sent++;
    return id;
  }

  // In

  takeBatch(message: Message): void {
    const batch = readBatch(message.data);
    const { self } = this.parts.gate;
    if (batch.stream !== `${this.peer}>${self.node}` || message.stream !== batch.stream) {
      throw new AgentError('invalid', `the stream ${batch.stream} is none from ${this.peer} to ${self.node}`);
    }
    this.counts.received++;
    this.catchUp();
    const now = this.parts.clock.now();
    const reply = takeBatch(
      {
        store: this.parts.store,
        keyed: this.parts.keyed,
        version: id => this.outgoing.version(id),
        isSilent: expectation => this.isSilent(expectation),
        held: this.held,
      },
      this.peer,
      batch,
      now,
    );
    this.answer('reply', reply, message.id);
    if (batch.items.some(({ key }) => key.startsWith('expectation/'))) this.parts.ring();
    // It seems to be there again; only an answer proves it.
    if (!this.awaited && this.presence() !== 'alive') this.challenge();
  }

  takePresence(message: Message): void {
    this.counts.received++;
    const isDeath = property(message.data, 'state') === 'dead';
    const { life } = this;
    const isOfThisLife = !life || (life.storeId === message.storeId && message.incarnation >= life.incarnation);
    if (isDeath && isOfThisLife) this.diedAt = this.parts.steady();
    this.challenge();
  }

  /**
   * Asks for a sign of life now, whatever was in vain before: what is under way may have been sent when the peer was not
   * yet there to hear it.
   */
  private challenge(): void {
    const sinceLast = this.parts.steady() - this.challengedAt;
    if (sinceLast < CHALLENGES_APART_MS) {
      this.callOffChallenge ??= this.parts.clock.after(CHALLENGES_APART_MS - sinceLast, () => this.challenge());
      return;
    }
    this.callOffChallenge?.();
    this.callOffChallenge = undefined;
    this.challengedAt = this.parts.steady();
    this.giveUp();
    this.sender = resumed(this.sender);
    this.wake();
  }

  private proveAlive({ storeId, incarnation }: Message): void {
    const wasSilent = this.silence() > this.shortestFreshnessMs;
    this.answeredAt = this.parts.steady();
    this.life = { storeId, incarnation };
    this.diedAt = undefined;
    if (wasSilent) this.showVerdicts(this.mine());
    if (wasSilent || !this.callOffSilence) this.watchSilence();
  }

  // What we show of its verdicts

  private mine(): readonly Expectation[] {
    return this.parts.store.expectations().filter(each => each.for.peer === this.peer);
  }

  private silence(): number {
    return this.parts.steady() - (this.answeredAt ?? this.startedAt);
  }

  private isSilent(expectation: Expectation): boolean {
    return this.silence() > this.silenceAllowed(expectation);
  }

  private silenceAllowed({ freshnessMs }: Expectation): number {
    return freshnessMs ?? this.parts.freshnessMs;
  }

  /** Writes what has to be shown of the peer's verdicts now, where it is not what is shown. */
  private showVerdicts(expectations: readonly Expectation[]): void {
    const { store, clock } = this.parts;
    const now = clock.now();
    const puts: Unwritten<StandingVerdict>[] = [];
    const bare: Expectation[] = [];
    for (const expectation of expectations) {
      const verdicts = store.verdicts({ expectation: expectation.id });
      if (verdicts.length === 0) bare.push(expectation);
      const hearing = { now, silent: this.isSilent(expectation), version: this.outgoing.version(expectation.id) };
      for (const verdict of verdicts) {
        const shown = show(toldIn(verdict), verdict, hearing);
        if (shown.verdict === verdict.verdict && shown.since === verdict.since && shown.of === verdict.of) continue;
        puts.push({ ...placeOf(expectation, verdict.instance), ...shown });
      }
    }
    if (puts.length === 0 && bare.length === 0) return;
    store.transact({ principal: principalOf(this.peer), kind: 'judgement' }, writer => {
      for (const put of puts) writer.putVerdict(put);
      for (const expectation of bare) settleVerdicts(writer, expectation, now);
    });
  }

  /** Looks again when the silence becomes too long for an expectation. */
  private watchSilence(): void {
    this.callOffSilence?.();
    this.callOffSilence = undefined;
    const silence = this.silence();
    let shortest = this.parts.freshnessMs;
    let next = Number.POSITIVE_INFINITY;
    for (const ms of this.allowed.values()) {
      shortest = Math.min(shortest, ms);
      if (ms >= silence) next = Math.min(next, ms);
    }
    this.shortestFreshnessMs = shortest;
    if (!Number.isFinite(next)) return;
    this.callOffSilence = this.parts.clock.after(next - silence + 1, () => this.judgeSilence());
  }

  private judgeSilence(): void {
    if (this.stopped) return;
    try {
      this.showVerdicts(this.mine());
    } catch (error) {
      this.note(sentence(error));
    }
    this.watchSilence();
  }

  // How it is

  state(): Omit<PeerState, 'name' | 'publicKey'> {
    const { store, links, gate } = this.parts;
    const { epoch, cursor } = receiverOf(store, this.peer);
    return {
      presence: this.presence(),
      answeredAt: this.answeredAt,
      incarnation: this.life?.incarnation,
      carrier: this.link()?.carrier,
      links: links.flatMap(link => {
        const state = link.state(this.peer);
        return state ? [{ carrier: link.carrier, ...state }] : [];
      }),
      out: {
        epoch: this.sender.epoch,
        cursor: this.sender.acked,
        rows: this.outgoing.size,
        lag: this.outgoing.pending(this.sender.acked),
        agreed: this.agreed,
        errors: this.errors,
      },
      in: {
        epoch,
        cursor,
        quarantine: store.quarantine(`peer:${this.peer}:in`).map(({ key, code, message }) => ({ key, code, message })),
      },
      messages: { ...this.counts },
      refused: gate.refused(this.peer),
      lastError: this.lastError,
    };
  }

  private presence(): Presence {
    if (this.diedAt !== undefined || this.silence() > this.parts.freshnessMs) return 'dead';
    const isOverdue = this.silence() > 1.5 * this.tempo().heartbeatMs + ANSWER_WITHIN_MS;
    return this.answeredAt === undefined || isOverdue || !this.link() ? 'suspect' : 'alive';
  }

  private tempo(): Tempo {
    // Three of them may be lost before what is shown becomes unknown.
    const heartbeatMs = Math.max(SHORTEST_HEARTBEAT_MS, this.shortestFreshnessMs / 4);
    return { pushEveryMs: 0, heartbeatMs: Math.min(heartbeatMs, LONGEST_HEARTBEAT_MS) };
  }

  private link(): PeerLink | undefined {
    return this.parts.links.find(link => this.isUp(link));
  }

  private isUp(link: PeerLink): boolean {
    return link.state(this.peer)?.up === true;
  }

  private moment(): Moment {
    return { now: this.parts.steady(), chance: this.parts.chance() };
  }

  private note(because: string): void {
    if (this.lastError?.because !== because) this.parts.log.warn('trouble with a peer', { peer: this.peer, because });
    this.lastError = { at: this.parts.clock.now(), because };
  }

  private keepLater(): void {
    this.callOffKeeping ??= this.parts.clock.after(KEEP_AFTER_MS, () => {
      this.callOffKeeping = undefined;
      try {
        this.keep();
      } catch (error) {
        this.note(sentence(error));
      }
    });
  }

  private keep(): void {
    this.callOffKeeping?.();
    this.callOffKeeping = undefined;
    const cause = { principal: 'loop', kind: 'upkeep' } as const;
    const kept = durable(this.sender) as unknown as JsonObject;
    this.parts.store.transact(cause, writer => writer.putStreamState(this.name, kept));
    this.keptAcked = this.sender.acked;
  }
}
