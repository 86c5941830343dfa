/** Create, modify, delete, and types (T74 to T93, T109 to T115), in every API. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { served } from '../api/served.ts';
import { failing, inEveryApi } from './apis.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const operations = { 'content-type': 'application/json-patch+json' };
const asking = { 'content-type': 'application/json-patch-query+json' };

inEveryApi(api => {
  const isV5 = api.version === 'v5';
  const isService = api.type === 'service';
  const stored = (): readonly number[] => [api.agent().store.countInstances({}), api.agent().store.seq()];
  const shown = async (id: Json | undefined): Promise<JsonObject> => (await api.call('GET', `/${id}`)).json;

  test('T74 what is made is shown whole', async () => {
    const body = api.body({ name: 'a', description: 'b', note: [api.note('n')], x: { y: [1, null, 'z'] } });
    const { status, json } = await api.call('POST', '', body);
    expect(status).toBe(201);
    expect(json).toMatchObject({ ...body, id: expect.any(String), href: expect.any(String) });
    expect(await shown(json.id)).toEqual(json);
  });

  test('T75 what is missing or wrong is refused with its place, and nothing is kept', async () => {
    const before = stored();
    const [state] = api.state;
    const without = (name: string): JsonObject => {
      const { [name]: _, ...rest } = api.body();
      return rest;
    };
    const mandatory = [
      ...(isService ? ['state', 'serviceSpecification'] : isV5 ? [] : ['name']),
      ...(isV5 ? ['@type'] : []),
    ];
    const party = isV5 ? { '@type': 'RelatedPartyRefOrPartyRoleRef' } : { id: 'p', '@referredType': 'Individual' };
    const cases: [JsonObject, string][] = [
      ...mandatory.map((name): [JsonObject, string] => [without(name), `/${name}`]),
      [api.body({ [state]: 'broken' }), `/${state}`],
      [api.body({ [state]: 7 }), `/${state}`],
      [api.body({ description: 7 }), '/description'],
      [api.body({ [api.date]: 'tomorrow' }), `/${api.date}`],
      [api.body({ note: 'none' }), '/note'],
      [api.body({ note: [api.note('a'), 'b'] }), '/note/1'],
      [api.body({ relatedParty: [{ ...party, role: 7 }] }), '/relatedParty/0/role'],
    ];
    for (const [body, pointer] of cases)
      failing(api, await api.call('POST', '', body), 400, { code: 'invalid', pointer });
    expect(stored()).toEqual(before);
  });

  test('T76 what the standard does not know is kept', async () => {
    const more = {
      '@type': 'CpeRouter',
      '@baseType': isService ? 'Service' : 'Resource',
      x: 1,
      deep: { y: [{ z: null }] },
    };
    const made = await api.make(more);
    expect(made).toMatchObject(more);
    expect(await shown(made.id)).toEqual(made);
  });

  test('T77 an array is no body of a POST; a batch is a PATCH of the collection, all of it or nothing', async () => {
    const before = stored();
    failing(api, await api.call('POST', '', [api.body(), api.body()]), 400, { code: 'invalid' });
    const add = (value: JsonObject): Json => ({ op: 'add', path: '/', value });
    const spoilt = [add(api.body()), add(api.body({ description: 7 }))];
    failing(api, await api.call('PATCH', '', spoilt, operations), 400, {
      code: 'invalid',
      pointer: '/1/value/description',
    });
    expect(stored()).toEqual(before);
    const made = await api.call('PATCH', '', [add(api.body({ name: 'a' })), add(api.body({ name: 'b' }))], operations);
    expect([made.status, made.list.map(({ name }) => name)]).toEqual([200, ['a', 'b']]);
    for (const { id } of made.list) expect((await api.call('GET', `/${id}`)).status).toBe(200);
  });

  test('T78 what is made is there at once, as it was sent', async () => {
    const [state, on, off] = api.state;
    for (const word of [on, off]) {
      const made = await api.make({ [state]: word });
      expect(made[state]).toBe(word);
      expect((await shown(made.id))[state]).toBe(word);
      expect((await api.call('PATCH', `/${made.id}`, { description: 'at once' })).status).toBe(200);
    }
  });

  test('T79 what is referred to need not be there', async () => {
    const reference = {
      id: 'not-there',
      ...(isV5 ? { '@type': `${isService ? 'Service' : 'Resource'}SpecificationRef` } : {}),
    };
    const made = await api.make({ [api.specification]: reference });
    expect(made[api.specification]).toMatchObject({ id: 'not-there' });
  });

  test('T80 T81 a PATCH answers with the whole entity, and application/json is a merge patch', async () => {
    const made = await api.make({ name: 'a', description: 'b' });
    for (const [i, headers] of [undefined, { 'content-type': 'application/json' }, merge].entries()) {
      const answer = await api.call('PATCH', `/${made.id}`, { description: `c${i}` }, headers);
      expect([answer.status, answer.json]).toEqual([200, { ...made, description: `c${i}` }]);
      expect(await shown(made.id)).toEqual(answer.json);
    }
  });

  test('T82 in a merge patch null removes, arrays are replaced, objects are merged', async () => {
    const { id } = await api.make({ description: 'b', x: { a: 1, b: { c: 2, d: 3 } }, list: [1, 2, 3] });
    const patch = { description: null, x: { a: null, b: { c: 4 } }, list: [9] };
    const { json } = await api.call('PATCH', `/${id}`, patch, merge);
    expect(json).toMatchObject({ x: { b: { c: 4, d: 3 } }, list: [9] });
    expect(json).not.toHaveProperty('description');
    expect(json.x).not.toHaveProperty('a');
  });

  test('T83 what is mandatory cannot be removed', async () => {
    const { id } = await api.make();
    const names = [
      ...(isService ? ['state', 'serviceSpecification'] : isV5 ? [] : ['name']),
      ...(isV5 ? ['@type'] : []),
    ];
    for (const name of names) {
      failing(api, await api.call('PATCH', `/${id}`, { [name]: null }), 400, { code: 'invalid', pointer: `/${name}` });
      const remove = [{ op: 'remove', path: `/${name}` }];
      failing(api, await api.call('PATCH', `/${id}`, remove, operations), 400, { code: 'invalid' });
    }
  });

  test('T84 id and href stay; an echo of the whole entity changes nothing', async () => {
    const made = await api.make({ name: 'a', note: [api.note('n')] });
    for (const [name, value] of [
      ['id', 'other'],
      ['href', 'http://other/'],
      ['id', null],
    ] as const) {
      failing(api, await api.call('PATCH', `/${made.id}`, { [name]: value }), 400, {
        code: 'invalid',
        pointer: `/${name}`,
      });
    }
    const before = stored();
    const echo = await api.call('PATCH', `/${made.id}`, made);
    expect([echo.status, echo.json]).toEqual([200, made]);
    expect(stored()).toEqual(before);
  });

  test('T85 JSON patch: add, remove, replace, move, copy, test, all of them or none', async () => {
    const { id } = await api.make({ name: 'a', description: 'b', list: [1, 2] });
    const patch = [
      { op: 'test', path: '/name', value: 'a' },
      { op: 'add', path: '/list/1', value: 9 },
      { op: 'replace', path: '/name', value: 'c' },
      { op: 'copy', from: '/name', path: '/copied' },
      { op: 'move', from: '/description', path: '/moved' },
      { op: 'remove', path: '/list/0' },
    ];
    const { status, json } = await api.call('PATCH', `/${id}`, patch, operations);
    expect(status).toBe(200);
    expect(json).toMatchObject({ name: 'c', copied: 'c', moved: 'b', list: [9, 2] });
    expect(json).not.toHaveProperty('description');
    const halfway = [
      { op: 'replace', path: '/name', value: 'd' },
      { op: 'test', path: '/name', value: 'x' },
    ];
    failing(api, await api.call('PATCH', `/${id}`, halfway, operations), 409, {
      code: 'conflict',
      pointer: '/1/value',
    });
    expect((await shown(id)).name).toBe('c');
  });

  test('T86 JSON patch as the official examples write it', async () => {
    const { id } = await api.make({ note: [api.note('one')] });
    const plain = [{ op: 'add', path: 'description', value: 'no slash' }];
    expect((await api.call('PATCH', `/${id}`, plain, operations)).json.description).toBe('no slash');
    const append = [{ op: 'add', path: '/note', value: api.note('two') }];
    expect((await api.call('PATCH', `/${id}`, append, operations)).json.note).toMatchObject([
      { text: 'one' },
      { text: 'two' },
    ]);
  });

  const notes = (...texts: string[]): JsonObject => ({
    note: texts.map((text, i) => ({ ...api.note(text, `author-${i}`), id: `${i}` })),
  });

  test('T87 JSON patch query, with conditions behind the pointer', async () => {
    const { id } = await api.make(notes('one', 'two'));
    const patch = [{ op: 'replace', path: '/note/text?note.id=1', value: 'new' }];
    expect((await api.call('PATCH', `/${id}`, patch, asking)).json.note).toMatchObject([
      { text: 'one' },
      { text: 'new' },
    ]);
    const nobody = [{ op: 'replace', path: '/note/text?note.id=7', value: 'new' }];
    failing(api, await api.call('PATCH', `/${id}`, nobody, asking), 400, { code: 'invalid', pointer: '/0/path' });
  });

  test('T88 JSON patch query, by JSONPath', async () => {
    const { id } = await api.make(notes('one', 'two'));
    const path = "$.note[?(@.author=='author-1')]";
    const one = [{ op: 'replace', path: `${path}.text`, value: 'new' }];
    expect((await api.call('PATCH', `/${id}`, one, asking)).json.note).toMatchObject([
      { text: 'one' },
      { text: 'new' },
    ]);
    const merged = [{ op: 'replace', path: path.slice(1), value: { text: 'newer' } }];
    const { json } = await api.call('PATCH', `/${id}`, merged, asking);
    expect(json.note).toMatchObject([{ text: 'one' }, { text: 'newer', author: 'author-1', id: '1' }]);
  });

  test('T89 a PATCH that is refused leaves nothing behind', async () => {
    const made = await api.make({ name: 'a' });
    const before = stored();
    const [state] = api.state;
    for (const [patch, headers] of [
      [{ description: 'b', [state]: 'broken' }, merge],
      [
        [
          { op: 'replace', path: '/name', value: 'b' },
          { op: 'remove', path: '/nothing' },
        ],
        operations,
      ],
      [
        [
          { op: 'replace', path: '/name', value: 'b' },
          { op: 'replace', path: '$.x[?(@.y==1)]', value: 1 },
        ],
        asking,
      ],
    ] as const) {
      failing(api, await api.call('PATCH', `/${made.id}`, patch as Json, headers), 400);
    }
    expect(stored()).toEqual(before);
    expect(await shown(made.id)).toEqual(made);
  });

  test('T90 a PATCH of another type is 415, of nobody 404', async () => {
    const { id } = await api.make();
    const answer = await api.call('PATCH', `/${id}`, {}, { 'content-type': 'application/xml' });
    failing(api, answer, 415, { code: 'unsupportedMediaType' });
    expect(answer.headers.get('accept-patch')).toContain('application/merge-patch+json');
    for (const headers of [merge, operations, asking]) {
      failing(api, await api.call('PATCH', '/nobody', headers === merge ? {} : [], headers), 404, { code: 'notFound' });
    }
  });

  test('T91 DELETE is 204 without a body, then 404', async () => {
    const { id } = await api.make();
    const answer = await api.call('DELETE', `/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    for (const method of ['DELETE', 'GET']) failing(api, await api.call(method, `/${id}`), 404, { code: 'notFound' });
  });

  test('T92 what a driver observes: a write becomes an expectation, a delete says what to do instead', async () => {
    const [state, on, off] = api.state;
    const kind: Kind = {
      name: 'seen',
      type: api.type,
      specification: { id: 's', name: 'seen', version: '1.0.0', tmfVersion: 5 },
      observed: ['name', state],
      characteristic: [],
    };
    const agent = await served({ kinds: new Map([[kind.name, kind]]) });
    onTestFinished(() => agent.stop());
    agent.store.transact({ principal: 'driver:x', kind: 'observation' }, writer => {
      const id = instanceId('seen');
      const type = isService ? 'Service' : 'LogicalResource';
      const document = {
        id,
        '@type': type,
        name: 'seen',
        [state]: isService ? on : 'enabled',
        serviceSpecification: { '@type': 'ServiceSpecificationRef', id: 's' },
      };
      writer.putInstance({ id, type: api.type, kind: kind.name, observedBy: 'x', document, createdAt: 0 });
    });
    const path = `${api.all}/seen`;
    const answer = await agent.call('PATCH', path, { [state]: off, description: 'ours' });
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({ [state]: on, description: 'ours' });
    expect(answer.headers.get('link')).toMatch(/rel="expectation"/);
    expect(agent.store.expectations()).toHaveLength(1);
    const recorded = await agent.call('PATCH', path, { description: 'still ours' });
    expect(recorded.status).toBe(200);
    const echo = await agent.call('PATCH', path, recorded.json);
    expect([echo.status, agent.store.expectations().length]).toEqual([200, 1]);
    failing(api, await agent.call('DELETE', path), 409, {
      code: 'conflict',
      reason: expect.stringContaining('$absent'),
    });
  });

  test('T93 PUT is not served', async () => {
    const { id } = await api.make();
    failing(api, await api.call('PUT', `/${id}`, api.body()), 405, { code: 'methodNotAllowed' });
  });

  test('T109 answers keep the type, and lists mix types', async () => {
    const category = 'mixed';
    const types = isService ? ['Service', 'CustomerFacingService'] : ['PhysicalResource', 'LogicalResource'];
    for (const type of types) expect((await api.make({ category, '@type': type }))['@type']).toBe(type);
    const { list } = await api.call('GET', `?category=${category}`);
    expect(list.map(each => each['@type'])).toEqual(types);
  });

  test('T110 a type of somebody else is held to its base type', async () => {
    const base = isService ? 'Service' : 'PhysicalResource';
    const typed = { '@type': 'CpeRouter', '@baseType': base };
    const [name, wrong] = isService ? ['isServiceEnabled', 'yes'] : ['serialNumber', 7];
    failing(api, await api.call('POST', '', api.body({ ...typed, [name]: wrong })), 400, {
      code: 'invalid',
      pointer: `/${name}`,
    });
    expect((await api.call('POST', '', api.body({ ...typed, [name]: isService ? true : '7' }))).status).toBe(201);
  });

  test('T111 a schema location is kept and never fetched', async () => {
    let asked = 0;
    const schemas = createServer((_, response) => {
      asked++;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void schemas.close());
    await new Promise(resolve => schemas.once('listening', resolve));
    const { port } = schemas.address() as AddressInfo;
    const location = `http://127.0.0.1:${port}/schema.json`;
    const made = await api.make({
      '@type': 'CpeRouter',
      '@baseType': isService ? 'Service' : 'Resource',
      '@schemaLocation': location,
    });
    expect(made['@schemaLocation']).toBe(location);
    expect((await shown(made.id))['@schemaLocation']).toBe(location);
    expect(asked).toBe(0);
  });

  test('T112 a reference and a value are told apart: in v5 by their type, in v4 by what they have', async () => {
    const attribute = isV5 || isService ? 'supportingResource' : 'resourceRelationship';
    const inside = (resource: JsonObject): JsonObject =>
      attribute === 'supportingResource' ? resource : { relationshipType: 'contains', resource };
    const reference = { id: 'r1', ...(isV5 ? { '@type': 'ResourceRef' } : {}) };
    const value = { id: 'r2', name: 'inner', ...(isV5 ? { '@type': 'LogicalResource' } : {}) };
    const on = isV5 ? 'enabled' : 'enable';
    // A service refers to resources; a resource may have others in it.
    const values = isService ? [] : [{ ...value, operationalState: on }];
    const all = [reference, ...values].map(inside);
    expect((await api.make({ [attribute]: all }))[attribute]).toMatchObject(all);
    const wrong = isService ? [{ ...reference, id: 7 }] : [{ ...value, operationalState: 'broken' }];
    failing(api, await api.call('POST', '', api.body({ [attribute]: wrong.map(inside) })), 400, { code: 'invalid' });
  });

  test('T114 T115 there are no jobs and no monitors: 201 says that it is done', async () => {
    for (const path of ['/importJob', '/exportJob', '/monitor', '/monitor/1']) {
      failing(api, await api.agent().call('GET', `${api.root}${path}`), 404, { code: 'notFound' });
    }
  });
});
