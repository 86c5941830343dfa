/** The part of an expectation that speaks of one path. */
import { isArray, isObject, type Json, property } from '../json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from '../path.ts';

/**
 * Undefined where the expectation says nothing. Sees through `$allOf`, `$keyed`, `$map`, `$literal`, `$eq` and keyed
 * arrays; where several things are said of one path, the part is their `$allOf`.
 */
export function expectedAt(expected: Json, path: Path, keyed: KeyedArrays): Json | undefined {
  const parts = allExpectedAt(expected, path, keyed);
  return parts.length > 1 ? { $allOf: parts } : parts[0];
}

/** The same one by one: of all items of one key and of all members of `$allOf`. */
export function allExpectedAt(expected: Json, path: Path, keyed: KeyedArrays): readonly Json[] {
  let here: readonly Part[] = members({ source: expected, verbatim: undefined });
  let parent = '';
  let above = '';
  for (const name of segments(path)) {
    const candidates = keysOfArray(keyed, parent, above);
    here = here.flatMap(part => inside(part, name, candidates)).flatMap(members);
    parent = above;
    above = name;
  }
  return here
    .filter(({ source }) => source !== null)
    .map(({ source, verbatim }) => (verbatim === undefined ? source : { [verbatim]: source }));
}

interface Part {
  readonly source: Json;
  /** `$literal` or `$eq` once inside one: the part needs it to be read as it was meant. */
  readonly verbatim: string | undefined;
}

/** What `$allOf` holds, each for itself. */
function members(part: Part): readonly Part[] {
  const all = part.verbatim === undefined ? property(part.source, '$allOf') : undefined;
  return isArray(all) ? all.flatMap(source => members({ source, verbatim: undefined })) : [part];
}

function inside({ source, verbatim }: Part, name: string, candidates: Candidates | undefined): readonly Part[] {
  if (verbatim !== undefined) return partsAt(source, name, undefined).map(each => ({ source: each, verbatim }));
  const op = ['$literal', '$eq'].find(each => property(source, each) !== undefined);
  const parts =
    op === undefined
      ? partsAt(property(source, '$map') ?? source, name, candidates)
      : partsAt(property(source, op), name, undefined);
  return parts.map(each => ({ source: each, verbatim: op }));
}

type Candidates = readonly (readonly string[])[];

function partsAt(here: Json | undefined, name: string, candidates: Candidates | undefined): readonly Json[] {
  const items = property(property(here, '$keyed'), 'items');
  if (isArray(items)) {
    const by = property(property(here, '$keyed'), 'by');
    return named(items, name, isArray(by) ? [by.filter(each => typeof each === 'string')] : []);
  }
  if (isArray(here)) {
    const found = candidates ? named(here, name, candidates) : [];
    if (found.length > 0 || here.every(item => candidates && keyOf(item, candidates))) return found;
    return some(/^\d+$/.test(name) ? here[Number(name)] : undefined);
  }
  return some(isObject(here) ? property(here, name) : undefined);
}

function some(found: Json | undefined): readonly Json[] {
  return found === undefined ? [] : [found];
}

function named(items: readonly Json[], name: string, candidates: Candidates): readonly Json[] {
  return items.filter(item => candidates.some(by => keyOf(item, [by]) && keyName(item, by) === name));
}
