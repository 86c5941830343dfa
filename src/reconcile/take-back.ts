/** Takes back what tasks did, the last first; what somebody else wants too stays as it is, and that is told. */
import { AgentError, sentence } from '../core/errors.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { Task } from '../core/task.ts';
import { whoWantsToo } from './overlap.ts';
import { type CarryOutParts, causeOf, driverOf, moved, next, taskCause } from './rows.ts';

/** Why it stopped before all was taken back, as a sentence; undefined when it did not. */
export type TakenBack = { readonly failure: string | undefined; readonly kept: readonly string[] };

/** Takes back what a plan did; `all`: whoever else wants it. A failure leaves the plan in `undoing`, to be asked for again. */
export async function takeBack(parts: CarryOutParts, plan: Plan, whose?: 'all'): Promise<Plan> {
  const { store, clock } = parts;
  const own = new Set(plan.expectations.map(({ id }) => id));
  const tasks = store.tasks({ plan: plan.id, states: ['done', 'terminatedWithError'] });
  const { failure, kept } = await takeBackTasks(parts, tasks, whose ?? own);
  if (failure !== undefined) {
    return store.transact(causeOf(plan, failure), writer => writer.putPlan({ ...plan, because: failure }));
  }
  return store.transact(causeOf(plan, 'everything it did was taken back'), writer => {
    const { because: _, ...rest } = plan;
    const reasons = [...(plan.confirm?.lapsed === undefined ? [] : [plan.confirm.lapsed]), ...kept];
    const because = reasons.length === 0 ? {} : { because: reasons.join('; ') };
    return writer.putPlan({ ...rest, ...because, state: next(plan, 'undone'), endedAt: clock.now() });
  });
}

/** The same for some tasks; `own` are the expectations that want what they did no more, or all of them. */
export async function takeBackTasks(parts: CarryOutParts, tasks: readonly Task[], own: Own): Promise<TakenBack> {
  const kept: string[] = [];
  for (const task of tasks.toReversed()) {
    const answer = await takeBackOne(parts, task, own);
    if (answer.failure !== undefined) return { failure: answer.failure, kept };
    if (answer.kept !== undefined) kept.push(answer.kept);
  }
  return { failure: undefined, kept };
}

type Own = ReadonlySet<ExpectationId> | 'all';

interface Answer {
  readonly failure?: string;
  readonly kept?: string;
}

async function takeBackOne(parts: CarryOutParts, task: Task, own: Own): Promise<Answer> {
  const { store, clock, log } = parts;
  if (task.already || task.before === undefined) return {};
  // It failed, and nothing was seen to move by it.
  if (task.state === 'terminatedWithError' && task.moves?.length === 0) return {};
  const cause = taskCause({ id: task.plan }, task);
  const other = task.undoing || own === 'all' ? undefined : whoWantsToo(parts, task, own);
  if (other !== undefined) {
    const because = `"${task.step.summary}" stays as it is: the expectation ${other} wants it too`;
    // Whoever wants it has it from now on: when that one goes too, nobody holds it any more.
    store.transact(cause, writer => writer.putTask({ ...task, expectation: other, kept: because }));
    log.info('left as it is', { task: task.id, plan: task.plan, because });
    return { kept: because };
  }
  try {
    const driver = driverOf(parts, task);
    store.transact(cause, writer => {
      parts.guard.beginBack(writer, task, clock.now());
      if (!task.undoing) writer.putTask({ ...task, undoing: true });
    });
    await driver.undo(task.step, task.before);
  } catch (error) {
    log.warn('undo failed', { task: task.id, plan: task.plan, step: task.step.summary, error: sentence(error) });
    if (error instanceof AgentError && error.code === 'moved') return goneWith(parts, task, sentence(error));
    return { failure: `taking back "${task.step.summary}": ${sentence(error)}` };
  }
  store.transact(cause, writer => writer.putTask(asTakenBack(task, clock.now())));
  await parts.look(task.driver, true);
  return {};
}

/** What it was done to is not there any more, so nothing of it stands. */
function goneWith({ store, clock }: CarryOutParts, task: Task, error: string): Answer {
  store.transact(taskCause({ id: task.plan }, task), writer =>
    writer.putTask({ ...asTakenBack(task, clock.now()), error: task.error ?? error }),
  );
  return {};
}

/** Of one that failed nothing stands any more. */
function asTakenBack(task: Task, now: Instant): Task {
  const { undoing: _, ...rest } = task;
  return task.state === 'done' ? { ...moved(rest, 'undo'), endedAt: now } : { ...rest, moves: [] };
}
