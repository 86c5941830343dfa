/** The line to one peer: whichever carrier is up, what has gone over it, and the latest trouble. */
import { sentence } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { MessageType } from '../core/peer-message.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { PeerState } from '../ports/peers.ts';
import type { PeerSyncParts } from './peer-sync.ts';

export type LineParts = Pick<PeerSyncParts, 'links' | 'gate' | 'clock' | 'log'>;

export class Line {
  private readonly peer: string;
  private readonly parts: LineParts;
  private counts = { sent: 0, received: 0 };
  private lastError: { readonly at: Instant; readonly because: string } | undefined;

  constructor(peer: string, parts: LineParts) {
    this.peer = peer;
    this.parts = parts;
  }

  link(): PeerLink | undefined {
    return this.parts.links.find(link => this.isUp(link));
  }

  isUp(link: PeerLink): boolean {
    return link.state(this.peer)?.up === true;
  }

  /** The id of the message. */
  send(link: PeerLink, type: MessageType, data: object, more: { stream?: string; answers?: string }): string {
    const { id, text } = this.parts.gate.seal({ to: this.peer, type, data: data as JsonObject, ...more });
    link.send(this.peer, text);
    this.counts.sent++;
    return id;
  }

  answer(type: MessageType, data: object, answers: string): void {
    const link = this.link();
    if (!link) return;
    try {
      this.send(link, type, data, { answers });
    } catch (error) {
      // Whoever asked will ask again.
      this.note(sentence(error));
    }
  }

  /** A message of the peer that means something. */
  countReceived(): void {
    this.counts.received++;
  }

  /** A message of the peer that means nothing here. */
  refuseMeaningless(because: string): void {
    this.parts.gate.refuse('meaningless', because, this.peer);
  }

  note(because: string): void {
    if (this.lastError?.because !== because) this.parts.log.warn('trouble with a peer', { peer: this.peer, because });
    this.lastError = { at: this.parts.clock.now(), because };
  }

  state(): Pick<PeerState, 'carrier' | 'links' | 'messages' | 'refused' | 'lastError'> {
    const { links, gate } = this.parts;
    return {
      carrier: this.link()?.carrier,
      links: links.flatMap(link => {
        const state = link.state(this.peer);
        return state ? [{ carrier: link.carrier, ...state }] : [];
      }),
      messages: { ...this.counts },
      refused: gate.refused(this.peer),
      lastError: this.lastError,
    };
  }
}
