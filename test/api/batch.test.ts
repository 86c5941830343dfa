/** Several entities in one request: the PATCH of a collection, all of it or nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { defaultLimits } from '../kit/limits.ts';
import { R4, R5, S4, S5, type Served, served } from './served.ts';

let agent: Served;
beforeAll(async () => {
  agent = await served({ server: { limits: defaultLimits } });
});
afterAll(() => agent.stop());

const media = { 'content-type': 'application/json-patch+json' };
const patch = (at: string, body: Json, headers: Record<string, string> = media) =>
  agent.call('PATCH', at, body, headers);
const add = (value: Json, path = '/'): Json => ({ op: 'add', path, value });

describe.each([
  ['services of v4', `${S4}/service`, 'service', { state: 'active', serviceSpecification: { id: 's' } }],
  [
    'services of v5',
    `${S5}/service`,
    'service',
    { '@type': 'Service', state: 'active', serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' } },
  ],
  ['resources of v4', `${R4}/resource`, 'resource', {}],
  ['resources of v5', `${R5}/resource`, 'resource', { '@type': 'LogicalResource' }],
] as const)('a batch of %s', (_, at, type, base) => {
  const one = (name: string, more: object = {}): Json => ({ ...base, name, ...more });
  const count = (): number => agent.store.countInstances({ type });

  test('makes all, in their order, and answers with them', async () => {
    const before = count();
    const changes = agent.store.seq();
    const answer = await patch(at, [add(one('a')), add(one('b'), '/-'), add(one('c'), '')]);
    expect(answer.status).toBe(200);
    expect(answer.list.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(count()).toBe(before + 3);
    const told = agent.store.changesAfter(changes, 100).filter(({ subject }) => subject === 'instance');
    expect(told.map(each => each.type)).toEqual(['create', 'create', 'create']);
    for (const { id, href } of answer.list) {
      expect((await agent.call('GET', String(href))).json).toMatchObject({ id, href });
    }
  });

  test('shows what fields asks for', async () => {
    const answer = await patch(`${at}?fields=name`, [add(one('a', { description: 'x' }))]);
    expect(answer.list[0]).toMatchObject({ name: 'a' });
    expect(answer.list[0]).not.toHaveProperty('description');
  });

  test.each<[string, Json[], number, string]>([
    ['a mistake in the last', [add(one('x')), add(one('y', { description: 7 }))], 400, '/1/value/description'],
    [
      'an id that is taken by one of the same batch',
      [add(one('x', { id: `${at.length}-twin` })), add(one('y', { id: `${at.length}-twin` }))],
      409,
      '/1/value/id',
    ],
    ['an id that nobody may have', [add(one('x')), add(one('y', { id: 'a/b' }))], 400, '/1/value/id'],
    ['another operation', [add(one('x')), { op: 'remove', path: '/0' }], 400, '/1/op'],
    ['a place within the list', [add(one('x'), '/0')], 400, '/0/path'],
    ['a place within an entity', [add(one('x')), add('y', '/0/name')], 400, '/1/path'],
    ['what is no entity', [add('x')], 400, '/0/value'],
    ['no value', [{ op: 'add', path: '/' }], 400, '/0/value'],
  ])('with %s makes nothing, and tells the place', async (_what, body, status, pointer) => {
    const before = [count(), agent.store.seq()];
    const answer = await patch(at, body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code: expect.any(String), reason: expect.any(String), pointer });
    expect([count(), agent.store.seq()]).toEqual(before);
  });

  test('is a list of operations of its own type', async () => {
    const before = count();
    expect((await patch(at, [])).status).toBe(400);
    expect((await patch(at, one('x'))).status).toBe(400);
    for (const type of ['application/json', 'application/merge-patch+json', 'application/json-patch-query+json']) {
      const answer = await patch(at, [add(one('x'))], { 'content-type': type });
      expect(answer.status).toBe(415);
      expect(answer.headers.get('accept-patch')).toBe('application/json-patch+json');
    }
    expect(count()).toBe(before);
  });

  test('of more than may be is refused by the name of the limit', async () => {
    const before = count();
    const answer = await patch(
      at,
      Array.from({ length: defaultLimits.batch + 1 }, () => add(one('x'))),
    );
    expect(answer.status).toBe(413);
    expect(answer.json).toMatchObject({ code: 'tooLarge', reason: expect.stringContaining('http.batch') });
    expect(count()).toBe(before);
  });

  test('as the body of a POST is none', async () => {
    const before = count();
    const answer = await agent.call('POST', at, [one('a'), one('b')]);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'invalid', reason: expect.stringContaining('one JSON object') });
    expect(count()).toBe(before);
  });
});
