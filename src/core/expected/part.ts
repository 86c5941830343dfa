/** The part of an expectation that speaks of one path. */
import { isArray, isObject, type Json, property } from '../json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from '../path.ts';

/** Undefined where the expectation says nothing. Sees through `$keyed`, `$map`, `$literal`, `$eq` and keyed arrays. */
export function expectedAt(expected: Json, path: Path, keyed: KeyedArrays): Json | undefined {
  let here: Json | undefined = expected;
  /** `$literal` or `$eq` once inside one: the part needs it to be read as it was meant. */
  let verbatim: string | undefined;
  let parent = '';
  let above = '';
  for (const name of segments(path)) {
    if (!verbatim) {
      verbatim = ['$literal', '$eq'].find(op => property(here, op) !== undefined);
      here = verbatim ? property(here, verbatim) : (property(here, '$map') ?? here);
    }
    here = partAt(here, name, verbatim ? undefined : keysOfArray(keyed, parent, above));
    parent = above;
    above = name;
  }
  if (here === undefined || here === null) return undefined;
  return verbatim ? { [verbatim]: here } : here;
}

function partAt(
  here: Json | undefined,
  name: string,
  candidates: readonly (readonly string[])[] | undefined,
): Json | undefined {
  const items = property(property(here, '$keyed'), 'items');
  if (isArray(items)) {
    const by = property(property(here, '$keyed'), 'by');
    return named(items, name, isArray(by) ? [by.filter(each => typeof each === 'string')] : []);
  }
  if (isArray(here)) {
    if (candidates) return named(here, name, candidates);
    return /^\d+$/.test(name) ? here[Number(name)] : undefined;
  }
  return isObject(here) ? property(here, name) : undefined;
}

function named(items: readonly Json[], name: string, candidates: readonly (readonly string[])[]): Json | undefined {
  return items.find(item => candidates.some(by => keyOf(item, [by]) && keyName(item, by) === name));
}
