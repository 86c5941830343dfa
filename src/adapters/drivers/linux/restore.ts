/** Puts back what stood on an interface: its addresses, its routes, its settings of IPv6, as far as they are gone. */
import type { Clock } from '../../../ports/clock.ts';
import { type Family, sameNetwork } from './address.ts';
import type { Kernel } from './kernel.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU } from './mtu.ts';
import { addNexthops, type NexthopObject } from './nexthops.ts';
import { addRoutes } from './put-routes.ts';
import type { Address, Link, Route } from './reading.ts';
import { addressText, isOf, sameAddress, sameRoute } from './same.ts';
import type { InterfaceSettings } from './settings.ts';
import { type InterfaceAct, isUp, theLink } from './step.ts';
import { until } from './until.ts';
import { addressWords, identifyingWords, localWords } from './words.ts';

/** A link that comes up makes its own link-local address once it has a carrier; later it is put back by hand. */
const LINK_LOCAL_WITHIN_MS = 1_500;
/** A new IPv6 address may be named as a source after its duplicate address detection: one probe, and a second. */
const USABLE_WITHIN_MS = 4_000;

/** What stood on an interface before a step. Routes through it, and those that name one of its addresses as source. */
export interface Before {
  readonly at: number;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** The nexthop objects that go with the interface, and the groups they are in. */
  readonly nexthops: readonly NexthopObject[];
  /** Where the step takes all of IPv6 away: what had been set for it. */
  readonly ipv6?: InterfaceSettings;
  /** What of all that was gone right after the step; what goes later is no matter of it. */
  readonly taken?: { readonly addresses: readonly Address[]; readonly routes: readonly Route[] };
}

export interface Parts {
  readonly kernel: Kernel;
  readonly clock: Clock;
}

interface Loss {
  readonly addresses: readonly Family[];
  readonly routes: readonly Family[];
  /** The step itself takes nothing; only what its undo takes has to be put back. */
  readonly onlyByUndo: boolean;
}

export function whatGoesWith(act: InterfaceAct, was: Before): Loss {
  switch (act.op) {
    case 'setAdministrativeState':
      // A link that was down had addresses but no routes; IPv6 addresses go again when it goes down again.
      return { addresses: [6], routes: act.up ? [] : [4, 6], onlyByUndo: false };
    case 'setMtu': {
      const families: Family[] = [
        ...(act.mtu < IPV4_MIN_MTU && was.mtu >= IPV4_MIN_MTU ? [4 as const] : []),
        ...(losesIpv6(act.mtu, was.mtu) ? [6 as const] : []),
      ];
      return { addresses: families, routes: families, onlyByUndo: false };
    }
    case 'addAddress':
      return { addresses: [act.family], routes: [act.family], onlyByUndo: true };
    case 'removeAddress':
      return { addresses: [act.family], routes: [act.family], onlyByUndo: false };
  }
}

export function losesIpv6(mtu: number, was: number): boolean {
  return mtu < IPV6_MIN_MTU && was >= IPV6_MIN_MTU;
}

/** When IPv6 comes back to a link, it comes with the defaults. */
export async function restoreSettings({ kernel }: Parts, link: Link, was: InterfaceSettings): Promise<void> {
  const now = await kernel.ipv6Settings.read(link.name);
  const changed = Object.entries(was).filter(([name, value]) => now[name] !== undefined && now[name] !== value);
  await kernel.ipv6Settings.write(link.name, Object.fromEntries(changed));
}
interface Restoration {
  /** The interface and all routes when the undo began. */
  readonly link: Link;
  readonly routes: readonly Route[];
  readonly was: Before;
  readonly lost: Loss;
  /** What the step had brought, and the undo took away again. */
  readonly brought?: Address;
}

export async function restore(parts: Parts, { link, routes: first, was, lost, brought }: Restoration): Promise<void> {
  const { kernel, clock } = parts;
  let now = await linkAgain(parts, link);
  const taken = lost.onlyByUndo ? { addresses: [], routes: [] } : (was.taken ?? was);
  // What stood there until the undo goes with what it takes away, as the addresses that followed another one.
  const standing = aged(link, Math.floor((clock.now() - was.at) / 1000)).filter(
    address =>
      !(brought && sameAddress(address, brought)) &&
      (address.scope !== 'link' || was.addresses.some(each => sameAddress(each, address))),
  );
  const all = [...was.addresses, ...standing.filter(each => !was.addresses.some(one => sameAddress(one, each)))];
  const addresses = all.filter(
    address =>
      lost.addresses.includes(address.family) &&
      [...taken.addresses, ...standing].some(each => sameAddress(each, address)),
  );
  const gone = (): Address[] => addresses.filter(address => !now.addresses.some(each => sameAddress(each, address)));

  if (isUp(now) && was.up && was.carrier && gone().some(address => address.family === 6 && address.scope === 'link')) {
    await until(clock, LINK_LOCAL_WITHIN_MS, async () => {
      now = await linkAgain(parts, link);
      return !gone().some(address => address.family === 6 && address.scope === 'link');
    });
  }
  // What undoing made of itself: a link-local address where there was none.
  for (const address of now.addresses) {
    const isNew = !link.addresses.some(each => sameAddress(each, address));
    if (isNew && address.scope === 'link' && !was.addresses.some(each => sameAddress(each, address))) {
      await removeAddress(parts, now, address);
    }
  }
  await addAddresses(parts, now, { all, at: was.at }, gone());

  const routes = [
    ...was.routes.filter(route => [...taken.routes, ...first].some(each => sameRoute(each, route))),
    // The kernel makes its own again, for the addresses that are there.
    ...first.filter(
      route => isOf(route, link) && route.protocol !== 'kernel' && !was.routes.some(each => sameRoute(each, route)),
    ),
  ].filter(route => lost.routes.includes(route.family));
  const current = await kernel.routes();
  for (const route of current.filter(each => isOf(each, link) && lost.routes.includes(each.family))) {
    if (was.routes.some(each => sameRoute(each, route))) continue;
    // The kernel made it just now, for an address that had none.
    const isMade = route.protocol === 'kernel' && !first.some(each => sameRoute(each, route));
    if (isMade) await kernel.tell(['route', 'del', ...identifyingWords(route)]);
  }
  await addNexthops(kernel, was.nexthops);
  const left = await kernel.routes();
  const missing = routes.filter(route => !left.some(each => sameRoute(each, route)));
  if (missing.some(route => route.family === 6 && route.prefsrc !== undefined)) {
    await until(clock, USABLE_WITHIN_MS, async () => {
      const { addresses: present, flags } = await linkAgain(parts, link);
      // Without a carrier nobody answers, and nothing is checked.
      if (!flags.includes('LOWER_UP')) return true;
      return !present.some(each => each.family === 6 && each.flags.includes('tentative'));
    });
  }
  await addRoutes(kernel, missing, { there: left, elapsedMs: clock.now() - was.at });
}

/** The addresses of now with the lifetimes that they would have had then. */
function aged({ addresses }: Link, seconds: number): readonly Address[] {
  return addresses.map(address => ({
    ...address,
    ...(address.validFor === undefined ? {} : { validFor: address.validFor + seconds }),
    ...(address.preferredFor === undefined ? {} : { preferredFor: address.preferredFor + seconds }),
  }));
}

async function addAddresses(
  parts: Parts,
  now: Link,
  was: { readonly all: readonly Address[]; readonly at: number },
  gone: readonly Address[],
): Promise<void> {
  const { kernel, clock } = parts;
  const elapsed = Math.floor((clock.now() - was.at) / 1000);
  const again = gone.filter(address => !address.flags.includes('temporary'));
  // Another address of its network may have been promoted to be the first; it steps back behind the one it followed.
  const promoted = was.all.filter(
    address =>
      address.family === 4 &&
      address.flags.includes('secondary') &&
      now.addresses.some(each => sameAddress(each, address)) &&
      again.some(
        each =>
          each.family === 4 &&
          !each.flags.includes('secondary') &&
          sameNetwork(addressText(each), addressText(address)),
      ),
  );
  for (const address of promoted.toReversed()) await removeAddress(parts, now, address);
  const again4 = was.all.filter(
    address => address.family === 4 && (again.includes(address) || promoted.includes(address)),
  );
  // The kernel lists the youngest IPv6 address first.
  const again6 = again.filter(address => address.family === 6).toReversed();
  for (const address of [...again4, ...again6]) {
    if (address.validFor !== undefined && address.validFor <= elapsed) continue;
    await kernel.tell(['addr', 'add', ...addressWords(now, address, elapsed)]);
  }
}
export function removeAddress({ kernel }: Parts, link: Link, address: Address): Promise<void> {
  return kernel.tell(['addr', 'del', ...localWords(address), 'dev', link.name]);
}

async function linkAgain({ kernel }: Parts, { name, ifindex }: Link): Promise<Link> {
  return theLink(await kernel.links(), { dev: name, ifindex });
}
