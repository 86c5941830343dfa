/** Media types, headers, failures and identity (T01 to T23), in every API. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { Kind } from '../../src/core/kind.ts';
import { failureCodes } from '../../src/tmf/failure-codes.ts';
import { apiAliases } from '../../src/tmf/version.ts';
import { served } from '../api/served.ts';
import { makeDirectory } from '../kit/agent.ts';
import { defaultLimits } from '../kit/limits.ts';
import { rawAnswer } from '../kit/raw-http.ts';
import { failing, inEveryApi } from './apis.ts';

inEveryApi(api => {
  test('T01 JSON is the default', async () => {
    for (const headers of [{}, { accept: '*/*' }]) {
      const answer = await api.call('GET', '', undefined, headers);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    }
  });

  test('T02 a charset of a body is read over', async () => {
    const type = { 'content-type': 'application/json;charset=utf-8' };
    expect((await api.call('POST', '', api.body(), type)).status).toBe(201);
    const { id } = await api.make();
    expect((await api.call('PATCH', `/${id}`, { description: 'ü' }, type)).json.description).toBe('ü');
  });

  test('T03 an Accept without JSON is refused', async () => {
    const { id } = await api.make();
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', `/${id}`],
      ['POST', '', api.body()],
      ['PATCH', `/${id}`, {}],
    ] as const) {
      failing(api, await api.call(method, path, body, { accept: 'application/xml' }), 406, { code: 'notAcceptable' });
    }
  });

  test('T04 a body of another type is refused', async () => {
    failing(api, await api.call('POST', '', api.body(), { 'content-type': 'text/plain' }), 415, {
      code: 'unsupportedMediaType',
    });
  });

  test('T05 what is made is where Location says', async () => {
    const { status, headers, json } = await api.call('POST', '', api.body());
    expect([status, headers.get('location')]).toEqual([201, `${api.all}/${json.id}`]);
    expect((await api.agent().call('GET', String(headers.get('location')))).json).toEqual(json);
  });

  test('T06 lists are counted, also when nothing is found', async () => {
    await api.make({ name: 'counted' });
    await api.make({ name: 'counted' });
    const counts = async (query: string) => {
      const { headers } = await api.call('GET', query);
      return [headers.get('x-total-count'), headers.get('x-result-count')];
    };
    expect(await counts('?name=counted')).toEqual(['2', '2']);
    expect(await counts('?name=counted&limit=1')).toEqual(['2', '1']);
    expect(await counts('?name=none')).toEqual(['0', '0']);
  });

  test('T07 a failure has code and reason, in v5 its type', async () => {
    const answer = await api.call('GET', '/nobody');
    failing(api, answer, 404, { code: 'notFound' });
    expect(Object.hasOwn(answer.json, '@type')).toBe(api.version === 'v5');
  });

  test('T08 every failing path has that body, with a code of the table and the place', async () => {
    const { id } = await api.make();
    const one = `/${id}`;
    const cases: [string, string, number, { pointer?: string; parameter?: string }, object?][] = [
      ['GET', '?limit=x', 400, { parameter: 'limit' }],
      ['GET', '?offset=-1', 400, { parameter: 'offset' }],
      ['GET', '?sort=no.such', 400, { parameter: 'no' }],
      ['GET', '?filter=$[?(@.', 400, { parameter: 'filter' }],
      ['GET', '?name.regex=(', 400, { parameter: 'name.regex' }],
      ['GET', '?nothing.has.it=1', 400, { parameter: 'nothing' }],
      ['GET', `?${api.date}.gt=soon`, 400, { parameter: `${api.date}.gt` }],
      ['GET', '?after=x', 400, { parameter: 'after' }],
      ['GET', '?depth=1', 501, { parameter: 'depth' }],
      ['GET', '/nobody', 404, {}],
      ['PUT', one, 405, {}, api.body()],
      ['DELETE', '', 405, {}],
      ['POST', '', 400, { pointer: '/description' }, api.body({ description: 7 })],
      ['POST', '', 409, { pointer: '/id' }, api.body({ id: String(id) })],
      ['PATCH', one, 400, { pointer: '/id' }, { id: 'other' }],
      ['PATCH', '/nobody', 404, {}, {}],
      ['DELETE', '/nobody', 404, {}],
    ];
    for (const [method, path, status, place, body] of cases) {
      const answer = await api.call(method, path, body as never);
      failing(api, answer, status, place);
      expect(failureCodes).toHaveProperty(String(answer.json.code), expect.objectContaining({ status }));
    }
    for (const path of ['/nope', '/hub/nobody', '/hub/nobody/more']) {
      failing(api, await api.agent().call('GET', `${api.root}${path}`), 404, { code: 'notFound' });
    }
  });

  test('T09 what fails inside is told without its inside', async () => {
    const port: Kind = {
      name: 'port',
      type: api.type,
      specification: { id: 's', name: 'port', version: '1.0.0', tmfVersion: 5 },
      observed: [],
      characteristic: [{ name: 'rx', schema: {}, owner: 'driver', telemetry: true }],
    };
    const sample = (): never => {
      throw new Error('secret at /home/somebody');
    };
    const agent = await served({ sample, kinds: new Map([[port.name, port]]) });
    onTestFinished(() => agent.stop());
    agent.store.transact({ principal: 'driver:x', kind: 'observation' }, writer => {
      const id = instanceId('seen');
      const document = { ...api.body(), id, '@type': api.type === 'service' ? 'Service' : 'Resource' };
      writer.putInstance({ id, type: api.type, kind: port.name, observedBy: 'x', document, createdAt: 0 });
    });
    const answer = await agent.call('GET', `${api.all}/seen`);
    failing(api, answer, 500, { code: 'internal' });
    expect(answer.text).not.toContain('secret');
  });

  test('T10 a method that is not served is told which are', async () => {
    const allowed = async (method: string, path: string) => {
      const answer = await api.call(method, path, method === 'PUT' ? {} : undefined);
      failing(api, answer, 405, { code: 'methodNotAllowed' });
      return answer.headers.get('allow');
    };
    expect(await allowed('PUT', '/1')).toBe('GET, PATCH, DELETE');
    expect(await allowed('DELETE', '')).toBe('GET, POST, PATCH');
    expect(await allowed('POST', '/1')).toBe('GET, PATCH, DELETE');
  });

  test('T11 T113 depth and expand, which are not served, are 501 and not ignored', async () => {
    const { id } = await api.make();
    for (const path of ['?depth=1', '?expand=supportingResource', `/${id}?expand=supportingResource`]) {
      failing(api, await api.call('GET', path), 501, { code: 'unsupported' });
    }
  });

  test('T12 an id that is taken is a conflict', async () => {
    await api.make({ id: 'taken' });
    failing(api, await api.call('POST', '', api.body({ id: 'taken' })), 409, { code: 'conflict', pointer: '/id' });
  });

  test('T13 what is too large is refused by the name of the limit', async () => {
    const large = api.body({ description: 'x'.repeat(1_100_000) });
    failing(api, await api.call('POST', '', large), 413, {
      code: 'tooLarge',
      reason: expect.stringContaining('http.bodyBytes'),
    });
    const long = await api.call('GET', `?name=${'x'.repeat(9_000)}`);
    failing(api, long, 414, { code: 'uriTooLong', reason: expect.stringContaining('http.uriBytes') });
  });

  test('T14 who asks too often is told when to come back', async () => {
    const limits = { ...defaultLimits, ratePerSecond: 1 };
    const agent = await served({ server: { limits, proxies: ['127.0.0.1'] } });
    onTestFinished(() => agent.stop());
    const ask = () => agent.call('GET', api.all, undefined, { 'x-forwarded-for': '192.0.2.1' });
    const answers = [await ask(), await ask(), await ask(), await ask()];
    const refused = answers.find(({ status }) => status === 429);
    if (!refused) throw new Error('nobody was refused');
    failing(api, refused, 429, { code: 'tooManyRequests' });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('T15 an entity tag is given, and held against writes', async () => {
    const made = await api.call('POST', '', api.body());
    const old = made.headers.get('etag') ?? '';
    const path = `/${made.json.id}`;
    expect((await api.call('GET', path)).headers.get('etag')).toBe(old);
    const changed = await api.call('PATCH', path, { description: 'a' }, { 'if-match': old });
    expect([changed.status, changed.headers.get('etag') === old]).toEqual([200, false]);
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await api.call(method, path, method === 'PATCH' ? {} : undefined, { 'if-match': old });
      failing(api, answer, 412, { code: 'preconditionFailed', parameter: 'If-Match' });
    }
    const tag = changed.headers.get('etag') ?? '';
    expect((await api.call('GET', path, undefined, { 'if-none-match': tag })).status).toBe(304);
  });

  test('T16 without the token that is asked for nobody gets in', async () => {
    const agent = await served({ server: { token: 'secret' } });
    onTestFinished(() => agent.stop());
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic c2VjcmV0' }]) {
      const answer = await agent.call('GET', api.all, undefined, headers as Record<string, string>);
      failing(api, answer, 401, { code: 'unauthorized' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await agent.call('GET', api.all, undefined, { authorization: 'Bearer secret' })).status).toBe(200);
    const page = await api.agent().call('GET', api.all, undefined, { origin: 'http://elsewhere.example' });
    failing(api, page, 403, { code: 'forbidden' });
  });

  test('T17 the root of the API answers with links', async () => {
    for (const path of [api.root, `${api.root}/`]) {
      const { status, json } = await api.agent().call('GET', path);
      expect(status).toBe(200);
      expect(json._links).toMatchObject({ self: { href: api.root }, [api.type]: { href: api.all } });
    }
  });

  test('T17 T20 other roots in use serve the same API, and hrefs name the one root', async () => {
    for (const root of apiAliases[api.type][api.version]) {
      const path = `${root}/${api.type}`;
      const made = await api.agent().call('POST', path, api.body());
      expect(made.json.href).toBe(`${api.all}/${made.json.id}`);
      expect(made.headers.get('location')).toBe(made.json.href);
      expect((await api.agent().call('GET', `${path}/${made.json.id}/`)).json).toEqual(made.json);
      expect((await api.agent().call('GET', `${path}?id=${made.json.id}`)).list).toEqual([made.json]);
      expect((await api.agent().call('PATCH', `${path}/${made.json.id}`, { description: 'a' })).status).toBe(200);
      expect((await api.agent().call('GET', root)).json._links).toMatchObject({ self: { href: api.root } });
      failing(api, await api.agent().call('GET', `${path}/nobody`), 404);
      expect((await api.agent().call('DELETE', `${path}/${made.json.id}`)).status).toBe(204);
    }
  });

  test('T18 every answer has id and href', async () => {
    const made = await api.make();
    const { id } = made;
    const answers = [
      made,
      (await api.call('GET', `/${id}`)).json,
      (await api.call('PATCH', `/${id}`, { description: 'a' })).json,
      ...(await api.call('GET')).list,
    ];
    for (const each of answers) expect(each).toMatchObject({ id: expect.any(String), href: `${api.all}/${each.id}` });
  });

  test('T19 href is made here, whatever the client sends, and leads to the entity', async () => {
    const made = await api.make({ href: 'http://evil.example/1' });
    expect(made.href).toBe(`${api.all}/${made.id}`);
    expect((await api.agent().call('GET', String(made.href))).json.id).toBe(made.id);
  });

  test('T20 a slash at the end changes nothing', async () => {
    const { id } = await api.make();
    for (const path of ['', `/${id}`]) {
      const [plain, slashed] = [await api.call('GET', path), await api.call('GET', `${path}/`)];
      expect([slashed.status, slashed.text]).toEqual([plain.status, plain.text]);
    }
    expect((await api.call('POST', '/', api.body())).status).toBe(201);
  });

  test('T21 ids are any text that can stand in an address', async () => {
    for (const id of ['urn:uuid:1', 'eth0.100', "a'b(c)", '~x', '0', 'constructor']) {
      const made = await api.make({ id });
      expect(made.id).toBe(id);
      expect((await api.agent().call('GET', String(made.href))).json.id).toBe(id);
      expect((await api.call('GET', `/${encodeURIComponent(id)}`)).json.id).toBe(id);
    }
    failing(api, await api.call('GET', '/eth0%2F1'), 404);
  });

  test('T22 href and Link begin with the configured address, and with nothing a client says', async () => {
    const publicUrl = 'https://cpe.example/device/7';
    const agent = await served({ publicUrl, server: { hosts: ['cpe.example'] } });
    onTestFinished(() => agent.stop());
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'ftp', 'x-forwarded-prefix': '/evil' };
    const made = await agent.call('POST', api.all, api.body(), headers);
    await agent.call('POST', api.all, api.body());
    expect(made.json.href).toBe(`${publicUrl}${api.all}/${made.json.id}`);
    expect(made.headers.get('location')).toBe(made.json.href);
    const page = await agent.call('GET', `${api.all}?limit=1`, undefined, headers);
    expect(page.headers.get('link')).toContain(`<${publicUrl}${api.all}?`);
    expect(page.headers.get('link')).not.toContain('evil');
    expect((await agent.call('GET', api.root)).json._links).toMatchObject({
      self: { href: `${publicUrl}${api.root}` },
    });
    const named = await rawAnswer(agent.url, `GET ${api.all} HTTP/1.1\r\nHost: cpe.example\r\n\r\n`);
    expect(named.status).toBe(200);
  });

  test('T23 ids and contents outlive a restart', async () => {
    const path = join(makeDirectory(), 'store.sqlite');
    const first = await served({ path });
    const made = (await first.call('POST', api.all, api.body({ x: { kept: true } }))).json;
    await first.stop();
    const second = await served({ path });
    onTestFinished(() => second.stop());
    expect((await second.call('GET', `${api.all}/${made.id}`)).json).toEqual(made);
  });
});
