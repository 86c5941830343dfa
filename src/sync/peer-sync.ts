/**
 * Keeps two agents' rows equal: ours go to each peer as a state stream, theirs come in as one, over whichever carrier is
 * up. A carrier's breakdown loses nothing, for what is sent is what the store says now, from the cursor on.
 */
import { AgentError, type ErrorCode, sentence } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import type { Instant } from '../core/ids.ts';
import { isObject } from '../core/json.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import { type Peer, peerOf } from '../core/peer.ts';
import type { Message } from '../core/peer-message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { PeerState } from '../ports/peers.ts';
import type { Store } from '../ports/store.ts';
import { PeerConflicts } from './peer-conflicts.ts';
import type { Gate } from './peer-gate.ts';
import { forgetPeer } from './peer-incoming.ts';
import { PeerStream } from './peer-stream.ts';
import { settleVerdicts } from './peer-verdicts.ts';

export interface PeerSyncParts {
  readonly store: Store;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  /** Goes on evenly even when the clock is set; begins near the true time. */
  readonly steady: () => Instant;
  readonly log: Log;
  readonly chance: () => number;
  readonly gate: Gate;
  readonly peers: readonly Peer[];
  /** In order of preference. */
  readonly links: readonly PeerLink[];
  /** How long a peer may be silent when an expectation does not say. */
  readonly freshnessMs: number;
  /** In which units the values of our own instances are counted. */
  readonly unitOf?: (path: Path) => string | undefined;
  /** A peer expects something else than before. */
  readonly ring: () => void;
}

export class PeerSync {
  private readonly parts: PeerSyncParts;
  private readonly streams: ReadonlyMap<string, PeerStream>;
  private readonly conflicts: PeerConflicts;
  private stopHearing: (() => void) | undefined;
  private isAwake = false;
  private stopped = false;

  constructor(parts: PeerSyncParts) {
    this.parts = parts;
    this.conflicts = new PeerConflicts(parts);
    this.streams = new Map(parts.peers.map(({ name }) => [name, new PeerStream(name, parts)]));
  }

  /** Resolves when every link has begun to try; never waits for a peer. */
  async start(): Promise<void> {
    const { store, links } = this.parts;
    this.forgetFormerPeers();
    this.settleStrangers();
    for (const stream of this.streams.values()) stream.start();
    this.stopHearing = store.onCommit(() => this.wake());
    this.conflicts.wake();
    await Promise.all(
      links.map(link =>
        link.start({
          heard: text => this.hear(text),
          moved: node => this.linkMoved(node),
          refused: (refusal, because) => this.parts.gate.refuse(refusal, because),
        }),
      ),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopHearing?.();
    for (const stream of this.streams.values()) stream.stop();
    await this.conflicts.stop();
    await Promise.all(this.parts.links.map(link => link.stop()));
  }

  states(): readonly PeerState[] {
    return this.parts.peers.map(({ name, publicKey }) => ({ name, publicKey, ...this.stream(name).state() }));
  }

  /** Lets the streams to and from a peer go on; false when there is none of that name. */
  release(name: string): boolean {
    this.streams.get(name)?.release();
    return this.streams.has(name);
  }

  private stream(name: string): PeerStream {
    const stream = this.streams.get(name);
    if (!stream) throw new AgentError('internal', `the gate let in ${name}, which is no peer`);
    return stream;
  }

  /** What a burst of commits has written goes out together. */
  private wake(): void {
    if (this.isAwake) return;
    this.isAwake = true;
    setImmediate(() => {
      this.isAwake = false;
      if (this.stopped) return;
      for (const stream of this.streams.values()) stream.wake();
      if (this.streams.size > 0) this.conflicts.wake();
    });
  }

  private linkMoved(node: string | undefined): void {
    if (this.stopped) return;
    for (const [name, stream] of this.streams) if (node === undefined || node === name) stream.linkMoved();
  }

  private hear(text: string | Uint8Array): void {
    if (this.stopped) return;
    const opened = this.parts.gate.open(text);
    if (opened.ok) {
      this.take(opened.message);
    } else if (opened.answer) {
      this.stream(opened.answer.to).refuse(opened.answer.id, opened.refusal, opened.because);
    }
  }

  private take(message: Message): void {
    const stream = this.stream(message.from);
    try {
      switch (message.type) {
        case 'presence':
          stream.takePresence(message);
          return;
        case 'batch':
          this.takeReplyIn(message, stream);
          stream.takeBatch(message);
          return;
        case 'reply':
          stream.takeReply(message);
          return;
        case 'refusal':
          stream.takeRefusal(message);
          return;
        case 'hello':
        case 'welcome':
        case 'proof':
          this.parts.gate.refuse('meaningless', `a ${message.type} belongs to the carrier`, message.from);
          return;
      }
    } catch (error) {
      this.fail(message, stream, error);
    }
  }

  /** Where our own stream stands can wait for what the peer has to say. */
  private takeReplyIn(message: Message, stream: PeerStream): void {
    const { reply } = message.data;
    if (message.answers === undefined || !isObject(reply)) return;
    setImmediate(() => {
      if (this.stopped) return;
      try {
        stream.takeReply({ ...message, data: reply });
      } catch (error) {
        this.fail({ ...message, type: 'reply' }, stream, error);
      }
    });
  }

  /** What a message does to us is ours to bear: whoever sent it hears of it, and the agent serves on. */
  private fail(message: Message, stream: PeerStream, error: unknown): void {
    const code: ErrorCode = error instanceof AgentError ? error.code : 'internal';
    if (code === 'invalid' || code === 'unsupported') {
      const refusal = code === 'invalid' ? 'malformed' : 'version';
      this.parts.gate.refuse(refusal, sentence(error), message.from);
      if (message.type === 'batch') stream.refuse(message.id, refusal, sentence(error));
      return;
    }
    this.parts.log.error('a message of a peer could not be taken', {
      peer: message.from,
      error: sentence(error),
      code,
    });
    // Details of our trouble are nobody else's business.
    if (message.type === 'batch') stream.refuse(message.id, code, 'it could not be kept; try again later');
  }

  /** What a peer has laid here ends with the trust in it. */
  private forgetFormerPeers(): void {
    const { store, log } = this.parts;
    const laid = store.expectations().flatMap(({ principal }) => peerOf(principal) ?? []);
    for (const name of new Set(laid)) {
      if (this.streams.has(name)) continue;
      log.warn('what a former peer expected here is no longer expected', { peer: name });
      forgetPeer(store, name);
    }
  }

  /** What is expected of those who are no peers any more is unknown. */
  private settleStrangers(): void {
    const { store, clock } = this.parts;
    const isStranger = ({ for: { peer } }: Expectation): boolean => peer !== undefined && !this.streams.has(peer);
    const strangers = store.expectations().filter(isStranger);
    if (strangers.length === 0) return;
    const cause = { principal: 'operator', kind: 'upkeep', why: 'it is no peer any more' } as const;
    store.transact(cause, writer => {
      for (const expectation of strangers) {
        for (const { expectation: id, instance } of writer.verdicts({ expectation: expectation.id })) {
          if (instance !== undefined) writer.removeVerdict(id, instance);
        }
        settleVerdicts(writer, expectation, clock.now());
      }
    });
  }
}
