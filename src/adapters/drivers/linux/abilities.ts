/** What can be changed on a Linux host, and the steps from what is to what is wanted. Pure. */
import type { Ability } from '../../../core/ability.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { at } from '../../../core/path.ts';
import type { Step } from '../../../ports/driver.ts';
import { tmfKeyedArrays } from '../../../tmf/keyed-arrays.ts';
import { type Cidr, cidrText, parseCidr } from './address.ts';
import { hostKind, interfaceKind } from './facts.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU, MTU_LIMIT } from './mtu.ts';
import { isRoute, itemText, readWantedRoute, text, type WantedRoute } from './wanted-route.ts';

/** A link comes up first and goes down last; what depends on another goes before it and comes after it. */
const order = { up: 10, mtu: 20, removeRoute: 30, removeAddress: 40, addAddress: 50, addRoute: 60, down: 90 };

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
