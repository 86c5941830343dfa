/** Plans as values: drawn from a draft, refused when what they read has moved. */
import type { Mode } from '../core/expectation.ts';
import { type ExpectationId, type Instant, planId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { KeyedArrays } from '../core/path.ts';
import type { Plan } from '../core/plan.ts';
import { type Draft, movedSince, planHash } from '../core/planner.ts';
import type { Pause, Reader, Store, Unwritten } from '../ports/store.ts';

/** The plan of those tasks whose mode is wanted; undefined when there are none. */
export function draftPlan(
  parts: { readonly store: Reader; readonly newId: () => string },
  draft: Draft,
  wanted: (mode: Mode) => boolean,
  made: { readonly madeBy: string; readonly now: Instant },
): Unwritten<Plan> | undefined {
  const tasks = draft.tasks.filter(task => wanted(task.mode)).map(({ mode: _, ...task }) => task);
  if (tasks.length === 0) return undefined;
  const served = new Set(tasks.map(task => task.expectation));
  const touched = new Set(tasks.map(task => `${task.instance}\0${task.path}`));
  const instances = new Set(tasks.map(task => task.instance));
  const readSet = draft.readSet.filter(
    fact => touched.has(`${fact.instance}\0${fact.path}`) || (fact.path === '/name' && instances.has(fact.instance)),
  );
  const expectations = [...served].sort().flatMap(id => {
    const expectation = parts.store.expectation(id);
    return expectation ? [{ id, seq: expectation.seq }] : [];
  });
  return {
    id: planId(parts.newId()),
    state: 'proposed',
    hash: planHash(tasks, readSet, expectations),
    tasks,
    waiting: draft.waiting.filter(each => wanted(each.mode)).map(({ mode: _, ...each }) => each),
    readSet,
    expectations,
    madeBy: made.madeBy,
    madeAt: made.now,
  };
}

/** Why a plan no longer holds, as a sentence; undefined when it does. */
export function whyMoved(store: Reader, plan: Plan, keyed: KeyedArrays): string | undefined {
  for (const { id } of plan.expectations) {
    const because = whyUnwanted(store, plan, id);
    if (because !== undefined) return because;
  }
  return movedSince(plan.readSet, id => store.instance(id), keyed);
}

/** Why an expectation no longer wants what a plan does for it, as a sentence; undefined when it does. */
export function whyUnwanted(store: Reader, plan: Plan, id: ExpectationId): string | undefined {
  const now = store.expectation(id);
  if (!now) return `expectation ${id} was withdrawn`;
  const isSame = plan.expectations.some(each => each.id === id && each.seq === now.seq);
  return isSame ? undefined : `expectation ${id} was changed`;
}

/** Why a person's stop sign forbids acting, as a sentence; undefined when none does. */
export function whyPaused(
  pauses: readonly Pause[],
  expectation: ExpectationId,
  instance: Pick<Instance, 'id' | 'kind'> | undefined,
): string | undefined {
  const scopes = ['all', `kind:${instance?.kind}`, `instance:${instance?.id}`, `leaf:${expectation}:${instance?.id}`];
  const pause = pauses.find(each => scopes.includes(each.scope));
  return pause && `paused by ${pause.by}${pause.why === undefined ? '' : `: ${pause.why}`}`;
}

/** Refuses each plan that waits and no longer holds; returns how many. */
export function refuseWhatMoved(store: Store, keyed: KeyedArrays, now: Instant): number {
  const moved = store.plans({ states: ['proposed', 'approved'] }).flatMap(plan => {
    const because = whyMoved(store, plan, keyed);
    return because === undefined ? [] : [{ plan, because }];
  });
  if (moved.length === 0) return 0;
  store.transact({ principal: 'loop', kind: 'upkeep', why: 'what the plan read has moved' }, writer => {
    for (const { plan, because } of moved) writer.putPlan({ ...plan, state: 'refused', endedAt: now, because });
  });
  return moved.length;
}
