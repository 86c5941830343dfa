/**
 * The shapes of TMF638 and TMF639 as tables, v5 first, with what v4 says otherwise beside it. Checking, `@type` and the
 * way between the versions all read them. Attributes that no table names are extensions and pass through.
 */
import type { InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { operatingStatusInTmf, stateInTmf } from '../core/model/service-states.ts';
import type { LinkTarget } from './version.ts';

export interface Attribute {
  readonly is: 'text' | 'flag' | 'integer' | 'number' | 'date' | 'word' | 'object' | 'any';
  readonly many?: true;
  /** For words. */
  readonly words?: readonly string[];
  /** Words of ours beside those of the standard: accepted and kept, and shown as the word of the standard. */
  readonly own?: Readonly<Record<string, string>>;
  /** How v4 spells those words of v5 that it spells otherwise. */
  readonly words4?: Readonly<Record<string, string>>;
  /** For objects; the value decides between a reference and a thing itself. */
  readonly shape?: (value: JsonObject) => Shape;
  /** v4 does not have it and does not see it. */
  readonly since5?: true;
  /** v4 has one of it, v5 an array. */
  readonly one4?: true;
  /** Kept as a list by some and as a word by others; shown as the word. */
  readonly oneWord?: true;
}

export interface Shape {
  /** The default of `@type` in v5; undefined where the standard has no `@type`. */
  readonly type?: (value: JsonObject) => string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly mandatory: readonly string[];
  readonly mandatory4: readonly string[];
  /** The attribute whose members v4 has beside the others instead of below it. */
  readonly flat?: string;
  /** What it is a reference to. */
  readonly refersTo?: LinkTarget;
  /** A reference: in v4 its `@type` often names the thing referred to. */
  readonly reference?: true;
  /** A characteristic: `@type` follows the value. */
  readonly characteristic?: true;
  /** A service or resource itself. */
  readonly entity?: InstanceType;
}

const text: Attribute = { is: 'text' };
const flag: Attribute = { is: 'flag' };
const integer: Attribute = { is: 'integer' };
const date: Attribute = { is: 'date' };
const any: Attribute = { is: 'any' };
const oneOf = (...words: string[]): Attribute => ({ is: 'word', words });
const an = (shape: (value: JsonObject) => Shape): Attribute => ({ is: 'object', shape });
/** One shape for every value, made when it is first needed: some are declared further down, some contain themselves. */
const a = (make: () => Shape): Attribute => {
  let made: Shape | undefined;
  return an(() => {
    made ??= make();
    return made;
  });
};
const many = (attribute: Attribute): Attribute => ({ ...attribute, many: true });
const since5 = (attribute: Attribute): Attribute => ({ ...attribute, since5: true });

const extensible = { '@type': text, '@baseType': text, '@schemaLocation': text };

const reference = (type: string, more: Partial<Shape> = {}): Shape => ({
  type: () => type,
  mandatory: ['id'],
  mandatory4: ['id'],
  reference: true,
  ...more,
  attributes: { id: text, href: text, name: text, '@referredType': text, ...extensible, ...more.attributes },
});

const named = (
  type: string,
  attributes: Record<string, Attribute>,
  mandatory: string[],
  mandatory4: string[],
): Shape => ({
  type: () => type,
  attributes: { ...attributes, ...extensible },
  mandatory,
  mandatory4,
});

const timePeriod: Shape = {
  attributes: { startDateTime: date, endDateTime: date },
  mandatory: [],
  mandatory4: [],
};

const characteristicRelationship = named(
  'CharacteristicRelationship',
  { id: text, relationshipType: text },
  ['id', 'relationshipType'],
  [],
);

const characteristic: Shape = {
  type: value => characteristicType(property(value, 'value')),
  attributes: {
    id: text,
    name: text,
    valueType: text,
    value: any,
    characteristicRelationship: many(a(() => characteristicRelationship)),
    ...extensible,
  },
  mandatory: ['name'],
  mandatory4: ['name', 'value'],
  characteristic: true,
};

/** The typed characteristic of v5 that fits a value. */
export function characteristicType(value: Json | undefined): string {
  if (!isArray(value)) return scalarType(value) === undefined ? 'Characteristic' : `${scalarType(value)}Characteristic`;
  if (value.length === 0) return 'Characteristic';
  const types = new Set(value.map(scalarType));
  if (types.size === 2 && types.has('Integer') && types.has('Number')) return 'NumberArrayCharacteristic';
  const [type] = types;
  return types.size > 1 || type === undefined ? 'Characteristic' : `${type}ArrayCharacteristic`;
}

function scalarType(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number';
  return isObject(value) ? 'Object' : undefined;
}

const typedCharacteristic = /^(String|Boolean|Integer|Number|Object)(Array)?Characteristic$/;

/** Whether a value may stand in a characteristic of this `@type`; types of others' making say nothing about it. */
export function fitsCharacteristic(type: string, value: Json | undefined): boolean {
  const [, element, array] = typedCharacteristic.exec(type) ?? [];
  if (element === undefined) return true;
  const fits = (each: Json | undefined): boolean => {
    const is = scalarType(each);
    return is === element || (element === 'Number' && is === 'Integer');
  };
  return array === undefined ? fits(value) : isArray(value) && value.every(fits);
}

const note = (mandatory4: string[]): Shape => named('Note', { id: text, author: text, date, text }, [], mandatory4);

const externalIdentifier = named(
  'ExternalIdentifier',
  { id: text, owner: text, externalIdentifierType: text },
  ['id'],
  ['id'],
);

const feature = (more: Record<string, Attribute>, mandatory4: string[]): Shape =>
  named(
    'Feature',
    {
      id: text,
      name: text,
      isBundle: flag,
      isEnabled: flag,
      featureCharacteristic: many(a(() => characteristic)),
      ...more,
    },
    ['name'],
    mandatory4,
  );

const serviceFeature = feature(
  {
    constraint: many(a(() => reference('ConstraintRef', { attributes: { version: text } }))),
    featureRelationship: many(
      a(() => ({
        attributes: { id: text, name: text, relationshipType: text, validFor: a(() => timePeriod) },
        mandatory: ['name', 'relationshipType'],
        mandatory4: ['name', 'relationshipType'],
      })),
    ),
  },
  ['id', 'name', 'featureCharacteristic'],
);

const resourceFeature = feature(
  {
    policyConstraint: many(a(() => reference('PolicyRef', { attributes: { version: text } }))),
    featureRelationship: many(
      a(() =>
        named(
          'FeatureRelationship',
          { id: text, name: text, relationshipType: text, validFor: a(() => timePeriod) },
          ['relationshipType'],
          ['name', 'relationshipType'],
        ),
      ),
    ),
  },
  ['name', 'featureCharacteristic'],
);

const partyAttributes = { partyId: text, partyName: text };
const party = reference('PartyRef', {
  type: value => (/role/i.test(String(property(value, '@referredType') ?? '')) ? 'PartyRoleRef' : 'PartyRef'),
  attributes: partyAttributes,
  refersTo: 'party',
});

const relatedParty: Shape = {
  type: () => 'RelatedPartyRefOrPartyRoleRef',
  attributes: { role: text, partyOrPartyRole: a(() => party), ...extensible },
  mandatory: ['role'],
  mandatory4: ['id', '@referredType'],
  flat: 'partyOrPartyRole',
};

const placeReference = reference('PlaceRef', { mandatory4: [], refersTo: 'place' });
/** A place itself; only v5 of TMF638 allows it. */
const place: Shape = { attributes: { id: text, name: text, ...extensible }, mandatory: [], mandatory4: [] };

const relatedPlace = (type: string): Shape => ({
  type: () => type,
  attributes: { role: text, place: an(value => (isThing(value) ? place : placeReference)), ...extensible },
  mandatory: ['role', 'place'],
  mandatory4: ['role'],
  flat: 'place',
});
const servicePlace = relatedPlace('RelatedPlaceRefOrValue');
const resourcePlace = relatedPlace('RelatedPlaceRef');

const entityReference = reference('EntityRef', { mandatory4: [], refersTo: 'entity' });
const relatedEntity: Shape = {
  type: () => 'RelatedEntityRefOrValue',
  attributes: { role: text, entity: an(value => referenceByType(value) ?? entityReference), ...extensible },
  mandatory: ['role', 'entity'],
  mandatory4: ['role'],
  flat: 'entity',
};

/** The name under which an instance knows another; an extension. */
const alias = { alias: text };
const serviceReference = reference('ServiceRef', { refersTo: 'service', attributes: alias });
const resourceReference = reference('ResourceRef', { refersTo: 'resource', attributes: alias });

function referenceByType(value: JsonObject): Shape | undefined {
  if (property(value, '@type') === 'ServiceRef') return serviceReference;
  return property(value, '@type') === 'ResourceRef' ? resourceReference : undefined;
}

/** Attributes that only a thing itself has; a reference has none of them. */
const ofThings = ['state', 'operationalState', 'serviceSpecification', 'resourceSpecification', 'category'];
const arraysOfThings = ['serviceCharacteristic', 'resourceCharacteristic', 'relatedParty'];

/** Whether this is the thing itself rather than a reference: by `@type` in v5, by what it carries in v4. */
function isThing(value: JsonObject): boolean {
  const type = property(value, '@type');
  if (typeof type === 'string' && type.endsWith('Ref')) return false;
  if ([...ofThings, ...arraysOfThings].some(name => Object.hasOwn(value, name))) return true;
  return type !== undefined && property(value, '@referredType') === undefined && property(value, 'href') === undefined;
}

const serviceOrReference = an(value => (isThing(value) ? service : serviceReference));
const resourceOrReference = an(value => (isThing(value) ? resourceShape(value) : resourceReference));

const attachedThing = named('Attachment', { id: text, href: text, name: text, description: text, url: text }, [], []);
const attachedReference = reference('AttachmentRef', { attributes: { description: text, url: text } });
const attachment = (value: JsonObject): Shape =>
  Object.hasOwn(value, 'content') || !Object.hasOwn(value, 'id') ? attachedThing : attachedReference;

const wholeIntent: Shape = { ...place, type: () => 'Intent' };
const intentReference = reference('IntentRef');
const intent = (value: JsonObject): Shape => (property(value, '@type') === 'Intent' ? wholeIntent : intentReference);

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

/** How far a process has come, or what stands in its way; an extension. */
const processStatus = many(
  a(() => ({
    attributes: { code: text, severity: text, message: text, timeStamp: date, ...extensible },
    mandatory: [],
    mandatory4: [],
  })),
);

const orderAction = oneOf('add', 'modify', 'delete', 'noChange');

export const service: Shape = {
  type: () => 'Service',
  entity: 'service',
  mandatory: ['state', 'serviceSpecification'],
  mandatory4: ['state', 'serviceSpecification'],
  attributes: {
    id: text,
    href: text,
    name: text,
    category: text,
    description: text,
    serviceType: text,
    startMode: text,
    serviceDate: text,
    startDate: date,
    endDate: date,
    hasStarted: flag,
    isBundle: flag,
    isServiceEnabled: flag,
    isStateful: flag,
    state: {
      ...oneOf('feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated', 'suspended'),
      own: stateInTmf,
      words4: { suspended: 'inactive' },
    },
    operatingStatus: since5({
      ...oneOf(
        'pending',
        'configured',
        'starting',
        'running',
        'degraded',
        'failed',
        'limited',
        'stopping',
        'stopped',
        'unknown',
      ),
      own: operatingStatusInTmf,
    }),
    serviceSpecification: a(() =>
      reference('ServiceSpecificationRef', { attributes: { version: text }, refersTo: 'serviceSpecification' }),
    ),
    serviceCharacteristic: many(a(() => characteristic)),
    serviceRelationship,
    resourceRelationship,
    supportingService: many(serviceOrReference),
    supportingResource: many(a(() => resourceReference)),
    serviceOrderItem: many(
      a(() =>
        named(
          'RelatedServiceOrderItem',
          {
            itemId: text,
            itemAction: orderAction,
            role: text,
            serviceOrderId: text,
            serviceOrderHref: text,
            '@referredType': text,
          },
          [],
          ['itemId', 'serviceOrderId'],
        ),
      ),
    ),
    feature: many(a(() => serviceFeature)),
    note: many(a(() => note(['date', 'author', 'text']))),
    processStatus,
    place: many(a(() => servicePlace)),
    relatedEntity: many(a(() => relatedEntity)),
    relatedParty: many(a(() => relatedParty)),
    externalIdentifier: since5(many(a(() => externalIdentifier))),
    intent: since5(an(intent)),
    ...extensible,
  },
};

export const resource: Shape = {
  type: () => 'Resource',
  entity: 'resource',
  mandatory: [],
  mandatory4: ['name'],
  attributes: {
    id: text,
    href: text,
    name: text,
    category: text,
    description: text,
    resourceVersion: text,
    creationDate: since5(date),
    startOperatingDate: date,
    endOperatingDate: date,
    operationalState: { ...oneOf('enabled', 'disabled'), words4: { enabled: 'enable', disabled: 'disable' } },
    administrativeState: { ...oneOf('locked', 'unlocked', 'shuttingDown'), words4: { shuttingDown: 'shutdown' } },
    usageState: oneOf('idle', 'active', 'busy'),
    lifecycleState: since5(oneOf('planned', 'installed', 'pendingRemoval')),
    alarmStatus: since5(many(oneOf('underRepair', 'critical', 'major', 'minor', 'alarmOutstanding'))),
    availabilityStatus: since5({
      ...oneOf(
        'inTest',
        'failed',
        'powerOff',
        'online',
        'offline',
        'offDuty',
        'dependency',
        'degraded',
        'notInstalled',
        'logFull',
      ),
      oneWord: true,
    }),
    proceduralStatus: since5(
      oneOf('initializationRequired', 'notInitialized', 'initializing', 'reporting', 'terminating'),
    ),
    controlStatus: since5(oneOf('subjectToTest', 'partOfServicesLocked', 'reservedForTest', 'suspended')),
    allocationStatus: since5(text),
    unknownStatus: since5(flag),
    validFor: since5(a(() => timePeriod)),
    resourceSpecification: a(() =>
      reference('ResourceSpecificationRef', { attributes: { version: text }, refersTo: 'resourceSpecification' }),
    ),
    resourceCharacteristic: many(a(() => characteristic)),
    serviceRelationship,
    resourceRelationship,
    supportingService: many(serviceOrReference),
    supportingResource: since5(many(resourceOrReference)),
    resourceOrderItem: since5(
      many(
        a(() =>
          named(
            'RelatedResourceOrderItem',
            {
              itemId: text,
              itemAction: orderAction,
              role: text,
              resourceOrderId: text,
              resourceOrderHref: text,
              '@referredType': text,
            },
            [],
            [],
          ),
        ),
      ),
    ),
    activationFeature: many(a(() => resourceFeature)),
    attachment: many(an(attachment)),
    note: many(a(() => note([]))),
    processStatus,
    relatedEntity: many(a(() => relatedEntity)),
    place: { ...many(a(() => resourcePlace)), one4: true },
    relatedParty: many(a(() => relatedParty)),
    externalIdentifier: since5(many(a(() => externalIdentifier))),
    intent: since5(an(intent)),
    ...extensible,
  },
};

const subtype = (base: Shape, type: string, attributes: Record<string, Attribute>): Shape => ({
  ...base,
  type: () => type,
  attributes: { ...base.attributes, ...attributes },
});

const logicalResource = subtype(resource, 'LogicalResource', { value: text });
const connectionPoint = a(() => reference('ConnectionPointRef', { attributes: { version: text } }));
const resourceGraph: Shape = {
  attributes: {
    id: text,
    name: text,
    description: text,
    graphRelationship: many(
      a(() =>
        named(
          'ResourceGraphRelationship',
          { relationshipType: text, resourceGraph: a(() => reference('ResourceGraphRef')) },
          [],
          [],
        ),
      ),
    ),
    connection: many(
      a(() =>
        named(
          'Connection',
          {
            id: text,
            name: text,
            associationType: text,
            endpoint: many(a(() => reference('EndpointRef', { attributes: { isRoot: flag, connectionPoint } }))),
          },
          [],
          [],
        ),
      ),
    ),
  },
  mandatory: [],
  mandatory4: [],
};

/** The kinds of resource the standard names, with the attributes each adds. */
const resourceTypes: ReadonlyMap<string, Shape> = new Map([
  ['Resource', resource],
  ['LogicalResource', logicalResource],
  [
    'PhysicalResource',
    subtype(resource, 'PhysicalResource', {
      manufactureDate: date,
      powerState: text,
      serialNumber: text,
      versionNumber: text,
      batchNumber: since5(text),
      powerConsumingLevel: since5(integer),
      powerConsumingState: since5(oneOf('fullPower', 'powerSaving', 'sleeping', 'shutdown')),
      standbyStatus: since5(oneOf('hotStandby', 'coldStandby', 'providingService')),
    }),
  ],
  [
    'SoftwareResource',
    subtype(logicalResource, 'SoftwareResource', {
      isDistributedCurrent: flag,
      lastUpdate: date,
      targetPlatform: text,
    }),
  ],
  [
    'ResourceFunction',
    subtype(logicalResource, 'ResourceFunction', {
      connectionPoint: many(connectionPoint),
      connectivity: many(a(() => resourceGraph)),
      functionType: text,
      priority: integer,
      role: text,
      autoModification: many(a(() => characteristic)),
      schedule: many(a(() => reference('ScheduleRef'))),
    }),
  ],
]);

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

export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
