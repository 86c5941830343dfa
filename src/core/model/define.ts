/** Says values: of characteristics, of the bounds of pools, of features; and names. The rules see to the rest. */
import { didYouMean } from '../did-you-mean.ts';
import { AgentError } from '../errors.ts';
import { characteristicArray, type InstanceType } from '../instance.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Kind, KindCharacteristic } from '../kind.ts';
import { type Path, segment } from '../path.ts';
import { elementsOf, featureArray, nameOf } from './complete.ts';
import { anyOne } from './words.ts';

/** Values by name; the fields of an object go into the object that is there, null takes a field away. */
export type Values = Readonly<Record<string, Json>>;

/** The document with values for characteristics and bounds for pools. Throws `invalid` for a name that is neither. */
export function defined(document: JsonObject, type: InstanceType, kind: Kind | undefined, values: Values): JsonObject {
  const array = characteristicArray[type];
  const names = [...(kind?.characteristic ?? []), ...(kind?.pool ?? [])].map(each => each.name);
  const what = kind ? anyOne(kind.name) : 'this instance';
  const result = withValues(elementsOf(document, array), values, names, what, '/characteristic');
  return result.length === 0 ? document : { ...document, [array]: result };
}

export interface FeatureChange {
  readonly name: string;
  readonly isEnabled?: boolean;
  readonly characteristic?: Values;
}

/** The document with a feature enabled or not, and values for its characteristics. */
export function withFeature(
  document: JsonObject,
  type: InstanceType,
  kind: Kind | undefined,
  { name, isEnabled, characteristic }: FeatureChange,
): JsonObject {
  const array = featureArray(type);
  const features = elementsOf(document, array);
  const declared = kind?.feature?.find(each => each.name === name);
  const found = features.findIndex(each => nameOf(each) === name);
  const before = features[found] ?? (declared && { name, isEnabled: declared.isEnabled });
  if (!isObject(before)) {
    const known = [...features.map(nameOf), ...(kind?.feature ?? []).map(each => each.name)].map(String);
    throw unknown('feature', name, [...new Set(known)], kind ? anyOne(kind.name) : 'this instance', '/name');
  }
  const names = (declared?.characteristic ?? []).map((each: KindCharacteristic) => each.name);
  const values = withValues(
    elementsOf(before, 'featureCharacteristic'),
    characteristic ?? {},
    names,
    `the feature ${name}`,
    '/characteristic',
  );
  const after = {
    ...before,
    ...(isEnabled === undefined ? {} : { isEnabled }),
    ...(values.length === 0 ? {} : { featureCharacteristic: values }),
  };
  return { ...document, [array]: found < 0 ? [...features, after] : features.with(found, after) };
}

function withValues(
  before: readonly Json[],
  values: Values,
  declared: readonly string[],
  what: string,
  below: Path,
): readonly Json[] {
  const result = [...before];
  for (const [name, value] of Object.entries(values)) {
    const found = result.findIndex(each => nameOf(each) === name);
    const former = result[found];
    if (isObject(former)) {
      // The @type was that of the value before; who shows it makes it anew.
      const { '@type': _, value: old, ...rest } = former;
      result[found] = { ...rest, value: merged(old, value) };
      continue;
    }
    if (!declared.includes(name)) {
      const known = [...new Set([...before.map(each => String(nameOf(each))), ...declared])];
      throw unknown('characteristic', name, known, what, `${below}/${segment(name)}`);
    }
    result.push({ name, value: merged(undefined, value) });
  }
  return result;
}

function unknown(is: string, name: string, known: readonly string[], what: string, pointer: Path): AgentError {
  const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return new AgentError('invalid', `${what} has no ${is} ${name}; ${has}${didYouMean(name, known)}`, { pointer });
}

function merged(before: Json | undefined, value: Json): Json {
  if (!isObject(value)) return value;
  const result = new Map(isObject(before) ? Object.entries(before) : []);
  for (const [name, member] of Object.entries(value)) {
    if (member === null) result.delete(name);
    else result.set(name, merged(result.get(name), member));
  }
  return Object.fromEntries(result);
}
