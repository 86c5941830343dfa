/** Reads what somebody wants of FRR, or says in a sentence what is wrong with it; nothing unchecked reaches a command. */
import { isArray, isObject, type Json } from '../../../core/json.ts';
import { canonicalAddress, canonicalPrefix, isIPv6Text } from './address.ts';
import { readAsNumber, usualDistance } from './running.ts';
import { isCommand } from './vtysh.ts';

export const settableFamilies = ['ipv4Unicast', 'ipv6Unicast'] as const;
export type SettableFamily = (typeof settableFamilies)[number];

export type WantedNeighbor = {
  readonly address: string;
  readonly remoteAs?: number | 'internal' | 'external';
  readonly peerGroup?: string;
  readonly description?: string;
  readonly shutdown?: boolean;
  readonly addressFamily?: readonly string[];
};

export type WantedNetwork = { readonly prefix: string; readonly routeMap?: string };

export type WantedRoute = {
  readonly prefix: string;
  readonly nexthop: string;
  readonly interface?: string;
  readonly distance: number;
  readonly tag?: number;
};

const LARGEST_AS = 2 ** 32 - 1;
/** What FRR itself says that a description may have. */
const DESCRIPTION_LENGTH = 80;

export function readWantedNeighbor(item: Json): WantedNeighbor | string {
  if (!isObject(item)) return `${text(item)} is not a neighbor such as {"address":"192.0.2.2","remoteAs":65002}`;
  const { address: written, remoteAs: as, peerGroup, description, shutdown, addressFamily } = item;
  const address = typeof written === 'string' ? (canonicalAddress(written) ?? interfaceName(written)) : undefined;
  if (address === undefined) return `${text(written)} is not the address of a neighbor, such as 192.0.2.2`;
  const remoteAs = as === undefined ? undefined : readWantedAs(as);
  if (as !== undefined && remoteAs === undefined) {
    return `${text(as)} is not the remoteAs of a neighbor: a number from 1 to ${LARGEST_AS}, internal or external`;
  }
  if (peerGroup !== undefined && !isWord(peerGroup)) return `${text(peerGroup)} is not the name of a peer group`;
  if (description !== undefined && !isDescription(description)) {
    return `${text(description)} cannot be a description: up to ${DESCRIPTION_LENGTH} characters with single blanks, no ? and no |`;
  }
  if (shutdown !== undefined && typeof shutdown !== 'boolean')
    return `shutdown is true or false, not ${text(shutdown)}`;
  if (
    addressFamily !== undefined &&
    !(isArray(addressFamily) && addressFamily.every(each => typeof each === 'string'))
  ) {
    return `addressFamily is a list such as ["ipv4Unicast"], not ${text(addressFamily)}`;
  }
  return {
    address,
    ...(remoteAs === undefined ? {} : { remoteAs }),
    ...(isWord(peerGroup) ? { peerGroup } : {}),
    ...(isDescription(description) ? { description } : {}),
    ...(typeof shutdown === 'boolean' ? { shutdown } : {}),
    ...(isArray(addressFamily) ? { addressFamily: addressFamily.map(String).sort() } : {}),
  };
}

function readWantedAs(value: Json): WantedNeighbor['remoteAs'] {
  if (value === 'internal' || value === 'external') return value;
  return readWantedAsNumber(value);
}

/** A number, or as some write it: `1.10`. */
export function readWantedAsNumber(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d{1,5}\.\d{1,5}$/.test(value) ? readAsNumber(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= LARGEST_AS
    ? number
    : undefined;
}

/** The families that a neighbor gets for which nobody says any: the one of its own address. */
export function usualFamilies(address: string): readonly SettableFamily[] {
  return isIPv6Text(address) ? ['ipv6Unicast'] : ['ipv4Unicast'];
}

export function isSettable(family: string): family is SettableFamily {
  return settableFamilies.some(each => each === family);
}

export function readWantedNetwork(item: Json): WantedNetwork | string {
  if (!isObject(item)) return `${text(item)} is not a network such as {"prefix":"192.0.2.0/24"}`;
  const prefix = readPrefix(item.prefix);
  if (prefix === undefined) return `${text(item.prefix)} is not the prefix of a network, such as 192.0.2.0/24`;
  const { routeMap, options } = item;
  if (routeMap !== undefined && !isWord(routeMap)) return `${text(routeMap)} is not the name of a route map`;
  if (options !== undefined) return `the network ${prefix} cannot be given the options ${text(options)}`;
  return { prefix, ...(isWord(routeMap) ? { routeMap } : {}) };
}

const specialNexthops = ['blackhole', 'reject', 'Null0'];
/** FRR takes the beginning of one of these for the whole of it. */
const routeWords = [
  ...specialNexthops,
  'tag',
  'vrf',
  'label',
  'table',
  'nexthop-vrf',
  'onlink',
  'color',
  'bfd',
  'segments',
];

export function readWantedRoute(item: Json): WantedRoute | string {
  if (!isObject(item))
    return `${text(item)} is not a static route such as {"prefix":"192.0.2.0/24","nexthop":"198.51.100.1"}`;
  const prefix = readPrefix(item.prefix);
  if (prefix === undefined) return `${text(item.prefix)} is not the prefix of a static route, such as 192.0.2.0/24`;
  const { nexthop: written, interface: device, distance = usualDistance, tag, options } = item;
  const address = typeof written === 'string' ? canonicalAddress(written) : undefined;
  const nexthop = address ?? (typeof written === 'string' ? routeInterface(written) : undefined);
  if (nexthop === undefined) return `${text(written)} is not the next hop of the static route to ${prefix}`;
  if (address !== undefined && isIPv6Text(address) !== isIPv6Text(prefix)) {
    return `the next hop ${nexthop} is of another family than ${prefix}`;
  }
  const by = typeof device === 'string' && !isSpecial(device) ? routeInterface(device) : undefined;
  if (device !== undefined && (by === undefined || address === undefined)) {
    return `${text(device)} is not the interface by which ${nexthop} is reached`;
  }
  if (!isWhole(distance, 1, 255)) return `${text(distance)} is not a distance from 1 to 255`;
  if (tag !== undefined && !isWhole(tag, 1, LARGEST_AS)) return `${text(tag)} is not a tag from 1 to ${LARGEST_AS}`;
  if (options !== undefined) return `the static route to ${prefix} cannot be given the options ${text(options)}`;
  return {
    prefix,
    nexthop,
    ...(by === undefined ? {} : { interface: by }),
    distance: Number(distance),
    ...(tag === undefined ? {} : { tag: Number(tag) }),
  };
}

/** A static route as FRR is told it, and as it writes it itself. */
export function routeCommand(route: WantedRoute): string {
  return [
    isIPv6Text(route.prefix) ? 'ipv6 route' : 'ip route',
    route.prefix,
    route.nexthop,
    ...(route.interface === undefined ? [] : [route.interface]),
    ...(route.tag === undefined ? [] : [`tag ${route.tag}`]),
    ...(route.distance === usualDistance ? [] : [String(route.distance)]),
  ].join(' ');
}

export function isSpecial(nexthop: string): boolean {
  return specialNexthops.includes(nexthop);
}

/** Of a VRF, a group or a map: one word. */
export function isWord(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}$/.test(value);
}

/** What the kernel takes for the name of an interface. A number would be taken for something else by FRR. */
function interfaceName(value: string): string | undefined {
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,14}$/.test(value) ? value : undefined;
}

function routeInterface(value: string): string | undefined {
  return routeWords.some(word => word.startsWith(value)) && !isSpecial(value) ? undefined : interfaceName(value);
}

/** FRR takes several blanks for one, so that no other text would ever be there. */
export function isDescription(value: Json | undefined): value is string {
  return (
    typeof value === 'string' &&
    value.length <= DESCRIPTION_LENGTH &&
    value.isWellFormed() &&
    isCommand(`x ${value}`) &&
    !/\p{Zs}{2}|[^\S ]/u.test(value) &&
    value === value.trim() &&
    value !== ''
  );
}

export function text(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function readPrefix(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? canonicalPrefix(value) : undefined;
}

function isWhole(value: Json | undefined, from: number, to: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
}
