import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { catalogueRoutes } from '../../src/api/catalogue-routes.ts';
import { specificationRoutes } from '../../src/api/diffo/specifications.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind, Kinds } from '../../src/core/kind.ts';
import { ensureSpecification } from '../../src/core/model/specification.ts';
import { kind } from '../kit/model.ts';
import { type SharedServed, servedShared } from './served-shared.ts';

const S4 = '/tmf-api/serviceCatalogManagement/v4/serviceSpecification';
const S5 = '/tmf-api/serviceCatalogManagement/v5/serviceSpecification';
const R4 = '/tmf-api/resourceCatalogManagement/v4/resourceSpecification';
const R5 = '/tmf-api/resourceCatalogManagement/v5/resourceSpecification';

const equipment = kind('equipment', { type: 'resource', abstract: true, specification: specified('E1', 'equipment') });
const card: Kind = kind('card', {
  type: 'resource',
  description: 'A line card',
  category: 'hardware',
  lineage: ['equipment'],
  specification: specified('C1', 'card', '1.2.3'),
  characteristic: [
    {
      name: 'speed',
      description: 'Of each port',
      schema: { type: 'integer', minimum: 10, maximum: 10_000 },
      unit: 'Mbit/s',
      default: 1000,
      mandatory: true,
      owner: 'record',
    },
    { name: 'mode', schema: { type: 'string', enum: ['auto', 'fixed'] }, default: 'auto', owner: 'record' },
    { name: 'serial', schema: { type: 'string', pattern: '^[A-Z]{4}' }, owner: 'driver' },
    { name: 'temperature', schema: { type: 'number', minimum: -40.5 }, unit: 'Cel', owner: 'driver', telemetry: true },
    {
      name: 'labels',
      schema: { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 4, uniqueItems: true },
      owner: 'record',
    },
  ],
  feature: [
    {
      name: 'powerSaving',
      isEnabled: false,
      characteristic: [{ name: 'level', schema: { type: 'integer' }, default: 3, owner: 'record' }],
    },
  ],
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 48, algorithm: 'lowest', type: 'GPON' }],
  party: [{ role: 'installer', type: 'Organization', min: 1, max: 3 }],
  place: [{ role: 'site', type: 'GeographicSite', min: 0, max: 1 }],
});
const card2: Kind = kind('card2', { type: 'resource', specification: specified('C2', 'card', '2.0.0') });
const line: Kind = kind('line', {
  specification: specified('L1', 'line'),
  assignment: [{ alias: 'port', from: 'card', pool: 'ports' }],
  party: [{ role: 'customer', type: 'Individual', min: 1, max: 1 }],
  place: [{ role: 'premises', min: 1, max: 1 }],
  inheritedCharacteristic: [{ name: 'cardSpeed', via: [], read: 'speed', collapse: 'first' }],
  field: [{ name: 'portNumber', via: [], of: 'edge', read: 'value' }],
});
const kinds: Kinds = new Map([equipment, card, card2, line].map(each => [each.name, each]));

function specified(id: string, name: string, version = '1.0.0') {
  return { id, name, version, tmfVersion: 5 };
}

describe('the catalogues', () => {
  let agent: SharedServed;
  beforeAll(async () => {
    agent = await servedShared((app, parts) => {
      specificationRoutes(app, { ...parts, kinds });
      catalogueRoutes(app, { ...parts, kinds, publicUrl: '', servedSince: Date.parse('2026-01-01T00:00:00Z') });
    });
    agent.store.transact({ principal: 'client', kind: 'request' }, writer => {
      const document = { id: 'a', serviceSpecification: { id: 'x', name: 'Voice Line', version: '3.1' } };
      writer.putInstance({ id: instanceId('a'), type: 'service', kind: 'service', document, createdAt: 1 });
      ensureSpecification(writer, document, 'service', Date.parse('2026-02-01T00:00:00Z'));
    });
  });
  afterAll(() => agent.stop());

  const get = async (path: string): Promise<JsonObject> => {
    const { status, json } = await agent.call('GET', path);
    expect(status).toBe(200);
    return json;
  };
  const names = async (path: string): Promise<readonly Json[]> =>
    (await agent.call('GET', path)).list.map(each => each.name ?? null);

  test('given kinds and references of instances, when listed, then each is there once, by name and the highest version first', async () => {
    const listed = await agent.call('GET', R5);
    expect(listed.list.map(({ id }) => id)).toEqual(['C2', 'C1', 'E1']);
    expect(listed.headers.get('x-total-count')).toBe('3');
    expect(await names(S4)).toEqual(['Voice Line', 'line']);
  });

  test('given a kind, when read in v4, then its characteristics follow their schemas', async () => {
    const shown = await get(`${R4}/C1`);
    expect(shown).toMatchObject({
      id: 'C1',
      href: `${R4}/C1`,
      name: 'card',
      version: '1.2.3',
      description: 'A line card',
      category: 'hardware',
      lifecycleStatus: 'Active',
      lastUpdate: '2026-01-01T00:00:00.000Z',
      isBundle: false,
      '@type': 'ResourceSpecification',
      '@schemaLocation': '/diffo/v1/kinds/card/schema/1.2.3',
      targetResourceSchema: { '@type': 'card', '@schemaLocation': '/diffo/v1/kinds/card/schema/1.2.3' },
      resourceSpecCharacteristic: [
        {
          name: 'speed',
          valueType: 'integer',
          configurable: true,
          minCardinality: 1,
          maxCardinality: 1,
          resourceSpecCharacteristicValue: [
            { value: 1000, isDefault: true, unitOfMeasure: 'Mbit/s' },
            { valueFrom: 10, valueTo: 10_000, rangeInterval: 'closed', unitOfMeasure: 'Mbit/s' },
          ],
        },
        {
          name: 'mode',
          minCardinality: 0,
          resourceSpecCharacteristicValue: [{ value: 'auto', isDefault: true }, { value: 'fixed' }],
        },
        { name: 'serial', regex: '^[A-Z]{4}', configurable: false },
        { name: 'temperature', valueType: 'number', configurable: false },
        { name: 'labels', valueType: 'string', minCardinality: 0, maxCardinality: 4, isUnique: true },
        { name: 'ports', valueType: 'object' },
      ],
      featureSpecification: [
        {
          name: 'powerSaving',
          isEnabled: false,
          featureSpecCharacteristic: [
            { name: 'level', featureSpecCharacteristicValue: [{ value: 3, isDefault: true }] },
          ],
        },
      ],
    });
    expect(shown).not.toHaveProperty('relatedParty');
  });

  test('given a kind, when read in v5, then every object says its type and the roles of parties are told', async () => {
    const shown = await get(`${R5}/C1`);
    expect(shown).toMatchObject({
      resourceSpecCharacteristic: [
        {
          name: 'speed',
          '@type': 'CharacteristicSpecification',
          characteristicValueSpecification: [{ value: 1000, '@type': 'IntegerCharacteristicValueSpecification' }, {}],
        },
        {},
        {},
        {},
        {},
        {},
      ],
      relatedParty: [{ role: 'installer', '@type': 'RelatedPartyRefOrPartyRoleRef' }],
      resourceSpecRelationship: [
        { relationshipType: 'supersededBy', id: 'C2', href: `${R5}/C2`, '@type': 'ResourceSpecificationRelationship' },
        { relationshipType: 'composedOf', id: 'E1' },
      ],
    });
    expect(await get(`${R5}/C2`)).toMatchObject({
      resourceSpecRelationship: [{ relationshipType: 'supersedes', id: 'C1' }],
    });
  });

  test('given a service of a kind, when read, then what it is made with, its roles and what it derives are told', async () => {
    expect(await get(`${S5}/L1`)).toMatchObject({
      resourceSpecification: [{ id: 'C1', href: `${R5}/C1`, version: '1.2.3', '@type': 'ResourceSpecificationRef' }],
      entitySpecRelationship: [
        { relationshipType: 'relatedParty', role: 'customer', name: 'Individual' },
        { relationshipType: 'place', role: 'premises', name: 'Place' },
      ],
      specCharacteristic: [{ name: 'cardSpeed', configurable: false }, { name: 'portNumber' }],
    });
  });

  test('given what only an instance refers to, when read, then what is known of it is told', async () => {
    expect(await get(`${S4}/x`)).toEqual({
      id: 'x',
      href: `${S4}/x`,
      name: 'Voice Line',
      version: '3.1',
      lifecycleStatus: 'Active',
      lastUpdate: '2026-02-01T00:00:00.000Z',
      isBundle: false,
      '@type': 'ServiceSpecification',
      '@baseType': 'EntitySpecification',
    });
  });

  test('given a change on the device, when read, then it shows at once, and what is frozen is retired', async () => {
    await agent.call('PATCH', '/diffo/v1/specifications/C2', { frozen: true, description: 'no longer made' });
    await agent.call('POST', '/diffo/v1/specifications/C2/nextMinor');
    expect(await get(`${R4}/C2`)).toMatchObject({
      version: '2.1.0',
      lifecycleStatus: 'Retired',
      description: 'no longer made',
    });
    expect(await names(`${R4}?lifecycleStatus=Retired`)).toEqual(['card']);
  });

  test('given filters, fields and a page, then the list is as that of an inventory', async () => {
    expect(await names(`${R5}?name=equipment`)).toEqual(['equipment']);
    expect(await names(`${R5}?resourceSpecCharacteristic.name=serial`)).toEqual(['card']);
    expect(await names(`${R5}?version.regex=^1`)).toEqual(['card', 'equipment']);
    expect(await names(`${R5}?filter=${encodeURIComponent("$[?(@.category=='hardware')]")}`)).toEqual(['card']);
    expect((await agent.call('GET', `${R5}?sort=version`)).list.map(({ id }) => id)).toEqual(['E1', 'C1', 'C2']);
    expect((await agent.call('GET', `${R5}?after=x`)).status).toBe(501);
    const page = await agent.call('GET', `${R5}?offset=1&limit=1&fields=name`);
    expect(page.status).toBe(206);
    expect(page.headers.get('x-result-count')).toBe('1');
    expect(page.headers.get('link')).toContain('rel="next"');
    expect(page.list).toEqual([
      {
        id: 'C1',
        href: `${R5}/C1`,
        name: 'card',
        '@type': 'ResourceSpecification',
        '@baseType': 'Entity',
        '@schemaLocation': '/diffo/v1/kinds/card/schema/1.2.3',
      },
    ]);
    expect(await get(`${R4}/C1?fields=version`)).not.toHaveProperty('name');
  });

  test('given what is not there or not served, then the error is as TMF has it', async () => {
    const missing = await agent.call('GET', `${R5}/none`);
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({ code: 'notFound', status: '404', '@type': 'Error' });
    expect((await agent.call('GET', `${S5}/C1`)).status).toBe(404);
    const refused = await agent.call('POST', R4, { name: 'x' });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('GET');
    expect((await agent.call('DELETE', `${S4}/L1`)).status).toBe(405);
    expect((await agent.call('GET', `${R4}?limit=x`)).status).toBe(400);
  });

  test('given the roots of the official files, then they serve the same', async () => {
    for (const root of ['/tmf-api/resourceCatalog/v4', '/tmf-api/resourceCatalog/v5', '/resourceCatalog/v5']) {
      expect((await agent.call('GET', `${root}/resourceSpecification/C1`)).json.id).toBe('C1');
    }
    expect(await get('/tmf-api/serviceCatalogManagement/v4')).toMatchObject({ _links: { self: {} } });
  });

  test('given an address of a public server, then every href begins with it', async () => {
    const elsewhere = await servedShared((app, parts) =>
      catalogueRoutes(app, { ...parts, kinds, publicUrl: 'https://cpe.example', servedSince: 0 }),
    );
    const { json } = await elsewhere.call('GET', `${R4}/C1`);
    await elsewhere.stop();
    expect(json.href).toBe(`https://cpe.example${R4}/C1`);
    expect(json['@schemaLocation']).toBe('https://cpe.example/diffo/v1/kinds/card/schema/1.2.3');
  });

  describe.skipIf(!existsSync(official('LICENSE')))('by the official files, where they lie beside the clone', () => {
    const cases = [
      ['TMF633_Service_Catalog_API_v4.0.0_swagger.json', S4, 'ServiceSpecification'],
      ['TMF634_Resource_Catalog_Management_API_v4.1.0_swagger.json', R4, 'ResourceSpecification'],
      ['TMF634-Resource_Catalog_Management-v5.0.0.oas.yaml', R5, 'ResourceSpecification'],
    ] as const;
    test.each(cases)('%s: every document is what it says', async (file, path, name) => {
      const validate = validator(file, name);
      for (const document of (await agent.call('GET', path)).list) {
        validate(document);
        expect(validate.errors ?? []).toEqual([]);
      }
    });

    test.each(cases)('%s: what is wrong is found', async (file, path, name) => {
      const validate = validator(file, name);
      const [document] = (await agent.call('GET', path)).list;
      expect(validate({ ...document, isBundle: 'no' })).toBe(false);
      expect(validate({ ...document, lastUpdate: 7 })).toBe(false);
    });

    test('service specifications in v5 follow the pattern of the resource catalogue', async () => {
      const validate = validator(cases[2][0], 'ResourceSpecification');
      for (const document of (await agent.call('GET', S5)).list) {
        const { specCharacteristic, serviceSpecRelationship, entitySpecRelationship, resourceSpecification, ...rest } =
          document;
        const asResource = { ...rest, '@type': 'ResourceSpecification' };
        validate({
          ...asResource,
          ...(specCharacteristic === undefined ? {} : { resourceSpecCharacteristic: specCharacteristic }),
          ...(serviceSpecRelationship === undefined ? {} : { resourceSpecRelationship: serviceSpecRelationship }),
        });
        expect(validate.errors ?? []).toEqual([]);
      }
    });
  });
});

function official(file: string): string {
  return resolve(import.meta.dirname, '../../../shared/tmf', file);
}

/** Mandatory members and types by an official file; its formats name what no JSON Schema dialect knows. */
function validator(file: string, name: string) {
  const text = readFileSync(official(file), 'utf8');
  const document = file.endsWith('.json') ? JSON.parse(text) : parse(text);
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const at = file.endsWith('.json') ? 'definitions' : 'components/schemas';
  ajv.addSchema(document, 'file');
  return ajv.compile({ $ref: `file#/${at}/${name}` });
}
