/**
 * Two agents in two namespaces with a cable between them: one expects, the other puts right; what joins them is away for
 * a while and both are killed meanwhile; afterwards both hold the same, and the kernel has seen each effect once.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MqttClient } from 'mqtt';
import { afterEach, expect, test as it } from 'vitest';
import { openIdentity } from '../../src/adapters/identity.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { seal } from '../../src/core/peer-message.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import type { Store } from '../../src/ports/store.ts';
import { until } from '../kit/agent.ts';
import { freeSpending } from '../kit/budgets.ts';
import { type Door, openDoor } from '../kit/door.ts';
import { type Mosquitto, noMosquitto, runMosquitto } from '../kit/mosquitto.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';
import { lookOn } from '../kit/onlooker.ts';
import { type AgentProcess, lastingPort, launch } from '../kit/process.ts';
import { makeParty, type Party, peerAt } from './pair.ts';

const missing = noNamespaces ?? noMosquitto;
const test = it.skipIf(missing !== undefined);
const why = missing === undefined ? '' : ` (left out: ${missing})`;

const OUTAGE_MS = Number(process.env.DIFFO_OUTAGE_MS ?? 20_000);
const AT_A = '10.200.0.1';
const AT_B = '10.200.0.2';

interface Side {
  readonly party: Party;
  readonly netns: Netns;
  readonly door: Door;
  agent: AgentProcess;
  start(): Promise<void>;
}

interface Site {
  readonly a: Side;
  readonly b: Side;
  readonly mosquitto: Mosquitto | undefined;
  /** What joins them goes away. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

type Way = 'Mosquitto' | 'WebSocket';

async function makeSite(way: Way): Promise<Site> {
  const [netnsA, netnsB] = [makeNetns(), makeNetns()];
  netnsA.veth('to-b', 'to-a', netnsB);
  netnsA.ip(`addr add ${AT_A}/24 dev to-b`);
  netnsB.ip(`addr add ${AT_B}/24 dev to-a`);
  netnsB.veth('port1', 'port0');
  await netnsB.settle();
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const [portA, portB] = [await lastingPort(), await lastingPort()];
  const mosquitto = way === 'Mosquitto' ? await runMosquitto({ netns: netnsA, host: AT_A }) : undefined;
  const side = async (party: Party, netns: Netns, http: string, more: Record<string, string>): Promise<Side> => {
    const [host = '', port = ''] = http.split(':');
    const settings = {
      profile: 'linux-host',
      data: party.data,
      http,
      node: party.node,
      'http.insecure': 'true',
      ...(mosquitto ? { 'mqtt.url': mosquitto.url } : {}),
      ...more,
    };
    const begin = () => launch(settings, netns);
    const made: Side = {
      party,
      netns,
      door: await openDoor(netns, host, Number(port)),
      agent: begin(),
      start: async () => {
        made.agent = begin();
        await made.agent.ready;
      },
    };
    await made.agent.ready;
    return made;
  };
  const url = `ws://${AT_B}:${portB}/peer`;
  const b = await side(partyB, netnsB, `${AT_B}:${portB}`, { peers: peerAt(partyA), mode: 'enforce' });
  await b.door.call('POST', '/diffo/v1/rules', freeSpending);
  const a = await side(partyA, netnsA, `127.0.0.1:${portA}`, {
    peers: peerAt(partyB, way === 'WebSocket' ? url : undefined),
  });
  return {
    a,
    b,
    mosquitto,
    // Without a broker it is the cable.
    cut: async () => (mosquitto ? mosquitto.kill() : void netnsA.ip('link set to-b down')),
    mend: async () => (mosquitto ? mosquitto.start() : void netnsA.ip('link set to-b up')),
  };
}

const address = (i: number): string => `10.9.${Math.floor(i / 250)}.${(i % 250) + 1}/32`;

/** That B's port has an address; `observe` leaves it to others to see to it. */
function wish(i: number, mode: 'enforce' | 'observe') {
  return {
    id: `address-${i}`,
    for: { kind: 'networkInterface', name: 'port1', peer: 'edge-b' },
    expect: { resourceCharacteristic: [{ name: 'ipAddress', value: { $contains: [address(i)] } }] },
    mode,
  };
}

async function lay({ a }: Site, body: object): Promise<void> {
  expect((await a.door.call('POST', '/diffo/v1/expectations', body)).status).toBe(201);
}

const peerOf = async ({ door }: Side) => (await door.get('/diffo/v1/peers'))[0];
const outstandingAt = async ({ door }: Side) => door.get('/diffo/v1/outstanding');

async function settled({ a, b }: Site): Promise<void> {
  await until(
    'both agree',
    async () => {
      for (const side of [a, b]) {
        const { agreed, lag, presence } = await peerOf(side);
        if (!agreed || lag > 0 || presence !== 'alive') return false;
      }
      return true;
    },
    60_000,
  );
}

function readStore<T>({ party }: Side, read: (store: Store) => T): T {
  const path = join(party.data, 'diffo.sqlite');
  const store = openStore({ path, clock: systemClock, keyed: {}, newId: () => 'x' });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

let agents: AgentProcess[] = [];
afterEach(({ task }) => {
  if (task.result?.state === 'fail') for (const agent of agents) console.log(agent.log().slice(-4_000));
  agents = [];
});

test.each<Way>(['Mosquitto', 'WebSocket'])(
  `over %s: expected there, put right there, met here; and nothing is lost or done twice through an outage${why}`,
  { timeout: 240_000 },
  async way => {
    const site = await makeSite(way);
    const { a, b } = site;
    agents = [a.agent, b.agent];
    await settled(site);
    const onlooker = await lookOn(b.netns, 'port1');

    // A expects something of B's interface; B's answer, B's repair and A's met follow.
    await lay(site, {
      id: 'mtu',
      for: { kind: 'networkInterface', name: 'port1', peer: 'edge-b' },
      expect: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
      mode: 'enforce',
    });
    await until('A hears that it is met', async () => (await outstandingAt(a)).length === 0, 30_000);
    expect(b.netns.ipJson('link show port1')[0]).toMatchObject({ mtu: 1400 });
    const verdicts = (await a.door.get('/diffo/v1/changes?limit=1000')).filter(
      (change: { subject: string }) => change.subject === 'verdict',
    );
    const told = JSON.stringify(verdicts);
    for (const verdict of ['unknown', 'unmet', 'met']) expect(told).toContain(`"${verdict}"`);

    // A hundred that B only judges.
    for (let i = 0; i < 100; i++) await lay(site, wish(i, 'observe'));
    await until(
      'A hears of all',
      async () =>
        (await outstandingAt(a)).filter((each: { verdict: string }) => each.verdict === 'unmet').length === 100,
      30_000,
    );
    await settled(site);

    await site.cut();
    const cutAt = performance.now();
    // A hundred more are expected here, and the verdicts on the first hundred change there.
    for (let i = 100; i < 200; i++) await lay(site, wish(i, 'enforce'));
    for (let i = 0; i < 100; i++) b.netns.ip(`addr add ${address(i)} dev port1`);
    await until('B sees what was done', async () => (await outstandingAt(b)).length === 0, 30_000);
    await Promise.all([a.agent.kill(), b.agent.kill()]);
    await Promise.all([a.start(), b.start()]);
    agents = [a.agent, b.agent];
    await wait(Math.max(0, OUTAGE_MS - (performance.now() - cutAt)));
    expect((await outstandingAt(a)).length).toBeGreaterThanOrEqual(200);
    await site.mend();
    const mendedAt = performance.now();

    await until('all is met, and A knows', async () => (await outstandingAt(a)).length === 0, 60_000);
    console.log(`${way}: 200 rows met ${Math.round(performance.now() - mendedAt)} ms after the outage`);
    await settled(site);
    const effects = new Map<string, number>();
    for (const event of await onlooker.seen()) {
      if (event.event !== 'became') continue;
      effects.set(event.effect, (effects.get(event.effect) ?? 0) + 1);
    }
    const expected = new Map([['mtu 1400', 1], ...Array.from({ length: 200 }, (_, i) => [address(i), 1] as const)]);
    expect(effects).toEqual(expected);

    // Rows and cursors are equal, read from what is on the disk.
    expect(await Promise.all([a.agent.stop(), b.agent.stop()])).toEqual([0, 0]);
    const [rowsA, rowsB] = [readStore(a, rowsOf), readStore(b, rowsOf)];
    expect(rowsB.expectations).toEqual(rowsA.expectations);
    expect(rowsA.expectations).toHaveLength(201);
    expect(rowsB.verdicts).toEqual(rowsA.verdicts);
    expect(rowsA.verdicts).toHaveLength(201);
    expect(rowsB.in).toEqual(rowsA.out);
    expect(rowsA.in).toEqual(rowsB.out);
    expect([rowsA.out.epoch, rowsB.out.epoch]).toEqual([1, 1]);
  },
);

function rowsOf(store: Store) {
  const party = store.streamState('peer:edge-b:out') === undefined ? 'edge-a' : 'edge-b';
  const out = store.streamState(`peer:${party}:out`) as { epoch: number; acked: number };
  const receiver = store.streamState(`peer:${party}:in`) as { epoch: number; cursor: number };
  const bare = ({ id, expect: wanted, mode, priority, createdAt, for: { peer: _, ...target } }: Expectation) =>
    JSON.stringify([id, target, wanted, mode, priority, createdAt]);
  const word = ({ expectation, instance, verdict, residual, since }: StandingVerdict) =>
    JSON.stringify([expectation, instance, verdict, residual, since]);
  return {
    expectations: store.expectations().map(bare).sort(),
    verdicts: store.verdicts().map(word).sort(),
    out: { epoch: out.epoch, cursor: out.acked },
    in: { epoch: receiver.epoch, cursor: receiver.cursor },
  };
}

interface Captured {
  readonly topic: string;
  readonly text: string;
}

test(`a captured message sent again, altered, or signed with another key has no effect${why}`, async () => {
  const site = await makeSite('Mosquitto');
  const { a, b } = site;
  agents = [a.agent, b.agent];
  const door = await openDoor(a.netns, AT_A, site.mosquitto?.port ?? 0);
  const eve = new MqttClient(() => door.enter(), { protocolVersion: 5, clientId: 'eve', reconnectPeriod: 0 });
  const captured: Captured[] = [];
  eve.on('message', (topic, payload) => captured.push({ topic, text: payload.toString('utf8') }));
  await new Promise(resolve => eve.once('connect', resolve));
  await eve.subscribeAsync('edp/#', { qos: 1 });

  await lay(site, {
    id: 'mtu',
    for: { kind: 'networkInterface', name: 'port1', peer: 'edge-b' },
    expect: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
    mode: 'enforce',
  });
  await until('A hears that it is met', async () => (await outstandingAt(a)).length === 0, 30_000);
  await a.door.call('DELETE', '/diffo/v1/expectations/mtu');
  await until('B holds it no more', async () => (await b.door.get('/diffo/v1/expectations')).length === 0);
  b.netns.ip('link set port1 mtu 1500');
  await settled(site);
  await wait(1_500);
  const cursors = async () => [
    (await b.door.get('/diffo/v1/expectations')).length,
    (await peerOf(a)).in,
    (await peerOf(b)).in,
    b.netns.ipJson('link show port1')[0]?.mtu,
  ];
  const before = await cursors();
  const recorded = captured.filter(({ topic }) => topic.endsWith('/in'));
  expect(recorded.length).toBeGreaterThan(5);
  expect(recorded.some(({ text }) => text.includes('"value":1400'))).toBe(true);

  const forger = makeParty('edge-a');
  const { key } = openIdentity(forger.data);
  for (const { topic, text } of recorded) {
    await eve.publishAsync(topic, text, { qos: 1 });
    await eve.publishAsync(topic, text.replace('"value":1400', '"value":1300').replace('"epoch":1', '"epoch":2'), {
      qos: 1,
    });
    const message = JSON.parse(text);
    const resealed = seal(
      { realm: 'default', node: 'edge-a', key, incarnation: 9, storeId: message.storeid },
      {
        to: 'edge-b',
        type: 'batch',
        id: `${message.id}-x`,
        at: Date.now(),
        data: message.data,
        stream: 'edge-a>edge-b',
      },
    );
    await eve.publishAsync('edp/1/default/n/edge-b/in', resealed, { qos: 1 });
  }
  await eve.publishAsync('edp/1/default/n/edge-b/in', 'nonsense', { qos: 1 });
  await eve.publishAsync('edp/1/default/n/edge-b/in', Buffer.alloc(500_000, 'x'), { qos: 1 });
  const refused = await until('B has refused them', async () => {
    const counts = (await peerOf(b)).refused;
    const metrics = (await b.door.call('GET', '/metrics')).body;
    return metrics.includes('reason="tooLarge"} 1') && counts.forged >= recorded.length ? counts : undefined;
  });
  expect(refused).toMatchObject({ repeated: expect.any(Number), forged: expect.any(Number) });
  await wait(500);
  expect(await cursors()).toEqual(before);
  expect(await b.door.get('/diffo/v1/expectations')).toEqual([]);

  // The same after B has forgotten what it has seen.
  await b.agent.kill();
  await b.start();
  await settled(site);
  await wait(1_500);
  const again = await cursors();
  for (const { topic, text } of recorded) await eve.publishAsync(topic, text, { qos: 1 });
  await wait(500);
  expect(await cursors()).toEqual(again);
  eve.end(true);
});
