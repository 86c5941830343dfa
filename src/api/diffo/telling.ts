/** What is read once to tell of many leaves: the open plans, the latest tasks, and what is remembered of leaves. */
import type { ExpectationId, InstanceId, Instant } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import type { Plan } from '../../core/plan.ts';
import { leafName } from '../../core/planner.ts';
import type { LeafRecord } from '../../core/settle/leaf-record.ts';
import type { Task } from '../../core/task.ts';
import { type DiffoParts, iso } from './parts.ts';

/** A place that something is expected of. */
export interface Place {
  readonly expectation: ExpectationId;
  /** Undefined of what does not exist. */
  readonly instance: InstanceId | undefined;
  readonly path: Path;
}

export interface Telling {
  readonly now: Instant;
  /** The plan that serves a leaf and has not ended; of several the one that is farthest. */
  planFor(place: Place): Plan | undefined;
  /** What was last done for it, or is being done. */
  lastOf(place: Place): Task | undefined;
  recordOf(place: Place): LeafRecord | undefined;
}

/** Far enough back for whoever asks why something is not done. */
const TASKS_LOOKED_AT = 1_000;
const farthestFirst = ['undoing', 'unconfirmed', 'carryingOut', 'approved', 'proposed'] as const;

export function tellingOf({ store, clock }: Pick<DiffoParts, 'store' | 'clock'>): Telling {
  let open: readonly Plan[] | undefined;
  let latest: ReadonlyMap<string, readonly Task[]> | undefined;
  let records: ReadonlyMap<string, readonly LeafRecord[]> | undefined;
  return {
    now: clock.now(),
    planFor: place => {
      open ??= farthestFirst.flatMap(state => store.plans({ states: [state] }));
      return open.find(plan =>
        plan.tasks.some(
          task =>
            task.instance === place.instance &&
            (task.expectation === place.expectation || (task.also?.includes(place.expectation) ?? false)) &&
            touches(task.path, place.path),
        ),
      );
    },
    lastOf: ({ expectation, instance, path }) => {
      latest ??= Map.groupBy(store.tasks({ limit: TASKS_LOOKED_AT }), task => task.instance ?? task.expectation ?? '');
      const found = latest.get(instance ?? expectation) ?? [];
      return found.find(task => task.startedAt !== undefined && touches(task.path, path));
    },
    recordOf: ({ expectation, instance, path }) => {
      records ??= Map.groupBy(store.leafRecords(), each => each.leaf.replace(/:(?:\/.*)?$/s, ''));
      const found = records.get(leafName(expectation, instance, '').slice(0, -1)) ?? [];
      return found.find(each => touches(pathOf(each.leaf), path));
    },
  };
}

/** What was done, when, and what came of it. */
export function showAction(task: Task): JsonObject {
  const { id, plan, step, state, startedAt, endedAt } = task;
  const when = endedAt ?? startedAt;
  return {
    task: id,
    plan,
    what: step.summary,
    state,
    ...(when === undefined ? {} : { at: iso(when) }),
    came: cameOf(task),
  };
}

function cameOf({ state, already, error, foreseen, kept }: Task): string {
  switch (state) {
    case 'acknowledged':
      return 'it is about to begin';
    case 'inProgress':
      return 'it is being done';
    case 'done': {
      const done = already ? 'it was so already' : 'done';
      if (kept !== undefined) return `${done}; not taken back: ${kept}`;
      return foreseen?.asForeseen === false ? `${done}, and it came otherwise than foreseen` : done;
    }
    case 'terminatedWithError':
      return `failed: ${error ?? 'nobody says why'}`;
    case 'undone':
      return 'done and taken back';
  }
}

/** What is remembered of a leaf that did not come to rest at once. */
export function showRecord(record: LeafRecord | undefined, now: Instant): JsonObject {
  if (!record) return {};
  const { attempts, flaps = [], coolOffs, stalled, delegated, until } = record;
  return {
    ...(attempts === 0 ? {} : { attempts }),
    ...(flaps.length === 0 ? {} : { flaps: flaps.length }),
    ...(coolOffs === undefined ? {} : { coolOffs }),
    ...(until > now ? { until: iso(until) } : {}),
    ...(record.tried ? { tried: record.tried.map(({ at, what, came }) => ({ at: iso(at), what, came })) } : {}),
    ...(record.reversals ? { reversals: record.reversals.map(({ at, ...rest }) => ({ at: iso(at), ...rest })) } : {}),
    ...(stalled ? { stalled: { ...stalled, since: iso(stalled.since) } } : {}),
    ...(delegated ? { delegated: { ...delegated, since: iso(delegated.since), until: iso(delegated.until) } } : {}),
  };
}

function pathOf(leaf: string): Path {
  return /:((?:\/.*)?)$/s.exec(leaf)?.[1] ?? '';
}

export function within(inner: Path, outer: Path): boolean {
  return `${inner}/`.startsWith(`${outer}/`);
}

export function touches(one: Path, other: Path): boolean {
  return within(one, other) || within(other, one);
}
