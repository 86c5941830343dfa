import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { R4, R5, type Served, served } from './served.ts';

/** A call whose headers are ours alone, `Host` included. */
function raw(
  url: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path, method: body === '' ? 'GET' : 'POST', headers }, response => {
      let text = '';
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('every failing path answers with the body of TMF630', () => {
  let agent: Served;
  beforeAll(async () => {
    agent = await served();
  });
  afterAll(() => agent.stop());

  test.each<[string, string, string | undefined, Record<string, string>, number]>([
    ['GET', '/nope', undefined, {}, 404],
    ['GET', `${R4}/nope`, undefined, {}, 404],
    ['GET', `${R5}/resource/nope`, undefined, {}, 404],
    ['PUT', `${R5}/resource/nope`, '{}', {}, 405],
    ['DELETE', `${R5}/resource`, undefined, {}, 405],
    ['POST', `${R5}/resource`, 'x', { 'content-type': 'text/plain' }, 415],
    ['POST', `${R5}/resource`, '{"a":', {}, 400],
    ['POST', `${R5}/resource`, '', {}, 400],
    ['POST', `${R5}/resource`, `{"name":"${'x'.repeat(1_100_000)}"}`, {}, 413],
    ['POST', `${R5}/resource`, `{"@type":"Resource","a":${'['.repeat(100)}${']'.repeat(100)}}`, {}, 413],
    ['POST', `${R5}/resource`, '{"@type":"Resource","__proto__":{}}', {}, 400],
    ['POST', `${R5}/resource`, '{"@type":"Resource","\\u005f_proto__":{}}', {}, 400],
    ['GET', `${R5}/resource`, undefined, { accept: 'application/xml' }, 406],
    ['GET', '/tmf-api/%zz', undefined, {}, 400],
  ])('%s %s %s', async (method, path, body, headers, status) => {
    const response = await fetch(agent.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    const told = (await response.json()) as JsonObject;
    expect(told).toMatchObject({ code: expect.any(String), reason: expect.any(String), status: String(status) });
    if (path.startsWith(R5)) expect(told['@type']).toBe('Error');
  });

  test('405 names what is served', async () => {
    const { headers } = await agent.call('PUT', `${R4}/resource/1`, {});
    expect(headers.get('allow')).toBe('GET, PATCH, DELETE');
  });

  test('a broken body is told with its place', async () => {
    const response = await fetch(`${agent.url}${R4}/resource`, {
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: '{"name":"a",}',
    });
    expect(((await response.json()) as JsonObject).reason).toContain('position 12');
  });

  test('what is not HTTP is answered too', async () => {
    const text = await new Promise<string>(resolve => {
      const socket = connect(Number(new URL(agent.url).port), '127.0.0.1', () => socket.end('what?\r\n\r\n'));
      let heard = '';
      socket.on('data', chunk => {
        heard += chunk;
      });
      socket.on('close', () => resolve(heard));
    });
    expect(text).toContain('HTTP/1.1 400');
    expect(text).toContain('"code":"malformed"');
  });

  test('HEAD is served where GET is', async () => {
    const response = await fetch(`${agent.url}${R4}/resource`, { method: 'HEAD' });
    expect(response.status).toBe(200);
  });
});

describe('a server on loopback', () => {
  let agent: Served;
  beforeAll(async () => {
    agent = await served({ server: { hosts: ['cpe.example'] } });
  });
  afterAll(() => agent.stop());

  test.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example:8638' }, 403],
    [{ host: 'localhost:1' }, 200],
    [{ host: 'cpe.example' }, 200],
    [{ host: '127.0.0.1:8638', origin: 'http://127.0.0.1:8638' }, 200],
    [{ host: '127.0.0.1:8638', origin: 'http://127.0.0.1:3000' }, 403],
    [{ host: '127.0.0.1:8638', origin: 'http://evil.example' }, 403],
    [{ host: '127.0.0.1:8638', origin: 'null' }, 403],
    [{ host: '127.0.0.1:8638', origin: 'https://cpe.example' }, 200],
  ])('%j answers %i', async (headers, status) => {
    expect((await raw(agent.url, `${R4}/resource`, headers as Record<string, string>)).status).toBe(status);
  });
});

test('a token is asked for on every path but those of life', async () => {
  const agent = await served({ server: { token: 'secret' } });
  try {
    const refused = await agent.call('GET', `${R4}/resource`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await agent.call('GET', '/healthz')).status).toBe(404);
    expect((await agent.call('GET', `${R4}/resource`, undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await agent.call('GET', `${R4}/resource`, undefined, { authorization: 'Bearer secret' })).status).toBe(200);
  } finally {
    await agent.stop();
  }
});
