/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
import { isObject, type Json } from '../core/json.ts';

/**
 * The same as a patch of nothing: without the members that are null. Gives the value itself back when it has none, as
 * most have.
 */
export function withoutNulls(value: Json): Json {
  return hasNulls(value) ? mergePatch(undefined, value) : value;
}

function hasNulls(value: Json): boolean {
  if (!isObject(value)) return false;
  for (const name in value) {
    const member = value[name] ?? null;
    if (member === null || hasNulls(member)) return true;
  }
  return false;
}

export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}
