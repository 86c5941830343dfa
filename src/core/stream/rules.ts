/**
 * The rules on which the protocol stands, one predicate each. They are an argument of `receive`, `next` and `heard`, so
 * that the simulation can switch one off and must then see harm: `{ ...rules, isNewer: () => true }`. Nothing else
 * hands in other ones.
 */
import type { Batch } from './batch.ts';
import type { Guard, Receiver } from './receiver.ts';
import { type Sum, sameSum } from './sum.ts';

export interface Rules {
  /** The fence: a batch of an epoch that has ended would bring back what its successor has replaced. */
  ended(batch: Batch, receiver: Receiver): boolean;
  /**
   * The gap: rows between the cursor and `from` never came, or were lost when this side was restored. It saves time
   * only: without it the sums would differ in the end.
   */
  leavesGap(batch: Batch, receiver: Receiver): boolean;
  /** The guard of each row: repeated and late deliveries change nothing, so a row's (epoch, seq) only grows. */
  isNewer(epoch: number, seq: number, standing: Guard | undefined): boolean;
  /**
   * The snapshot: once a batch is caught up and everything before it is here, a row that no batch of this epoch has
   * brought is no longer there. Then and only then the sums speak of the same moment.
   */
  isWhole(batch: Batch, receiver: Receiver): boolean;
  /** Whether a whole snapshot ends the rows of earlier epochs. */
  endsEarlier(receiver: Receiver): boolean;
  /** The sum: finds what no other rule can, such as a rolled-back sender that has written on past the cursor. */
  disagrees(theirs: Sum, ours: Sum): boolean;
  /**
   * The receiver has rows beyond the sender's own last seq: the sender was rolled back, and what it writes next would
   * bear seqs that the receiver has seen.
   */
  isAhead(cursor: number, seq: number): boolean;
}

export const rules: Rules = {
  ended: (batch, receiver) => batch.epoch < receiver.epoch,
  leavesGap: (batch, receiver) => batch.from > receiver.cursor,
  isNewer: (epoch, seq, standing) =>
    standing === undefined || standing.epoch < epoch || (standing.epoch === epoch && standing.seq < seq),
  isWhole: (batch, receiver) => batch.caughtUp && receiver.cursor === batch.to,
  endsEarlier: receiver => !receiver.whole,
  disagrees: (theirs, ours) => !sameSum(theirs, ours),
  isAhead: (cursor, seq) => cursor > seq,
};
