/** A task, and the reverse of one, as budgets count them. */
import type { Spending } from '../core/guard/budget.ts';
import { lies, subjectInstance } from '../core/guard/rule-book.ts';
import type { ExpectationId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Task } from '../core/task.ts';
import type { Begun, Reader } from '../ports/store.ts';

export type Served = Pick<PlannedTask, 'expectation' | 'instance' | 'of' | 'path' | 'step'>;

export function spendingOf(store: Reader, task: Served): Spending {
  return { ...aboutTask(store, task), removes: task.step.removes ?? false };
}

export function spendingBack(store: Reader, task: Task): Spending {
  return { ...aboutTask(store, task), removes: takesAway(task) };
}

/** As it is written down when it begins. */
export function begunBy(id: ExpectationId, task: Spending, of: Served['instance']): Omit<Begun, 'at'> {
  const { expectation, instance, path, removes } = task;
  return {
    expectation: id,
    ...(expectation?.set === undefined ? {} : { set: expectation.set }),
    ...(of === undefined ? {} : { instance: of }),
    ...(instance?.kind === undefined ? {} : { kind: instance.kind }),
    ...(instance?.name === undefined ? {} : { name: instance.name }),
    path,
    ...(removes ? { removes } : {}),
  };
}

/** As it is looked back at. */
export function asSpent({ at, expectation: id, set, instance, kind, name, path, removes }: Begun) {
  return {
    expectation: { id, ...(set === undefined ? {} : { set }) },
    instance: { id: instance, kind, name },
    path,
    removes: removes ?? false,
    at,
  };
}

function aboutTask(
  store: Reader,
  { expectation: id, instance: of, of: called, path }: Pick<Task, 'expectation' | 'instance' | 'of' | 'path'>,
): Omit<Spending, 'removes'> {
  const set = id === undefined ? undefined : store.expectation(id)?.set;
  const instance = of === undefined ? undefined : store.instance(of);
  return {
    ...(id === undefined ? {} : { expectation: { id, ...(set === undefined ? {} : { set }) } }),
    instance: subjectInstance(instance) ?? { ...called, id: of },
    path,
  };
}

/** What came by it goes when it is taken back. */
function takesAway({ step, moves = [], path: of }: Task): boolean {
  if (step.removes) return false;
  return moves.some(move =>
    'added' in move
      ? lies(move.path, of) && move.added.length > move.removed.length
      : (move.path === '' || lies(move.path, of)) && move.old === undefined && move.new !== undefined,
  );
}
