/**
 * Carries out the tasks of a plan on the element: a group is done all or not at all, and whatever becomes of one, the
 * others go on.
 */
import { taskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { leafName } from '../core/planner.ts';
import type { Task } from '../core/task.ts';
import type { Store } from '../ports/store.ts';
import { whyUnwanted } from './plans.ts';
import { type CarryOutParts, causeOf, driverOf, moved, next, plannedOf } from './rows.ts';
import { runTask, runTogether } from './run-task.ts';
import { takeBackTasks } from './take-back.ts';
import { whyNotReady } from './verify.ts';

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
    for (const [nth, { instance, of, expectation, driver, step, path, key }] of plan.tasks.entries()) {
      writer.putTask({
        id: taskId(parts.newId()),
        plan: plan.id,
        nth,
        ...(instance === undefined ? {} : { instance }),
        ...(of === undefined ? {} : { of }),
        expectation,
        driver,
        step,
        path,
        ...(key === undefined ? {} : { key }),
        state: 'acknowledged',
      });
    }
    return writer.putPlan({ ...plan, state: next(plan, 'start') });
  });
}

/** A group that was not done, and the sentence why. */
export interface Failure {
  readonly group: string;
  readonly because: string;
}

/** How much of a plan is run. */
export interface Stretch {
  /** Only tasks before this one, counted from 0. */
  readonly below?: number;
  /** Groups that failed in what was run before. */
  readonly failed?: readonly Failure[];
}

/** Runs what is left of a plan that has begun; tells which groups failed. */
export async function runTasks(
  parts: CarryOutParts,
  plan: Plan,
  { below = Number.POSITIVE_INFINITY, failed: known = [] }: Stretch = {},
): Promise<readonly Failure[]> {
  const { store } = parts;
  const failures = [...known];
  const over = new Set(known.map(each => each.group));
  for (const { id } of store.tasks({ plan: plan.id })) {
    const task = store.task(id);
    if (!task || (task.nth ?? 0) >= below) continue;
    const group = groupOf(plan, task);
    if (over.has(group)) continue;
    const failed = await runNext(parts, plan, task, membersOf(store, plan, group));
    if (!failed) continue;
    over.add(group);
    await endGroup(parts, plan, group, failed);
    failures.push({ group, because: `${failed.step.summary}: ${failed.error ?? 'failed'}` });
  }
  return failures;
}

/** Runs a task, with its whole group where the element can; the task that failed, if one did. */
async function runNext(
  parts: CarryOutParts,
  plan: Plan,
  task: Task,
  members: readonly Task[],
): Promise<Task | undefined> {
  // One that has ended did so before the agent stopped.
  const before = members.find(each => each.state === 'terminatedWithError');
  if (before || task.state !== 'acknowledged') return before;
  const left = members.filter(each => each.state === 'acknowledged');
  if (!goesAtOnce(parts, left)) return isFailed(await runTask(parts, plan, task));
  // What others of the plan bring first is waited for, as far as it comes at all.
  const isLast = left.at(-1)?.id === task.id;
  if (!isLast && left.some(each => whyNotReady(parts, each.step) !== undefined)) return undefined;
  return (await runTogether(parts, plan, left)).find(isFailed);
}

function isFailed(task: Task): Task | undefined {
  return task.state === 'terminatedWithError' ? task : undefined;
}

function goesAtOnce(parts: CarryOutParts, tasks: readonly Task[]): boolean {
  const [first] = tasks;
  if (!first || tasks.length < 2 || tasks.some(task => task.driver !== first.driver)) return false;
  if (parts.driver(first.driver) === undefined) return false;
  const driver = driverOf(parts, first);
  return driver.actTogether !== undefined && driver.canTogether?.(tasks.map(task => task.step)) !== false;
}

/** Nothing more of a group is done; what it has done is taken back, unless it was stopped by somebody's word. */
async function endGroup(parts: CarryOutParts, plan: Plan, group: string, failed: Task): Promise<void> {
  const { store, clock, log } = parts;
  const error = failed.stopped
    ? 'not started: what goes before it was stopped'
    : 'not started: the task before it failed';
  store.transact(causeOf(plan, 'a task failed'), writer => {
    for (const each of membersOf(store, plan, group)) {
      if (each.state === 'acknowledged') writer.putTask({ ...moved(each, 'fail'), error, endedAt: clock.now() });
    }
    // Put off together, or half of it would be tried without the rest.
    if (failed.stopped) return;
    const failure = failed.unanswered ? 'unanswered' : 'refused';
    const came = { what: failed.step.summary, came: failed.error ?? 'failed', failure } as const;
    for (const leaf of leavesOf(plan, group)) parts.settle.failed(writer, leaf, came);
  });
  if (failed.stopped) return;
  const done = membersOf(store, plan, group).filter(each => each.kept === undefined);
  const own = new Set(plan.tasks.filter((_, nth) => groupAt(plan, nth) === group).map(each => each.expectation));
  const { failure } = await takeBackTasks(parts, done, own);
  if (failure !== undefined) log.warn('a group was not taken back whole', { plan: plan.id, because: failure });
}

/**
 * Ends a plan after the look that followed it: done when all its leaves are met, or as near as one step may bring them;
 * else failed with the reason.
 */
export function finish(parts: CarryOutParts, plan: Plan, failures: readonly Failure[], unmet: readonly string[]): Plan {
  const { store, clock, settle } = parts;
  const putOffAlready = new Set(failures.flatMap(({ group }) => leavesOf(plan, group)));
  const ended = endedLeaves(store, plan).filter(({ leaf }) => !putOffAlready.has(leaf));
  const isOnItsWay = ({ task, planned: { wanted } }: EndedLeaf): boolean => {
    const instance = task.instance === undefined ? undefined : store.instance(task.instance);
    return settle.isOnItsWay(instance, task.path, wanted);
  };
  const vain = ended.filter(each => unmet.includes(each.leaf) && !isOnItsWay(each));
  const inVain = new Set([...vain.map(({ leaf }) => leaf), ...unmet.filter(leaf => !putOffAlready.has(leaf))]);
  for (const each of ended) if (!vain.includes(each)) inVain.delete(each.leaf);
  const reasons = [
    ...failures.map(failure => failure.because),
    ...(inVain.size === 0 ? [] : [`${DONE_IN_VAIN}: ${[...inVain].join(', ')}`]),
  ];
  const because = reasons.length === 0 ? {} : { because: reasons.join('; ') };
  return store.transact(causeOf(plan, because.because), writer => {
    for (const leaf of inVain) {
      const task = ended.find(each => each.leaf === leaf)?.task;
      const came = DONE_IN_VAIN + (task ? whyOtherwise(task) : '');
      settle.failed(writer, leaf, { what: task?.step.summary ?? 'every step', came, failure: 'inVain' });
    }
    for (const { leaf, task, planned } of ended) {
      const isWanted = whyUnwanted(writer, plan, planned.expectation) === undefined;
      if (inVain.has(leaf) || task.already || !isWanted) continue;
      settle.done(writer, leaf, task, planned.wanted, !unmet.includes(leaf));
    }
    const state = next(plan, reasons.length === 0 ? 'finish' : 'fail');
    return writer.putPlan({ ...plan, state, endedAt: clock.now(), ...because });
  });
}

/** The element took every step and still is not as expected: trying again at once would be a fight. */
const DONE_IN_VAIN = 'every step was done, and it is outstanding all the same';

function whyOtherwise({ foreseen }: Task): string {
  const [first] = foreseen?.differs ?? [];
  if (!first) return '';
  const text = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  return `: ${first.path || 'all'} of ${first.of.name} was to be ${text(first.foreseen)}, and is ${text(first.found)}`;
}

interface EndedLeaf {
  readonly leaf: string;
  /** The last that was done for it. */
  readonly task: Task;
  readonly planned: PlannedTask;
}

/** The leaves for which every task was done. */
function endedLeaves(store: Store, plan: Plan): readonly EndedLeaf[] {
  const found = new Map<string, EndedLeaf>();
  const open = new Set<string>();
  for (const task of store.tasks({ plan: plan.id })) {
    const planned = plannedOf(plan, task);
    for (const leaf of planned ? leavesFor(planned) : []) {
      if (task.state !== 'done' || !planned) open.add(leaf);
      else if (!task.already || !found.has(leaf)) found.set(leaf, { leaf, task, planned });
    }
  }
  return [...found.values()].filter(({ leaf }) => !open.has(leaf));
}

/** Of all that a task serves. */
export function leavesFor({ expectation, also = [], instance, path }: PlannedTask): readonly string[] {
  return [expectation, ...also].map(each => leafName(each, instance, path));
}

/** What is done all or not at all: as planned; of an older plan, what one expectation wants of one instance. */
function groupOf(plan: Plan, task: Task): string {
  const planned = plannedOf(plan, task);
  return groupAt(plan, planned ? plan.tasks.indexOf(planned) : -1);
}

function groupAt(plan: Plan, nth: number): string {
  const planned = plan.tasks[nth];
  return planned?.group ?? `${planned?.expectation} ${planned?.instance}`;
}

function membersOf(store: Store, plan: Plan, group: string): readonly Task[] {
  return store.tasks({ plan: plan.id }).filter(each => groupOf(plan, each) === group);
}

function leavesOf(plan: Plan, group: string): readonly string[] {
  const planned = plan.tasks.filter((_, nth) => groupAt(plan, nth) === group);
  return [...new Set(planned.flatMap(leavesFor))];
}
