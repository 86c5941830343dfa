/** Makes questions at random, mostly such as have an answer, and writes each in one of the many ways there are. */
import type { Chance } from '../chance.ts';
import { texts } from './inventory.ts';
import type { Entity, Value } from './model.ts';
import type { Condition, Pair, Question, Relation, SortKey } from './question.ts';

const patterns = ['^a', 'eth\\d+$', 'o', '^$', '[a-c,]', '(al|be)', '^SN\\d$', '&', '-1', 'ü'];
const otherDates = ['2024-02-01T02:00:00+02:00', '2024-01-01T04:59:59Z', '2030-01-01T00:00:00Z'];
const isDate = /^\d{4}-\d\d-\d\dT/;

interface Leaf {
  readonly path: readonly string[];
  readonly value: string | number | boolean;
}

export function question(chance: Chance, all: readonly Entity[]): Question {
  const pairs: Pair[][] = [];
  const taken = new Set<string>();
  for (let left = chance.pick([0, 1, 1, 1, 2, 3]) ?? 0; left > 0; left--) {
    const group = Array.from({ length: chance.happens(0.2) ? 2 : 1 }, () => pair(chance, all));
    // The same name with the same relation again would be an alternative to the first.
    const names = group.map(({ path, relation }) => `${path.join('.')} ${relation}`);
    if (names.some(name => taken.has(name))) continue;
    for (const name of names) taken.add(name);
    pairs.push(group);
  }
  return {
    pairs,
    filter: chance.happens(0.5) ? rootCondition(chance, all) : undefined,
    sort: chance.happens(0.5) ? sortKeys(chance, all) : [],
    fields: chance.happens(0.3) ? fieldNames(chance, all) : undefined,
  };
}

function pair(chance: Chance, all: readonly Entity[]): Pair {
  const { path, value } = anyLeaf(chance, all);
  const relation = relationFor(chance, value);
  if (relation === 'regex') return { path, relation, values: [pick(chance, patterns)] };
  const count = chance.pick([1, 1, 1, 2, 3]) ?? 1;
  const values = Array.from({ length: count }, (_, i) => String(i === 0 ? value : alike(chance, value)));
  return { path, relation, values };
}

function rootCondition(chance: Chance, all: readonly Entity[]): Condition {
  const entity = pick(chance, all);
  const arrays = Object.entries(entity).filter(([, value]) => Array.isArray(value) && value.some(isObject));
  const array = chance.happens(0.4) ? chance.pick(arrays) : undefined;
  if (!array) return condition(chance, [entity, pick(chance, all)], 2);
  const [name, elements] = array;
  return { is: 'element', path: [name], of: condition(chance, (elements as Value[]).filter(isObject), 1) };
}

/** Of things such as these. */
function condition(chance: Chance, things: readonly Entity[], depth: number): Condition {
  const thing = pick(chance, things);
  if (depth > 0 && chance.happens(0.4)) {
    const of = [condition(chance, things, depth - 1), condition(chance, things, depth - 1)];
    return { is: chance.happens(0.5) ? 'all' : 'any', of };
  }
  if (depth > 0 && chance.happens(0.15)) return { is: 'not', of: condition(chance, things, depth - 1) };
  const arrays = Object.entries(thing).filter(([, value]) => Array.isArray(value) && value.some(isObject));
  const array = depth > 0 && chance.happens(0.3) ? chance.pick(arrays) : undefined;
  if (array) {
    const elements = (array[1] as Value[]).filter(isObject);
    return { is: 'element', path: [array[0]], of: condition(chance, elements, depth - 1) };
  }
  const leaf = chance.pick(leavesOf(thing)) ?? { path: ['@type'], value: 'Resource' };
  if (chance.happens(0.15)) return { is: 'exists', path: leaf.path.slice(0, chance.whole(1, leaf.path.length + 1)) };
  const relation = relationFor(chance, leaf.value);
  if (relation === 'regex') return { is: 'compare', path: leaf.path, relation, to: pick(chance, patterns) };
  const to = chance.happens(0.7) ? leaf.value : alike(chance, leaf.value);
  return { is: 'compare', path: leaf.path, relation: chance.happens(0.15) ? 'ne' : relation, to };
}

/** Flags are only equal or not; of anything else all can be asked. */
function relationFor(chance: Chance, value: Leaf['value']): Relation {
  if (typeof value === 'boolean') return 'eq';
  const relation = pick(chance, ['eq', 'eq', 'eq', 'eq', 'gt', 'gte', 'lt', 'lte', 'regex'] as const);
  return relation === 'regex' && typeof value === 'string' && isDate.test(value) ? 'eq' : relation;
}

function alike(chance: Chance, value: Leaf['value']): Leaf['value'] {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return pick(chance, [value + 1, value - 0.5, 5, -1]);
  return isDate.test(value) ? pick(chance, otherDates) : pick(chance, texts);
}

function sortKeys(chance: Chance, all: readonly Entity[]): SortKey[] {
  return Array.from({ length: chance.whole(1, 4) }, () => ({
    path: anyLeaf(chance, all).path,
    descending: chance.happens(0.5),
  }));
}

function fieldNames(chance: Chance, all: readonly Entity[]): string[] {
  const names = Object.keys(pick(chance, all));
  return Array.from({ length: chance.whole(1, 4) }, () => pick(chance, names));
}

function anyLeaf(chance: Chance, all: readonly Entity[]): Leaf {
  const leaves = leavesOf(pick(chance, all));
  const often = leaves.filter(({ path }) => indexedOften.has(path.join('.')));
  return (chance.happens(0.5) ? chance.pick(often) : undefined) ?? pick(chance, leaves);
}

/** What clients ask for most, so that it is asked here too. */
const indexedOften = new Set([
  'id',
  'name',
  'category',
  'state',
  'operatingStatus',
  'operationalState',
  'administrativeState',
  'serialNumber',
  '@type',
  'serviceSpecification.id',
  'resourceSpecification.id',
  'supportingResource.id',
  'relatedParty.id',
  'relatedParty.partyOrPartyRole.id',
  'place.id',
  'place.place.id',
]);

function leavesOf(value: Value, path: readonly string[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap(each => leavesOf(each, path));
  if (isObject(value)) return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...path, name]));
  return value === null || path.length === 0 ? [] : [{ path, value: value as Leaf['value'] }];
}

function isObject(value: Value): value is Entity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick<T>(chance: Chance, from: readonly T[]): T {
  const found = chance.pick(from);
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

// In an address

/** The parts of the query, to be joined by ampersands with those that page. */
export function written({ pairs, filter, sort, fields }: Question, chance: Chance): string[] {
  const parts = pairs.flatMap(group => writtenGroup(group, chance));
  if (filter) parts.push(`filter=${encodeURIComponent(writtenRoot(filter, chance))}`);
  if (sort.length > 0) {
    const keys = sort.map(
      ({ path, descending }) => `${descending ? '-' : pick(chance, ['', '+', '%2B'])}${path.join('.')}`,
    );
    parts.push(`sort=${keys.join(pick(chance, [',', '%2C']))}`);
  }
  if (fields) parts.push(`fields=${fields.join(',')}`);
  return parts;
}

function writtenGroup(group: readonly Pair[], chance: Chance): string[] {
  if (group.length > 1) return [group.map(each => writtenPair(each, chance)).join(';')];
  const [only] = group;
  if (!only) return [];
  // Alternatives by commas, by semicolons, or by saying it again.
  const alone = only.values.map(value => writtenPair({ ...only, values: [value] }, chance));
  const way = chance.whole(0, 3);
  return way === 0 ? [writtenPair(only, chance)] : way === 1 ? [alone.join(';')] : alone;
}

const ways: Record<Relation, readonly string[]> = {
  eq: ['=', '.eq=', '==', '%3D%3D'],
  gt: ['.gt=', '>', '%3E'],
  gte: ['.gte=', '>=', '%3E%3D', '%3E='],
  lt: ['.lt=', '<', '%3C'],
  lte: ['.lte=', '<=', '%3C%3D', '%3C='],
  regex: ['.regex=', '*=', '%3D~', '%2A='],
};

function writtenPair({ path, relation, values }: Pair, chance: Chance): string {
  const escaped = values.map(value => (relation === 'regex' ? value : value.replaceAll(/[\\,]/g, '\\$&')));
  const text = escaped.join(',');
  const encoded = encodeURIComponent(text);
  return `${path.join('.')}${pick(chance, ways[relation])}${chance.happens(0.5) ? encoded : encoded.replaceAll('%20', '+')}`;
}

function writtenRoot(condition: Condition, chance: Chance): string {
  const root = pick(chance, ['$.', '']);
  return condition.is === 'element'
    ? `${root}${condition.path.join('.')}[?(${writtenCondition(condition.of, chance)})]`
    : `$[?(${writtenCondition(condition, chance)})]`;
}

const signs: Record<Relation | 'ne', string> = {
  eq: '==',
  ne: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  regex: '=~',
};
const mirrored: Record<Relation | 'ne', string | undefined> = {
  eq: '==',
  ne: '!=',
  gt: '<',
  gte: '<=',
  lt: '>',
  lte: '>=',
  regex: undefined,
};

function writtenCondition(condition: Condition, chance: Chance): string {
  const space = pick(chance, ['', ' ']);
  switch (condition.is) {
    case 'all':
    case 'any': {
      const sign = condition.is === 'all' ? '&&' : '||';
      return condition.of.map(each => `(${writtenCondition(each, chance)})`).join(`${space}${sign}${space}`);
    }
    case 'not':
      return `!${space}(${writtenCondition(condition.of, chance)})`;
    case 'exists':
      return writtenPath(condition.path, chance);
    case 'element':
      return `${writtenPath(condition.path, chance)}[?(${writtenCondition(condition.of, chance)})]`;
    case 'compare': {
      const { path, relation, to } = condition;
      const left = writtenPath(path, chance);
      const right = relation === 'regex' ? writtenPattern(String(to), chance) : writtenLiteral(to, chance);
      const turned = mirrored[relation];
      return turned !== undefined && chance.happens(0.2)
        ? `${right}${space}${turned}${space}${left}`
        : `${left}${space}${signs[relation]}${space}${right}`;
    }
  }
}

function writtenPath(path: readonly string[], chance: Chance): string {
  const steps = path.map(name => (chance.happens(0.1) ? `[${writtenLiteral(name, chance)}]` : `.${name}`));
  return `@${steps.join('')}`;
}

function writtenLiteral(value: string | number | boolean, chance: Chance): string {
  if (typeof value !== 'string') return String(value);
  const quote = pick(chance, ["'", '"']);
  return quote + value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}

function writtenPattern(pattern: string, chance: Chance): string {
  return chance.happens(0.5) ? `/${pattern}/` : writtenLiteral(pattern, chance);
}
