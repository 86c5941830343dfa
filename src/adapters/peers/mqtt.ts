/**
 * Peers at an MQTT broker: each node has a topic for what others tell it, and a retained one where it says that it is
 * there. Nothing is kept for us at the broker: what is to be sent stands in the store, so each connection starts afresh.
 * All that is said stands in the message; what MQTT 5 adds spares the broker some work, and a broker of 3.1.1 serves too.
 */
import type { Duplex } from 'node:stream';
import type { IClientOptions, MqttClient } from 'mqtt';
import { AgentError, sentence } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import { contentType, MESSAGE_BYTES } from '../../core/peer-message.ts';
import { reconnectMs } from '../../core/reconnect.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LinkEar, LinkState, PeerLink, Seal } from '../../ports/peer-link.ts';
import { whyNoFit } from './certificate.ts';
import { topicOf } from './mqtt-topics.ts';

const KEEPALIVE_S = 15;
const CONNECT_WITHIN_MS = 10_000;
/** An answer that is waited for no longer need not lie at the broker. */
const EXPIRES_S = 60;
/** What we are willing to read at all, so that what is somewhat too large can be counted. */
const PACKET_BYTES = 4 * MESSAGE_BYTES;
/** Topic, properties and head of a packet. */
const PACKET_HEAD_BYTES = 1024;
const IN_FLIGHT = 32;
/** A connection that lasted so long was no failure. */
const STABLE_MS = 30_000;
const GOODBYE_WITHIN_MS = 1_000;
/** The protocol's own numbers for MQTT 5 and 3.1.1. */
type Version = 5 | 4;
/** How brokers of either version say that they do not speak the one they were asked in. */
const OTHER_VERSION: readonly unknown[] = [1, 132];

export interface MqttParts {
  readonly url: string;
  /** The way to a broker in this process, which needs no address. */
  readonly join?: () => Duplex;
  readonly user?: string;
  readonly password?: string;
  /** PEM of the authority of the broker's certificate. */
  readonly ca?: string;
  readonly realm: string;
  readonly node: string;
  readonly peers: readonly string[];
  readonly seal: Seal;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
}

export async function openMqtt(parts: MqttParts): Promise<PeerLink> {
  const { connect, MqttClient } = await import('mqtt');
  const { join } = parts;
  if (join) return new Mqtt(parts, options => new MqttClient(join, options));
  const { protocol, hostname, port, pathname } = new URL(parts.url);
  const address = {
    // Its own reading of a URL is deprecated by Node.
    protocol: protocol.slice(0, -1) as NonNullable<IClientOptions['protocol']>,
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(/^wss?:$/.test(protocol) ? { path: pathname } : {}),
  };
  return new Mqtt(parts, options => connect({ ...address, ...options }));
}

class Mqtt implements PeerLink {
  readonly carrier = 'mqtt';
  private readonly parts: MqttParts;
  private readonly connect: (options: IClientOptions) => MqttClient;
  private readonly address: string;
  private version: Version = 5;
  private ear: LinkEar | undefined;
  private client: MqttClient | undefined;
  private isUp = false;
  private since: Instant;
  private failures = 0;
  private accepted = MESSAGE_BYTES;
  private lastError: string | undefined;
  private callOff: (() => void) | undefined;
  private stopped = false;

  constructor(parts: MqttParts, connect: (options: IClientOptions) => MqttClient) {
    this.parts = parts;
    this.connect = connect;
    this.since = parts.clock.now();
    const { protocol, host } = new URL(parts.url);
    this.address = `${protocol}//${host}`;
  }

  async start(ear: LinkEar): Promise<void> {
    this.ear = ear;
    this.meet();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.callOff?.();
    const { client } = this;
    if (!client) return;
    if (this.isUp) await within(GOODBYE_WITHIN_MS, done => this.tellPresence(client, 'dead', done));
    await within(GOODBYE_WITHIN_MS, done => client.end(!this.isUp, {}, done));
  }

  state(node: string): LinkState | undefined {
    if (!this.parts.peers.includes(node)) return undefined;
    const { isUp: up, since, address: at, lastError } = this;
    return { up, since, at, ...(lastError === undefined ? {} : { lastError }) };
  }

  most(): number {
    return this.accepted;
  }

  send(node: string, text: string): void {
    const { client } = this;
    if (!this.parts.peers.includes(node)) throw new AgentError('unreachable', `${node} is no peer`);
    if (!client || !this.isUp || !client.connected) {
      throw new AgentError('unreachable', `there is no connection to the broker ${this.address}`);
    }
    if (Buffer.byteLength(text) > this.accepted) throw new AgentError('tooLarge', 'the message is too large');
    const properties = { contentType, messageExpiryInterval: EXPIRES_S };
    client.publish(topicOf(this.parts.realm, node, 'in'), text, { qos: 1, properties }, error => {
      if (error && this.client === client) this.note(`the broker did not take a message: ${sentence(error)}`);
    });
  }

  /** Each connection is a new one: what was under way on an old one would come late and is known to the streams. */
  private meet(): void {
    if (this.stopped) return;
    const { clock, seal, realm, node, user, password, ca } = this.parts;
    const client = this.connect({
      protocolVersion: this.version,
      clientId: `edp-${realm}-${node}`,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_WITHIN_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // Its buffers cost megabytes.
      writeCache: false,
      properties: { sessionExpiryInterval: 0, receiveMaximum: IN_FLIGHT, maximumPacketSize: PACKET_BYTES },
      will: {
        topic: topicOf(realm, node, 'presence'),
        payload: Buffer.from(seal.seal({ to: undefined, type: 'presence', data: { state: 'dead' } }).text),
        qos: 1,
        retain: true,
        properties: { contentType },
      },
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
    });
    this.client = client;
    let why = `the broker ${this.address} hung up`;
    let connectedAt: Instant | undefined;
    let speaksOther = false;
    client.on('error', error => {
      speaksOther = this.version === 5 && 'code' in error && OTHER_VERSION.includes(error.code);
      why = this.cannotMeet(error);
    });
    client.on('disconnect', ({ reasonCode }) => {
      if (reasonCode !== undefined) why = whySentAway(this.address, this.parts.node, reasonCode);
    });
    client.on('connect', ({ properties }) => {
      connectedAt = clock.now();
      const { stream } = client as { stream?: { setNoDelay?: (on: boolean) => void } };
      stream?.setNoDelay?.(true);
      const limit = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
      this.accepted = Math.min(MESSAGE_BYTES, limit - PACKET_HEAD_BYTES);
      this.subscribe(client, because => {
        why = because;
        client.end(true);
      });
    });
    client.on('message', (_topic, payload) => this.ear?.heard(payload));
    client.on('close', () => {
      if (this.client !== client) return;
      this.client = undefined;
      client.end(true);
      if (speaksOther) {
        this.version = 4;
        this.meet();
        return;
      }
      if (connectedAt !== undefined && clock.now() - connectedAt >= STABLE_MS) this.failures = 0;
      this.lose(why);
    });
  }

  private subscribe(client: MqttClient, fail: (because: string) => void): void {
    const { realm, node, peers, clock } = this.parts;
    const topics = [topicOf(realm, node, 'in'), ...peers.map(peer => topicOf(realm, peer, 'presence'))];
    client.subscribe(topics, { qos: 1 }, error => {
      if (this.client !== client || this.stopped) return;
      if (error) {
        fail(`the broker ${this.address} does not let ${node} listen to its topics: ${sentence(error)}`);
        return;
      }
      this.isUp = true;
      this.since = clock.now();
      // Only now can those who read it reach us.
      this.tellPresence(client, 'alive', () => {});
      this.ear?.moved();
    });
  }

  private tellPresence(client: MqttClient, state: 'alive' | 'dead', done: () => void): void {
    const { text } = this.parts.seal.seal({ to: undefined, type: 'presence', data: { state } });
    const topic = topicOf(this.parts.realm, this.parts.node, 'presence');
    client.publish(topic, text, { qos: 1, retain: true, properties: { contentType } }, () => done());
  }

  private lose(because: string): void {
    const { clock, chance } = this.parts;
    if (this.isUp) {
      this.isUp = false;
      this.since = clock.now();
    }
    if (this.stopped) return;
    this.note(because);
    this.callOff = clock.after(reconnectMs(this.failures++, chance()), () => this.meet());
    this.ear?.moved();
  }

  private note(because: string): void {
    if (this.lastError !== because) this.parts.log.warn('trouble with the broker of peers', { because });
    this.lastError = because;
  }

  private cannotMeet(error: Error): string {
    const { address } = this;
    const { node, user } = this.parts;
    const code = 'code' in error ? error.code : undefined;
    if (typeof code === 'number') return whySentAway(address, node, code, user);
    if (code === 'ECONNREFUSED') return `no broker answers at ${address}; start one there, or mend mqtt.url`;
    const why = whyNoFit(`the certificate of the broker ${address}`, 'mqtt.caFile', code);
    return why ?? `the broker ${address} cannot be reached: ${sentence(error)}`;
  }
}

/** The reason codes of MQTT 5 that a person can do something about; 1, 4 and 5 are those of brokers before it. */
function whySentAway(address: string, node: string, code: number, user?: string): string {
  switch (code) {
    case 1:
    case 132:
      return `the broker ${address} speaks neither MQTT 5 nor 3.1.1; peers need one that does`;
    case 4:
    case 5:
    case 134:
    case 135:
      return `the broker ${address} refuses ${user === undefined ? 'whoever gives no name' : `the user ${user}`}; see mqtt.user and mqtt.passwordFile`;
    case 142:
      return `somebody else has come to the broker ${address} as ${node}: does another agent run under this name?`;
    case 149:
      return `the broker ${address} found a message too large`;
    default:
      return `the broker ${address} sent us away with reason ${code}`;
  }
}

function within(ms: number, work: (done: () => void) => void): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(resolve, ms);
    work(() => {
      clearTimeout(late);
      resolve();
    });
  });
}
