/**
 * The door to peers: a carrier that takes a message to a node and brings those of others. It may lose, repeat, delay
 * and reorder; what must arrive is the care of the layer above, which is the same for every carrier.
 */
import type { Instant } from '../core/ids.ts';
import type { Draft, MessageType, Opened } from '../core/peer-message.ts';

export type Carrier = 'websocket' | 'mqtt' | 'memory';

/** What a carrier tells; it carries no news but for messages. */
export interface LinkEar {
  heard(text: string | Uint8Array): void;
  /** What `state` says of a node, or of all, has changed. */
  moved(node?: string): void;
  /** Something that is no message, such as one too large to be received at all. */
  refused(refusal: 'tooLarge' | 'malformed', because: string): void;
}

export interface LinkState {
  readonly up: boolean;
  /** Since when it is up or down. */
  readonly since: Instant;
  /** Where it leads, for people. */
  readonly at?: string;
  /** Why it is down, or was last; a sentence that says what to do. */
  readonly lastError?: string;
}

export interface PeerLink {
  readonly carrier: Carrier;
  /** Never waits for the other side: a link that cannot be had yet is tried again with jittered pauses. */
  start(ear: LinkEar): Promise<void>;
  /** Says goodbye where the carrier knows how. */
  stop(): Promise<void>;
  /** Undefined for a node it never leads to. */
  state(node: string): LinkState | undefined;
  /** The bytes that one message may have; the other side or a broker may take less than the protocol allows. */
  most(node: string): number;
  /** Throws `unreachable` when it is down, `tooLarge`; returning says nothing about arrival. */
  send(node: string, text: string): void;
}

/** How a carrier signs what it says itself, and reads what others prove to it. */
export interface Seal {
  /** The signed text, and the id by which an answer names it. */
  seal(draft: Pick<Draft, 'to' | 'type' | 'data' | 'answers' | 'stream'>): {
    readonly id: string;
    readonly text: string;
  };
  /** Counts what it refuses. `expected`: of any other type it is refused as well. */
  open(text: string | Uint8Array, expected?: MessageType): Opened;
}
