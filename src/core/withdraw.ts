/** What becomes of an expectation that is withdrawn: it goes at once, or stays until what it had changed has gone back. */
import type { Expectation } from './expectation.ts';
import type { ExpectationId, InstanceId, Instant } from './ids.ts';

/** Long enough for an element that restarts meanwhile. */
const PUT_BACK_WITHIN_MS = 15 * 60_000;

export interface Withdrawal {
  readonly by: string;
  readonly now: Instant;
  /** Let go at once, whatever has not gone back. */
  readonly force?: boolean;
}

/** As much of a store as it takes to withdraw an expectation. */
export interface Withdrawable {
  verdicts(of: { readonly expectation: ExpectationId }): readonly { readonly instance?: InstanceId }[];
  removeVerdict(expectation: ExpectationId, instance: InstanceId | undefined): void;
  putExpectation(expectation: Omit<Expectation, 'seq'>): Expectation;
  removeExpectation(id: ExpectationId): void;
}

/** The expectation as it stands while what it changed goes back; undefined when it is gone at once. */
export function withdraw(
  writer: Withdrawable,
  expectation: Expectation,
  { by, now, force = false }: Withdrawal,
): Expectation | undefined {
  // What it had done at a peer is for the peer to put back.
  if (force || expectation.onWithdraw !== 'restore' || expectation.for.peer !== undefined) {
    writer.removeExpectation(expectation.id);
    return undefined;
  }
  if (expectation.withdrawing) return expectation;
  for (const { instance } of writer.verdicts({ expectation: expectation.id })) {
    writer.removeVerdict(expectation.id, instance);
  }
  return writer.putExpectation({
    ...expectation,
    withdrawing: { by, since: now, until: now + PUT_BACK_WITHIN_MS },
  });
}
