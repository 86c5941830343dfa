/** TMF documents of the size that inventories hold, and stores full of them. */
import { join } from 'node:path';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { documentIndex } from '../../src/tmf/query/indexed.ts';

/** A resource of about 2 KB, v5. */
export function resource(nth: number): JsonObject {
  const id = `port-${String(nth).padStart(4, '0')}`;
  return {
    id,
    '@type': 'PhysicalResource',
    '@baseType': 'Resource',
    name: `ge-0/0/${nth}`,
    description: 'Customer facing port of the access shelf in the northern exchange',
    category: 'port',
    administrativeState: 'unlocked',
    operationalState: 'enable',
    resourceStatus: 'available',
    usageState: 'active',
    resourceVersion: '3',
    startOperatingDate: '2026-03-01T08:00:00.000Z',
    resourceSpecification: {
      id: '5f0c1b7e-2f38-4c1f-9f7c-0d3b2f1a6c01',
      name: 'accessPort',
      version: '1.2.0',
      '@type': 'ResourceSpecificationRef',
    },
    resourceCharacteristic: [
      characteristic('mtu', 'integer', 1500 + (nth % 3)),
      characteristic('speed', 'integer', 1000),
      characteristic('duplex', 'string', 'full'),
      characteristic('macAddress', 'string', `02:00:5e:00:${hex(nth >> 8)}:${hex(nth)}`),
      characteristic('vlan', 'integerArray', [100 + (nth % 50), 200]),
      characteristic('autoNegotiation', 'boolean', true),
      characteristic('profile', 'string', 'business-gold'),
      characteristic('rxPower', 'number', -12.4),
      characteristic('subscriberLine', 'string', `NW-${String(nth).padStart(8, '0')}`),
      characteristic('ingressPolicer', 'string', 'police-1000m-burst-64k'),
      characteristic('egressShaper', 'string', 'shape-1000m-4-queues'),
    ],
    relatedParty: [
      {
        role: 'owner',
        partyOrPartyRole: { id: `cust-${nth}`, name: 'Northwind Traders', '@type': 'PartyRef' },
        '@type': 'RelatedPartyRefOrPartyRoleRef',
      },
    ],
    place: [
      {
        role: 'installationAddress',
        place: { id: 'exch-north-1', name: 'Northern exchange', '@type': 'PlaceRef' },
        '@type': 'RelatedPlaceRefOrValue',
      },
    ],
    note: [{ id: '1', author: 'field', text: 'Patched to panel B, position 14', '@type': 'Note' }],
  };
}

/** What a client sends to create a service of about 1.5 KB, v5. */
export function service(nth: number): JsonObject {
  return {
    '@type': 'Service',
    name: `internet-access-${nth}`,
    description: 'Internet access of a business site, with a fixed address and a backup path',
    category: 'CFS',
    serviceType: 'internetAccess',
    state: 'active',
    isServiceEnabled: true,
    hasStarted: true,
    startMode: '1',
    startDate: '2026-03-01T08:00:00.000Z',
    serviceSpecification: {
      id: '8a6b2a52-07a1-4b6f-8f5b-9d6a2a3d7e11',
      name: 'internetAccess',
      version: '2.0.0',
      '@type': 'ServiceSpecificationRef',
    },
    serviceCharacteristic: [
      characteristic('downstream', 'integer', 1000),
      characteristic('upstream', 'integer', 500),
      characteristic('serviceClass', 'string', 'business-gold'),
      characteristic('ipAddress', 'string', `192.0.2.${nth % 250}/32`),
      characteristic('backup', 'boolean', true),
      characteristic('accessTechnology', 'string', 'XGS-PON'),
      characteristic('availabilityTarget', 'number', 99.95),
      characteristic('supportWindow', 'string', 'mo-su 00:00-24:00'),
    ],
    relatedParty: [
      {
        role: 'customer',
        partyOrPartyRole: { id: `cust-${nth}`, name: 'Northwind Traders', '@type': 'PartyRef' },
        '@type': 'RelatedPartyRefOrPartyRoleRef',
      },
    ],
    place: [
      {
        role: 'installationAddress',
        place: { id: 'site-77', name: 'Harbour Road 12', '@type': 'PlaceRef' },
        '@type': 'RelatedPlaceRefOrValue',
      },
    ],
  };
}

/** Makes a data directory with so many resources in it; gives back their ids. */
export function fillStore(directory: string, count: number): string[] {
  const store = openStore({
    path: join(directory, 'diffo.sqlite'),
    clock: systemClock,
    keyed: tmfKeyedArrays,
    index: documentIndex,
    newId: () => crypto.randomUUID(),
  });
  const ids = store.transact({ principal: 'client', kind: 'request', why: 'bench' }, writer =>
    Array.from({ length: count }, (_, nth) => {
      const document = resource(nth);
      const id = instanceId(String(document.id));
      return writer.putInstance({ id, type: 'resource', kind: 'resource', document, createdAt: Date.now() }).id;
    }),
  );
  store.close();
  return ids;
}

function characteristic(name: string, valueType: string, value: JsonObject[string]): JsonObject {
  const type = valueType.charAt(0).toUpperCase() + valueType.slice(1);
  return { name, valueType, value, '@type': `${type}Characteristic` };
}

function hex(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0');
}
