/** Documents with every attribute that a type has, made from its comparator, and every place in them that can change. */
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { keyOf, segment } from '../../src/core/path.ts';
import type { Comparator, Property } from '../../src/tmf/comparators/comparator.ts';
import { characteristicType } from '../../src/tmf/shape.ts';

/** A value of each type that a characteristic may have. */
const values: readonly Json[] = [
  'text',
  true,
  7,
  7.5,
  { deep: { er: 1 }, list: [{ x: 1 }, { x: 2 }], note: ['by chance', 'of that name'] },
  ['a', 'b'],
  [true, false],
  [1, 2],
  [1.5, 2],
  [{ a: 1 }, { a: 2 }],
  ['mixed', 1],
];

/** Services and resources have as many attributes; of them one is enough, and none inside another that is inside one. */
const LARGE = 20;

/** As many documents as it takes to have each of the things that may stand in one place. */
export function filled(comparator: Comparator): readonly JsonObject[] {
  const choices = [...comparator.properties.values()].map(({ many, of }) => (many ? 1 : of.length));
  return Array.from({ length: Math.max(1, ...choices) }, (_, nth) => new Filling(nth).object(comparator, [])).flatMap(
    inParts,
  );
}

/** More than this does not fit one expectation. */
const VALUES = 1_500;

/** The members of a large document in several, each with some of them. */
function inParts(document: JsonObject): readonly JsonObject[] {
  const parts: [string, Json][][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const member of Object.entries(document)) {
    const values = valuesIn(member[1]);
    if (size + values > VALUES) {
      parts.push([]);
      size = 0;
    }
    size += values;
    parts.at(-1)?.push(member);
  }
  return parts.map(part => Object.fromEntries(part));
}

function valuesIn(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + valuesIn(each), 1);
}

class Filling {
  readonly #nth: number;
  #count = 0;

  constructor(nth: number) {
    this.#nth = nth;
  }

  /** What stands in itself, or deeper than another of its kind, has only what is no object. */
  object(comparator: Comparator, within: readonly Comparator[]): JsonObject {
    const members = [...comparator.properties].flatMap(([name, property]): [string, Json][] => {
      const value = this.#property(name, property, [...within, comparator]);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(members);
  }

  #property(name: string, property: Property, within: readonly Comparator[]): Json | undefined {
    const { reads, many, of } = property;
    if (reads === 'data') return `${name} ${this.#count++}`;
    if (reads === 'literal') {
      const value = this.#literal(name, property);
      return many ? [value, another(value, property)] : value;
    }
    const isInLarge = within.slice(1).some(each => each.properties.size >= LARGE);
    const open = of.filter(each => !within.includes(each) && within.length < (isInLarge ? 3 : 5));
    const fitting = within.length > 1 ? open.filter(each => each.properties.size < LARGE) : open;
    if (!many) {
      const one = fitting[this.#nth % Math.max(1, fitting.length)];
      return one && this.object(one, within);
    }
    if (fitting.length === 0) return undefined;
    return fitting.flatMap(each => this.#elements(each, within));
  }

  #elements(comparator: Comparator, within: readonly Comparator[]): JsonObject[] {
    const element = (): JsonObject => this.object(comparator, within);
    if (comparator.properties.size >= LARGE) return [element()];
    if (comparator.type !== 'Characteristic') return [element(), element()];
    const some = within.length === 1 ? values : values.slice(0, 1);
    return some.map(value => ({ ...element(), value, '@type': characteristicType(value) }));
  }

  #literal(name: string, { attribute }: Property): string | number | boolean {
    this.#count++;
    switch (attribute.is) {
      case 'flag':
        return this.#count % 2 === 0;
      case 'integer':
      case 'number':
        return attribute.from ?? this.#count;
      case 'date':
        return new Date(Date.UTC(2026, 0, 1) + this.#count * 60_000).toISOString();
      case 'word':
        return attribute.words?.[0] ?? '';
      case 'text':
      case 'object':
      case 'any':
        return `${name} ${this.#count}`;
    }
  }
}

/** Another value of the same type. */
export function another(value: Json, property?: Property): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  const { words } = property?.attribute ?? {};
  if (words) return words.find(word => word !== value) ?? '';
  if (/^\d{4}-\d\d-\d\dT/.test(String(value))) return new Date(Date.parse(String(value)) + 1000).toISOString();
  return `${String(value)} otherwise`;
}

/** A place in a document: what it is like when it has changed, and what is outstanding then. */
export interface Change {
  /** The property of the comparator that it is in, for whoever counts. */
  readonly of: readonly [Comparator | undefined, string];
  readonly what: string;
  readonly actual: JsonObject;
  readonly residual: Json;
  readonly path: string;
}

interface Around {
  /** The document with something else here; undefined: with nothing. */
  readonly actual: (value: Json | undefined) => JsonObject;
  /** What is outstanding when this is outstanding here. */
  readonly residual: (rest: Json) => Json;
  readonly path: string;
}

/** Every place in turn, removed and changed to another value of its type. */
export function* changes(document: JsonObject, comparator: Comparator): Iterable<Change> {
  yield* inObject(document, comparator, {
    actual: value => (isObject(value) ? value : {}),
    residual: rest => rest,
    path: '',
  });
}

function* inObject(value: JsonObject, comparator: Comparator | undefined, around: Around): Iterable<Change> {
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _, ...others } = value;
    const property = comparator?.properties.get(name);
    const here: Around = {
      actual: each => around.actual(each === undefined ? others : { ...value, [name]: each }),
      residual: rest => around.residual({ [name]: rest }),
      path: `${around.path}/${segment(name)}`,
    };
    for (const change of inMember(member, property, here)) {
      yield comparator ? { ...change, of: change.of[0] ? change.of : [comparator, name] } : change;
    }
  }
}

function* inMember(value: Json, property: Property | undefined, around: Around): Iterable<Change> {
  const told = { of: [undefined, ''] as const, path: around.path, residual: around.residual(value) };
  yield { ...told, what: 'removed', actual: around.actual(undefined) };
  if (isArray(value)) {
    const keys = property?.reads === 'object' ? property.of.flatMap(each => each.keys ?? []) : [];
    for (const [i, element] of value.entries()) {
      if (keys.length > 0 && isObject(element)) yield* inItem(value, element, i, property?.of ?? [], keys, around);
      else yield* inElement(value, element, i, around);
    }
  } else if (isObject(value)) {
    yield* inObject(value, comparatorFor(value, property?.of ?? []), around);
  } else {
    yield { ...told, what: 'changed', actual: around.actual(another(value, property)) };
  }
}

function* inElement(value: readonly Json[], element: Json, i: number, around: Around): Iterable<Change> {
  const inner = inMember(element, undefined, {
    actual: each => around.actual(each === undefined ? undefined : value.with(i, each)),
    residual: rest => around.residual(value.map((_, at) => (at === i ? rest : null))),
    path: `${around.path}/${i}`,
  });
  // Without an element the others move up, and that is more than one place.
  for (const change of inner) if (change.path !== `${around.path}/${i}` || change.what === 'changed') yield change;
}

/** In an item of a keyed array: what names it stands beside whatever else is outstanding of it. */
function* inItem(
  value: readonly Json[],
  item: JsonObject,
  i: number,
  of: readonly Comparator[],
  keys: readonly (readonly string[])[],
  around: Around,
): Iterable<Change> {
  const by = keyOf(item, keys) ?? [];
  const path = `${around.path}/${segment(by.map(part => String(valueAt(item, part.split('/')))).join(','))}`;
  const bare = by.reduce<JsonObject>((key, part) => withKey(key, item, part.split('/')), {});
  const here: Around = {
    actual: each => around.actual(each === undefined ? value.toSpliced(i, 1) : value.with(i, each)),
    residual: rest => around.residual([merged(bare, rest)]),
    path,
  };
  const missing = { path, residual: around.residual([item]) };
  yield { ...missing, of: [undefined, ''], what: 'removed', actual: here.actual(undefined) };
  const isOfKey = (change: Change): boolean =>
    by.some(part => {
      const key = `${path}/${part.split('/').map(segment).join('/')}`;
      return change.path === key || (change.what === 'removed' && key.startsWith(`${change.path}/`));
    });
  for (const change of inObject(item, comparatorFor(item, of), here)) {
    // Without its key it is another element, and the item is missing as a whole.
    yield isOfKey(change) ? { ...change, ...missing } : change;
  }
}

/** The one that names most of it. */
function comparatorFor(value: JsonObject, of: readonly Comparator[]): Comparator | undefined {
  const names = Object.keys(value);
  return [...of].sort((a, b) => named(b) - named(a))[0];
  function named({ properties }: Comparator): number {
    return names.filter(name => properties.has(name)).length - properties.size / 1_000;
  }
}

function valueAt(value: Json | undefined, [name, ...more]: readonly string[]): Json | undefined {
  return name === undefined ? value : valueAt(isObject(value) ? value[name] : undefined, more);
}

function withKey(into: JsonObject, item: JsonObject, path: readonly string[]): JsonObject {
  const [name = '', ...more] = path;
  const value = valueAt(item, [name]);
  if (value === undefined) return into;
  if (more.length === 0) return { ...into, [name]: value };
  const inner = into[name];
  return { ...into, [name]: isObject(value) ? withKey(isObject(inner) ? inner : {}, value, more) : value };
}

function merged(under: Json, over: Json): Json {
  if (!isObject(under) || !isObject(over)) return over;
  const names = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const [below, above] = [under[name], over[name]];
      return [name, below !== undefined && above !== undefined ? merged(below, above) : (above ?? below ?? null)];
    }),
  );
}
