/** What a kind gives each new instance that its maker says nothing of: defaults, features with theirs, pools. */
import { characteristicArray } from '../instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import { misfitsOf } from '../json-schema/misfits.ts';
import type { Kind, KindCharacteristic } from '../kind.ts';
import { poolCharacteristics } from './pool.ts';

/** The TMF name of the array of features. */
export function featureArray(type: Kind['type']): 'feature' | 'activationFeature' {
  return type === 'service' ? 'feature' : 'activationFeature';
}

/** The elements of an array of a document; none where there is no array. */
export function elementsOf(document: Json | undefined, name: string): readonly Json[] {
  const array = property(document, name);
  return isArray(array) ? array : [];
}

export function nameOf(element: Json): Json | undefined {
  return property(element, 'name');
}

/** The document with the texts of its kind where its maker has none. */
export function described(document: JsonObject, { category, description }: Kind): JsonObject {
  return {
    ...(category === undefined ? {} : { category }),
    ...(description === undefined ? {} : { description }),
    ...document,
  };
}

/**
 * The document with all that the kind gives and the maker left out; what is said stands. What a driver owns of what it
 * observes is for the driver to say.
 */
export function complete(document: JsonObject, kind: Kind, isObserved = false): JsonObject {
  const result = new Map(Object.entries(document));
  const characteristics = characteristicArray[kind.type];
  const ours = kind.characteristic.filter(each => !isObserved || each.owner === 'record');
  const given = [...defaultsOf(ours), ...poolCharacteristics(kind)];
  put(result, characteristics, together(elementsOf(document, characteristics), given));
  const features = featureArray(kind.type);
  put(result, features, completeFeatures(elementsOf(document, features), kind));
  return Object.fromEntries(result);
}

/** The document with those pools of its kind that it does not show yet. */
export function withAllPools(document: JsonObject, kind: Kind): JsonObject {
  const array = characteristicArray[kind.type];
  const before = elementsOf(document, array);
  const all = together(before, poolCharacteristics(kind));
  return all.length === before.length ? document : { ...document, [array]: all };
}

function put(into: Map<string, Json>, name: string, elements: readonly Json[]): void {
  if (elements.length > 0) into.set(name, elements);
}

/** Those that are said, then those that are given and not said. */
function together(said: readonly Json[], given: readonly Json[]): readonly Json[] {
  const names = new Set(said.map(nameOf));
  return [...said, ...given.filter(each => !names.has(nameOf(each) ?? null))];
}

/** The characteristics that a new instance has unasked. */
function defaultsOf(characteristics: readonly KindCharacteristic[]): readonly JsonObject[] {
  return characteristics.flatMap(each => {
    const value = defaultOf(each);
    return value === undefined ? [] : [{ name: each.name, value }];
  });
}

/** One that holds fields and needs none of them is there from the beginning, for the fields to be filled in. */
function defaultOf({ default: value, schema, mandatory, owner, telemetry }: KindCharacteristic): Json | undefined {
  if (value !== undefined) return value;
  if (mandatory || owner === 'driver' || telemetry || schema.type !== 'object') return undefined;
  return misfitsOf(schema, {}).length === 0 ? {} : undefined;
}

function completeFeatures(said: readonly Json[], kind: Kind): readonly Json[] {
  const declared = kind.feature ?? [];
  if (declared.length === 0) return said;
  const completed = said.map(each => {
    const feature = declared.find(one => one.name === nameOf(each));
    if (!feature || !isObject(each)) return each;
    const characteristics = together(elementsOf(each, 'featureCharacteristic'), defaultsOf(feature.characteristic));
    return { isEnabled: feature.isEnabled, ...each, featureCharacteristic: characteristics };
  });
  const names = new Set(said.map(nameOf));
  const given = declared
    .filter(each => !names.has(each.name))
    .map(({ name, isEnabled, characteristic }) => ({
      // Of a service's feature the id is mandatory in v4, and unique within the service, as the name is.
      ...(kind.type === 'service' ? { id: name } : {}),
      name,
      isEnabled,
      featureCharacteristic: defaultsOf(characteristic),
    }));
  return [...completed, ...given];
}
