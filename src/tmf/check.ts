/** Checks what a client sent against the shape of its version; the first mistake is told with its place. */
import { AgentError } from '../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { segment } from '../core/path.ts';
import { instantOf } from './date.ts';
import { type Attribute, fitsCharacteristic, own, type Shape } from './shape.ts';
import type { Version } from './version.ts';

/** Checks one object with all that is in it. What equals the same place of `known` was there before and passes. */
export function checkObject(
  value: JsonObject,
  shape: Shape,
  version: Version,
  pointer: string,
  known?: JsonObject,
): void {
  const attributes = version === 'v4' ? attributes4(shape, value) : shape.attributes;
  for (const name of version === 'v4' ? shape.mandatory4 : shape.mandatory) {
    if (isMissing(property(value, name)) && (known === undefined || !isMissing(property(known, name)))) {
      throw new AgentError('invalid', `${name} is missing${pointer === '' ? '' : ` at ${pointer}`}: it is mandatory`, {
        pointer: `${pointer}/${segment(name)}`,
      });
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const attribute = own(attributes, name);
    if (!attribute || member === null) continue;
    const before = known && property(known, name);
    if (before !== undefined && sameJson(before, member)) continue;
    checkAttribute(member, attribute, version, `${pointer}/${segment(name)}`, before);
  }
  if (shape.characteristic && version === 'v5') checkCharacteristic(value, pointer);
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

/** In v4 the members of a flat attribute stand beside the others. */
function attributes4(shape: Shape, value: JsonObject): Readonly<Record<string, Attribute>> {
  if (shape.flat === undefined) return shape.attributes;
  const inner = shape.attributes[shape.flat]?.shape?.(value);
  return { ...inner?.attributes, role: { is: 'text' } };
}

function checkAttribute(
  value: Json,
  attribute: Attribute,
  version: Version,
  pointer: string,
  known: Json | undefined,
): void {
  if (!attribute.many || (version === 'v4' && attribute.one4)) {
    if (attribute.oneWord && isArray(value)) {
      value.forEach((each, i) => {
        checkOne(each, attribute, version, `${pointer}/${i}`);
      });
    } else {
      checkOne(value, attribute, version, pointer);
    }
    return;
  }
  if (!isArray(value)) throw wrong(pointer, 'an array', value);
  value.forEach((each, i) => {
    if (isArray(known) && (sameJson(known[i], each) || known.some(one => sameJson(one, each)))) return;
    checkOne(each, attribute, version, `${pointer}/${i}`);
  });
}

function checkOne(value: Json, attribute: Attribute, version: Version, pointer: string): void {
  switch (attribute.is) {
    case 'any':
      return;
    case 'text':
      if (typeof value !== 'string') throw wrong(pointer, 'a string', value);
      return;
    case 'flag':
      if (typeof value !== 'boolean') throw wrong(pointer, 'true or false', value);
      return;
    case 'integer':
      if (!Number.isInteger(value)) throw wrong(pointer, 'a whole number', value);
      return;
    case 'number':
      if (typeof value !== 'number') throw wrong(pointer, 'a number', value);
      return;
    case 'date':
      if (typeof value !== 'string' || instantOf(value) === undefined) {
        throw wrong(pointer, 'a date and time such as 2026-01-31T12:00:00Z', value);
      }
      return;
    case 'word': {
      const words = version === 'v4' ? words4(attribute) : (attribute.words ?? []);
      if (typeof value !== 'string' || !words.includes(value)) {
        throw wrong(pointer, `one of ${words.join(', ')}`, value);
      }
      return;
    }
    case 'object':
      if (!isObject(value)) throw wrong(pointer, 'an object', value);
      if (attribute.shape) checkObject(value, attribute.shape(value), version, pointer);
      return;
  }
}

/** The words v4 has for an attribute. */
export function words4({ words = [], words4: spelling = {} }: Attribute): readonly string[] {
  return [...new Set(words.map(word => own(spelling, word) ?? word))];
}

function checkCharacteristic(value: JsonObject, pointer: string): void {
  const type = property(value, '@type');
  if (typeof type !== 'string' || fitsCharacteristic(type, property(value, 'value'))) return;
  throw new AgentError('invalid', `The value at ${pointer}/value does not fit its @type ${type}`, {
    pointer: `${pointer}/value`,
  });
}

function wrong(pointer: string, wanted: string, value: Json): AgentError {
  const text = JSON.stringify(value);
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return new AgentError('invalid', `${pointer} must be ${wanted}; it is ${shown}`, { pointer });
}
