/** Bodies of every shape that TMF638 and TMF639 know, as clients of either version send them. */
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Version } from '../../src/tmf/version.ts';

export interface Body {
  readonly type: InstanceType;
  readonly version: Version;
  readonly body: JsonObject;
}

const line = '7b1e4c62-0d0f-4d0a-9f3e-2a6c1f7a9b10';
const card = 'c2f3c9e4-5a0b-4e1f-8d7c-6b5a49382716';
const elsewhere = '0f9e8d7c-6b5a-4938-a716-050403020100';

export const inventory: readonly Body[] = [
  { type: 'resource', version: 'v5', body: { '@type': 'Resource', id: card, name: 'card 3' } },
  { type: 'resource', version: 'v5', body: { '@type': 'Resource', id: 'rack-7~a', name: 'an id of the client' } },
  {
    type: 'service',
    version: 'v5',
    body: {
      '@type': 'BroadbandService',
      '@baseType': 'Service',
      '@schemaLocation': 'https://example.com/broadband.json',
      id: line,
      name: 'fibre 17',
      description: 'Home fibre',
      category: 'connectivity',
      serviceType: 'CFS',
      startMode: '1',
      hasStarted: true,
      isServiceEnabled: false,
      state: 'active',
      operatingStatus: 'degraded',
      startDate: '2026-01-06T00:00:00+02:00',
      endDate: '2027-01-06T00:00:00.000Z',
      serviceSpecification: {
        '@type': 'ServiceSpecificationRef',
        id: '5a0c1d2e-3f40-4152-8637-485960718293',
        name: 'fibre',
        version: 'v1.2.0',
      },
      serviceCharacteristic: [
        { name: 'text', value: 'gold "quoted" \\ / \u2028', '@type': 'StringCharacteristic' },
        { name: 'empty', value: '' },
        { name: 'integer', value: 1500 },
        { name: 'large', value: 9007199254740991 },
        { name: 'number', value: -12.75 },
        { name: 'tiny', value: 1e-9 },
        { name: 'yes', value: true, valueType: 'boolean' },
        { name: 'no', value: false },
        { name: 'object', value: { deep: { er: [1, { x: null }] }, list: [] } },
        { name: 'speeds', value: [50, 100.5] },
        { name: 'names', value: ['a', 'b', 'a'] },
        { name: 'mixed', value: [1, 'two', null, { three: 3 }, [4]] },
        { name: 'none', value: [] },
        { name: 'objects', value: [{ table: 'main', destination: '10.0.0.0/8' }, { table: 'main' }] },
        {
          id: 'c-1',
          name: 'related',
          value: 1,
          '@type': 'MyCharacteristic',
          characteristicRelationship: [{ id: 'c-2', relationshipType: 'dependsOn' }],
        },
      ],
      feature: [
        {
          id: 'f-1',
          name: 'shaping',
          isEnabled: true,
          isBundle: false,
          featureCharacteristic: [
            { name: 'goal', value: 'latency' },
            { name: 'share', value: 0.5 },
          ],
          constraint: [{ id: 'k1', name: 'limit', version: '1', '@type': 'ConstraintRef' }],
        },
        { name: 'plain', isEnabled: false, featureCharacteristic: [] },
      ],
      serviceRelationship: [
        { relationshipType: 'reliesOn', service: { id: elsewhere, '@type': 'ServiceRef', name: 'of another agent' } },
        {
          relationshipType: 'self',
          service: { id: line, '@type': 'ServiceRef' },
          serviceRelationshipCharacteristic: [{ name: 'pair', value: 12 }],
        },
      ],
      supportingResource: [
        { id: card, '@type': 'ResourceRef', name: 'the card', '@referredType': 'PhysicalResource' },
        { id: 'rack-7~a', '@type': 'ResourceRef' },
      ],
      supportingService: [{ id: elsewhere, '@type': 'ServiceRef', href: 'https://example.com/service/1' }],
      relatedParty: [
        {
          '@type': 'RelatedPartyRefOrPartyRoleRef',
          role: 'provider',
          partyOrPartyRole: { '@type': 'PartyRef', '@referredType': 'Organization', id: 'ACME', name: 'Acme' },
        },
        {
          '@type': 'RelatedPartyRefOrPartyRoleRef',
          role: 'seller',
          partyOrPartyRole: { '@type': 'PartyRoleRef', '@referredType': 'PartyRole', id: 'ACME', href: 'https://x/1' },
        },
      ],
      place: [
        {
          '@type': 'RelatedPlaceRefOrValue',
          role: 'site',
          place: { '@type': 'PlaceRef', id: 'LOC7', name: 'locId', '@referredType': 'GeographicAddress' },
        },
        {
          '@type': 'RelatedPlaceRefOrValue',
          role: 'value',
          place: { '@type': 'GeographicAddress', city: 'Sydney', streetNr: '5' },
        },
      ],
      relatedEntity: [
        {
          '@type': 'RelatedEntityRefOrValue',
          role: 'ticket',
          entity: { '@type': 'EntityRef', id: 'T-1', name: 'outage', '@referredType': 'TroubleTicket' },
        },
      ],
      externalIdentifier: [
        { '@type': 'ExternalIdentifier', externalIdentifierType: 'orderId', id: 'ORD-9', owner: 'ACME' },
        { '@type': 'ExternalIdentifier', id: 'only an id' },
      ],
      note: [
        { '@type': 'Note', id: 'n1', author: 'Jo', date: '2026-01-05T02:03:04.567Z', text: 'handle gently' },
        { '@type': 'Note', text: 'no id', date: '2026-01-05T02:03:04Z' },
        { '@type': 'Note', text: 'no id', date: '2026-01-06T02:03:04Z' },
      ],
      processStatus: [
        {
          code: 'CPE-2',
          severity: 'WARN',
          message: 'unreachable',
          parameterizedMessage: { host: 'a' },
          timeStamp: '2026-01-05T02:03:04.567Z',
        },
      ],
      serviceOrderItem: [{ itemId: '1', serviceOrderId: 'o1', itemAction: 'add' }],
      extension: { of: ['the', 'client'], '': 0 },
    },
  },
  {
    type: 'resource',
    version: 'v5',
    body: {
      '@type': 'PhysicalResource',
      name: 'port 3/1',
      serialNumber: 'SN 1',
      lifecycleState: 'installed',
      administrativeState: 'shuttingDown',
      operationalState: 'disabled',
      usageState: 'busy',
      resourceVersion: '7',
      alarmStatus: ['critical'],
      startOperatingDate: '2026-01-01T00:00:00.000Z',
      resourceSpecification: { '@type': 'ResourceSpecificationRef', id: 'only-an-id' },
      resourceCharacteristic: [
        { name: 'mtu', value: 1500 },
        { name: 'mtu', value: 9000 },
      ],
      activationFeature: [{ name: 'poe', isEnabled: true, featureCharacteristic: [{ name: 'watts', value: 30 }] }],
      resourceRelationship: [
        {
          relationshipType: 'isContainedIn',
          resource: { id: card, '@type': 'ResourceRef' },
          resourceRelationshipCharacteristic: [{ name: 'slot', value: 3 }],
        },
        { relationshipType: 'isContainedIn', resource: { id: card, '@type': 'ResourceRef', name: 'twice' } },
      ],
      place: [
        { '@type': 'RelatedPlaceRef', role: 'rack', place: { '@type': 'PlaceRef', id: 'LOC7', name: 'otherwise' } },
      ],
      relatedParty: [
        {
          '@type': 'RelatedPartyRefOrPartyRoleRef',
          role: 'owner',
          partyOrPartyRole: { '@type': 'PartyRef', '@referredType': 'Organization', id: 'ACME', name: 'ACME Ltd' },
        },
      ],
      validFor: { startDateTime: '2026-01-01T00:00:00Z' },
    },
  },
  {
    type: 'service',
    version: 'v4',
    body: {
      name: 'made by v4',
      state: 'inactive',
      serviceSpecification: { id: 's4', name: 'fibre', version: '1.0' },
      serviceCharacteristic: [
        { name: 'speed', valueType: 'integer', value: 100 },
        { name: 'dict', valueType: 'object', value: { '@type': 'Dict', a: 1 } },
      ],
      relatedParty: [{ id: 'ACME', name: 'acme', role: 'customer', '@referredType': 'Individual' }],
      place: [{ id: 'LOC8', role: 'site', '@referredType': 'GeographicSite' }],
      note: [{ id: '1', author: 'Jo', date: '2026-01-05T02:03:04.567Z', text: 'from v4' }],
      serviceRelationship: [{ relationshipType: 'reliesOn', service: { id: line } }],
      supportingResource: [{ id: card }],
      feature: [{ id: 'f', name: 'x', isEnabled: true, featureCharacteristic: [{ name: 'y', value: 'z' }] }],
    },
  },
  {
    type: 'resource',
    version: 'v4',
    body: {
      name: 'v4 resource',
      '@type': 'LogicalResource',
      '@baseType': 'Resource',
      resourceStatus: 'suspended',
      operationalState: 'enable',
      resourceCharacteristic: [{ name: 'a', value: '1' }],
      place: { id: 'LOC7', role: 'rack' },
      resourceSpecification: { id: 'r4', name: 'port', version: '2.3.4' },
    },
  },
];
