/** Reaching other networks: the default route, and what it comes to. */

import { orderOf } from './address.ts';
import { readCidr } from './address-facts.ts';
import { byOrder } from './ordering.ts';
import type { Link, Route } from './reading.ts';

/** The kernel does not know the state of some links (lo, tun); then a carrier is enough. */
export function isOperational({ operstate, flags }: Pick<Link, 'operstate' | 'flags'>): boolean {
  return operstate === 'UP' || (operstate === 'UNKNOWN' && flags.includes('LOWER_UP'));
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
