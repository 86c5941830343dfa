/** Which element of an array is which, once a client has sent the array anew. */
import { canonical, isObject, type Json, sameJson } from '../core/json.ts';
import { keyName, keyOf } from '../core/path.ts';

/**
 * For each element that is wanted the place of the one that was seen and that it still is; -1 for a new one. An element
 * is what equals it, else what has its key, else what stood in its place and has something in common with it.
 */
export function counterparts(
  seen: readonly Json[],
  wanted: readonly Json[],
  candidates: readonly (readonly string[])[] | undefined,
): readonly number[] {
  const places = wanted.map((each, i) => (i < seen.length && sameJson(seen[i], each) ? i : -1));
  const unused = new Set(seen.keys());
  for (const place of places) unused.delete(place);
  const take = (nameOf: (element: Json) => string | undefined): void => {
    if (unused.size === 0 || !places.includes(-1)) return;
    const named = new Map<string, number[]>();
    for (const place of unused) {
      const name = nameOf(seen[place] ?? null);
      if (name !== undefined) named.set(name, [...(named.get(name) ?? []), place]);
    }
    wanted.forEach((each, i) => {
      const name = places[i] === -1 ? nameOf(each) : undefined;
      const place = name === undefined ? undefined : named.get(name)?.shift();
      if (place === undefined) return;
      places[i] = place;
      unused.delete(place);
    });
  };
  take(canonical);
  if (candidates) {
    take(element => {
      const by = keyOf(element, candidates);
      return by && JSON.stringify([by, keyName(element, by)]);
    });
  }
  return places.map((place, i) => (place === -1 && unused.has(i) && resemble(seen[i], wanted[i]) ? i : place));
}

/** `@type` and its like are the same in all elements. */
function resemble(a: Json | undefined, b: Json | undefined): boolean {
  if (!isObject(a) || !isObject(b)) return true;
  return Object.entries(a).some(([name, member]) => !name.startsWith('@') && sameJson(member, b[name]));
}
