/**
 * TMF638/639 v4 over what is kept in v5's shape: words spelt as v4 spells them, nested parties and places flattened,
 * typed characteristics as name, value and valueType, `resourceStatus` made of the states of v5; and the way back.
 */
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { type Attribute, fitsCharacteristic, own, type Shape } from './shape.ts';
import { complete } from './v5.ts';
import type { Links } from './version.ts';
import { noLinks } from './version.ts';

/** From what is kept to what v4 shows. */
export function toV4(value: JsonObject, shape: Shape, links: Links): JsonObject {
  const result: { [name: string]: Json } = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const attribute = own(shape.attributes, name);
    if (attribute?.since5) continue;
    if (name === shape.flat && isObject(member)) {
      Object.assign(result, memberToV4(member, attribute ?? { is: 'any' }, links));
    } else if (attribute) {
      const shown = memberToV4(member, attribute, links);
      if (shown !== undefined) result[name] = shown;
    } else {
      result[name] = member;
    }
  }
  if (shape.entity === undefined) {
    const type = property(value, '@type');
    if (typeof type === 'string' && isStandardType(value, type, shape)) delete result['@type'];
    const inner = shape.flat === undefined ? undefined : property(value, shape.flat);
    if (isObject(inner) && shape.flat === 'partyOrPartyRole' && result['@referredType'] === undefined) {
      result['@referredType'] = property(inner, '@type') === 'PartyRoleRef' ? 'PartyRole' : 'Party';
    }
  } else {
    if (result['@type'] === undefined && shape.type) result['@type'] = shape.type(value);
    if (shape.entity === 'resource') result.resourceStatus = statusOf(value);
  }
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

/** Types that v5 demands and v4 does not know. */
function isStandardType(value: JsonObject, type: string, shape: Shape): boolean {
  if (shape.characteristic)
    return !type.startsWith('Characteristic') ? /^[A-Z][a-z]+(Array)?Characteristic$/.test(type) : true;
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

/** The one status of v4, from the many of v5; the first that speaks. */
function statusOf(document: JsonObject): string {
  const has = (name: string, ...values: Json[]): boolean => values.includes(property(document, name) ?? null);
  const alarms = property(document, 'alarmStatus');
  if (has('unknownStatus', true)) return 'unknown';
  if (has('controlStatus', 'suspended')) return 'suspended';
  if (isArray(alarms) && alarms.length > 0) return 'alarm';
  if (has('standbyStatus', 'hotStandby', 'coldStandby')) return 'standby';
  return has('allocationStatus', 'reserved') ? 'reserved' : 'available';
}

export const resourceStatuses = ['standby', 'alarm', 'available', 'reserved', 'unknown', 'suspended'] as const;

/** What each status of v4 says in v5. */
const statusIn5: Readonly<Record<string, JsonObject>> = {
  unknown: { unknownStatus: true },
  suspended: { controlStatus: 'suspended' },
  alarm: { alarmStatus: ['alarmOutstanding'] },
  standby: { standbyStatus: 'coldStandby' },
  reserved: { allocationStatus: 'reserved' },
  // Nothing stands in the way; v5 has no word for just that.
  available: {},
};

/** From what a client of v4 wrote to the shape that is kept. */
export function fromV4(value: JsonObject, shape: Shape): JsonObject {
  return complete(membersFromV4(value, shape), shape, noLinks);
}

function membersFromV4(value: JsonObject, shape: Shape): JsonObject {
  if (shape.flat !== undefined) return nested(value, shape, shape.flat);
  const result: { [name: string]: Json } = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const attribute = own(shape.attributes, name);
    if (shape.entity === 'resource' && name === 'resourceStatus') {
      const says = typeof member === 'string' ? own(statusIn5, member) : undefined;
      for (const [key, status] of Object.entries(says ?? {})) if (value[key] === undefined) result[key] = status;
    } else {
      result[name] = attribute ? memberFromV4(member, attribute) : member;
    }
  }
  return shape.reference ? typedReference(result, shape) : result;
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
  const inner = shape.attributes[flat]?.shape?.(rest);
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
  const shape = attribute.shape(value);
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
