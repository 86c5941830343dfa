/** The door to central: the graph we report to, as the receiving end of this agent's state stream. */
import type { Batch, Reply } from '../core/stream/batch.ts';

export interface Central {
  /**
   * Takes one batch in one transaction and answers after its commit; connects when it has to. Rejects with
   * `unreachable` (nobody answered; whether it was taken is not known), `tooLarge` (try fewer rows), or with
   * `unauthorized`, `forbidden`, `notFound`, `refused`, `invalid` for what a person has to put right.
   */
  push(batch: Batch): Promise<Reply>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
