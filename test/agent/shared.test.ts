/** What instances share, through the doors of a whole agent: specifications, parties, places. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory, runAgent } from '../kit/agent.ts';

const services = '/tmf-api/serviceInventory/v5/service';
const specifications = '/tmf-api/serviceCatalogManagement/v5/serviceSpecification';

test('given a specification that only a client knows, then the catalogue has it as long as an instance uses it', async () => {
  const agent = await runAgent();
  const made = await agent.call('POST', services, {
    '@type': 'Service',
    state: 'active',
    serviceSpecification: { id: 'cfs-17', name: 'Home Line', version: '2.1' },
  });
  expect(made.status).toBe(201);
  expect(await agent.get(`${specifications}/cfs-17`)).toMatchObject({ name: 'Home Line', version: '2.1' });
  const { serviceSpecification } = await agent.get(`${services}/${made.body.id}`);
  expect((await agent.call('GET', serviceSpecification.href)).body).toMatchObject({ id: 'cfs-17' });

  const own = '/diffo/v1/specifications/cfs-17';
  expect((await agent.call('DELETE', own)).body).toMatchObject({
    code: 'conflict',
    reason: expect.stringContaining(made.body.id),
  });
  expect((await agent.call('POST', `${own}/nextMinor`)).body.version).toBe('2.2.0');
  await agent.call('DELETE', `${services}/${made.body.id}`);
  expect((await agent.call('DELETE', own)).status).toBe(204);
  expect((await agent.call('GET', `${specifications}/cfs-17`)).status).toBe(404);
});

test('given a client that moves an instance to another specification, then that one is known too and the first is free', async () => {
  const agent = await runAgent();
  const reference = (id: string) => ({ '@type': 'Service', serviceSpecification: { id } });
  const made = await agent.call('POST', services, { state: 'active', ...reference('one') });
  await agent.call('PATCH', `${services}/${made.body.id}`, reference('two'));
  expect((await agent.get<readonly { id: string }[]>(specifications)).map(({ id }) => id)).toEqual(['one', 'two']);
  expect((await agent.call('DELETE', '/diffo/v1/specifications/two')).status).toBe(409);
  expect((await agent.call('DELETE', '/diffo/v1/specifications/one')).status).toBe(204);
});

test('given an instance of a client at a place and with parties, then both stay while it is there, and it is found where it is', async () => {
  const agent = await runAgent();
  await agent.call('POST', '/diffo/v1/parties', { id: 'ACME', '@type': 'Organization', name: 'Acme' });
  await agent.call('POST', '/diffo/v1/places', {
    id: 'pole5',
    '@type': 'GeographicLocation',
    location: { type: 'Point', coordinates: [151.2, -33.8] },
  });
  const made = await agent.call('POST', services, {
    '@type': 'Service',
    state: 'active',
    serviceSpecification: { id: 's' },
    place: [{ role: 'premises', place: { id: 'pole5', '@type': 'PlaceRef' } }],
    relatedParty: [{ role: 'provider', partyOrPartyRole: { id: 'ACME', '@type': 'PartyRef' } }],
  });
  expect(made.status).toBe(201);
  expect((await agent.call('DELETE', '/diffo/v1/parties/ACME')).status).toBe(409);
  expect((await agent.call('DELETE', '/diffo/v1/places/pole5')).status).toBe(409);
  expect(await agent.get('/diffo/v1/located?near=151.2,-33.81&within=5000')).toMatchObject([
    { id: made.body.id, role: 'premises', place: { id: 'pole5' } },
  ]);
  await agent.call('DELETE', `${services}/${made.body.id}`);
  expect((await agent.call('DELETE', '/diffo/v1/parties/ACME')).status).toBe(204);
  expect((await agent.call('DELETE', '/diffo/v1/places/pole5')).status).toBe(204);
});

test('given two versions of a kind, then a minor version shows on every instance at once, and all can be moved to the next major', async () => {
  const profile = join(makeDirectory(), 'voice.json');
  const voice = { type: 'service', characteristic: [{ name: 'codec', schema: { type: 'string' }, default: 'G.711' }] };
  const kinds = [
    { ...voice, name: 'voice' },
    { ...voice, name: 'voice2', specification: { name: 'voice', version: '2.0.0' } },
  ];
  writeFileSync(profile, JSON.stringify({ name: 'voice', description: 'two versions', mode: 'warn', kinds }));
  const agent = await runAgent({ profile });
  const [two, one] = await agent.get<readonly { id: string; version: string }[]>('/diffo/v1/specifications?name=voice');
  expect([two?.version, one?.version]).toEqual(['2.0.0', '1.0.0']);

  const made: string[] = [];
  for (const name of ['a', 'b']) {
    const body = { '@type': 'Service', name, state: 'active', serviceSpecification: { id: one?.id } };
    made.push((await agent.call('POST', services, body)).body.id);
  }
  await agent.call('POST', `/diffo/v1/specifications/${one?.id}/nextMinor`);
  for (const id of made) {
    expect((await agent.get(`${services}/${id}`)).serviceSpecification).toMatchObject({
      id: one?.id,
      version: '1.1.0',
    });
  }
  expect((await agent.call('DELETE', `/diffo/v1/specifications/${one?.id}`)).status).toBe(409);

  for (const id of made) {
    const moved = await agent.call('PATCH', `${services}/${id}`, {
      '@type': 'Service',
      serviceSpecification: { id: two?.id, version: null },
    });
    expect(moved.status).toBe(200);
  }
  const of = async (id: string | undefined): Promise<number> =>
    (await agent.get(`${services}?serviceSpecification.id=${id}`)).length;
  expect([await of(one?.id), await of(two?.id)]).toEqual([0, 2]);

  await agent.call('PATCH', `/diffo/v1/specifications/${one?.id}`, { frozen: true });
  const body = { '@type': 'Service', name: 'c', state: 'active', serviceSpecification: { id: one?.id } };
  expect((await agent.call('POST', services, body)).status).toBe(409);
  expect(await agent.get(`${specifications}/${one?.id}`)).toMatchObject({
    lifecycleStatus: 'Retired',
    version: '1.1.0',
    serviceSpecRelationship: [{ relationshipType: 'supersededBy', id: two?.id }],
  });
});
