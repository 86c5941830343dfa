/** TMF638/639 v5: what is kept, made complete: `@type` everywhere, references that follow their target. */
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { type Attribute, fitsCharacteristic, own, type Shape } from './shape.ts';
import type { Links } from './version.ts';

/** As v5 shows it: complete, and in the words of the standard alone. */
export function toV5(value: JsonObject, shape: Shape, links: Links): JsonObject {
  return completed(value, shape, links, true);
}

/** The same with the `@type` of every object in it, and the hrefs of those references whose target is here. */
export function complete(value: JsonObject, shape: Shape, links: Links): JsonObject {
  return completed(value, shape, links, false);
}

function completed(value: JsonObject, shape: Shape, links: Links, isShown: boolean): JsonObject {
  const result: { [name: string]: Json } = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const attribute = own(shape.attributes, name);
    result[name] = attribute ? completeMember(member, attribute, links, isShown) : member;
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

function completeMember(value: Json, attribute: Attribute, links: Links, isShown: boolean): Json {
  if (isShown && attribute.own && typeof value === 'string') return own(attribute.own, value) ?? value;
  if (attribute.oneWord && isArray(value) && value.length === 1) return value[0] ?? null;
  const { shape } = attribute;
  if (!shape) return value;
  if (isArray(value)) return value.map(each => (isObject(each) ? completed(each, shape(each), links, isShown) : each));
  return isObject(value) ? completed(value, shape(value), links, isShown) : value;
}

function typeIn5(value: JsonObject, shape: Shape): string | undefined {
  const type = property(value, '@type');
  if (typeof type !== 'string') return shape.type?.(value);
  if (shape.characteristic && !fitsCharacteristic(type, property(value, 'value'))) return shape.type?.(value);
  return type;
}
