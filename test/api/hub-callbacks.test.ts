import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/api/hub-post.ts';
import { until } from '../kit/agent.ts';
import { makeCertificates } from '../kit/certificates.ts';
import { handClock } from '../kit/clock.ts';
import { listen } from '../kit/ear.ts';
import { R4, type Served, served } from './served.ts';

const agents: Served[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

async function agent(...wanted: Parameters<typeof served>): Promise<Served> {
  const each = await served(...wanted);
  agents.push(each);
  return each;
}

/** Suspends at the first failure, which then says why. */
const impatient = { tries: 1 };

async function register(to: Served, callback: string): Promise<string> {
  const { status, json } = await to.call('POST', `${R4}/hub`, { callback });
  expect(status).toBe(201);
  return String(json.id);
}

async function whySuspended(a: Served, id: string): Promise<string> {
  return until('the listener is suspended', async () => {
    const { json } = await a.call('GET', `${R4}/hub/${id}`);
    return json.suspended === undefined ? undefined : String(json.suspended);
  });
}

const change = (a: Served, name = 'a'): Promise<unknown> => a.call('POST', `${R4}/resource`, { name });

/** A resolver that answers one after the other, then the last, and counts how often it was asked. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<readonly Address[]> => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, resolve };
}

describe('a callback by name', () => {
  test('is refused at an address that is not public, before anything is sent there', async () => {
    const ear = await listen();
    const { resolve } = resolver(['127.0.0.1', '::1']);
    const a = await agent({ hubAllow: ['nms.example'], hub: { resolve, patience: impatient } });
    const id = await register(a, `http://nms.example:${ear.port}/`);
    await change(a);
    expect(await whySuspended(a, id)).toMatch(/nms\.example is at (127\.0\.0\.1|::1), which is no public address/);
    expect(ear.connections()).toBe(0);
  });

  test('is called at the address that was checked, whatever the name says a moment later', async () => {
    const ear = await listen();
    // Of the two only the loopback one is allowed; asked again, the name would lead elsewhere.
    const { asked, resolve } = resolver(['10.255.255.1', '127.0.0.1'], ['10.255.255.1']);
    const a = await agent({ hubAllow: ['nms.example', '127.0.0.0/8'], hub: { resolve } });
    await register(a, `http://nms.example:${ear.port}/`);
    await change(a);
    await change(a, 'b');
    await ear.until(2);
    expect(asked).toEqual(['nms.example']);
  });

  test('that has moved to a private address is not followed there', async () => {
    const ear = await listen({ answer: (_, response) => void response.writeHead(204, { connection: 'close' }).end() });
    const { resolve } = resolver(['127.0.0.1'], ['127.0.0.2']);
    const a = await agent({ hubAllow: ['nms.example', '127.0.0.1'], hub: { resolve, patience: impatient } });
    const id = await register(a, `http://nms.example:${ear.port}/`);
    await change(a);
    await ear.until(1);
    await change(a, 'b');
    expect(await whySuspended(a, id)).toContain('nms.example is at 127.0.0.2');
  });

  test('that is shared by many is asked for once at a time', async () => {
    const ear = await listen();
    const { asked, resolve } = resolver(['127.0.0.1']);
    const a = await agent({ hubAllow: ['nms.example', '127.0.0.1'], hub: { resolve } });
    for (let i = 0; i < 12; i++) await register(a, `http://nms.example:${ear.port}/${i}`);
    await change(a);
    await ear.until(12);
    expect(asked).toEqual(['nms.example']);
  });

  test('that is unknown says so', async () => {
    const a = await agent({ hubAllow: ['nowhere.invalid'], hub: { patience: impatient } });
    const id = await register(a, 'http://nowhere.invalid/');
    await change(a);
    expect(await whySuspended(a, id)).toContain('nowhere.invalid');
  });
});

describe('a callback', () => {
  test.each([301, 302, 303, 307, 308])('by sending it elsewhere with %i is not followed', async status => {
    const other = await listen();
    const location = other.callback;
    const ear = await listen({ answer: (_, response) => void response.writeHead(status, { location }).end() });
    const a = await agent({ hub: { patience: impatient } });
    const id = await register(a, ear.callback);
    await change(a);
    expect(await whySuspended(a, id)).toContain(`it answered ${status}`);
    expect([ear.heard.length, other.heard.length]).toEqual([1, 0]);
  });

  test('that is no longer allowed is called no more', async () => {
    const ear = await listen();
    const a = await agent({ hubAllow: ['127.0.0.1:1'], hub: { patience: impatient } });
    a.store.transact({ principal: 'client', kind: 'request' }, writer => {
      const id = 'b' as Parameters<typeof writer.removeListener>[0];
      const listener = { id, hub: 'resource/v4', callback: ear.callback, cursor: writer.seq(), createdAt: 0 };
      writer.putListener(listener);
      a.delivery.follow(listener);
    });
    await change(a);
    expect(await whySuspended(a, 'b')).toContain(`callbacks to 127.0.0.1:${ear.port} are not allowed`);
    expect(ear.connections()).toBe(0);
  });

  test('is posted to exactly as it was registered', async () => {
    const ear = await listen();
    const a = await agent();
    const at = '/a/b;c=1/%2F/listener?token=x%20y&z';
    await register(a, `http://127.0.0.1:${ear.port}${at}`);
    await change(a);
    await ear.until(1);
    expect(ear.paths).toEqual([at]);
  });

  test.each([200, 201, 202, 204, 299])('is done with %i', async status => {
    const ear = await listen({ statuses: [status] });
    const a = await agent({ clock: handClock() });
    await register(a, ear.callback);
    await change(a);
    await change(a, 'b');
    await ear.until(2);
    expect(new Set(ear.heard.map(each => each.eventId)).size).toBe(2);
  });

  test('that answers without end is cut off, and has answered', async () => {
    const ear = await listen({
      answer: (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16_384))) {}
          response.once('drain', more);
        };
        more();
      },
    });
    const a = await agent({ clock: handClock() });
    await register(a, ear.callback);
    await change(a);
    await change(a, 'b');
    await ear.until(2);
    expect(a.delivery.figures().deliveries.failed).toBe(0);
  });

  test.each([
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['speaks no HTTP', (socket: Socket) => socket.end('hello\r\n\r\n')],
    [
      'switches protocols',
      (socket: Socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: y\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['sends headers without end', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`)],
  ])('that %s has not answered', async (_, answer) => {
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const a = await agent({ hub: { patience: impatient } });
    const id = await register(a, `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`);
    await change(a);
    expect(await whySuspended(a, id)).toMatch(/^gave up after 1 tries: ./);
    server.close();
  });

  test('that closes connections between two events loses none', async () => {
    const ear = await listen({
      answer: (request, response) => {
        response.writeHead(204).end();
        response.on('finish', () => setImmediate(() => request.socket.destroy()));
      },
    });
    const a = await agent({ clock: handClock() });
    await register(a, ear.callback);
    for (let i = 0; i < 50; i++) await change(a, String(i));
    await until('all have arrived', () => new Set(ear.heard.map(each => each.eventId)).size === 50);
    expect(a.delivery.figures().deliveries.failed).toBe(0);
  });
});

describe('a callback over TLS', () => {
  const files = (): { ca: string; tls: { cert: string; key: string } } => {
    const { ca, cert, key } = makeCertificates();
    return { ca: readFileSync(ca, 'utf8'), tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } };
  };

  test('is made to whoever has a certificate of the authorities', async () => {
    const { ca, tls } = files();
    const ear = await listen({ tls });
    const a = await agent({ hub: { ca } });
    await register(a, ear.callback);
    await change(a);
    await ear.until(1);
  });

  test('is not made to anybody else', async () => {
    const { tls } = files();
    const ear = await listen({ tls });
    const a = await agent({ hub: { patience: impatient } });
    const id = await register(a, ear.callback);
    await change(a);
    expect(await whySuspended(a, id)).toMatch(/certificate/);
    expect(ear.heard).toEqual([]);
  });
});
