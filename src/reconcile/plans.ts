/** Plans as values: drawn from a portion of what could be done, refused when what they rely on has moved. */
import type { Ability } from '../core/ability.ts';
import { type ExpectationId, type Instant, planId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { KeyedArrays } from '../core/path.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { leafName, movedSince, planHash } from '../core/planner.ts';
import { foretoldOtherwise } from '../core/planning/again.ts';
import { wayName } from '../core/planning/choice.ts';
import type { Pause, Reader, Store, Unwritten } from '../ports/store.ts';
import type { Portion } from './portioning.ts';
import { StoreScene } from './store-scene.ts';

/** How long a plan may wait for somebody's word, or to be begun, when nobody says. */
export const EXPIRE_AFTER_MS = 3_600_000;

export interface Made {
  readonly madeBy: string;
  readonly now: Instant;
  readonly expireAfterMs?: number;
}

/** The plan of a portion; undefined when there is nothing to do in it. */
export function draftPlan(
  { store, newId }: { readonly store: Reader; readonly newId: () => string },
  { tasks: drafted, waiting, later = 0, unlisted = 0, readSet, outcome }: Portion,
  { madeBy, now, expireAfterMs = EXPIRE_AFTER_MS }: Made,
): Unwritten<Plan> | undefined {
  const tasks = drafted.map(({ mode: _, ...task }) => task);
  if (tasks.length === 0) return undefined;
  const served = new Set(tasks.flatMap(task => [task.expectation, ...(task.also ?? [])]));
  const expectations = [...served].sort().flatMap(id => {
    const expectation = store.expectation(id);
    return expectation ? [{ id, seq: expectation.seq }] : [];
  });
  const after = [
    ...(later === 0 ? [] : [`${later} more ${later === 1 ? 'task' : 'tasks'} would follow`]),
    ...(unlisted === 0 ? [] : [`${unlisted} more ${unlisted === 1 ? 'leaf waits' : 'leaves wait'}`]),
  ];
  return {
    id: planId(newId()),
    state: 'proposed',
    hash: planHash({ tasks, readSet, expectations, outcome }),
    tasks,
    waiting: waiting.map(({ mode: _, ...each }) => each),
    readSet,
    expectations,
    outcome,
    ...(after.length === 0 ? {} : { after: after.join('; ') }),
    madeBy,
    madeAt: now,
    expiresAt: now + expireAfterMs,
  };
}

/** What it takes to tell whether a plan still holds. */
export interface Holding {
  readonly store: Reader;
  readonly keyed: KeyedArrays;
  readonly abilityOf: (task: PlannedTask) => Ability | undefined;
}

/** Why a plan no longer holds, as a sentence; undefined when it does. */
export function whyMoved(
  { store, keyed, abilityOf }: Holding,
  plan: Unwritten<Plan>,
  now: Instant,
): string | undefined {
  for (const { id } of plan.expectations) {
    const because = whyUnwanted(store, plan, id);
    if (because !== undefined) return because;
  }
  const scene = new StoreScene(store);
  const facts = { instance: (id: Instance['id']) => store.instance(id), named: scene.named.bind(scene) };
  const moved = movedSince(plan.readSet, facts, keyed);
  return moved ?? foretoldOtherwise(plan.tasks, { scene, context: { now, keyed }, abilityOf });
}

/** Whether its time is over; what the loop itself proposes is renewed instead, for as long as nothing moves. */
export function isExpired({ expiresAt, state, madeBy }: Plan, now: Instant): boolean {
  return expiresAt !== undefined && expiresAt <= now && !(state === 'proposed' && madeBy === 'loop');
}

/** Why an expectation no longer wants what a plan does for it, as a sentence; undefined when it does. */
export function whyUnwanted(store: Reader, plan: Pick<Plan, 'expectations'>, id: ExpectationId): string | undefined {
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
export function refuseWhatMoved(parts: Holding & { readonly store: Store }, now: Instant): number {
  const { store } = parts;
  const moved = store.plans({ states: ['proposed', 'approved'] }).flatMap(plan => {
    const because = isExpired(plan, now) ? expired(plan) : whyMoved(parts, plan, now);
    return because === undefined ? [] : [{ plan, because }];
  });
  if (moved.length === 0) return 0;
  store.transact({ principal: 'loop', kind: 'upkeep', why: 'what the plan read has moved' }, writer => {
    for (const { plan, because } of moved) writer.putPlan({ ...plan, state: 'refused', endedAt: now, because });
  });
  return moved.length;
}

export function expired({ expiresAt, state }: Plan): string {
  const was = state === 'approved' ? 'begun' : 'approved';
  return `it was to be ${was} until ${new Date(expiresAt ?? 0).toISOString()}`;
}

/** When the first plan that waits expires; infinite when none does. */
export function nextExpiry(store: Reader): Instant {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...store.plans({ states: ['proposed', 'approved'] }).map(each => each.expiresAt ?? Number.POSITIVE_INFINITY),
  );
}

/** Enough to see which ways were tried, however many there are. */
const PLANS_SEEN = 20;

/** The ways to a leaf that failed since it was last expected otherwise. */
export function triedInVain(store: Reader, leaf: string): readonly string[] {
  return store.plans({ states: ['failed'], limit: PLANS_SEEN }).flatMap(plan =>
    plan.tasks
      .filter(task => leafName(task.expectation, task.instance, task.path) === leaf)
      .filter(task => whyUnwanted(store, plan, task.expectation) === undefined)
      .map(wayName),
  );
}
