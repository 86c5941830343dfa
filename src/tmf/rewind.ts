/** Documents as they were and as they became: changes taken back, or made once more, path by path. */
import type { Change } from '../core/change.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from '../core/path.ts';

/** The document before a change, given the one after it. */
export function before(document: JsonObject, { paths }: Pick<Change, 'paths'>, keyed: KeyedArrays): JsonObject {
  let result: Json | undefined = document;
  for (const { path, old } of paths) result = put(result, path, old, keyed);
  return isObject(result) ? result : document;
}

/** The document after a change, given the one before it. */
export function after(document: JsonObject, { paths }: Pick<Change, 'paths'>, keyed: KeyedArrays): JsonObject {
  let result: Json | undefined = document;
  for (const { path, new: value } of paths) result = put(result, path, value, keyed);
  return isObject(result) ? result : document;
}

/** The same with a value put at a path, or taken away from it. */
export function put(
  document: Json | undefined,
  path: Path,
  value: Json | undefined,
  keyed: KeyedArrays,
): Json | undefined {
  return putAt(document, segments(path), value, keyed, '', '');
}

function putAt(
  here: Json | undefined,
  path: readonly string[],
  value: Json | undefined,
  keyed: KeyedArrays,
  parent: string,
  name: string,
): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (isArray(here)) {
    const candidates = keysOfArray(keyed, parent, name);
    const found = candidates
      ? here.findIndex(each => candidates.some(by => keyOf(each, [by]) && keyName(each, by) === first))
      : -1;
    const i = found < 0 && /^\d+$/.test(first) && !candidates ? Number(first) : found;
    const next = putAt(i < 0 ? undefined : here[i], rest, value, keyed, name, first);
    if (i < 0) return next === undefined ? here : [...here, next];
    return next === undefined ? here.toSpliced(i, 1) : here.toSpliced(i, 1, next);
  }
  const members = new Map(isObject(here) ? Object.entries(here) : []);
  const next = putAt(property(here, first), rest, value, keyed, name, first);
  if (next === undefined) members.delete(first);
  else members.set(first, next);
  return Object.fromEntries(members);
}
