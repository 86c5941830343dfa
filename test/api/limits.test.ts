/** What a caller may ask at most, over real connections: each limit refuses by its name, and the others are served on. */
import { readFileSync } from 'node:fs';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Limits } from '../../src/api/limits.ts';
import type { ServerSettings } from '../../src/api/server.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { until } from '../kit/agent.ts';
import { makeCertificates } from '../kit/certificates.ts';
import { defaultLimits } from '../kit/limits.ts';
import { type RawAnswer, type RawConnection, rawAnswer, rawConnection } from '../kit/raw-http.ts';
import { R5, type Served, served } from './served.ts';

async function agentWith(limits: Partial<Limits>, server: Partial<ServerSettings> = {}): Promise<Served> {
  const agent = await served({ server: { limits: { ...defaultLimits, ...limits }, ...server } });
  onTestFinished(() => agent.stop());
  return agent;
}

async function open(agent: Served): Promise<RawConnection> {
  const connection = await rawConnection(agent.url);
  onTestFinished(() => connection.end());
  return connection;
}

const refusal = ({ text }: RawAnswer): JsonObject => JSON.parse(text);
const GET = `GET ${R5}/resource HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const POST = `POST ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
const posted = (body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${POST}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);

describe('a limit refuses by its name', () => {
  test.each<[keyof Limits, Partial<Limits>, string | Buffer, number, string]>([
    [
      'bodyBytes',
      { bodyBytes: 100 },
      posted(JSON.stringify({ '@type': 'Resource', name: 'x'.repeat(100) })),
      413,
      'tooLarge',
    ],
    [
      'bodyBytes',
      { bodyBytes: 100 },
      `${POST}Transfer-Encoding: chunked\r\n\r\n80\r\n${'x'.repeat(128)}\r\n0\r\n\r\n`,
      413,
      'tooLarge',
    ],
    ['bodyDepth', { bodyDepth: 3 }, posted('{"a":{"b":{"c":{"d":{}}}}}'), 413, 'tooLarge'],
    ['bodyParts', { bodyParts: 5 }, posted('{"a":[1,2,3,4,5]}'), 413, 'tooLarge'],
    [
      'uriBytes',
      { uriBytes: 200 },
      `GET ${R5}/resource?name=${'x'.repeat(200)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      414,
      'uriTooLong',
    ],
    [
      'uriBytes',
      {},
      `GET ${R5}/resource?name=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      414,
      'uriTooLong',
    ],
    [
      'headerBytes',
      {},
      `GET ${R5}/resource HTTP/1.1\r\nHost: localhost\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headersTooLarge',
    ],
  ])('%s %j', async (name, limits, bytes, status, code) => {
    const agent = await agentWith(limits);
    const answer = await rawAnswer(agent.url, bytes);
    expect(answer.status).toBe(status);
    expect(refusal(answer)).toMatchObject({
      code,
      status: String(status),
      reason: expect.stringContaining(`http.${name}`),
    });
    expect(agent.store.countInstances({ type: 'resource' })).toBe(0);
    expect((await agent.call('GET', `${R5}/resource`)).status).toBe(200);
  });

  test('headersMs and requestMs: what trickles is told so in the end', async () => {
    const agent = await agentWith({ headersMs: 150, requestMs: 150 });
    for (const begun of ['', 'GET / HT', `${POST}Content-Length: 50\r\n\r\n{"@t`]) {
      const connection = await open(agent);
      if (begun !== '') connection.send(begun);
      const answer = await connection.answer();
      expect(answer.status).toBe(408);
      expect(refusal(answer)).toMatchObject({ code: 'timeout', reason: expect.stringContaining('http.requestMs') });
      await connection.closed;
    }
    expect(agent.store.countInstances({ type: 'resource' })).toBe(0);
  });

  test('idleMs: a connection without a request is not kept', async () => {
    const agent = await agentWith({ idleMs: 50 });
    const connection = await open(agent);
    connection.send(GET);
    expect((await connection.answer()).status).toBe(200);
    await connection.closed;
  });

  test('stalledMs: who does not read what it asked for is let go', async () => {
    const agent = await agentWith({ stalledMs: 100 });
    await agent.call('POST', `${R5}/resource`, { '@type': 'Resource', name: 'a', description: 'x'.repeat(900_000) });
    const { id } = (await agent.call('GET', `${R5}/resource`)).list[0] ?? {};
    const reader = await open(agent);
    reader.socket.pause();
    const one = `GET ${R5}/resource/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    reader.send(one.repeat(16));
    // It hears of the end only once it reads what had been sent before.
    await until('the answers lie unread', () => reader.socket.bytesWritten > 0);
    await new Promise(resolve => setTimeout(resolve, 1_000));
    let heard = 0;
    reader.socket.on('data', bytes => {
      heard += bytes.length;
    });
    reader.socket.resume();
    await reader.closed;
    expect(heard).toBeLessThan(16 * 900_000);
  });

  test('ratePerSecond: of one address beyond loopback, twice as many at once; the others are served on', async () => {
    const agent = await agentWith({ ratePerSecond: 5 }, { proxies: ['127.0.0.1'] });
    const from = (address: string) =>
      agent.call('GET', `${R5}/nowhere`, undefined, { 'x-forwarded-for': `203.0.113.9, ${address}` });
    const answers = await Promise.all(Array.from({ length: 30 }, () => from('192.0.2.1')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(10);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json).toMatchObject({
      '@type': 'Error',
      code: 'tooManyRequests',
      reason: expect.stringMatching(/5 requests a second \(setting http\.ratePerSecond\) came from 192\.0\.2\.1/),
    });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await from('192.0.2.2')).status).toBe(404);
    // The device itself is not counted, however often it asks.
    const own = await Promise.all(Array.from({ length: 30 }, () => agent.call('GET', `${R5}/resource`)));
    expect(own.every(({ status }) => status === 200)).toBe(true);
    await until('a token has come', async () => (await from('192.0.2.1')).status === 404);
  });

  test('who is no configured proxy is not believed', async () => {
    const agent = await agentWith({ ratePerSecond: 1 });
    for (let i = 0; i < 5; i++) {
      const headers = {
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      };
      const { status, headers: told } = await agent.call('GET', `${R5}/resource?limit=1`, undefined, headers);
      expect(status).toBe(200);
      expect(JSON.stringify([...told])).not.toContain('evil.example');
    }
  });
});

/** An agent whose element takes its time: what is asked of it is answered when the test says so. */
async function slowAgent(limits: Partial<Limits>) {
  const waiting: (() => void)[] = [];
  const port: Kind = {
    name: 'port',
    type: 'resource',
    specification: { id: 'spec', name: 'port', version: '1.0.0', tmfVersion: 5 },
    observed: ['name'],
    characteristic: [{ name: 'rxBytes', schema: {}, owner: 'driver', telemetry: true }],
  };
  const agent = await served({
    server: { limits: { ...defaultLimits, ...limits } },
    kinds: new Map([[port.name, port]]),
    sample: () => new Promise(resolve => waiting.push(() => resolve(undefined))),
  });
  onTestFinished(() => agent.stop());
  agent.store.transact({ principal: 'driver:linux', kind: 'observation' }, writer => {
    const document = { id: 'seen', '@type': 'LogicalResource', name: 'seen' };
    writer.putInstance({
      id: instanceId('seen'),
      type: 'resource',
      kind: port.name,
      observedBy: 'linux',
      document,
      createdAt: 0,
    });
  });
  return { agent, waiting, asked: `GET ${R5}/resource/seen HTTP/1.1\r\nHost: localhost\r\n\r\n` };
}

describe('many connections', () => {
  test('the idlest goes when one more comes, so any number that trickles shut nobody out', async () => {
    const agent = await agentWith({ connections: 20 });
    const regular = await open(agent);
    regular.send(GET);
    expect((await regular.answer()).status).toBe(200);
    const slow: RawConnection[] = [];
    for (let i = 0; i < 200; i++) {
      const connection = await open(agent);
      connection.send(i % 2 === 0 ? 'GET / HTTP/1.1\r\nX-A: ' : `${POST}Content-Length: 1000\r\n\r\n{`);
      slow.push(connection);
    }
    const trickle = setInterval(() => {
      for (const each of slow) if (each.socket.writable) each.send(' ');
    }, 20);
    onTestFinished(() => clearInterval(trickle));
    for (let i = 0; i < 30; i++) {
      const answer = await rawAnswer(agent.url, GET);
      expect(answer.status).toBe(200);
    }
    const standing = slow.filter(({ socket }) => !socket.closed);
    expect(standing.length).toBeLessThanOrEqual(20);
  });

  test('when all are being answered, the next is told to come back', async () => {
    const { agent, asked, waiting } = await slowAgent({ connections: 2 });
    const [one, two] = [await open(agent), await open(agent)];
    one.send(asked);
    two.send(asked);
    await until('both are being answered', () => waiting.length === 2);
    const third = await open(agent);
    const answer = await third.answer();
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(refusal(answer).reason).toContain('http.connections');
    for (const go of waiting) go();
    expect((await one.answer()).status).toBe(200);
    expect((await rawAnswer(agent.url, GET)).status).toBe(200);
  });

  test('concurrent: more at one time than may be are told to come back, on one connection too', async () => {
    const { agent, asked, waiting } = await slowAgent({ concurrent: 2 });
    const eager = await open(agent);
    eager.send(asked.repeat(2));
    await until('both are being answered', () => waiting.length === 2);
    const answer = await rawAnswer(agent.url, GET);
    expect(answer.status).toBe(429);
    expect(refusal(answer)).toMatchObject({
      code: 'tooManyRequests',
      reason: expect.stringContaining('http.concurrent'),
    });
    for (const go of waiting) go();
    expect((await eager.answer()).status).toBe(200);
    expect((await eager.answer()).status).toBe(200);
    expect((await rawAnswer(agent.url, GET)).status).toBe(200);
  });

  test('with TLS the idlest goes too, whether it has got through its greeting or not', async () => {
    const { cert, key, ca } = makeCertificates();
    const https = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    const agent = await agentWith({ connections: 10 }, { https });
    const secure = async (): Promise<TLSSocket> => {
      const socket = tlsConnect({ host: '127.0.0.1', port: Number(new URL(agent.url).port), ca: readFileSync(ca) });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => undefined);
      await new Promise(resolve => socket.once('secureConnect', resolve));
      return socket;
    };
    const heard = (socket: TLSSocket): Promise<string> =>
      new Promise(resolve => socket.once('data', bytes => resolve(String(bytes))));
    const standing: { closed: boolean }[] = [];
    for (let i = 0; i < 40; i++) {
      if (i % 2 === 0) standing.push((await open(agent)).socket);
      else {
        const socket = await secure();
        socket.write('GET / HTTP/1.1\r\nX-A: ');
        standing.push(socket);
      }
    }
    for (let i = 0; i < 20; i++) {
      const socket = await secure();
      socket.write(GET);
      expect(await heard(socket)).toMatch(/^HTTP\/1\.1 200/);
    }
    await until('those who came first have gone', () => standing.filter(({ closed }) => !closed).length <= 10);
  });
});
