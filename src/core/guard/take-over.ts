/** An expectation after something was decided about what somebody else changed: it speaks of it no more, or wants it so. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import { at, type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segment, segments } from '../path.ts';
import { asExpected, placed } from '../refinement.ts';

/** With what is observed there as what is expected; undefined where no single place says what is expected at the path. */
export function managed(expect: Json, path: Path, document: Json | undefined, keyed: KeyedArrays): Json | undefined {
  const missing = missingItem(document, path, keyed);
  if (!missing) return placed(expect, path, asExpected(at(document, path, keyed)), keyed);
  const left = adopted(expect, missing.item, keyed);
  if (left === undefined) return undefined;
  const none = segments(missing.array).reduceRight<Json>((inner, name) => ({ [name]: inner }), {
    $noneOf: [[missing.named]],
  });
  return isObject(left) && Object.keys(left).length === 0 ? none : { $allOf: [left, none] };
}

/** The first on the way whose array has no such item: that can be said of the array alone. */
function missingItem(
  document: Json | undefined,
  path: Path,
  keyed: KeyedArrays,
): { readonly array: Path; readonly item: Path; readonly named: JsonObject } | undefined {
  const names = segments(path);
  for (const [i, name] of names.entries()) {
    const array = names.slice(0, i).map(segment);
    const [by] = keysOfArray(keyed, names[i - 2] ?? '', names[i - 1] ?? '') ?? [];
    const key = by?.length === 1 ? by[0] : undefined;
    if (key === undefined || key.includes('/')) continue;
    const [above, item] = [array, [...array, segment(name)]].map(each => each.map(part => `/${part}`).join(''));
    if (above === undefined || item === undefined || at(document, item, keyed) !== undefined) continue;
    return { array: above, item, named: { [key]: name } };
  }
  return undefined;
}

/** Without what it says of a path; undefined where an operator speaks of that and more in one. */
export function adopted(expect: Json, path: Path, keyed: KeyedArrays): Json | undefined {
  const left = without({ source: expect, names: segments(path), parent: '', name: '' }, keyed);
  if (left === 'nothing') return {};
  return left === 'nowhere' ? undefined : left;
}

interface Here {
  readonly source: Json;
  readonly names: readonly string[];
  /** The last two names on the way. */
  readonly parent: string;
  readonly name: string;
}

/** `nothing`: nothing is left of it; `nowhere`: the path does not lead into it. */
type Left = Json | 'nothing' | 'nowhere';

function without({ source, names, parent, name }: Here, keyed: KeyedArrays): Left {
  const [next, ...more] = names;
  if (next === undefined) return 'nothing';
  const inside = (inner: Json): Left => without({ source: inner, names: more, parent: name, name: next }, keyed);
  const same = (inner: Json): Left => without({ source: inner, names, parent, name }, keyed);
  if (isArray(source)) {
    const candidates = keysOfArray(keyed, parent, name);
    if (!candidates) return 'nowhere';
    const keyIn = (item: Json): readonly string[] | undefined =>
      candidates.find(by => keyOf(item, [by]) && keyName(item, by) === next);
    return each(source, item => {
      const by = keyIn(item);
      if (!by) return 'nowhere';
      const left = inside(item);
      return left === 'nothing' || left === 'nowhere' || hasMoreThan(left, by) ? left : 'nothing';
    });
  }
  if (!isObject(source)) return 'nowhere';
  const all = property(source, '$allOf');
  if (isArray(all)) return wrapped('$allOf', each(all, same));
  const map = property(source, '$map');
  if (isObject(map)) return wrapped('$map', inObject(map, next, inside));
  const array = property(source, '$keyed');
  const items = property(array, 'items');
  const by = property(array, 'by');
  if (isObject(array) && isArray(items) && isArray(by)) {
    const keys = by.filter(one => typeof one === 'string');
    const left = each(items, item => {
      if (keyName(item, keys) !== next) return 'nowhere';
      const inner = inside(item);
      return inner === 'nothing' || inner === 'nowhere' || hasMoreThan(inner, keys) ? inner : 'nothing';
    });
    return left === 'nothing' || left === 'nowhere' ? left : { $keyed: { ...array, items: left } };
  }
  return Object.keys(source).some(key => key.startsWith('$')) ? 'nowhere' : inObject(source, next, inside);
}

/** Every element that the path leads into, without it. */
function each(source: readonly Json[], inner: (item: Json) => Left): Left {
  const left = source.map(item => [item, inner(item)] as const);
  if (left.every(([, one]) => one === 'nowhere')) return 'nowhere';
  const kept = left.flatMap(([item, one]) => (one === 'nothing' ? [] : [one === 'nowhere' ? item : one]));
  return kept.length === 0 ? 'nothing' : kept;
}

function inObject(source: { readonly [key: string]: Json }, key: string, inside: (inner: Json) => Left): Left {
  const before = property(source, key);
  const after = before === undefined ? 'nowhere' : inside(before);
  if (after === 'nowhere') return after;
  const kept = Object.entries(source).flatMap(([name, value]): [string, Json][] =>
    name !== key ? [[name, value]] : after === 'nothing' ? [] : [[name, after]],
  );
  return kept.length === 0 ? 'nothing' : Object.fromEntries(kept);
}

function wrapped(op: string, inner: Left): Left {
  return inner === 'nothing' || inner === 'nowhere' ? inner : { [op]: inner };
}

/** Whether an element says more than which one it is. */
function hasMoreThan(item: Json, by: readonly string[]): boolean {
  const keys = new Set(by.map(part => part.split('/')[0]));
  return !isObject(item) || Object.keys(item).some(key => !keys.has(key));
}
