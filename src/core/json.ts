/** JSON as values: what the whole house speaks, compares and points into. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** A record all of whose members are JSON, told by its type; an interface has no index signature to tell it by. */
export type PlainRecord<T> = { readonly [K in keyof T]: Plain<T[K]> };
type Plain<V> = V extends Json | undefined
  ? V
  : V extends (...args: never[]) => unknown
    ? never
    : V extends object
      ? PlainRecord<V>
      : never;

/** A plain record as the JSON that it is; one that holds a function, a `Date`, a `Map` or the like does not compile. */
export function asJson<T extends PlainRecord<T>>(record: T): JsonObject {
  return record as JsonObject;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** A property of an object, own properties only, so that `__proto__` and its like are merely names. */
export function property(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Deep equality; the order of an object's keys carries no meaning, the order of an array does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isArray(a)) {
    if (!isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameJson(a[i], b[i])) return false;
    return true;
  }
  if (isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false;
  return true;
}

/**
 * JSON text with sorted keys, so that equal values have equal text: RFC 8785, but that it takes also what has no text
 * there (half a surrogate pair, numbers that are none). What is signed and stored depends on every byte of it.
 */
export function canonical(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (isArray(value)) {
    for (const each of value) text += text === '' ? canonical(each) : `,${canonical(each)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const member = `${quoted(key)}:${canonical(value[key] ?? null)}`;
    text += text === '' ? member : `,${member}`;
  }
  return `{${text}}`;
}

/** Most texts need no escaping, and to see that they do not is cheaper than to do it. */
const plain = /^[\w ./:>-]{0,100}$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
