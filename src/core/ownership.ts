/** Who owns what of an instance, applied: what a driver saw and what a client wrote stand side by side in one document. */
import type { Instance, InstanceType } from './instance.ts';
import { characteristicArray } from './instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from './json.ts';
import { type Kind, ownerOf } from './kind.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, segment } from './path.ts';

/** What facts always say themselves, whether or not the kind lists it as observed. */
const factual = ['@type', '@baseType', '@schemaLocation', 'supportingResource', 'supportingService'];

/** What stands beside the value of a characteristic and is not on the element. */
const aboutTheValue: ReadonlySet<string> = new Set(['id', 'valueType', '@type', '@baseType', '@schemaLocation']);

/**
 * What a driver saw, laid over the document: observed attributes and driver-owned characteristics come from the facts
 * and go when the facts lack them; what is recorded stays.
 */
export function absorb(before: JsonObject | undefined, facts: JsonObject, kind: Kind, type: InstanceType): JsonObject {
  const array = characteristicArray[type];
  const result = new Map<string, Json>();
  for (const [name, value] of Object.entries(before ?? {})) {
    if (name !== array && !kind.observed.includes(name)) result.set(name, value);
  }
  for (const [name, value] of Object.entries(facts)) {
    if (name === array) continue;
    if (kind.observed.includes(name) || factual.includes(name) || !result.has(name)) result.set(name, value);
  }
  const characteristics = absorbCharacteristics(property(before, array), property(facts, array), kind);
  if (characteristics.length > 0) result.set(array, characteristics);
  return Object.fromEntries(result);
}

function absorbCharacteristics(before: Json | undefined, facts: Json | undefined, kind: Kind): readonly Json[] {
  const seen = isArray(facts) ? facts : [];
  const recorded = (isArray(before) ? before : []).filter(each => !isDriverOwned(kind, each));
  const known = new Set(recorded.map(each => property(each, 'name')));
  return [
    ...seen.filter(each => isDriverOwned(kind, each)),
    ...recorded,
    // What a driver tells of without owning it is only a first value.
    ...seen.filter(each => !isDriverOwned(kind, each) && !known.has(property(each, 'name'))),
  ];
}

function isDriverOwned(kind: Kind | undefined, characteristic: Json): boolean {
  const name = property(characteristic, 'name');
  return kind?.characteristic.some(each => each.name === name && each.owner === 'driver') ?? false;
}

export interface SplitWrite {
  /** What was there, with the recorded part of the change applied. */
  readonly document: JsonObject;
  /** What the client wants of the driver's part, as an expectation of what differs; absent when nothing does. */
  readonly expect?: JsonObject;
}

/**
 * A client's write, split by owner: the recorded part is applied, the driver's part cannot be made true by writing and
 * becomes an expectation. Elements of the driver's that an array leaves out are left alone; to be rid of one says
 * `$absent` in an expectation.
 */
export function splitWrite(
  before: Instance,
  after: JsonObject,
  kind: Kind | undefined,
  keyed: KeyedArrays,
): SplitWrite {
  const array = characteristicArray[before.type];
  const document = new Map<string, Json>();
  const expect = new Map<string, Json>();
  for (const name of new Set([...Object.keys(before.document), ...Object.keys(after)])) {
    const old = property(before.document, name);
    const wanted = property(after, name);
    if (name === array && before.observedBy !== undefined && kind) {
      const { recorded, expected } = splitCharacteristics(old, wanted, kind, keyed);
      if (recorded !== undefined) document.set(name, recorded);
      if (expected.length > 0) expect.set(name, expected);
    } else if (ownerOf(kind, before, `/${segment(name)}`) === 'driver') {
      if (old !== undefined) document.set(name, old);
      const different = wish(old, wanted, keyed, '', name);
      if (different !== undefined) expect.set(name, different);
    } else if (wanted !== undefined) {
      document.set(name, sameJson(old, wanted) && old !== undefined ? old : wanted);
    }
  }
  return {
    document: Object.fromEntries(document),
    ...(expect.size > 0 ? { expect: Object.fromEntries(expect) } : {}),
  };
}

function splitCharacteristics(
  before: Json | undefined,
  after: Json | undefined,
  kind: Kind,
  keyed: KeyedArrays,
): { readonly recorded: readonly Json[] | undefined; readonly expected: readonly Json[] } {
  const old = isArray(before) ? before : [];
  const wanted = isArray(after) ? after : [];
  const nameOf = (each: Json): Json | undefined => property(each, 'name');
  const expected: Json[] = [];
  for (const each of wanted) {
    if (!isDriverOwned(kind, each)) continue;
    const known = old.find(one => nameOf(one) === nameOf(each));
    const different = wishOfCharacteristic(known, each, keyed);
    if (different !== undefined) expected.push(different);
  }
  const written = wanted.filter(each => !isDriverOwned(kind, each));
  // What is still there keeps its place, so that an echo in another order is no change.
  const kept = old.flatMap(each => {
    if (isDriverOwned(kind, each)) return [each];
    const again = written.find(one => nameOf(one) === nameOf(each));
    return again === undefined ? [] : [again];
  });
  const added = written.filter(each => !old.some(one => nameOf(one) === nameOf(each)));
  const recorded = [...kept, ...added];
  return { recorded: recorded.length > 0 || (isArray(after) && after.length === 0) ? recorded : undefined, expected };
}

function wishOfCharacteristic(before: Json | undefined, after: Json, keyed: KeyedArrays): JsonObject | undefined {
  if (!isObject(after)) return undefined;
  const name = String(after.name);
  const members: [string, Json][] = [];
  for (const [key, value] of Object.entries(after)) {
    if (key === 'name' || aboutTheValue.has(key)) continue;
    const different = wish(property(before, key), value, keyed, name, key);
    if (different !== undefined) members.push([key, different]);
  }
  if (isObject(before) && before.value !== undefined && after.value === undefined) {
    members.push(['value', absent]);
  }
  return members.length === 0 ? undefined : { name, ...Object.fromEntries(members) };
}

const absent: JsonObject = { $absent: true };

/** What differs, as an expectation; undefined when nothing does. */
function wish(
  before: Json | undefined,
  after: Json | undefined,
  keyed: KeyedArrays,
  parent: string,
  name: string,
): Json | undefined {
  if (sameJson(before, after)) return undefined;
  if (after === undefined || after === null) return before === undefined || before === null ? undefined : absent;
  if (isObject(before) && isObject(after) && !hasOperatorKey(after)) {
    const members: [string, Json][] = [];
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      const different = wish(property(before, key), property(after, key), keyed, name, key);
      if (different !== undefined) members.push([key, different]);
    }
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  const candidates = keysOfArray(keyed, parent, name);
  if (isArray(after) && candidates && (before === undefined || isArray(before))) {
    const items = wishOfItems(before ?? [], after, candidates, keyed, name);
    if (items) return items.length === 0 ? undefined : items;
  }
  return literal(after);
}

/** The items of a keyed array that differ, each with its key; undefined when one has no key. */
function wishOfItems(
  before: readonly Json[],
  after: readonly Json[],
  candidates: readonly (readonly string[])[],
  keyed: KeyedArrays,
  name: string,
): readonly Json[] | undefined {
  const items: Json[] = [];
  for (const each of after) {
    const by = keyOf(each, candidates);
    if (!by) return undefined;
    const key = keyName(each, by);
    const known = before.find(one => keyOf(one, [by]) && keyName(one, by) === key);
    const different = known === undefined ? literal(each) : wish(known, each, keyed, name, key);
    if (different !== undefined) items.push(withKey(different, each, by));
  }
  return items;
}

/** Puts the properties that name an element back beside what is wanted of it. */
function withKey(wanted: Json, element: Json, by: readonly string[]): Json {
  if (!isObject(wanted) || hasOperatorKey(wanted)) return wanted;
  let result: JsonObject = wanted;
  for (const part of by) result = withLiteral(result, element, part.split('/'));
  return result;
}

function withLiteral(into: JsonObject, from: Json | undefined, path: readonly string[]): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) return into;
  const value = property(from, first);
  if (value === undefined) return into;
  if (rest.length === 0) return { ...into, [first]: value };
  const inner = property(into, first);
  return { ...into, [first]: withLiteral(isObject(inner) ? inner : {}, value, rest) };
}

function hasOperatorKey(value: JsonObject): boolean {
  return Object.keys(value).some(key => key.startsWith('$'));
}

/** Data as an expectation of just that: what looks like an operator is wrapped, so that it stays data. */
export function literal(value: Json): Json {
  if (isArray(value)) return value.map(literal);
  if (!isObject(value)) return value;
  if (hasOperatorKey(value)) return { $literal: value };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, literal(member)]));
}

/** Both expectations in one; where they speak of the same thing the second stands. Keyed arrays meet by their keys. */
export function mergeExpected(a: Json, b: Json, keyed: KeyedArrays): Json {
  return merge(a, b, keyed, '', '');
}

function merge(a: Json | undefined, b: Json, keyed: KeyedArrays, parent: string, name: string): Json {
  if (isObject(a) && isObject(b) && !hasOperatorKey(a) && !hasOperatorKey(b)) {
    const members = new Map(Object.entries(a));
    for (const [key, value] of Object.entries(b)) members.set(key, merge(members.get(key), value, keyed, name, key));
    return Object.fromEntries(members);
  }
  const candidates = keysOfArray(keyed, parent, name);
  if (isArray(a) && isArray(b) && candidates) {
    const items = [...a];
    for (const each of b) {
      const by = keyOf(each, candidates);
      if (!by) return b;
      const key = keyName(each, by);
      const i = items.findIndex(one => keyOf(one, [by]) && keyName(one, by) === key);
      const known = items[i];
      if (known === undefined) items.push(each);
      else items[i] = merge(known, each, keyed, name, key);
    }
    return items;
  }
  return b;
}
