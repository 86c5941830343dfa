/** Whom a set collides with, told to whoever compares or lays it. */
import type { Expectation } from '../../core/expectation.ts';
import type { SetDifference } from '../../core/expectation-set.ts';
import { ReadOnce } from '../../core/expected/read-once.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Look } from '../../core/look.ts';
import { findConflicts, MOST_CONFLICTS, type World } from '../../core/standing/conflicts.ts';
import { STEPS } from '../../core/standing/merge.ts';
import { newBudget } from '../../core/standing/work.ts';
import { showConflict } from './expectation-shown.ts';
import { unhurried } from './unhurried.ts';

/** What is not looked at any more is said to be so. */
const COMPARED_AT_MOST = 20_000;

export interface SetConflicts {
  readonly conflicts: readonly JsonObject[];
  /** Whether these are all of them: not where there are too many, or where it would take too long to tell. */
  readonly conflictsAreAll: boolean;
}

/** Of what is new or different, with all that will stand beside it. */
export async function conflictsOfSets(
  differences: readonly SetDifference[],
  standing: readonly Expectation[],
  world: World,
): Promise<SetConflicts> {
  const wishes = differences.flatMap(({ added, changed }) => [...added, ...changed.map(({ after }) => after)]);
  const mine = new Map(wishes.map(each => [each.id, { ...each, seq: 0 }]));
  const removed = new Set(differences.flatMap(each => each.removed.map(({ id }) => id)));
  const others = [...standing.filter(({ id }) => !mine.has(id) && !removed.has(id)), ...mine.values()];
  const told = new Map<string, JsonObject>();
  let conflictsAreAll = true;
  let isDecided = true;
  const looking = function* (): Look<void> {
    let compared = 0;
    const budget = newBudget(STEPS);
    const reading = { ...world, readOnce: new ReadOnce() };
    for (const each of mine.values()) {
      const near = others.filter(other => mayShare(each, other));
      compared += near.length;
      conflictsAreAll = compared <= COMPARED_AT_MOST && told.size < MOST_CONFLICTS;
      if (!conflictsAreAll) return;
      const found = yield* findConflicts(each, near, reading, budget);
      isDecided &&= found.undecided.length === 0;
      for (const conflict of found.conflicts) {
        // Between two of these it is found from either side.
        const sides = [each.id, ...conflict.with.map(({ expectation }) => expectation)].sort();
        const { set = '', name = '', id } = each;
        const side = `${conflict.path} ${sides.join(' ')}`;
        if (!told.has(side)) told.set(side, { set, name, id, ...showConflict(conflict) });
      }
    }
  };
  await unhurried(looking());
  const conflicts = [...told.values()].slice(0, MOST_CONFLICTS);
  return { conflicts, conflictsAreAll: conflictsAreAll && isDecided && told.size === conflicts.length };
}

/** What is told apart by its target alone need not be read. */
function mayShare({ for: a }: Pick<Expectation, 'for'>, { for: b }: Pick<Expectation, 'for'>): boolean {
  if (a.peer !== b.peer) return false;
  if ('id' in a && 'id' in b) return a.id === b.id;
  if ('id' in a || 'id' in b) return true;
  if (a.kind !== undefined && b.kind !== undefined && a.kind !== b.kind) return false;
  return !('name' in a && 'name' in b) || a.name === b.name;
}
