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
  let result: { [name: string]: Json } | undefined;
  for (const name in value) {
    const member = value[name];
    const attribute = own(shape.attributes, name);
    if (!attribute || member === undefined) continue;
    // Beside a value of any sort, null says the same as leaving out.
    const after =
      member === null && attribute.is !== 'any' ? undefined : completeMember(member, attribute, links, isShown);
    if (after === member) continue;
    result ??= { ...value };
    if (after === undefined) delete result[name];
    else result[name] = after;
  }
  if (shape.refersTo) {
    const id = property(value, 'id');
    const href = typeof id === 'string' ? links(shape.refersTo, id) : undefined;
    if (href !== undefined && href !== value.href) {
      result ??= { ...value };
      result.href = href;
    }
  }
  const type = typeIn5(value, shape);
  if (type !== undefined && type !== value['@type']) {
    result ??= { ...value };
    result['@type'] = type;
  }
  return result ?? value;
}

function completeMember(value: Json, attribute: Attribute, links: Links, isShown: boolean): Json {
  if (isShown && attribute.own && typeof value === 'string') return own(attribute.own, value) ?? value;
  if (attribute.oneWord && isArray(value) && value.length === 1) return value[0] ?? null;
  const { shape } = attribute;
  if (!shape) return value;
  if (isArray(value)) return completeElements(value, shape, links, isShown);
  return isObject(value) ? completed(value, shape(value), links, isShown) : value;
}

function completeElements(
  elements: readonly Json[],
  shape: (value: JsonObject) => Shape,
  links: Links,
  isShown: boolean,
): Json {
  let result: Json[] | undefined;
  for (const [i, each] of elements.entries()) {
    if (!isObject(each)) continue;
    const after = completed(each, shape(each), links, isShown);
    if (after === each) continue;
    result ??= [...elements];
    result[i] = after;
  }
  return result ?? elements;
}

function typeIn5(value: JsonObject, shape: Shape): string | undefined {
  const type = property(value, '@type');
  if (typeof type !== 'string') return shape.type?.(value);
  if (shape.characteristic && !fitsCharacteristic(type, property(value, 'value'))) return shape.type?.(value);
  return type;
}
