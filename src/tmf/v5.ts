/** TMF638/639 v5: what is kept, made complete: `@type` everywhere, references that follow their target. */
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { type Attribute, fitsCharacteristic, own, type Shape } from './shape.ts';
import type { Links } from './version.ts';

/** The same with the `@type` of every object in it, and the hrefs of those references whose target is here. */
export function complete(value: JsonObject, shape: Shape, links: Links): JsonObject {
  const result: { [name: string]: Json } = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const attribute = own(shape.attributes, name);
    result[name] = attribute ? completeMember(member, attribute, links) : member;
  }
  if (shape.refersTo) {
    const id = property(value, 'id');
    const href = typeof id === 'string' ? links(shape.refersTo, id) : undefined;
    if (href !== undefined) result.href = href;
  }
  const type = typeIn5(value, shape);
  if (type !== undefined) result['@type'] = type;
  return result;
}

function completeMember(value: Json, attribute: Attribute, links: Links): Json {
  if (attribute.oneWord && isArray(value) && value.length === 1) return value[0] ?? null;
  const { shape } = attribute;
  if (!shape) return value;
  if (isArray(value)) return value.map(each => (isObject(each) ? complete(each, shape(each), links) : each));
  return isObject(value) ? complete(value, shape(value), links) : value;
}

function typeIn5(value: JsonObject, shape: Shape): string | undefined {
  const type = property(value, '@type');
  if (typeof type !== 'string') return shape.type?.(value);
  if (shape.characteristic && !fitsCharacteristic(type, property(value, 'value'))) return shape.type?.(value);
  return type;
}
