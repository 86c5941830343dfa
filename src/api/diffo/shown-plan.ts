/** A plan as it is told: its tasks as a difference, for whom each is done, and what was carried out of it. */
import { asJson, type JsonObject } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import type { Confirmation, Plan, PlannedTask, Waiting } from '../../core/plan.ts';
import { changesOf } from '../../core/plan-diff.ts';
import type { Named, Task } from '../../core/task.ts';
import { type DiffoParts, withTimes } from './parts.ts';

type ShowParts = Pick<DiffoParts, 'store' | 'loop'>;

export function showPlan(parts: ShowParts, plan: Plan): JsonObject {
  return {
    href: `/diffo/v1/plans/${plan.id}`,
    ...showPlanned(parts, plan),
    ...(plan.confirm ? { confirm: showConfirmation(plan.confirm) } : {}),
    carriedOut: parts.store.tasks({ plan: plan.id }).map(showTask),
    ...held(parts, plan),
  };
}

/** What it says before anything of it is done. */
export function showPlanned(parts: ShowParts, plan: Omit<Plan, 'seq' | 'id'>): JsonObject {
  const changes = changesOf(plan.tasks, stoodAt(parts, plan));
  return {
    ...withTimes(plan, times),
    tasks: plan.tasks.map((task, nth) => ({
      ...asJson(task),
      changes: (changes[nth] ?? []).map(each => asJson(each)),
      ...wantedBy(parts, task),
    })),
    waiting: plan.waiting.map(showWaiting),
  };
}

const times = ['madeAt', 'approvedAt', 'expiresAt', 'endedAt'] as const;

/** As the plan has read it. */
function stoodAt({ store }: ShowParts, { tasks, readSet }: Pick<Plan, 'tasks' | 'readSet'>) {
  const facts = new Map(readSet.map(({ instance, path, value }) => [`${instance}\0${path}`, value]));
  const ids = new Map(tasks.flatMap(({ of, instance }) => (of && instance ? [[nameOf(of), instance] as const] : [])));
  return (of: Named, path: Path) => {
    const [found] = ids.has(nameOf(of)) ? [] : [...store.instances({ ...of, limit: 1 })];
    const id = ids.get(nameOf(of)) ?? found?.id;
    if (id === undefined) return undefined;
    ids.set(nameOf(of), id);
    // That it was there at all is told by its name.
    return facts.get(`${id}\0${path === '' ? '/name' : path}`);
  };
}

function nameOf({ kind, name }: Named): string {
  return `${kind}\0${name}`;
}

/** Absent where it was withdrawn since. */
function wantedBy({ store }: ShowParts, { expectation }: PlannedTask): JsonObject {
  const laid = store.expectation(expectation);
  if (!laid) return {};
  const { principal, owner, why, priority } = laid;
  return {
    wantedBy: {
      principal,
      ...(owner === undefined ? {} : { owner }),
      ...(why === undefined ? {} : { why }),
      priority,
    },
  };
}

/** Why it is not begun though somebody approved it. */
function held({ loop }: ShowParts, plan: Plan): JsonObject {
  const hold = plan.state === 'approved' ? loop.holds(plan) : undefined;
  return hold ? { held: withTimes(hold, ['until']) } : {};
}

export function showWaiting(waiting: Waiting): JsonObject {
  return withTimes(waiting, ['until']);
}

function showConfirmation(confirm: Confirmation): JsonObject {
  // By what it is watched is the agent's own matter.
  const { began: _, helper: __, ...rest } = confirm;
  return withTimes(rest, ['until', 'confirmedAt']);
}

export function showTask(task: Task): JsonObject {
  // What an undo needs is the driver's own matter, and long.
  const { before: _, ...rest } = task;
  return withTimes(rest, ['startedAt', 'endedAt']);
}
