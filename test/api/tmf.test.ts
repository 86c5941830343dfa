import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { R4, R5, S4, S5, type Served, served } from './served.ts';

describe('an inventory', () => {
  let agent: Served;
  beforeAll(async () => {
    agent = await served();
  });
  afterAll(() => agent.stop());

  const create = async (name: string, more: JsonObject = {}): Promise<JsonObject> => {
    const { status, json } = await agent.call('POST', `${R4}/resource`, { name, ...more });
    expect(status).toBe(201);
    return json;
  };

  test('a created entity is where its Location says, in both versions', async () => {
    const made = await agent.call('POST', `${S5}/service`, {
      '@type': 'Service',
      state: 'active',
      serviceSpecification: { id: 's' },
      operatingStatus: 'running',
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(made.json.href);
    expect(made.json).toMatchObject({ serviceSpecification: { '@type': 'ServiceSpecificationRef' } });
    const five = await agent.call('GET', String(made.json.href));
    expect(five.json).toEqual(made.json);
    const four = await agent.call('GET', `${S4}/service/${made.json.id}`);
    expect(four.json).toMatchObject({ state: 'active', href: `${S4}/service/${made.json.id}` });
    expect(four.json).not.toHaveProperty('operatingStatus');
  });

  test('a client may choose the id, once, and only one that can stand in an address', async () => {
    const body = { '@type': 'Resource', id: 'urn:x:1', href: 'http://evil' };
    const made = await agent.call('POST', `${R5}/resource`, body);
    expect(made.json).toMatchObject({ id: 'urn:x:1', href: `${R5}/resource/urn%3Ax%3A1` });
    expect((await agent.call('GET', String(made.json.href))).status).toBe(200);
    expect((await agent.call('POST', `${R5}/resource`, body)).status).toBe(409);
    expect((await agent.call('POST', `${R5}/resource`, { ...body, id: 'a/b' })).status).toBe(400);
  });

  test('PATCH answers the whole entity, at once visible, and 200 again when nothing changes', async () => {
    const { id } = await create('patched');
    const first = await agent.call('PATCH', `${R4}/resource/${id}`, { description: 'd', x: { a: 1, b: 2 } });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ name: 'patched', description: 'd' });
    const second = await agent.call('PATCH', `${R4}/resource/${id}`, { x: { a: null } });
    expect(second.json.x).toEqual({ b: 2 });
    const seq = agent.store.seq();
    const echo = await agent.call('PATCH', `${R4}/resource/${id}`, second.json);
    expect(echo.status).toBe(200);
    expect(agent.store.seq()).toBe(seq);
    const shown = await agent.call('GET', `${R5}/resource/${id}`);
    expect((await agent.call('PATCH', `${R5}/resource/${id}`, shown.json)).status).toBe(200);
    expect(agent.store.seq()).toBe(seq);
  });

  test('a refused PATCH leaves everything as it was', async () => {
    const { id } = await create('refused');
    const seq = agent.store.seq();
    const answer = await agent.call('PATCH', `${R4}/resource/${id}`, { description: 'd', operationalState: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'invalid', message: 'See /operationalState of the body' });
    expect(agent.store.seq()).toBe(seq);
  });

  test('DELETE answers 204, then 404', async () => {
    const { id } = await create('gone');
    const first = await agent.call('DELETE', `${R4}/resource/${id}`);
    expect([first.status, first.text]).toEqual([204, '']);
    expect((await agent.call('DELETE', `${R4}/resource/${id}`)).status).toBe(404);
    expect((await agent.call('GET', `${R4}/resource/${id}`)).status).toBe(404);
  });

  test('a service is no resource', async () => {
    const { id } = await create('resource only');
    expect((await agent.call('GET', `${S4}/service/${id}`)).status).toBe(404);
    expect((await agent.call('DELETE', `${S4}/service/${id}`)).status).toBe(404);
  });

  test('an ETag saves a transfer and refuses a write over what one has not read', async () => {
    const { id } = await create('tagged');
    const at = `${R4}/resource/${id}`;
    const etag = (await agent.call('GET', at)).headers.get('etag') ?? '';
    expect(etag).toBe(`"${agent.store.epoch}.${agent.store.instanceSeq(instanceId(String(id)))}"`);
    expect((await agent.call('GET', at, undefined, { 'if-none-match': etag })).status).toBe(304);
    expect((await agent.call('PATCH', at, { description: 'a' }, { 'if-match': etag })).status).toBe(200);
    expect((await agent.call('PATCH', at, { description: 'b' }, { 'if-match': etag })).status).toBe(412);
    expect((await agent.call('GET', at, undefined, { 'if-none-match': etag })).status).toBe(200);
    expect((await agent.call('DELETE', at, undefined, { 'if-match': etag })).status).toBe(412);
  });

  test('a reference follows its target when it comes and goes', async () => {
    const target = { '@type': 'Resource', id: 'later' };
    const made = await agent.call('POST', `${R5}/resource`, {
      '@type': 'Resource',
      supportingResource: [{ id: 'later', href: 'http://old/later' }],
    });
    const href = async (): Promise<unknown> => {
      const { json } = await agent.call('GET', String(made.json.href));
      return (json.supportingResource as JsonObject[])[0]?.href;
    };
    expect(await href()).toBe('http://old/later');
    await agent.call('POST', `${R5}/resource`, target);
    expect(await href()).toBe(`${R5}/resource/later`);
    await agent.call('DELETE', `${R5}/resource/later`);
    expect(await href()).toBe('http://old/later');
  });

  test('a write rings the bell after each commit', async () => {
    const before = agent.rings();
    await create('ring');
    expect(agent.rings()).toBe(before + 1);
  });

  test('fields may slim the answers of GET, POST and PATCH', async () => {
    const made = await agent.call('POST', `${R5}/resource?fields=none`, { '@type': 'Resource', name: 'slim' });
    expect(Object.keys(made.json).sort()).toEqual(['@type', 'href', 'id']);
    const some = await agent.call('GET', `${made.json.href}?fields=name,zzz`);
    expect(Object.keys(some.json).sort()).toEqual(['@type', 'href', 'id', 'name']);
  });

  test.each([
    ['/tmf-api/serviceInventoryManagement/v4/service', 200],
    ['/tmf-api/resourceInventory/v5/resource/', 200],
    ['/resourceInventory/v5/resource', 200],
    [`${R4}/`, 200],
    [S5, 200],
  ])('%s answers', async (path, status) => {
    expect((await agent.call('GET', path)).status).toBe(status);
  });
});

describe('a list', () => {
  let agent: Served;
  const count = 250;
  beforeAll(async () => {
    agent = await served();
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        agent.call('POST', `${R5}/resource`, {
          '@type': i % 2 === 0 ? 'PhysicalResource' : 'LogicalResource',
          id: `r${i}`,
          name: `port-${i}`,
          category: i < 5 ? 'few' : 'many',
          operationalState: i % 5 === 0 ? 'disabled' : 'enabled',
        }),
      ),
    );
  });
  afterAll(() => agent.stop());

  const list = (query: string): ReturnType<Served['call']> => agent.call('GET', `${R4}/resource${query}`);
  const counts = ({ headers }: { headers: Headers }): (string | null)[] => [
    headers.get('x-total-count'),
    headers.get('x-result-count'),
  ];

  test('is whole without paging, streamed, and 200', async () => {
    const answer = await list('');
    expect(answer.status).toBe(200);
    expect(answer.list).toHaveLength(count);
    expect(counts(answer)).toEqual(['250', '250']);
    expect(new Set(answer.list.map(each => each.id)).size).toBe(count);
  });

  test('walked page by page is the whole list', async () => {
    const seen: unknown[] = [];
    let next: string | undefined = `${R4}/resource?limit=60&fields=id`;
    while (next !== undefined) {
      const page = await agent.call('GET', next);
      expect(page.status).toBe(206);
      seen.push(...page.list.map(each => each.id));
      next = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(new Set(seen).size).toBe(count);
    expect(seen).toHaveLength(count);
  });

  test('links to other pages keep the filter', async () => {
    const answer = await list('?category=many&offset=20&limit=10');
    expect(answer.status).toBe(206);
    expect(counts(answer)).toEqual(['245', '10']);
    const link = answer.headers.get('link') ?? '';
    expect(link).toContain(`<${R4}/resource?category=many&offset=30&limit=10>; rel="next"`);
    expect(link).toContain(`<${R4}/resource?category=many&offset=10&limit=10>; rel="prev"`);
    expect(link).toContain(`<${R4}/resource?category=many&offset=240&limit=10>; rel="last"`);
  });

  test('a page past the end is empty and 200', async () => {
    const answer = await list('?offset=999');
    expect([answer.status, answer.text, ...counts(answer)]).toEqual([200, '[]', '250', '0']);
  });

  test('a page that holds all is 200', async () => {
    expect((await list('?limit=1000')).status).toBe(200);
  });

  test('filters see what the version shows', async () => {
    expect(counts(await list('?operationalState=disable'))).toEqual(['50', '50']);
    expect(counts(await list('?operationalState=disabled'))).toEqual(['0', '0']);
    expect(counts(await agent.call('GET', `${R5}/resource?operationalState=disabled`))).toEqual(['50', '50']);
    expect(counts(await list('?@type=Resource'))).toEqual(['250', '250']);
    expect(counts(await list('?@type=PhysicalResource'))).toEqual(['125', '125']);
  });

  test('filters by id and name are exact, with alternatives', async () => {
    expect((await list('?id=r1,r3')).list.map(each => each.id)).toEqual(['r1', 'r3']);
    expect((await list('?name=port-7')).list.map(each => each.id)).toEqual(['r7']);
    expect(counts(await list('?name.regex=%5Eport-1.$'))).toEqual(['10', '10']);
    expect((await list('?id=r1&name=port-2')).text).toBe('[]');
  });

  test.each([
    ['?nope=1', 400],
    ['?limit=-1', 400],
    ['?offset=1.5', 400],
    ['?name.regex=%28', 400],
    ['?name=%zz', 400],
    ['?sort=nope', 400],
    ['?filter=$[?(@.a)]', 400],
    ['?expand=place', 501],
    ['?__proto__.x=1', 400],
  ])('%s answers %i with an error body', async (query, status) => {
    const answer = await list(query);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code: expect.any(String), reason: expect.any(String), status: String(status) });
  });
});

describe('what a driver observes', () => {
  const port: Kind = {
    name: 'networkInterface',
    type: 'resource',
    specification: { id: 'spec', name: 'spec', version: '1.0.0', tmfVersion: 5 },
    observed: ['name', 'operationalState', 'administrativeState'],
    characteristic: [
      { name: 'mtu', schema: {}, owner: 'driver' },
      { name: 'rxBytes', schema: {}, owner: 'driver', telemetry: true },
    ],
  };
  let agent: Served;
  beforeAll(async () => {
    agent = await served({
      kinds: new Map([[port.name, port]]),
      sample: async () => ({ at: 0, characteristics: [{ name: 'rxBytes', value: 42 }] }),
    });
    agent.store.transact({ principal: 'driver:linux', kind: 'observation' }, writer => {
      writer.putInstance({
        id: instanceId('eth0'),
        type: 'resource',
        kind: port.name,
        observedBy: 'linux',
        document: {
          id: 'eth0',
          '@type': 'LogicalResource',
          name: 'eth0',
          operationalState: 'enabled',
          administrativeState: 'unlocked',
          resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
        },
        createdAt: 0,
      });
    });
  });
  afterAll(() => agent.stop());

  test('is shown with fresh telemetry, which no write keeps', async () => {
    for (const root of [R4, R5]) {
      const { json } = await agent.call('GET', `${root}/resource/eth0`);
      expect(json.resourceCharacteristic).toMatchObject([
        { name: 'mtu', value: 1500 },
        { name: 'rxBytes', value: 42, sampledAt: '1970-01-01T00:00:00.000Z' },
      ]);
      const seq = agent.store.seq();
      const echo = await agent.call('PATCH', `${root}/resource/eth0`, json);
      expect(echo.status).toBe(200);
      expect(agent.store.seq()).toBe(seq);
    }
  });

  test('is shown with fresh telemetry where fields asks for characteristics, and without where not', async () => {
    const some = await agent.call('GET', `${R5}/resource/eth0?fields=resourceCharacteristic.name`);
    expect(some.json.resourceCharacteristic).toMatchObject([{ name: 'mtu' }, { name: 'rxBytes' }]);
    const none = await agent.call('GET', `${R5}/resource/eth0?fields=name`);
    expect(none.json).not.toHaveProperty('resourceCharacteristic');
  });

  test('becomes an expectation when written, merged into one; the recorded part is applied', async () => {
    const first = await agent.call('PATCH', `${R4}/resource/eth0`, {
      administrativeState: 'locked',
      description: 'uplink',
    });
    expect(first.status).toBe(202);
    expect(first.json).toMatchObject({ administrativeState: 'unlocked', description: 'uplink' });
    const link = first.headers.get('link') ?? '';
    expect(link).toMatch(/^<\/diffo\/v1\/expectations\/[^>]+>; rel="expectation"$/);
    const second = await agent.call('PATCH', `${R5}/resource/eth0`, {
      resourceCharacteristic: [{ name: 'mtu', value: 1400 }],
    });
    expect(second.status).toBe(202);
    expect(second.headers.get('link')).toBe(link);
    expect(agent.store.expectations()).toMatchObject([
      {
        for: { id: 'eth0' },
        principal: 'client',
        expect: { administrativeState: 'locked', resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
      },
    ]);
  });

  test('of two versions says the same expectation', async () => {
    await agent.call('PATCH', `${R4}/resource/eth0`, { operationalState: 'disable' });
    expect(agent.store.expectations()[0]?.expect).toMatchObject({ operationalState: 'disabled' });
  });

  test('cannot be deleted by writing', async () => {
    const answer = await agent.call('DELETE', `${R4}/resource/eth0`);
    expect(answer.status).toBe(409);
    expect(answer.json.reason).toContain('$absent');
  });

  test('a created instance is of the kind its specification names', async () => {
    const kindOf = async (specification: JsonObject): Promise<string | undefined> => {
      const { json } = await agent.call('POST', `${R5}/resource`, {
        '@type': 'Resource',
        resourceSpecification: specification,
      });
      return agent.store.instance(instanceId(String(json.id)))?.kind;
    };
    expect(await kindOf({ id: 'a', name: 'networkInterface' })).toBe('networkInterface');
    expect(await kindOf({ id: 'a', name: 'other' })).toBe('resource');
  });
});
