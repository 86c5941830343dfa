/**
 * `peers`: from an expectation laid on a peer to its verdict back, beside a bare echo over WebSocket that makes the same
 * commits; and how soon two have found each other again after an outage.
 */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createRelay, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { openWebSockets } from '../../src/adapters/peers/websocket.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import { unjudged } from '../../src/core/peer-verdict.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { Gate } from '../../src/sync/peer-gate.ts';
import { PeerSync } from '../../src/sync/peer-sync.ts';
import { median, nowMs, pause, percentile, type Row, row } from './measure.ts';
import { makeDirectory } from './processes.ts';

const ROUNDS = 300;
const WARM_UP = 50;
const PAIRS = 12;
const OUTAGE_MS = 10_000;
const operator = { principal: 'operator', kind: 'request' } as const;
const instance = instanceId('port');
const loop = { principal: 'loop', kind: 'judgement' } as const;

export async function peers(): Promise<Row[]> {
  const [stream, echo] = [await openStream(), await openEcho()];
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
  const back = await reconnects();
  return [
    row({
      what: 'expectation laid to verdict back',
      unit: 'ms',
      ours: median(ours),
      ceiling: median(ceiling),
      ratio: 'ours/ceiling',
      goal: { of: 'ratio', atMost: 1.5 },
    }),
    row({
      what: `an answer again after ${OUTAGE_MS / 1000} s, p50`,
      unit: 'ms',
      ours: median(back),
      goal: { of: 'ours', atMost: 2_000 },
    }),
    row({ what: 'the same, p95', unit: 'ms', ours: percentile(back, 95) }),
  ];
}

interface Pair {
  readonly a: { readonly store: Store; readonly sync: PeerSync };
  readonly b: { readonly store: Store; readonly sync: PeerSync };
  readonly cable: Relay;
  stop(): Promise<void>;
}

async function makePair(): Promise<Pair> {
  const keys = { a: generateKeyPairSync('ed25519').privateKey, b: generateKeyPairSync('ed25519').privateKey };
  const server = createServer();
  const port = await listen(server);
  const cable = await relay(port);
  const party = async (node: 'a' | 'b', other: 'a' | 'b', url?: string) => {
    const path = join(makeDirectory(), 'diffo.sqlite');
    const store = openStore({ path, clock: systemClock, keyed: {}, newId: randomUUID });
    const self = { realm: 'default', node, key: keys[node], incarnation: 1, storeId: store.agent };
    const known = [
      { name: other, publicKey: '', key: createPublicKey(keys[other]), ...(url === undefined ? {} : { url }) },
    ];
    const parts = { clock: systemClock, log: silentLog, chance: Math.random };
    const gate = new Gate({ ...parts, self, peers: known, newId: randomUUID });
    const link = await openWebSockets({ ...parts, node, peers: known, seal: gate });
    if (node === 'b') link.serve(server);
    const sync = new PeerSync({
      ...parts,
      store,
      keyed: {},
      steady: systemClock.now,
      gate,
      peers: known,
      links: [link],
      freshnessMs: 180_000,
      ring: () => {},
    });
    await sync.start();
    return { store, sync };
  };
  const b = await party('b', 'a');
  const a = await party('a', 'b', `ws://127.0.0.1:${cable.port}/peer`);
  await met(a.sync);
  return {
    a,
    b,
    cable,
    stop: async () => {
      await a.sync.stop();
      await b.sync.stop();
      a.store.close();
      b.store.close();
      cable.close();
      server.close();
    },
  };
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

async function openStream(): Promise<Way> {
  const pair = await makePair();
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

/** The same rows in the same commits, said over a bare WebSocket: no signature, no stream, nobody who asks who is there. */
async function openEcho(): Promise<Way> {
  const open = (): Store =>
    openStore({ path: join(makeDirectory(), 'bare.sqlite'), clock: systemClock, keyed: {}, newId: randomUUID });
  const [a, b] = [open(), open()];
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', socket => {
    socket.on('message', data => {
      const laid = JSON.parse(String(data)) as Expectation;
      const { peer: _, ...target } = laid.for;
      b.transact(operator, writer => {
        writer.putExpectation({ ...laid, for: target, principal: 'peer:a', version: 'x'.repeat(32) });
        keep(writer, `expectation/${laid.id}`);
      });
      const verdict = { expectation: laid.id, instance, verdict: 'met', since: Date.now() } as const;
      b.transact(loop, writer => writer.putVerdict(verdict));
      socket.send(JSON.stringify(verdict));
    });
  });
  const cable = await relay(await listen(server));
  const socket = new WebSocket(`ws://127.0.0.1:${cable.port}`, { perMessageDeflate: false });
  await new Promise(resolve => socket.once('open', resolve));
  return {
    round: async i => {
      const laid = lay(a, i);
      const back = new Promise<void>(resolve => {
        socket.once('message', data => {
          a.transact(loop, writer => {
            writer.putVerdict({ ...(JSON.parse(String(data)) as StandingVerdict), peer: 'b', of: 'x'.repeat(32) });
            writer.removeVerdict(laid.id, undefined);
            keep(writer, `verdict/${laid.id}`);
          });
          resolve();
        });
      });
      socket.send(JSON.stringify(laid));
      await back;
    },
    stop: async () => {
      socket.terminate();
      cable.close();
      server.close();
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
  const pairs = await Promise.all(Array.from({ length: PAIRS }, makePair));
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

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

interface Relay {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): void;
}

/** A connection that can be torn. */
async function relay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let up = true;
  const server = createRelay(outer => {
    if (!up) {
      outer.destroy();
      return;
    }
    const inner = dial(to, '127.0.0.1');
    outer.setNoDelay(true);
    inner.setNoDelay(true);
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
  const tear = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      up = false;
      tear();
    },
    mend: () => {
      up = true;
    },
    close: () => {
      tear();
      server.close();
    },
  };
}
