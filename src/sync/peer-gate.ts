/** The gate between us and peers: signs what leaves, opens what comes, counts what it refuses and says each once. */
import type { KeyObject } from 'node:crypto';
import type { Peer } from '../core/peer.ts';
import {
  CLOCKS_SET_AFTER,
  type Draft,
  type Message,
  type MessageType,
  type Opened,
  open,
  type Refusal,
  type Self,
  seal,
} from '../core/peer-message.ts';
import { areTwo, hearLife, type Lives, noLives } from '../core/stream/double.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Seal } from '../ports/peer-link.ts';
import type { RefusalCounts } from '../ports/peers.ts';

/** More than are under way at once; an older one is caught by what it means. */
const IDS_KEPT = 512;
/** Strangers choose their names; so many are written into the log. */
const STRANGERS_TOLD = 50;

export interface GateParts {
  readonly self: Self;
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

export class Gate implements Seal {
  readonly self: Self;
  private readonly parts: GateParts;
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly seen = new Map<string, Set<string>>();
  /** By peer; those of strangers stand under the empty name. */
  private readonly counts = new Map<string, Partial<Record<Refusal, number>>>();
  private readonly told = new Set<string>();
  private readonly lives = new Map<string, Lives>();

  constructor(parts: GateParts) {
    this.parts = parts;
    this.self = parts.self;
    this.keys = new Map(parts.peers.map(({ name, key }) => [name, key]));
  }

  seal(draft: Omit<Draft, 'id' | 'at'>): { readonly id: string; readonly text: string } {
    const id = this.parts.newId();
    return { id, text: seal(this.self, { ...draft, id, at: this.parts.clock.now() }) };
  }

  open(text: string | Uint8Array, expected?: MessageType): Opened {
    const opened = open(text, this.self, name => this.keys.get(name), this.parts.clock.now());
    if (!opened.ok) {
      this.refuse(opened.refusal, opened.because, opened.from);
      return opened;
    }
    const { from, id, type } = opened.message;
    const because = this.isRepeated(from, id)
      ? (['repeated', `the message ${id} was here before`] as const)
      : expected !== undefined && type !== expected
        ? (['meaningless', `a ${type} where a ${expected} is due`] as const)
        : undefined;
    if (!because) {
      this.hearLife(opened.message);
      return opened;
    }
    this.refuse(because[0], because[1], from);
    return { ok: false, refusal: because[0], because: because[1], from };
  }

  /** Counts what is refused, here or by whoever understands more of it, and says the first of each in the log. */
  refuse(refusal: Refusal, because: string, from?: string): void {
    const known = from !== undefined && this.keys.has(from);
    const counts = this.counts.get(known ? from : '') ?? {};
    counts[refusal] = (counts[refusal] ?? 0) + 1;
    this.counts.set(known ? from : '', counts);
    const name = `${refusal} ${from ?? ''}`;
    if (this.told.has(name) || (!known && this.told.size >= STRANGERS_TOLD)) return;
    this.told.add(name);
    this.parts.log.warn('a message was refused; others like it are only counted', { refusal, from, because });
  }

  /** Whether two processes speak in the name of a peer, both with its key. */
  isDouble(peer: string): boolean {
    return areTwo(this.lives.get(peer) ?? noLives);
  }

  /** A person has seen to it. */
  forgetLives(peer: string): void {
    this.lives.delete(peer);
  }

  private hearLife({ from, boot, at }: Message): void {
    // A clock that was not set cannot tell what came late.
    if (at > CLOCKS_SET_AFTER) this.lives.set(from, hearLife(this.lives.get(from) ?? noLives, { boot, firstAt: at }));
  }

  /** What was refused of a peer; of those who are none without a name. */
  refused(peer = ''): RefusalCounts {
    return this.counts.get(peer) ?? {};
  }

  private isRepeated(from: string, id: string): boolean {
    const seen = this.seen.get(from) ?? new Set();
    this.seen.set(from, seen);
    if (seen.has(id)) return true;
    seen.add(id);
    const [oldest] = seen;
    if (oldest !== undefined && seen.size > IDS_KEPT) seen.delete(oldest);
    return false;
  }
}
