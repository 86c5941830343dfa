/** What the path of an operation means in a document: one place by JSON pointer, or all that a question finds. */
import { isArray, isObject, type Json, property } from '../../core/json.ts';
import { parseRoute } from '../filter/filter.ts';
import { isSo, type Step } from '../filter/predicate.ts';
import type { Asked } from '../query/attribute.ts';
import { anyLeaf, type Condition, readCondition } from '../query/conditions.ts';
import type { Location } from './place.ts';

export interface Target {
  readonly location: Location;
  /** Found by a condition on the elements of an array: an object put there is merged into what it is. */
  readonly chosen: boolean;
}

/** Finds the places a path names; `fail` takes the sentence when it names none. */
export type Locate = (document: Json, path: string, fail: (why: string) => never) => readonly Target[];

/** Deeper than any document. */
const MAX_TOKENS = 64;

/** RFC 6901, and the form of the official examples that leaves out the slash in front. */
export const byPointer: Locate = (_document, path, fail) => [{ location: tokensOf(path, fail), chosen: false }];

function tokensOf(pointer: string, fail: (why: string) => never): Location {
  if (pointer === '') return [];
  const tokens = (pointer.startsWith('/') ? pointer.slice(1) : pointer).split('/');
  if (tokens.length > MAX_TOKENS) return fail(`a path has up to ${MAX_TOKENS} parts`);
  return tokens.map(token => {
    if (/~(?![01])/.test(token)) fail('"~" stands only before 0 or 1 in a JSON pointer');
    return token.replaceAll('~1', '/').replaceAll('~0', '~');
  });
}

/** Both grammars of json-patch-query: a pointer with conditions after a `?`, or JSONPath. */
export function byQuery(asked: Asked | undefined): Locate {
  return (document, path, fail) => {
    const isRoute = /^\s*[$.]/.test(path) || /^[^/?][^?]*\[/.test(path) || path.startsWith('[');
    const found = isRoute ? byRoute(document, path, asked, fail) : byConditions(document, path, asked, fail);
    return found.length === 0 ? fail('nothing in the entity is so') : found;
  };
}

function byRoute(
  document: Json,
  path: string,
  asked: Asked | undefined,
  fail: (why: string) => never,
): readonly Target[] {
  const steps = parseRoute(path, asked, 'path');
  const found: Target[] = [];
  const walk = (value: Json, i: number, location: Location, chosen: boolean): void => {
    const step = steps[i];
    if (step === undefined) found.push({ location, chosen });
    else if (step.kind === 'name') {
      if (isArray(value))
        fail(`say which element of ${location.join('.')} is meant, by a condition such as [?(@.id==1)]`);
      const member = property(value, step.name);
      if (member !== undefined) walk(member, i + 1, [...location, step.name], false);
      else if (i === steps.length - 1 && isObject(value))
        found.push({ location: [...location, step.name], chosen: false });
    } else if (isArray(value)) {
      for (const at of chosenBy(value, step)) {
        walk(value[at] ?? null, i + 1, [...location, String(at)], step.kind !== 'index');
      }
    } else if (step.kind === 'each' || (step.kind === 'where' && isSo(value, step.where))) {
      // What stands alone is an array of one.
      walk(value, i + 1, location, true);
    }
  };
  walk(document, 0, [], false);
  return found;
}

function chosenBy(elements: readonly Json[], step: Exclude<Step, { kind: 'name' }>): readonly number[] {
  const all = [...elements.keys()];
  switch (step.kind) {
    case 'index':
      return all.slice(step.at, step.at === -1 ? undefined : step.at + 1);
    case 'each':
      return all;
    case 'where':
      return all.filter(at => isSo(elements[at] ?? null, step.where));
  }
}

function byConditions(
  document: Json,
  path: string,
  asked: Asked | undefined,
  fail: (why: string) => never,
): readonly Target[] {
  const mark = path.indexOf('?');
  const tokens = tokensOf(mark < 0 ? path : path.slice(0, mark), fail);
  const pairs = mark < 0 ? [] : path.slice(mark + 1).split('&');
  const conditions = pairs.filter(pair => pair !== '').map(pair => readCondition(pair, asked));
  const used = new Set<Condition>();
  const found: Target[] = [];
  const walk = (value: Json, i: number, location: Location, names: readonly string[], chosen: boolean): void => {
    const here = isArray(value) && !chosen ? conditions.flatMap(each => belowArray(each, names) ?? []) : [];
    const token = tokens[i];
    if (isArray(value) && here.length > 0) {
      for (const { condition } of here) used.add(condition);
      for (const [at, element] of value.entries()) {
        const isMeant = here.every(({ condition, path }) => anyLeaf(element, path, 0, condition));
        if (isMeant) walk(element, i, [...location, String(at)], names, true);
      }
    } else if (token === undefined) found.push({ location, chosen });
    else if (isArray(value)) {
      if (!/^(-|\d+)$/.test(token)) fail(`say which element of ${names.join('.')} is meant: ?${names.join('.')}.id=1`);
      const element = /^\d+$/.test(token) ? value[Number(token)] : undefined;
      if (element !== undefined) walk(element, i + 1, [...location, token], names, false);
      else if (i === tokens.length - 1) found.push({ location: [...location, token], chosen: false });
    } else {
      const member = property(value, token);
      if (member !== undefined) walk(member, i + 1, [...location, token], [...names, token], false);
      else if (i === tokens.length - 1) found.push({ location: [...location, token], chosen: false });
    }
  };
  walk(document, 0, [], [], false);
  const spare = conditions.find(each => !used.has(each));
  if (spare)
    fail(`${spare.path.join('.')} is not in an array on the way; name it from there, as in /note/text?note.id=1`);
  return found;
}

/** The rest of a condition's path inside the elements of the array with these names; its last name alone will do. */
function belowArray(
  condition: Condition,
  names: readonly string[],
): { readonly condition: Condition; readonly path: readonly string[] } | undefined {
  const { path } = condition;
  const last = names.at(-1);
  if (last === undefined) return undefined;
  if (names.every((name, i) => path[i] === name)) return { condition, path: path.slice(names.length) };
  return path[0] === last ? { condition, path: path.slice(1) } : undefined;
}
