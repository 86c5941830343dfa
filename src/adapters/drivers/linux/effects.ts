/**
 * What a step does to a Linux host, side effects included: what stood there before it, and how to put that back. A link
 * that goes down loses its IPv6 addresses and its routes; a small MTU takes IPv6 away; an address takes routes with it.
 */
import { AgentError, sentence } from '../../../core/errors.ts';
import { canonical, isObject, type Json, sameJson } from '../../../core/json.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Examination, Step } from '../../../ports/driver.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU, isRoute, itemText, readWantedRoute, type WantedRoute } from './abilities.ts';
import { canonicalAddress, cidrText, type Family, parseCidr, sameNetwork } from './address.ts';
import { routeItem } from './facts.ts';
import type { Kernel } from './kernel.ts';
import type { Address, Link, Nexthop, Route } from './reading.ts';
import type { InterfaceSettings } from './settings.ts';

/** A link that comes up makes its own link-local address once it has a carrier; later it is put back by hand. */
const LINK_LOCAL_WITHIN_MS = 1_500;
/** A new IPv6 address may be named as a source after its duplicate address detection: one probe, and a second. */
const USABLE_WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 25;

/** What stood on an interface before a step. Routes through it, and those that name one of its addresses as source. */
interface Before {
  readonly at: number;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** Where the step takes all of IPv6 away: what had been set for it. */
  readonly ipv6?: InterfaceSettings;
}

interface Parts {
  readonly kernel: Kernel;
  readonly clock: Clock;
}

type Act =
  | { readonly op: 'setAdministrativeState'; readonly dev: string; readonly ifindex: number; readonly up: boolean }
  | { readonly op: 'setMtu'; readonly dev: string; readonly ifindex: number; readonly mtu: number }
  | {
      readonly op: 'addAddress' | 'removeAddress';
      readonly dev: string;
      readonly ifindex: number;
      readonly address: string;
      readonly family: Family;
    }
  | { readonly op: 'addRoute'; readonly route: WantedRoute }
  | { readonly op: 'removeRoute'; readonly item: Json };

/** A step was written down as data; here it is read again. */
function readStep({ op, args }: Step): Act {
  if (op === 'addRoute') {
    const route = readWantedRoute(args.route);
    if (typeof route === 'string') throw new AgentError('invalid', route);
    return { op, route };
  }
  if (op === 'removeRoute' && isObject(args.route)) return { op, item: args.route };
  const { dev, ifindex } = args;
  if (typeof dev === 'string' && typeof ifindex === 'number') {
    if (op === 'setAdministrativeState' && (args.to === 'unlocked' || args.to === 'locked')) {
      return { op, dev, ifindex, up: args.to === 'unlocked' };
    }
    if (op === 'setMtu' && typeof args.mtu === 'number') return { op, dev, ifindex, mtu: args.mtu };
    if ((op === 'addAddress' || op === 'removeAddress') && typeof args.address === 'string') {
      const cidr = parseCidr(args.address, true);
      if (cidr) return { op, dev, ifindex, address: cidrText(cidr), family: cidr.family };
    }
  }
  throw new AgentError('invalid', `the linux driver does not know the step ${op} with ${canonical(args)}`);
}

export async function examine(parts: Parts, step: Step): Promise<Examination> {
  const { kernel, clock } = parts;
  const act = readStep(step);
  const links = await kernel.links();
  const routes = await kernel.routes();
  if (act.op === 'addRoute') {
    theInterface(links, act.route);
    const there = routes.some(route => isRoute(routeItem(route), act.route));
    // A route that is there is not this step's; its undo is to take away what was not there.
    return { already: there, before: routes.filter(route => isRoute(routeItem(route), act.route)) };
  }
  if (act.op === 'removeRoute') {
    const there = routes.filter(route => sameJson(routeItem(route), act.item));
    return { already: there.length === 0, before: there };
  }
  const link = theLink(links, act);
  const before: Before = {
    at: clock.now(),
    up: isUp(link),
    carrier: link.flags.includes('LOWER_UP'),
    mtu: link.mtu,
    addresses: link.addresses,
    routes: routes.filter(route => isOf(route, link)),
    ...(act.op === 'setMtu' && losesIpv6(act.mtu, link.mtu) ? { ipv6: await kernel.ipv6Settings.read(link.name) } : {}),
  };
  return { already: isDone(act, link), before: before as unknown as Json };
}

type InterfaceAct = Exclude<Act, { op: 'addRoute' } | { op: 'removeRoute' }>;

function isDone(act: InterfaceAct, link: Link): boolean {
  switch (act.op) {
    case 'setAdministrativeState':
      return isUp(link) === act.up;
    case 'setMtu':
      return link.mtu === act.mtu;
    case 'addAddress':
      return findAddress(link, act.address) !== undefined;
    case 'removeAddress':
      return findAddress(link, act.address) === undefined;
  }
}

export async function act(parts: Parts, step: Step): Promise<void> {
  const { kernel } = parts;
  const what = readStep(step);
  // A whole look first: `ip` remembers names, and a name may be another interface's by now.
  const links = await kernel.links();
  if (what.op === 'addRoute') {
    theInterface(links, what.route);
    return kernel.tell(['route', 'add', ...wantedRouteWords(what.route)]);
  }
  if (what.op === 'removeRoute') {
    const route = (await kernel.routes()).find(each => sameJson(routeItem(each), what.item));
    if (!route) throw new AgentError('moved', `the route ${itemText(what.item)} is not there any more`);
    return kernel.tell(['route', 'del', ...identifyingWords(route)]);
  }
  const link = theLink(links, what);
  switch (what.op) {
    case 'setAdministrativeState':
      return kernel.tell(['link', 'set', 'dev', link.name, what.up ? 'up' : 'down']);
    case 'setMtu':
      return kernel.tell(['link', 'set', 'dev', link.name, 'mtu', String(what.mtu)]);
    case 'addAddress':
      return kernel.tell(['addr', 'add', what.address, 'dev', link.name]);
    case 'removeAddress': {
      const address = findAddress(link, what.address);
      if (!address) throw new AgentError('moved', `${what.address} is not on ${link.name} any more`);
      return removeAddress(parts, link, address);
    }
  }
}

export async function undo(parts: Parts, step: Step, before: Json): Promise<void> {
  const { kernel } = parts;
  const what = readStep(step);
  const links = await kernel.links();
  const routes = await kernel.routes();
  if (what.op === 'addRoute') {
    const former = before as unknown as readonly Route[];
    for (const route of routes.filter(each => isRoute(routeItem(each), what.route))) {
      if (!former.some(each => sameRoute(each, route))) await kernel.tell(['route', 'del', ...identifyingWords(route)]);
    }
    return;
  }
  if (what.op === 'removeRoute') {
    const former = before as unknown as readonly Route[];
    const missing = former.filter(route => !routes.some(each => sameRoute(each, route)));
    return addRoutes(parts, missing, { there: routes, elapsedMs: 0 });
  }

  const link = theLink(links, what);
  const was = before as unknown as Before;
  switch (what.op) {
    case 'setAdministrativeState':
      if (isUp(link) !== was.up) await kernel.tell(['link', 'set', 'dev', link.name, was.up ? 'up' : 'down']);
      break;
    case 'setMtu':
      if (link.mtu !== was.mtu) await kernel.tell(['link', 'set', 'dev', link.name, 'mtu', String(was.mtu)]);
      if (was.ipv6) await restoreSettings(parts, link, was.ipv6);
      break;
    case 'addAddress': {
      const added = findAddress(link, what.address);
      if (added && !was.addresses.some(each => sameAddress(each, added))) await removeAddress(parts, link, added);
      break;
    }
    case 'removeAddress':
      break;
  }
  await restore(parts, { link, routes, was, lost: whatGoesWith(what, was) });
}

/** The families of which a step takes addresses and routes away beside its own effect. */
interface Loss {
  readonly addresses: readonly Family[];
  readonly routes: readonly Family[];
  /** The step itself takes nothing; only what its undo takes has to be put back. */
  readonly onlyByUndo: boolean;
}

function whatGoesWith(act: InterfaceAct, was: Before): Loss {
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

function losesIpv6(mtu: number, was: number): boolean {
  return mtu < IPV6_MIN_MTU && was >= IPV6_MIN_MTU;
}

/** When IPv6 comes back to a link, it comes with the defaults. */
async function restoreSettings({ kernel }: Parts, link: Link, was: InterfaceSettings): Promise<void> {
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
}

async function restore(parts: Parts, { link, routes: first, was, lost }: Restoration): Promise<void> {
  const { kernel, clock } = parts;
  let now = await linkAgain(parts, link);
  const addresses = was.addresses.filter(
    address =>
      lost.addresses.includes(address.family) &&
      (!lost.onlyByUndo || link.addresses.some(each => sameAddress(each, address))),
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
  await addAddresses(parts, now, was, gone());

  const routes = was.routes.filter(
    route => lost.routes.includes(route.family) && (!lost.onlyByUndo || first.some(each => sameRoute(each, route))),
  );
  const current = await kernel.routes();
  for (const route of current.filter(each => isOf(each, link) && lost.routes.includes(each.family))) {
    if (was.routes.some(each => sameRoute(each, route))) continue;
    // The kernel made it just now, for an address that had none.
    const isMade = route.protocol === 'kernel' && !first.some(each => sameRoute(each, route));
    if (isMade) await kernel.tell(['route', 'del', ...identifyingWords(route)]);
  }
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
  await addRoutes(parts, missing, { there: left, elapsedMs: clock.now() - was.at });
}

async function addAddresses(parts: Parts, now: Link, was: Before, gone: readonly Address[]): Promise<void> {
  const { kernel, clock } = parts;
  const elapsed = Math.floor((clock.now() - was.at) / 1000);
  const again = gone.filter(address => !address.flags.includes('temporary'));
  // Another address of its network may have been promoted to be the first; it steps back behind the one it followed.
  const promoted = was.addresses.filter(
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
  const again4 = was.addresses.filter(
    address => address.family === 4 && (again.includes(address) || promoted.includes(address)),
  );
  // The kernel lists the youngest IPv6 address first.
  const again6 = again.filter(address => address.family === 6).toReversed();
  for (const address of [...again4, ...again6]) {
    if (address.validFor !== undefined && address.validFor <= elapsed) continue;
    await kernel.tell(['addr', 'add', ...addressWords(now, address, elapsed)]);
  }
}

/** Adds routes in the order in which the kernel takes them: a gateway has to be reachable by another route. */
async function addRoutes(
  { kernel }: Parts,
  routes: readonly Route[],
  { there, elapsedMs }: { readonly there: readonly Route[]; readonly elapsedMs: number },
): Promise<void> {
  const elapsed = Math.floor(elapsedMs / 1000);
  let waiting = routes
    .filter(route => route.expires === undefined || route.expires > elapsed)
    .toSorted((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  let refusal = '';
  for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
    before = waiting.length;
    const refused: Route[] = [];
    for (const route of waiting) {
      try {
        if (route.beyond) throw new AgentError('refused', `its ${route.beyond.join(' and ')} cannot be told to ip`);
        const verb = there.some(each => isRestOf(each, route)) ? 'replace' : 'add';
        await kernel.tell(['route', verb, ...routeWords(route, elapsed)]);
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'refused') throw error;
        refusal = sentence(error);
        refused.push(route);
      }
    }
    waiting = refused;
  }
  if (waiting.length === 0) return;
  const names = waiting.map(route => itemText(routeItem(route))).join(', ');
  throw new AgentError('refused', `these routes could not be put back: ${names}; ${refusal}`);
}

function removeAddress({ kernel }: Parts, link: Link, address: Address): Promise<void> {
  return kernel.tell(['addr', 'del', ...localWords(address), 'dev', link.name]);
}

function localWords({ local, length, peer }: Address): string[] {
  return peer === undefined ? [`${local}/${length}`] : [local, 'peer', `${peer}/${length}`];
}

/** Flags of an address that somebody chose; the others the kernel finds out. */
const chosenFlags = ['nodad', 'home', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'optimistic'];

function addressWords(link: Link, address: Address, elapsed: number): string[] {
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

function wantedRouteWords(route: WantedRoute): string[] {
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
function identifyingWords(route: Route): string[] {
  return [
    route.type,
    route.destination,
    ...(route.source === undefined ? [] : ['from', route.source]),
    ...(route.tos === undefined ? [] : ['tos', route.tos]),
    ...wayWords(route),
    'table',
    route.table,
    'proto',
    route.protocol,
    ...(route.family === 4 ? ['scope', route.scope] : []),
    ...(route.metric === undefined ? [] : ['metric', String(route.metric)]),
    ...(route.prefsrc === undefined ? [] : ['src', route.prefsrc]),
    ...nexthopWords(route),
  ];
}

function routeWords(route: Route, elapsed: number): string[] {
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

function hasGateway({ gateway, nexthops }: Route): boolean {
  return gateway !== undefined || nexthops?.some(hop => hop.gateway !== undefined) === true;
}

/** Whether a route goes with this interface: through it, or from one of its addresses. The kernel's own `local` table follows the addresses by itself. */
function isOf(route: Route, link: Link): boolean {
  if (route.table === 'local' && route.protocol === 'kernel') return false;
  if (route.interface === link.name || route.nexthops?.some(hop => hop.interface === link.name)) return true;
  return route.prefsrc !== undefined && link.addresses.some(address => address.local === route.prefsrc);
}

/** Of an IPv6 route by several ways, or with a source address, the kernel leaves what was not lost. */
function isRestOf(rest: Route, route: Route): boolean {
  const same = (['family', 'type', 'table', 'destination', 'source', 'metric'] as const).every(
    name => rest[name] === route[name],
  );
  const ways = waysOf(route);
  return same && route.family === 6 && [...waysOf(rest)].every(way => ways.has(way));
}

function waysOf(route: Route): Set<string> {
  return new Set((route.nexthops ?? [route]).map(hop => `${hop.gateway} ${hop.interface}`));
}

function sameRoute(a: Route, b: Route): boolean {
  const { expires: _, ...one } = a;
  const { expires: __, ...other } = b;
  return sameJson(one as Json, other as Json);
}

function sameAddress(a: Address, b: Address): boolean {
  return a.local === b.local && a.length === b.length && a.peer === b.peer;
}

function addressText({ local, length }: Address): string {
  return `${local}/${length}`;
}

function findAddress(link: Link, address: string): Address | undefined {
  return link.addresses.find(each => `${canonicalAddress(each.local)}/${each.length}` === address);
}

function isUp(link: Link): boolean {
  return link.flags.includes('UP');
}

function theLink(links: readonly Link[], { dev, ifindex }: { dev: string; ifindex: number }): Link {
  const link = links.find(each => each.ifindex === ifindex);
  if (!link) throw new AgentError('moved', `the interface ${dev} (index ${ifindex}) is not there any more`);
  if (link.name !== dev) throw new AgentError('moved', `the interface ${dev} is called ${link.name} now`);
  return link;
}

function theInterface(links: readonly Link[], route: WantedRoute): void {
  if (route.interface === undefined || links.some(link => link.name === route.interface)) return;
  throw new AgentError('moved', `there is no interface ${route.interface} for the route to ${route.destination}`);
}

async function linkAgain({ kernel }: Parts, { name, ifindex }: Link): Promise<Link> {
  return theLink(await kernel.links(), { dev: name, ifindex });
}

/** Looks now and then until it is so, at most this long; what is not so by then is dealt with by the caller. */
async function until(clock: Clock, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  let late = false;
  const noDeadline = clock.after(withinMs, () => {
    late = true;
  });
  while (!(await isSo()) && !late) await new Promise<void>(resolve => void clock.after(LOOK_EVERY_MS, resolve));
  noDeadline();
}
