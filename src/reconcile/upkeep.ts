/** What the loop keeps in order beside its work: what was put off, what waits for a person's word, and how much history. */
import type { Cause } from '../core/change.ts';
import type { ExpectationId, Instant, PlanId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { Reader, Store } from '../ports/store.ts';
import type { Drafts } from './drafts.ts';
import { draftPlan } from './plans.ts';

/** About a year of one plan a day, with their undo. */
const PLANS_KEPT = 300;
/** Interfaces that come and go under ever new names, as those of containers do, must not fill the flash. */
const KEYS_KEPT = 1_000;
/** What went back and forth more often than this goes back to where it was then. */
const RESTORABLE_KEPT = 1_000;

export const upkeep: Cause = { principal: 'loop', kind: 'upkeep' };

/** Whoever changes what is expected starts afresh: neither old failures nor an old undo hold it back. */
export function startAfresh(store: Store, moved: ReadonlySet<string>): void {
  const records = store.leafRecords().filter(each => moved.has(each.leaf.split(':', 1)[0] ?? ''));
  const pauses = store
    .pauses()
    .filter(each => each.scope.startsWith('leaf:') && moved.has(each.scope.split(':')[1] ?? ''));
  if (records.length === 0 && pauses.length === 0) return;
  store.transact(upkeep, writer => {
    for (const { leaf } of records) writer.clearLeafRecord(leaf);
    for (const { scope } of pauses) writer.clearPause(scope);
  });
}

/** Keeps one waiting proposal for all that a person has to approve. */
export function propose(
  parts: { readonly store: Store; readonly newId: () => string; readonly planExpiryMs?: number },
  drafts: Drafts,
  now: Instant,
): void {
  const { store, planExpiryMs } = parts;
  const expiry = planExpiryMs === undefined ? {} : { expireAfterMs: planExpiryMs };
  const proposal = draftPlan(parts, drafts.of('approve'), { madeBy: 'loop', now, ...expiry });
  const standing = store.plans({ states: ['proposed'] }).filter(each => each.madeBy === 'loop');
  const same = proposal && standing.find(each => each.hash === proposal.hash);
  if (same) {
    // Nothing has moved, so it is as good as new.
    if ((same.expiresAt ?? 0) <= now) renew(store, { ...same, expiresAt: proposal.expiresAt ?? now });
    return;
  }
  // Nobody is asked again for what somebody has just said yes or no to.
  const decided =
    proposal &&
    store
      .plans({ states: ['discarded', 'approved', 'carryingOut'], limit: 100 })
      .some(each => each.hash === proposal.hash);
  if (standing.length === 0 && (!proposal || decided)) return;
  store.transact(upkeep, writer => {
    for (const old of standing) {
      writer.putPlan({ ...old, state: 'refused', endedAt: now, because: 'what is outstanding has changed' });
    }
    if (proposal && !decided) writer.putPlan(proposal);
  });
}

function renew(store: Store, plan: Plan): void {
  store.transact({ ...upkeep, why: 'the proposal still holds' }, writer => writer.putPlan(plan));
}

/** History is kept for people, not for ever; but what will go back one day has to be known by then. */
export function tidy(store: Store): void {
  if (store.plans({ limit: PLANS_KEPT + 1 }).length <= PLANS_KEPT && store.keyBindings().length <= KEYS_KEPT) return;
  const restorable = plansToRestore(store);
  store.transact(upkeep, writer => writer.tidy({ plans: PLANS_KEPT, keys: KEYS_KEPT, except: restorable }));
}

function plansToRestore(store: Reader): readonly PlanId[] {
  const asked = new Set<ExpectationId>();
  for (const { id, onWithdraw } of store.expectations()) if (onWithdraw === 'restore') asked.add(id);
  if (asked.size === 0) return [];
  const tasks = store
    .tasks({ states: ['done'] })
    .filter(task => !task.already && task.expectation !== undefined && asked.has(task.expectation));
  return [...new Set(tasks.slice(0, RESTORABLE_KEPT).map(task => task.plan))];
}
