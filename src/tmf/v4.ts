/**
 * TMF638/639 v4 over what is kept in v5's shape: words spelt as v4 spells them, nested parties and places flattened,
 * typed characteristics as name, value and valueType, `resourceStatus` made of the states of v5; and the way back.
 */
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { statusOf, withStatus } from './resource-status.ts';
import { type Attribute, fitsCharacteristic, isCharacteristicType, own, type Shape } from './shape.ts';
import { complete } from './v5.ts';
import type { Links } from './version.ts';
import { noLinks } from './version.ts';

export { resourceStatuses } from './resource-status.ts';

/** From what is kept to what v4 shows. */
export function toV4(value: JsonObject, shape: Shape, links: Links): JsonObject {
  const inner = shape.flat === undefined ? undefined : property(value, shape.flat);
  if (shape.flat !== undefined && isObject(inner)) return flattened(value, inner, shape, shape.flat, links);
  const result: { [name: string]: Json } = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const attribute = own(shape.attributes, name);
    if (attribute?.since5 || (!attribute && isTaken(name, value, shape))) continue;
    if (member === null && attribute && attribute.is !== 'any') continue;
    const shown = attribute ? memberToV4(member, attribute, links) : member;
    if (shown !== undefined) result[attribute?.name4 ?? name] = shown;
  }
  if (shape.entity === undefined) hideType(result, value, shape);
  else if (result['@type'] === undefined && shape.type) result['@type'] = shape.type(value);
  if (shape.entity === 'resource') result.resourceStatus = statusOf(value);
  if (shape.characteristic && result.valueType === undefined) {
    const type = valueTypeOf(property(value, 'value'));
    if (type !== undefined) result.valueType = type;
  }
  if (shape.refersTo) {
    const id = property(value, 'id');
    const href = typeof id === 'string' ? links(shape.refersTo, id) : undefined;
    if (href !== undefined) result.href = href;
  }
  return result;
}

/** An extension by a name that v4 has for an attribute. */
function isTaken(name: string, value: JsonObject, shape: Shape): boolean {
  const kept = namesFrom4(shape)?.get(name);
  return kept !== undefined && property(value, kept) !== undefined;
}

/** The role and what plays it; what v5 says beside the two has no place in v4. */
function flattened(value: JsonObject, inner: JsonObject, shape: Shape, flat: string, links: Links): JsonObject {
  const innerShape = shape.attributes[flat]?.shape?.(inner);
  const { role: _, ...members } = innerShape ? toV4(inner, innerShape, links) : inner;
  const role = property(value, 'role');
  const isParty = flat === 'partyOrPartyRole' && members['@referredType'] === undefined;
  return {
    ...(role === undefined ? {} : { role }),
    ...members,
    ...(isParty ? { '@referredType': property(inner, '@type') === 'PartyRoleRef' ? 'PartyRole' : 'Party' } : {}),
  };
}

/** Types that v5 demands and v4 does not know; a reference says in v4 what it refers to. */
function hideType(result: { [name: string]: Json }, value: JsonObject, shape: Shape): void {
  const type = property(value, '@type');
  if (typeof type !== 'string') return;
  if (shape.characteristic ? isCharacteristicType(type) : isDefaultType(value, type, shape)) delete result['@type'];
  else if (shape.reference && !type.endsWith('Ref')) {
    delete result['@type'];
    if (result['@referredType'] === undefined) result['@referredType'] = type;
  }
}

function isDefaultType(value: JsonObject, type: string, shape: Shape): boolean {
  return type === shape.type?.(value) || type === 'PartyRef' || type === 'PartyRoleRef';
}

function memberToV4(value: Json, attribute: Attribute, links: Links): Json | undefined {
  if (isArray(value)) {
    const shown = value.map(each => elementToV4(each, attribute, links));
    return attribute.one4 ? shown[0] : shown;
  }
  return elementToV4(value, attribute, links);
}

function elementToV4(value: Json, attribute: Attribute, links: Links): Json {
  if (typeof value === 'string' && attribute.words) {
    const word = own(attribute.own ?? {}, value) ?? value;
    return own(attribute.words4 ?? {}, word) ?? word;
  }
  return attribute.shape && isObject(value) ? toV4(value, attribute.shape(value), links) : value;
}

function valueTypeOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** From what a client of v4 wrote to the shape that is kept. */
export function fromV4(value: JsonObject, shape: Shape): JsonObject {
  return complete(membersFromV4(value, shape), shape, noLinks);
}

function membersFromV4(value: JsonObject, shape: Shape): JsonObject {
  if (shape.flat !== undefined) return nested(value, shape, shape.flat);
  const result: { [name: string]: Json } = {};
  const names = namesFrom4(shape);
  for (const name of Object.keys(value)) {
    const member = value[name];
    const kept = names?.get(name) ?? name;
    const attribute = own(shape.attributes, kept);
    if (member !== undefined) result[kept] = attribute ? memberFromV4(member, attribute) : member;
  }
  const { resourceStatus: status } = result;
  if (shape.entity === 'resource' && typeof status === 'string') {
    const { resourceStatus: _, ...members } = result;
    return withStatus(members, status);
  }
  return shape.reference ? typedReference(result, shape) : result;
}

const namesOfShapes = new WeakMap<Shape, ReadonlyMap<string, string>>();

/** What v4 calls otherwise, by its name there; undefined where nothing is. */
function namesFrom4(shape: Shape): ReadonlyMap<string, string> | undefined {
  let names = namesOfShapes.get(shape);
  if (!names) {
    names = new Map(
      Object.entries(shape.attributes).flatMap(([name, { name4 }]) => (name4 === undefined ? [] : [[name4, name]])),
    );
    namesOfShapes.set(shape, names);
  }
  return names.size === 0 ? undefined : names;
}

/** In v4 the `@type` of a reference often names the thing referred to. */
function typedReference(value: { [name: string]: Json }, shape: Shape): JsonObject {
  const type = value['@type'];
  if (typeof type !== 'string' || type.endsWith('Ref')) return value;
  const { '@type': _, ...rest } = value;
  return { '@referredType': type, ...rest, '@type': shape.type?.(rest) ?? type };
}

/** The members of a flat object, put back below the attribute they belong to. */
function nested(value: JsonObject, shape: Shape, flat: string): JsonObject {
  const { role, ...rest } = value;
  const inner = shape.attributes[flat]?.shape?.(rest, 'v4');
  const type = property(rest, '@type');
  // `RelatedParty` and its like name the flat object, which v5 does not have.
  const { '@type': _, ...untyped } = rest;
  const members = typeof type === 'string' && type.startsWith('Related') ? untyped : rest;
  return {
    ...(role === undefined ? {} : { role }),
    [flat]: inner ? membersFromV4(members, inner) : members,
  };
}

function memberFromV4(value: Json, attribute: Attribute): Json {
  if (isArray(value)) return value.map(each => elementFromV4(each, attribute));
  const one = elementFromV4(value, attribute);
  return attribute.one4 && value !== null ? [one] : one;
}

function elementFromV4(value: Json, attribute: Attribute): Json {
  if (typeof value === 'string' && attribute.words4 && !attribute.words?.includes(value)) {
    return Object.entries(attribute.words4).find(([, spelt]) => spelt === value)?.[0] ?? value;
  }
  if (!attribute.shape || !isObject(value)) return value;
  const shape = attribute.shape(value, 'v4');
  return shape.characteristic ? characteristicFromV4(value, shape) : membersFromV4(value, shape);
}

/** A `@type` that no longer fits the value was that of an earlier value. */
function characteristicFromV4(value: JsonObject, shape: Shape): JsonObject {
  const members = membersFromV4(value, shape);
  const type = property(members, '@type');
  if (typeof type !== 'string' || fitsCharacteristic(type, property(members, 'value'))) return members;
  const { '@type': _, ...rest } = members;
  return rest;
}
