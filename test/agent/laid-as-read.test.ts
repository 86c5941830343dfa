/** What a client reads may be laid as an expectation as it is, and is met by what it was read from. */
import { describe, expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { isObject, type JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent } from '../kit/agent.ts';
import { lastingPort } from '../kit/process.ts';

// biome-ignore lint/suspicious/noExplicitAny: a client says what it expects to find in an answer
type Entity = any;

const roots = {
  service: { v4: '/tmf-api/serviceInventory/v4/service', v5: '/tmf-api/serviceInventory/v5/service' },
  resource: {
    v4: '/tmf-api/resourceInventoryManagement/v4/resource',
    v5: '/tmf-api/resourceInventoryManagement/v5/resource',
  },
} as const;
type Type = keyof typeof roots;

const strict: Record<Type, string> = { service: 'tmf638@1', resource: 'tmf639@1' };

async function made(agent: TestAgent, path: string, body: object): Promise<Entity> {
  const answer = await agent.call('POST', path, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

/** All that there is, each as its own address shows it. */
async function read(agent: TestAgent, type: Type): Promise<readonly Entity[]> {
  const listed = await agent.get<Entity[]>(`${roots[type].v5}?limit=100`);
  return Promise.all(listed.map(({ id }) => agent.get(`${roots[type].v5}/${id}`)));
}

/** Lays what was read, and tells what is outstanding of it. */
async function laid(agent: TestAgent, type: Type, entity: Entity): Promise<readonly Entity[]> {
  const { for: meant, ...answer } = (
    await agent.call('POST', '/diffo/v1/expectations', {
      for: { id: entity.id },
      expect: entity,
      profile: strict[type],
      // Not all is looked at in this moment.
      freshnessMs: 3_600_000,
    })
  ).body;
  expect(answer, JSON.stringify(answer).slice(0, 500)).toMatchObject({ conflicts: [], profile: strict[type] });
  await agent.loop.settle();
  const outstanding = await agent.get<Entity[]>(`/diffo/v1/outstanding?instance=${entity.id}`);
  return outstanding.filter(each => each.expectation?.id === answer.id || each.expectation === answer.id);
}

async function everythingIsMet(agent: TestAgent, type: Type): Promise<number> {
  await agent.loop.settle();
  const entities = await read(agent, type);
  for (const entity of entities) expect(await laid(agent, type, entity), entity.name).toEqual([]);
  const verdicts = agent.store.verdicts().filter(({ instance }) => entities.some(each => each.id === instance));
  expect(verdicts.length).toBeGreaterThanOrEqual(entities.length);
  expect(verdicts.map(({ verdict }) => verdict).filter(verdict => verdict !== 'met')).toEqual([]);
  // As the twins: what is outstanding of each is nothing, and what is expected is what is there.
  for (const { id, name } of entities) {
    const outstanding = await agent.get<Entity>(`${roots[type].v5}/${id}?which=outstanding`);
    expect(outstanding.expectation, name).toBeNull();
    const expected = await agent.get<Entity>(`${roots[type].v5}/${id}?which=expected`);
    expect(expected.expectation).toMatchObject({ id });
  }
  return entities.length;
}

const specification = { id: 'gold', name: 'gold', version: '1.0.0', '@type': 'ServiceSpecificationRef' };

/** References to what is here and to what is elsewhere, things inside things, and values of every type. */
async function inventory(agent: TestAgent): Promise<void> {
  const values = ['text', true, 7, 7.5, { note: ['a', 'b'], deep: [{ x: 1 }] }, ['a'], [1, 2], [{ a: 1 }, { a: 2 }]];
  const characteristics = values.map((value, i) => ({ name: `c${i}`, value }));
  const resource = await made(agent, roots.resource.v5, {
    '@type': 'LogicalResource',
    name: 'wan',
    value: 'eth1',
    operationalState: 'enabled',
    availabilityStatus: 'online',
    alarmStatus: ['major', 'minor'],
    resourceCharacteristic: characteristics,
    activationFeature: [{ name: 'nat', isEnabled: true, featureCharacteristic: [{ name: 'ports', value: 5 }] }],
    note: [{ text: 'towards the exchange' }, { author: 'only' }],
    attachment: [{ id: 'a1', content: 'x', size: { amount: 5, units: 'KB' } }],
  });
  const inner = await made(agent, roots.service.v5, {
    '@type': 'Service',
    name: 'line',
    state: 'designed',
    serviceSpecification: specification,
  });
  await made(agent, roots.service.v5, {
    '@type': 'Service',
    name: 'internet',
    state: 'active',
    operatingStatus: 'running',
    serviceSpecification: specification,
    serviceCharacteristic: characteristics,
    supportingResource: [{ id: resource.id, '@type': 'ResourceRef' }],
    supportingService: [
      { id: inner.id, '@type': 'ServiceRef' },
      { '@type': 'Service', id: 'inside', state: 'active', serviceSpecification: specification },
    ],
    serviceRelationship: [
      {
        relationshipType: 'reliesOn',
        service: { id: inner.id, '@type': 'ServiceRef' },
        serviceRelationshipCharacteristic: [{ name: 'weight', value: 3 }],
      },
    ],
    relatedParty: [
      { role: 'owner', partyOrPartyRole: { id: 'ann', href: 'https://crm.example/ann', '@type': 'PartyRef' } },
      { role: 'payer', partyOrPartyRole: { id: 'ann', '@type': 'PartyRef' } },
    ],
    place: [
      { role: 'site', place: { '@type': 'GeographicAddress', id: 'p1', city: 'Perth', streetNr: '1' } },
      { role: 'exchange', place: { id: 'x7', '@type': 'PlaceRef', '@referredType': 'GeographicSite' } },
    ],
    externalIdentifier: [{ id: 'ORD1', externalIdentifierType: 'order' }],
    feature: [{ name: 'voice', isEnabled: false, constraint: [{ id: 'k', '@type': 'ConstraintRef' }] }],
  });
}

describe('as it was read', () => {
  test('an inventory', async () => {
    const agent = await runAgent({ profile: 'inventory' });
    await inventory(agent);
    expect(await everythingIsMet(agent, 'resource')).toBe(1);
    expect(await everythingIsMet(agent, 'service')).toBe(2);
  });

  test('an inventory with a public address', async () => {
    const port = await lastingPort();
    const publicUrl = `http://localhost:${port}`;
    const agent = await runAgent({ profile: 'inventory', http: `127.0.0.1:${port}`, 'http.publicUrl': publicUrl });
    await inventory(agent);
    expect((await read(agent, 'service'))[0].href.startsWith(`${publicUrl}/tmf-api`)).toBe(true);
    expect(await everythingIsMet(agent, 'service')).toBe(2);
  });

  test('a shelf, with numbers it has given and a line over it', async () => {
    const agent = await runAgent({ profile: 'olt-shelf' });
    const kinds = await agent.get<Entity[]>('/tmf-api/resourceCatalog/v5/resourceSpecification');
    const services = await agent.get<Entity[]>('/tmf-api/serviceCatalogManagement/v4/serviceSpecification');
    const idOf = (name: string): string => [...kinds, ...services].find(each => each.name === name)?.id;
    const ont = await made(agent, roots.resource.v5, {
      '@type': 'PhysicalResource',
      name: 'ont-ann',
      lifecycleState: 'installed',
      resourceSpecification: { id: idOf('ont'), '@type': 'ResourceSpecificationRef' },
      resourceCharacteristic: [{ name: 'serialNumber', value: 'EXAM00000001' }],
    });
    await made(agent, roots.service.v5, {
      '@type': 'Service',
      name: 'ann',
      state: 'reserved',
      serviceSpecification: { id: idOf('broadband'), '@type': 'ServiceSpecificationRef' },
      supportingResource: [{ id: ont.id, '@type': 'ResourceRef' }],
    });
    expect(await everythingIsMet(agent, 'resource')).toBeGreaterThan(6);
    expect(await everythingIsMet(agent, 'service')).toBe(1);
  });

  test('a router', async () => {
    const agent = await runAgent({ profile: 'cpe-router' });
    expect(await everythingIsMet(agent, 'resource')).toBeGreaterThan(3);
    expect(await everythingIsMet(agent, 'service')).toBeGreaterThanOrEqual(0);
  });

  test('a simulated element, which says no more than names and values', async () => {
    const facts = {
      name: 'p1',
      '@type': 'LogicalResource',
      administrativeState: 'locked',
      availabilityStatus: ['online'],
      resourceCharacteristic: [
        { name: 'mtu', value: 1400 },
        { name: 'dns', value: ['192.0.2.1'] },
      ],
    };
    const elements = readElements([{ kind: 'port', key: 'p1', facts, telemetry: [] }]);
    const simulator = openSimulator({ clock: systemClock, log: silentLog, elements });
    const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
    expect(await everythingIsMet(agent, 'resource')).toBe(1);
  });

  test('this host, counters and all', async () => {
    const agent = await runAgent({ profile: 'linux-host' });
    await agent.loop.settle();
    const sampled = (await read(agent, 'resource')).flatMap(each => each.resourceCharacteristic ?? []);
    expect(sampled.some(each => each.sampledAt !== undefined)).toBe(true);
    expect(await everythingIsMet(agent, 'resource')).toBeGreaterThan(1);
    expect(await everythingIsMet(agent, 'service')).toBeGreaterThan(0);
  });
});

describe('and then', () => {
  const one = async (agent: TestAgent, name: string): Promise<Entity> => {
    const found = (await read(agent, 'service')).find(each => each.name === name);
    return found;
  };

  test('whatever changes of it is outstanding, and nothing else', async () => {
    const agent = await runAgent({ profile: 'inventory' });
    await inventory(agent);
    const before = await one(agent, 'internet');
    expect(await laid(agent, 'service', before)).toEqual([]);
    const patch = {
      relatedParty: [
        { ...before.relatedParty[1] },
        { ...before.relatedParty[0], partyOrPartyRole: { ...before.relatedParty[0].partyOrPartyRole, name: 'Ann' } },
      ],
      operatingStatus: 'degraded',
      serviceCharacteristic: before.serviceCharacteristic.map((each: JsonObject) =>
        each.name === 'c2' ? { ...each, value: 'seven', '@type': 'StringCharacteristic' } : each,
      ),
    };
    expect((await agent.call('PATCH', `${roots.service.v5}/${before.id}`, patch)).status).toBe(200);
    await agent.loop.settle();
    const [entry] = await agent.get<Entity[]>(`/diffo/v1/outstanding?instance=${before.id}`);
    expect(entry.outstanding).toEqual({
      operatingStatus: 'running',
      serviceCharacteristic: [{ name: 'c2', value: 7, '@type': 'IntegerCharacteristic' }],
    });
    const paths = entry.leaves.map((each: Entity) => each.path).sort();
    expect(paths).toEqual(['/operatingStatus', '/serviceCharacteristic/c2/@type', '/serviceCharacteristic/c2/value']);
    expect((await agent.call('PATCH', `${roots.service.v5}/${before.id}`, patchBack(before))).status).toBe(200);
    await agent.loop.settle();
    expect(await agent.get(`/diffo/v1/outstanding?instance=${before.id}`)).toEqual([]);
  });

  test('a reference still names the same when its target goes; another target is outstanding', async () => {
    const agent = await runAgent({ profile: 'inventory' });
    await inventory(agent);
    const before = await one(agent, 'internet');
    expect(await laid(agent, 'service', before)).toEqual([]);
    const [resource] = await read(agent, 'resource');
    expect((await agent.call('DELETE', `${roots.resource.v5}/${resource.id}`)).status).toBeLessThan(500);
    await agent.loop.settle();
    expect(await agent.get(`/diffo/v1/outstanding?instance=${before.id}`)).toEqual([]);
    await agent.call('PATCH', `${roots.service.v5}/${before.id}`, {
      supportingResource: [{ id: 'other', '@type': 'ResourceRef' }],
    });
    await agent.loop.settle();
    const [entry] = await agent.get<Entity[]>(`/diffo/v1/outstanding?instance=${before.id}`);
    expect(Object.keys(entry.outstanding)).toEqual(['supportingResource']);
    expect(entry.outstanding.supportingResource).toMatchObject([{ id: resource.id }]);
  });

  test('in v4 what was read is patched back, and nothing is outstanding', async () => {
    const agent = await runAgent({ profile: 'cpe-router' });
    await agent.loop.settle();
    const listed = await agent.get<Entity[]>(`${roots.resource.v4}?limit=100`);
    expect(listed.length).toBeGreaterThan(3);
    for (const each of listed) {
      const { id, href, ...body } = await agent.get<Entity>(`${roots.resource.v4}/${each.id}`);
      const answer = await agent.call('PATCH', href, body);
      expect(answer.status, JSON.stringify(answer.body).slice(0, 300)).toBe(200);
      expect(isObject(answer.body)).toBe(true);
      await agent.loop.settle();
      expect(await agent.get(`/diffo/v1/outstanding?instance=${id}`)).toEqual([]);
    }
    expect((await agent.get<Entity[]>('/diffo/v1/expectations')).filter(each => each.principal === 'client')).toEqual(
      [],
    );
  });
});

function patchBack({ operatingStatus, serviceCharacteristic, relatedParty }: Entity): object {
  return { operatingStatus, serviceCharacteristic, relatedParty };
}
