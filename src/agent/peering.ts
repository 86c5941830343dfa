/** Builds the parts that speak with peers; a carrier is loaded when it is configured, and not before. */
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Identity } from '../adapters/identity.ts';
import type { Broker } from '../adapters/peers/broker.ts';
import { type MqttParts, openMqtt } from '../adapters/peers/mqtt.ts';
import { openWebSockets, type WebSocketLink } from '../adapters/peers/websocket.ts';
import type { PeersDoor } from '../api/diffo/parts.ts';
import type { Config } from '../config.ts';
import { AgentError } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import { nodeNameOf, type Peer, readPeers } from '../core/peer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { Store } from '../ports/store.ts';
import { Gate } from '../sync/peer-gate.ts';
import { PeerSync } from '../sync/peer-sync.ts';
import { readAuthorities } from './authorities.ts';
import { embedBroker, isLoopback, readEmbedded, readLogin } from './embedded-broker.ts';

export interface PeeringParts {
  readonly config: Config;
  readonly identity: Identity;
  readonly store: Store;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly steady: () => Instant;
  readonly log: Log;
  readonly newId: () => string;
  /** In which units the values of our own instances are counted. */
  readonly unitOf: (path: Path) => string | undefined;
  readonly ring: () => void;
}

export interface Peering extends PeersDoor {
  /** Resolves when the embedded broker listens, where there is one; throws one sentence when it cannot. */
  open(): Promise<void>;
  /** Never waits for a peer. */
  start(server: Server): Promise<void>;
  stop(): Promise<void>;
}

/** Who the agent is among its peers, and who they are; throws one sentence for what cannot be. */
export function readPeering(config: Config): { readonly node: string; readonly peers: readonly Peer[] } {
  const node = config.node === '' ? nodeNameOf(hostname()) : config.node;
  const peers = readPeers(config.peers, node);
  readEmbedded(config);
  refuseOpenPassword(config);
  for (const { name, url } of peers) {
    if (url === undefined || config['http.insecure'] || !isOpen(new URL(url))) continue;
    throw new AgentError(
      'invalid',
      `peers calls ${name} at ${url}, beyond loopback and without TLS: use wss://, or say --insecure`,
    );
  }
  return { node, peers };
}

export async function openPeering(parts: PeeringParts): Promise<Peering> {
  const { config, identity, store, clock, log, newId } = parts;
  const { node, peers } = readPeering(config);
  const incarnation = peers.length === 0 ? 0 : nextIncarnation(store);
  const self = { realm: config.realm, node, key: identity.key, incarnation, storeId: store.agent, boot: newId() };
  const gate = new Gate({ self, peers, clock, log, newId });
  const chance = Math.random;
  const ca = readAuthorities('peers.caFile', config['peers.caFile']);
  const sockets: WebSocketLink | undefined =
    peers.length === 0
      ? undefined
      : await openWebSockets({ node, peers, ...(ca === undefined ? {} : { ca }), seal: gate, clock, log, chance });
  let embedded: Broker | undefined;
  const way = readWay(config, () => {
    if (!embedded) throw new AgentError('unreachable', 'the embedded broker is not open');
    return embedded.join();
  });
  const mqtt =
    peers.length === 0 || !way
      ? undefined
      : await openMqtt({ ...way, ...self, peers: peers.map(({ name }) => name), seal: gate, clock, log, chance });
  const links: readonly PeerLink[] = [sockets, mqtt].filter(link => link !== undefined);
  const sync = new PeerSync({ ...parts, chance, gate, peers, links, freshnessMs: config['freshness.ms'] });
  return {
    identity: { node, realm: config.realm, publicKey: identity.publicKey },
    states: () => sync.states(),
    release: peer => sync.release(peer),
    refusedStrangers: () => gate.refused(),
    open: async () => {
      embedded = await embedBroker(config, log);
    },
    start: async server => {
      sockets?.serve(server);
      await sync.start();
    },
    stop: async () => {
      await sync.stop();
      await embedded?.stop();
    },
  };
}

/** The way to the broker that is named, else into the embedded one; undefined where peers do without. */
function readWay(
  config: Config,
  join: () => Duplex,
): Pick<MqttParts, 'url' | 'join' | 'user' | 'password' | 'ca'> | undefined {
  const { 'mqtt.url': url, 'mqtt.caFile': caFile } = config;
  const ca = readAuthorities('mqtt.caFile', caFile);
  if (url !== '') return { url, ...readLogin(config), ...(ca === undefined ? {} : { ca }) };
  const embedded = readEmbedded(config);
  return embedded && { url: embedded.url, join, ...readLogin(config) };
}

/** Written before anything is said: what an earlier life has said must not pass for this one's. */
function nextIncarnation(store: Store): number {
  const kept = store.streamState('incarnation') as { readonly incarnation: number } | undefined;
  const incarnation = (kept?.incarnation ?? 0) + 1;
  store.transact({ principal: 'operator', kind: 'upkeep' }, writer =>
    writer.putStreamState('incarnation', { incarnation }),
  );
  return incarnation;
}

/** Whoever sees a packet on its way would read the password in it. */
function refuseOpenPassword({ 'mqtt.url': url, 'mqtt.passwordFile': file, 'http.insecure': insecure }: Config): void {
  if (url === '' || file === '' || insecure) return;
  const { protocol, hostname: host, port } = new URL(url);
  if (isLoopback(host) || !/^(mqtt|ws):$/.test(protocol)) return;
  const at = `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
  throw new AgentError(
    'invalid',
    `mqtt.url=${at}, beyond loopback and without TLS, would send the password of mqtt.passwordFile in clear: use ${protocol.replace(':', 's:')}//, or say --insecure`,
  );
}

function isOpen({ protocol, hostname: host }: URL): boolean {
  return protocol === 'ws:' && !isLoopback(host);
}
