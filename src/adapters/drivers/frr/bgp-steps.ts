/** The steps for a BGP router itself and for its networks. Pure. */
import type { Steps } from '../../../core/ability.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { harmless, type Need, type TaskStep } from '../../../core/task.ts';
import { canonicalAddress } from './address.ts';
import { bgpKind } from './facts.ts';
import { itemsAt, paths, textAt, valueAt } from './paths.ts';
import { isWord, readWantedAsNumber, readWantedNetwork, text } from './wanted.ts';

/** What is made comes before what needs it, what is taken away before what replaces it; sessions begin last. */
export const order = {
  make: 10,
  routerId: 20,
  removeNetwork: 30,
  removeNeighbor: 40,
  network: 60,
  neighbor: 70,
  change: 80,
  unlock: 85,
  remove: 90,
};

/** A session that has to begin anew takes about this long until its routes are back. */
export const RESET_MS = 10_000;

/** Names a BGP router towards FRR. */
export type Router = { readonly vrf: string; readonly asNumber: number };

export function routerOf(actual: JsonObject): Router | string {
  const vrf = property(actual, 'name');
  const asNumber = readWantedAsNumber(valueAt(actual, paths.asNumber));
  if (!isWord(vrf) || asNumber === undefined) return 'the BGP router is not there now';
  return { vrf, asNumber };
}

export function makeSteps(name: string, wanted: Json): Steps {
  if (!isWord(name))
    return `${text(name)} is not the name of a VRF; a BGP router is called by its VRF, such as default`;
  const document = isObject(wanted) ? wanted : {};
  const written = valueAt(document, paths.asNumber);
  const asNumber = readWantedAsNumber(written);
  if (asNumber === undefined) {
    return written === undefined
      ? `the BGP router ${name} is not there, and cannot be made without an asNumber: expect one`
      : `${text(written)} is not an AS number`;
  }
  const id = valueAt(document, paths.routerId);
  const routerId = typeof id === 'string' ? canonicalAddress(id) : undefined;
  if (id !== undefined && (routerId === undefined || routerId.includes(':'))) {
    return `a router id is written like 192.0.2.1, not ${text(id)}`;
  }
  return [
    {
      op: 'makeBgpRouter',
      args: { vrf: name, asNumber, ...(routerId === undefined ? {} : { routerId }) },
      summary: `make the BGP router ${name} of AS ${asNumber}`,
      order: order.make,
      cost: harmless,
    },
  ];
}

export function removeSteps(router: Router, actual: JsonObject): Steps {
  const neighbors = itemsAt(actual, paths.neighbor);
  return [
    {
      op: 'removeBgpRouter',
      args: router,
      summary: `take away the BGP router ${router.vrf} of AS ${router.asNumber}`,
      sideEffects: [`${neighbors.length} neighbors and ${itemsAt(actual, paths.network).length} networks go with it`],
      order: order.remove,
      removes: true,
      needs: [standing(router)],
      cost: {
        blastRadius: 1 + neighbors.length,
        downtimeMs: RESET_MS,
        reversible: !neighbors.some(each => each.hasPassword === true),
      },
    },
  ];
}

export function routerIdStep(router: Router, routerId: string, actual: JsonObject): TaskStep {
  const sessions = itemsAt(actual, paths.session);
  return {
    op: 'setRouterId',
    args: { ...router, routerId },
    summary: `set the router id of the BGP router ${router.vrf} to ${routerId}`,
    ...(sessions.length === 0 ? {} : { sideEffects: ['every session begins anew'] }),
    order: order.routerId,
    needs: [standing(router)],
    cost:
      sessions.length === 0 ? harmless : { blastRadius: 1 + sessions.length, downtimeMs: RESET_MS, reversible: true },
  };
}

export function networkSteps(router: Router, actual: JsonObject, wanted: Json | undefined): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the networks of a BGP router are a list, not ${text(wanted)}`;
  const have = new Map(itemsAt(actual, paths.network).map(each => [textAt(each, 'prefix'), each]));
  const kept = new Set<string>();
  const steps: TaskStep[] = [];
  for (const item of list) {
    const same = have.get(textAt(item, 'prefix'));
    if (same && sameJson(same, item)) {
      kept.add(textAt(item, 'prefix'));
      continue;
    }
    const network = readWantedNetwork(item);
    if (typeof network === 'string') return network;
    if (kept.has(network.prefix)) return `the network ${network.prefix} is wanted twice`;
    kept.add(network.prefix);
    const there = have.get(network.prefix);
    if (there && sameJson(there, network)) continue;
    if (there?.options !== undefined)
      return `the network ${network.prefix} has options that would be lost: ${text(there.options)}`;
    const by = network.routeMap === undefined ? '' : ` by the route map ${network.routeMap}`;
    steps.push({
      op: 'addNetwork',
      args: { ...router, network },
      summary: `announce ${network.prefix}${by} from the BGP router ${router.vrf}`,
      order: order.network,
      needs: [standing(router)],
      cost: harmless,
    });
  }
  for (const [prefix, network] of have) {
    if (kept.has(prefix)) continue;
    steps.push({
      op: 'removeNetwork',
      // As it was seen, every word of it, so that no other is meant.
      args: { ...router, network },
      summary: `no longer announce ${prefix} from the BGP router ${router.vrf}`,
      sideEffects: [`others lose their way to ${prefix} by this router`],
      order: order.removeNetwork,
      removes: true,
      needs: [standing(router)],
      cost: { blastRadius: 1 + itemsAt(actual, paths.session).length, downtimeMs: RESET_MS, reversible: true },
    });
  }
  return steps.sort((a, b) => a.order - b.order);
}

export function standing({ vrf, asNumber }: Router): Need {
  return {
    of: { kind: bgpKind, name: vrf },
    path: paths.asNumber,
    expect: asNumber,
    because: `the BGP router ${vrf} runs as AS ${asNumber}`,
  };
}
