/** Places in a document, and the document with something put there or taken away; nothing is changed in place. */
import { isArray, isObject, type Json, property } from '../../core/json.ts';

/** Names and, in arrays, indexes, from the root on. */
export type Location = readonly string[];

const index = /^(0|[1-9]\d{0,8})$/;

/** The value at a place; undefined when there is none. */
export function valueAt(value: Json, location: Location): Json | undefined {
  let here: Json | undefined = value;
  for (const token of location) {
    if (here === undefined) return undefined;
    here = memberAt(here, token);
  }
  return here;
}

/** A member of an object, or an element of an array by its index. */
export function memberAt(value: Json, token: string): Json | undefined {
  if (isArray(value)) return index.test(token) ? value[Number(token)] : undefined;
  return property(value, token);
}

/** As RFC 6902 adds: a member of an object is set, into an array it is inserted. Undefined when there is no such place. */
export function added(value: Json, location: Location, what: Json): Json | undefined {
  return edited(value, location, (container, token) => {
    if (isArray(container)) {
      const at = token === '-' ? container.length : index.test(token) ? Number(token) : -1;
      return at < 0 || at > container.length ? undefined : container.toSpliced(at, 0, what);
    }
    return isObject(container) ? { ...container, [token]: what } : undefined;
  });
}

/** Undefined when there is nothing at that place. */
export function replaced(value: Json, location: Location, what: Json): Json | undefined {
  if (location.length === 0) return what;
  return edited(value, location, (container, token) => {
    if (memberAt(container, token) === undefined) return undefined;
    return isArray(container) ? container.with(Number(token), what) : { ...asMembers(container), [token]: what };
  });
}

/** Undefined when there is nothing at that place. */
export function removed(value: Json, location: Location): Json | undefined {
  return edited(value, location, (container, token) => {
    if (memberAt(container, token) === undefined) return undefined;
    if (isArray(container)) return container.toSpliced(Number(token), 1);
    return Object.fromEntries(Object.entries(asMembers(container)).filter(([name]) => name !== token));
  });
}

function edited(
  value: Json,
  [first, ...rest]: Location,
  edit: (container: Json, token: string) => Json | undefined,
): Json | undefined {
  if (first === undefined) return undefined;
  if (rest.length === 0) return edit(value, first);
  const inner = memberAt(value, first);
  const after = inner === undefined ? undefined : edited(inner, rest, edit);
  if (after === undefined) return undefined;
  return isArray(value) ? value.with(Number(first), after) : { ...asMembers(value), [first]: after };
}

function asMembers(value: Json): { readonly [name: string]: Json } {
  return isObject(value) ? value : {};
}
