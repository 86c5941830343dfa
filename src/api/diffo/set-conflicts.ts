/** Whom a set collides with, told to whoever compares or lays it. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Expectation } from '../../core/expectation.ts';
import type { SetDifference } from '../../core/expectation-set.ts';
import type { JsonObject } from '../../core/json.ts';
import { conflictsOf, type World } from '../../core/standing/conflicts.ts';
import { showConflict } from './expectation-shown.ts';

/** What a person can look through; who has more to mend begins with these. */
const CONFLICTS_TOLD = 100;
/** So many expectations are compared with another before others have their turn. */
const COMPARED_AT_ONCE = 20;
/** What is not looked at any more is said to be so. */
const COMPARED_AT_MOST = 20_000;

export interface SetConflicts {
  readonly conflicts: readonly JsonObject[];
  /** Whether these are all of them. */
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
  const conflicts: JsonObject[] = [];
  const told = new Set<string>();
  let compared = 0;
  let sincePause = 0;
  for (const each of mine.values()) {
    const near = others.filter(other => mayShare(each, other));
    compared += near.length;
    if (compared > COMPARED_AT_MOST) return { conflicts, conflictsAreAll: false };
    for (const conflict of near.length === 0 ? [] : conflictsOf(each, near, world)) {
      // Between two of these it is found from either side.
      const sides = [each.id, ...conflict.with.map(({ expectation }) => expectation)].sort();
      const side = `${conflict.path} ${sides.join(' ')}`;
      if (told.has(side)) continue;
      told.add(side);
      if (conflicts.length === CONFLICTS_TOLD) return { conflicts, conflictsAreAll: false };
      const { set = '', name = '', id } = each;
      conflicts.push({ set, name, id, ...showConflict(conflict) });
    }
    sincePause += near.length;
    if (sincePause < COMPARED_AT_ONCE) continue;
    sincePause = 0;
    await pause();
  }
  return { conflicts, conflictsAreAll: true };
}

/** What is told apart by its target alone need not be read. */
function mayShare({ for: a }: Pick<Expectation, 'for'>, { for: b }: Pick<Expectation, 'for'>): boolean {
  if (a.peer !== b.peer) return false;
  if ('id' in a && 'id' in b) return a.id === b.id;
  if ('id' in a || 'id' in b) return true;
  if (a.kind !== undefined && b.kind !== undefined && a.kind !== b.kind) return false;
  return !('name' in a && 'name' in b) || a.name === b.name;
}
