/** What two peers, or two ends of a bare echo, can talk over: WebSocket, Mosquitto, the embedded broker. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createRelay, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type IClientOptions, MqttClient, connect as meet } from 'mqtt';
import { WebSocket, WebSocketServer } from 'ws';
import { openBroker } from '../../src/adapters/peers/broker.ts';
import { openMqtt } from '../../src/adapters/peers/mqtt.ts';
import { openWebSockets, type WebSocketParts } from '../../src/adapters/peers/websocket.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { PeerLink } from '../../src/ports/peer-link.ts';
import { freePort, makeDirectory } from './processes.ts';

export type Node = 'a' | 'b';
export type LinkParts = Pick<WebSocketParts, 'seal' | 'clock' | 'log' | 'chance'>;

/** One end of a bare connection. */
export interface Wire {
  say(text: string): void;
  hear(listener: (text: string) => void): void;
}

export interface Carrier {
  /** The agent's own link of a node to the other; B is asked for first, and starts first. */
  link(node: Node, parts: LinkParts): Promise<PeerLink>;
  /** The same way with nothing of the agent's on it. */
  wires(): Promise<Readonly<Record<Node, Wire>>>;
  stop(): Promise<void>;
}

const other: Readonly<Record<Node, Node>> = { a: 'b', b: 'a' };

export interface Cable {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): void;
}

/** B serves, A calls it through a cable that can be torn. */
export async function openWebSocketCarrier(): Promise<Carrier & { readonly cable: Cable }> {
  const server = createServer();
  const cable = await lay(await listen(server));
  const url = `ws://127.0.0.1:${cable.port}/peer`;
  return {
    cable,
    link: async (node, parts) => {
      const link = await openWebSockets({
        ...parts,
        node,
        peers: [{ name: other[node], ...(node === 'a' ? { url } : {}) }],
      });
      if (node === 'b') link.serve(server);
      return link;
    },
    wires: async () => {
      const sockets = new WebSocketServer({ server, perMessageDeflate: false });
      const b = new Promise<WebSocket>(resolve => sockets.once('connection', resolve));
      const a = new WebSocket(url, { perMessageDeflate: false });
      const wire = (socket: WebSocket): Wire => ({
        say: text => socket.send(text),
        hear: listener => void socket.on('message', data => listener(String(data))),
      });
      await new Promise(resolve => a.once('open', resolve));
      return { a: wire(a), b: wire(await b) };
    },
    stop: async () => {
      cable.close();
      server.close();
    },
  };
}

/** Both meet at a Mosquitto of their own. */
export async function openMosquittoCarrier(): Promise<Carrier> {
  const { port, stop } = await runMosquitto();
  const url = `mqtt://127.0.0.1:${port}`;
  return brokered(url, undefined, options => meet({ host: '127.0.0.1', port, protocolVersion: 5, ...options }), stop);
}

/** A embeds the broker and joins it from within, B calls it. */
export async function openEmbeddedCarrier(): Promise<Carrier> {
  const port = await freePort();
  const broker = await openBroker({ host: '127.0.0.1', port, realm: 'default', log: silentLog });
  const call = (options: IClientOptions): MqttClient =>
    options.clientId === 'a'
      ? new MqttClient(broker.join, { protocolVersion: 4, ...options })
      : meet({ host: '127.0.0.1', port, protocolVersion: 4, ...options });
  return brokered(`mqtt://127.0.0.1:${port}`, broker.join, call, () => broker.stop());
}

function brokered(
  url: string,
  join: (() => Duplex) | undefined,
  call: (options: IClientOptions) => MqttClient,
  stop: () => Promise<void>,
): Carrier {
  const clients: MqttClient[] = [];
  const wire = async (node: Node): Promise<Wire> => {
    const client = call({ clientId: node, clean: true, reconnectPeriod: 0, writeCache: false });
    clients.push(client);
    await new Promise(resolve => client.once('connect', resolve));
    const { stream } = client as { stream?: { setNoDelay?: (on: boolean) => void } };
    stream?.setNoDelay?.(true);
    // The topics of peers, for the embedded broker serves no others.
    const topic = (name: Node): string => `edp/1/default/n/${name}/in`;
    await client.subscribeAsync(topic(node), { qos: 1 });
    return {
      say: text => void client.publish(topic(other[node]), text, { qos: 1 }),
      hear: listener => void client.on('message', (_, payload) => listener(String(payload))),
    };
  };
  return {
    link: (node, parts) =>
      openMqtt({
        ...parts,
        url,
        ...(join !== undefined && node === 'a' ? { join } : {}),
        realm: 'default',
        node,
        peers: [other[node]],
      }),
    wires: async () => ({ a: await wire('a'), b: await wire('b') }),
    stop: async () => {
      for (const client of clients) client.end(true);
      await stop();
    },
  };
}

const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Whether there is a Mosquitto on this machine. */
export function hasMosquitto(): boolean {
  // It ends with 3 after it has told how it is used.
  return [0, 3].includes(spawnSync('mosquitto', ['-h'], { env: { PATH: path } }).status ?? -1);
}

async function runMosquitto(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const file = join(makeDirectory(), 'mosquitto.conf');
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  const lines = [`listener ${port} 127.0.0.1`, 'set_tcp_nodelay true', 'allow_anonymous true', 'log_dest stderr'];
  writeFileSync(file, [...lines, 'persistence false', ...user, ''].join('\n'));
  const child = spawn('mosquitto', ['-c', file], { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'] });
  await running(child);
  return {
    port,
    stop: async () => {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

function running(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
      if (said.includes(' running')) resolve();
    });
    child.once('exit', code => reject(new Error(`mosquitto ended with ${code}: ${said}`)));
  });
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A connection that can be torn. */
async function lay(to: number): Promise<Cable> {
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
