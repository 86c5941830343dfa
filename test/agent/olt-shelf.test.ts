/** A domain that a profile declares, seen by clients that only know TMF: two subscribers on a GPON shelf, through POST alone. */
import { expect, test } from 'vitest';
import { runAgent, type TestAgent } from '../kit/agent.ts';

const services = { v4: '/tmf-api/serviceInventory/v4/service', v5: '/tmf-api/serviceInventory/v5/service' };
const resources = {
  v4: '/tmf-api/resourceInventoryManagement/v4/resource',
  v5: '/tmf-api/resourceInventoryManagement/v5/resource',
};

// biome-ignore lint/suspicious/noExplicitAny: a client says what it expects to find in an answer
type Entity = any;

async function named(agent: TestAgent, name: string, version: 'v4' | 'v5' = 'v5'): Promise<Entity> {
  const [found] = await agent.get<Entity[]>(`${resources[version]}?name=${name}`);
  return found;
}

async function post(agent: TestAgent, path: string, body: object): Promise<Entity> {
  const answer = await agent.call('POST', path, body);
  expect(answer.body).toMatchObject({ id: expect.any(String) });
  expect(answer.status).toBe(201);
  return answer.body;
}

/** The ids of the specifications, as the catalogues of the shelf tell them. */
async function specifications(agent: TestAgent): Promise<Record<'ont' | 'broadband' | 'equipment', string>> {
  const catalogues = [
    '/tmf-api/serviceCatalogManagement/v4/serviceSpecification',
    '/tmf-api/resourceCatalog/v5/resourceSpecification',
  ];
  const found = await Promise.all(catalogues.map(path => agent.get<Entity[]>(path)));
  const idOf = (name: string): string => found.flat().find(each => each.name === name)?.id;
  return { ont: idOf('ont'), broadband: idOf('broadband'), equipment: idOf('equipment') };
}

const ont = (name: string, specification: string, serialNumber: string, more: object = {}): object => ({
  '@type': 'PhysicalResource',
  name,
  lifecycleState: 'installed',
  resourceSpecification: { id: specification, '@type': 'ResourceSpecificationRef' },
  resourceCharacteristic: [{ name: 'serialNumber', value: serialNumber }],
  ...more,
});

const broadband = (name: string, specification: string, ontId: string, more: object = {}): object => ({
  '@type': 'Service',
  name,
  state: 'reserved',
  serviceSpecification: { id: specification, '@type': 'ServiceSpecificationRef' },
  supportingResource: [{ id: ontId, '@type': 'ResourceRef' }],
  ...more,
});

/** What a relationship of an instance says of the number it was given, or has given. */
function numbers(entity: Entity, type: string): object[] {
  return [...(entity.resourceRelationship ?? []), ...(entity.serviceRelationship ?? [])]
    .filter((each: Entity) => (each.relationshipType ?? each.type) === type)
    .map((each: Entity) => {
      const [{ name, value }] = each.resourceRelationshipCharacteristic ?? each.serviceRelationshipCharacteristic;
      return { alias: each.alias, to: (each.resource ?? each.service).id, [name]: value };
    });
}

function characteristic(entity: Entity, name: string): unknown {
  const all = entity.resourceCharacteristic ?? entity.serviceCharacteristic ?? [];
  return all.find((each: Entity) => each.name === name)?.value;
}

test('two subscribers are provisioned on the shelf through POST alone, and a client that only knows TMF reads it back', async () => {
  const agent = await runAgent({ profile: 'olt-shelf' });

  // The shelf as the driver sees it, with what its kind adds.
  const shelf = await named(agent, 'shelf-1');
  const card = await named(agent, 'card-1');
  const card4 = await named(agent, 'card-4');
  const port = await named(agent, 'pon-1-1');
  expect(characteristic(shelf, 'slots')).toEqual({ first: 1, last: 16, algorithm: 'lowest', assigned: 2, free: 14 });
  expect(numbers(shelf, 'assignedTo')).toEqual([
    { alias: 'slot', to: card.id, slot: 1 },
    { alias: 'slot', to: card4.id, slot: 4 },
  ]);
  expect(numbers(card, 'assignedFrom')).toEqual([{ alias: 'slot', to: shelf.id, slots: 1 }]);
  expect(numbers(card4, 'assignedFrom')).toEqual([{ alias: 'slot', to: shelf.id, slots: 4 }]);
  expect(characteristic(card, 'ports')).toMatchObject({ type: 'GPON', assigned: 2, free: 14 });

  // Where it stands and whose it is, said once, at the shelf.
  await agent.call('POST', '/diffo/v1/places', { id: 'exchange-7', '@type': 'exchange', name: 'Exchange 7' });
  await agent.call('POST', '/diffo/v1/parties', {
    id: 'example-networks',
    '@type': 'networkOperator',
    name: 'Example Networks',
  });
  const placed = await agent.call('PATCH', `${resources.v5}/${shelf.id}`, {
    place: [{ role: 'site', place: { id: 'exchange-7', '@type': 'PlaceRef' } }],
    relatedParty: [{ role: 'owner', partyOrPartyRole: { id: 'example-networks', '@type': 'PartyRef' } }],
  });
  expect(placed.body).toMatchObject({ id: shelf.id });
  expect(placed.status).toBe(200);

  // Two boxes and two lines.
  const specification = await specifications(agent);
  const first = await post(agent, resources.v5, ont('ont-ann', specification.ont, 'EXAM00000001'));
  const second = await post(agent, resources.v4, {
    name: 'ont-bob',
    '@type': 'PhysicalResource',
    lifecycleState: 'installed',
    resourceSpecification: { id: specification.ont },
    resourceCharacteristic: [{ name: 'serialNumber', value: 'EXAM00000002' }],
  });
  const ann = await post(agent, services.v5, broadband('line-ann', specification.broadband, first.id));
  const bob = await post(
    agent,
    services.v5,
    broadband('line-bob', specification.broadband, second.id, {
      serviceCharacteristic: [{ name: 'downstream', value: 500 }],
    }),
  );

  expect(numbers(first, 'assignedFrom')).toEqual([{ alias: 'line', to: port.id, ontIds: 0 }]);
  expect(numbers(second, 'assignedFrom')).toEqual([{ alias: 'line', to: port.id, ontIds: 1 }]);
  expect(numbers(ann, 'assignedFrom')).toEqual([
    { alias: 'ethernetPort', to: first.id, ethernetPorts: 1 },
    { alias: 'vlan', to: shelf.id, vlans: 100 },
  ]);
  expect(numbers(bob, 'assignedFrom')).toEqual([
    { alias: 'ethernetPort', to: second.id, ethernetPorts: 1 },
    { alias: 'vlan', to: shelf.id, vlans: 101 },
  ]);
  expect([characteristic(ann, 'downstream'), characteristic(bob, 'downstream')]).toEqual([100, 500]);
  expect(ann.feature.map((each: Entity) => [each.name, each.isEnabled])).toEqual([
    ['shaping', true],
    ['staticAddress', false],
  ]);

  for (const version of ['v4', 'v5'] as const) {
    // The line: what supports it, and what it has from over there.
    const line = await agent.get<Entity>(`${services[version]}/${ann.id}`);
    expect(line.supportingResource.map((each: Entity) => each.id).sort()).toEqual([first.id, shelf.id].sort());
    for (const { href } of line.supportingResource)
      expect(await agent.call('GET', href)).toMatchObject({ status: 200 });
    expect(await agent.call('GET', line.serviceSpecification.href)).toMatchObject({
      status: 200,
      body: { name: 'broadband' },
    });
    expect(characteristic(line, 'ontSerialNumber')).toBe('EXAM00000001');
    const [exchange] = line.place;
    expect(version === 'v4' ? exchange : { role: exchange.role, ...exchange.place }).toMatchObject({
      role: 'exchange',
      id: 'exchange-7',
      name: 'Exchange 7',
    });
    const [owner] = line.relatedParty;
    expect(version === 'v4' ? owner : { role: owner.role, ...owner.partyOrPartyRole }).toMatchObject({
      role: 'owner',
      id: 'example-networks',
    });

    // The shelf, from the outside in.
    const all = await agent.get<Entity[]>(resources[version]);
    expect(all.map(each => each.name).sort()).toEqual(
      ['card-1', 'card-4', 'ont-ann', 'ont-bob', 'pon-1-1', 'pon-1-2', 'pon-4-1', 'shelf-1'].sort(),
    );
    const ports = all.find(each => each.name === 'pon-1-1');
    expect(characteristic(ports, 'ontIds')).toMatchObject({ assigned: 2, free: 126 });
    expect(numbers(ports, 'assignedTo')).toEqual([
      { alias: 'line', to: first.id, ontId: 0 },
      { alias: 'line', to: second.id, ontId: 1 },
    ]);
    expect(
      numbers(
        all.find(each => each.name === 'shelf-1'),
        'assignedTo',
      ),
    ).toEqual([
      { alias: 'slot', to: card.id, slot: 1 },
      { alias: 'slot', to: card4.id, slot: 4 },
      { alias: 'vlan', to: ann.id, vlan: 100 },
      { alias: 'vlan', to: bob.id, vlan: 101 },
    ]);
    expect(
      characteristic(
        all.find(each => each.name === 'ont-bob'),
        'ontId',
      ),
    ).toBe(1);
    // An echo of what was read changes nothing.
    for (const entity of [line, ...all]) {
      const root = entity === line ? services[version] : resources[version];
      const before = await agent.call('GET', `${root}/${entity.id}`);
      expect(await agent.call('PATCH', `${root}/${entity.id}`, before.body)).toMatchObject({ status: 200 });
      const after = await agent.call('GET', `${root}/${entity.id}`);
      expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
    }
  }
});

test('what cannot be is refused with its place, its reason and what would be, and nothing is half-written', async () => {
  const agent = await runAgent({ profile: 'olt-shelf' });
  const before = agent.store.seq();
  const specification = await specifications(agent);
  const refused = async (path: string, body: object, status: number, reason: RegExp): Promise<void> => {
    const answer = await agent.call('POST', path, body);
    expect(`${answer.status} ${answer.body.reason}`).toMatch(reason);
    expect(answer.body).toMatchObject({ code: expect.any(String), status: String(status) });
  };
  await refused(resources.v5, ont('ont-1', specification.ont, 'nonsense'), 400, /serialNumber/);
  await refused(
    resources.v5,
    { ...ont('ont-1', specification.ont, ''), resourceCharacteristic: [] },
    400,
    /serialNumber/,
  );
  await refused(services.v5, broadband('line-1', specification.broadband, 'nobody'), 409, /ethernetPort|nobody/);
  await refused(
    services.v5,
    { '@type': 'Service', state: 'active', serviceSpecification: { id: specification.ont } },
    400,
    /ont/,
  );
  await refused(
    resources.v5,
    { '@type': 'Resource', resourceSpecification: { id: specification.equipment } },
    409,
    /equipment/,
  );
  const stray = { relatedParty: [{ role: 'landlord', partyOrPartyRole: { id: 'x', '@type': 'PartyRef' } }] };
  const { id } = await post(agent, resources.v5, ont('ont-1', specification.ont, 'EXAM00000001'));
  await refused(services.v5, broadband('line-1', specification.broadband, id, stray), 400, /landlord.*subscriber/);
  const between = agent.store.seq();
  expect(between).toBeGreaterThan(before);

  // Four lines on four ports; the fifth finds none.
  for (let i = 1; i <= 4; i++) await post(agent, services.v5, broadband(`line-${i}`, specification.broadband, id));
  await refused(services.v5, broadband('line-5', specification.broadband, id), 409, /all 4/);
  const vlans = characteristic(await named(agent, 'shelf-1'), 'vlans');
  expect(vlans).toMatchObject({ assigned: 4 });

  // What others stand on cannot be taken away; what is taken away gives its numbers back.
  expect(await agent.call('DELETE', `${resources.v5}/${id}`)).toMatchObject({ status: 409 });
  for (const { id: line } of await agent.get<Entity[]>(services.v5)) {
    expect(await agent.call('DELETE', `${services.v5}/${line}`)).toMatchObject({ status: 204 });
  }
  expect(await agent.call('DELETE', `${resources.v5}/${id}`)).toMatchObject({ status: 204 });
  expect(characteristic(await named(agent, 'shelf-1'), 'vlans')).toMatchObject({ assigned: 0, free: 3995 });
  expect(characteristic(await named(agent, 'pon-1-1'), 'ontIds')).toMatchObject({ assigned: 0, free: 128 });
});
