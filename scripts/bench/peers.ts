/**
 * `peers`: from an expectation laid on a peer to its verdict back, over each carrier, beside a bare echo over the same
 * carrier that makes the same commits; how soon two have found each other again after an outage; and what carriers
 * cost in memory.
 */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import { publicKeyText } from '../../src/core/peer.ts';
import { unjudged } from '../../src/core/peer-verdict.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { Gate } from '../../src/sync/peer-gate.ts';
import { PeerSync } from '../../src/sync/peer-sync.ts';
import { median, memoryOf, nowMs, pause, percentile, type Row, row, say } from './measure.ts';
import {
  type Carrier,
  hasMosquitto,
  type Node,
  openEmbeddedCarrier,
  openMosquittoCarrier,
  openWebSocketCarrier,
} from './peer-carriers.ts';
import { agentCommand, freePort, makeDirectory, start } from './processes.ts';

const ROUNDS = 300;
const WARM_UP = 50;
const PAIRS = 12;
const OUTAGE_MS = 10_000;
const SETTLE_MS = 10_000;
const operator = { principal: 'operator', kind: 'request' } as const;
const instance = instanceId('port');
const loop = { principal: 'loop', kind: 'judgement' } as const;

export async function peers(): Promise<Row[]> {
  const rows = [await roundTrip('WebSocket', openWebSocketCarrier)];
  if (hasMosquitto()) rows.push(await roundTrip('MQTT, Mosquitto', openMosquittoCarrier));
  else say('  MQTT at a Mosquitto is left out: there is none on this machine');
  rows.push(await roundTrip('MQTT, embedded broker', openEmbeddedCarrier));
  const back = await reconnects();
  return [
    ...rows,
    row({
      what: `an answer again after ${OUTAGE_MS / 1000} s, p50`,
      unit: 'ms',
      ours: median(back),
      goal: { of: 'ours', atMost: 2_000 },
    }),
    row({ what: 'the same, p95', unit: 'ms', ours: percentile(back, 95) }),
    ...(await memory()),
  ];
}

async function roundTrip(carrier: string, open: () => Promise<Carrier>): Promise<Row> {
  const [stream, echo] = [await openStream(await open()), await openEcho(await open())];
  const ours: number[] = [];
  const ceiling: number[] = [];
  // By turns, for a machine is not equally quick at all times.
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    for (const [way, took] of [
      [stream, ours],
      [echo, ceiling],
    ] as const) {
      const began = nowMs();
      await way.round(i);
      if (i >= WARM_UP) took.push(nowMs() - began);
      await pause(2);
    }
  }
  await stream.stop();
  await echo.stop();
  return row({
    what: `expectation laid to verdict back, ${carrier}`,
    unit: 'ms',
    ours: median(ours),
    ceiling: median(ceiling),
    ratio: 'ours/ceiling',
    goal: { of: 'ratio', atMost: 1.5 },
  });
}

/** What the carriers cost an agent that has nothing else to do, beside one that has none. */
async function memory(): Promise<Row[]> {
  const { publicKey } = generateKeyPairSync('ed25519');
  const peer = { node: 'a', peers: `b=${publicKeyText(publicKey)}` };
  const embed = async () => ({ 'mqtt.embedded': `127.0.0.1:${await freePort()}` });
  const dirty = async (flags: Readonly<Record<string, string>>): Promise<number> => {
    const own = { profile: 'inventory', data: makeDirectory(), 'log.level': 'warn' };
    const agent = await start(agentCommand({ ...own, ...flags }), 'anywhere');
    await pause(SETTLE_MS);
    const { dirty: mebibytes } = memoryOf(agent.pid);
    await agent.stop();
    return mebibytes;
  };
  const [none, socket, broker, both] = await Promise.all([
    dirty({}),
    dirty(peer),
    dirty(await embed()),
    dirty({ ...peer, ...(await embed()) }),
  ]);
  const beside = (what: string, ours: number): Row =>
    row({ what: `private dirty memory, ${what}`, unit: 'MiB', ours, ceiling: none });
  return [
    beside('a peer by WebSocket', socket),
    beside('a broker embedded', broker),
    beside('a broker embedded and a peer at it', both),
  ];
}

interface Party {
  readonly store: Store;
  readonly sync: PeerSync;
}

interface Pair extends Readonly<Record<Node, Party>> {
  stop(): Promise<void>;
}

async function makePair(carrier: Carrier): Promise<Pair> {
  const keys = { a: generateKeyPairSync('ed25519').privateKey, b: generateKeyPairSync('ed25519').privateKey };
  const party = async (node: Node, other: Node): Promise<Party> => {
    const store = openBare();
    const self = { realm: 'default', node, key: keys[node], incarnation: 1, storeId: store.agent };
    const known = [{ name: other, publicKey: '', key: createPublicKey(keys[other]) }];
    const parts = { clock: systemClock, log: silentLog, chance: Math.random };
    const gate = new Gate({ ...parts, self, peers: known, newId: randomUUID });
    const sync = new PeerSync({
      ...parts,
      store,
      keyed: {},
      steady: systemClock.now,
      gate,
      peers: known,
      links: [await carrier.link(node, { ...parts, seal: gate })],
      freshnessMs: 180_000,
      ring: () => {},
    });
    await sync.start();
    return { store, sync };
  };
  const b = await party('b', 'a');
  const a = await party('a', 'b');
  await met(a.sync);
  return {
    a,
    b,
    stop: async () => {
      await a.sync.stop();
      await b.sync.stop();
      a.store.close();
      b.store.close();
      await carrier.stop();
    },
  };
}

function openBare(): Store {
  return openStore({ path: join(makeDirectory(), 'diffo.sqlite'), clock: systemClock, keyed: {}, newId: randomUUID });
}

/** Resolves when an answer has come since the call. */
async function met(sync: PeerSync): Promise<void> {
  const began = Date.now();
  while ((sync.states()[0]?.answeredAt ?? 0) < began) await pause(5);
}

/** One way to lay an expectation on another and hear its verdict. */
interface Way {
  round(i: number): Promise<void>;
  stop(): Promise<void>;
}

async function openStream(carrier: Carrier): Promise<Way> {
  const pair = await makePair(carrier);
  const { a, b } = pair;
  let judged = 0;
  // What the loop does, without the looking.
  b.store.onCommit(() => {
    const laid = b.store.expectation(expectationId(`e${judged}`));
    if (!laid) return;
    judged++;
    b.store.transact(loop, writer =>
      writer.putVerdict({ expectation: laid.id, instance, verdict: 'met', since: Date.now() }),
    );
  });
  return {
    round: async i => {
      const id = expectationId(`e${i}`);
      const back = new Promise<void>(resolve => {
        const stop = a.store.onCommit(() => {
          if (a.store.verdict(id, instance)?.verdict !== 'met') return;
          stop();
          resolve();
        });
      });
      lay(a.store, i);
      await back;
    },
    stop: pair.stop,
  };
}

/** The same rows in the same commits, said as they are: no signature, no stream, nobody who asks who is there. */
async function openEcho(carrier: Carrier): Promise<Way> {
  const [a, b] = [openBare(), openBare()];
  const wires = await carrier.wires();
  wires.b.hear(text => {
    const laid = JSON.parse(text) as Expectation;
    const { peer: _, ...target } = laid.for;
    b.transact(operator, writer => {
      writer.putExpectation({ ...laid, for: target, principal: 'peer:a', version: 'x'.repeat(32) });
      keep(writer, `expectation/${laid.id}`);
    });
    const verdict = { expectation: laid.id, instance, verdict: 'met', since: Date.now() } as const;
    b.transact(loop, writer => writer.putVerdict(verdict));
    wires.b.say(JSON.stringify(verdict));
  });
  let answered = (_verdict: StandingVerdict): void => {};
  wires.a.hear(text => answered(JSON.parse(text) as StandingVerdict));
  return {
    round: async i => {
      const laid = lay(a, i);
      const back = new Promise<void>(resolve => {
        answered = verdict => {
          a.transact(loop, writer => {
            writer.putVerdict({ ...verdict, peer: 'b', of: 'x'.repeat(32) });
            writer.removeVerdict(laid.id, undefined);
            keep(writer, `verdict/${laid.id}`);
          });
          resolve();
        };
      });
      wires.a.say(JSON.stringify(laid));
      await back;
    },
    stop: async () => {
      await carrier.stop();
      a.close();
      b.close();
    },
  };
}

function keep(writer: Writer, key: string): void {
  writer.putIncoming('bare', key, { epoch: 1, seq: writer.seq(), hash: 'x'.repeat(32), shown: 'x'.repeat(32) });
  writer.putStreamState('bare', { epoch: 1, cursor: writer.seq(), sum: { a: 1, b: writer.seq() }, whole: true });
}

function lay(store: Store, i: number): Expectation {
  return store.transact(operator, writer => {
    const laid = writer.putExpectation({
      id: expectationId(`e${i}`),
      for: { kind: 'networkInterface', name: 'eth1', peer: 'b' },
      expect: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
      priority: 50,
      principal: 'operator',
      createdAt: Date.now(),
    });
    writer.putVerdict(unjudged(laid, Date.now()));
    return laid;
  });
}

async function reconnects(): Promise<number[]> {
  const pairs = await Promise.all(
    Array.from({ length: PAIRS }, async () => {
      const carrier = await openWebSocketCarrier();
      return { ...(await makePair(carrier)), cable: carrier.cable };
    }),
  );
  for (const { cable } of pairs) cable.cut();
  await pause(OUTAGE_MS);
  const took = await Promise.all(
    pairs.map(async ({ a, cable }) => {
      cable.mend();
      const began = nowMs();
      await met(a.sync);
      return nowMs() - began;
    }),
  );
  await Promise.all(pairs.map(pair => pair.stop()));
  return took;
}
