/** Checks what a client sent against the shape of its version; the first mistake is told with its place. */
import { AgentError } from '../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { keysOfArray, segment } from '../core/path.ts';
import { counterparts } from './counterparts.ts';
import { instantOf } from './date.ts';
import { tmfKeyedArrays } from './keyed-arrays.ts';
import { resourceStatuses } from './resource-status.ts';
import { type Attribute, fitsCharacteristic, isCharacteristicType, own, type Shape } from './shape.ts';
import type { Version } from './version.ts';

/** Where a check stands; made into a pointer only when there is something to tell. */
interface Place {
  readonly in: Place | undefined;
  readonly name: string | number;
}

/** Checks an entity with all that is in it. What equals the same place of `known` was there before and passes. */
export function checkEntity(value: JsonObject, shape: Shape, version: Version, known?: JsonObject): void {
  checkObject(value, shape, version, undefined, known);
}

function checkObject(
  value: JsonObject,
  shape: Shape,
  version: Version,
  place: Place | undefined,
  known?: JsonObject,
): void {
  const attributes = version === 'v4' ? attributes4(shape, value) : shape.attributes;
  for (const name of version === 'v4' ? shape.mandatory4 : shape.mandatory) {
    const isLacking = version === 'v4' && own(attributes, name)?.many ? isEmpty : isMissing;
    if (isLacking(property(value, name)) && (known === undefined || !isLacking(property(known, name)))) {
      const where = place === undefined ? '' : ` at ${pointerTo(place)}`;
      throw new AgentError('invalid', `${name} is missing${where}: it is mandatory`, {
        pointer: pointerTo({ in: place, name }),
      });
    }
  }
  for (const name in value) {
    const member = value[name];
    const attribute = own(attributes, name);
    if (!attribute || member === undefined || member === null) continue;
    // Most are texts that need not be looked at further, nor their place be known.
    if (attribute.is === 'text' && !attribute.many && typeof member === 'string') continue;
    const before = known && property(known, name);
    if (before !== undefined && sameJson(before, member)) continue;
    checkAttribute(member, attribute, version, { in: place, name }, before);
  }
  if (shape.characteristic && version === 'v5') checkCharacteristic(value, place);
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

function isWithin(value: Json, { from = -Infinity, to = Infinity }: Attribute): boolean {
  return typeof value === 'number' && value >= from && value <= to;
}

function bounds({ from, to }: Attribute): string {
  return from === undefined || to === undefined ? '' : ` from ${from} to ${to}`;
}

/** What v4 wants an array of has something in it. */
function isEmpty(value: Json | undefined): boolean {
  return isMissing(value) || (isArray(value) && value.length === 0);
}

const status: Attribute = { is: 'word', words: resourceStatuses };

/** By the names of v4, where the members of a flat attribute stand beside the others. */
function attributes4(shape: Shape, value: JsonObject): Readonly<Record<string, Attribute>> {
  if (shape.flat !== undefined) {
    const inner = shape.attributes[shape.flat]?.shape?.(value, 'v4');
    return { ...inner?.attributes, role: { is: 'text' } };
  }
  let attributes = inNamesOf4.get(shape);
  if (!attributes) {
    attributes = Object.fromEntries(
      Object.entries(shape.attributes).map(([name, attribute]) => [attribute.name4 ?? name, attribute]),
    );
    if (shape.entity === 'resource') attributes = { ...attributes, resourceStatus: status };
    inNamesOf4.set(shape, attributes);
  }
  return attributes;
}

const inNamesOf4 = new WeakMap<Shape, Readonly<Record<string, Attribute>>>();

function checkAttribute(
  value: Json,
  attribute: Attribute,
  version: Version,
  place: Place,
  known: Json | undefined,
): void {
  const isList = attribute.many && !(version === 'v4' && attribute.one4);
  if (!isList && !(attribute.oneWord && isArray(value))) {
    checkOne(value, attribute, version, place, known);
    return;
  }
  if (!isArray(value)) throw wrong(place, 'an array', value);
  const { least = 0 } = attribute;
  if (value.length < least) throw wrong(place, `an array with at least ${least} elements`, value);
  const before = isArray(known) ? known : [];
  const places =
    before.length === 0 ? [] : counterparts(before, value, keysOfArray(tmfKeyedArrays, '', String(place.name)));
  value.forEach((each, name) => {
    const one = before[places[name] ?? -1];
    if (one === undefined || !sameJson(one, each)) checkOne(each, attribute, version, { in: place, name }, one);
  });
}

function checkOne(value: Json, attribute: Attribute, version: Version, place: Place, known: Json | undefined): void {
  switch (attribute.is) {
    case 'any':
      return;
    case 'text':
      if (typeof value !== 'string') throw wrong(place, 'a string', value);
      return;
    case 'flag':
      if (typeof value !== 'boolean') throw wrong(place, 'true or false', value);
      return;
    case 'integer':
      if (!Number.isInteger(value) || !isWithin(value, attribute))
        throw wrong(place, `a whole number${bounds(attribute)}`, value);
      return;
    case 'number':
      if (!isWithin(value, attribute)) throw wrong(place, `a number${bounds(attribute)}`, value);
      return;
    case 'date':
      if (typeof value !== 'string' || instantOf(value) === undefined) {
        throw wrong(place, 'a date and time such as 2026-01-31T12:00:00Z', value);
      }
      return;
    case 'word': {
      if (version === 'v4' && attribute.free4 && typeof value === 'string') return;
      const words = version === 'v4' && attribute.words4 ? words4(attribute) : (attribute.words ?? []);
      if (typeof value !== 'string' || !(words.includes(value) || own(attribute.own ?? {}, value) !== undefined)) {
        throw wrong(place, `one of ${words.join(', ')}`, value);
      }
      return;
    }
    case 'object':
      if (!isObject(value)) throw wrong(place, 'an object', value);
      if (attribute.shape) {
        // Another thing in its place is held to all of it.
        const isSame = isObject(known) && sameJson(property(known, 'id'), property(value, 'id'));
        checkObject(value, attribute.shape(value, version), version, place, isSame ? known : undefined);
      }
      return;
  }
}

/** The words v4 has for an attribute. */
function words4({ words = [], words4: spelling = {} }: Attribute): readonly string[] {
  return [...new Set(words.map(word => own(spelling, word) ?? word))];
}

function checkCharacteristic(value: JsonObject, place: Place | undefined): void {
  const type = property(value, '@type');
  if (
    typeof type === 'string' &&
    type !== 'Characteristic' &&
    isCharacteristicType(type) &&
    isMissing(property(value, 'value'))
  ) {
    const where = pointerTo(place);
    throw new AgentError('invalid', `value is missing at ${where}: a ${type} has one`, { pointer: `${where}/value` });
  }
  if (typeof type !== 'string' || fitsCharacteristic(type, property(value, 'value'))) return;
  const pointer = pointerTo({ in: place, name: 'value' });
  throw new AgentError('invalid', `The value at ${pointer} does not fit its @type ${type}`, { pointer });
}

function wrong(place: Place, wanted: string, value: Json): AgentError {
  const pointer = pointerTo(place);
  const text = JSON.stringify(value);
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return new AgentError('invalid', `${pointer} must be ${wanted}; it is ${shown}`, { pointer });
}

function pointerTo(place: Place | undefined): string {
  return place === undefined ? '' : `${pointerTo(place.in)}/${segment(String(place.name))}`;
}
