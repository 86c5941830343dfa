/**
 * A client's write, carried over to what is kept: the client saw the document through its version (`seen`) and wants it
 * otherwise (`wanted`); only the difference between the two is made to `kept`, so nothing is lost that it cannot see.
 */
import { isArray, isObject, type Json, property, sameJson } from '../core/json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray } from '../core/path.ts';

export function carryOver(
  kept: Json | undefined,
  seen: Json | undefined,
  wanted: Json | undefined,
  keyed: KeyedArrays,
): Json | undefined {
  return carry(kept, seen, wanted, keyed, '', '');
}

function carry(
  kept: Json | undefined,
  seen: Json | undefined,
  wanted: Json | undefined,
  keyed: KeyedArrays,
  parent: string,
  name: string,
): Json | undefined {
  if (sameJson(seen, wanted)) return kept;
  if (isObject(kept) && isObject(seen) && isObject(wanted)) {
    const result: [string, Json][] = [];
    for (const key of new Set([...Object.keys(kept), ...Object.keys(wanted)])) {
      const member = carry(property(kept, key), property(seen, key), property(wanted, key), keyed, name, key);
      if (member !== undefined) result.push([key, member]);
    }
    return Object.fromEntries(result);
  }
  if (isArray(kept) && isArray(seen) && isArray(wanted)) {
    return carryElements(kept, seen, wanted, keyed, parent, name);
  }
  // The client removed all it saw of an array; what it did not see stays.
  if (isArray(kept) && isArray(seen) && wanted === undefined && kept.length > seen.length) {
    return carryElements(kept, seen, [], keyed, parent, name);
  }
  return wanted;
}

/** An element stays itself by its key, by standing where it stood, or by being equal to one that was seen. */
function carryElements(
  kept: readonly Json[],
  seen: readonly Json[],
  wanted: readonly Json[],
  keyed: KeyedArrays,
  parent: string,
  name: string,
): readonly Json[] {
  const candidates = keysOfArray(keyed, parent, name);
  const nameOf = (element: Json): string | undefined => {
    const by = candidates && keyOf(element, candidates);
    return by && keyName(element, by);
  };
  const places = new Map<string, number>();
  seen.forEach((element, i) => {
    const key = nameOf(element);
    if (key !== undefined && !places.has(key)) places.set(key, i);
  });
  const unused = new Set(seen.keys());
  const placeOf = (element: Json, position: number): number => {
    if (unused.has(position) && sameJson(seen[position], element)) return position;
    const key = nameOf(element);
    const place = key === undefined ? undefined : places.get(key);
    if (place !== undefined && unused.has(place)) return place;
    if (key !== undefined) return -1;
    if (wanted.length === seen.length && unused.has(position)) return position;
    for (const i of unused) if (sameJson(seen[i], element)) return i;
    return -1;
  };
  const result = wanted.map((element, position) => {
    const i = placeOf(element, position);
    if (i < 0) return element;
    unused.delete(i);
    return carry(kept[i], seen[i], element, keyed, name, nameOf(element) ?? String(position)) ?? element;
  });
  return [...result, ...kept.slice(seen.length)];
}
