/**
 * Puts back what withdrawn expectations had changed, the last change first, so that what depends on another goes before
 * it; what others want too, or have changed since, stays. What has not gone back in time is let go, and told.
 */
import { backoffMs } from '../core/backoff.ts';
import type { Cause } from '../core/change.ts';
import type { Expectation, Withdrawing } from '../core/expectation.ts';
import type { Hold } from '../core/guard/budget.ts';
import type { Instant } from '../core/ids.ts';
import type { Path } from '../core/path.ts';
import type { Task } from '../core/task.ts';
import type { Pause, Reader, Store } from '../ports/store.ts';
import type { Judge } from './judge.ts';
import { type Overlap, overlapsOf, overlapWords } from './overlap.ts';
import { whyPaused } from './plans.ts';
import { type CarryOutParts, taskCause } from './rows.ts';
import { takeBackTasks } from './take-back.ts';

export interface RestoreParts extends CarryOutParts {
  readonly judge: Pick<Judge, 'judge' | 'explain' | 'context'>;
  /** As in `OverlapParts`. */
  readonly settable: (kind: string, path: Path) => boolean;
}

/** True when anything was done to an element. */
export async function putBackWithdrawn(parts: RestoreParts): Promise<boolean> {
  const { store, clock } = parts;
  let acted = false;
  for (const expectation of withdrawnOf(store)) {
    const { withdrawing } = expectation;
    if (!withdrawing) continue;
    const now = clock.now();
    // What a rule or a person holds back is asked for anew each time; only what was tried in vain is put off.
    if (withdrawing.againAt !== undefined && withdrawing.againAt > now && withdrawing.until > now) continue;
    acted = (await putBack(parts, expectation, withdrawing)) || acted;
  }
  return acted;
}

/** When a withdrawn expectation is next looked after; infinite when there is none. */
export function nextPutBack(store: Reader): Instant {
  const due = withdrawnOf(store).flatMap(({ withdrawing: each }) =>
    each ? Math.min(each.againAt ?? each.heldUntil ?? each.until, each.until) : [],
  );
  return Math.min(...due, Number.POSITIVE_INFINITY);
}

/** Worked out once for each list of expectations, which is the same while none of them moves. */
const known = new WeakMap<readonly Expectation[], readonly Expectation[]>();

function withdrawnOf(store: Reader): readonly Expectation[] {
  const all = store.expectations();
  let found = known.get(all);
  if (!found) {
    found = all.filter(each => each.withdrawing !== undefined);
    known.set(all, found);
  }
  return found;
}

async function putBack(parts: RestoreParts, expectation: Expectation, withdrawing: Withdrawing): Promise<boolean> {
  const { store, clock } = parts;
  const left: string[] = [];
  let acted = false;
  for (const task of tasksFor(store, expectation)) {
    const instance = task.instance === undefined ? undefined : store.instance(task.instance);
    const pause = pauseOf(store.pauses(), expectation, instance);
    if (pause && pause.since <= withdrawing.since) {
      left.push(`"${task.step.summary}": it was paused when it was withdrawn`);
      continue;
    }
    if (clock.now() >= withdrawing.until) {
      left.push(`"${task.step.summary}": ${withdrawing.because ?? 'there was no time'}`);
      continue;
    }
    const hold = holdOf(parts, expectation, withdrawing, task, pause) ?? (await cutOff(parts, task));
    if (hold) {
      tell(parts, expectation, withdrawing, hold);
      return acted;
    }
    const overlaps = overlapsOf(parts, [task]);
    const [overlap] = overlaps;
    if (overlap) {
      left.push(overlapWords(parts, [task], overlaps));
      handOn(parts, task, overlap);
      continue;
    }
    const { failure, kept } = await takeBackTasks(parts, [task], new Set([expectation.id]));
    acted = true;
    left.push(...kept);
    if (failure !== undefined) {
      wait(parts, expectation, withdrawing, failure);
      return acted;
    }
  }
  letGo(parts, expectation, left);
  return acted;
}

/** Whoever changed it since has changed what stood there before as well, and puts that back when it goes. */
function handOn({ store }: RestoreParts, task: Task, { by, because }: Overlap): void {
  const heir = by?.expectation;
  if (heir === undefined || store.expectation(heir) === undefined) return;
  store.transact(taskCause({ id: task.plan }, task), writer =>
    writer.putTask({ ...task, expectation: heir, kept: because }),
  );
}

/** What was done for it and stands, the latest first. */
function tasksFor(store: Reader, { id }: Expectation): readonly Task[] {
  return store
    .tasks({ states: ['done', 'terminatedWithError'] })
    .filter(task => task.expectation === id && !task.already && task.before !== undefined)
    .filter(task => task.state === 'done' || (task.moves?.length ?? 0) > 0)
    .sort((a, b) => (b.lookedUpTo ?? b.seq) - (a.lookedUpTo ?? a.seq));
}

function pauseOf(
  pauses: readonly Pause[],
  { id }: Expectation,
  instance: Parameters<typeof whyPaused>[2],
): Pause | undefined {
  return pauses.find(each => whyPaused([each], id, instance) !== undefined);
}

/** A person who withdraws it has said so; for others it goes back by itself only where it may be done by itself. */
function holdOf(
  { guard, store, clock }: RestoreParts,
  expectation: Expectation,
  { by }: Withdrawing,
  task: Task,
  pause: Pause | undefined,
): Hold | undefined {
  if (pause) return { on: 'pause', because: `paused by ${pause.by}` };
  const isPerson = by === 'operator';
  if (!isPerson) {
    const instance = task.instance === undefined ? undefined : store.instance(task.instance);
    const mode = guard.modeAt(expectation, instance, task.path, clock.now());
    const because = `its mode is ${mode}: an operator has to withdraw it, by force to leave all as it is`;
    if (mode !== 'enforce') return { on: 'mode', because };
  }
  return guard.whyNotBack([task], isPerson ? 'person' : 'loop', clock.now());
}

async function cutOff({ protection }: RestoreParts, task: Task): Promise<Hold | undefined> {
  const because = await protection.whyNotBack([task]);
  return because === undefined ? undefined : { because };
}

/** It waits, and that is told; whatever holds it back may end at any time. */
function tell({ store, log }: RestoreParts, expectation: Expectation, before: Withdrawing, hold: Hold): void {
  const { because, until: heldUntil } = hold;
  if (before.because === because && before.heldUntil === heldUntil && before.againAt === undefined) return;
  if (before.because !== because) log.warn('not put back yet', { expectation: expectation.id, because });
  const { againAt: _, heldUntil: __, ...rest } = before;
  put(store, expectation, { ...rest, because, ...(heldUntil === undefined ? {} : { heldUntil }) }, because);
}

function wait(
  { store, clock, chance, log }: RestoreParts,
  expectation: Expectation,
  before: Withdrawing,
  because: string,
): void {
  const attempts = (before.attempts ?? 0) + 1;
  const againAt = clock.now() + backoffMs(attempts, chance());
  log.warn('not put back yet', { expectation: expectation.id, because });
  const { heldUntil: _, ...rest } = before;
  put(store, expectation, { ...rest, because, attempts, againAt }, because);
}

/** It may have been laid again meanwhile, and even withdrawn again. */
function isThatOne(now: Expectation | undefined, before: Expectation): now is Expectation {
  return now?.withdrawing !== undefined && now.withdrawing.since === before.withdrawing?.since;
}

function put(store: Store, expectation: Expectation, withdrawing: Withdrawing, because: string): void {
  store.transact(causeOf(expectation, because), writer => {
    const now = writer.expectation(expectation.id);
    if (isThatOne(now, expectation)) writer.putExpectation({ ...now, withdrawing });
  });
}

function letGo({ store, log }: RestoreParts, expectation: Expectation, left: readonly string[]): void {
  const why = left.length === 0 ? 'what it had changed went back' : `left as it is: ${left.join('; ')}`;
  log.info('withdrawn', { expectation: expectation.id, why });
  store.transact(causeOf(expectation, why), writer => {
    if (isThatOne(writer.expectation(expectation.id), expectation)) writer.removeExpectation(expectation.id);
  });
}

function causeOf({ id, withdrawing }: Expectation, why: string): Cause {
  return { principal: withdrawing?.by ?? 'loop', kind: 'upkeep', ref: id, why };
}
