/** Addresses and routes in the words of `ip`. */
import type { Family } from './address.ts';
import type { Address, Link, Nexthop, Route } from './reading.ts';
import type { WantedRoute } from './wanted-route.ts';

export function localWords({ local, length, peer }: Address): string[] {
  return peer === undefined ? [`${local}/${length}`] : [local, 'peer', `${peer}/${length}`];
}

/** Flags of an address that somebody chose; the others the kernel finds out. */
const chosenFlags = ['nodad', 'home', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'optimistic'];

export function addressWords(link: Link, address: Address, elapsed: number): string[] {
  const { validFor, preferredFor } = address;
  const left = (seconds: number | undefined): string =>
    seconds === undefined ? 'forever' : String(Math.max(0, seconds - elapsed));
  return [
    ...localWords(address),
    ...(address.broadcast === undefined ? [] : ['broadcast', address.broadcast]),
    ...(address.family === 4 ? ['scope', address.scope] : []),
    ...(address.label === undefined || address.label === link.name ? [] : ['label', address.label]),
    ...(address.metric === undefined ? [] : ['metric', String(address.metric)]),
    'dev',
    link.name,
    ...(validFor === undefined && preferredFor === undefined
      ? []
      : ['valid_lft', left(validFor), 'preferred_lft', left(preferredFor)]),
    ...chosenFlags.filter(flag => address.flags.includes(flag)),
  ];
}

export function wantedRouteWords(route: WantedRoute): string[] {
  const { type, destination, gateway, table, metric, protocol, scope, prefsrc } = route;
  const family = destination.includes(':') ? 6 : 4;
  return [
    ...(type === undefined ? [] : [type]),
    destination,
    ...gatewayWords(family, gateway),
    ...(route.interface === undefined || type !== undefined ? [] : ['dev', route.interface]),
    'table',
    table,
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...(scope === undefined || family === 6 ? [] : ['scope', scope]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(prefsrc === undefined ? [] : ['src', prefsrc]),
  ];
}

/** The words that name one route among all, for taking it away. */
export function identifyingWords(route: Route): string[] {
  return [
    route.type,
    route.destination,
    ...(route.source === undefined ? [] : ['from', route.source]),
    ...(route.tos === undefined ? [] : ['tos', route.tos]),
    ...(route.nexthopId === undefined ? wayWords(route) : ['nhid', String(route.nexthopId)]),
    'table',
    route.table,
    'proto',
    route.protocol,
    ...(route.family === 4 ? ['scope', route.scope] : []),
    ...(route.metric === undefined ? [] : ['metric', String(route.metric)]),
    ...(route.prefsrc === undefined ? [] : ['src', route.prefsrc]),
    ...(route.nexthopId === undefined ? nexthopWords(route) : []),
  ];
}

export function routeWords(route: Route, elapsed: number): string[] {
  const { metric, prefsrc, preference, expires } = route;
  return [
    route.type,
    route.destination,
    ...(route.source === undefined ? [] : ['from', route.source]),
    ...(route.tos === undefined ? [] : ['tos', route.tos]),
    ...(route.nexthopId === undefined ? wayWords(route) : ['nhid', String(route.nexthopId)]),
    'table',
    route.table,
    'proto',
    route.protocol,
    ...(route.family === 4 ? ['scope', route.scope] : []),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(prefsrc === undefined ? [] : ['src', prefsrc]),
    ...(preference === undefined || preference === 'medium' ? [] : ['pref', preference]),
    ...(expires === undefined ? [] : ['expires', String(expires - elapsed)]),
    ...metricWords(route),
    ...(route.onlink && route.nexthops === undefined ? ['onlink'] : []),
    ...(route.nexthopId === undefined ? nexthopWords(route) : []),
  ];
}

function wayWords(route: Route): string[] {
  if (route.nexthops !== undefined) return [];
  // The kernel says `lo` of an IPv6 blackhole, and takes none.
  const isWay = route.type === 'unicast' || route.type === 'local';
  return [
    ...gatewayWords(route.family, route.gateway),
    ...(route.interface === undefined || !isWay ? [] : ['dev', route.interface]),
  ];
}

function gatewayWords(family: Family, gateway: string | undefined): string[] {
  if (gateway === undefined) return [];
  return family === 4 && gateway.includes(':') ? ['via', 'inet6', gateway] : ['via', gateway];
}

function nexthopWords({ family, nexthops }: Route): string[] {
  return (nexthops ?? []).flatMap((hop: Nexthop) => [
    'nexthop',
    ...gatewayWords(family, hop.gateway),
    ...(hop.interface === undefined ? [] : ['dev', hop.interface]),
    'weight',
    String(hop.weight),
    ...(hop.onlink ? ['onlink'] : []),
  ]);
}

/** How `ip` prints a metric of a route, and how it wants it told. */
const metricNames: Readonly<Record<string, string>> = { congestion: 'congctl' };
const inMilliseconds = new Set(['rtt', 'rttvar', 'rto_min']);

function metricWords({ metrics }: Route): string[] {
  return Object.entries(metrics ?? {}).flatMap(([name, value]) => [
    metricNames[name] ?? name,
    inMilliseconds.has(name) ? `${value}ms` : String(value),
  ]);
}
