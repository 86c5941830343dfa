/** The routes of a host. */
import type { Steps } from '../../../../core/ability.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../../core/json.ts';
import type { Named, Need } from '../../../../core/task.ts';
import { type Cidr, cidrText, fullLength, networkOf, parseCidr } from '../address.ts';
import { hostKind } from '../facts.ts';
import { waysTo } from '../foresight/routes.ts';
import { readRouteItem } from '../foresight/world.ts';
import { isRoute, itemText, readWantedRoute, text, type WantedRoute } from '../wanted-route.ts';
import { characteristicOf, cost, managedSentence, needsInterface, order, untilRestart } from './common.ts';

const routePath = '/resourceCharacteristic/route/value';
/** Set by whoever hands out addresses, again and again. */
const handedOut: ReadonlySet<unknown> = new Set(['dhcp', 'ra']);

export function routeSteps(actual: JsonObject, wanted: Json | undefined, takeOver: ReadonlySet<string>): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the routes of a host are a list, not ${text(wanted)}`;
  const actuals = characteristicOf(actual, 'route');
  const have = isArray(actuals) ? actuals : [];
  const kept = new Set<Json>();
  const added: WantedRoute[] = [];
  for (const item of list) {
    const route = readWantedRoute(item);
    const there =
      have.find(each => !kept.has(each) && sameJson(each, item)) ??
      have.find(each => !kept.has(each) && typeof route !== 'string' && isRoute(each, route));
    if (there !== undefined) kept.add(there);
    else if (typeof route === 'string') return route;
    else added.push(route);
  }

  const removed = have.filter(item => !kept.has(item));
  const own = removed.find(item => property(item, 'protocol') === 'kernel');
  if (own) return `the route to ${text(property(own, 'destination'))} is the kernel's own: it goes with its address`;
  const others = othersOf(actual, [...removed, ...added], have, takeOver);
  if (others !== undefined) return others;
  const host = { kind: hostKind, name: String(property(actual, 'name') ?? '') };
  return [
    ...removed.map(item => ({
      op: 'removeRoute',
      // As it was seen, every word of it, so that no other route is meant.
      args: { route: item },
      summary: `remove the route ${itemText(item)}`,
      order: order.removeRoute,
      needs: [needsRoute(host, item)],
      cost: cost(1),
      removes: true,
      ...untilRestart,
    })),
    ...added.map(route => ({
      op: 'addRoute',
      args: { route },
      summary: `add the route ${itemText(route)}`,
      order: order.addRoute,
      ...withNeeds([...needsWay(host, route)]),
      cost: cost(0),
      ...untilRestart,
    })),
  ];
}

function withNeeds(needs: readonly Need[]): { readonly needs?: readonly Need[] } {
  return needs.length > 0 ? { needs } : {};
}

/** Who else sets such a route, or manages the interface by which it goes, as a sentence. */
function othersOf(
  actual: JsonObject,
  routes: readonly Json[],
  have: readonly Json[],
  takeOver: ReadonlySet<string>,
): string | undefined {
  const managed = characteristicOf(actual, 'managedInterface');
  for (const route of routes) {
    const protocol = property(route, 'protocol');
    for (const dev of waysOf(route, have)) {
      if (takeOver.has(dev)) continue;
      const by = isObject(managed) ? managed[dev] : undefined;
      if (typeof by === 'string') return managedSentence(dev, by);
      if (handedOut.has(protocol)) {
        const from = protocol === 'dhcp' ? 'a DHCP client' : 'router advertisements';
        return `the route ${itemText(route)} is set by ${from}; say linux.takeOver=${dev} (setting) to act on it all the same`;
      }
    }
  }
  return undefined;
}

function waysOf(route: Json, have: readonly Json[]): readonly string[] {
  const [dev, gateway] = [property(route, 'interface'), property(route, 'gateway')];
  if (typeof dev === 'string') return dev.split(',');
  const target = typeof gateway === 'string' ? parseCidr(gateway, false) : undefined;
  return target
    ? waysTo(have.flatMap(readRouteItem), target)
        .slice(0, 1)
        .flatMap(each => each.interface ?? [])
    : [];
}

function needsRoute(of: Named, item: Json): Need {
  return { of, path: routePath, expect: { $contains: [item] }, because: `there is the route ${itemText(item)}` };
}

/** The kernel takes a route only by a link that is up, and by a gateway that another route reaches. */
function* needsWay(host: Named, route: WantedRoute): Generator<Need> {
  const { gateway, interface: dev, type } = route;
  if (type !== undefined) return;
  if (dev !== undefined) {
    yield needsInterface(dev, '/administrativeState', 'unlocked', `a route goes only by an interface that is unlocked`);
  }
  const target = gateway === undefined ? undefined : parseCidr(gateway, false);
  if (!target || isLinkLocal(target)) return;
  const expect = {
    $contains: [
      {
        table: 'main',
        destination: { $anyOf: prefixesOf(target) },
        // By itself, not by a further gateway.
        gateway: { $absent: true },
        ...(dev === undefined ? {} : { interface: dev }),
      },
    ],
  };
  yield { of: host, path: routePath, expect, because: `a route reaches the gateway ${gateway}` };
}

function isLinkLocal({ address }: Cidr): boolean {
  return /^fe[89ab]/.test(address);
}

/** Every prefix that an address lies in, but the default route: of IPv6 those that links are given. */
function prefixesOf(target: Cidr): string[] {
  const longest = fullLength(target.family);
  const lengths =
    target.family === 4
      ? Array.from({ length: longest }, (_, i) => longest - i)
      : [128, 127, 126, 124, 120, 112, 96, 80, 64, 60, 56, 52, 48, 32];
  return lengths.map(length => cidrText(networkOf({ ...target, length })));
}
