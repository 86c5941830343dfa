/** An inventory of many small instances with values of every sort, some missing, some nested: what lists are asked about. */
import { instanceId } from '../../../src/core/ids.ts';
import type { InstanceType } from '../../../src/core/instance.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { Chance } from '../chance.ts';

/** With what must be escaped or encoded somewhere on its way. */
export const texts = [
  'alpha',
  'Alpha',
  'beta',
  'eth0',
  'eth10',
  'Zürich & Co',
  'a,b',
  'back\\slash',
  'say "hi"',
  "it's",
  'plus+minus',
  '100%',
  '日本',
  '🛰️ dish',
  'x;y',
  '[0]',
  '5',
  '05',
  'true',
  '',
] as const;

const dates = [
  '2024-02-01T00:00:00Z',
  '2024-02-01T01:00:00+01:00',
  '2024-05-15T12:30:00.250Z',
  '2023-12-31T23:59:59-05:00',
];
const numbers = [-1, 0, 1, 5, 5.5, 100, 1e6];

const serviceStates = [
  'initial',
  'feasibilityChecked',
  'designed',
  'reserved',
  'inactive',
  'active',
  'suspended',
  'cancelled',
  'terminated',
];
const serviceTypes = ['Service', 'Service', 'AccessService'];
const resourceTypes = ['Resource', 'PhysicalResource', 'LogicalResource', 'SoftwareResource', 'CpeRouter'];

export function fillInventory(store: Store, chance: Chance, count: number): void {
  const puts = Array.from({ length: count }, (_, nth) => {
    const type: InstanceType = nth % 2 === 0 ? 'service' : 'resource';
    const id = chance.happens(0.05) ? `odd ${nth}/ü` : `${type}-${nth}`;
    const document = { id, ...(type === 'service' ? service(chance) : resource(chance)) };
    return { id: instanceId(id), type, kind: type, document, createdAt: nth };
  });
  store.transact({ principal: 'client', kind: 'request' }, writer => {
    for (const each of puts) writer.putInstance(each);
  });
}

function service(chance: Chance): JsonObject {
  return without(chance, {
    '@type': one(chance, serviceTypes),
    '@baseType': chance.happens(0.2) ? 'Service' : undefined,
    state: one(chance, serviceStates),
    operatingStatus: sometimes(chance, () => one(chance, ['running', 'failed', 'not_feasible', 'feasible', 'pending'])),
    isServiceEnabled: sometimes(chance, () => chance.happens(0.5)),
    startDate: sometimes(chance, () => one(chance, dates)),
    serviceType: sometimes(chance, () => one(chance, texts)),
    serviceSpecification: sometimes(chance, () => specification(chance, 'ServiceSpecificationRef')),
    serviceCharacteristic: some(chance, () => characteristic(chance)),
    supportingResource: some(chance, () => ({ id: `resource-${chance.whole(0, 20)}`, '@type': 'ResourceRef' })),
    ...shared(chance),
  });
}

function resource(chance: Chance): JsonObject {
  const type = one(chance, resourceTypes);
  return without(chance, {
    '@type': type,
    '@baseType': type === 'CpeRouter' ? 'PhysicalResource' : undefined,
    operationalState: sometimes(chance, () => one(chance, ['enabled', 'disabled'])),
    administrativeState: sometimes(chance, () => one(chance, ['locked', 'unlocked', 'shuttingDown'])),
    usageState: sometimes(chance, () => one(chance, ['idle', 'active', 'busy'])),
    alarmStatus: some(chance, () => one(chance, ['critical', 'major', 'minor'])),
    startOperatingDate: sometimes(chance, () => one(chance, dates)),
    resourceVersion: sometimes(chance, () => one(chance, texts)),
    serialNumber: type === 'CpeRouter' || type === 'PhysicalResource' ? `SN${chance.whole(0, 300)}` : undefined,
    resourceSpecification: sometimes(chance, () => specification(chance, 'ResourceSpecificationRef')),
    resourceCharacteristic: some(chance, () => characteristic(chance)),
    attachment: some(chance, () => ({
      '@type': 'AttachmentRefOrValue',
      id: `attachment-${chance.whole(0, 100)}`,
      name: one(chance, texts),
      size: { amount: one(chance, numbers), units: 'KB' },
    })),
    ...shared(chance),
  });
}

function shared(chance: Chance): Record<string, Json | undefined> {
  return {
    name: sometimes(chance, () => one(chance, texts)),
    category: sometimes(chance, () => one(chance, texts)),
    description: sometimes(chance, () => one(chance, texts)),
    relatedParty: some(chance, () => ({
      role: one(chance, ['owner', 'user']),
      partyOrPartyRole: { id: `party-${chance.whole(0, 30)}`, '@type': 'PartyRef', name: one(chance, texts) },
      '@type': 'RelatedPartyRefOrPartyRoleRef',
      // Hides the party's own in v4.
      ...(chance.happens(0.01) ? { id: `party-${chance.whole(0, 30)}` } : {}),
    })),
    place: some(chance, () => ({
      role: 'site',
      place: { id: `place-${chance.whole(0, 10)}`, '@type': 'PlaceRef' },
      '@type': 'RelatedPlaceRefOrValue',
    })),
    note: some(chance, () => ({
      '@type': 'Note',
      author: one(chance, texts),
      text: one(chance, texts),
      date: one(chance, dates),
    })),
    colour: sometimes(chance, () => one(chance, texts), 0.1),
    level: sometimes(chance, () => one(chance, numbers), 0.1),
    nested: sometimes(chance, () => [{ deep: [{ x: one(chance, numbers) }, { x: one(chance, texts) }] }, []], 0.1),
  };
}

function specification(chance: Chance, type: string): JsonObject {
  return { id: `spec-${chance.whole(0, 12)}`, name: one(chance, texts), '@type': type };
}

function characteristic(chance: Chance): JsonObject {
  const value = one<Json>(chance, [
    one(chance, numbers),
    one(chance, texts),
    one(chance, dates),
    chance.happens(0.5),
    [one(chance, numbers), one(chance, texts)],
    { unit: one(chance, texts), of: [one(chance, numbers)] },
  ]);
  return { name: one(chance, ['vlan', 'mtu', 'label']), value };
}

function one<T>(chance: Chance, from: readonly T[]): T {
  const found = chance.pick(from);
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

function sometimes<T>(chance: Chance, make: () => T, part = 0.6): T | undefined {
  return chance.happens(part) ? make() : undefined;
}

function some(chance: Chance, make: () => Json): Json[] | undefined {
  const count = chance.whole(-1, 3);
  return count < 0 ? undefined : Array.from({ length: count }, make);
}

/** In any order of its members. */
function without(chance: Chance, members: Record<string, Json | undefined>): JsonObject {
  const said = Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(chance.happens(0.5) ? said : said.toReversed());
}
