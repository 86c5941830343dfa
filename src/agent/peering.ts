/** Builds the parts that speak with peers; a carrier is loaded when it is configured, and not before. */
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import type { Identity } from '../adapters/identity.ts';
import { type MqttParts, openMqtt } from '../adapters/peers/mqtt.ts';
import { openWebSockets, type WebSocketLink } from '../adapters/peers/websocket.ts';
import type { PeersDoor } from '../api/diffo/parts.ts';
import type { Config } from '../config.ts';
import { AgentError } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { KeyedArrays } from '../core/path.ts';
import { nodeNameOf, type Peer, readPeers } from '../core/peer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PeerLink } from '../ports/peer-link.ts';
import type { Store } from '../ports/store.ts';
import { Gate } from '../sync/peer-gate.ts';
import { PeerSync } from '../sync/peer-sync.ts';
import { readSecret } from './secret.ts';

export interface PeeringParts {
  readonly config: Config;
  readonly identity: Identity;
  readonly store: Store;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly steady: () => Instant;
  readonly log: Log;
  readonly newId: () => string;
  readonly ring: () => void;
}

export interface Peering extends PeersDoor {
  /** Never waits for a peer. */
  start(server: Server): Promise<void>;
  stop(): Promise<void>;
}

/** Who the agent is among its peers, and who they are; throws one sentence for what cannot be. */
export function readPeering(config: Config): { readonly node: string; readonly peers: readonly Peer[] } {
  const node = config.node === '' ? nodeNameOf(hostname()) : config.node;
  const peers = readPeers(config.peers, node);
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
  const self = { realm: config.realm, node, key: identity.key, incarnation, storeId: store.agent };
  const gate = new Gate({ self, peers, clock, log, newId });
  const chance = Math.random;
  const sockets: WebSocketLink | undefined =
    peers.length === 0 ? undefined : await openWebSockets({ node, peers, seal: gate, clock, log, chance });
  const broker = peers.length === 0 ? undefined : readBroker(config);
  const mqtt =
    broker &&
    (await openMqtt({ ...broker, ...self, peers: peers.map(({ name }) => name), seal: gate, clock, log, chance }));
  const links: readonly PeerLink[] = [sockets, mqtt].filter(link => link !== undefined);
  const sync = new PeerSync({ ...parts, chance, gate, peers, links, freshnessMs: config['freshness.ms'] });
  return {
    identity: { node, realm: config.realm, publicKey: identity.publicKey },
    states: () => sync.states(),
    refusedStrangers: () => gate.refused(),
    start: async server => {
      sockets?.serve(server);
      await sync.start();
    },
    stop: () => sync.stop(),
  };
}

type Broker = Pick<MqttParts, 'url' | 'user' | 'password' | 'ca'>;

/** Undefined where peers do without one. */
function readBroker(config: Config): Broker | undefined {
  const { 'mqtt.url': url, 'mqtt.user': user, 'mqtt.passwordFile': passwordFile, 'mqtt.caFile': caFile } = config;
  if (url === '') return undefined;
  return {
    url,
    ...(user === '' ? {} : { user }),
    ...(passwordFile === '' ? {} : { password: readSecret('mqtt.passwordFile', passwordFile).trim() }),
    ...(caFile === '' ? {} : { ca: readSecret('mqtt.caFile', caFile) }),
  };
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

function isOpen({ protocol, hostname: host }: URL): boolean {
  return protocol === 'ws:' && host !== 'localhost' && host !== '[::1]' && !/^127\./.test(host);
}
