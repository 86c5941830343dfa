/** What is the same address, or the same route, and what belongs to whom. */
import { type Json, sameJson } from '../../../core/json.ts';
import type { Address, Link, Route } from './reading.ts';

/** Whether a route goes with this interface: through it, or from one of its addresses. The kernel's own `local` table follows the addresses by itself. */
export function isOf(route: Route, link: Link): boolean {
  if (route.table === 'local' && route.protocol === 'kernel') return false;
  if (route.interface === link.name || route.nexthops?.some(hop => hop.interface === link.name)) return true;
  return route.prefsrc !== undefined && link.addresses.some(address => address.local === route.prefsrc);
}

/** Of an IPv6 route by several ways, or with a source address, the kernel leaves what was not lost. */
export function isRestOf(rest: Route, route: Route): boolean {
  const same = (['family', 'type', 'table', 'destination', 'source', 'metric'] as const).every(
    name => rest[name] === route[name],
  );
  const ways = waysOf(route);
  return same && route.family === 6 && [...waysOf(rest)].every(way => ways.has(way));
}

function waysOf(route: Route): Set<string> {
  return new Set((route.nexthops ?? [route]).map(hop => `${hop.gateway} ${hop.interface}`));
}

export function sameRoute(a: Route, b: Route): boolean {
  const { expires: _, saved: __, ...one } = a;
  const { expires: ___, saved: ____, ...other } = b;
  return sameJson(one as Json, other as Json);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.local === b.local && a.length === b.length && a.peer === b.peer;
}

export function addressText({ local, length }: Address): string {
  return `${local}/${length}`;
}

export function hasGateway({ gateway, nexthops }: Route): boolean {
  return gateway !== undefined || nexthops?.some(hop => hop.gateway !== undefined) === true;
}
