/** Two real agents that meet at the broker which one of them embeds, with no other broker anywhere. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeCertificates } from '../kit/certificates.ts';
import { lastingPort, launch } from '../kit/process.ts';
import { makeParty, type Party, peerAt } from './pair.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

type Settings = Readonly<Record<string, string>>;

function run({ node, data }: Party, peers: string, settings: Settings): Promise<TestAgent> {
  return runAgent({ node, peers, ...settings }, {}, data);
}

/** Two who know each other; A embeds. */
async function parties() {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const address = `127.0.0.1:${await lastingPort()}`;
  return {
    partyA,
    partyB,
    address,
    startA: (settings: Settings = {}) => run(partyA, peerAt(partyB), { 'mqtt.embedded': address, ...settings }),
    startB: (settings: Settings = {}) => run(partyB, peerAt(partyA), { 'mqtt.url': `mqtt://${address}`, ...settings }),
  };
}

const peerOf = async (agent: TestAgent) => (await agent.get('/diffo/v1/peers'))[0];
const agreed = (agent: TestAgent) => until('they agree', async () => (await peerOf(agent)).agreed, 20_000);
const linkError = async (agent: TestAgent): Promise<string> => (await peerOf(agent)).links[0].lastError ?? '';
const presence = async (agent: TestAgent): Promise<string> => (await peerOf(agent)).presence;

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

test('an expectation is judged at the peer, and its verdict comes back', async () => {
  const { startA, startB, address } = await parties();
  const [a, b] = [await startA(), await startB()];
  await agreed(a);
  await lay(a, 'port-1');
  await until('it is unmet', () => isUnmet(a, 'port-1'));
  await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', {
    '@type': 'Resource',
    name: 'port-1',
    description: 'uplink',
  });
  await until('it is met', async () => (await a.get('/diffo/v1/outstanding')).length === 0);
  const links = [{ carrier: 'mqtt', at: `mqtt://${address}`, up: true }];
  expect(await peerOf(a)).toMatchObject({ presence: 'alive', carrier: 'mqtt', links });
  expect(await peerOf(b)).toMatchObject({ presence: 'alive', carrier: 'mqtt', links });
});

test('the broker goes with its agent and comes back with it, and nothing is lost', async () => {
  const { startA, startB } = await parties();
  const [first, b] = [await startA(), await startB()];
  await agreed(first);
  await lay(first, 'port-1');
  await until('it is unmet', () => isUnmet(first, 'port-1'));
  await first.stop();
  await until('B is told', async () => (await linkError(b)).includes('no broker answers at mqtt://127.0.0.1:'));
  await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', {
    '@type': 'Resource',
    name: 'port-1',
    description: 'uplink',
  });
  const again = await startA();
  await lay(again, 'port-2');
  await until('the one is met and the other unmet', async () => {
    const outstanding = await again.get('/diffo/v1/outstanding');
    return outstanding.length === 1 && (await isUnmet(again, 'port-2'));
  });
  await agreed(again);
  expect(await b.get('/diffo/v1/expectations')).toHaveLength(2);
});

test('a peer that is killed is dead at once, and one that stops says so itself', async () => {
  const { partyA, partyB, address, startA } = await parties();
  const a = await startA();
  const settings = { profile: 'inventory', http: '127.0.0.1:0', 'mqtt.url': `mqtt://${address}`, node: 'edge-b' };
  const startB = () => launch({ ...settings, data: partyB.data, peers: peerAt(partyA) });
  const b = startB();
  await b.ready;
  await agreed(a);
  await b.kill();
  await until('it is dead', async () => (await presence(a)) === 'dead');
  const again = startB();
  await again.ready;
  await until('it is alive', async () => (await presence(a)) === 'alive');
  expect(await again.stop()).toBe(0);
  await until('it is dead', async () => (await presence(a)) === 'dead');
});

test('an agent that embeds a broker with clients in it stops in order, with or without peers', async () => {
  const { partyA, address, startB } = await parties();
  const settings = { profile: 'inventory', http: '127.0.0.1:0', 'mqtt.embedded': address };
  const a = launch({ ...settings, data: partyA.data });
  await a.ready;
  const b = await startB();
  await until('B is connected', async () => (await peerOf(b)).links[0].up);
  expect(await a.stop()).toBe(0);
  await until('B is told', async () => (await linkError(b)) !== '');
});

/** Starts `diffo run`, which is expected not to come up, and returns how it ended. */
function refused(settings: Settings): { readonly code: number | null; readonly said: string } {
  const all = { profile: 'inventory', data: makeDirectory(), http: '127.0.0.1:0', 'log.level': 'error', ...settings };
  const words = Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const ended = spawnSync(process.execPath, [main, 'run', ...words], { encoding: 'utf8', timeout: 20_000 });
  return { code: ended.status, said: ended.stderr.trim() };
}

function inFile(text: string): string {
  const file = join(makeDirectory(), 'file');
  writeFileSync(file, text);
  return file;
}

test('it does not listen beyond loopback without TLS and a login, unless a person insists', () => {
  const beyond = 'beyond loopback, needs mqtts:// with http.tls.cert and http.tls.key, and mqtt.user';
  for (const address of ['0.0.0.0:1883', '[::]:1883', 'mqtt://192.0.2.1:1883']) {
    const { code, said } = refused({ 'mqtt.embedded': address });
    expect(said).toBe(`diffo: embedding a broker at ${address}, ${beyond} with mqtt.passwordFile; or say --insecure`);
    expect(code).toBe(2);
  }
  const { cert, key } = makeCertificates();
  const tls = { 'mqtt.embedded': 'mqtts://0.0.0.0:8883', 'http.tls.cert': cert, 'http.tls.key': key };
  expect(refused(tls).said).toContain(beyond);
  expect(refused({ ...tls, 'http.tls.cert': '' }).said).toContain('needs http.tls.cert and http.tls.key');
  expect(refused({ 'mqtt.embedded': 'anywhere' }).said).toContain('mqtt.embedded cannot be "anywhere"');
  expect(refused({ 'mqtt.embedded': '127.0.0.1:0' }).said).toContain('its port is one of 1 to 65535');
});

test('a port in use is one sentence and the end', async () => {
  const port = await lastingPort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise(done => other.once('listening', done));
  const taken = refused({ 'mqtt.embedded': `127.0.0.1:${port}` });
  expect(taken).toEqual({
    code: 1,
    said: `diffo: cannot embed a broker at 127.0.0.1:${port}: somebody else serves there already; stop it, or choose another address in mqtt.embedded`,
  });
});

test('over TLS with a login, whoever has the authority and the password is let in', async () => {
  const { ca, cert, key } = makeCertificates();
  const { startA, startB, address } = await parties();
  const login = { 'mqtt.user': 'edge', 'mqtt.passwordFile': inFile('correct horse\n') };
  const a = await startA({
    'mqtt.embedded': `mqtts://${address}`,
    ...login,
    'http.tls.cert': cert,
    'http.tls.key': key,
  });
  const url = { 'mqtt.url': `mqtts://${address}` };

  const blind = await startB({ ...url, ...login });
  await until('it is told', async () => (await linkError(blind)).includes('does not fit'));
  expect(await linkError(blind)).toContain('name its authority in mqtt.caFile');
  await blind.stop();
  const wrong = await startB({ ...url, ...login, 'mqtt.caFile': ca, 'mqtt.passwordFile': inFile('battery staple') });
  await until('it is told', async () => (await linkError(wrong)).includes('refuses the user edge; see mqtt.user'));
  await wrong.stop();
  const b = await startB({ ...url, ...login, 'mqtt.caFile': ca });
  await until('they know each other', async () => (await presence(b)) === 'alive');
  expect(a.url).toMatch(/^https:/);
});

test('nothing of it is loaded without the setting', async () => {
  const watch = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      const part = /node_modules\\/(aedes|mqtt|ws)\\//.exec(url);
      if (part) process.stderr.write('loaded ' + part[1] + '\\n');
      return next(url, context);
    } });`;
  const file = join(makeDirectory(), 'watch.mjs');
  writeFileSync(file, watch);
  vi.stubEnv('NODE_OPTIONS', `--import=${file}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { partyA, partyB, address } = await parties();
  const settings = { profile: 'inventory', http: '127.0.0.1:0', data: partyA.data, node: 'edge-a' };
  const loaded = async (more: Settings): Promise<string[]> => {
    const agent = launch({ ...settings, ...more });
    await agent.ready;
    expect(await agent.stop()).toBe(0);
    return [...new Set(Array.from(agent.log().matchAll(/^loaded (\w+)$/gm), ([, part]) => part ?? ''))].sort();
  };
  expect(await loaded({})).toEqual([]);
  expect(await loaded({ peers: peerAt(partyB) })).toEqual(['ws']);
  expect(await loaded({ peers: peerAt(partyB), 'mqtt.url': `mqtt://${address}` })).toEqual(['mqtt', 'ws']);
  expect(await loaded({ 'mqtt.embedded': address })).toEqual(['aedes']);
});
