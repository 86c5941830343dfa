/** Two real agents that meet at a real Mosquitto, and the days on which they do not. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, test as it, onTestFinished } from 'vitest';
import { readPeering } from '../../src/agent/peering.ts';
import { gather, settle } from '../../src/config.ts';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { type Mosquitto, noMosquitto, runMosquitto } from '../kit/mosquitto.ts';
import { launch } from '../kit/process.ts';
import { makeParty, type Party, peerAt } from './pair.ts';

const test = it.skipIf(noMosquitto !== undefined);
const why = noMosquitto === undefined ? '' : ` (left out: ${noMosquitto})`;

type Settings = Readonly<Record<string, string>>;

function run({ node, data }: Party, peers: string, settings: Settings): Promise<TestAgent> {
  return runAgent({ node, peers, ...settings }, {}, data);
}

interface Pair {
  readonly a: TestAgent;
  readonly b: TestAgent;
}

async function pairAt(url: string, settings: Settings = {}): Promise<Pair> {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const b = await run(partyB, peerAt(partyA), { 'mqtt.url': url, ...settings });
  const a = await run(partyA, peerAt(partyB), { 'mqtt.url': url, ...settings });
  return { a, b };
}

const peerOf = async (agent: TestAgent) => (await agent.get('/diffo/v1/peers'))[0];
const agreed = (agent: TestAgent) => until('they agree', async () => (await peerOf(agent)).agreed, 20_000);
const linkError = async (agent: TestAgent): Promise<string> => (await peerOf(agent)).links[0].lastError ?? '';

async function lay(agent: TestAgent, id: string): Promise<void> {
  const laid = await agent.call('POST', '/diffo/v1/expectations', {
    id,
    for: { kind: 'resource', name: id, peer: 'edge-b' },
    expect: { description: 'uplink' },
  });
  expect(laid.status).toBe(201);
}

const isUnmet = async (agent: TestAgent, id: string): Promise<boolean> =>
  (await agent.get('/diffo/v1/outstanding')).some(
    (each: { expectation: string; verdict: string }) => each.expectation === id && each.verdict === 'unmet',
  );

test(`an expectation is judged at the peer, and its verdict comes back${why}`, async () => {
  const { url } = await runMosquitto();
  const { a, b } = await pairAt(url);
  await agreed(a);
  await lay(a, 'port-1');
  await until('it is unmet', () => isUnmet(a, 'port-1'));
  await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', {
    '@type': 'Resource',
    name: 'port-1',
    description: 'uplink',
  });
  await until('it is met', async () => (await a.get('/diffo/v1/outstanding')).length === 0);
  expect(await peerOf(a)).toMatchObject({ presence: 'alive', carrier: 'mqtt', links: [{ carrier: 'mqtt', at: url }] });
});

test(`a peer that is killed is dead at once, for the broker says so in its name${why}`, async () => {
  const { url } = await runMosquitto();
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const settings = { profile: 'inventory', http: '127.0.0.1:0', 'mqtt.url': url };
  const b = launch({ ...settings, node: 'edge-b', data: partyB.data, peers: peerAt(partyA) });
  await b.ready;
  const a = await run(partyA, peerAt(partyB), { 'mqtt.url': url });
  await agreed(a);
  const { incarnation } = await peerOf(a);
  await b.kill();
  await until('it is dead', async () => (await peerOf(a)).presence === 'dead');
  const again = launch({ ...settings, node: 'edge-b', data: partyB.data, peers: peerAt(partyA) });
  await again.ready;
  await until('it is alive in its next life', async () => {
    const { presence, incarnation: now } = await peerOf(a);
    return presence === 'alive' && now === incarnation + 1;
  });
  await again.stop();
});

test(`without a broker the agent serves, says so, and meets its peers when there is one${why}`, async () => {
  const mosquitto = await runMosquitto();
  await mosquitto.kill();
  const { a, b } = await pairAt(mosquitto.url);
  await until('it is told', async () => (await linkError(a)).includes('no broker answers at mqtt://127.0.0.1:'));
  await lay(a, 'port-1');
  const [entry] = await a.get('/diffo/v1/outstanding');
  expect(entry).toMatchObject({
    verdict: 'unknown',
    peer: 'edge-b',
    next: 'edge-b is suspect: its word is waited for',
  });
  await mosquitto.start();
  await until('it is unmet', () => isUnmet(a, 'port-1'), 20_000);
  expect((await peerOf(a)).links[0].up).toBe(true);
  expect(await b.get('/diffo/v1/expectations')).toHaveLength(1);
});

test(`wrong credentials are told as such, and right ones let in${why}`, async () => {
  const user = { name: 'edge', password: 'correct horse' };
  const { url } = await runMosquitto({ user });
  const directory = makeDirectory();
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const wrong = { 'mqtt.url': url, 'mqtt.user': 'edge', 'mqtt.passwordFile': file('wrong', 'battery staple') };
  const refused = await run(partyA, peerAt(partyB), wrong);
  await until('it is told', async () => (await linkError(refused)).includes('refuses the user edge; see mqtt.user'));
  expect((await refused.call('GET', '/readyz')).status).toBe(200);
  await refused.stop();
  const right = { ...wrong, 'mqtt.passwordFile': file('right', `${user.password}\n`) };
  const b = await run(partyB, peerAt(partyA), right);
  const a = await run(partyA, peerAt(partyB), right);
  await agreed(a);
  expect((await peerOf(b)).presence).toBe('alive');
});

it('a password is not sent in clear beyond loopback, unless a person insists', () => {
  const file = join(makeDirectory(), 'password');
  writeFileSync(file, 'correct horse');
  const checked = (settings: Settings): void => {
    readPeering(settle(gather({ flags: { node: 'edge-a', ...settings }, env: {} }), { name: 'none', settings: {} }));
  };
  const login = { 'mqtt.user': 'edge', 'mqtt.passwordFile': file };
  for (const url of ['mqtt://broker.example:1883', 'mqtt://[2001:db8::1]', 'ws://192.0.2.1/mqtt']) {
    const secure = url.startsWith('ws') ? 'wss' : 'mqtts';
    expect(() => checked({ 'mqtt.url': url, ...login })).toThrow(
      `beyond loopback and without TLS, would send the password of mqtt.passwordFile in clear: use ${secure}://, or say --insecure`,
    );
    checked({ 'mqtt.url': url, ...login, 'http.insecure': 'true' });
    checked({ 'mqtt.url': url });
  }
  for (const url of ['mqtts://broker.example', 'wss://192.0.2.1/mqtt', 'mqtt://localhost', 'mqtt://[::1]:1883']) {
    checked({ 'mqtt.url': url, ...login });
  }
});

function makeCertificate(): { readonly cert: string; readonly key: string } {
  const directory = makeDirectory();
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...words, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}

test(`a certificate that does not fit is told as such, and one that does is accepted${why}`, async () => {
  const { cert, key } = makeCertificate();
  const { port } = await runMosquitto({ lines: [`certfile ${cert}`, `keyfile ${key}`] });
  const url = `mqtts://127.0.0.1:${port}`;
  const { a, b } = await pairAt(url);
  await until('it is told', async () => (await linkError(a)).includes('does not fit'));
  expect(await linkError(a)).toContain('name its authority in mqtt.caFile');
  await a.stop();
  await b.stop();
  const good = await pairAt(url, { 'mqtt.caFile': cert });
  await agreed(good.a);
});

test(`whoever comes to the broker under our name does not keep us away${why}`, async () => {
  const { url } = await runMosquitto();
  const { a } = await pairAt(url);
  await agreed(a);
  const other = await connectAsync(url, { protocolVersion: 5, clientId: 'edp-default-edge-a', reconnectPeriod: 0 });
  // Not every broker says why it sends the first one away.
  await until('it is told', async () => (await linkError(a)).includes('the broker'));
  other.end(true);
  await until('it comes back', async () => (await peerOf(a)).links[0].up);
});

test(`a broker that takes only small messages gets small ones${why}`, async () => {
  const { url } = await runMosquitto({ lines: ['max_packet_size 20000'] });
  const { a, b } = await pairAt(url);
  await agreed(a);
  const why = 'x'.repeat(1_500);
  for (let i = 0; i < 40; i++) {
    await a.call('POST', '/diffo/v1/expectations', {
      id: `e${i}`,
      for: { kind: 'resource', name: 'p', peer: 'edge-b' },
      expect: { description: 'uplink' },
      why,
    });
  }
  await until('B holds all', async () => (await b.get('/diffo/v1/expectations')).length === 40, 30_000);
  await agreed(a);
});

/** A connection that a test can tear. */
async function relay(to: number): Promise<{ port: number; cut(): void; mend(): void }> {
  const sockets = new Set<Socket>();
  let up = true;
  const server = createServer(outer => {
    if (!up) {
      outer.destroy();
      return;
    }
    const inner = dial(to, '127.0.0.1');
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut: () => {
      up = false;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      up = true;
    },
  };
}

test(`a pair moves from one carrier to the other and back, and loses nothing${why}`, async () => {
  const mosquitto: Mosquitto = await runMosquitto();
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const settings = { 'mqtt.url': mosquitto.url };
  const b = await run(partyB, peerAt(partyA), settings);
  const cable = await relay(Number(new URL(b.url).port));
  const a = await run(partyA, peerAt(partyB, `ws://127.0.0.1:${cable.port}/peer`), settings);
  const over = (carrier: string) => until(`over ${carrier}`, async () => (await peerOf(a)).carrier === carrier, 20_000);
  await over('websocket');
  await agreed(a);

  let laid = 0;
  const steps: (() => unknown)[] = [
    () => {},
    cable.cut,
    () => over('mqtt'),
    cable.mend,
    () => over('websocket'),
    mosquitto.kill,
    () => {},
    mosquitto.start,
    cable.cut,
    () => over('mqtt'),
  ];
  for (const step of steps) {
    await step();
    for (let i = 0; i < 10; i++) await lay(a, `p${laid++}`);
  }
  await until('all are judged', async () => {
    const open: { verdict: string }[] = await a.get('/diffo/v1/outstanding');
    return open.length === laid && open.every(each => each.verdict === 'unmet');
  });
  await agreed(a);
  expect(await b.get('/diffo/v1/expectations')).toHaveLength(laid);
  expect((await peerOf(a)).out.epoch).toBe(1);
});
