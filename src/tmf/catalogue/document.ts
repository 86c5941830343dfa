/** A specification as the service catalogue (TMF633) and the resource catalogue (TMF634) show it, in v4 and v5. */
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Kind, KindRole } from '../../core/kind.ts';
import { type Specification, specificationType } from '../../core/model/specification.ts';
import type { SpecificationRelation } from '../../core/model/specification-relations.ts';
import { segment as pointerPart } from '../../core/path.ts';
import type { Version } from '../version.ts';
import { type CharacteristicWords, characteristicSpecification, type Told, told } from './characteristic.ts';
import { schemaPath, specificationHref } from './roots.ts';

export interface Catalogued {
  readonly specification: Specification;
  /** Absent for what only instances' references tell of. */
  readonly kind: Kind | undefined;
  readonly relations: readonly SpecificationRelation[];
  /** RFC 3339. */
  readonly lastUpdate: string;
}

/** What the two catalogues call the same things. */
interface CatalogueWords {
  readonly baseType: string;
  readonly characteristics: string;
  readonly characteristic: CharacteristicWords;
  readonly featureCharacteristic: CharacteristicWords;
  readonly relationships: string;
  readonly relationship: string;
  readonly schema: string;
}

const v5Characteristic = {
  version: 'v5',
  type: 'CharacteristicSpecification',
  values: 'characteristicValueSpecification',
} as const;

const v4Feature = {
  version: 'v4',
  type: 'FeatureSpecificationCharacteristic',
  values: 'featureSpecCharacteristicValue',
} as const;

const ofService = {
  baseType: 'EntitySpecification',
  characteristics: 'specCharacteristic',
  relationships: 'serviceSpecRelationship',
  relationship: 'ServiceSpecRelationship',
  schema: 'targetEntitySchema',
};
const ofResource = {
  baseType: 'Entity',
  characteristics: 'resourceSpecCharacteristic',
  relationships: 'resourceSpecRelationship',
  relationship: 'ResourceSpecificationRelationship',
  schema: 'targetResourceSchema',
};

const words: Record<InstanceType, Record<Version, CatalogueWords>> = {
  service: {
    v4: {
      ...ofService,
      characteristic: { ...v5Characteristic, version: 'v4' },
      featureCharacteristic: v4Feature,
    },
    v5: { ...ofService, characteristic: v5Characteristic, featureCharacteristic: v5Characteristic },
  },
  resource: {
    v4: {
      ...ofResource,
      characteristic: {
        version: 'v4',
        type: 'ResourceSpecificationCharacteristic',
        values: 'resourceSpecCharacteristicValue',
      },
      featureCharacteristic: v4Feature,
    },
    v5: { ...ofResource, characteristic: v5Characteristic, featureCharacteristic: v5Characteristic },
  },
};

export function renderSpecification(catalogued: Catalogued, version: Version, publicUrl: string): JsonObject {
  const { specification, kind, relations, lastUpdate } = catalogued;
  const { id, type, name, description, category, frozen } = specification;
  const said = words[type][version];
  const schema = kind && `${publicUrl}${schemaPath(kind.name, specification.version)}`;
  const characteristics = kind
    ? characteristicsOf(kind).map(each =>
        characteristicSpecification(
          each,
          said.characteristic,
          `${schema}#/$defs/${encodeURIComponent(pointerPart(each.name))}`,
        ),
      )
    : [];
  const typed = (title: string): JsonObject => (version === 'v5' ? { '@type': title } : {});
  const beside = relations.filter(({ to }) => to.type === type);
  const across = relations.filter(({ to }) => to.type !== type);
  return {
    id,
    href: specificationHref(type, version, id, publicUrl),
    name,
    ...(description === undefined ? {} : { description }),
    ...(category === undefined ? {} : { category }),
    version: specification.version,
    lifecycleStatus: frozen ? 'Retired' : 'Active',
    lastUpdate,
    isBundle: false,
    ...listed(said.characteristics, characteristics),
    ...listed('featureSpecification', kind ? featuresOf(kind, said, typed('FeatureSpecification')) : []),
    ...listed(
      said.relationships,
      beside.map(each => ({ ...relationship(each, version, publicUrl), ...typed(said.relationship) })),
    ),
    ...acrossOf(type, across, version, publicUrl),
    ...rolesOf(kind, type, version),
    ...(schema === undefined || kind === undefined
      ? {}
      : { [said.schema]: { '@type': kind.name, '@schemaLocation': schema } }),
    '@type': specificationType[type],
    '@baseType': said.baseType,
    ...(schema === undefined ? {} : { '@schemaLocation': schema }),
  };
}

/** Its own, then what is derived: pools, what is inherited, what is calculated. */
function characteristicsOf({ characteristic, pool, inheritedCharacteristic, field }: Kind): readonly Told[] {
  return [
    ...characteristic.map(told),
    ...(pool ?? []).map(({ name, description, thing, first, last, algorithm, type }) => ({
      name,
      description: description ?? `The ${thing} numbers it hands out`,
      schema: { type: 'object' },
      default: { first, last, algorithm, ...(type === undefined ? {} : { type }) },
      configurable: true,
    })),
    ...(inheritedCharacteristic ?? []).map(({ name, read, collapse }) => ({
      name,
      description: `The ${read} of what it is inherited from`,
      schema: collapse === undefined ? { type: 'array' } : {},
      configurable: false,
    })),
    ...(field ?? []).map(({ name, description, collapse }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      schema: collapse === undefined ? { type: 'array' } : {},
      configurable: false,
    })),
  ];
}

function featuresOf({ feature }: Kind, said: CatalogueWords, typed: JsonObject): JsonObject[] {
  return (feature ?? []).map(({ name, isEnabled, characteristic }) => ({
    id: name,
    name,
    isEnabled,
    isBundle: false,
    ...listed(
      'featureSpecCharacteristic',
      characteristic.map(each => characteristicSpecification(told(each), said.featureCharacteristic)),
    ),
    ...typed,
  }));
}

function relationship({ type, to, role, min, max }: SpecificationRelation, version: Version, url: string): JsonObject {
  return {
    relationshipType: type,
    id: to.id,
    href: specificationHref(to.type, version, to.id, url),
    name: to.name,
    ...(role === undefined ? {} : { role }),
    ...(to.type === 'resource' && min !== undefined ? { minimumQuantity: min } : {}),
    ...(to.type === 'resource' && max !== undefined ? { maximumQuantity: max } : {}),
  };
}

/** The resources a service is made with have a place of their own in TMF633; the other way round there is none. */
function acrossOf(
  type: InstanceType,
  across: readonly SpecificationRelation[],
  version: Version,
  publicUrl: string,
): JsonObject {
  if (type === 'resource') return {};
  const known = new Map(across.map(({ to }) => [to.id, to]));
  return listed(
    'resourceSpecification',
    [...known.values()].map(to => ({
      id: to.id,
      href: specificationHref('resource', version, to.id, publicUrl),
      name: to.name,
      version: to.version,
      ...(version === 'v5' ? { '@type': 'ResourceSpecificationRef' } : {}),
    })),
  );
}

/**
 * The roles that parties and places may have. TMF633 relates a specification to other entities' by role; TMF634 v5 names
 * roles of parties without naming a party, v4 cannot.
 */
function rolesOf(kind: Kind | undefined, type: InstanceType, version: Version): JsonObject {
  if (!kind) return {};
  if (type === 'service') {
    const roles = [
      ...(kind.party ?? []).map(role => entityRole(role, 'relatedParty', 'Party', version)),
      ...(kind.place ?? []).map(role => entityRole(role, 'place', 'Place', version)),
    ];
    return listed('entitySpecRelationship', roles);
  }
  if (version === 'v4') return {};
  return listed(
    'relatedParty',
    (kind.party ?? []).map(({ role }) => ({ role, '@type': 'RelatedPartyRefOrPartyRoleRef' })),
  );
}

function entityRole({ role, type }: KindRole, relationshipType: string, any: string, version: Version): JsonObject {
  return {
    relationshipType,
    role,
    name: type ?? any,
    '@referredType': type ?? any,
    ...(version === 'v5' ? { '@type': 'EntitySpecificationRelationship' } : {}),
  };
}

function listed(name: string, elements: readonly JsonObject[]): JsonObject {
  return elements.length === 0 ? {} : { [name]: elements };
}
