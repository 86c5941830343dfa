/** What becomes of addresses, and of the routes that follow them, on a copy of the element. */
import { sameNetwork } from '../address.ts';
import { scopeOf } from '../address-facts.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU } from '../mtu.ts';
import type { Address } from '../reading.ts';
import { addressText } from '../same.ts';
import { addRoute, dropRoutes, loseSource, prefixRoute, removeWanted } from './routes.ts';
import type { TriedLink, World } from './world.ts';

export function carries(link: TriedLink, family: 4 | 6): boolean {
  if (family === 4) return link.mtu >= IPV4_MIN_MTU;
  return link.mtu >= IPV6_MIN_MTU && link.ipv6Disabled !== true;
}

export function addAddress(
  world: World,
  link: TriedLink,
  cidr: { family: 4 | 6; address: string; length: number },
): void {
  const { family, address: local, length } = cidr;
  if (link.addresses.some(each => each.local === local && each.length === length)) return;
  const plain: Address = { family, local, length, scope: scopeOf(local), flags: [] };
  if (family === 6) link.addresses = [...link.addresses, plain];
  else insert4(link, plain);
  const added = link.addresses.find(each => each.local === local && each.length === length);
  if (added && link.flags.includes('UP')) addRoute(world, prefixRoute(link, added));
}

/** A further address of a network that is there already is a secondary one; the first ones stand before those. */
function insert4(link: TriedLink, address: Address): void {
  const isSecondary = link.addresses.some(
    each => each.family === 4 && sameNetwork(addressText(each), addressText(address)),
  );
  if (isSecondary) {
    link.addresses = [...link.addresses, { ...address, flags: ['secondary'] }];
    return;
  }
  const last = link.addresses.findLastIndex(each => each.family === 4 && !each.flags.includes('secondary'));
  link.addresses = link.addresses.toSpliced(last + 1, 0, address);
}

export function removeAddress(world: World, link: TriedLink, address: Address): void {
  if (address.family === 6) removeAddress6(world, link, address);
  else removeAddress4(world, link, address);
}

function removeAddress4(world: World, link: TriedLink, address: Address): void {
  const followers = address.flags.includes('secondary')
    ? []
    : link.addresses.filter(
        each =>
          each.family === 4 && each.flags.includes('secondary') && sameNetwork(addressText(each), addressText(address)),
      );
  const [next] = link.promotesSecondaries === true ? followers : [];
  const gone = [address, ...(next ? [] : followers)];
  link.addresses = link.addresses.filter(each => !gone.includes(each));
  if (!address.flags.includes('secondary')) {
    const own = prefixRoute(link, address);
    if (own) removeWanted(world, route => isPrefixRoute(route, own) && route.prefsrc === address.local);
  }
  for (const each of gone) loseSource(world, each);
  if (next) promote(world, link, next);
  if (!link.addresses.some(each => each.family === 4)) dropRoutes(world, link, 4, 'unaddressed');
}

function promote(world: World, link: TriedLink, next: Address): void {
  const first: Address = { ...next, flags: next.flags.filter(flag => flag !== 'secondary') };
  const others = link.addresses.filter(each => each !== next);
  const last = others.findLastIndex(each => each.family === 4 && !each.flags.includes('secondary'));
  link.addresses = others.toSpliced(last + 1, 0, first);
  if (link.flags.includes('UP')) addRoute(world, prefixRoute(link, first));
}

function removeAddress6(world: World, link: TriedLink, address: Address): void {
  link.addresses = link.addresses.filter(each => each !== address);
  const own = prefixRoute(link, address);
  const isKept = link.addresses.some(each => each.family === 6 && sameNetwork(addressText(each), addressText(address)));
  // That of an address which expires is left to expire.
  if (own && !isKept && !address.flags.includes('dynamic')) removeWanted(world, route => isPrefixRoute(route, own));
  loseSource(world, address);
}

function isPrefixRoute(
  route: World['routes'][number],
  own: { destination: string; interface?: string; metric?: number },
): boolean {
  return (
    route.protocol === 'kernel' &&
    route.table === 'main' &&
    route.destination === own.destination &&
    route.interface === own.interface &&
    route.metric === own.metric
  );
}

/** All of one family go from a link, and what followed them. */
export function dropFamily(
  world: World,
  link: TriedLink,
  family: 4 | 6,
  { keeps, how }: { readonly keeps: (address: Address) => boolean; readonly how: 'down' | 'gone' },
): void {
  const gone = link.addresses.filter(each => each.family === family && !keeps(each));
  link.addresses = link.addresses.filter(each => !gone.includes(each));
  dropRoutes(world, link, family, how);
  // That an IPv6 route elsewhere speaks from one of them is forgotten by the kernel only when one goes by itself.
  if (family === 4) for (const each of gone) loseSource(world, each);
}
