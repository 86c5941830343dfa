/** What is told of peers: to people, to other programs, to metrics. */
import type { Instant } from '../core/ids.ts';
import type { Refusal } from '../core/peer-message.ts';
import type { RowError } from '../core/stream/batch.ts';
import type { LinkState } from './peer-link.ts';

/**
 * - `alive`: it has answered lately; nothing else proves it, for all that it says by itself could be an old recording.
 * - `suspect`: an answer is overdue, or no carrier leads to it.
 * - `dead`: it has said so, or is silent for longer than what is expected of it allows.
 */
export type Presence = 'alive' | 'suspect' | 'dead';

export type RefusalCounts = Readonly<Partial<Record<Refusal, number>>>;

export interface PeerState {
  readonly name: string;
  readonly publicKey: string;
  readonly presence: Presence;
  /** When it last answered; undefined: not since the start. */
  readonly answeredAt: Instant | undefined;
  readonly incarnation: number | undefined;
  /** Which carrier is used now. */
  readonly carrier: string | undefined;
  readonly links: readonly (LinkState & { readonly carrier: string })[];
  readonly out: {
    readonly epoch: number;
    readonly cursor: number;
    readonly rows: number;
    /** Rows that the peer has not told that it has. */
    readonly lag: number;
    /** Both sides found that they hold the same. */
    readonly agreed: boolean;
    /** Rows that the peer could not take. */
    readonly errors: readonly RowError[];
  };
  readonly in: {
    readonly epoch: number;
    readonly cursor: number;
    /** Rows of the peer that we could not take. */
    readonly quarantine: readonly { readonly key: string; readonly code: string; readonly message: string }[];
  };
  /** What a person has to see to before the streams go on, as a sentence that says what to do. */
  readonly alarm: string | undefined;
  readonly messages: { readonly sent: number; readonly received: number };
  readonly refused: RefusalCounts;
  readonly lastError: { readonly at: Instant; readonly because: string } | undefined;
}
