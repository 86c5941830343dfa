/** What is remembered of a leaf that did not come to rest at once. It is kept over restarts, and only while it matters. */
import type { ExpectationId, Instant, TaskId } from '../ids.ts';
import type { Json } from '../json.ts';

export interface LeafRecord {
  /** As `leafName` says. */
  readonly leaf: string;
  /** How often it was tried in vain since it was last at rest. */
  readonly attempts: number;
  /** Of these, how often the element did not answer: that blames nobody, and does not stall it. */
  readonly unanswered?: number;
  /** Nothing is done about it before. */
  readonly until: Instant;
  /** Why, in words. */
  readonly because: string;
  /** The latest tries, oldest first. */
  readonly tried?: readonly Attempt[];
  /** What was last done for it, after which it was met. */
  readonly did?: Deed;
  /** When it fell back after it had been met, oldest first; those of long ago are forgotten. */
  readonly flaps?: readonly Instant[];
  /** How often it has been left alone for a while because it flapped. */
  readonly coolOffs?: number;
  readonly reversals?: readonly Reversal[];
  readonly stalled?: Stalled;
  readonly delegated?: Delegated;
}

export interface Attempt {
  readonly at: Instant;
  /** The step, for people. */
  readonly what: string;
  /** What came of it: the words of the element, or that it was in vain. */
  readonly came: string;
}

/** What a task has made stand at the leaf. */
export interface Deed {
  readonly task: TaskId;
  readonly at: Instant;
  /** Absent: nothing is to stand there. */
  readonly value?: Json;
  /** A restart of the element takes it away again. */
  readonly passing?: true;
}

/** Somebody else has changed what a task of ours had set. */
export interface Reversal {
  readonly at: Instant;
  /** Absent: nothing stood there. */
  readonly from?: Json;
  readonly to?: Json;
  /** Who, as far as it can be told: `NetworkManager`, `an expectation of peer olt-7`. */
  readonly by?: string;
}

export const stalledReasons = ['failing', 'inVain', 'flapping', 'reversed'] as const;
export type StalledReason = (typeof stalledReasons)[number];

/** Nothing is tried any more until `unblocks` has happened. */
export interface Stalled {
  readonly since: Instant;
  readonly reason: StalledReason;
  /** In one sentence, what is the matter. */
  readonly because: string;
  /** In one sentence, what would set it going again. */
  readonly unblocks: string;
}

/** It was handed to a peer that may be able to meet it. */
export interface Delegated {
  readonly peer: string;
  /** What was laid there, for as long as it is. */
  readonly expectation?: ExpectationId;
  readonly since: Instant;
  /** When it is taken back. */
  readonly until: Instant;
  /** What came of it, after it was taken back. */
  readonly came?: string;
}

/** As many as a person reads. */
export const TRIES_KEPT = 5;
