/** What becomes of links, and of those that hang on them, on a copy of the element. */
import { IPV4_MIN_MTU, IPV6_MIN_MTU } from '../mtu.ts';
import { type Address, some } from '../reading.ts';
import { addAddress, carries, dropFamily } from './addresses.ts';
import { linkLocalOf } from './link-local.ts';
import { addRoute, dropNexthops, isLoopback, prefixRoute } from './routes.ts';
import { linkNamed, type TriedLink, type World } from './world.ts';

/** What the kernel says of every end of a veth that has a carrier. */
const VETH = { speed: 10_000, duplex: 'full' };
/** Links whose carrier is that of the link below. */
const borrowsCarrier = new Set(['macvlan', 'macvtap', 'ipvlan', 'ipvtap']);

export function unlock(world: World, link: TriedLink): void {
  if (link.flags.includes('UP')) return;
  link.flags = [...link.flags, 'UP'];
  for (const address of link.addresses) {
    if (address.family === 4 ? carries(link, 4) : carries(link, 6)) addRoute(world, prefixRoute(link, address));
  }
  if (isLoopback(link)) {
    if (!link.addresses.some(each => each.family === 4)) addAddress(world, link, cidr(4, '127.0.0.1', 8));
    if (carries(link, 6)) addAddress(world, link, cidr(6, '::1', 128));
    setCarrier(world, link, true);
    return;
  }
  const carrier = carrierOf(world, link);
  if (typeof carrier === 'string') world.unsure.set(link.name, carrier);
  setCarrier(world, link, carrier === true);
  follow(world, link);
}

export function lock(world: World, link: TriedLink): void {
  if (!link.flags.includes('UP')) return;
  link.flags = link.flags.filter(flag => flag !== 'UP');
  const isKept = (address: Address): boolean =>
    link.keepsIpv6 === true && address.scope === 'global' && !address.flags.includes('dynamic');
  dropFamily(world, link, 6, { keeps: isKept, how: 'down' });
  dropFamily(world, link, 4, { keeps: () => true, how: 'down' });
  setCarrier(world, link, false);
  follow(world, link);
}

export function setMtu(world: World, link: TriedLink, mtu: number): void {
  const was = link.mtu;
  link.mtu = mtu;
  if (mtu < IPV6_MIN_MTU && was >= IPV6_MIN_MTU) {
    // `lo` only goes through the motions.
    const how = isLoopback(link) ? 'down' : 'gone';
    dropFamily(world, link, 6, { keeps: () => false, how });
    // Its folder of settings goes with it.
    if (how === 'gone') {
      delete link.addressGeneration;
      delete link.ipv6Disabled;
      delete link.keepsIpv6;
    }
  }
  if (mtu < IPV4_MIN_MTU && was >= IPV4_MIN_MTU) dropFamily(world, link, 4, { keeps: () => false, how: 'down' });
  if (mtu >= IPV6_MIN_MTU && was < IPV6_MIN_MTU) beginIpv6(world, link);
  for (const each of world.links) {
    if (each.master === link.name || each.link !== link.name || each.kind === 'veth') continue;
    if (!borrowsCarrier.has(each.kind ?? '')) {
      if (each.mtu > mtu) world.unsureMtu.set(each.name, `${each.name} stands on ${link.name}, and may follow its MTU`);
    } else if (each.mtu > mtu) setMtu(world, each, mtu);
  }
  const bridge = link.master === undefined ? undefined : linkNamed(world, link.master);
  if (bridge)
    world.unsureMtu.set(bridge.name, `whether ${bridge.name} follows the MTU of its ports is its maker's choice`);
}

/** IPv6 is switched off on a link, and takes all of its own along; or on, and brings what a link has by itself. */
export function switchIpv6(world: World, link: TriedLink, isOn: boolean): void {
  if (isOn === (link.ipv6Disabled !== true)) return;
  if (!isOn) {
    link.ipv6Disabled = true;
    dropFamily(world, link, 6, { keeps: () => false, how: 'down' });
    return;
  }
  delete link.ipv6Disabled;
  if (!link.flags.includes('UP')) return;
  if (isLoopback(link)) addAddress(world, link, cidr(6, '::1', 128));
  else if (link.flags.includes('LOWER_UP')) giveLinkLocal(world, link);
}

/** IPv6 begins anew, with what is the default in this namespace. */
function beginIpv6(world: World, link: TriedLink): void {
  if (link.flags.includes('UP') && link.flags.includes('LOWER_UP')) giveLinkLocal(world, link);
}

function cidr(family: 4 | 6, address: string, length: number): { family: 4 | 6; address: string; length: number } {
  return { family, address, length };
}

/** Whether a link that has just been unlocked finds a carrier; a sentence where nobody can know. */
function carrierOf(world: World, link: TriedLink): boolean | string {
  const lower = link.link === undefined ? undefined : linkNamed(world, link.link);
  if (link.kind === 'veth') {
    return lower ? lower.flags.includes('UP') : `the other end of ${link.name} is not seen from here`;
  }
  if (link.kind === 'bridge') {
    const ports = portsOf(world, link);
    if (ports.length > 0) return ports.some(isWorking);
    return `${link.name} has no port; whether it has a carrier all the same is left from what it had before`;
  }
  if (borrowsCarrier.has(link.kind ?? '') && lower) return isWorking(lower);
  if (link.kind === 'dummy' || link.kind === 'ifb') return true;
  return `whether ${link.name} has a carrier is known only when it is unlocked`;
}

function portsOf(world: World, bridge: TriedLink): TriedLink[] {
  return world.links.filter(each => each.master === bridge.name);
}

function isWorking({ flags }: TriedLink): boolean {
  return flags.includes('UP') && flags.includes('LOWER_UP');
}

/** The states of a link by whether it has a carrier, and the address that it gives itself with its first one. */
function setCarrier(world: World, link: TriedLink, hasCarrier: boolean): void {
  link.flags = link.flags.filter(flag => flag !== 'LOWER_UP');
  if (hasCarrier) link.flags = [...link.flags, 'LOWER_UP'];
  const isUp = link.flags.includes('UP');
  const isStacked = link.link !== undefined;
  const knowsNoState = isLoopback(link) || link.kind === 'dummy';
  link.operstate = hasCarrier ? (knowsNoState ? 'UNKNOWN' : 'UP') : isUp && isStacked ? 'LOWERLAYERDOWN' : 'DOWN';
  setRate(world, link, hasCarrier);
  // The kernel flushes what names its ways by a number.
  if (!hasCarrier) dropNexthops(world, link);
  if (hasCarrier && isUp) giveLinkLocal(world, link);
}

/** A link has a speed while it has a carrier; one that stands on others has theirs. */
function setRate(world: World, link: TriedLink, hasCarrier: boolean): void {
  const lower = link.link === undefined ? undefined : linkNamed(world, link.link);
  const ports = portsOf(world, link).filter(isWorking);
  const { speed, duplex } =
    link.kind === 'veth'
      ? VETH
      : link.kind === 'bridge'
        ? {
            speed: ports.reduce<number | undefined>((most, each) => larger(most, each.speed), undefined),
            duplex: undefined,
          }
        : borrowsCarrier.has(link.kind ?? '') && lower
          ? lower
          : link;
  delete link.speed;
  delete link.duplex;
  if (hasCarrier) Object.assign(link, { ...some('speed', speed), ...some('duplex', duplex) });
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function giveLinkLocal(world: World, link: TriedLink): void {
  if (!carries(link, 6) || isLoopback(link)) return;
  if (link.addresses.some(each => each.family === 6 && each.scope === 'link')) return;
  if (link.addressGeneration === 'none') return;
  const address = link.addressGeneration === undefined ? linkLocalOf(link) : undefined;
  if (address === undefined) {
    world.unsure.set(link.name, `which link-local address ${link.name} gives itself is drawn by the kernel`);
    return;
  }
  addAddress(world, link, cidr(6, address, 64));
}

/** Those that hang on a link: the other end of a cable, what stands on it, the bridge it is a port of. */
function follow(world: World, link: TriedLink): void {
  for (const other of world.links) {
    if (other === link || other.link !== link.name) continue;
    const isEnd = other.kind === 'veth';
    if (!isEnd && !borrowsCarrier.has(other.kind ?? '')) {
      world.unsure.set(other.name, `${other.name} stands on ${link.name}, and follows it in its own way`);
      continue;
    }
    if (!other.flags.includes('UP')) continue;
    const hasCarrier = isEnd ? link.flags.includes('UP') : isWorking(link);
    if (hasCarrier !== other.flags.includes('LOWER_UP')) {
      setCarrier(world, other, hasCarrier);
      follow(world, other);
    }
  }
  const bridge = link.master === undefined ? undefined : linkNamed(world, link.master);
  if (!bridge) return;
  if (bridge.kind !== 'bridge') {
    world.unsure.set(bridge.name, `${bridge.name} takes its state from its members in its own way`);
    return;
  }
  const hasCarrier = portsOf(world, bridge).some(isWorking);
  if (!bridge.flags.includes('UP') || hasCarrier === bridge.flags.includes('LOWER_UP')) return;
  setCarrier(world, bridge, hasCarrier);
  follow(world, bridge);
}
