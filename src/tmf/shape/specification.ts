/** The shapes of what the catalogues serve, v5: specifications of services (TMF633) and of resources (TMF634). */
import type { InstanceType } from '../../core/instance.ts';
import {
  type Attribute,
  a,
  any,
  date,
  extensible,
  flag,
  integer,
  type Keys,
  many,
  named,
  number,
  oneOf,
  reference,
  type Shape,
  text,
  timePeriod,
} from './attribute.ts';
import { attachment, externalIdentifier, relatedParty } from './common.ts';

const period = a(() => timePeriod);
const versioned = { attributes: { version: text } };

const byRelated = (...ids: string[]): Keys => [
  ...ids.map(id => ['relationshipType', id]),
  ['relationshipType', 'name'],
  ...ids.map(id => [id]),
  ['name'],
  ['relationshipType'],
];

const value = named(
  'CharacteristicValueSpecification',
  {
    value: any,
    valueType: text,
    isDefault: flag,
    unitOfMeasure: text,
    validFor: period,
    valueFrom: number,
    valueTo: number,
    rangeInterval: text,
    regex: text,
  },
  [],
  [],
  [['value'], ['valueFrom', 'valueTo'], ['valueFrom'], ['valueTo'], ['regex'], ['isDefault'], ['valueType']],
);

const characteristic = named(
  'CharacteristicSpecification',
  {
    id: text,
    name: text,
    valueType: text,
    description: text,
    configurable: flag,
    validFor: period,
    minCardinality: integer,
    maxCardinality: integer,
    isUnique: flag,
    regex: text,
    extensible: flag,
    '@valueSchemaLocation': text,
    charSpecRelationship: many(
      a(() =>
        named(
          'CharacteristicSpecificationRelationship',
          {
            relationshipType: text,
            name: text,
            characteristicSpecificationId: text,
            parentSpecificationId: text,
            parentSpecificationHref: text,
            validFor: period,
          },
          [],
          [],
          byRelated('characteristicSpecificationId'),
        ),
      ),
    ),
    characteristicValueSpecification: many(a(() => value)),
  },
  [],
  [],
  [['name'], ['id']],
);

const feature = named(
  'FeatureSpecification',
  {
    id: text,
    name: text,
    version: text,
    isBundle: flag,
    isEnabled: flag,
    validFor: period,
    featureSpecRelationship: many(
      a(() =>
        named(
          'FeatureSpecificationRelationship',
          {
            relationshipType: text,
            name: text,
            featureId: text,
            parentSpecificationId: text,
            parentSpecificationHref: text,
            validFor: period,
          },
          [],
          [],
          byRelated('featureId'),
        ),
      ),
    ),
    policyConstraint: many(a(() => reference('PolicyRef', versioned))),
    featureSpecCharacteristic: many(a(() => characteristic)),
  },
  [],
  [],
  [['name'], ['id']],
);

/** What specifications of both catalogues have. */
const common = {
  id: text,
  href: text,
  name: text,
  description: text,
  version: text,
  lifecycleStatus: text,
  lastUpdate: date,
  isBundle: flag,
  validFor: period,
  featureSpecification: many(a(() => feature)),
  attachment: many(attachment),
  relatedParty: many(a(() => relatedParty)),
  externalIdentifier: many(a(() => externalIdentifier)),
  intentSpecification: a(() => reference('IntentSpecificationRef')),
  // TMF634 has it; of services it is an extension.
  category: text,
  ...extensible,
};

const related = (type: string, more: Record<string, Attribute> = {}): Attribute =>
  many(
    a(() =>
      named(
        type,
        { relationshipType: text, role: text, id: text, href: text, name: text, validFor: period, ...more },
        [],
        [],
        byRelated('id'),
      ),
    ),
  );

/** The type and the schema of what is made by a specification; a v5 of its own for each catalogue. */
const target = a(() => ({
  attributes: { '@type': text, '@schemaLocation': text },
  mandatory: [],
  mandatory4: [],
}));

const service: Shape = {
  type: () => 'ServiceSpecification',
  mandatory: [],
  mandatory4: [],
  attributes: {
    ...common,
    targetEntitySchema: target,
    specCharacteristic: many(a(() => characteristic)),
    serviceSpecRelationship: related('ServiceSpecRelationship'),
    resourceSpecification: many(a(() => reference('ResourceSpecificationRef', versioned))),
    entitySpecRelationship: related('EntitySpecificationRelationship', { '@referredType': text }),
  },
};

const graph = reference('ResourceGraphSpecificationRef');
const connectionPoint = a(() => reference('ConnectionPointSpecificationRef', versioned));
const endpoint = reference('EndpointSpecificationRef', {
  attributes: { role: text, isRoot: flag, connectionPointSpecification: connectionPoint },
});

const connectivity = named(
  'ResourceGraphSpecification',
  {
    id: text,
    href: text,
    name: text,
    description: text,
    graphSpecificationRelationship: many(
      a(() => ({
        attributes: { relationshipType: text, resourceGraph: a(() => graph) },
        mandatory: [],
        mandatory4: [],
        keys: [['relationshipType', 'resourceGraph/id'], ['relationshipType']],
      })),
    ),
    connectionSpecification: many(
      a(() =>
        named(
          'ConnectionSpecification',
          {
            id: text,
            href: text,
            name: text,
            associationType: oneOf('pointtoPoint', 'pointtoMultipoint'),
            endpointSpecification: many(a(() => endpoint)),
          },
          [],
          [],
          [['id'], ['name'], ['associationType']],
        ),
      ),
    ),
  },
  [],
  [],
  [['id'], ['name']],
);

const resource: Shape = {
  type: () => 'ResourceSpecification',
  mandatory: [],
  mandatory4: [],
  attributes: {
    ...common,
    targetResourceSchema: target,
    resourceSpecCharacteristic: many(a(() => characteristic)),
    resourceSpecRelationship: related('ResourceSpecificationRelationship', {
      defaultQuantity: integer,
      minimumQuantity: integer,
      maximumQuantity: integer,
      characteristic: many(a(() => characteristic)),
    }),
    // Of specifications of physical resources, and of resource functions.
    model: text,
    part: text,
    sku: text,
    vendor: text,
    connectionPointSpecification: many(connectionPoint),
    connectivitySpecification: many(a(() => connectivity)),
  },
};

export const specificationShapes: Readonly<Record<InstanceType, Shape>> = { service, resource };
