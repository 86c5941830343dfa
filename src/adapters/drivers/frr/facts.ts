/** Turns what was read of FRR into sightings in TMF's v5 shape. Pure. */
import { isArray, type Json, type JsonObject } from '../../../core/json.ts';
import type { NaturalKey, Sighting } from '../../../ports/driver.ts';
import { byAddress } from './address.ts';
import type { Session, SessionTelemetry } from './reading.ts';
import type { Reading } from './router.ts';
import {
  type BgpConfig,
  defaultVrf,
  type NeighborConfig,
  type NetworkConfig,
  neighborsOf,
  networksOf,
  type RouteConfig,
  readRoute,
} from './running.ts';

export const routerKind = 'router';
export const bgpKind = 'bgpRouter';
export const staticKind = 'staticRouting';

/** There is one FRR behind one set of sockets. */
const router: NaturalKey = { kind: routerKind, key: 'frr' };

export type SessionState = 'Established' | 'Active' | 'Idle (Admin)';

export function sightings(reading: Reading): Sighting[] {
  const { running } = reading;
  const vrfs = new Set([defaultVrf, ...running.routes.map(each => each.vrf)]);
  return [
    routerSighting(reading),
    ...running.bgp.map(config => bgpSighting(config, reading)),
    ...[...vrfs].sort().map(vrf => staticSighting(vrf, reading)),
  ];
}

function routerSighting({ running }: Reading): Sighting {
  return {
    ...router,
    type: 'resource',
    facts: {
      '@type': 'LogicalResource',
      name: running.hostname ?? 'frr',
      operationalState: 'enabled',
      resourceCharacteristic: characteristics({ software: 'FRRouting', softwareVersion: running.version }),
    },
  };
}

function bgpSighting(config: BgpConfig, { routerIds, sessions, announced }: Reading): Sighting {
  const { vrf } = config;
  const ofVrf = sessions.get(vrf) ?? [];
  const byName = new Map(ofVrf.map(each => [each.address, each]));
  const networks = networksOf(config);
  const configured = neighborsOf(config);
  const names = new Set(configured.map(each => each.address));
  return {
    kind: bgpKind,
    key: vrf,
    type: 'resource',
    facts: {
      '@type': 'LogicalResource',
      name: vrf,
      operationalState: 'enabled',
      resourceCharacteristic: characteristics({
        asNumber: config.asNumber,
        routerId: routerIds.get(vrf),
        neighbor: sorted(configured, 'address').map(each => neighborItem(each, byName.get(each.address))),
        session: sorted(ofVrf, 'address').map(each => sessionItem(each, names.has(each.address))),
        network: sorted(networks, 'prefix').map(networkItem),
        announced: sorted(networks, 'prefix').map(({ prefix }) => {
          const { inTable = false, to = [] } = announced.get(vrf)?.get(prefix) ?? {};
          return { prefix, inTable, to: [...to].sort(byAddress) };
        }),
      }),
    },
    supportedBy: [router],
  };
}

/** What is configured, and nothing of its state: a plan that was made from it holds while sessions come and go. */
export function neighborItem(config: NeighborConfig, session: Session | undefined): JsonObject {
  const { address, remoteAs, peerGroup, description, hasPassword } = config;
  return {
    address,
    ...(remoteAs === undefined ? {} : { remoteAs }),
    ...(peerGroup === undefined ? {} : { peerGroup }),
    ...(description === undefined ? {} : { description }),
    // That there is one, never which one.
    ...(hasPassword === undefined ? {} : { hasPassword }),
    shutdown: session?.shutdown ?? false,
    addressFamily: [...(session?.families ?? [])],
  };
}

function sessionItem(session: Session, isConfigured: boolean): JsonObject {
  const state = stateOf(session);
  return {
    address: session.address,
    state,
    // What ended it before it came up does not matter any more.
    ...(state === 'Established' || session.lastReset === undefined ? {} : { lastReset: session.lastReset }),
    ...(isConfigured ? {} : { dynamic: true }),
  };
}

/**
 * The three that a person tells apart. FRR goes from `Idle` to `Connect` to `Active` and back all the while it tries;
 * which one it is just now is telemetry.
 */
export function stateOf({ fsmState, shutdown }: Pick<Session, 'fsmState' | 'shutdown'>): SessionState {
  // FRR ends a session a moment after it was told to.
  if (shutdown) return 'Idle (Admin)';
  return fsmState === 'Established' ? 'Established' : 'Active';
}

export function networkItem({ prefix, routeMap, options }: NetworkConfig): JsonObject {
  return {
    prefix,
    ...(routeMap === undefined ? {} : { routeMap }),
    ...(options === undefined ? {} : { options }),
  };
}

function staticSighting(vrf: string, { running, installed }: Reading): Sighting {
  const routes = running.routes.filter(each => each.vrf === vrf).flatMap(each => readRoute(each) ?? []);
  const prefixes = [...new Set(routes.map(each => each.prefix))].sort(byAddress);
  return {
    kind: staticKind,
    key: vrf,
    type: 'resource',
    facts: {
      '@type': 'LogicalResource',
      name: vrf,
      operationalState: 'enabled',
      resourceCharacteristic: characteristics({
        staticRoute: [...routes].sort(byRoute).map(routeItem),
        routeState: prefixes.map(prefix => ({ prefix, installed: installed.get(vrf)?.has(prefix) === true })),
      }),
    },
    supportedBy: [router],
  };
}

export function routeItem({ prefix, nexthop, interface: device, distance, tag, options }: RouteConfig): JsonObject {
  return {
    prefix,
    nexthop,
    ...(device === undefined ? {} : { interface: device }),
    distance,
    ...(tag === undefined ? {} : { tag }),
    ...(options === undefined ? {} : { options }),
  };
}

function byRoute(a: RouteConfig, b: RouteConfig): number {
  return (
    byAddress(a.prefix, b.prefix) ||
    byAddress(a.nexthop, b.nexthop) ||
    byAddress(a.interface ?? '', b.interface ?? '') ||
    a.distance - b.distance ||
    byAddress(a.options ?? '', b.options ?? '')
  );
}

function sorted<Name extends string, Item extends Readonly<Record<Name, string>>>(
  items: readonly Item[],
  by: Name,
): Item[] {
  return [...items].sort((a, b) => byAddress(a[by], b[by]));
}

export function telemetryCharacteristics(sessions: readonly SessionTelemetry[]): JsonObject[] {
  return characteristics({ sessionTelemetry: sorted(sessions, 'address') });
}

/** Typed characteristics by name, sorted; what has no value is left out. */
export function characteristics(values: { readonly [name: string]: Json | undefined }): JsonObject[] {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [characteristic(name, value)]))
    .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
}

/** TMF's v5 names for typed characteristics. */
function characteristic(name: string, value: Json): JsonObject {
  if (isArray(value)) return { name, value, valueType: 'array', '@type': 'ObjectArrayCharacteristic' };
  if (typeof value === 'number') return { name, value, valueType: 'integer', '@type': 'IntegerCharacteristic' };
  return { name, value, valueType: 'string', '@type': 'StringCharacteristic' };
}
