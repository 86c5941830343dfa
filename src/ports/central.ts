/** The door to central: the graph we report to, as the receiving end of this agent's state stream. */
import type { ErrorCode } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { Batch, Reply, RowError } from '../core/stream/batch.ts';

/** Who sends: each start of an agent has a name of its own. */
export interface Sending {
  readonly boot: string;
  /** A person has seen to it that only one is left of two who reported in this name. */
  readonly isReleased: boolean;
}

export interface Central {
  /**
   * Takes one batch in one transaction and answers after its commit; connects when it has to. Rejects with
   * `unreachable` (nobody answered; whether it was taken is not known), `tooLarge` (try fewer rows), or with
   * `unauthorized`, `forbidden`, `notFound`, `refused`, `invalid` for what a person has to put right; with `conflict` when
   * two report in one name, until one of them is released.
   */
  push(batch: Batch, by: Sending): Promise<Reply>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/**
 * `connecting`: no answer since the start. `sending`: there are rows to tell. `synced`: both sides hold the same.
 * `backing off`: the latest push failed. `differing`: a new epoch has to begin, and may not yet.
 */
export type CentralPhase = 'connecting' | 'sending' | 'synced' | 'backing off' | 'differing';

export interface CentralState {
  readonly state: CentralPhase;
  readonly epoch: number;
  /** Up to where central has told that it has everything. */
  readonly cursor: number;
  readonly seq: number;
  readonly lagRows: number;
  readonly agreedAt?: Instant;
  readonly nextAt?: Instant;
  /** Why it waits. */
  readonly because?: string;
  /** What a person has to see to before the stream goes on, as a sentence that says what to do. */
  readonly alarm?: string;
  readonly lastError?: { readonly at: Instant; readonly code: ErrorCode; readonly message: string };
  readonly counts: Readonly<Record<CentralCount, number>>;
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Rows that central could not take; the next version of each may mend it. */
  readonly quarantined: readonly RowError[];
}

export const centralCounts = ['pushes', 'rows', 'rewinds', 'mismatches', 'stale', 'epochs'] as const;
export type CentralCount = (typeof centralCounts)[number];
