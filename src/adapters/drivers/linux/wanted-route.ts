/** A route as somebody wants it: read, compared with those that are there, and told to people. */
import { isObject, type Json, type JsonObject, property } from '../../../core/json.ts';
import { type Cidr, canonicalAddress, cidrText, familyOf, isNetwork, parseCidr } from './address.ts';

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

export function text(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
