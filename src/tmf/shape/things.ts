/** Services and resources inside others: each holds the other, itself or by reference, so neither table comes first. */
import type { JsonObject } from '../../core/json.ts';
import { type Attribute, a, an, either, many, named, type Shape, text } from './attribute.ts';
import { characteristic } from './characteristic.ts';
import { alias, resourceReference, serviceReference } from './common.ts';
import { isThing, thingSchema } from './is-thing.ts';

/** The attributes in which another service or resource may stand. */
export interface Things {
  readonly serviceOrReference: Attribute;
  readonly resourceOrReference: Attribute;
  readonly serviceRelationship: Attribute;
  readonly resourceRelationship: Attribute;
}

const insideOthers = new WeakMap<Shape, Shape>();

/** Of a thing that stands in another one v4 asks for its id alone. */
function inside(shape: Shape): Shape {
  const known = insideOthers.get(shape);
  if (known) return known;
  const made = { ...shape, mandatory4: ['id'] };
  insideOthers.set(shape, made);
  return made;
}

/** The functions are asked for the shape of a thing when one is met, when both tables are there. */
export function thingsOf(service: () => Shape, resource: (value: JsonObject) => Shape): Things {
  const serviceOrReference = an(
    (value, version) => (isThing(value, version) ? inside(service()) : serviceReference),
    either(
      thingSchema,
      () => inside(service()),
      () => serviceReference,
    ),
  );
  const resourceOrReference = an(
    (value, version) => (isThing(value, version) ? inside(resource(value)) : resourceReference),
    either(
      thingSchema,
      () => inside(resource({})),
      () => resourceReference,
    ),
  );
  const serviceRelationship = many(
    a(() =>
      named(
        'ServiceRelationship',
        {
          relationshipType: text,
          ...alias,
          service: serviceOrReference,
          serviceRelationshipCharacteristic: many(a(() => characteristic)),
        },
        ['relationshipType'],
        ['relationshipType', 'service'],
      ),
    ),
  );
  const resourceRelationship = many(
    a(() =>
      named(
        'ResourceRelationship',
        {
          relationshipType: text,
          ...alias,
          resource: resourceOrReference,
          resourceRelationshipCharacteristic: many(a(() => characteristic)),
        },
        ['relationshipType', 'resource'],
        ['relationshipType', 'resource'],
      ),
    ),
  );
  return { serviceOrReference, resourceOrReference, serviceRelationship, resourceRelationship };
}
