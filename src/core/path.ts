/**
 * Paths into documents: JSON pointers (RFC 6901) in which an element of a keyed array is named by its key instead of
 * its index, so that a path stays true when the order changes: `/resourceCharacteristic/mtu/value`.
 */
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from './json.ts';

export type Path = string;

/**
 * Which arrays are sets with a key: property name → candidate keys, best first. Each candidate lists the properties
 * (or `/`-separated paths inside an element) that together name an element. A name may be the last two segments of a
 * path (`route/value`: the value of the characteristic `route`), which goes before the last one alone. An entry `value/*`
 * has no keys: it says that below `value` an array may have one of these names by chance.
 */
export interface KeyedArrays {
  readonly [property: string]: readonly (readonly string[])[];
}

export const noKeyedArrays: KeyedArrays = {};

/** The properties below which everything is data of its author's, as the entries `name/*` say. */
export function authorsOf(keyed: KeyedArrays): ReadonlySet<string> {
  let found = authors.get(keyed);
  if (!found) {
    found = new Set(Object.keys(keyed).flatMap(name => (name.endsWith('/*') ? [name.slice(0, -2)] : [])));
    authors.set(keyed, found);
  }
  return found;
}

const authors = new WeakMap<KeyedArrays, ReadonlySet<string>>();

/** The candidate keys of the array that stands at `name` under `parent`; undefined for a positional array. */
export function keysOfArray(
  keyed: KeyedArrays,
  parent: string,
  name: string,
): readonly (readonly string[])[] | undefined {
  const both = `${parent}/${name}`;
  if (Object.hasOwn(keyed, both)) return keyed[both];
  return Object.hasOwn(keyed, name) ? keyed[name] : undefined;
}

export function segment(text: string): string {
  return /[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text;
}

export function segments(path: Path): string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The literal that an element carries at one key property. */
export function keyPart(element: Json | undefined, keyProperty: string): string | number | boolean | undefined {
  let at: Json | undefined = element;
  // Most keys are a property of the element itself, and each element of each array is asked.
  if (keyProperty.includes('/')) for (const part of keyProperty.split('/')) at = property(at, part);
  else at = property(at, keyProperty);
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? at : undefined;
}

/** The first candidate whose every part the element carries as a literal. */
export function keyOf(
  element: Json | undefined,
  candidates: readonly (readonly string[])[],
): readonly string[] | undefined {
  return candidates.find(candidate => candidate.every(part => keyPart(element, part) !== undefined));
}

/** The name of an element by its key: the parts joined with a comma. */
export function keyName(element: Json | undefined, by: readonly string[]): string {
  return by.map(part => String(keyPart(element, part))).join(',');
}

/** What stands at a path; undefined where nothing does. */
export function at(document: Json | undefined, path: Path, keyed: KeyedArrays): Json | undefined {
  let here: Json | undefined = document;
  let parent = '';
  let above = '';
  for (const part of segments(path)) {
    if (isArray(here)) {
      const candidates = keysOfArray(keyed, parent, above);
      const found: Json | undefined = candidates
        ? here.find((element: Json) => candidates.some(by => keyOf(element, [by]) && keyName(element, by) === part))
        : undefined;
      here = found ?? (/^\d+$/.test(part) ? here[Number(part)] : undefined);
    } else {
      here = property(here, part);
    }
    parent = above;
    above = part;
  }
  return here;
}

export interface PathChange {
  readonly path: Path;
  /** Left out where there was nothing before. */
  readonly old?: Json;
  /** Left out where there is nothing any more. */
  readonly new?: Json;
}

/** The leaves in which two documents differ, keyed arrays by their keys, other arrays as a whole. */
export function differences(before: Json | undefined, after: Json | undefined, keyed: KeyedArrays): PathChange[] {
  const found: PathChange[] = [];
  walk(before, after, '', '', '', keyed, found);
  return found;
}

function walk(
  before: Json | undefined,
  after: Json | undefined,
  path: Path,
  parent: string,
  name: string,
  keyed: KeyedArrays,
  found: PathChange[],
): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) {
    for (const key of keysOf(before, after)) {
      const [left, right] = [property(before, key), property(after, key)];
      if (left === right) continue;
      walk(left, right, `${path}/${segment(key)}`, name, key, keyed, found);
    }
    return;
  }
  if (isArray(before) && isArray(after)) {
    const left = elementsByKey(before, keysOfArray(keyed, parent, name));
    const right = elementsByKey(after, keysOfArray(keyed, parent, name));
    if (left && right) {
      for (const key of new Set([...left.keys(), ...right.keys()])) {
        const [one, other] = [left.get(key), right.get(key)];
        if (sameJson(one, other)) continue;
        walk(one, other, `${path}/${segment(key)}`, name, key, keyed, found);
      }
      return;
    }
    if (before.length === after.length) {
      const inner: PathChange[] = [];
      before.forEach((element, i) => {
        walk(element, after[i], `${path}/${i}`, name, String(i), keyed, inner);
      });
      if (inner.length > 0) found.push({ path, old: before, new: after });
      return;
    }
  }
  found.push({
    path,
    ...(before === undefined ? {} : { old: before }),
    ...(after === undefined ? {} : { new: after }),
  });
}

/** The keys of both, those of the first in its order before those that only the second has. */
function keysOf(before: JsonObject, after: JsonObject): readonly string[] {
  const keys = Object.keys(before);
  return [...keys, ...Object.keys(after).filter(key => !Object.hasOwn(before, key))];
}

/** Undefined when an element has no key or two share one: then the array has to be taken as a whole. */
function elementsByKey(
  elements: readonly Json[],
  candidates: readonly (readonly string[])[] | undefined,
): Map<string, Json> | undefined {
  if (!candidates) return undefined;
  const byKey = new Map<string, Json>();
  for (const element of elements) {
    const by = keyOf(element, candidates);
    if (!by) return undefined;
    const name = keyName(element, by);
    if (byKey.has(name)) return undefined;
    byKey.set(name, element);
  }
  return byKey;
}
