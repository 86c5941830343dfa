/** The shapes of TMF639 resources: the resource itself, and the kinds of it that the standard names. */
import {
  type Attribute,
  a,
  date,
  extensible,
  flag,
  integer,
  many,
  named,
  oneOf,
  reference,
  type Shape,
  since5,
  text,
  timePeriod,
} from './attribute.ts';
import { characteristic } from './characteristic.ts';
import {
  attachment,
  externalIdentifier,
  note,
  orderAction,
  processStatus,
  relatedEntity,
  relatedParty,
  resourceFeature,
  resourceIntent,
  resourcePlace,
} from './common.ts';
import type { Things } from './things.ts';

/** A resource of no further kind. */
export const plainResource = ({
  serviceOrReference,
  resourceOrReference,
  serviceRelationship,
  resourceRelationship,
}: Things): Shape => ({
  type: () => 'Resource',
  entity: 'resource',
  mandatory: [],
  mandatory4: ['name'],
  keys: [['id'], ['name']],
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
    // The standard has it for physical resources alone; the standby of v4 is any resource's.
    standbyStatus: since5(oneOf('hotStandby', 'coldStandby', 'providingService')),
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
            [['resourceOrderId', 'itemId'], ['itemId'], ['resourceOrderId'], ['role']],
          ),
        ),
      ),
    ),
    activationFeature: many(a(() => resourceFeature)),
    attachment: many(attachment),
    note: many(a(() => note([]))),
    processStatus,
    relatedEntity: many(a(() => relatedEntity)),
    place: { ...many(a(() => resourcePlace)), one4: true },
    relatedParty: many(a(() => relatedParty)),
    externalIdentifier: since5(many(a(() => externalIdentifier))),
    intent: since5(resourceIntent),
    ...extensible,
  },
});

const subtype = (base: Shape, type: string, attributes: Record<string, Attribute>): Shape => ({
  ...base,
  type: () => type,
  attributes: { ...base.attributes, ...attributes },
});

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
          {
            id: text,
            href: text,
            relationshipType: oneOf('adjacency', 'connectivity'),
            resourceGraph: a(() => reference('ResourceGraphRef')),
          },
          [],
          [],
          [['relationshipType', 'resourceGraph/id'], ['relationshipType', 'resourceGraph/name'], ['relationshipType']],
        ),
      ),
    ),
    connection: many(
      a(() =>
        named(
          'Connection',
          {
            id: text,
            href: text,
            name: text,
            associationType: oneOf('pointtoPoint', 'pointtoMultipoint'),
            endpoint: {
              ...many(a(() => reference('EndpointRef', { attributes: { isRoot: flag, connectionPoint } }))),
              least: 2,
            },
          },
          ['associationType', 'endpoint'],
          ['associationType', 'endpoint'],
          [['id'], ['name'], ['associationType']],
        ),
      ),
    ),
  },
  mandatory: ['id', 'connection'],
  mandatory4: ['id'],
  keys: [['id'], ['name']],
};

/** The kinds of resource the standard names, with the attributes each adds. */
export function resourceTypesOf(resource: Shape): ReadonlyMap<string, Shape> {
  const logicalResource = subtype(resource, 'LogicalResource', { value: text });
  return new Map([
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
        powerConsumingLevel: since5({ ...integer, from: 0, to: 100 }),
        powerConsumingState: since5(oneOf('fullPower', 'powerSaving', 'sleeping', 'shutdown')),
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
}
