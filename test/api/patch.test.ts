import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { type Answer, R4, R5, S4, S5, type Served, served } from './served.ts';

const OPERATIONS = 'application/json-patch+json';
const QUERY = 'application/json-patch-query+json';

const port: Kind = {
  name: 'networkInterface',
  type: 'resource',
  specification: { id: 'spec', name: 'spec', version: '1.0.0', tmfVersion: 5 },
  observed: ['name', 'operationalState', 'administrativeState'],
  characteristic: [],
};

let agent: Served;
beforeAll(async () => {
  agent = await served({ kinds: new Map([[port.name, port]]) });
});
afterAll(() => agent.stop());

const note = (id: string, text: string): JsonObject => ({
  '@type': 'Note',
  id,
  author: 'x',
  date: '2026-01-01T00:00:00Z',
  text,
});

async function create(root: string, more: JsonObject = {}): Promise<string> {
  const type = root === S4 || root === S5 ? 'Service' : 'Resource';
  const body = {
    '@type': type,
    ...(type === 'Service' ? { state: 'active', serviceSpecification: { id: 's' } } : {}),
    name: 'before',
    ...more,
  };
  const { status, json } = await agent.call('POST', `${root}/${type.toLowerCase()}`, body);
  expect(status).toBe(201);
  return `${root}/${type.toLowerCase()}/${json.id}`;
}

const patch = (at: string, body: Json, media: string): Promise<Answer> =>
  agent.call('PATCH', at, body, { 'content-type': media });

describe.each([
  ['TMF639 v4', R4],
  ['TMF639 v5', R5],
  ['TMF638 v4', S4],
  ['TMF638 v5', S5],
])('a PATCH in %s', (_, root) => {
  test('T80 T85: carries out add, remove, replace, move, copy and test, and answers the whole entity', async () => {
    const at = await create(root, { description: 'd', x: { a: 1, b: 2 }, list: [1, 2] });
    const answer = await patch(
      at,
      [
        { op: 'test', path: '/name', value: 'before' },
        { op: 'replace', path: '/name', value: 'after' },
        { op: 'remove', path: '/description' },
        { op: 'move', from: '/x/a', path: '/y' },
        { op: 'copy', from: '/x/b', path: '/x/c' },
        { op: 'add', path: '/list/1', value: 3 },
      ],
      `${OPERATIONS}; charset=utf-8`,
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'after', x: { b: 2, c: 2 }, y: 1, list: [1, 3, 2] });
    expect(answer.json.description).toBeUndefined();
    expect((await agent.call('GET', at)).json).toEqual(answer.json);
  });

  test('T81 T82: is a merge patch in both of its media types', async () => {
    const at = await create(root, { x: { a: 1, b: 2 }, list: [1, 2] });
    expect((await patch(at, { x: { a: null } }, 'application/json')).json.x).toEqual({ b: 2 });
    expect((await patch(at, { list: [3] }, 'application/merge-patch+json')).json.list).toEqual([3]);
  });

  test('T84: cannot change id and href; saying them as they are is fine', async () => {
    const at = await create(root);
    const { json } = await agent.call('GET', at);
    const same = [
      { op: 'replace', path: '/id', value: json.id ?? null },
      { op: 'replace', path: '/href', value: json.href ?? null },
    ];
    const seq = agent.store.seq();
    expect((await patch(at, same, OPERATIONS)).status).toBe(200);
    for (const name of ['id', 'href']) {
      expect((await patch(at, [{ op: 'replace', path: `/${name}`, value: 'other' }], OPERATIONS)).status).toBe(400);
      expect((await patch(at, [{ op: 'remove', path: `/${name}` }], QUERY)).status).toBe(400);
    }
    expect(agent.store.seq()).toBe(seq);
  });

  test('T86: takes paths without a slash, and an object for an array as one more element', async () => {
    const at = await create(root);
    const once = await patch(at, [{ op: 'add', path: 'note', value: note('1', 'one') }], OPERATIONS);
    expect(once.json.note).toMatchObject([{ text: 'one' }]);
    const twice = await patch(at, [{ op: 'add', path: '/note', value: note('2', 'two') }], OPERATIONS);
    expect(twice.json.note).toMatchObject([{ text: 'one' }, { text: 'two' }]);
    const other = await patch(at, [{ op: 'replace', path: 'name', value: 'bare' }], OPERATIONS);
    expect(other.json.name).toBe('bare');
  });

  test('T87: asks by conditions after the pointer, and changes what meets them only', async () => {
    const at = await create(root, { note: [note('1', 'one'), note('2', 'two')] });
    const answer = await patch(at, [{ op: 'replace', path: '/note/text?note.id=2', value: 'changed' }], QUERY);
    expect(answer.status).toBe(200);
    expect(answer.json.note).toMatchObject([{ text: 'one' }, { id: '2', author: 'x', text: 'changed' }]);
    const none = await patch(at, [{ op: 'replace', path: '/note/text?note.id=9', value: 'changed' }], QUERY);
    expect(none.status).toBe(400);
  });

  test('T88: asks by JSONPath, and merges an object into the element', async () => {
    const at = await create(root, { note: [note('1', 'one'), note('2', 'two')] });
    const answer = await patch(
      at,
      [
        { op: 'replace', path: `.note[?(@.id=='2')]`, value: { text: 'changed' } },
        { op: 'replace', path: `$.note[?(@.text=='one')].author`, value: 'y' },
      ],
      QUERY,
    );
    expect(answer.status).toBe(200);
    expect(answer.json.note).toMatchObject([
      { id: '1', author: 'y', text: 'one' },
      { id: '2', author: 'x', text: 'changed' },
    ]);
    const removed = await patch(at, [{ op: 'remove', path: `$.note[?(@.id=='1')]` }], QUERY);
    expect(removed.json.note).toMatchObject([{ id: '2' }]);
  });

  test.each<[string, number, string, Json]>([
    ['whose test fails', 409, 'conflict', { op: 'test', path: '/name', value: 'another' }],
    ['of a place that is not there', 400, 'invalid', { op: 'remove', path: '/nowhere' }],
    ['that the standard forbids', 400, 'invalid', { op: 'add', path: '/note', value: 7 }],
    ['with an unknown operation', 400, 'invalid', { op: 'increment', path: '/name' }],
    ['to a prototype', 400, 'invalid', { op: 'add', path: '/__proto__', value: { a: 1 } }],
    ['that is no operation', 400, 'invalid', 'replace'],
  ])('T85 T89: %s is refused whole and leaves no trace', async (_why, status, code, operation) => {
    const at = await create(root, { description: 'd' });
    const before = await agent.call('GET', at);
    const seq = agent.store.seq();
    const rings = agent.rings();
    const body = [{ op: 'replace', path: '/description', value: 'changed' }, operation];
    for (const media of [OPERATIONS, QUERY]) {
      const answer = await patch(at, body, media);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
      expect(answer.json.reason).toEqual(expect.any(String));
    }
    expect((await agent.call('GET', at)).text).toBe(before.text);
    expect([agent.store.seq(), agent.rings()]).toEqual([seq, rings]);
  });
});

test('T83: what is mandatory cannot be removed by an operation either', async () => {
  const at = await create(S5);
  const seq = agent.store.seq();
  for (const name of ['state', '@type']) {
    expect((await patch(at, [{ op: 'remove', path: `/${name}` }], OPERATIONS)).status).toBe(400);
  }
  expect(agent.store.seq()).toBe(seq);
});

test('T89: a patch of one version is read as that version shows the entity', async () => {
  const at = await create(R4, { operationalState: 'disable' });
  const answer = await patch(
    at,
    [
      { op: 'test', path: '/operationalState', value: 'disable' },
      { op: 'replace', path: '/operationalState', value: 'enable' },
    ],
    OPERATIONS,
  );
  expect(answer.json.operationalState).toBe('enable');
  expect((await agent.call('GET', at.replace(R4, R5))).json.operationalState).toBe('enabled');
});

describe('T90', () => {
  test.each(['application/xml', 'text/plain', 'application/json-patch'])('%s is 415', async media => {
    const at = await create(R5);
    const answer = await patch(at, {}, media);
    expect([answer.status, answer.json.code]).toEqual([415, 'unsupportedMediaType']);
  });

  test('lists of operations are no bodies for what reads documents', async () => {
    for (const [method, at] of [
      ['POST', `${R5}/resource`],
      ['POST', `${R5}/hub`],
      ['PATCH', '/diffo/v1/resources/a'],
    ] as const) {
      for (const media of [OPERATIONS, QUERY]) {
        expect((await agent.call(method, at, [], { 'content-type': media })).status).toBe(415);
      }
    }
  });

  test('an array is no merge patch, and an object no list of operations', async () => {
    const at = await create(R5);
    expect((await patch(at, [], 'application/json')).json.reason).toContain(OPERATIONS);
    expect((await patch(at, {}, OPERATIONS)).status).toBe(400);
    expect((await agent.call('PATCH', at)).status).toBe(400);
  });

  test('an unknown id is 404 in every media type', async () => {
    for (const media of ['application/json', OPERATIONS, QUERY]) {
      expect((await patch(`${R5}/resource/unknown`, [], media)).status).toBe(404);
    }
  });
});

test('operations go by the rules of the kind: what a driver observes becomes an expectation', async () => {
  agent.store.transact({ principal: 'driver:linux', kind: 'observation' }, writer => {
    writer.putInstance({
      id: instanceId('eth0'),
      type: 'resource',
      kind: port.name,
      observedBy: 'linux',
      document: { id: 'eth0', '@type': 'LogicalResource', name: 'eth0', administrativeState: 'unlocked' },
      createdAt: 0,
    });
  });
  const answer = await patch(
    `${R5}/resource/eth0`,
    [
      { op: 'add', path: '/description', value: 'uplink' },
      { op: 'replace', path: '/administrativeState', value: 'locked' },
    ],
    OPERATIONS,
  );
  expect(answer.status).toBe(202);
  expect(answer.json).toMatchObject({ administrativeState: 'unlocked', description: 'uplink' });
  const [expectation] = agent.store.expectations();
  expect(expectation?.expect).toEqual({ administrativeState: 'locked' });
});

test('If-Match holds for operations as for every write', async () => {
  const at = await create(R5);
  const headers = { 'content-type': OPERATIONS, 'if-match': '"another"' };
  const body = [{ op: 'replace', path: '/name', value: 'after' }];
  expect((await agent.call('PATCH', at, body, headers)).status).toBe(412);
  const etag = (await agent.call('GET', at)).headers.get('etag') ?? '';
  expect((await agent.call('PATCH', at, body, { ...headers, 'if-match': etag })).status).toBe(200);
});
