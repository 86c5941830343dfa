/** A budget that no test comes to the end of, for those that do much in little time. */
import { ruleId } from '../../src/core/rule.ts';
import type { Store } from '../../src/ports/store.ts';

/** As it is laid over the API. */
export const freeSpending = {
  id: 'much',
  sort: 'budget',
  changes: 1_000_000,
  deletions: 1_000_000,
  why: 'a test does much in little time',
} as const;

export function spendFreely(store: Store): void {
  store.transact({ principal: 'operator', kind: 'request', why: freeSpending.why }, writer =>
    writer.putRule({ ...freeSpending, id: ruleId('much'), position: 1, principal: 'operator', createdAt: 0 }),
  );
}
