/** Where a plan that waits to be confirmed, or goes back, has changed something: nothing else is done there meanwhile. */
import { lies } from '../core/guard/rule-book.ts';
import type { InstanceId, Instant } from '../core/ids.ts';
import type { Path } from '../core/path.ts';
import type { Plan } from '../core/plan.ts';
import type { Held } from '../core/planner.ts';
import { spotOf } from '../core/planning/noted-scene.ts';
import type { Effect } from '../core/prediction.ts';
import type { Named, Task } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';

interface Place {
  readonly instance?: InstanceId | undefined;
  readonly of?: Named | undefined;
  readonly path: Path;
}

export interface HeldPlaces {
  /** Another text whenever something else is held. */
  readonly signature: string;
  readonly isEmpty: boolean;
  /** Why nothing may be done there, and until when; undefined when something may. */
  at(places: readonly Place[]): Held | undefined;
}

export function heldPlaces(store: Pick<Reader, 'plans' | 'tasks'>): HeldPlaces {
  const open = store
    .plans({ states: ['carryingOut', 'unconfirmed', 'undoing'] })
    .filter(({ confirm }) => confirm?.began !== undefined && confirm.confirmedBy === undefined);
  const places = open.map(plan => ({ plan, places: placesOf(plan.tasks, store.tasks({ plan: plan.id })) }));
  return {
    signature: open.map(({ id, state }) => `${id} ${state}`).join(),
    isEmpty: open.length === 0,
    at: asked => {
      const found = places.find(each => each.places.some(one => asked.some(other => meet(one, other))));
      return found && heldBy(found.plan);
    },
  };
}

/** All that tasks are for and move, as foreseen and as it came. */
export function placesOf(
  planned: readonly (Place & { readonly effects?: readonly Effect[] })[],
  tasks: readonly Task[] = [],
): readonly Place[] {
  return [
    ...planned.flatMap(({ instance, of, path, effects = [] }): Place[] => [{ instance, of, path }, ...effects]),
    ...tasks.flatMap(task => task.moves ?? []),
  ];
}

function meet(one: Place, other: Place): boolean {
  const isSame =
    (one.instance !== undefined && one.instance === other.instance) ||
    (one.of !== undefined && other.of !== undefined && spotOf(one.of) === spotOf(other.of));
  return isSame && (lies(one.path, other.path) || lies(other.path, one.path));
}

function heldBy({ id, state, confirm }: Plan): Held {
  const until: Instant | undefined = state === 'unconfirmed' ? confirm?.until : undefined;
  const because =
    state === 'undoing'
      ? `what the plan ${id} changed here goes back`
      : `the plan ${id} has changed this and has to be confirmed; else it goes back`;
  return { on: 'confirmation', because, ...(until === undefined ? {} : { until }) };
}
