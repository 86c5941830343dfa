/** What can be changed on a Linux host, and the steps from what is to what is wanted. Pure. */
import type { Ability } from '../../../core/ability.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { at } from '../../../core/path.ts';
import type { Step } from '../../../ports/driver.ts';
import { tmfKeyedArrays } from '../../../tmf/keyed-arrays.ts';
import { type Cidr, canonicalAddress, cidrText, familyOf, isNetwork, parseCidr } from './address.ts';
import { hostKind, interfaceKind } from './facts.ts';

/** A link comes up first and goes down last; what depends on another goes before it and comes after it. */
const order = { up: 10, mtu: 20, removeRoute: 30, removeAddress: 40, addAddress: 50, addRoute: 60, down: 90 };

/** RFC 8200: the smallest MTU of a link that carries IPv6. */
export const IPV6_MIN_MTU = 1280;
/** RFC 791: the kernel takes IPv4 from a link below this. */
export const IPV4_MIN_MTU = 68;
/** What an MTU is to the kernel: a signed 32 bit number. */
const MTU_LIMIT = 2 ** 31 - 1;

export const linuxAbilities: readonly Ability[] = [
  { kind: interfaceKind, path: '/administrativeState', steps: administrativeSteps },
  { kind: interfaceKind, path: '/operationalState', steps: operationalSteps },
  { kind: interfaceKind, path: '/resourceCharacteristic/mtu/value', steps: mtuSteps },
  { kind: interfaceKind, path: '/resourceCharacteristic/ipAddress/value', steps: addressSteps },
  { kind: hostKind, path: '/resourceCharacteristic/route/value', steps: routeSteps },
];

type Steps = readonly Step[] | string;

interface Device {
  readonly dev: string;
  readonly ifindex: number;
}

function administrativeSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (wanted !== 'unlocked' && wanted !== 'locked') {
    return `an interface can be unlocked or locked, not ${text(wanted)}`;
  }
  if (property(actual, 'administrativeState') === wanted) return [];
  const device = deviceOf(actual);
  if (typeof device === 'string') return device;
  const up = wanted === 'unlocked';
  return [
    {
      op: 'setAdministrativeState',
      args: { ...device, to: wanted },
      summary: `${up ? 'unlock' : 'lock'} ${device.dev}`,
      ...(up ? {} : { sideEffects: [`${device.dev} loses its IPv6 addresses and the routes that go by it`] }),
      order: up ? order.up : order.down,
    },
  ];
}

/** Nobody can make a link work by saying so; this says what it takes. */
function operationalSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (property(actual, 'operationalState') === wanted) return [];
  if (wanted !== 'enabled')
    return 'the operational state follows the administrative one: expect administrativeState locked';
  if (property(actual, 'administrativeState') !== 'unlocked')
    return 'it is locked: expect administrativeState unlocked';
  return characteristicOf(actual, 'carrier') === true
    ? 'the kernel holds it back although it has a carrier'
    : 'no carrier';
}

function mtuSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1 || wanted > MTU_LIMIT) {
    return `an MTU is a whole number of bytes, not ${text(wanted)}`;
  }
  if (characteristicOf(actual, 'mtu') === wanted) return [];
  const device = deviceOf(actual);
  if (typeof device === 'string') return device;
  const now = Number(characteristicOf(actual, 'mtu') ?? MTU_LIMIT);
  const sideEffects = [
    ...(wanted < IPV4_MIN_MTU && now >= IPV4_MIN_MTU
      ? [`IPv4 goes from ${device.dev} below an MTU of ${IPV4_MIN_MTU}`]
      : []),
    ...(wanted < IPV6_MIN_MTU && now >= IPV6_MIN_MTU
      ? [`IPv6 goes from ${device.dev} below an MTU of ${IPV6_MIN_MTU}`]
      : []),
  ];
  return [
    {
      op: 'setMtu',
      args: { ...device, mtu: wanted },
      summary: `set mtu of ${device.dev} to ${wanted}`,
      ...(sideEffects.length > 0 ? { sideEffects } : {}),
      order: order.mtu,
    },
  ];
}

function addressSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the addresses of an interface are a list such as ["192.0.2.1/24"], not ${text(wanted)}`;
  const want = new Map<string, Cidr>();
  for (const item of list) {
    const cidr = typeof item === 'string' ? parseCidr(item, true) : undefined;
    if (!cidr) return `${text(item)} is not an address with its length, such as 192.0.2.1/24 or 2001:db8::1/64`;
    want.set(cidrText(cidr), cidr);
  }
  const device = deviceOf(actual);
  if (typeof device === 'string') return device;
  const have = new Set(strings(characteristicOf(actual, 'ipAddress')).map(canonicalCidr));

  const removed = [...have].filter(address => !want.has(address));
  const added = [...want.keys()].filter(address => !have.has(address));
  return [
    ...removed.map(address => ({
      op: 'removeAddress',
      args: { ...device, address },
      summary: `remove ${address} from ${device.dev}`,
      sideEffects: [`routes that depend on ${address} go with it`],
      order: order.removeAddress,
    })),
    ...added.map(address => ({
      op: 'addAddress',
      args: { ...device, address },
      summary: `add ${address} to ${device.dev}`,
      order: order.addAddress,
    })),
  ];
}

function canonicalCidr(address: string): string {
  const cidr = parseCidr(address, true);
  return cidr ? cidrText(cidr) : address;
}

/** A route as somebody wants it. What it leaves out may be anything. */
export type WantedRoute = {
  readonly table: string;
  readonly destination: string;
  readonly gateway?: string;
  readonly interface?: string;
  readonly metric?: number;
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly type?: string;
};

function routeSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the routes of a host are a list, not ${text(wanted)}`;
  const actuals = characteristicOf(actual, 'route');
  const have = isArray(actuals) ? actuals : [];
  const kept = new Set<Json>();
  const added: WantedRoute[] = [];
  for (const item of list) {
    const route = readWantedRoute(item);
    const there =
      have.find(each => !kept.has(each) && sameJson(each, item)) ??
      have.find(each => !kept.has(each) && typeof route !== 'string' && isRoute(each, route));
    if (there !== undefined) kept.add(there);
    else if (typeof route === 'string') return route;
    else added.push(route);
  }

  const removed = have.filter(item => !kept.has(item));
  const own = removed.find(item => property(item, 'protocol') === 'kernel');
  if (own) return `the route to ${text(property(own, 'destination'))} is the kernel's own: it goes with its address`;
  return [
    ...removed.map(item => ({
      op: 'removeRoute',
      // As it was seen, every word of it, so that no other route is meant.
      args: { route: item },
      summary: `remove the route ${itemText(item)}`,
      order: order.removeRoute,
    })),
    ...added.map(route => ({
      op: 'addRoute',
      args: { route },
      summary: `add the route ${itemText(route)}`,
      order: order.addRoute,
    })),
  ];
}

/** Reads a route item, or says in a sentence what is wrong with it. */
export function readWantedRoute(item: Json | undefined): WantedRoute | string {
  if (!isObject(item))
    return `${text(item)} is not a route such as {"destination":"192.0.2.0/24","gateway":"198.51.100.1"}`;
  const destination = typeof item.destination === 'string' ? readDestination(item) : undefined;
  if (!destination) return `${text(item.destination)} is not the destination of a route, such as 192.0.2.0/24`;
  const { gateway, prefsrc } = item;
  for (const [name, address] of [
    ['gateway', gateway],
    ['prefsrc', prefsrc],
  ] as const) {
    if (address !== undefined && (typeof address !== 'string' || !canonicalAddress(address))) {
      return `${text(address)} is not an address that can be the ${name} of a route`;
    }
  }
  for (const name of ['table', 'interface', 'protocol', 'scope', 'type']) {
    const word = item[name];
    if (word !== undefined && !(typeof word === 'string' && word !== '') && typeof word !== 'number') {
      return `${text(word)} cannot be the ${name} of a route`;
    }
  }
  if (item.metric !== undefined && !(Number.isInteger(item.metric) && Number(item.metric) >= 0)) {
    return `${text(item.metric)} is not a metric`;
  }
  if (item.nexthop !== undefined) return 'a route that goes by several ways at once cannot be made';
  const type = item.type === undefined ? 'unicast' : String(item.type);
  if (!['unicast', 'blackhole', 'unreachable', 'prohibit'].includes(type))
    return `a route of type ${type} cannot be made`;
  if (type === 'unicast' && gateway === undefined && item.interface === undefined) {
    return `the route to ${item.destination} needs a gateway or an interface`;
  }
  return {
    table: item.table === undefined ? 'main' : String(item.table),
    destination: cidrText(destination),
    ...(typeof gateway === 'string' ? { gateway: canonicalAddress(gateway) ?? gateway } : {}),
    ...(item.interface === undefined ? {} : { interface: String(item.interface) }),
    ...(item.metric === undefined ? {} : { metric: Number(item.metric) }),
    ...(item.protocol === undefined ? {} : { protocol: String(item.protocol) }),
    ...(item.scope === undefined ? {} : { scope: String(item.scope) }),
    ...(typeof prefsrc === 'string' ? { prefsrc: canonicalAddress(prefsrc) ?? prefsrc } : {}),
    ...(type === 'unicast' ? {} : { type }),
  };
}

function readDestination(item: JsonObject): Cidr | undefined {
  const gateway = typeof item.gateway === 'string' ? item.gateway : '';
  const words =
    item.destination === 'default' ? (familyOf(gateway) === 6 ? '::/0' : '0.0.0.0/0') : String(item.destination);
  const cidr = parseCidr(words, false);
  return cidr && isNetwork(cidr) ? cidr : undefined;
}

/** Whether an actual route, as an item, is one that is wanted: all that the wanted one says is so. */
export function isRoute(item: Json, wanted: WantedRoute): boolean {
  // What is left out of these two is meant: no gateway is a route to the link itself.
  if ((property(item, 'type') ?? 'unicast') !== (wanted.type ?? 'unicast')) return false;
  if (property(item, 'gateway') !== wanted.gateway || property(item, 'nexthop') !== undefined) return false;
  return Object.entries(wanted).every(([name, value]) => property(item, name) === value);
}

export function itemText(item: Json): string {
  const { type, destination, gateway, interface: dev, metric, table } = isObject(item) ? item : {};
  return [
    ...(type === undefined ? [] : [type]),
    `to ${destination}`,
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    ...(dev === undefined || type !== undefined ? [] : [`dev ${dev}`]),
    ...(metric === undefined ? [] : [`metric ${metric}`]),
    ...(table === undefined || table === 'main' ? [] : [`in table ${table}`]),
  ].join(' ');
}

function deviceOf(actual: JsonObject): Device | string {
  const dev = property(actual, 'name');
  const ifindex = characteristicOf(actual, 'interfaceIndex');
  if (typeof dev !== 'string' || typeof ifindex !== 'number') return 'the interface is not there now';
  return { dev, ifindex };
}

function characteristicOf(actual: JsonObject, characteristic: string): Json | undefined {
  return at(actual, `/resourceCharacteristic/${characteristic}/value`, tmfKeyedArrays);
}

function strings(value: Json | undefined): string[] {
  return isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

function text(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
