/** Bodies, paths and headers that no honest client sends: nothing is kept otherwise than it was sent, and nothing breaks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type RawAnswer, rawAnswer, rawConnection } from '../kit/raw-http.ts';
import { R4, R5, S5, type Served, served } from './served.ts';

let agent: Served;
beforeAll(async () => {
  agent = await served();
});
afterAll(() => agent.stop());

const json = ({ text }: RawAnswer): JsonObject => JSON.parse(text);
const count = (): number => agent.store.countInstances({});

function post(
  body: string | Buffer,
  headers = 'Content-Type: application/json\r\n',
  at = `${R5}/resource`,
): Promise<RawAnswer> {
  const head = `POST ${at} HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return rawAnswer(agent.url, Buffer.concat([Buffer.from(head), Buffer.from(body)]));
}
const say = (line: string, headers = ''): Promise<RawAnswer> =>
  rawAnswer(agent.url, Buffer.from(`${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`, 'latin1'));

describe('what would be kept otherwise than it was sent is refused with its place', () => {
  test.each([
    ['a member that is there twice', '{"@type":"Resource","name":"a","name":"b"}', '/name'],
    ['twice, once escaped', '{"@type":"Resource","name":"a","n\\u0061me":"b"}', '/name'],
    [
      'twice, deep inside',
      '{"@type":"Resource","note":[{"@type":"Note","text":"a"},{"@type":"Note","text" :"a","text": "b"}]}',
      '/note/1/text',
    ],
    ['a member called __proto__', '{"@type":"Resource","x":{"__proto__":{"y":1}}}', '/x/__proto__'],
    ['one whose name is escaped', '{"@type":"Resource","\\u005f_proto__":{}}', '/__proto__'],
    ['an integer beyond what is exact', '{"@type":"Resource","x":{"y":[1,9007199254740993]}}', '/x/y/1'],
    ['a counter of 64 bits', '{"@type":"Resource","x":18446744073709551615}', '/x'],
    ['a number beyond all', '{"@type":"Resource","x":1e400}', '/x'],
    ['and below', '{"@type":"Resource","x":-1e400}', '/x'],
    ['half a surrogate pair', '{"@type":"Resource","name":"a\\ud800"}', '/name'],
    ['in the name of a member', '{"@type":"Resource","a\\udc00":1}', '/a\udc00'],
    ['the character NUL', '{"@type":"Resource","name":"a\\u0000b"}', '/name'],
  ])('%s', async (_, body, pointer) => {
    const before = count();
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ '@type': 'Error', code: 'invalid', pointer });
    expect(count()).toBe(before);
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['UTF-16', Buffer.from('{"@type":"Resource"}', 'utf16le')],
    ['a control character in a text', '{"@type":"Resource","name":"a\u0001"}'],
    ['an early end', '{"@type":"Resource"'],
    ['more than one document', '{"@type":"Resource"}{}'],
    ['a comment', '{"@type":"Resource" /* a */}'],
    ['NaN', '{"@type":"Resource","x":NaN}'],
  ])('%s cannot be read', async (_, body) => {
    const before = count();
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'malformed' });
    expect(count()).toBe(before);
  });

  test.each(['', 'null', '[]', '"a"', '1', 'true'])('the body %j is no entity', async body => {
    const before = count();
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'invalid', reason: expect.stringContaining('one JSON object') });
    expect(count()).toBe(before);
  });
});

describe('what is odd and means no harm is kept as it was sent', () => {
  test.each([
    [
      'members that objects have from birth',
      '{"@type":"Resource","constructor":{"prototype":{"x":1}},"toString":"a","hasOwnProperty":1}',
    ],
    ['the largest exact integer', '{"@type":"Resource","x":9007199254740991,"y":-9007199254740991}'],
    [
      'large numbers that are written as they are kept',
      '{"@type":"Resource","x":1e20,"y":6.02e+23,"z":1.7976931348623157e308}',
    ],
    ['small ones', '{"@type":"Resource","x":5e-324,"y":0.1}'],
    ['characters beyond the first plane', '{"@type":"Resource","name":"\\ud83d\\ude00 😀 \\u00fc"}'],
    ['names with colons and quotation marks', '{"@type":"Resource","a\\":b":"c\\": \\"d","":1}'],
    ['a byte order mark', '\ufeff{"@type":"Resource","name":"marked"}'],
  ])('%s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(201);
    const { id } = json(answer);
    const sent = JSON.parse(body.replace(/^\ufeff/, ''));
    for (const root of [R4, R5]) expect((await agent.call('GET', `${root}/resource/${id}`)).json).toMatchObject(sent);
  });

  test('minus zero is zero', async () => {
    const { id } = json(await post('{"@type":"Resource","x":-0}'));
    expect((await agent.call('GET', `${R5}/resource/${id}`)).text).toContain('"x":0');
  });

  test('nothing of it reaches the objects of the agent', () => {
    expect(({} as JsonObject).x).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each([
    '__proto__.x=1',
    'constructor.name=Object',
    'toString=1',
    'hasOwnProperty=1',
    'filter=$[?(@.__proto__.x==1)]',
    'fields=__proto__,constructor',
    'sort=__proto__',
  ])('asked for as %s, it finds nothing or is refused', async query => {
    const answer = await agent.call('GET', `${S5}/service?${query}`);
    expect([200, 400, 501]).toContain(answer.status);
    expect(answer.status === 200 ? answer.list : []).toEqual([]);
  });
});

describe('bodies of other types', () => {
  const NEW = '{"@type":"Resource","name":"typed"}';
  test.each([
    ['Content-Type: application/json;charset=utf-8\r\n', 201],
    ['Content-Type: application/json; Charset="UTF-8"\r\n', 201],
    ['Content-Type: Application/JSON\r\n', 201],
    ['Content-Type: application/json; charset=iso-8859-1\r\n', 415],
    ['Content-Type: text/plain\r\n', 415],
    ['Content-Type: application/xml\r\n', 415],
    ['Content-Type: nonsense\r\n', 415],
    ['', 415],
    ['Content-Type: application/json-patch+json\r\n', 415],
    ['Content-Type: application/json\r\nContent-Encoding: identity\r\n', 201],
  ])('%j answers %i', async (headers, status) => {
    const answer = await post(NEW, headers);
    expect(answer.status).toBe(status);
    if (status !== 415) return;
    expect(json(answer)).toMatchObject({ code: 'unsupportedMediaType', parameter: 'Content-Type' });
    expect(answer.headers.accept).toContain('application/json');
  });

  test('a packed body is refused, and told what is taken', async () => {
    const answer = await post(NEW, 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n');
    expect(answer.status).toBe(415);
    expect(answer.headers['accept-encoding']).toBe('identity');
    expect(json(answer)).toMatchObject({ code: 'unsupportedMediaType', parameter: 'Content-Encoding' });
  });

  test('a PATCH of another type is told which there are', async () => {
    const { id } = json(await post(NEW));
    for (const type of ['text/plain', 'application/xml-patch+xml']) {
      const { status, headers } = await agent.call('PATCH', `${R4}/resource/${id}`, {}, { 'content-type': type });
      expect(status).toBe(415);
      expect(headers.get('accept-patch')).toContain('application/json-patch+json');
    }
  });
});

describe('what a client accepts', () => {
  test.each([
    ['*/*', 200],
    ['application/*', 200],
    ['application/json;charset=utf-8', 200],
    ['text/html, application/xhtml+xml, */*;q=0.8', 200],
    ['application/json;q=0, */*', 406],
    ['*/*;q=0', 406],
    ['application/xml', 406],
    ['text/*', 406],
  ])('%s answers %i', async (accept, status) => {
    const answer = await agent.call('GET', `${R5}/resource?limit=1`, undefined, { accept });
    expect(answer.status === 206 ? 200 : answer.status).toBe(status);
    if (status === 406) expect(answer.json).toMatchObject({ code: 'notAcceptable', parameter: 'Accept' });
  });

  test('is looked at before anything is done', async () => {
    const before = count();
    const answer = await agent.call('POST', `${R5}/resource`, { '@type': 'Resource' }, { accept: 'application/xml' });
    expect(answer.status).toBe(406);
    expect(count()).toBe(before);
  });
});

describe('requests that are hardly any', () => {
  test.each([
    ['no HTTP at all', 'what?\r\n\r\n'],
    ['a line that ends early', `GET\r\n\r\n`],
    [
      'two lengths',
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    ],
    [
      'a length and chunks',
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a length that is none', `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n`],
    [
      'chunks that are none',
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    ['a header without a name', `GET ${R5}/resource HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n`],
    ['NUL in a header', `GET ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n`],
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01])],
    ['a path that is not UTF-8', `GET ${R5}/resource/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['a path that is not well encoded', `GET ${R5}/resource/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])('%s is answered 400', async (_, bytes) => {
    const answer = await rawAnswer(agent.url, bytes);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'malformed', reason: expect.any(String), status: '400' });
  });

  test('fewer bytes than were promised: nothing of it is kept', async () => {
    const before = count();
    const connection = await rawConnection(agent.url);
    connection.send(
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"@type":"Resource"}`,
    );
    connection.socket.end();
    await connection.closed;
    expect(count()).toBe(before);
  });

  test('more bytes than were promised: the rest is no request', async () => {
    const connection = await rawConnection(agent.url);
    connection.send(
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"@type":"Resource"}}}}}\r\n\r\n`,
    );
    expect((await connection.answer()).status).toBe(201);
    expect((await connection.answer()).status).toBe(400);
    await connection.closed;
  });

  test('chunks of one byte are one body', async () => {
    const body = '{"@type":"Resource","name":"ü in parts"}';
    const chunks = [...Buffer.from(body)].map(byte =>
      Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
    );
    const head = `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await rawAnswer(agent.url, Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]));
    expect(answer.status).toBe(201);
    expect(json(answer).name).toBe('ü in parts');
  });

  test('Expect: 100-continue is waited for, and nothing else', async () => {
    const body = '{"@type":"Resource"}';
    const head = (expected: string): string =>
      `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: ${expected}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const connection = await rawConnection(agent.url);
    connection.send(head('100-continue'));
    await new Promise(resolve => connection.socket.once('data', resolve));
    connection.send(body);
    expect((await connection.answer()).status).toBe(201);
    connection.end();
    const refused = await rawAnswer(agent.url, head('miracles') + body);
    expect(refused.status).toBe(417);
    expect(json(refused)).toMatchObject({ code: 'expectationFailed', parameter: 'Expect' });
  });
});

describe('absurd ids', () => {
  test.each([
    'a'.repeat(600),
    'a'.repeat(5_000),
    '%00',
    '%2e%2e%2f',
    '..%2F..',
    '%F0%9F%98%80',
    "a'%20OR%201=1",
    'eth0%2F1',
    '%0d%0a',
  ])('%s is nothing that is there', async id => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const headers = method === 'PATCH' ? 'Content-Type: application/json\r\nContent-Length: 2\r\n' : '';
      const line = `${method} ${R4}/resource/${id} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n${method === 'PATCH' ? '{}' : ''}`;
      const answer = await rawAnswer(agent.url, line);
      expect(answer.status).toBe(404);
      expect(json(answer)).toMatchObject({ code: 'notFound' });
    }
  });

  test.each(['', '.', '..', 'a/b', 'a b', 'ü', 'a\nb', 'x'.repeat(257), 7, null, {}])('%j is not taken', async id => {
    const answer = await agent.call('POST', `${R5}/resource`, { '@type': 'Resource', id });
    // Null says the same as leaving it out.
    expect(answer.status).toBe(id === null ? 201 : 400);
    if (id !== null) expect(answer.json).toMatchObject({ code: 'invalid', pointer: '/id' });
  });
});

describe('methods', () => {
  test('HEAD answers as GET does, without a body', async () => {
    const { id } = json(await post('{"@type":"Resource"}'));
    for (const path of [`${R5}/resource/${id}`, `${R5}/resource`, `${R5}`, `${R5}/resource/nobody`]) {
      const got = await agent.call('GET', path);
      const connection = await rawConnection(agent.url);
      connection.send(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const { status, headers, text } = await connection.answer('bodyless');
      expect(status).toBe(got.status);
      connection.socket.once('data', more => expect(more).toHaveLength(0));
      await connection.closed;
      expect(text).toBe('');
      for (const name of ['etag', 'content-type', 'x-total-count', 'content-length']) {
        if (got.headers.has(name)) expect(headers[name]).toBe(got.headers.get(name));
      }
    }
  });

  test('OPTIONS tells what a path answers to', async () => {
    const answer = await agent.call('OPTIONS', `${R5}/resource/1`);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('GET, PATCH, DELETE');
    expect((await agent.call('OPTIONS', `${R5}/nope`)).status).toBe(404);
  });

  test.each(['TRACE', 'PROPFIND', 'PUT', 'SEARCH', 'LOCK'])(
    '%s is not served, and Allow names what is',
    async method => {
      const answer = await say(`${method} ${R5}/resource/1`);
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('GET, PATCH, DELETE');
      expect(json(answer)).toMatchObject({ code: 'methodNotAllowed', '@type': 'Error' });
    },
  );
});
