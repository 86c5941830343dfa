/** Services and resources inside others: each holds the other, itself or by reference, so neither table comes first. */
import type { JsonObject } from '../../core/json.ts';
import { type Attribute, a, an, either, type Keys, many, named, type Shape, text } from './attribute.ts';
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

/** By what it is to what; several of one type to one target, such as assignments, differ by their alias. */
const byTarget = (target: string): Keys => [
  ['relationshipType', 'alias', `${target}/id`],
  ['relationshipType', `${target}/id`],
  ['relationshipType', `${target}/name`],
  ['relationshipType', 'alias'],
  ['relationshipType'],
];

/** Of a thing that stands in another one v4 asks for its id alone. */
const inside = variant({ mandatory4: ['id'] });
/** v5 wants a reference there, so whatever it is has an id at least. */
const identified = variant({ mandatory: ['id'], mandatory4: ['id'] });

/** The same shape with something else about it; made once, so that one shape stays one. */
function variant(more: Partial<Shape>): (shape: Shape) => Shape {
  const made = new WeakMap<Shape, Shape>();
  return shape => {
    const varied = made.get(shape) ?? { ...shape, ...more };
    made.set(shape, varied);
    return varied;
  };
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
  const relatedResource = an(
    (value, version) => (isThing(value, version) ? identified(resource(value)) : resourceReference),
    either(
      thingSchema,
      () => identified(resource({})),
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
        byTarget('service'),
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
          resource: relatedResource,
          resourceRelationshipCharacteristic: many(a(() => characteristic)),
        },
        ['relationshipType', 'resource'],
        ['relationshipType', 'resource'],
        byTarget('resource'),
      ),
    ),
  );
  return { serviceOrReference, resourceOrReference, serviceRelationship, resourceRelationship };
}
