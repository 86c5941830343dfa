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

/** The functions are asked for the shape of a thing when one is met, when both tables are there. */
export function thingsOf(service: () => Shape, resource: (value: JsonObject) => Shape): Things {
  const serviceOrReference = an(
    value => (isThing(value) ? service() : serviceReference),
    either(thingSchema, service, () => serviceReference),
  );
  const resourceOrReference = an(
    value => (isThing(value) ? resource(value) : resourceReference),
    either(
      thingSchema,
      () => resource({}),
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
