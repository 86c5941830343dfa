/** One peer: our stream to it, its stream to us, whether it is there, and what we show of its verdicts meanwhile. */
import { AgentError, sentence } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import { property } from '../core/json.ts';
import type { Message } from '../core/peer-message.ts';
import { readBatch } from '../core/stream/batch.ts';
import type { PeerState } from '../ports/peers.ts';
import { type Held, heldFor, takeBatch } from './peer-incoming.ts';
import { Line } from './peer-line.ts';
import { Outgoing } from './peer-outgoing.ts';
import { DOUBLE, type Owed, Sending } from './peer-sending.ts';
import { Silence } from './peer-silence.ts';
import type { PeerSyncParts } from './peer-sync.ts';
import { type ShowingParts, showVerdicts } from './peer-verdicts.ts';

/** So often a sign of life may be asked for because somebody says that the peer has come or gone. */
const CHALLENGES_APART_MS = 1_000;

export class PeerStream {
  private readonly peer: string;
  private readonly parts: PeerSyncParts;
  private readonly line: Line;
  private readonly silence: Silence;
  private readonly outgoing: Outgoing;
  private readonly sending: Sending;
  private readonly showing: ShowingParts;
  private readonly held: Held;
  /** Expectations on the peer that were laid or changed, and whose verdict has yet to be shown so. */
  private readonly unshown = new Set<ExpectationId>();
  /** The answer to the peer's latest batch, for as long as it may still go with a batch of ours. */
  private owed: (Owed & { readonly mayTravel: boolean }) | undefined;
  /** Since when two speak in the peer's name. */
  private doubleSince: Instant | undefined;
  private callOffChallenge: (() => void) | undefined;
  private challengedAt = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(peer: string, parts: PeerSyncParts) {
    this.peer = peer;
    this.parts = parts;
    this.line = new Line(peer, parts);
    this.silence = new Silence({ ...parts, tooLong: () => this.judgeSilence() });
    this.outgoing = new Outgoing(parts.store, peer);
    this.held = heldFor(parts.store, peer);
    this.showing = {
      store: parts.store,
      version: id => this.outgoing.version(id),
      isSilent: expectation => this.silence.isTooLong(expectation),
    };
    this.sending = new Sending(peer, {
      ...parts,
      line: this.line,
      outgoing: this.outgoing,
      catchUp: () => this.catchUp(),
      answered: message => this.proveAlive(message),
      tempo: () => this.silence.tempo(),
      takeOwed: () => {
        const { owed } = this;
        if (!owed?.mayTravel) return undefined;
        this.owed = undefined;
        return owed;
      },
      oweAgain: owed => this.line.answer('reply', owed.reply, owed.answers),
      isHeld: () => this.doubleSince !== undefined,
    });
    const kept = parts.store.streamState(doubleName(peer)) as { readonly since: Instant } | undefined;
    this.doubleSince = kept?.since;
  }

  start(): void {
    this.outgoing.catchUp();
    const mine = this.mine();
    for (const expectation of mine) this.silence.allow(expectation);
    this.show(mine);
    this.silence.watch();
  }

  stop(): void {
    this.stopped = true;
    this.silence.stop();
    this.callOffChallenge?.();
    this.sending.stop();
  }

  // Out

  /** Something may have to be sent. */
  wake(): void {
    this.sending.wake();
    // The peer works on what was sent meanwhile.
    this.showMoved();
  }

  /** A carrier has come or gone. */
  linkMoved(): void {
    this.lookForDouble();
    this.sending.linkMoved();
  }

  takeReply(message: Message): void {
    this.sending.takeReply(message);
  }

  takeRefusal(message: Message): void {
    this.sending.takeRefusal(message);
  }

  /** Tells the sender of a message why it was not taken. */
  refuse(id: string, code: string, message: string): void {
    this.line.answer('refusal', { code, message }, id);
  }

  /** What has changed is known to the stream. */
  private catchUp(): void {
    const { moved, gone } = this.outgoing.catchUp();
    for (const id of gone) {
      this.silence.forget(id);
      this.unshown.delete(id);
    }
    for (const id of moved) {
      this.unshown.add(id);
      const expectation = this.parts.store.expectation(id);
      if (expectation) this.silence.allow(expectation);
    }
    if (moved.length > 0 || gone.length > 0) this.silence.watch();
  }

  /** What the peer has not judged yet is shown as unknown. */
  private showMoved(): void {
    if (this.unshown.size === 0 || this.stopped) return;
    try {
      this.show([...this.unshown].flatMap(id => this.parts.store.expectation(id) ?? []));
      this.unshown.clear();
    } catch (error) {
      this.line.note(sentence(error));
    }
  }

  // In

  takeBatch(message: Message): void {
    const batch = readBatch(message.data);
    const { self } = this.parts.gate;
    if (batch.stream !== `${this.peer}>${self.node}` || message.stream !== batch.stream) {
      throw new AgentError('invalid', `the stream ${batch.stream} is none from ${this.peer} to ${self.node}`);
    }
    this.line.countReceived();
    this.lookForDouble();
    if (this.doubleSince !== undefined) {
      this.refuse(message.id, DOUBLE, isDoubled(this.peer, self.node));
      return;
    }
    this.catchUp();
    const now = this.parts.clock.now();
    const reply = takeBatch({ ...this.showing, keyed: this.parts.keyed, held: this.held }, this.peer, batch, now);
    this.answerOwed();
    const mayTravel = property(message.data, 'takesReply') === true && reply.errors.length === 0;
    this.owed = { reply, answers: message.id, mayTravel };
    // After what the batch has led to here, be it a verdict: the peer waits for that, and the answer may go with it.
    setImmediate(() => this.answerOwed());
    if (batch.items.some(({ key }) => key.startsWith('expectation/'))) this.parts.ring();
    // It seems to be there again; only an answer proves it.
    if (!this.sending.isAwaiting && this.silence.presence(this.line.link() !== undefined) !== 'alive') this.challenge();
  }

  private answerOwed(): void {
    const { owed } = this;
    this.owed = undefined;
    if (owed) this.line.answer('reply', owed.reply, owed.answers);
  }

  takePresence(message: Message): void {
    this.line.countReceived();
    this.lookForDouble();
    if (property(message.data, 'state') === 'dead') this.silence.takeDeath(message);
    this.challenge();
  }

  /**
   * Asks for a sign of life now, whatever was in vain before: what is under way may have been sent when the peer was not
   * yet there to hear it.
   */
  private challenge(): void {
    if (this.callOffChallenge) return;
    const wait = CHALLENGES_APART_MS - (this.parts.steady() - this.challengedAt);
    // A timer may fire a little early: when it has fired the time has come, whatever the clock says.
    if (wait > 0) this.callOffChallenge = this.parts.clock.after(wait, () => this.challengeNow());
    else this.challengeNow();
  }

  private challengeNow(): void {
    this.callOffChallenge = undefined;
    this.challengedAt = this.parts.steady();
    this.sending.sendAfresh();
  }

  private proveAlive(message: Message): void {
    const wasSilent = this.silence.end(message);
    if (wasSilent) this.show(this.mine());
    if (wasSilent || !this.silence.isWatched) this.silence.watch();
  }

  // Two in its name

  /** What two say in one name is neither's word: nothing is taken from them, or given, until a person has decided. */
  private lookForDouble(): void {
    const { gate, clock, log, store } = this.parts;
    if (this.doubleSince !== undefined || !gate.isDouble(this.peer)) return;
    this.doubleSince = clock.now();
    log.error('two agents speak in the name of a peer; its streams are stopped', {
      peer: this.peer,
      because: isDoubled(this.peer, gate.self.node),
    });
    const state = { since: this.doubleSince };
    store.transact(upkeep, writer => writer.putStreamState(doubleName(this.peer), state));
  }

  /** A person has seen to what had stopped the streams. */
  release(): void {
    this.parts.store.transact(upkeep, writer => writer.removeStreamState(doubleName(this.peer)));
    this.parts.gate.forgetLives(this.peer);
    this.doubleSince = undefined;
    this.sending.release();
  }

  // What we show of its verdicts

  private mine(): readonly Expectation[] {
    return this.parts.store.expectations().filter(each => each.for.peer === this.peer);
  }

  private show(expectations: readonly Expectation[]): void {
    showVerdicts(this.showing, this.peer, expectations, this.parts.clock.now());
  }

  private judgeSilence(): void {
    if (this.stopped) return;
    try {
      this.show(this.mine());
    } catch (error) {
      this.line.note(sentence(error));
    }
    this.silence.watch();
  }

  // How it is

  state(): Omit<PeerState, 'name' | 'publicKey'> {
    const { store } = this.parts;
    const { epoch, cursor } = this.held.receiver;
    return {
      ...this.silence.state(this.line.link() !== undefined),
      ...this.line.state(),
      out: this.sending.state(),
      alarm:
        this.doubleSince === undefined ? this.sending.stoppedBecause : isDoubled(this.peer, this.parts.gate.self.node),
      in: {
        epoch,
        cursor,
        quarantine: store.quarantine(`peer:${this.peer}:in`).map(({ key, code, message }) => ({ key, code, message })),
      },
    };
  }
}

const upkeep = { principal: 'operator', kind: 'upkeep' } as const;

function doubleName(peer: string): string {
  return `peer:${peer}:double`;
}

function isDoubled(peer: string, here: string): string {
  return (
    `two agents run with the name and key of ${peer}, perhaps from a copied data directory: stop one of them and give it ` +
    `a directory of its own, then say \`diffo peers release ${peer}\` at ${here}`
  );
}
