/** How long a peer has been silent and how long it may be; what that says of whether it is there. */
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { Message } from '../core/peer-message.ts';
import type { Tempo } from '../core/stream/pace.ts';
import type { PeerState, Presence } from '../ports/peers.ts';
import type { PeerSyncParts } from './peer-sync.ts';

/** A peer that has a batch for longer is asked again: the carrier may have lost it, or the answer. */
export const ANSWER_WITHIN_MS = 10_000;
/** The least and the most between two signs of life that we ask for. */
const SHORTEST_HEARTBEAT_MS = 1_000;
const LONGEST_HEARTBEAT_MS = 60_000;

export interface SilenceParts extends Pick<PeerSyncParts, 'clock' | 'steady' | 'freshnessMs'> {
  /** The silence has become too long for an expectation. */
  readonly tooLong: () => void;
}

export class Silence {
  private readonly parts: SilenceParts;
  private readonly startedAt: Instant;
  private answeredAt: Instant | undefined;
  private life: { readonly storeId: string; readonly incarnation: number } | undefined;
  private diedAt: Instant | undefined;
  /** How long the peer may be silent, for each expectation on it. */
  private readonly allowed = new Map<ExpectationId, number>();
  private shortestFreshnessMs: number;
  private callOff: (() => void) | undefined;

  constructor(parts: SilenceParts) {
    this.parts = parts;
    this.startedAt = parts.steady();
    this.shortestFreshnessMs = parts.freshnessMs;
  }

  stop(): void {
    this.callOff?.();
  }

  /** Counts from the next `watch` on. */
  allow(expectation: Expectation): void {
    this.allowed.set(expectation.id, this.allowedFor(expectation));
  }

  forget(id: ExpectationId): void {
    this.allowed.delete(id);
  }

  isTooLong(expectation: Expectation): boolean {
    return this.ms() > this.allowedFor(expectation);
  }

  /** The peer has answered; whether it had been silent for too long. */
  end({ storeId, incarnation }: Message): boolean {
    const wasTooLong = this.ms() > this.shortestFreshnessMs;
    this.answeredAt = this.parts.steady();
    this.life = { storeId, incarnation };
    this.diedAt = undefined;
    return wasTooLong;
  }

  /** The peer, or its carrier, says that it has gone; what an earlier life left behind says nothing of this one. */
  takeDeath({ storeId, incarnation }: Message): void {
    const { life } = this;
    const isOfThisLife = !life || (life.storeId === storeId && incarnation >= life.incarnation);
    if (isOfThisLife) this.diedAt = this.parts.steady();
  }

  get isWatched(): boolean {
    return this.callOff !== undefined;
  }

  /** Looks again when the silence becomes too long for an expectation. */
  watch(): void {
    this.callOff?.();
    this.callOff = undefined;
    const silence = this.ms();
    let shortest = this.parts.freshnessMs;
    let next = Number.POSITIVE_INFINITY;
    for (const ms of this.allowed.values()) {
      shortest = Math.min(shortest, ms);
      if (ms >= silence) next = Math.min(next, ms);
    }
    this.shortestFreshnessMs = shortest;
    if (!Number.isFinite(next)) return;
    this.callOff = this.parts.clock.after(next - silence + 1, () => this.parts.tooLong());
  }

  tempo(): Tempo {
    // Three of them may be lost before what is shown becomes unknown.
    const heartbeatMs = Math.max(SHORTEST_HEARTBEAT_MS, this.shortestFreshnessMs / 4);
    return { pushEveryMs: 0, heartbeatMs: Math.min(heartbeatMs, LONGEST_HEARTBEAT_MS) };
  }

  presence(hasLink: boolean): Presence {
    if (this.diedAt !== undefined || this.ms() > this.parts.freshnessMs) return 'dead';
    const isOverdue = this.ms() > 1.5 * this.tempo().heartbeatMs + ANSWER_WITHIN_MS;
    return this.answeredAt === undefined || isOverdue || !hasLink ? 'suspect' : 'alive';
  }

  state(hasLink: boolean): Pick<PeerState, 'presence' | 'answeredAt' | 'incarnation'> {
    return {
      presence: this.presence(hasLink),
      answeredAt: this.answeredAt,
      incarnation: this.life?.incarnation,
    };
  }

  private ms(): number {
    return this.parts.steady() - (this.answeredAt ?? this.startedAt);
  }

  private allowedFor({ freshnessMs }: Expectation): number {
    return freshnessMs ?? this.parts.freshnessMs;
  }
}
