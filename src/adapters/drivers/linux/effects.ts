/**
 * What a step does to a Linux host, side effects included: what stood there before it, and how to put that back. A link
 * that goes down loses its IPv6 addresses and its routes; a small MTU takes IPv6 away; an address takes routes with it.
 */
import { AgentError } from '../../../core/errors.ts';
import { type Json, sameJson } from '../../../core/json.ts';
import type { Examination, Step } from '../../../ports/driver.ts';
import { routeItem } from './facts.ts';
import { nexthopsOf } from './nexthops.ts';
import { addRoutes } from './put-routes.ts';
import type { Link, Route } from './reading.ts';
import {
  type Before,
  losesIpv6,
  type Parts,
  removeAddress,
  restore,
  restoreSettings,
  whatGoesWith,
} from './restore.ts';
import { isOf, sameAddress, sameRoute } from './same.ts';
import { withSaved } from './saved-routes.ts';
import { settled } from './settled.ts';
import { findAddress, type InterfaceAct, isUp, readStep, theInterface, theLink } from './step.ts';
import { isRoute, itemText } from './wanted-route.ts';
import { identifyingWords, wantedRouteWords } from './words.ts';

export async function examine(parts: Parts, step: Step): Promise<Examination> {
  const { kernel, clock } = parts;
  const act = readStep(step);
  const links = await kernel.links();
  const routes = await kernel.routes();
  if (act.op === 'addRoute') {
    theInterface(links, act.route);
    const there = routes.some(route => isRoute(routeItem(route), act.route));
    // A route that is there is not this step's; its undo is to take away what was not there.
    return { already: there, before: asBefore(routes.filter(route => isRoute(routeItem(route), act.route))) };
  }
  if (act.op === 'removeRoute') {
    const there = routes.filter(route => sameJson(routeItem(route), act.item));
    return { already: there.length === 0, before: asBefore(await withSaved(kernel, there)) };
  }
  const link = theLink(links, act);
  // With the carrier of a link go the nexthop objects of those that hang on it.
  const others = act.op === 'setAdministrativeState' ? hangingOn(links, link) : [];
  const before: Before = {
    at: clock.now(),
    up: isUp(link),
    carrier: link.flags.includes('LOWER_UP'),
    mtu: link.mtu,
    addresses: link.addresses,
    routes: await withSaved(
      kernel,
      routes.filter(route => isOf(route, link) || (route.nexthopId !== undefined && isOfAny(route, others))),
    ),
    nexthops: act.op === 'addAddress' ? [] : nexthopsOf(await kernel.nexthops(), [link.name, ...others]),
    ...(act.op === 'setMtu' && losesIpv6(act.mtu, link.mtu) ? { ipv6: await kernel.ipv6Settings.read(link.name) } : {}),
  };
  return { already: isDone(act, link), before: asBefore(before) };
}

/** Plain data all through, which a type of named properties does not say. */
function asBefore(before: Before | readonly Route[]): Json {
  return before as unknown as Json;
}

function hangingOn(links: readonly Link[], link: Link): string[] {
  return links
    .filter(each => each.link === link.name || each.name === link.master || each.name === link.link)
    .map(each => each.name);
}

function isOfAny({ interface: dev, nexthops }: Route, names: readonly string[]): boolean {
  const ways = nexthops ?? [{ interface: dev }];
  return ways.some(each => each.interface !== undefined && names.includes(each.interface));
}

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
      await kernel.tell(['link', 'set', 'dev', link.name, what.up ? 'up' : 'down']);
      return settled(parts, link);
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

/** What was gone right after a step. */
export async function narrow({ kernel }: Parts, step: Step, before: Json): Promise<Json> {
  const what = readStep(step);
  if (what.op === 'addRoute' || what.op === 'removeRoute') return before;
  const was = before as unknown as Before;
  const link = theLink(await kernel.links(), what);
  const routes = await kernel.routes();
  return asBefore({
    ...was,
    taken: {
      addresses: was.addresses.filter(each => !link.addresses.some(one => sameAddress(one, each))),
      routes: was.routes.filter(each => !routes.some(one => sameRoute(one, each))),
    },
  });
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
    return addRoutes(kernel, missing, { there: routes, elapsedMs: 0 });
  }

  const link = theLink(links, what);
  const was = before as unknown as Before;
  switch (what.op) {
    case 'setAdministrativeState':
      if (isUp(link) !== was.up) await kernel.tell(['link', 'set', 'dev', link.name, was.up ? 'up' : 'down']);
      if (was.nexthops.length > 0) await settled(parts, link);
      break;
    case 'setMtu':
      if (link.mtu !== was.mtu) await kernel.tell(['link', 'set', 'dev', link.name, 'mtu', String(was.mtu)]);
      if (was.ipv6) await restoreSettings(parts, link, was.ipv6);
      break;
    case 'addAddress': {
      const added = findAddress(link, what.address);
      if (!added || was.addresses.some(each => sameAddress(each, added))) break;
      await removeAddress(parts, link, added);
      return restore(parts, { link, routes, was, lost: whatGoesWith(what, was), brought: added });
    }
    case 'removeAddress':
      break;
  }
  await restore(parts, { link, routes, was, lost: whatGoesWith(what, was) });
}
