/**
 * Refining: what is expected is said more closely, step by step, never wider: an alias becomes the id that it stood for,
 * one of several the one that was chosen, a default what was observed. What was laid stays and can be returned to.
 */
import type { Cause } from './change.ts';
import { AgentError } from './errors.ts';
import { type Reading, readExpected } from './expected.ts';
import type { Instant } from './ids.ts';
import { isArray, isObject, type Json, property } from './json.ts';
import { expectedAt } from './outstanding.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from './path.ts';
import { canHold, implied } from './standing/possible.ts';

export interface Refinement {
  readonly path: Path;
  /** What is expected there from now on, itself an expectation. */
  readonly to: Json;
  readonly cause: Cause;
  readonly at: Instant;
  readonly why?: string;
}

interface Refined {
  readonly expect: Json;
  readonly refinements?: readonly Refinement[];
}

const known = new WeakMap<Refined, Json>();

/** What is judged: what was laid, with each refinement in its place. */
export function refinedExpect(record: Refined, keyed: KeyedArrays): Json {
  if (!record.refinements) return record.expect;
  let found = known.get(record);
  if (found === undefined) {
    found = record.refinements.reduce<Json>(
      (before, { path, to }) => placed(before, path, to, keyed) ?? before,
      record.expect,
    );
    known.set(record, found);
  }
  return found;
}

/** Throws `invalid` with the pointer of what is wrong, `conflict` for what would be wider than what is expected now. */
export function checkRefinement(before: Json, path: Path, to: Json, reading: Pick<Reading, 'keyed' | 'unitOf'>): void {
  const { keyed } = reading;
  const part = expectedAt(before, path, keyed);
  const after = placed(before, path, to, keyed);
  if (after === undefined) {
    const sentence = `nothing is expected at ${path || 'the root'} that could be refined: refine what is expected, or a part of it`;
    throw new AgentError('invalid', sentence, { pointer: '/path' });
  }
  const refined = readWithin('/to', () => readExpected(to, { ...reading, at: path }));
  const claims = [{ steps: [], node: refined.node }];
  if (part !== undefined) {
    const was = readExpected(part, { ...reading, at: path, lenient: true });
    if (!implied(claims, was.node)) {
      const sentence = `${JSON.stringify(to)} does not surely meet what is expected at ${path || 'the root'}, ${JSON.stringify(part)}: a refinement says more, never less`;
      throw new AgentError('conflict', sentence, { pointer: '/to' });
    }
  }
  const whole = readWithin('/to', () => readExpected(after, reading));
  if (!canHold([{ steps: [], node: whole.node }])) {
    throw new AgentError('conflict', `no value could meet it with ${JSON.stringify(to)} at ${path || 'the root'}`, {
      pointer: '/to',
    });
  }
}

/** A value that was observed, as what is expected: whatever it holds is data. */
export function asExpected(observed: Json | undefined): Json {
  if (observed === undefined || observed === null) return { $absent: true };
  return isObject(observed) || isArray(observed) ? { $eq: observed } : observed;
}

/**
 * With something else at a path; undefined where the path leads nowhere: into what is not there, or into an operator
 * that speaks of the whole.
 */
export function placed(source: Json, path: Path, to: Json, keyed: KeyedArrays): Json | undefined {
  return at({ source, names: segments(path), parent: '', name: '' }, to, keyed);
}

interface Here {
  readonly source: Json;
  readonly names: readonly string[];
  /** The last two names on the way. */
  readonly parent: string;
  readonly name: string;
}

function at({ source, names, parent, name }: Here, to: Json, keyed: KeyedArrays): Json | undefined {
  const [next, ...more] = names;
  if (next === undefined) return to;
  const inside = (inner: Json): Json | undefined =>
    at({ source: inner, names: more, parent: name, name: next }, to, keyed);
  const member = (inner: Json): Json | undefined => at({ source: inner, names, parent, name }, to, keyed);
  if (isArray(source)) {
    const candidates = keysOfArray(keyed, parent, name);
    const isNext = (item: Json, i: number): boolean =>
      candidates?.every(by => !keyOf(item, [by])) === false
        ? candidates.some(by => keyOf(item, [by]) && keyName(item, by) === next)
        : String(i) === next;
    return firstOf(source, (item, i) => (isNext(item, i) ? inside(item) : undefined));
  }
  if (!isObject(source)) return undefined;
  const [all, map, array] = [property(source, '$allOf'), property(source, '$map'), property(source, '$keyed')];
  if (isArray(all)) return wrapped('$allOf', firstOf(all, member));
  if (isObject(map)) return wrapped('$map', inObject(map, next, inside));
  if (isObject(array)) {
    const [by, items] = [property(array, 'by'), property(array, 'items')];
    const names = isArray(by) ? by.filter(each => typeof each === 'string') : [];
    const found = isArray(items) && firstOf(items, item => (keyName(item, names) === next ? inside(item) : undefined));
    return found ? { $keyed: { ...array, items: found } } : undefined;
  }
  return Object.keys(source).some(key => key.startsWith('$')) ? undefined : inObject(source, next, inside);
}

function wrapped(op: string, inner: Json | undefined): Json | undefined {
  return inner === undefined ? undefined : { [op]: inner };
}

function inObject(
  source: { readonly [key: string]: Json },
  key: string,
  inside: (inner: Json) => Json | undefined,
): Json | undefined {
  const before = property(source, key);
  const after = before === undefined ? undefined : inside(before);
  if (after === undefined) return undefined;
  return Object.fromEntries(Object.entries(source).map(([each, value]) => [each, each === key ? after : value]));
}

/** The array with its first element that the change applies to changed. */
function firstOf(
  array: readonly Json[],
  change: (element: Json, index: number) => Json | undefined,
): readonly Json[] | undefined {
  for (const [i, element] of array.entries()) {
    const after = change(element, i);
    if (after !== undefined) return array.with(i, after);
  }
  return undefined;
}

function readWithin<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}
