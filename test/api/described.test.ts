import { subscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgent } from '../../src/agent.ts';
import { type App, pathsAt } from '../../src/api/server.ts';
import { gather } from '../../src/config.ts';
import { isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { failureCodeNames } from '../../src/tmf/failure-codes.ts';
import { type Version, versions } from '../../src/tmf/version.ts';
import { callAgent } from '../kit/agent.ts';

/** Every route of the agent, as `GET /path/:id`. */
const registered = new Set<string>();
let app: App | undefined;
/** Those that Fastify itself has. */
const ofFramework = new Set<string>();
// Fastify tells of every server that it makes.
subscribe('fastify.initialization', message => {
  ({ fastify: app } = message as { readonly fastify: App });
  app.addHook('onRoute', ({ url: path }) => {
    ofFramework.add(path);
  });
});

const roots: readonly string[] = [
  ...[
    'serviceInventory',
    'resourceInventoryManagement',
    'serviceCatalogManagement',
    'resourceCatalogManagement',
  ].flatMap(name => versions.map(version => `/tmf-api/${name}/${version}`)),
  '/diffo/v1',
];

const aliases: Readonly<Record<string, string>> = {
  '/tmf-api/serviceInventoryManagement/v4': '/tmf-api/serviceInventory/v4',
  '/tmf-api/serviceInventoryManagement/v5': '/tmf-api/serviceInventory/v5',
  '/tmf-api/resourceInventory/v5': '/tmf-api/resourceInventoryManagement/v5',
  '/resourceInventory/v5': '/tmf-api/resourceInventoryManagement/v5',
  '/resourceInventoryManagement/v5': '/tmf-api/resourceInventoryManagement/v5',
  '/serviceCatalogManagement/v5': '/tmf-api/serviceCatalogManagement/v5',
  '/tmf-api/resourceCatalog/v4': '/tmf-api/resourceCatalogManagement/v4',
  '/tmf-api/resourceCatalog/v5': '/tmf-api/resourceCatalogManagement/v5',
  '/resourceCatalog/v5': '/tmf-api/resourceCatalogManagement/v5',
};

let url = '';
let stop = async (): Promise<void> => {};
const get = async (path: string): Promise<JsonObject> => (await callAgent(url, 'GET', path)).body;

beforeAll(async () => {
  const data = mkdtempSync(join(tmpdir(), 'diffo-test-'));
  const given = gather({ flags: { profile: 'inventory', http: '127.0.0.1:0', data }, env: {} });
  const agent = await startAgent(given, { log: silentLog });
  ({ url } = agent);
  for (const [path, methods] of app ? pathsAt(app) : []) for (const each of methods) registered.add(`${each} ${path}`);
  stop = async () => {
    await agent.stop();
    rmSync(data, { recursive: true, force: true });
  };
});
afterAll(() => stop());

function operationsOf(document: JsonObject, root = ''): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const [path, item] of Object.entries(object(document.paths))) {
    for (const [method, operation] of Object.entries(object(item))) {
      const at = `${root}${path === '/' && root !== '' ? '' : path}`;
      found.set(`${method.toUpperCase()} ${at.replaceAll(/\{(\w+)\}/g, ':$1')}`, object(operation));
    }
  }
  return found;
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

describe('what is served', () => {
  test('has exactly one description, each route by its own method, and nothing is described that is not served', async () => {
    const described = operationsOf(await get('/openapi.json'));
    const canonical = [...registered].filter(
      route => !Object.keys(aliases).some(alias => ` ${route.split(' ')[1]}/`.startsWith(` ${alias}/`)),
    );
    expect(canonical.length).toBeGreaterThan(100);
    expect([...described.keys()].sort()).toEqual(canonical.sort());
    // Whatever is served stands in the one table of paths.
    expect([...ofFramework]).toEqual(['*']);
  });

  test('is the same below each other root of an API', () => {
    for (const [alias, root] of Object.entries(aliases)) {
      const below = (at: string): string[] =>
        [...registered]
          .filter(route => ` ${route.split(' ')[1]}/`.startsWith(` ${at}/`))
          .map(route => route.replace(at, ''));
      expect(below(alias).sort()).toEqual(below(root).sort());
      expect(below(alias).length).toBeGreaterThan(0);
    }
  });

  test('is described at each root as it is in the whole', async () => {
    const all = operationsOf(await get('/openapi.json'));
    for (const root of roots) {
      const own = await get(`${root}/openapi.json`);
      const operations = operationsOf(own, root);
      expect([...operations.keys()].sort()).toEqual(
        [...all.keys()].filter(route => ` ${route.split(' ')[1]}/`.startsWith(` ${root}/`)).sort(),
      );
      expect(own.servers).toEqual([{ url: root }]);
    }
    for (const [alias, root] of Object.entries(aliases)) {
      expect(await get(`${alias}/openapi.json`)).toEqual(await get(`${root}/openapi.json`));
    }
  });

  test('is linked from the entry point of each inventory', async () => {
    for (const root of roots.slice(0, 4)) {
      expect(property(property(property(await get(root), '_links'), 'openapi'), 'href')).toBe(`${root}/openapi.json`);
    }
  });
});

describe('a description', () => {
  test.each(['', ...roots])('at "%s" is OpenAPI 3.1, and all that it refers to is in it', async root => {
    const document = await get(`${root}/openapi.json`);
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(danglingIn(document)).toEqual([]);
    const names = [...operationsOf(document).values()].map(each => each.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { responses } of operationsOf(document).values()) {
      for (const answer of Object.values(object(responses))) {
        for (const link of Object.values(object(property(answer, 'links')))) {
          expect(names).toContain(property(link, 'operationId'));
        }
      }
    }
  });

  test('of something else is refused by the same means', async () => {
    const document = await get('/openapi.json');
    const { valid } = await new Validator().validate({ ...document, paths: { status: {} } });
    expect(valid).toBe(false);
    expect(danglingIn({ $ref: '#/components/schemas/None' })).toEqual(['#/components/schemas/None']);
  });

  test('names every code that an answer can have, and no other', async () => {
    for (const root of roots) {
      const { components } = await get(`${root}/openapi.json`);
      const error = property(property(components, 'schemas'), 'Error');
      expect(property(property(property(error, 'properties'), 'code'), 'enum')).toEqual(failureCodeNames);
    }
  });

  test('of the events is AsyncAPI 3', async () => {
    const file = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json');
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false });
    const isAsyncApi = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
    const document = await get('/asyncapi.json');
    expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors)).toBe(true);
    expect(danglingIn(document)).toEqual([]);
    const { info: _, ...rest } = document;
    expect(isAsyncApi(rest)).toBe(false);
    expect(isAsyncApi({ ...document, operations: { x: { action: 'shout' } } })).toBe(false);
  });

  test('is made anew for whoever asks, as what is served now', async () => {
    expect(await get('/openapi.json')).toEqual(await get('/openapi.json'));
  });
});

function danglingIn(document: JsonObject): string[] {
  const dangling = new Set<string>();
  const walk = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    const ref = property(value, '$ref');
    if (typeof ref === 'string') {
      const steps = ref.replace(/^#\//, '').split('/');
      const target = steps.reduce<Json | undefined>(
        (at, step) => property(at, step.replaceAll('~1', '/').replaceAll('~0', '~')),
        document,
      );
      if (target === undefined) dangling.add(ref);
    }
    for (const each of Object.values(value)) walk(each);
  };
  walk(document);
  return [...dangling];
}

describe('an example', () => {
  test.each(roots)('of %s is as its schema has it', async root => {
    const document = await get(`${root}/openapi.json`);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', components: object(document.components) });
    let count = 0;
    const walk = (value: Json, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const [schema, example] = [property(value, 'schema'), property(value, 'example')];
      if (isObject(schema) && example !== undefined) {
        count++;
        const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
        const isSo = ajv.compile(JSON.parse(text));
        expect(isSo(example), `${at} ${JSON.stringify(isSo.errors)}`).toBe(true);
      }
      for (const [name, member] of Object.entries(value)) walk(member, `${at}/${name}`);
    };
    walk(object(document.paths), '');
    walk(object(property(document.components, 'parameters')), '/parameters');
    expect(count).toBeGreaterThan(0);
  });

  test.each(
    (['service', 'resource'] as const).flatMap(type => versions.map((version): [string, Version] => [type, version])),
  )('of a %s in %s is taken, answered so, and patched so', async (type, version) => {
    const root = roots.find(each => each.includes(`${type}Inventory`) && each.endsWith(version)) ?? '';
    const operations = operationsOf(await get(`${root}/openapi.json`), root);
    const at = `${root}/${type}`;
    const content = (operation: JsonObject | undefined): JsonObject =>
      object(property(operation?.requestBody, 'content'));
    const post = operations.get(`POST ${at}`);
    const made = await callAgent(url, 'POST', at, property(content(post)['application/json'], 'example'));
    expect(made.status).toBe(201);
    const answer = property(property(property(post?.responses, '201'), 'content'), 'application/json');
    const { id } = made.body;
    const example = object(property(answer, 'example'));
    const changing = ['id', 'href', 'serviceDate', 'creationDate'];
    const now = Object.fromEntries(changing.flatMap(name => (name in example ? [[name, made.body[name]]] : [])));
    expect(made.body).toEqual({ ...example, ...now });
    for (const [media, each] of Object.entries(content(operations.get(`PATCH ${at}/:id`)))) {
      const headers = { 'content-type': media };
      const patched = await callAgent(url, 'PATCH', `${at}/${id}`, property(each, 'example'), headers);
      expect([media, patched.status, patched.body.reason]).toEqual([media, 200, undefined]);
    }
    for (const [media, each] of Object.entries(content(operations.get(`PATCH ${at}`)))) {
      const headers = { 'content-type': media };
      expect((await callAgent(url, 'PATCH', at, property(each, 'example'), headers)).status).toBe(200);
    }
    const hub = content(operations.get(`POST ${root}/hub`))['application/json'];
    expect((await callAgent(url, 'POST', `${root}/hub`, property(hub, 'example'))).status).toBe(201);
  });
});
