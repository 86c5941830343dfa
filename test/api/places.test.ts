import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { kinds, recordKinds, shelf } from '../kit/domain.ts';
import { type Answer, R4, R5, type Served, served } from './served.ts';

let agent: Served;
beforeAll(async () => {
  agent = await served({ kinds, recordKinds });
});
afterAll(() => agent.stop());

const { id, name, version } = shelf.specification;
const resourceSpecification = { id, name, version, '@type': 'ResourceSpecificationRef' };
const resourceCharacteristic = [{ name: 'rack', value: 'r1' }];
const installer4 = { role: 'installer', id: 'acme', '@referredType': 'Organization' };
const installer5 = {
  role: 'installer',
  partyOrPartyRole: { id: 'acme', '@type': 'PartyRef', '@referredType': 'Organization' },
};

const post = (root: string, more: JsonObject): Promise<Answer> =>
  agent.call('POST', `${root}/resource`, {
    '@type': 'Resource',
    name: 'shelf',
    resourceSpecification,
    resourceCharacteristic,
    relatedParty: [root === R4 ? installer4 : installer5],
    ...more,
  });

test('what the kind of an instance refuses is told at the place that each version has', async () => {
  const wrong4 = await post(R4, { relatedParty: [installer4, { ...installer4, id: 'x', '@referredType': 'Robot' }] });
  const wrong5 = await post(R5, {
    relatedParty: [installer5, { role: 'installer', partyOrPartyRole: { id: 'x', '@referredType': 'Robot' } }],
  });
  for (const { status, json } of [wrong4, wrong5]) {
    expect(status).toBe(400);
    expect(json.reason).toMatch(/installer stands an Organization; party x is a Robot/);
  }
  expect(wrong4.json.pointer).toBe('/relatedParty/1');
  expect(wrong5.json.pointer).toBe('/relatedParty/1/partyOrPartyRole');
});

test('a place that stands alone in v4 has no index there', async () => {
  const place = { role: 'garage', id: 'p', '@referredType': 'Site' };
  const in4 = await post(R4, { place });
  const in5 = await post(R5, { place: [{ role: 'garage', place: { id: 'p', '@referredType': 'Site' } }] });
  expect([in4.status, in4.json.pointer]).toEqual([400, '/place/role']);
  expect([in5.status, in5.json.pointer]).toEqual([400, '/place/0/role']);
});

test('and so after a PATCH, which leaves everything as it was', async () => {
  const made = await post(R4, {});
  expect(made.status).toBe(201);
  const patches = [
    [
      `${R4}/resource/${made.json.id}`,
      {
        relatedParty: [
          { ...installer4, role: 'owner', id: 'y' },
          { ...installer4, '@referredType': 'Robot', id: 'x' },
        ],
      },
      '/relatedParty/1',
    ],
    [`${R4}/resource/${made.json.id}`, { place: { role: 'garage', id: 'p' } }, '/place/role'],
    [`${R5}/resource/${made.json.id}`, { place: [{ role: 'garage', place: { id: 'p' } }] }, '/place/0/role'],
  ] as const;
  for (const [at, body, pointer] of patches) {
    const { status, json } = await agent.call('PATCH', at, body);
    expect([status, json.pointer]).toEqual([400, pointer]);
  }
  expect((await agent.call('GET', `${R4}/resource/${made.json.id}`)).json).toEqual(made.json);
});
