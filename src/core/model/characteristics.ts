/** Characteristics and features of an instance against what its kind declares of them. */
import { characteristicArray } from '../instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import type { Kind, KindCharacteristic } from '../kind.ts';
import type { Path } from '../path.ts';
import { elementsOf, featureArray, nameOf } from './complete.ts';
import type { Draft } from './drafts.ts';
import type { Findings } from './findings.ts';
import type { ModelReader } from './model-store.ts';
import { definePool } from './pool.ts';
import { checkValue } from './values.ts';
import { anyOne, shown } from './words.ts';

/** Checks what differs from before; all where nothing was before. What a driver owns of what it observes is not asked about. */
export function checkCharacteristics(
  findings: Findings,
  document: JsonObject,
  before: JsonObject | undefined,
  kind: Kind,
  isObserved: boolean,
): void {
  const ours = (each: KindCharacteristic): boolean => !isObserved || each.owner === 'record';
  const array = characteristicArray[kind.type];
  checkAll(findings, property(document, array), property(before, array), kind.characteristic.filter(ours), {
    pointer: `/${array}`,
    what: anyOne(kind.name),
    mayLack: isObserved,
  });
  const features = property(document, featureArray(kind.type));
  const known = elementsOf(before, featureArray(kind.type));
  checkNames(findings, features, `/${featureArray(kind.type)}`, 'feature');
  if (!isArray(features)) return;
  features.forEach((feature, i) => {
    const former = known.find(each => nameOf(each) === nameOf(feature));
    if (former !== undefined && sameJson(former, feature)) return;
    const declared = kind.feature?.find(each => each.name === nameOf(feature));
    const pointer = `/${featureArray(kind.type)}/${i}`;
    const isEnabled = property(feature, 'isEnabled');
    if (isEnabled !== undefined && typeof isEnabled !== 'boolean') {
      findings.add(`${pointer}/isEnabled`, `a feature is enabled or not, true or false, not ${shown(isEnabled)}`);
    }
    const now = property(feature, 'featureCharacteristic');
    checkAll(findings, now, property(former, 'featureCharacteristic'), declared?.characteristic ?? [], {
      pointer: `${pointer}/featureCharacteristic`,
      what: `the feature ${nameOf(feature)} of ${anyOne(kind.name)}`,
      mayLack: isObserved,
    });
  });
}

interface Where {
  readonly pointer: Path;
  /** Whose characteristics they are. */
  readonly what: string;
  readonly mayLack: boolean;
}

function checkAll(
  findings: Findings,
  now: Json | undefined,
  before: Json | undefined,
  declared: readonly KindCharacteristic[],
  { pointer, what, mayLack }: Where,
): void {
  if (before !== undefined && sameJson(now, before)) return;
  checkNames(findings, now, pointer, 'characteristic');
  const elements = isArray(now) ? now : [];
  const former = isArray(before) ? before : [];
  for (const each of declared) {
    const place = elements.findIndex(one => nameOf(one) === each.name);
    const value = property(elements[place], 'value');
    if (value === undefined || (value === null && each.mandatory)) {
      if (each.mandatory && !mayLack) findings.add(pointer, `${what} has a value for ${each.name}; say it`);
      continue;
    }
    const was = former.find(one => nameOf(one) === each.name);
    if (sameJson(property(was, 'value'), value)) continue;
    findings.catch(`${pointer}/${place}/value`, () => checkValue(each, value, `${pointer}/${place}/value`));
  }
}

/** Of two of one name nobody could say which is meant. */
function checkNames(findings: Findings, array: Json | undefined, pointer: Path, is: string): void {
  if (array === undefined) return;
  if (!isArray(array)) {
    findings.add(pointer, `${pointer} is an array, not ${shown(array)}`);
    return;
  }
  const seen = new Set<Json>();
  array.forEach((each, i) => {
    const name = nameOf(each);
    if (typeof name !== 'string') findings.add(`${pointer}/${i}`, `${anyOne(is)} has a name, and this one has none`);
    else if (seen.has(name)) findings.add(`${pointer}/${i}/name`, `there are two ${is}s ${name}; leave one out`);
    else seen.add(name);
  });
}

/**
 * The document with the bounds of its pools as they are said in it, checked and freshly counted. Of a new instance the
 * counts that are said are passed over: they were those of another one.
 */
export function withPools(
  findings: Findings,
  reader: ModelReader,
  draft: Draft,
  before: JsonObject | undefined,
  kind: Kind,
): JsonObject {
  const array = characteristicArray[kind.type];
  let document = draft.document;
  for (const { name } of kind.pool ?? []) {
    const place = elementsOf(document, array).findIndex(each => nameOf(each) === name);
    const said = property(elementsOf(document, array)[place], 'value');
    const was = property(
      elementsOf(before, array).find(each => nameOf(each) === name),
      'value',
    );
    if (was !== undefined && sameJson(said, was)) continue;
    const pointer = place < 0 ? `/${array}` : `/${array}/${place}/value`;
    if (said === undefined) {
      findings.add(pointer, `the pool ${name} of ${anyOne(kind.name)} cannot be taken away; leave it in`, 'conflict');
      continue;
    }
    findings.catch(pointer, () => {
      const wanted = before && was !== undefined ? withoutType(said) : uncounted(said);
      const restored = replaced(document, array, place, was);
      document = definePool(reader, kind, { ...draft, document: restored }, name, wanted, pointer);
    });
  }
  return document;
}

/** What a whole value leaves out is to go; only the type can. */
function withoutType(value: Json): Json {
  return isObject(value) && value.type === undefined ? { ...value, type: null } : value;
}

function uncounted(value: Json): Json {
  if (!isObject(value)) return value;
  const { assigned: _, free: __, ...rest } = value;
  return rest;
}

/** The document as it was before, at one place; without the element where there was none. */
function replaced(document: JsonObject, array: string, place: number, value: Json | undefined): JsonObject {
  const elements = elementsOf(document, array);
  const element = elements[place];
  if (!isObject(element)) return document;
  const { value: _, ...rest } = element;
  return { ...document, [array]: elements.with(place, value === undefined ? rest : { ...rest, value }) };
}
