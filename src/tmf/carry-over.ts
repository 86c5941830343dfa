/**
 * A client's write, carried over to what is kept: the client saw the document through its version (`seen`) and wants it
 * otherwise (`wanted`); only the difference between the two is made to `kept`, so nothing is lost that it cannot see.
 */
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray } from '../core/path.ts';
import { counterparts } from './counterparts.ts';

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
    if (isAnother(seen, wanted)) return withoutShown(kept, seen, wanted);
    const result: [string, Json][] = [];
    for (const key of new Set([...Object.keys(kept), ...Object.keys(wanted)])) {
      const member = carry(property(kept, key), property(seen, key), property(wanted, key), keyed, name, key);
      if (member !== undefined) result.push([key, member]);
    }
    return Object.fromEntries(result);
  }
  // The client removed all it saw of an array; what it did not see stays.
  const isEmptied = wanted === undefined && isArray(kept) && isArray(seen) && kept.length > seen.length;
  if (isArray(kept) && isArray(seen) && (isArray(wanted) || isEmptied)) {
    return carryElements(kept, seen, isArray(wanted) ? wanted : [], keyed, parent, name);
  }
  return wanted;
}

/** With another id it is another thing, which has nothing of what was in its place. */
function isAnother(seen: JsonObject, wanted: JsonObject): boolean {
  const [was, is] = [property(seen, 'id'), property(wanted, 'id')];
  return was !== undefined && is !== undefined && !sameJson(was, is);
}

/** The href of the former one that was only shown with it, and was sent back as it was, is not that of the other. */
function withoutShown(kept: JsonObject, seen: JsonObject, wanted: JsonObject): JsonObject {
  const { href, ...rest } = wanted;
  const wasShown = href !== undefined && kept.href === undefined && sameJson(property(seen, 'href'), href);
  return wasShown ? rest : wanted;
}

function carryElements(
  kept: readonly Json[],
  seen: readonly Json[],
  wanted: readonly Json[],
  keyed: KeyedArrays,
  parent: string,
  name: string,
): readonly Json[] {
  const candidates = keysOfArray(keyed, parent, name);
  const places = counterparts(seen, wanted, candidates);
  const result = wanted.map((element, i) => {
    const place = places[i] ?? -1;
    if (place < 0) return element;
    const by = candidates && keyOf(element, candidates);
    const key = by ? keyName(element, by) : String(i);
    return carry(kept[place], seen[place], element, keyed, name, key) ?? element;
  });
  return [...result, ...kept.slice(seen.length)];
}
