/** `fields`: which attributes of an entity are shown, and of which elements of its arrays. */
import { AgentError } from '../../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { parseRoute } from '../filter/filter.ts';
import { isSo, type Predicate, type Step } from '../filter/predicate.ts';
import type { Asked } from './attribute.ts';

/**
 * Which attributes are shown; a nested projection selects inside objects and the elements of arrays. An empty one with
 * a condition shows those elements whole.
 */
export interface Projection extends ReadonlyMap<string, Projection | undefined> {
  readonly where?: Predicate | undefined;
}

class Tree extends Map<string, Tree | undefined> {
  where: Predicate | undefined;
  /** The condition as it was written. */
  text = '';
}

/** All names together; a text is searched for quotes and brackets. */
const MAX_LENGTH = 4_096;

/** Names of one `fields`; more than any entity has at its first level. */
const MAX_NAMES = 256;

/** Reads the value of `fields`. Throws `invalid` or `unsupported`. */
export function parseFields(text: string, asked?: Asked): Projection {
  const tree = new Tree();
  if (text.length > MAX_LENGTH) throw new AgentError('invalid', `fields takes up to ${MAX_LENGTH} characters`);
  const names = splitFields(text);
  if (names.length > MAX_NAMES) throw new AgentError('invalid', `fields takes up to ${MAX_NAMES} names`);
  for (const name of names) {
    if (name === '' || name === 'none') continue;
    if (/[[\]$(]/.test(name)) select(tree, selectable(parseRoute(name, asked, 'fields')), name);
    else select(tree, named(name.split('.')), name);
  }
  return tree;
}

/** Commas separate, except within brackets and quotes. */
function splitFields(text: string): string[] {
  const names = [''];
  let depth = 0;
  for (const [part] of text.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    if (part === '[') depth++;
    if (part === ']') depth--;
    if (part === ',' && depth <= 0) names.push('');
    else names.push((names.pop() ?? '') + part);
  }
  return names.map(name => name.trim());
}

interface Selected {
  readonly name: string;
  readonly where?: Extract<Step, { kind: 'where' }>;
}

function named(names: readonly string[]): Selected[] {
  const end = names.indexOf('');
  return (end < 0 ? names : names.slice(0, end)).map(name => ({ name }));
}

/** Names, each with one condition on its elements at most. */
function selectable(steps: readonly Step[]): Selected[] {
  const path: Selected[] = [];
  for (const step of steps) {
    const last = path.at(-1);
    if (step.kind === 'name') path.push({ name: step.name });
    else if (step.kind === 'where' && last && !last.where) path.push({ ...(path.pop() ?? last), where: step });
    else throw new AgentError('unsupported', 'fields takes names, and after a name one condition such as [?(@.a==1)]');
  }
  return path;
}

function select(tree: Tree, [first, ...rest]: readonly Selected[], written: string): void {
  if (!first) return;
  const known = tree.get(first.name);
  const text = first.where?.text ?? '';
  if (tree.has(first.name) && (known?.text ?? '') !== text) {
    throw new AgentError('invalid', `fields names ${first.name} with different conditions (${written}); say it once`);
  }
  if (rest.length === 0 && !first.where) {
    tree.set(first.name, undefined);
    return;
  }
  // Its elements are shown whole already.
  if (tree.has(first.name) && (known === undefined || known.size === 0)) return;
  const inner = known ?? new Tree();
  inner.where = first.where?.where;
  inner.text = text;
  if (rest.length === 0) inner.clear();
  else select(inner, rest, written);
  tree.set(first.name, inner);
}

const always: ReadonlySet<string> = new Set(['id', 'href', '@type', '@baseType', '@schemaLocation']);

/** The entity with the selected attributes only; what identifies it is always there. */
export function project(entity: JsonObject, fields: Projection | undefined): JsonObject {
  return fields === undefined ? entity : projectObject(entity, fields, always);
}

const alwaysInside: ReadonlySet<string> = new Set(['@type']);

function projectObject(value: JsonObject, fields: Projection, kept: ReadonlySet<string>): JsonObject {
  const result: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (!fields.has(name)) {
      if (kept.has(name)) result.push([name, member]);
      continue;
    }
    const inner = fields.get(name);
    const shown = inner === undefined ? member : projectInside(member, inner);
    if (shown !== undefined) result.push([name, shown]);
  }
  return Object.fromEntries(result);
}

/** Undefined for a thing that stands alone and does not meet the condition. */
function projectInside(value: Json, fields: Projection): Json | undefined {
  const { where } = fields;
  if (isArray(value)) return value.flatMap(each => projectInside(each, fields) ?? []);
  if (where && !isSo(value, where)) return undefined;
  return isObject(value) && fields.size > 0 ? projectObject(value, fields, alwaysInside) : value;
}
