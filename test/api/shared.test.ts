import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entityRoutes } from '../../src/api/diffo/entities.ts';
import { evaluateRoutes } from '../../src/api/diffo/evaluate.ts';
import { locatedRoutes } from '../../src/api/diffo/located.ts';
import { partyRoutes } from '../../src/api/diffo/parties.ts';
import { placeRoutes } from '../../src/api/diffo/places.ts';
import { referenceRoutes } from '../../src/api/diffo/references.ts';
import { specificationRoutes } from '../../src/api/diffo/specifications.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds, RecordKinds } from '../../src/core/kind.ts';
import { type SharedServed, servedShared } from './served-shared.ts';

const recordKinds: RecordKinds = new Map([
  ['oltSite', { name: 'oltSite', type: 'place', base: 'GeographicSite', characteristic: [] }],
]);
const kinds: Kinds = new Map();

let agent: SharedServed;
beforeAll(async () => {
  agent = await servedShared((app, parts) => {
    const all = { ...parts, kinds, recordKinds };
    specificationRoutes(app, all);
    partyRoutes(app, all);
    placeRoutes(app, all);
    entityRoutes(app, all);
    referenceRoutes(app, all);
    locatedRoutes(app, all);
    evaluateRoutes(app, { keyed: {}, clock: parts.clock, kinds });
  });
});
afterAll(() => agent.stop());

const ids = async (path: string): Promise<readonly Json[]> => {
  const { status, list } = await agent.call('GET', path);
  expect(status).toBe(200);
  return list.map(each => each.id ?? null);
};

function putInstance(id: string, document: JsonObject): void {
  agent.store.transact({ principal: 'client', kind: 'request' }, writer =>
    writer.putInstance({
      id: instanceId(id),
      type: 'resource',
      kind: 'resource',
      document: { id, ...document },
      createdAt: 1,
    }),
  );
}

describe('specifications', () => {
  const at = '/diffo/v1/specifications';

  test('given a name, when posted, then it is made, found where its Location says, and made again without loss', async () => {
    const made = await agent.call('POST', at, { name: 'broadband', category: 'connectivity' });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      type: 'serviceSpecification',
      version: '1.0.0',
      majorVersion: 1,
      tmfVersion: 4,
      href: `/tmf-api/serviceCatalogManagement/v4/serviceSpecification/${made.json.id}`,
    });
    expect((await agent.call('GET', made.headers.get('location') ?? '')).json).toEqual(made.json);
    const again = await agent.call('POST', at, { name: 'broadband', description: 'd' });
    expect([again.status, again.json.id, again.json.category]).toEqual([200, made.json.id, 'connectivity']);
    expect((await agent.call('POST', at, again.json)).status).toBe(200);
  });

  test('given type resourceSpecification, then its href is that of the resource catalogue', async () => {
    const { json } = await agent.call('POST', at, { name: 'lineCard', type: 'resourceSpecification' });
    expect(json.href).toContain('resourceCatalogManagement/v4/resourceSpecification/');
    const five = await agent.call('POST', at, { name: 'lineCard', type: 'resourceSpecification', tmfVersion: 5 });
    expect(five.json.href).toContain('/v5/');
  });

  test.each<[string, JsonObject, string]>([
    ['no name', {}, '/name'],
    ['a name that is not lower camel', { name: 'Line Card' }, '/name'],
    ['an id that is no uuid', { name: 'x', id: 'x' }, '/id'],
    ['an id that is a uuid of another version', { name: 'x', id: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' }, '/id'],
    ['an unknown type', { name: 'x', type: 'party' }, '/type'],
    ['a version that is none', { name: 'x', version: 'latest' }, '/version'],
    ['a major version below 0', { name: 'x', majorVersion: -1 }, '/majorVersion'],
    ['a TMF version of 0', { name: 'x', tmfVersion: 0 }, '/tmfVersion'],
    ['versions that contradict one another', { name: 'x', version: '1.2.3', minorVersion: 3 }, '/minorVersion'],
    [
      'states that contradict one another',
      { name: 'x', frozen: false, lifecycleStatus: 'Retired' },
      '/lifecycleStatus',
    ],
    ['a word that means nothing here', { name: 'x', colour: 'red' }, '/colour'],
  ])('given %s, when posted, then it is refused with its place', async (_, body, pointer) => {
    const { status, json } = await agent.call('POST', at, body);
    expect(status).toBe(400);
    expect(json.message).toBe(`See ${pointer} of the body`);
  });

  test('given a bump, a freeze and a description, then each is told at once', async () => {
    const { json } = await agent.call('POST', at, { name: 'voice' });
    expect((await agent.call('POST', `${at}/${json.id}/nextMinor`)).json.version).toBe('1.1.0');
    expect((await agent.call('POST', `${at}/${json.id}/nextPatch`)).json.version).toBe('1.1.1');
    const frozen = await agent.call('PATCH', `${at}/${json.id}`, { frozen: true, description: 'calls' });
    expect(frozen.json).toMatchObject({ frozen: true, lifecycleStatus: 'Retired', description: 'calls' });
    const active = await agent.call('PATCH', `${at}/${json.id}`, { lifecycleStatus: 'Active', description: null });
    expect(active.json).toMatchObject({ frozen: false });
    expect(active.json).not.toHaveProperty('description');
    expect((await agent.call('PATCH', `${at}/${json.id}`, { name: 'other' })).status).toBe(400);
    expect((await agent.call('POST', `${at}/none/nextMinor`)).status).toBe(404);
    expect((await agent.call('DELETE', `${at}/${json.id}`)).status).toBe(204);
  });

  test('given several versions, when asked for the latest of a name, then one', async () => {
    for (const majorVersion of [1, 3, 2]) await agent.call('POST', at, { name: 'tv', majorVersion });
    const found = await agent.call('GET', `${at}?name=tv&latest`);
    expect(found.list.map(({ version }) => version)).toEqual(['3.0.0']);
    expect((await agent.call('GET', `${at}?name=tv&limit=2`)).list.map(each => each.version)).toEqual([
      '3.0.0',
      '2.0.0',
    ]);
    expect((await agent.call('GET', `${at}?name=t`)).list).toEqual([]);
    expect((await agent.call('GET', `${at}?type=car`)).status).toBe(400);
  });

  test('given an expectation of a name and major version, when held against it, then a minor version is nothing outstanding', async () => {
    const { json } = await agent.call('POST', at, { name: 'mail', majorVersion: 1, minorVersion: 7 });
    const verdict = async (expected: JsonObject): Promise<Json | undefined> =>
      (await agent.call('POST', '/diffo/v1/evaluate', { expected, actual: json })).json.verdict;
    expect(await verdict({ name: 'mail', majorVersion: 1 })).toBe('met');
    expect(await verdict({ name: 'mail', majorVersion: 2 })).toBe('unmet');
    expect(await verdict({ name: 'post', majorVersion: 1 })).toBe('unmet');
    expect(
      await verdict({
        $anyOf: [
          { name: 'mail', majorVersion: 1 },
          { name: 'mail', majorVersion: 2 },
        ],
      }),
    ).toBe('met');
  });
});

describe('parties, places and entities', () => {
  test('given a party, when posted, read, patched and deleted, then each answer is as TMF has it', async () => {
    const made = await agent.call('POST', '/diffo/v1/parties', { id: 'ACME', '@type': 'Organization', name: 'Acme' });
    expect([made.status, made.headers.get('location')]).toEqual([201, '/diffo/v1/parties/ACME']);
    expect(made.json.href).toBe('/diffo/v1/parties/ACME');
    const again = await agent.call('POST', '/diffo/v1/parties', {
      id: 'ACME',
      '@type': 'Organization',
      isLegalEntity: true,
    });
    expect([again.status, again.json.name]).toEqual([200, 'Acme']);
    const patched = await agent.call('PATCH', '/diffo/v1/parties/ACME', { name: 'Acme Ltd' });
    expect(patched.json.name).toBe('Acme Ltd');
    expect((await agent.call('PATCH', '/diffo/v1/parties/ACME', { id: 'B' })).status).toBe(400);
    expect((await agent.call('PATCH', '/diffo/v1/parties/ACME', [])).status).toBe(400);
    expect((await agent.call('POST', '/diffo/v1/parties', 'x')).status).toBe(400);
    expect((await agent.call('GET', '/diffo/v1/parties/none')).json).toMatchObject({ code: 'notFound', status: '404' });
    expect((await agent.call('PUT', '/diffo/v1/parties/ACME', {})).status).toBe(405);
    expect((await agent.call('DELETE', '/diffo/v1/parties/ACME')).status).toBe(204);
    expect((await agent.call('DELETE', '/diffo/v1/parties/ACME')).status).toBe(404);
  });

  test('given several, when listed by type, name and page, then those', async () => {
    const places = '/diffo/v1/places';
    await agent.call('POST', places, { id: 's1', '@type': 'GeographicSite', name: 'north' });
    await agent.call('POST', places, { id: 's2', '@type': 'oltSite', name: 'east' });
    await agent.call('POST', places, { id: 'r1', '@referredType': 'GeographicSite', name: 'afar' });
    await agent.call('POST', places, { id: 'a1', '@type': 'GeographicAddress', name: 'x' });
    expect(await ids(`${places}?type=GeographicSite`)).toEqual(['r1', 's2', 's1']);
    expect(await ids(`${places}?type=oltSite`)).toEqual(['s2']);
    expect(await ids(`${places}?type=PlaceRef`)).toEqual(['r1']);
    expect(await ids(`${places}?name=north`)).toEqual(['s1']);
    const page = await agent.call('GET', `${places}?offset=1&limit=2`);
    expect(page.list.map(({ id }) => id)).toEqual(['s2', 's1']);
    expect([page.headers.get('x-total-count'), page.headers.get('x-result-count')]).toEqual(['4', '2']);
  });

  test('given references from instances, parties and places, then they are listed from either end, by role', async () => {
    await agent.call('POST', '/diffo/v1/entities', { id: 'cost', '@type': 'cost' });
    await agent.call('POST', '/diffo/v1/parties', {
      id: 'p1',
      '@type': 'Organization',
      place: [{ role: 'seat', id: 's1' }],
    });
    await agent.call('PATCH', '/diffo/v1/places/s2', { place: [{ role: 'annexOf', id: 's1' }] });
    putInstance('card', {
      place: [{ role: 'site', place: { id: 's1' } }],
      relatedParty: [
        { role: 'owner', partyOrPartyRole: { id: 'p1' } },
        { role: 'installer', partyOrPartyRole: { id: 'p1' } },
      ],
      relatedEntity: [{ role: 'price', entity: { id: 'cost' } }],
    });
    const to = (await agent.call('GET', '/diffo/v1/references?to=s1')).list;
    expect(to.map(({ role, source }) => [role, source])).toEqual([
      ['annexOf', { id: 's2', type: 'place' }],
      ['seat', { id: 'p1', type: 'party' }],
      ['site', { id: 'card', type: 'resource' }],
    ]);
    const from = (await agent.call('GET', '/diffo/v1/references?from=card&class=party')).list;
    expect(from.map(({ role, target }) => [role, target])).toEqual([
      ['installer', { id: 'p1' }],
      ['owner', { id: 'p1' }],
    ]);
    expect((await agent.call('GET', '/diffo/v1/references?to=s1&role=site')).list).toHaveLength(1);
    expect((await agent.call('GET', '/diffo/v1/references?from=card&to=cost')).list).toHaveLength(1);
    expect(await ids('/diffo/v1/parties?referredBy=card')).toEqual(['p1']);
    expect((await agent.call('GET', '/diffo/v1/references')).status).toBe(400);
    expect((await agent.call('GET', '/diffo/v1/references?to=x&class=y')).status).toBe(400);
    const refused = await agent.call('DELETE', '/diffo/v1/places/s1');
    expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
    expect((await agent.call('DELETE', '/diffo/v1/entities/cost')).status).toBe(409);
  });
});

describe('where things are', () => {
  beforeAll(async () => {
    const at = (id: string, longitude: number, latitude: number) =>
      agent.call('POST', '/diffo/v1/places', {
        id,
        '@type': 'GeographicLocation',
        location: { type: 'Point', coordinates: [longitude, latitude] },
      });
    await at('L1', 20, 50);
    await at('L2', 20, 50.01);
    await at('L3', 20, 51);
    await agent.call('POST', '/diffo/v1/places', {
      id: 'area',
      '@type': 'GeographicLocation',
      bounds: {
        type: 'Polygon',
        coordinates: [
          [
            [19, 49],
            [21, 49],
            [21, 50.5],
            [19, 50.5],
            [19, 49],
          ],
        ],
      },
    });
    await agent.call('POST', '/diffo/v1/places', {
      id: 'S3',
      '@type': 'GeographicSite',
      place: [{ role: 'at', id: 'L3' }],
    });
    putInstance('mast1', { name: 'mast', place: [{ role: 'stands', place: { id: 'L1' } }] });
    putInstance('mast3', { place: [{ role: 'installed', place: { id: 'S3' } }] });
    putInstance('radio', {
      place: [
        { role: 'allowed', place: { id: 'area' } },
        { role: 'blocked', place: { id: 'L9' } },
      ],
    });
  });

  test('given a position, then the near places, with how far they are', async () => {
    const found = await agent.call('GET', '/diffo/v1/places?near=20,50&within=2000&type=GeographicLocation');
    expect(found.list.map(({ id, distanceMetres }) => [id, distanceMetres])).toEqual([
      ['L1', 0],
      ['area', 0],
      ['L2', 1112],
    ]);
    expect(await ids('/diffo/v1/places?near=20,51&limit=1')).toEqual(['L3']);
    expect(await ids('/diffo/v1/places?near=20,51&limit=1&offset=1')).toEqual(['area']);
  });

  test('given an area as GeoJSON or as its corners, then the places inside', async () => {
    const area = {
      type: 'Polygon',
      coordinates: [
        [
          [19.5, 49.5],
          [20.5, 49.5],
          [20.5, 50.5],
          [19.5, 50.5],
          [19.5, 49.5],
        ],
      ],
    };
    expect(await ids(`/diffo/v1/places?inside=${encodeURIComponent(JSON.stringify(area))}`)).toEqual(['L1', 'L2']);
    expect(await ids('/diffo/v1/places?inside=19.5,49.5;20.5,49.5;20.5,50.005;19.5,50.005')).toEqual(['L1']);
    expect(await ids('/diffo/v1/places?containing=20.5,50.4')).toEqual(['area']);
    expect(await ids('/diffo/v1/places?insidePlace=area')).toEqual(['L1', 'L2', 'area']);
    expect((await agent.call('GET', '/diffo/v1/places?insidePlace=none')).status).toBe(404);
  });

  test('given a position, then the instances that are near, at a location or at a site there', async () => {
    const found = await agent.call('GET', '/diffo/v1/located?near=20,50&within=200000');
    expect(found.list.map(({ id, role, distanceMetres }) => [id, role, distanceMetres])).toEqual([
      ['mast1', 'stands', 0],
      ['radio', 'allowed', 0],
      ['mast3', 'installed', 111_195.1],
    ]);
    expect(found.list[0]).toMatchObject({
      name: 'mast',
      href: expect.stringContaining('/resource/mast1'),
      place: { id: 'L1' },
    });
    expect(await ids('/diffo/v1/located?near=20,51&limit=1')).toEqual(['mast3']);
    expect(await ids('/diffo/v1/located?near=20,50&role=installed')).toEqual(['mast3']);
    expect(await ids('/diffo/v1/located?near=20,50&type=service')).toEqual([]);
  });

  test('given a position, then who serves it', async () => {
    const at = async (query: string) => (await agent.call('GET', `/diffo/v1/qualification?${query}`)).list;
    expect(await at('at=20.5,50.4')).toEqual([{ by: 'radio', result: 'served', allowed: ['area'], blocked: [] }]);
    expect((await agent.call('GET', '/diffo/v1/qualification?at=0,0&for=nobody')).status).toBe(404);
    expect(await at('at=0,0&for=radio')).toMatchObject([{ result: 'outOfFootprint' }]);
    expect(await at('at=20.5,50.4&allowed=footprint&blocked=allowed')).toMatchObject([{ result: 'blocked' }]);
  });

  test.each([
    'places?near=50',
    'places?near=200,0',
    'places?near=x,y',
    'places?within=5',
    'places?near=1,1&within=-1',
    'places?near=1,1&inside=1,1;2,2;3,3',
    'places?inside=1,1;2,2',
    'places?insidePlace=L1',
    'places?insidePlace=s1',
    'places?near=1,1&name=x',
    'places?inside={bad',
    'places?inside={"type":"Point","coordinates":[1,2]}',
    'located',
    'located?near=1,1&type=party',
    'qualification',
  ])('given %s, then it is refused with one sentence', async path => {
    const { status, json } = await agent.call('GET', `/diffo/v1/${path}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'invalid', reason: expect.stringMatching(/^.{20,}$/) });
  });
});
