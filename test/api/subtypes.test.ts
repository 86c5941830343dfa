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
const installer4 = { role: 'installer', id: 'acme', '@referredType': 'Organization' };
const installer5 = { role: 'installer', partyOrPartyRole: { id: 'acme', '@referredType': 'Organization' } };
const typed = { '@type': 'OltShelf', '@baseType': 'PhysicalResource', '@schemaLocation': 'http://127.0.0.1:1/shelf' };

let made = 0;
/** A shelf of a type of its own, which is a kind of the profile and a physical resource at once. */
const post = (root: string, more: JsonObject): Promise<Answer> =>
  agent.call('POST', `${root}/resource`, {
    ...typed,
    name: `shelf ${++made}`,
    manufactureDate: '2026-01-31T12:00:00Z',
    powerState: 'on',
    resourceSpecification: { id, name, version, '@type': 'ResourceSpecificationRef' },
    resourceCharacteristic: [
      { name: 'rack', value: 'r1' },
      { name: 'shelf', value: { height: 3 } },
    ],
    relatedParty: [root === R4 ? installer4 : installer5],
    ...more,
  });

test.each([
  ['v4', R4],
  ['v5', R5],
])('T110: in %s the rules of the kind and those of the base type both hold', async (_, root) => {
  const first = await post(root, {});
  expect(first.status).toBe(201);
  const { json } = await agent.call('GET', `${R5}/resource/${first.json.id}`);
  expect(json).toMatchObject({ ...typed, manufactureDate: '2026-01-31T12:00:00Z', powerState: 'on' });
  const refusals: readonly (readonly [JsonObject, string])[] = [
    [{ manufactureDate: '2026-01-31' }, '/manufactureDate'],
    [{ powerState: 1 }, '/powerState'],
    [{ resourceCharacteristic: [{ name: 'rack', value: 1 }] }, '/resourceCharacteristic/0/value'],
    [
      {
        resourceCharacteristic: [
          { name: 'rack', value: 'r1' },
          { name: 'shelf', value: { height: 'tall' } },
        ],
      },
      '/resourceCharacteristic/1/value/height',
    ],
  ];
  for (const [said, pointer] of refusals) {
    const again = await post(root, said);
    expect([again.status, again.json.pointer]).toEqual([400, pointer]);
  }
  const patches = refusals.filter(([, pointer]) => !pointer.startsWith('/resourceCharacteristic'));
  for (const [said, pointer] of patches) {
    const { status, json: failure } = await agent.call('PATCH', `${root}/resource/${first.json.id}`, said);
    expect([status, failure.pointer]).toEqual([400, pointer]);
  }
});

test('it is found by each of its types, and by none that it is not of', async () => {
  const { json } = await post(R5, {});
  for (const root of [R4, R5]) {
    for (const type of ['OltShelf', 'PhysicalResource', 'Resource']) {
      const { list } = await agent.call('GET', `${root}/resource?@type=${type}&id=${json.id}`);
      expect(list.map(each => each.id)).toEqual([json.id]);
    }
    for (const type of ['LogicalResource', 'SoftwareResource', 'OltCard']) {
      expect((await agent.call('GET', `${root}/resource?@type=${type}&id=${json.id}`)).list).toEqual([]);
    }
  }
});
