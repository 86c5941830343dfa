/**
 * An MQTT broker inside the agent, for a site that has none. It speaks MQTT 3.1.1, serves the topics of peers alone, and
 * keeps nothing but who is there; whoever connects is bounded, for it may be anybody who reaches the port.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { AedesOptions, Client } from 'aedes';
import { AgentError, sentence } from '../../core/errors.ts';
import { MESSAGE_BYTES } from '../../core/peer-message.ts';
import type { Log } from '../../ports/log.ts';
import { FrameMeter } from './mqtt-frames.ts';
import { useOfTopic } from './mqtt-topics.ts';

const CONNECTIONS = 32;
/** A message, its topic and its head. */
const PACKET_BYTES = MESSAGE_BYTES + 1024;
/** A name, a login and a will: nobody makes us read more before we have let it in. */
const STRANGER_BYTES = 8 * 1024;
/** Signed presence is some 600 bytes. */
const PRESENCE_BYTES = 4 * 1024;
/** Nodes whose presence is kept. */
const PRESENCES = 256;
/** One for each peer and one for oneself. */
const SUBSCRIPTIONS = 257;
const FILTER_BYTES = 256;
/** Whoever is so far behind is sent away: others wait for it. */
const BEHIND_BYTES = 2 * MESSAGE_BYTES;
/** What one may have said that has not been handed on yet; more than one who does not read may hold up. */
const UNDER_WAY = 1_000;
const UNDER_WAY_BYTES = 2 * BEHIND_BYTES;
/** Packets that come at once, or while their sender does not read what it is answered: an answer waits for each. */
const UNREAD_PACKETS = 1_000;
const DRAIN_WITHIN_MS = 5_000;
const CONNECT_WITHIN_MS = 5_000;
/** So long a dead connection is held at most. */
const KEEPALIVE_AT_MOST_S = 120;
/** Only brokers that are several need to hear of each other. */
const HEARTBEAT_MS = 10 * 60_000;
const CLOSE_WITHIN_MS = 1_000;

export interface BrokerParts {
  readonly host: string;
  readonly port: number;
  /** PEM; absent: plain TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Absent: everybody may come. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly realm: string;
  readonly log: Log;
}

export interface Broker {
  /** A connection from within, which no stranger can keep us from. */
  join(): Duplex;
  stop(): Promise<void>;
}

/** Resolves when it listens; throws one sentence when it cannot. */
export async function openBroker(parts: BrokerParts): Promise<Broker> {
  const { Aedes } = await import('aedes');
  const filters = new WeakMap<Client, Set<string>>();
  const streams = new Set<Duplex>();
  const aedes = await Aedes.createBroker(options(parts, { streams, filters }));
  aedes.on('unsubscribe', (topics, client) => {
    for (const topic of topics) filters.get(client)?.delete(topic);
  });
  aedes.on('clientError', ({ id }, error) =>
    parts.log.debug('a client of the broker left', { id, why: error.message }),
  );
  aedes.on('connectionError', (_, error) => parts.log.debug('the broker refused a client', { why: error.message }));
  const admit = (stream: Duplex): void => {
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
    watch(stream, aedes.handle(stream));
  };
  let server: Server;
  try {
    server = await listen(parts, admit);
  } catch (error) {
    aedes.close();
    throw error;
  }
  return {
    join: () => {
      const [ours, its] = duplexPair();
      // As the two ends of a socket do, each goes with the other.
      ours.on('close', () => its.destroy());
      its.on('close', () => ours.destroy());
      if (aedes.closed) its.destroy();
      else admit(its);
      return ours;
    },
    stop: async () => {
      server.close();
      await new Promise<void>(resolve => {
        const late = setTimeout(resolve, CLOSE_WITHIN_MS);
        aedes.close(() => {
          clearTimeout(late);
          resolve();
        });
      });
      for (const stream of streams) stream.destroy();
    },
  };
}

/**
 * Ends a connection whose next packet is larger than it may be, for what aedes has begun to read it keeps whole; and one
 * that only talks, for aedes goes on reading while its answers wait.
 */
function watch(stream: Duplex, client: Client): void {
  const meter = new FrameMeter();
  let unread = 0;
  stream.on('data', (chunk: Uint8Array) => {
    const { packets, longest } = meter.measure(chunk);
    unread = stream.writableLength === 0 ? packets : unread + packets;
    if (longest > (client.connected ? PACKET_BYTES : STRANGER_BYTES)) {
      stream.destroy(new Error(`a packet of ${longest} bytes is too large`));
    } else if (unread > UNREAD_PACKETS) {
      stream.destroy(new Error('it talks and does not read'));
    }
  });
}

interface Connected {
  readonly streams: ReadonlySet<Duplex>;
  /** What each listens to. */
  readonly filters: WeakMap<Client, Set<string>>;
}

function options({ realm, login }: BrokerParts, { streams, filters }: Connected): AedesOptions {
  const present = new Set<string>();
  const underWay = new WeakMap<Client, { messages: number; bytes: number }>();
  return {
    // With a limit it would queue without end, and recur through its queue until the stack is full.
    concurrency: 0,
    queueLimit: 8,
    maxInflightInbound: 1,
    connectTimeout: CONNECT_WITHIN_MS,
    drainTimeout: DRAIN_WITHIN_MS,
    keepaliveLimit: KEEPALIVE_AT_MOST_S,
    heartbeatInterval: HEARTBEAT_MS,
    authenticate: ({ clean }, user, password, done) => {
      if (!clean) done(refusal('sessions are not kept here', 2), null);
      else if (login && !isLogin(login, user, password)) done(refusal('wrong user or password', 4), null);
      else done(null, true);
    },
    authorizePublish: (client, { topic, payload, qos, retain }, done) => {
      const use = useOfTopic(realm, topic);
      if (use === undefined) return done(new Error(`${topic} is no topic of peers`));
      if (qos > 1) return done(new Error('peers repeat what matters; QoS 2 is not served'));
      if (payload.length > (use === 'presence' ? PRESENCE_BYTES : MESSAGE_BYTES)) return done(new Error('too large'));
      if (retain) {
        if (use !== 'presence') return done(new Error('only presence is kept'));
        if (payload.length === 0) present.delete(topic);
        else if (present.has(topic) || present.size < PRESENCES) present.add(topic);
        else return done(new Error(`the presence of ${PRESENCES} nodes is kept, of no more`));
      }
      if (client) {
        const said = underWay.get(client) ?? { messages: 0, bytes: 0 };
        if (said.messages >= UNDER_WAY || said.bytes > UNDER_WAY_BYTES) {
          // Whoever holds it up goes first; if nobody does, it is simply too much.
          const slow = [...streams].filter(stream => stream.writableNeedDrain);
          for (const stream of slow) stream.destroy(tooSlow());
          if (slow.length === 0) return done(new Error('it says more than can be handed on'));
        }
        underWay.set(client, { messages: said.messages + 1, bytes: said.bytes + payload.length });
      }
      done();
    },
    published: ({ payload }, client, done) => {
      const said = underWay.get(client);
      if (said) underWay.set(client, { messages: said.messages - 1, bytes: said.bytes - payload.length });
      done();
    },
    authorizeSubscribe: (client, subscription, done) => {
      const held = filters.get(client) ?? new Set();
      const isOne = Buffer.byteLength(subscription.topic) <= FILTER_BYTES && held.size < SUBSCRIPTIONS;
      if (isOne) filters.set(client, held.add(subscription.topic));
      done(null, isOne ? subscription : null);
    },
    authorizeForward: ({ conn }, packet) => {
      if (conn.writableLength <= BEHIND_BYTES) return packet;
      conn.destroy(tooSlow());
      return null;
    },
  };
}

function tooSlow(): Error {
  return new Error('it reads too slowly');
}

function refusal(because: string, returnCode: 2 | 4) {
  return Object.assign(new Error(because), { returnCode });
}

function isLogin(
  login: { readonly user: string; readonly password: string },
  user = '',
  password: Uint8Array = Buffer.alloc(0),
): boolean {
  const digest = (name: string, word: Uint8Array): Buffer =>
    createHash('sha256').update(JSON.stringify(name)).update(word).digest();
  return timingSafeEqual(digest(login.user, Buffer.from(login.password)), digest(user, password));
}

function listen({ host, port, tls }: BrokerParts, admit: (stream: Duplex) => void): Promise<Server> {
  const server = tls ? createTls(tls) : createServer();
  server.maxConnections = CONNECTIONS;
  server.on(tls ? 'secureConnection' : 'connection', socket => {
    socket.setNoDelay(true);
    admit(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(cannotListen(`${host}:${port}`, error)));
    server.listen(port, host, () => resolve(server));
  });
}

function createTls({ cert, key }: NonNullable<BrokerParts['tls']>): Server {
  try {
    return createTlsServer({ cert, key, handshakeTimeout: CONNECT_WITHIN_MS });
  } catch (error) {
    const why = `http.tls.cert and http.tls.key do not serve mqtt.embedded: ${sentence(error)}`;
    throw new AgentError('invalid', why, { cause: error });
  }
}

function cannotListen(at: string, error: Error): AgentError {
  const code = 'code' in error ? error.code : undefined;
  const why =
    code === 'EADDRINUSE'
      ? 'somebody else serves there already; stop it, or choose another address in mqtt.embedded'
      : code === 'EACCES'
        ? 'that port needs more rights; choose one above 1023 in mqtt.embedded'
        : sentence(error);
  return new AgentError('conflict', `cannot embed a broker at ${at}: ${why}`, { cause: error });
}
