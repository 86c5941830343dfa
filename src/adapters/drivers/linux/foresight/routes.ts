/** What becomes of routes, on a copy of the element. */
import { sameJson } from '../../../../core/json.ts';
import { type Cidr, cidrText, contains, type Family, networkOf, parseCidr } from '../address.ts';
import { isListed, routeItem } from '../facts.ts';
import { type Address, type Route, some } from '../reading.ts';
import { isRoute, type WantedRoute } from '../wanted-route.ts';
import { linkNamed, type TriedLink, type World } from './world.ts';

/** The metrics that the kernel gives an IPv6 route when nobody does. */
const IPV6_METRIC = { ofPrefix: 256, ofUser: 1024 };

/** The route to its own network that an address brings; undefined where it brings none that is listed. */
export function prefixRoute(link: TriedLink, address: Address): Route | undefined {
  const cidr = parseCidr(`${address.peer ?? address.local}/${address.length}`, true);
  if (!cidr || address.flags.includes('noprefixroute')) return undefined;
  const network = cidrText(networkOf(cidr));
  const own = { type: 'unicast', destination: network, table: 'main', protocol: 'kernel', interface: link.name };
  if (address.family === 6) {
    if (cidr.address === '::1') return undefined;
    return { ...own, family: 6, scope: 'global', metric: address.metric ?? IPV6_METRIC.ofPrefix, onlink: false };
  }
  // What a loopback carries is in the local table.
  const isAlone = address.length === 32 && address.peer === undefined;
  if (isAlone || address.flags.includes('secondary') || isLoopback(link)) return undefined;
  return { ...own, family: 4, scope: 'link', prefsrc: address.local, ...some('metric', address.metric), onlink: false };
}

export function isLoopback(link: TriedLink): boolean {
  return link.linkType === 'loopback';
}

export function addRoute(world: World, route: Route | undefined): void {
  if (!route || !isListed(route)) return;
  if (!world.routes.some(each => sameJson(routeItem(each), routeItem(route)))) world.routes.push(route);
}

/**
 * Takes away what a link carried, of one family: it went down, lost the family, or has its last address of it no more.
 * Of a route by several ways the others stand.
 */
export function dropRoutes(world: World, link: TriedLink, family: Family, how: 'down' | 'gone' | 'unaddressed'): void {
  world.routes = world.routes.flatMap(route => {
    if (route.family !== family || (how === 'unaddressed' && route.nexthopId !== undefined)) return [route];
    if (route.nexthops === undefined) return route.interface === link.name && isWay(route, link) ? [] : [route];
    if (!route.nexthops.some(hop => hop.interface === link.name)) return [route];
    if (route.nexthopId === undefined && how !== 'gone') {
      // They are shown as dead, and the route with them, while one of them lives.
      const lives = route.nexthops.some(hop => hop.interface !== link.name && isUp(world, hop.interface));
      return lives ? [route] : [];
    }
    return without(route, link.name);
  });
}

/** A group of nexthops, or an IPv6 route whose link has lost IPv6, has no more than what is left. */
function without(route: Route, name: string): Route[] {
  const left = (route.nexthops ?? []).filter(hop => hop.interface !== name);
  const [only] = left;
  if (!only) return [];
  if (left.length > 1) return [{ ...route, nexthops: left }];
  const { nexthops: _, ...rest } = route;
  return [{ ...rest, ...some('gateway', only.gateway), ...some('interface', only.interface) }];
}

/** An IPv6 blackhole hangs on `lo`; an IPv4 one on nothing. */
function isWay({ type, family }: Route, link: TriedLink): boolean {
  return type === 'unicast' || (family === 6 && isLoopback(link));
}

/** A nexthop object goes with the carrier of its link, and the routes that name it with it. */
export function dropNexthops(world: World, link: TriedLink): void {
  world.routes = world.routes.flatMap(route => {
    if (route.nexthopId === undefined) return [route];
    if (route.nexthops === undefined) return route.interface === link.name ? [] : [route];
    return route.nexthops.some(hop => hop.interface === link.name) ? without(route, link.name) : [route];
  });
}

function isUp(world: World, name: string | undefined): boolean {
  return name !== undefined && linkNamed(world, name)?.flags.includes('UP') === true;
}

/** An address is nobody's any more: IPv4 routes that speak from it go, IPv6 routes forget it. */
export function loseSource(world: World, { family, local }: Address): void {
  if (world.links.some(link => link.addresses.some(each => each.local === local))) return;
  world.routes = world.routes.flatMap(route => {
    if (route.prefsrc !== local) return [route];
    const { prefsrc: _, ...rest } = route;
    if (family === 6) return [rest];
    return route.table === 'main' ? [] : [route];
  });
}

/** The route that a wish comes to once it is told to the kernel. */
export function routeOf(world: World, wanted: WantedRoute): Route {
  const family: Family = wanted.destination.includes(':') ? 6 : 4;
  const type = wanted.type ?? 'unicast';
  const isUnicast = type === 'unicast';
  const gateway = some('gateway', wanted.gateway);
  const scope = family === 4 && isUnicast && wanted.gateway === undefined ? 'link' : 'global';
  const name = isUnicast ? (wanted.interface ?? wayTo(world, wanted.gateway)) : family === 6 ? 'lo' : undefined;
  return {
    family,
    type,
    destination: wanted.destination,
    table: wanted.table,
    protocol: wanted.protocol ?? 'boot',
    scope: family === 4 ? (wanted.scope ?? scope) : 'global',
    ...gateway,
    ...some('interface', name),
    ...some('metric', wanted.metric ?? (family === 6 ? IPV6_METRIC.ofUser : undefined)),
    ...some('prefsrc', wanted.prefsrc),
    onlink: false,
  };
}

/** The interface by which a gateway is reached: that of the longest prefix of the main table. */
export function wayTo(world: World, gateway: string | undefined): string | undefined {
  const target = gateway === undefined ? undefined : parseCidr(gateway, false);
  if (!target) return undefined;
  return waysTo(world.routes, target)[0]?.interface;
}

export function waysTo(routes: readonly Route[], target: Cidr): readonly Route[] {
  return routes
    .flatMap(route => {
      const cidr = parseCidr(route.destination, true);
      const isCandidate = route.table === 'main' && route.type === 'unicast' && route.source === undefined;
      return isCandidate && cidr && contains(cidr, target) ? [{ route, length: cidr.length }] : [];
    })
    .sort((a, b) => b.length - a.length || (a.route.metric ?? 0) - (b.route.metric ?? 0))
    .map(({ route }) => route);
}

export function removeWanted(world: World, isIt: (route: Route) => boolean): void {
  world.routes = world.routes.filter(route => !isIt(route));
}

export function hasWanted(world: World, wanted: WantedRoute): boolean {
  return world.routes.some(route => isRoute(routeItem(route), wanted));
}
