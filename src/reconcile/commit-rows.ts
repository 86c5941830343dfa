/** What the rows of a plan say of its confirmation: which of them wait for it, what has to be, and what ends with it. */
import type { Plan } from '../core/plan.ts';
import type { Task } from '../core/task.ts';
import type { Store } from '../ports/store.ts';
import { type CarryOutParts, causeOf, moved } from './rows.ts';

/** Those whose time counts, or has run out without all being back. */
export function unsettled(store: Pick<Store, 'plans'>): readonly Plan[] {
  return store
    .plans({ states: ['carryingOut', 'unconfirmed', 'undoing'] })
    .filter(({ state, confirm }) =>
      state === 'undoing' ? confirm?.lapsed !== undefined : confirm?.began && confirm.confirmedBy === undefined,
    );
}

/** The first and the last of the tasks that are done before anybody is asked; undefined where nothing is protected. */
export function protectedPart({ tasks }: Plan): { readonly first: number; readonly last: number } | undefined {
  const groups = new Set(tasks.flatMap((task, nth) => (task.protected ? [task.group ?? nth] : [])));
  const isPart = tasks.map((task, nth) => groups.has(task.group ?? nth));
  const first = isPart.indexOf(true);
  return first < 0 ? undefined : { first, last: isPart.lastIndexOf(true) };
}

export function hasMoved({ state, already, moves, before }: Task): boolean {
  if (state === 'done') return !already;
  return state === 'terminatedWithError' && before !== undefined && moves?.length !== 0;
}

/** What was not begun is not done; what was interrupted is taken back like what was done, since nobody saw its end. */
export function endOpenTasks({ store, clock }: CarryOutParts, plan: Plan, error: string): void {
  const open = store.tasks({ plan: plan.id, states: ['acknowledged', 'inProgress'] });
  if (open.length === 0) return;
  store.transact(causeOf(plan, error), writer => {
    for (const task of open) writer.putTask({ ...moved(task, 'fail'), stopped: true, error, endedAt: clock.now() });
  });
}
