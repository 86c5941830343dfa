/**
 * What a task was seen to move on the element, path by path and item by item: the reverse of it is what an undo puts
 * back, and what of it is no longer as it was left is what an undo must not touch.
 */
import type { InstanceId } from './ids.ts';
import { isArray, type Json, sameJson } from './json.ts';
import type { Path, PathChange } from './path.ts';

/**
 * A single value, or the items of a list, of which another may have others. At an empty path the whole thing came or went,
 * told by its name.
 */
export type Move =
  | { readonly instance: InstanceId; readonly path: Path; readonly old?: Json; readonly new?: Json }
  | {
      readonly instance: InstanceId;
      readonly path: Path;
      readonly removed: readonly Json[];
      readonly added: readonly Json[];
    };

/** The moves of one instance, from how its document changed. */
export function movesOf(instance: InstanceId, paths: readonly PathChange[]): readonly Move[] {
  return paths.map(({ path, old, new: now }): Move => {
    if (isArray(old) && isArray(now) && isSet(old) && isSet(now)) {
      const [removed, added] = [without(old, now), without(now, old)];
      // Nothing but the order is no matter of items.
      if (removed.length + added.length > 0) return { instance, path, removed, added };
    }
    return { instance, path, ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) };
  });
}

/** Whether what stands there now is what the move left; items that others brought or took do not matter. */
export function standsAsLeft(move: Move, now: Json | undefined): boolean {
  if (move.path === '' && !('added' in move)) return (move.new === undefined) === (now === undefined);
  if (!('added' in move)) return sameJson(move.new, now);
  const items = isArray(now) ? now : [];
  return move.added.every(item => has(items, item)) && !move.removed.some(item => has(items, item));
}

/** What will stand there when the move has been taken back from what stands there now. */
export function takenBack(move: Move, now: Json | undefined): Json | undefined {
  if (!('added' in move)) return move.old;
  const items = isArray(now) ? now : [];
  return [...without(items, move.added), ...without(move.removed, items)];
}

/** Whether what stands there now is as before the move, or on its way back to that. */
export function standsAsBefore(move: Move, now: Json | undefined): boolean {
  // Of a list each item is there or not, and neither is anybody else's.
  if ('added' in move) return true;
  return move.path === '' ? (move.old === undefined) === (now === undefined) : sameJson(move.old, now);
}

/** Whether both are about the same: one path in the other, and of one list the same item. */
export function areAboutTheSame(one: Move, other: Move): boolean {
  if (one.instance !== other.instance || !reaches(one.path, other.path)) return false;
  if (one.path !== other.path || !('added' in one) || !('added' in other)) return true;
  const items = [...one.added, ...one.removed];
  return [...other.added, ...other.removed].some(item => has(items, item));
}

/** What all of these come to, the first one first. */
export function composed(changes: readonly PathChange[]): readonly PathChange[] {
  const all = new Map<Path, PathChange>();
  for (const { path, old, new: now } of changes) {
    const first = all.has(path) ? all.get(path)?.old : old;
    if (sameJson(first, now)) all.delete(path);
    else
      all.set(path, {
        path,
        ...(first === undefined ? {} : { old: first }),
        ...(now === undefined ? {} : { new: now }),
      });
  }
  return [...all.values()];
}

/** One path lies within the other. */
export function reaches(a: Path, b: Path): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function isSet(items: readonly Json[]): boolean {
  return items.every((item, i) => items.findIndex(each => sameJson(each, item)) === i);
}

function without(items: readonly Json[], others: readonly Json[]): Json[] {
  return items.filter(item => !has(others, item));
}

function has(items: readonly Json[], item: Json): boolean {
  return items.some(each => sameJson(each, item));
}
