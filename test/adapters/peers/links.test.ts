/** The carriers between peers, each held to the same contract with its real other side. */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openBroker } from '../../../src/adapters/peers/broker.ts';
import { openMqtt } from '../../../src/adapters/peers/mqtt.ts';
import { openWebSockets, type WebSocketLink } from '../../../src/adapters/peers/websocket.ts';
import { SUBPROTOCOL } from '../../../src/adapters/peers/websocket-socket.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Peer } from '../../../src/core/peer.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { Gate } from '../../../src/sync/peer-gate.ts';
import { peerLinkContract } from '../../contracts/peer-link.ts';
import { until } from '../../kit/agent.ts';
import { chanceOf } from '../../kit/chance.ts';
import { makeEther } from '../../kit/ether.ts';
import { noMosquitto, runMosquitto } from '../../kit/mosquitto.ts';
import { lastingPort } from '../../kit/process.ts';

const parts = { clock: systemClock, log: silentLog, chance: Math.random };

/** The gates of two who know each other. */
function gates(): { readonly a: Gate; readonly b: Gate } {
  const [keyA, keyB] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const peer = (name: string, key: typeof keyA): Peer => ({
    name,
    publicKey: '',
    key: createPublicKey(key.privateKey),
  });
  const gate = (node: string, key: typeof keyA, other: Peer): Gate =>
    new Gate({
      self: { realm: 'default', node, key: key.privateKey, incarnation: 1, storeId: node },
      peers: [other],
      clock: systemClock,
      log: silentLog,
      newId: randomUUID,
    });
  return { a: gate('edge-a', keyA, peer('edge-b', keyB)), b: gate('edge-b', keyB, peer('edge-a', keyA)) };
}

/** An HTTP server that can be torn away and put back. */
async function listen(): Promise<{ server: Server; port: number; cut(): Promise<void>; mend(): Promise<void> }> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const begin = (at: number) => new Promise<void>(resolve => server.listen(at, '127.0.0.1', resolve));
  await begin(0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cut = async (): Promise<void> => {
    const closed = new Promise(resolve => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(() => (server.listening ? cut() : undefined));
  return { server, port, cut, mend: () => begin(port) };
}

async function socketPair(both = false) {
  const { a, b } = gates();
  const [atA, atB] = [await listen(), await listen()];
  const url = (port: number): string => `ws://127.0.0.1:${port}/peer`;
  const linkA = await openWebSockets({
    ...parts,
    node: 'edge-a',
    peers: [{ name: 'edge-b', url: url(atB.port) }],
    seal: a,
  });
  const linkB = await openWebSockets({
    ...parts,
    node: 'edge-b',
    peers: [{ name: 'edge-a', ...(both ? { url: url(atA.port) } : {}) }],
    seal: b,
  });
  linkA.serve(atA.server);
  linkB.serve(atB.server);
  return { a: linkA, b: linkB, gates: { a, b }, port: atB.port, cut: atB.cut, mend: atB.mend };
}

peerLinkContract('within the process', async () => {
  const ether = makeEther(systemClock, chanceOf(1));
  const only = (link: ReturnType<typeof ether.link>, peer: string): typeof link => ({
    ...link,
    state: node => (node === peer ? link.state(node) : undefined),
  });
  return {
    a: only(ether.link('edge-a'), 'edge-b'),
    b: only(ether.link('edge-b'), 'edge-a'),
    cut: ether.cut,
    mend: ether.mend,
  };
});

peerLinkContract('WebSocket', () => socketPair());

if (noMosquitto === undefined) {
  peerLinkContract('MQTT', async () => {
    const { a, b } = gates();
    const mosquitto = await runMosquitto();
    const open = (node: string, seal: Gate, peer: string) =>
      openMqtt({ ...parts, url: mosquitto.url, realm: 'default', node, peers: [peer], seal });
    return {
      a: await open('edge-a', a, 'edge-b'),
      b: await open('edge-b', b, 'edge-a'),
      cut: mosquitto.kill,
      mend: mosquitto.start,
    };
  });
} else {
  test.skip(`MQTT (left out: ${noMosquitto})`);
}

peerLinkContract('the embedded broker, from within and over TCP', async () => {
  const { a, b } = gates();
  const port = await lastingPort();
  const embed = () => openBroker({ host: '127.0.0.1', port, realm: 'default', log: silentLog });
  let broker = await embed();
  onTestFinished(() => broker.stop());
  const url = `mqtt://127.0.0.1:${port}`;
  const open = (node: string, seal: Gate, peer: string, join?: () => Duplex) =>
    openMqtt({ ...parts, url, realm: 'default', node, peers: [peer], seal, ...(join ? { join } : {}) });
  return {
    a: await open('edge-a', a, 'edge-b', () => broker.join()),
    b: await open('edge-b', b, 'edge-a'),
    cut: () => broker.stop(),
    mend: async () => {
      broker = await embed();
    },
  };
});

const deaf = { heard() {}, moved() {}, refused() {} };

test('two who call each other end with one connection', async () => {
  const { a, b } = await socketPair(true);
  await Promise.all([a.start(deaf), b.start(deaf)]);
  const heard: string[] = [];
  await until('both are up', () => a.state('edge-b')?.up && b.state('edge-a')?.up);
  await new Promise(resolve => setTimeout(resolve, 300));
  expect([a.state('edge-b')?.up, b.state('edge-a')?.up]).toEqual([true, true]);
  expect(heard).toEqual([]);
  a.send('edge-b', 'x');
  b.send('edge-a', 'x');
  await a.stop();
  await b.stop();
});

interface Stranger {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function callAs(port: number, text: string | Buffer): Promise<Stranger> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/peer`, [SUBPROTOCOL]);
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('error', () => {});
  await new Promise(resolve => socket.once('open', resolve));
  socket.send(text);
  return { socket, closed };
}

interface Served {
  readonly link: WebSocketLink;
  readonly known: { readonly a: Gate; readonly b: Gate };
  readonly port: number;
  readonly refused: string[];
}

async function served(): Promise<Served> {
  const { b: link, gates: known, port } = await socketPair();
  const refused: string[] = [];
  await link.start({ ...deaf, refused: refusal => refused.push(refusal) });
  onTestFinished(() => link.stop());
  return { link, known, port, refused };
}

test('whoever does not prove who he is, is told why and heard no further', async () => {
  const { known, port, refused, link } = await served();
  const strangers = gates();
  const forged = strangers.a.seal({ to: 'edge-b', type: 'hello', data: {} }).text;
  expect(await (await callAs(port, forged)).closed).toMatchObject({ code: 4003, reason: /forged/ });
  expect(await (await callAs(port, 'nonsense')).closed).toMatchObject({ code: 4003, reason: /malformed/ });
  expect(await (await callAs(port, 'x'.repeat(10_000))).closed).toMatchObject({ code: 4003 });
  expect((await (await callAs(port, 'x'.repeat(400_000))).closed).code).toBe(1009);
  expect(refused).toEqual(['tooLarge', 'tooLarge']);
  expect(known.b.refused('edge-a')).toEqual({ forged: 1 });
  expect(known.b.refused()).toEqual({ malformed: 1 });
  expect(link.state('edge-a')).toBeUndefined();
});

test('a captured handshake said again leads nowhere', async () => {
  const { known, port, link } = await served();
  const hello = known.a.seal({ to: 'edge-b', type: 'hello', data: {} }).text;
  const first = await callAs(port, hello);
  const welcome = await new Promise<string>(resolve => first.socket.once('message', data => resolve(String(data))));
  const opened = known.a.open(welcome);
  const proof = known.a.seal({
    to: 'edge-b',
    type: 'proof',
    data: {},
    answers: opened.ok ? opened.message.id : '',
  }).text;
  first.socket.send(proof);
  await until('it is up', () => link.state('edge-a')?.up);
  first.socket.close();
  await until('it is down', () => !link.state('edge-a')?.up);

  expect((await (await callAs(port, hello)).closed).reason).toContain('repeated');
  // With a hello that is new, but without the key, the old proof answers nothing.
  const another = await callAs(port, known.a.seal({ to: 'edge-b', type: 'hello', data: {} }).text);
  await new Promise(resolve => another.socket.once('message', resolve));
  another.socket.send(proof);
  expect((await another.closed).code).toBe(4003);
  expect(link.state('edge-a')?.up).toBe(false);
});

test('a page of a browser, another path and another protocol are not answered', async () => {
  const { port } = await served();
  const refusal = (path: string, protocols: string[], headers: Record<string, string> = {}): Promise<string> =>
    new Promise(resolve => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
      socket.on('error', error => resolve(error.message));
    });
  expect(await refusal('/peer', [SUBPROTOCOL], { origin: 'http://example.org' })).toContain('403');
  expect(await refusal('/elsewhere', [SUBPROTOCOL])).toContain('404');
  expect(await refusal('/peer', ['mqtt'])).toContain('400');
});
