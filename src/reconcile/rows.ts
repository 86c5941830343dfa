/** How the rows of plans and tasks move, and in whose name. */
import type { Cause } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import type { ExpectationId, TaskId } from '../core/ids.ts';
import type { KeyedArrays } from '../core/path.ts';
import { type Plan, type PlanEvent, type PlannedTask, planTransitions } from '../core/plan.ts';
import { type Task, type TaskEvent, taskTransitions } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Guard } from './guard.ts';
import type { Judge } from './judge.ts';
import type { Protection } from './protection.ts';
import type { Settler } from './settle.ts';

export interface CarryOutParts {
  readonly store: Store;
  readonly driver: (name: string) => Driver | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** 0 up to 1. */
  readonly chance: () => number;
  readonly keyed: KeyedArrays;
  readonly judge: Pick<Judge, 'judge' | 'explain' | 'context'>;
  readonly guard: Guard;
  readonly protection: Pick<Protection, 'refresh' | 'whyNot' | 'whyNotBack'>;
  /** Looks at what a driver sees and writes it down, unless that was just done and nothing was heard; false: it cannot see. */
  readonly look: (driver: string, again: boolean) => Promise<boolean>;
  readonly counts: { wrongPredictions: number };
  /** What becomes of a leaf is remembered there. */
  readonly settle: Pick<Settler, 'failed' | 'done' | 'isOnItsWay'>;
}

/** The planned task that a task carries out. */
export function plannedOf(plan: Plan, task: Task): PlannedTask | undefined {
  if (task.nth !== undefined) return plan.tasks[task.nth];
  // Written down by an earlier version.
  return plan.tasks.find(
    each => each.instance === task.instance && each.path === task.path && each.step.summary === task.step.summary,
  );
}

/** The expectation for which the plan has this task. */
export function servedBy(plan: Plan, task: Task): ExpectationId {
  const planned = plannedOf(plan, task);
  if (!planned) throw new AgentError('internal', `the plan ${plan.id} has no task "${task.step.summary}"`);
  return planned.expectation;
}

export function driverOf({ driver }: Pick<CarryOutParts, 'driver'>, task: Task): Driver {
  const found = driver(task.driver);
  if (!found) throw new AgentError('unsupported', `the driver ${task.driver} is not part of this profile`);
  return found;
}

/** The task after an event; throws `conflict` where that does not apply. */
export function moved(task: Task, event: TaskEvent): Task {
  const state = taskTransitions[task.state][event];
  if (state === null) throw new AgentError('conflict', `a task that is ${task.state} cannot ${event}`);
  return { ...task, state };
}

/** The state an event takes a plan to; throws `conflict` where it does not apply. */
export function next(plan: Plan, event: PlanEvent): Plan['state'] {
  const state = planTransitions[plan.state][event];
  if (state === null) throw new AgentError('conflict', `the plan ${plan.id} is ${plan.state}; ${event} does not apply`);
  return state;
}

export function causeOf(plan: Plan, why?: string): Cause {
  return { principal: 'loop', kind: 'task', ref: plan.id, ...(why === undefined ? {} : { why }) };
}

export function taskCause(plan: Pick<Plan, 'id'>, task: { readonly id: TaskId; readonly path: string }): Cause {
  return { principal: 'loop', kind: 'task', ref: plan.id, why: `outstanding at ${task.path}` };
}
