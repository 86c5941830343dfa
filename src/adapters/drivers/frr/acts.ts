/** A step was written down as data; here it is read again, and every word of it checked. Pure. */
import { AgentError } from '../../../core/errors.ts';
import { canonical, isObject, type JsonObject } from '../../../core/json.ts';
import type { Step } from '../../../ports/driver.ts';
import { canonicalAddress } from './address.ts';
import {
  isDescription,
  isSettable,
  isWord,
  readWantedAsNumber,
  readWantedNeighbor,
  readWantedNetwork,
  readWantedRoute,
  type SettableFamily,
  type WantedNeighbor,
  type WantedNetwork,
  type WantedRoute,
} from './wanted.ts';

interface OfRouter {
  readonly vrf: string;
  readonly asNumber: number;
}

interface OfNeighbor extends OfRouter {
  readonly address: string;
}

export type NeighborAct =
  | (OfNeighbor & { readonly op: 'removeNeighbor' })
  | (OfNeighbor & { readonly op: 'setRemoteAs'; readonly remoteAs: number | string })
  | (OfNeighbor & { readonly op: 'setDescription'; readonly description?: string })
  | (OfNeighbor & { readonly op: 'setShutdown'; readonly shutdown: boolean })
  | (OfNeighbor & { readonly op: 'activateFamily' | 'deactivateFamily'; readonly family: SettableFamily });

export type RouteAct =
  | { readonly op: 'addStaticRoute'; readonly vrf: string; readonly route: WantedRoute }
  /** As it was seen. */
  | { readonly op: 'removeStaticRoute'; readonly vrf: string; readonly item: JsonObject };

export type BgpAct =
  | NeighborAct
  | (OfNeighbor & { readonly op: 'addNeighbor'; readonly neighbor: WantedNeighbor })
  | (OfRouter & { readonly op: 'removeBgpRouter' })
  | (OfRouter & { readonly op: 'makeBgpRouter'; readonly routerId?: string })
  | (OfRouter & { readonly op: 'setRouterId'; readonly routerId: string })
  | (OfRouter & { readonly op: 'addNetwork'; readonly network: WantedNetwork })
  /** As it was seen. */
  | (OfRouter & { readonly op: 'removeNetwork'; readonly item: JsonObject });

export type Act = BgpAct | RouteAct;

export function readStep({ op, args }: Step): Act {
  const act = isWord(args.vrf) ? (readRouteAct(op, args.vrf, args) ?? readBgpAct(op, args.vrf, args)) : undefined;
  if (!act) throw new AgentError('invalid', `the frr driver does not know the step ${op} with ${canonical(args)}`);
  return act;
}

export function isRouteAct(act: Act): act is RouteAct {
  return act.op === 'addStaticRoute' || act.op === 'removeStaticRoute';
}

function readRouteAct(op: string, vrf: string, { route }: JsonObject): RouteAct | undefined {
  if (op === 'removeStaticRoute' && isObject(route)) return { op, vrf, item: route };
  if (op !== 'addStaticRoute' || route === undefined) return undefined;
  const read = readWantedRoute(route);
  return typeof read === 'string' ? undefined : { op, vrf, route: read };
}

function readBgpAct(op: string, vrf: string, args: JsonObject): BgpAct | undefined {
  const asNumber = readWantedAsNumber(args.asNumber);
  if (asNumber === undefined) return undefined;
  const router = { vrf, asNumber };
  const { routerId, neighbor, network } = args;
  const isId = typeof routerId === 'string' && !routerId.includes(':') && canonicalAddress(routerId) === routerId;
  if (op === 'removeBgpRouter') return { op, ...router };
  if (op === 'makeBgpRouter' && (isId || routerId === undefined))
    return { op, ...router, ...(isId ? { routerId } : {}) };
  if (op === 'setRouterId' && isId) return { op, ...router, routerId };
  if (op === 'removeNetwork' && isObject(network)) return { op, ...router, item: network };
  if (op === 'addNetwork' && network !== undefined) {
    const read = readWantedNetwork(network);
    return typeof read === 'string' ? undefined : { op, ...router, network: read };
  }
  if (op === 'addNeighbor' && neighbor !== undefined) {
    const read = readWantedNeighbor(neighbor);
    if (typeof read !== 'string' && !read.addressFamily?.every(isSettable)) return undefined;
    return typeof read === 'string' ? undefined : { op, ...router, address: read.address, neighbor: read };
  }
  const named = readWantedNeighbor({ address: args.address ?? null });
  return typeof named === 'string' ? undefined : readNeighborAct(op, { ...router, address: named.address }, args);
}

function readNeighborAct(op: string, named: OfNeighbor, args: JsonObject): NeighborAct | undefined {
  const { description, shutdown, family } = args;
  if (op === 'removeNeighbor') return { op, ...named };
  if (op === 'setShutdown' && typeof shutdown === 'boolean') return { op, ...named, shutdown };
  if (op === 'setDescription' && description === undefined) return { op, ...named };
  if (op === 'setDescription' && isDescription(description)) return { op, ...named, description };
  if ((op === 'activateFamily' || op === 'deactivateFamily') && typeof family === 'string' && isSettable(family)) {
    return { op, ...named, family };
  }
  const wanted = readWantedNeighbor({ address: named.address, remoteAs: args.remoteAs ?? null });
  if (op !== 'setRemoteAs' || typeof wanted === 'string' || wanted.remoteAs === undefined) return undefined;
  return { op, ...named, remoteAs: wanted.remoteAs };
}
