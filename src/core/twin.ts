/**
 * What is expected, as an instance: the values that would meet it. Where only a condition is known, the value nearest to
 * the actual stands, and where none follows, nothing does: the expectation itself says more than its twin.
 */
import { put } from './expected/node.ts';
import { isArray, isObject, type Json, type JsonObject, property } from './json.ts';
import { nearest } from './nearest.ts';
import type { Context } from './outstanding.ts';
import { keyOf, keyPart, keysOfArray, type Path, segment, segments } from './path.ts';

/** Undefined where no value follows. The actual is that of the same place. */
export function twin(expected: Json, actual: Json | undefined, context: Context, path: Path = ''): Json | undefined {
  if (expected === null) return undefined;
  if (isArray(expected)) return twinOfArray(expected, actual, context, path);
  if (!isObject(expected)) return expected;
  const [name, ...more] = Object.keys(expected);
  if (name === undefined || more.length > 0 || !name.startsWith('$'))
    return twinOfObject(expected, actual, context, path);
  const argument = expected[name] ?? null;
  if (name === '$map' && isObject(argument)) return twinOfObject(argument, actual, context, path);
  const found = nearest(expected, actual, context, path);
  return typeof found === 'string' ? undefined : found.value;
}

function twinOfObject(expected: JsonObject, actual: Json | undefined, context: Context, path: Path): JsonObject {
  const values: Record<string, Json> = {};
  for (const [key, each] of Object.entries(expected)) {
    const value = twin(each, property(actual, key), context, `${path}/${segment(key)}`);
    if (value !== undefined) put(values, key, value);
  }
  return values;
}

/** Keyed items find their own; of a list by position each item has to be known, or the places would not be true. */
function twinOfArray(
  expected: readonly Json[],
  actual: Json | undefined,
  context: Context,
  path: Path,
): readonly Json[] | undefined {
  const [name = '', parent = ''] = segments(path).reverse();
  const candidates = keysOfArray(context.keyed, parent, name);
  const items = expected.map((item, i) => {
    const by = candidates && keyOf(item, candidates);
    const own = by ? elementOf(actual, item, by) : isArray(actual) ? actual[i] : undefined;
    const named = by ? by.map(part => String(keyPart(item, part))).join(',') : String(i);
    return twin(item, own, context, `${path}/${segment(named)}`);
  });
  if (candidates) return items.filter(item => item !== undefined);
  const known = items.filter(item => item !== undefined);
  return known.length === items.length ? known : undefined;
}

function elementOf(actual: Json | undefined, item: Json, by: readonly string[]): Json | undefined {
  if (!isArray(actual)) return undefined;
  return actual.find((element: Json) => by.every(part => keyPart(element, part) === keyPart(item, part)));
}
