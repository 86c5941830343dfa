/** What a list should answer, worked out in the plainest way from all entities as a client sees them. */
import type { Condition, Pair, Question, Relation, SortKey } from './question.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
export type Entity = { readonly [name: string]: Value };

/** In order, each as it is shown. */
export function answerTo({ pairs, filter, sort, fields }: Question, all: readonly Entity[]): readonly Entity[] {
  const found = all.filter(
    entity =>
      pairs.every(alternatives => alternatives.some(pair => isMet(pair, entity))) &&
      (filter === undefined || isSo(filter, entity, true)),
  );
  const keyed = found.map((entity, nth) => ({ entity, nth, keys: sort.map(({ path }) => keyOf(entity, path)) }));
  keyed.sort((a, b) => byKeys(a.keys, b.keys, sort) || a.nth - b.nth);
  return keyed.map(({ entity }) => (fields ? shownOf(entity, fields) : entity));
}

const always = ['id', 'href', '@type', '@baseType', '@schemaLocation'];

function shownOf(entity: Entity, fields: readonly string[]): Entity {
  return Object.fromEntries(Object.entries(entity).filter(([name]) => always.includes(name) || fields.includes(name)));
}

function isMet({ path, relation, values }: Pair, entity: Entity): boolean {
  const leaves = path.join() === '@type' ? typesOf(entity) : reached(entity, path).flatMap(leavesOf);
  return leaves.some(leaf => values.some(value => relates(leaf, relation, value)));
}

function isSo(condition: Condition, value: Value, isRoot: boolean): boolean {
  switch (condition.is) {
    case 'all':
      return condition.of.every(each => isSo(each, value, isRoot));
    case 'any':
      return condition.of.some(each => isSo(each, value, isRoot));
    case 'not':
      return !isSo(condition.of, value, isRoot);
    case 'exists':
      return reached(value, condition.path).length > 0;
    case 'element':
      return reached(value, condition.path).some(found =>
        (Array.isArray(found) ? found : [found]).some(each => isSo(condition.of, each, false)),
      );
    case 'compare': {
      const { path, relation, to } = condition;
      const isType = isRoot && path.join() === '@type';
      const leaves = isType ? typesOf(value as Entity) : reached(value, path).flatMap(leavesOf);
      const is = leaves.some(leaf => relates(leaf, relation === 'ne' ? 'eq' : relation, String(to)));
      return relation === 'ne' ? !is : is;
    }
  }
}

/** All values at a path; through arrays into each element. */
function reached(value: Value, path: readonly string[]): Value[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap(each => reached(each, path));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  const member = (value as Entity)[name];
  return member === undefined ? [] : reached(member, rest);
}

function leavesOf(value: Value): Value[] {
  return Array.isArray(value) ? value.flatMap(leavesOf) : [value];
}

function typesOf(entity: Entity): Value[] {
  const bases: Record<string, string[]> = {
    SoftwareResource: ['LogicalResource'],
    ResourceFunction: ['LogicalResource'],
  };
  const named = [entity['@type'], entity['@baseType']].filter(each => typeof each === 'string');
  const root = String(entity.href).includes('serviceInventory') ? 'Service' : 'Resource';
  return [root, ...named, ...named.flatMap(each => bases[each] ?? [])];
}

const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function relates(leaf: Value, relation: Relation, text: string): boolean {
  if (relation === 'regex') {
    return (typeof leaf === 'string' || typeof leaf === 'number') && new RegExp(text, 'u').test(String(leaf));
  }
  if (typeof leaf === 'boolean') return relation === 'eq' && String(leaf) === text;
  if (typeof leaf === 'number') return text.trim() !== '' && stands(leaf, Number(text), relation);
  if (typeof leaf !== 'string') return false;
  if (isDate.test(leaf) && isDate.test(text)) return stands(Date.parse(leaf), Date.parse(text), relation);
  return stands(leaf, text, relation);
}

function stands<T extends number | string>(a: T, b: T, relation: Relation): boolean {
  if (relation === 'eq') return a === b;
  if (relation === 'gt') return a > b;
  if (relation === 'gte') return a >= b;
  if (relation === 'lt') return a < b;
  return a <= b;
}

/** The first leaf, in the order of the document; null is none. */
function keyOf(entity: Entity, path: readonly string[]): Value | undefined {
  return reached(entity, path)
    .flatMap(leavesOf)
    .find(leaf => leaf !== null && typeof leaf !== 'object');
}

function byKeys(
  a: readonly (Value | undefined)[],
  b: readonly (Value | undefined)[],
  sort: readonly SortKey[],
): number {
  for (const [i, { descending }] of sort.entries()) {
    const [one, other] = [a[i], b[i]];
    if (one === undefined && other === undefined) continue;
    if (one === undefined) return 1;
    if (other === undefined) return -1;
    const order = byValue(one, other);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** Flags, then numbers, then dates, then texts. */
function byValue(a: Value, b: Value): number {
  const [x, y] = [rankOf(a), rankOf(b)];
  if (x !== y) return x - y;
  const [one, other] = [a, b].map(each => (rankOf(each) === 2 ? Date.parse(String(each)) : each));
  if (one === other) return 0;
  return (one ?? 0) < (other ?? 0) ? -1 : 1;
}

function rankOf(value: Value): number {
  if (typeof value === 'boolean') return 0;
  if (typeof value === 'number') return 1;
  return typeof value === 'string' && isDate.test(value) ? 2 : 3;
}
