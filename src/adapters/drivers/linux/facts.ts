/** Turns what was read of the element into sightings in TMF's v5 shape. Pure. */
import { isArray, type Json, type JsonObject } from '../../../core/json.ts';
import type { NaturalKey, Sighting } from '../../../ports/driver.ts';
import { type Cidr, cidrText, orderOf, parseCidr } from './address.ts';
import type { Seen } from './craft/craft.ts';
import { type Address, type Link, type Route, some } from './reading.ts';
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

/**
 * What is remarkable about addresses, in the order of the kernel: of several IPv4 addresses the first is the one that is
 * spoken from, and when it goes the next one of its network follows it. Left out where there is nothing to say.
 */
function addressDetails(link: Link): JsonObject[] | undefined {
  const isOne = link.addresses.filter(({ family }) => family === 4).length < 2;
  const four = link.addresses.filter(({ family }) => family === 4).flatMap(detailOf);
  const six = link.addresses.filter(({ family }) => family === 6).flatMap(detailOf);
  const told = [
    ...four.filter(each => !isOne || isRemarkable(each)),
    ...six.filter(isRemarkable).sort((a, b) => compareTexts(String(a.address), String(b.address))),
  ];
  return told.length > 0 ? told : undefined;
}

function detailOf(address: Address): JsonObject[] {
  const cidr = parseCidr(`${address.local}/${address.length}`, true);
  if (!cidr) return [];
  const flag = (name: string): true | undefined => (address.flags.includes(name) ? true : undefined);
  return [
    {
      address: cidrText(cidr),
      ...some('secondary', address.family === 4 ? flag('secondary') : undefined),
      ...some('noPrefixRoute', flag('noprefixroute')),
      ...some('dynamic', flag('dynamic')),
      ...some('deprecated', flag('deprecated')),
      ...some('temporary', flag('temporary')),
      ...some('peer', address.peer),
      ...some('scope', address.scope === scopeOf(cidr.address) ? undefined : address.scope),
      ...some('metric', address.metric),
    },
  ];
}

function isRemarkable(detail: JsonObject): boolean {
  return Object.keys(detail).length > 1;
}

/** Where an address is valid when nobody says. */
export function scopeOf(address: string): string {
  if (/^fe[89ab]/.test(address)) return 'link';
  return address === '::1' || address.startsWith('127.') ? 'host' : 'global';
}

/** The kernel does not know the state of some links (lo, tun); then a carrier is enough. */
export function isOperational({ operstate, flags }: Pick<Link, 'operstate' | 'flags'>): boolean {
  return operstate === 'UP' || (operstate === 'UNKNOWN' && flags.includes('LOWER_UP'));
}

/**
 * In one order for one set: the kernel lists IPv6 by age, and an address that was taken away and put back would look
 * like a change.
 */
function addressList(link: Link): string[] {
  return link.addresses.flatMap(readCidr).sort(byOrder(orderOf)).map(cidrText);
}

function readCidr({ local, length }: Address): Cidr[] {
  const cidr = parseCidr(`${local}/${length}`, true);
  return cidr ? [cidr] : [];
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

/** Compares by a text that is made once for each. */
function byOrder<T extends object>(order: (value: T) => string): (a: T, b: T) => number {
  const orders = new WeakMap<T, string>();
  const of = (value: T): string => {
    const known = orders.get(value);
    if (known !== undefined) return known;
    const made = order(value);
    orders.set(value, made);
    return made;
  };
  return (a, b) => compareTexts(of(a), of(b));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The way out: of the default routes the one that the kernel would take, IPv4 first. */
export function defaultRoute(routes: readonly Route[]): Route | undefined {
  return routes
    .filter(
      route => route.table === 'main' && route.type === 'unicast' && /^(0\.0\.0\.0|::)\/0$/.test(route.destination),
    )
    .filter(route => route.source === undefined)
    .sort((a, b) => a.family - b.family || (a.metric ?? 0) - (b.metric ?? 0))[0];
}

export interface Connectivity {
  readonly state: 'active' | 'inactive';
  readonly operatingStatus: 'stopped' | 'running' | 'failed';
  readonly characteristics: { readonly [name: string]: string | undefined };
  /** The interfaces by which the default route goes. */
  readonly out: readonly Link[];
}

/** Reaching other networks: what the default route comes to. */
export function connectivity(links: readonly Link[], routes: readonly Route[]): Connectivity {
  const route = defaultRoute(routes);
  const out = carriers(route)
    .map(name => links.find(link => link.name === name))
    .filter(link => link !== undefined);
  const first = route?.nexthops?.[0] ?? route;
  return {
    state: route ? 'active' : 'inactive',
    operatingStatus: !route ? 'stopped' : out.some(isOperational) ? 'running' : 'failed',
    characteristics: {
      gateway: first?.gateway,
      sourceAddress: route && sourceAddress(route, out[0]),
      addressFamily: route && (route.family === 4 ? 'ipv4' : 'ipv6'),
    },
    out,
  };
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

function carriers(route: Route | undefined): readonly string[] {
  const hops = route?.nexthops ?? (route ? [route] : []);
  return [...new Set(hops.map(hop => hop.interface).filter(name => name !== undefined))];
}

/** The address the kernel prefers for this route: the one it names, else the first of its scope on the way out. */
function sourceAddress(route: Route, out: Link | undefined): string | undefined {
  if (route.prefsrc !== undefined) return route.prefsrc;
  const candidates = out?.addresses.filter(
    address => address.family === route.family && address.scope === 'global' && !address.flags.includes('deprecated'),
  );
  if (route.family === 4) return candidates?.find(address => !address.flags.includes('secondary'))?.local;
  // The kernel lists IPv6 by age, and its own choice depends on the destination; the lowest is at least steady.
  return candidates
    ?.filter(address => !address.flags.includes('temporary'))
    .flatMap(readCidr)
    .sort(byOrder(orderOf))[0]?.address;
}

export function counterCharacteristics(counters: Counters): JsonObject[] {
  return characteristics(counters);
}

/** Typed characteristics by name, sorted; what has no value is left out. */
export function characteristics(values: { readonly [name: string]: Json | undefined }): JsonObject[] {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined || value === null ? [] : [characteristic(name, value)]))
    .sort((a, b) => compareTexts(String(a.name), String(b.name)));
}

function characteristic(name: string, value: Json): JsonObject {
  const [type, valueType] = typed(name, value);
  return { name, value, valueType, '@type': type };
}

/** TMF's v5 names for typed characteristics. */
function typed(name: string, value: Json): readonly [string, string] {
  if (isArray(value)) return [arrayTypes[name] ?? 'StringArrayCharacteristic', 'array'];
  switch (typeof value) {
    case 'boolean':
      return ['BooleanCharacteristic', 'boolean'];
    case 'string':
      return ['StringCharacteristic', 'string'];
    case 'number':
      return Number.isInteger(value) && !measures.has(name)
        ? ['IntegerCharacteristic', 'integer']
        : ['NumberCharacteristic', 'number'];
    default:
      return ['ObjectCharacteristic', 'object'];
  }
}

const arrayTypes: Readonly<Record<string, string>> = {
  route: 'ObjectArrayCharacteristic',
  addressDetail: 'ObjectArrayCharacteristic',
  loadAverage: 'NumberArrayCharacteristic',
};

/** These stay numbers when they happen to be whole. */
const measures = new Set(['uptime', 'linkQuality', 'signalLevel', 'noiseLevel']);
