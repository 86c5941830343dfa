/** The steps for the static routes of a VRF. Pure. */
import type { Steps } from '../../../core/ability.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { harmless, type TaskStep } from '../../../core/task.ts';
import { itemsAt, paths } from './paths.ts';
import { isWord, readWantedRoute, text, type WantedRoute } from './wanted.ts';

/** The new way first, so that there is always one. */
const order = { add: 50, remove: 55 };
/** Until what is sent that way finds another, if there is any. */
const GONE_MS = 10_000;

export function staticSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the static routes of a VRF are a list, not ${text(wanted)}`;
  const vrf = property(actual, 'name');
  if (!isWord(vrf)) return 'the VRF is not there now';
  const have = itemsAt(actual, paths.staticRoute);
  const kept = new Set<JsonObject>();
  const added: WantedRoute[] = [];
  for (const item of list) {
    const same = have.find(each => !kept.has(each) && sameJson(each, item));
    const route = same ? undefined : readWantedRoute(item);
    if (typeof route === 'string') return route;
    const there = same ?? have.find(each => !kept.has(each) && route !== undefined && sameJson(each, route));
    if (there) kept.add(there);
    else if (route) added.push(route);
  }
  const replaced = (item: JsonObject): boolean => added.some(route => takesPlaceOf(route, item));
  const removed = have.filter(item => !kept.has(item) && !replaced(item));
  return [
    ...added.map(
      (route): TaskStep => ({
        op: 'addStaticRoute',
        args: { vrf, route },
        summary: `add the static route ${routeWords(route)}${inVrf(vrf)}`,
        order: order.add,
        cost: harmless,
      }),
    ),
    ...removed.map(
      (route): TaskStep => ({
        op: 'removeStaticRoute',
        // As it was seen, every word of it, so that no other is meant.
        args: { vrf, route },
        summary: `remove the static route ${routeWords(route)}${inVrf(vrf)}`,
        order: order.remove,
        removes: true,
        cost: { blastRadius: 1, downtimeMs: GONE_MS, reversible: true },
      }),
    ),
  ];
}

/** FRR keeps one tag for each way: the same way with another tag is that one changed. */
export function takesPlaceOf(route: WantedRoute, item: JsonObject): boolean {
  return (
    item.options === undefined &&
    (['prefix', 'nexthop', 'interface', 'distance'] as const).every(name => route[name] === item[name])
  );
}

export function routeWords(route: WantedRoute | JsonObject): string {
  const by = route.interface === undefined ? '' : ` dev ${route.interface}`;
  const distance = route.distance === 1 || route.distance === undefined ? '' : ` distance ${route.distance}`;
  const tag = route.tag === undefined ? '' : ` tag ${route.tag}`;
  return `to ${route.prefix} via ${route.nexthop}${by}${distance}${tag}`;
}

function inVrf(vrf: string): string {
  return vrf === 'default' ? '' : ` in VRF ${vrf}`;
}
