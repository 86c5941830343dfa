/**
 * The shapes of TMF638 and TMF639 as tables, v5 first, with what v4 says otherwise beside it. Checking, `@type` and the
 * way between the versions all read them. Attributes that no table names are extensions and pass through.
 */
import type { InstanceType } from '../core/instance.ts';
import { type JsonObject, property } from '../core/json.ts';
import { type Attribute, own, type Shape } from './shape/attribute.ts';
import { plainResource, resourceTypesOf } from './shape/resource.ts';
import { serviceShape } from './shape/service.ts';
import { thingsOf } from './shape/things.ts';

export { type Attribute, own, type Shape } from './shape/attribute.ts';
export { characteristicType, fitsCharacteristic, isCharacteristicType } from './shape/characteristic.ts';

const things = thingsOf(
  () => service,
  value => resourceShape(value),
);

export const service: Shape = serviceShape(things);

export const resource: Shape = plainResource(things);

/** The kinds of resource the standard names, by their `@type`. */
export const resourceTypes = resourceTypesOf(resource);

const ancestors: Readonly<Record<string, readonly string[]>> = {
  LogicalResource: ['Resource'],
  PhysicalResource: ['Resource'],
  SoftwareResource: ['LogicalResource', 'Resource'],
  ResourceFunction: ['LogicalResource', 'Resource'],
};

/** All types an entity is of: its own, its base, and what those are themselves. */
export function typesOf(type: InstanceType, document: JsonObject): ReadonlySet<string> {
  const types = new Set<string>([type === 'service' ? 'Service' : 'Resource']);
  for (const name of ['@type', '@baseType']) {
    const each = property(document, name);
    if (typeof each !== 'string') continue;
    types.add(each);
    if (Object.hasOwn(ancestors, each)) for (const base of ancestors[each] ?? []) types.add(base);
  }
  return types;
}

function resourceShape(document: JsonObject): Shape {
  for (const name of ['@type', '@baseType']) {
    const type = property(document, name);
    const shape = typeof type === 'string' ? resourceTypes.get(type) : undefined;
    if (shape) return shape;
  }
  return resource;
}

/** The shape of an entity; a type of the client's own making has the shape of its base type. */
export function shapeOf(type: InstanceType, document: JsonObject): Shape {
  return type === 'service' ? service : resourceShape(document);
}

/** Whether any entity of this API can have such an attribute by the standard. */
export function isAttribute(type: InstanceType, name: string): boolean {
  if (type === 'service') return Object.hasOwn(service.attributes, name);
  if (name === 'resourceStatus') return true;
  for (const shape of resourceTypes.values()) if (Object.hasOwn(shape.attributes, name)) return true;
  return false;
}

/** What the standard says of an attribute; the first subtype that has it speaks. */
export function attributeOf(type: InstanceType, name: string): Attribute | undefined {
  if (type === 'service') return own(service.attributes, name);
  for (const shape of resourceTypes.values()) {
    const attribute = own(shape.attributes, name);
    if (attribute) return attribute;
  }
  return undefined;
}
