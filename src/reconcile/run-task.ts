/**
 * Carries out one task, or the tasks of one group at once where the element can, each written down before and after;
 * what came of it is looked at before anything else is done.
 */
import { AgentError, sentence } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { type Move, reaches } from '../core/moves.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Task } from '../core/task.ts';
import type { Driver } from '../ports/driver.ts';
import { whyPaused, whyUnwanted } from './plans.ts';
import { type CarryOutParts, driverOf, moved, plannedOf, servedBy, taskCause } from './rows.ts';
import { compareWith, movesSince, whyNotReady } from './verify.ts';

/** The task as it ended. */
export async function runTask(parts: CarryOutParts, plan: Plan, task: Task): Promise<Task> {
  try {
    const driver = driverOf(parts, task);
    const ready = await examine(parts, plan, task, driver);
    if ('ended' in ready) return ready.ended;
    const notReady = whyNotReady(parts, task.step);
    if (notReady !== undefined) return fail(parts, plan, task, notReady);
    const [started = task] = start(parts, plan, [ready]);
    await act(parts, driver, [started], () => driver.act(task.step));
    const [ended = started] = await succeed(parts, plan, [started]);
    return ended;
  } catch (error) {
    return failed(parts, plan, task, error);
  }
}

/** All of them at once, or none: as they ended. */
export async function runTogether(parts: CarryOutParts, plan: Plan, tasks: readonly Task[]): Promise<readonly Task[]> {
  const ended: Task[] = [];
  const ready: Ready[] = [];
  try {
    for (const task of tasks) {
      const each = await examine(parts, plan, task, driverOf(parts, task));
      if ('ended' in each) ended.push(each.ended);
      else ready.push(each);
      if ('ended' in each && each.ended.state === 'terminatedWithError') return ended;
    }
    const [first] = ready;
    if (!first) return ended;
    const driver = driverOf(parts, first.task);
    const left = ready.map(({ task }) => task);
    const unwanted = await whyNotNow(parts, plan, left);
    if (unwanted !== undefined) return [...ended, ...left.map(task => stop(parts, plan, task, unwanted))];
    const started = start(parts, plan, ready);
    await act(parts, driver, started, async () => driver.actTogether?.(started.map(task => task.step)));
    return [...ended, ...(await succeed(parts, plan, started))];
  } catch (error) {
    const left = ready.length > 0 ? ready.map(({ task }) => task) : tasks.slice(ended.length);
    for (const task of left) ended.push(await failed(parts, plan, task, error));
    return ended;
  }
}

interface Ready {
  readonly task: Task;
  readonly before: Json;
}

/** Whether there is anything to do, on the element itself. */
async function examine(
  parts: CarryOutParts,
  plan: Plan,
  task: Task,
  driver: Driver,
): Promise<Ready | { readonly ended: Task }> {
  const { store } = parts;
  // What moves from here on is of this task.
  await parts.look(task.driver, false);
  const found = await driver.examine(task.step);
  // After a crash the first look at the element is the one to go back to, not what our own attempt left.
  const before = task.before ?? found.before;
  if (found.unseen !== undefined && task.before !== undefined) {
    const because = `whether it was done is not known: the agent stopped while it ran, and ${found.unseen}`;
    return { ended: waitForPerson(parts, plan, task, because) };
  }
  if (found.already) {
    if (task.before !== undefined) {
      const [ended = task] = await succeed(parts, plan, [task]);
      return { ended };
    }
    const earlier = task.key === undefined ? undefined : earlierOf(parts, task);
    return { ended: skip(parts, plan, { ...task, before, ...(earlier ? { earlier: earlier.id } : {}) }) };
  }
  // After a crash, or behind a slow task, it may have been changed, withdrawn or paused since.
  const served = servedBy(plan, task);
  const instance = task.instance === undefined ? undefined : store.instance(task.instance);
  const unwanted =
    whyUnwanted(store, plan, served) ??
    whyPaused(store.pauses(), served, instance) ??
    (await whyNotNow(parts, plan, [task]));
  if (unwanted !== undefined) return { ended: stop(parts, plan, task, unwanted) };
  return isMetMeanwhile(parts, plan, task) ? { ended: skip(parts, plan, { ...task, before }) } : { task, before };
}

/** What rules say of them now, and whether one turns out to cut somebody off who is connected only since. */
async function whyNotNow(parts: CarryOutParts, plan: Plan, tasks: readonly Task[]): Promise<string | undefined> {
  const planned = plannedTasks(plan, tasks);
  await parts.protection.refresh();
  for (const each of planned) {
    const why = parts.protection.whyNot(each);
    if (why !== undefined) return why;
  }
  return parts.guard.whyNot(plan, planned, parts.clock.now());
}

/** It is not to be done, by somebody's word. */
function stop({ store, clock }: CarryOutParts, plan: Plan, task: Task, why: string): Task {
  const row: Task = { ...moved(task, 'fail'), stopped: true, error: why, endedAt: clock.now() };
  return store.transact(taskCause(plan, task), writer => writer.putTask(row));
}

function plannedTasks(plan: Plan, tasks: readonly Task[]): readonly PlannedTask[] {
  return tasks.flatMap(task => plannedOf(plan, task) ?? []);
}

/** Somebody else, or another task, has met the leaf before the first of its steps was done. */
function isMetMeanwhile({ store, judge, clock }: CarryOutParts, plan: Plan, task: Task): boolean {
  const expectation = store.expectation(servedBy(plan, task));
  const instance = task.instance === undefined ? undefined : store.instance(task.instance);
  if (!expectation || !instance || task.before !== undefined) return false;
  const begun = store
    .tasks({ plan: plan.id })
    .some(
      each =>
        each.id !== task.id &&
        each.path === task.path &&
        each.instance === task.instance &&
        each.before !== undefined &&
        !each.already,
    );
  if (begun) return false;
  const leaves = judge.explain(expectation, instance, clock.now()).filter(leaf => reaches(leaf.path, task.path));
  return leaves.length > 0 && leaves.every(leaf => leaf.verdict === 'met');
}

/** The effect is there, and not by this task. */
function skip({ store, clock }: CarryOutParts, plan: Plan, task: Task): Task {
  const now = clock.now();
  const row: Task = { ...moved(task, 'succeed'), already: true, startedAt: task.startedAt ?? now, endedAt: now };
  return store.transact(taskCause(plan, task), writer => writer.putTask(row));
}

/** The latest that did the same for the same end. */
function earlierOf({ store }: CarryOutParts, { id, key }: Task): Task | undefined {
  if (key === undefined) return undefined;
  return store.tasks({ key, states: ['done'] }).find(each => each.id !== id && !each.already);
}

/** One durable set of rows before anything is done. */
function start({ store, clock, guard }: CarryOutParts, plan: Plan, ready: readonly Ready[]): readonly Task[] {
  const [first] = ready;
  if (!first) return [];
  const lookedUpTo = store.seq();
  return store.transact(taskCause(plan, first.task), writer => {
    for (const { task } of ready) {
      const planned = plannedOf(plan, task);
      if (planned) guard.begin(writer, planned, clock.now());
    }
    return ready.map(({ task, before }) =>
      writer.putTask({
        ...moved(task, 'start'),
        before,
        lookedUpTo: task.lookedUpTo ?? lookedUpTo,
        startedAt: task.startedAt ?? clock.now(),
      }),
    );
  });
}

/** Acts; when the answer was lost, the element itself tells whether it was done. */
async function act(
  parts: CarryOutParts,
  driver: Driver,
  started: readonly Task[],
  carryOut: () => Promise<void>,
): Promise<void> {
  try {
    await carryOut();
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'unreachable') throw error;
    for (const { step } of started) {
      const found = await driver.examine(step);
      if (found.unseen !== undefined) throw new AgentError('unreachable', `${sentence(error)}; ${found.unseen}`);
      if (!found.already) throw error;
    }
    parts.log.info('done, though its answer was lost', { tasks: started.map(task => task.id) });
  }
}

/** Looks at what came of it, and writes that down with the end of the tasks. */
async function succeed(parts: CarryOutParts, plan: Plan, started: readonly Task[]): Promise<readonly Task[]> {
  const { store, clock, log, counts } = parts;
  const [first] = started;
  if (!first) return [];
  const moves = await look(parts, first);
  const shared = moves && divided(moves, started);
  const narrowed = await Promise.all(started.map(task => narrow(parts, task)));
  const rows = started.map((task, i): Task => {
    const own = shared?.[i];
    const before = narrowed[i];
    const foreseen = own && compareWith(parts, plannedOf(plan, task)?.effects, own);
    return {
      ...moved(task, 'succeed'),
      ...(before === undefined ? {} : { before }),
      ...(own ? { moves: own } : {}),
      ...(foreseen ? { foreseen } : {}),
      endedAt: clock.now(),
    };
  });
  const written = store.transact(taskCause(plan, first), writer => rows.map(row => writer.putTask(row)));
  for (const { id: task, step, foreseen } of written) {
    log.info('task done', { task, plan: plan.id, step: step.summary });
    if (foreseen?.asForeseen !== false) continue;
    counts.wrongPredictions++;
    log.warn('not as foreseen', { task, plan: plan.id, step: step.summary, differs: foreseen.differs });
  }
  return written;
}

/** What an undo needs, by what was really taken; all that might be where nobody can look. */
async function narrow(parts: CarryOutParts, task: Task): Promise<Json | undefined> {
  if (task.before === undefined) return undefined;
  try {
    return (await driverOf(parts, task).narrow?.(task.step, task.before)) ?? task.before;
  } catch {
    return task.before;
  }
}

/** What has moved since a task was begun; undefined when nobody can look. */
async function look({ look: again, store }: CarryOutParts, task: Task): Promise<readonly Move[] | undefined> {
  if (!(await again(task.driver, true)) || task.lookedUpTo === undefined) return undefined;
  return movesSince(store, task.driver, task.lookedUpTo);
}

/** Each move to the task whose leaf it is about, what is left to the first. */
function divided(moves: readonly Move[], tasks: readonly Task[]): readonly (readonly Move[])[] {
  const shares: Move[][] = tasks.map(() => []);
  for (const move of moves) {
    const i = tasks.findIndex(each => each.instance === move.instance && reaches(each.path, move.path));
    shares[Math.max(i, 0)]?.push(move);
  }
  return shares;
}

/** It was begun, and did not end well. */
async function failed(parts: CarryOutParts, plan: Plan, task: Task, error: unknown): Promise<Task> {
  const { store, log } = parts;
  const now = store.task(task.id) ?? task;
  log.warn('task failed', { task: task.id, plan: plan.id, step: task.step.summary, error: sentence(error) });
  const isUnknown = error instanceof AgentError && error.code === 'unreachable';
  const said = isUnknown ? { ...now, unanswered: true as const } : now;
  if (now.state !== 'inProgress') return fail(parts, plan, said, sentence(error));
  // Half of it may have been done.
  const moves = await look(parts, now);
  const row = { ...said, ...(moves && !isUnknown ? { moves } : {}) };
  if (isUnknown && (await isUnseen(parts, row))) return waitForPerson(parts, plan, row, sentence(error));
  return fail(parts, plan, row, sentence(error));
}

async function isUnseen(parts: CarryOutParts, task: Task): Promise<boolean> {
  try {
    return (await driverOf(parts, task).examine(task.step)).unseen !== undefined;
  } catch {
    return false;
  }
}

function fail({ store, clock }: CarryOutParts, plan: Plan, task: Task, error: string): Task {
  return store.transact(taskCause(plan, task), writer =>
    writer.putTask({ ...moved(task, 'fail'), error, endedAt: clock.now() }),
  );
}

/** Whether it was done cannot be seen: it is not done twice, unless a person says so. */
export function waitForPerson(parts: CarryOutParts, plan: Plan, task: Task, because: string): Task {
  const since: Instant = parts.clock.now();
  const why = `"${task.step.summary}": ${because}; look at the element, then resume it`;
  return parts.store.transact(taskCause(plan, task), writer => {
    writer.putPause({ scope: `leaf:${servedBy(plan, task)}:${task.instance ?? ''}`, by: 'loop', why, since });
    return writer.putTask({ ...moved(task, 'fail'), stopped: true, error: because, endedAt: since });
  });
}
