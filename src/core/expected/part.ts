/** The part of an expectation that speaks of one path. */
import { isArray, isObject, type Json, property } from '../json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from '../path.ts';

/**
 * Undefined where the expectation says nothing. Sees through `$keyed`, `$map`, `$literal`, `$eq` and keyed arrays. Of
 * several items with one key, the first.
 */
export function expectedAt(expected: Json, path: Path, keyed: KeyedArrays): Json | undefined {
  return allExpectedAt(expected, path, keyed)[0];
}

/** The same for all items of one key: whoever expects two things of one element writes it down twice. */
export function allExpectedAt(expected: Json, path: Path, keyed: KeyedArrays): readonly Json[] {
  let here: readonly Json[] = [expected];
  /** `$literal` or `$eq` once inside one: the part needs it to be read as it was meant. */
  let verbatim: string | undefined;
  let parent = '';
  let above = '';
  for (const name of segments(path)) {
    const candidates = keysOfArray(keyed, parent, above);
    here = here.flatMap(each => {
      if (verbatim) return partsAt(each, name, undefined);
      verbatim = ['$literal', '$eq'].find(op => property(each, op) !== undefined);
      if (verbatim) return partsAt(property(each, verbatim), name, undefined);
      return partsAt(property(each, '$map') ?? each, name, candidates);
    });
    parent = above;
    above = name;
  }
  const found = here.filter(each => each !== null);
  return verbatim ? found.map(each => ({ [verbatim ?? '$literal']: each })) : found;
}

function partsAt(
  here: Json | undefined,
  name: string,
  candidates: readonly (readonly string[])[] | undefined,
): readonly Json[] {
  const items = property(property(here, '$keyed'), 'items');
  if (isArray(items)) {
    const by = property(property(here, '$keyed'), 'by');
    return named(items, name, isArray(by) ? [by.filter(each => typeof each === 'string')] : []);
  }
  if (isArray(here)) {
    if (candidates) return named(here, name, candidates);
    return some(/^\d+$/.test(name) ? here[Number(name)] : undefined);
  }
  return some(isObject(here) ? property(here, name) : undefined);
}

function some(found: Json | undefined): readonly Json[] {
  return found === undefined ? [] : [found];
}

function named(items: readonly Json[], name: string, candidates: readonly (readonly string[])[]): readonly Json[] {
  return items.filter(item => candidates.some(by => keyOf(item, [by]) && keyName(item, by) === name));
}
