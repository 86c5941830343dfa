/** Carries out the tasks of a plan on the element, each written down before and after; and takes them back. */

import { backoffMs } from '../core/backoff.ts';
import type { Cause } from '../core/change.ts';
import { AgentError, sentence } from '../core/errors.ts';
import { type ExpectationId, type Instant, type TaskId, taskId } from '../core/ids.ts';
import { sameJson } from '../core/json.ts';
import { type Plan, type PlanEvent, planTransitions } from '../core/plan.ts';
import { leafName } from '../core/planner.ts';
import { type Task, type TaskEvent, taskTransitions } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Store, Writer } from '../ports/store.ts';
import { whyPaused, whyUnwanted } from './plans.ts';

export interface CarryOutParts {
  readonly store: Store;
  readonly driver: (name: string) => Driver | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** 0 up to 1. */
  readonly chance: () => number;
}

/** Every task that was under way when the agent stopped goes back to be looked at and tried again. */
export function recoverTasks(store: Store): void {
  const interrupted = store.tasks({ states: ['inProgress'] });
  if (interrupted.length === 0) return;
  store.transact({ principal: 'loop', kind: 'upkeep', why: 'the agent stopped while the task ran' }, writer => {
    for (const task of interrupted) writer.putTask(moved(task, 'restart'));
  });
}

/** Writes the plan's tasks down and begins; from here on a restart goes on with it. */
export function begin(parts: CarryOutParts, plan: Plan): Plan {
  const by = plan.approvedBy ?? plan.madeBy;
  return parts.store.transact(causeOf(plan, `begun for ${by}`), writer => {
    for (const planned of plan.tasks) {
      writer.putTask({
        id: taskId(parts.newId()),
        plan: plan.id,
        ...(planned.instance === undefined ? {} : { instance: planned.instance }),
        ...(planned.of === undefined ? {} : { of: planned.of }),
        driver: planned.driver,
        step: planned.step,
        path: planned.path,
        state: 'acknowledged',
      });
    }
    return writer.putPlan({ ...plan, state: next(plan, 'start') });
  });
}

/** Runs what is left of a plan that has begun; the sentence of the task that failed, and nothing after it was tried. */
export async function runTasks(parts: CarryOutParts, plan: Plan): Promise<string | undefined> {
  const { store, clock } = parts;
  for (const task of store.tasks({ plan: plan.id })) {
    // One that has ended did so before the agent stopped.
    const ended = task.state === 'acknowledged' ? await runTask(parts, plan, task) : task;
    if (ended.state !== 'terminatedWithError') continue;
    const left = store.tasks({ plan: plan.id, states: ['acknowledged'] });
    const error = 'not started: the task before it failed';
    store.transact(causeOf(plan, 'a task failed'), writer => {
      for (const each of left) writer.putTask({ ...moved(each, 'fail'), error, endedAt: clock.now() });
    });
    return `${task.step.summary}: ${ended.error ?? 'failed'}`;
  }
  return undefined;
}

/** Ends a plan after the look that followed it: done when all its leaves are met, else failed with the reason. */
export function finish(parts: CarryOutParts, plan: Plan, failure: string | undefined, unmet: readonly string[]): Plan {
  const { store, clock } = parts;
  const because = failure ?? (unmet.length === 0 ? undefined : `${DONE_IN_VAIN}: ${unmet.join(', ')}`);
  return store.transact(causeOf(plan, because), writer => {
    // A task that failed has put its leaves off already.
    if (failure === undefined) {
      for (const leaf of unmet) putBackoff(writer, leaf, DONE_IN_VAIN, clock.now(), parts.chance());
    }
    return writer.putPlan({
      ...plan,
      state: next(plan, because === undefined ? 'finish' : 'fail'),
      endedAt: clock.now(),
      ...(because === undefined ? {} : { because }),
    });
  });
}

/** The element took every step and still is not as expected: trying again at once would be a fight. */
const DONE_IN_VAIN = 'every step was done, and it is outstanding all the same';

async function runTask(parts: CarryOutParts, plan: Plan, task: Task): Promise<Task> {
  const { store, clock, log } = parts;
  const cause = taskCause(plan, task);
  try {
    const driver = driverOf(parts, task);
    const found = await driver.examine(task.step);
    // After a crash the first look at the element is the one to go back to, not what our own attempt left.
    const before = task.before ?? found.before;
    if (found.already) {
      return store.transact(cause, writer =>
        writer.putTask({
          ...moved(task, 'succeed'),
          before,
          ...(task.before === undefined ? { already: true } : {}),
          startedAt: task.startedAt ?? clock.now(),
          endedAt: clock.now(),
        }),
      );
    }
    // After a crash, or behind a slow task, it may have been changed, withdrawn or paused since.
    const served = servedBy(plan, task);
    const instance = task.instance === undefined ? undefined : store.instance(task.instance);
    const unwanted = whyUnwanted(store, plan, served) ?? whyPaused(store.pauses(), served, instance);
    if (unwanted !== undefined) {
      return store.transact(cause, writer =>
        writer.putTask({ ...moved(task, 'fail'), error: unwanted, endedAt: clock.now() }),
      );
    }
    const started = store.transact(cause, writer =>
      writer.putTask({ ...moved(task, 'start'), before, startedAt: task.startedAt ?? clock.now() }),
    );
    await driver.act(task.step);
    log.info('task done', { task: task.id, plan: plan.id, step: task.step.summary });
    return store.transact(cause, writer => writer.putTask({ ...moved(started, 'succeed'), endedAt: clock.now() }));
  } catch (error) {
    log.warn('task failed', { task: task.id, plan: plan.id, step: task.step.summary, error: sentence(error) });
    return store.transact(cause, writer => {
      const now = writer.task(task.id) ?? task;
      backOff(parts, writer, plan, task, sentence(error));
      return writer.putTask({ ...moved(now, 'fail'), error: sentence(error), endedAt: clock.now() });
    });
  }
}

/** The expectation for which the plan has this task. */
function servedBy(plan: Plan, { instance, path, step }: Task): ExpectationId {
  const planned = plan.tasks.find(
    each =>
      each.instance === instance &&
      each.path === path &&
      each.step.op === step.op &&
      sameJson(each.step.args, step.args),
  );
  if (!planned) throw new AgentError('internal', `the plan ${plan.id} has no task "${step.summary}"`);
  return planned.expectation;
}

/** The leaves a task serves are left alone for a while, longer with each failure. */
function backOff(parts: CarryOutParts, writer: Writer, plan: Plan, task: Task, because: string): void {
  const now = parts.clock.now();
  for (const planned of plan.tasks) {
    if (planned.instance !== task.instance || planned.path !== task.path) continue;
    putBackoff(writer, leafName(planned.expectation, planned.instance, planned.path), because, now, parts.chance());
  }
}

function putBackoff(writer: Writer, leaf: string, because: string, now: Instant, chance: number): void {
  const attempts = (writer.backoffs().find(each => each.leaf === leaf)?.attempts ?? 0) + 1;
  writer.putBackoff({ leaf, attempts, until: now + backoffMs(attempts, chance), because });
}

/** Takes back what was done, the last first. A failure leaves the plan in `undoing`, to be asked for again. */
export async function takeBack(parts: CarryOutParts, plan: Plan): Promise<Plan> {
  const { store, clock, log } = parts;
  for (const task of [...store.tasks({ plan: plan.id, states: ['done', 'terminatedWithError'] })].reverse()) {
    if (task.already || task.before === undefined) continue;
    try {
      await driverOf(parts, task).undo(task.step, task.before);
    } catch (error) {
      log.warn('undo failed', { task: task.id, plan: plan.id, step: task.step.summary, error: sentence(error) });
      return store.transact(taskCause(plan, task), writer =>
        writer.putPlan({ ...plan, because: `taking back "${task.step.summary}": ${sentence(error)}` }),
      );
    }
    if (task.state !== 'done') continue;
    store.transact(taskCause(plan, task), writer => writer.putTask({ ...moved(task, 'undo'), endedAt: clock.now() }));
  }
  return store.transact(causeOf(plan, 'everything it did was taken back'), writer => {
    const { because: _, ...rest } = plan;
    return writer.putPlan({ ...rest, state: next(plan, 'undone'), endedAt: clock.now() });
  });
}

function driverOf(parts: CarryOutParts, task: Task): Driver {
  const driver = parts.driver(task.driver);
  if (!driver) throw new AgentError('unsupported', `the driver ${task.driver} is not part of this profile`);
  return driver;
}

function moved(task: Task, event: TaskEvent): Task {
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

function causeOf(plan: Plan, why?: string): Cause {
  return { principal: 'loop', kind: 'task', ref: plan.id, ...(why === undefined ? {} : { why }) };
}

function taskCause(plan: Plan, task: { readonly id: TaskId; readonly path: string }): Cause {
  return { principal: 'loop', kind: 'task', ref: plan.id, why: `outstanding at ${task.path}` };
}
