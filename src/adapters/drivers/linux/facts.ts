/** Turns what was read of the element into sightings in TMF's v5 shape. Pure. */
import type { JsonObject } from '../../../core/json.ts';
import type { NaturalKey, Sighting } from '../../../ports/driver.ts';
import { orderOf, parseCidr } from './address.ts';
import { addressDetails, addressList } from './address-facts.ts';
import { characteristics } from './characteristics.ts';
import { connectivity, isOperational } from './connectivity.ts';
import type { Seen } from './craft/craft.ts';
import { byOrder } from './ordering.ts';
import { type Link, type Route, some } from './reading.ts';
import type { Counters, Port } from './sysfs.ts';

export interface HostReading {
  readonly name: string;
  readonly machineId?: string;
  readonly operatingSystem: string;
  readonly kernelRelease: string;
  readonly architecture: string;
  readonly cpuCount: number;
  readonly memoryTotal: number;
}

export interface Reading {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  readonly ports: ReadonlyMap<number, Port>;
  readonly host: HostReading;
  readonly forwarding?: boolean;
  /** Who else manages an interface, by name. */
  readonly managers: ReadonlyMap<string, string>;
  /** What is seen beside links, addresses and routes. */
  readonly seen: Seen;
  /** Names the boot and the network namespace. */
  readonly namespace: string;
}

export const interfaceKind = 'networkInterface';
export const hostKind = 'host';
export const connectivityKind = 'ipConnectivity';

export function sightings(reading: Reading): Sighting[] {
  const keys = interfaceKeys(reading);
  return [
    hostSighting(reading),
    connectivitySighting(reading, keys),
    ...reading.links.map(link => interfaceSighting(link, keys.get(link.ifindex) ?? '', reading)),
  ];
}

/** The key of each interface by its ifindex. Two that share device and address: the later one adds its name. */
export function interfaceKeys({ links, ports }: Pick<Reading, 'links' | 'ports'>): Map<number, string> {
  const keys = new Map<number, string>();
  const taken = new Set<string>();
  for (const link of [...links].sort((a, b) => a.ifindex - b.ifindex)) {
    const key = interfaceKey(link, ports.get(link.ifindex));
    const own = taken.has(key) ? `${key} ${link.name}` : key;
    taken.add(own);
    keys.set(link.ifindex, own);
  }
  return keys;
}

function interfaceKey(link: Link, port: Port | undefined): string {
  if (port?.device === undefined) return `virtual:${link.name}`;
  // An address drawn at random names nothing after the next start.
  const mac = link.permanentAddress ?? (port.addressIsItsOwn ? link.address : undefined);
  return [port.device, port.portName, mac].filter(part => part !== undefined).join(' ');
}

export function hostKey(host: HostReading): string {
  return host.machineId ?? host.name;
}

function interfaceSighting(link: Link, key: string, { ports, namespace, managers, seen }: Reading): Sighting {
  const port = ports.get(link.ifindex);
  const more = { ...seen.links?.get(link.name), ...some('managedBy', managers.get(link.name)) };
  return {
    kind: interfaceKind,
    key,
    type: 'resource',
    handle: `${namespace}/${link.ifindex}`,
    facts: {
      '@type': port?.device === undefined ? 'LogicalResource' : 'PhysicalResource',
      name: link.name,
      ...interfaceFacts(link, port, more),
    },
  };
}

/** What an interface is like, without what names it. */
export function interfaceFacts(
  link: Link,
  port: Pick<Port, 'speed' | 'duplex'> | undefined,
  more: JsonObject = {},
): JsonObject {
  return {
    administrativeState: link.flags.includes('UP') ? 'unlocked' : 'locked',
    operationalState: isOperational(link) ? 'enabled' : 'disabled',
    resourceCharacteristic: characteristics({
      mtu: link.mtu,
      macAddress: link.address,
      permanentMacAddress: link.permanentAddress,
      ipAddress: addressList(link),
      addressDetail: addressDetails(link),
      addressGeneration: link.addressGeneration,
      ipv6Disabled: link.ipv6Disabled,
      keepsIpv6Addresses: link.keepsIpv6,
      promotesSecondaries: link.promotesSecondaries,
      interfaceIndex: link.ifindex,
      linkType: link.linkType,
      linkKind: link.kind,
      operState: link.operstate,
      carrier: link.flags.includes('LOWER_UP'),
      speed: port?.speed,
      duplex: port?.duplex,
      master: link.master,
      ...(link.kind === 'veth' ? { peer: link.link } : { lowerLink: link.link }),
      promiscuous: link.flags.includes('PROMISC') ? true : undefined,
      ...more,
    }),
  };
}

function hostSighting({ host, routes, forwarding, managers, seen }: Reading): Sighting {
  return {
    kind: hostKind,
    key: hostKey(host),
    type: 'resource',
    facts: {
      '@type': 'PhysicalResource',
      name: host.name,
      operationalState: 'enabled',
      resourceCharacteristic: characteristics({
        operatingSystem: host.operatingSystem,
        kernelRelease: host.kernelRelease,
        architecture: host.architecture,
        cpuCount: host.cpuCount,
        memoryTotal: host.memoryTotal,
        ipForwarding: forwarding,
        route: routeItems(routes),
        managedInterface: managers.size > 0 ? Object.fromEntries(managers) : undefined,
        ...seen.host,
      }),
    },
  };
}

/** The types of route that somebody chose; the others the kernel keeps for itself. */
const listedTypes = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit']);

export function isListed(route: Route): boolean {
  return route.table !== 'local' && listedTypes.has(route.type);
}

export function routeItems(routes: readonly Route[]): JsonObject[] {
  return routes.filter(isListed).sort(byOrder(routeOrder)).map(routeItem);
}

export function routeItem(route: Route): JsonObject {
  return {
    table: route.table,
    destination: route.destination,
    ...some('gateway', route.gateway),
    interface: interfaceOf(route),
    ...some('metric', route.metric),
    protocol: route.protocol,
    scope: route.scope,
    ...some('prefsrc', route.prefsrc),
    ...(route.type === 'unicast' ? {} : { type: route.type }),
    ...some('source', route.source),
    ...some('tos', route.tos),
    ...some('nexthopId', route.nexthopId),
    ...(route.nexthops === undefined
      ? {}
      : {
          nexthop: route.nexthops.map(hop => ({
            ...some('gateway', hop.gateway),
            ...some('interface', hop.interface),
            weight: hop.weight,
          })),
        }),
  };
}

/** Part of what names a route, so there is always one: the kernel itself says `lo` of an IPv6 blackhole. */
function interfaceOf(route: Route): string {
  if (route.nexthops === undefined) return route.interface ?? 'lo';
  return [...new Set(route.nexthops.map(hop => hop.interface ?? 'lo'))].join(',');
}

/** The main table first, then by table, destination, metric and way. */
function routeOrder(route: Route): string {
  const cidr = parseCidr(route.destination, false);
  return [
    route.table === 'main' ? '' : route.table,
    cidr ? orderOf(cidr) : '',
    String(route.metric ?? 0).padStart(10, '0'),
    route.gateway ?? '',
    interfaceOf(route),
    route.protocol,
    route.type,
  ].join(' ');
}

function connectivitySighting({ links, routes, host }: Reading, keys: ReadonlyMap<number, string>): Sighting {
  const { state, operatingStatus, characteristics: found, out } = connectivity(links, routes);
  const supportedBy: NaturalKey[] = out.map(link => ({ kind: interfaceKind, key: keys.get(link.ifindex) ?? '' }));
  return {
    kind: connectivityKind,
    key: hostKey(host),
    type: 'service',
    facts: {
      '@type': 'Service',
      name: 'ipConnectivity',
      state,
      operatingStatus,
      serviceCharacteristic: characteristics(found),
    },
    supportedBy,
  };
}

export function counterCharacteristics(counters: Counters): JsonObject[] {
  return characteristics(counters);
}
