/** What a step will move on an FRR, side effects included. What two routers agree on, nobody can know. Pure. */
import { isArray, isObject, type Json, type JsonObject, property } from '../../../core/json.ts';
import type { Effect, Scene } from '../../../core/prediction.ts';
import type { Named, TaskStep } from '../../../core/task.ts';
import { bgpKind, characteristics, staticKind } from './facts.ts';
import { itemPath, itemsAt, paths, routeKey, textAt } from './paths.ts';

const OTHER_SIDE = 'whether the session comes up, both sides decide';
const POLICY = 'the routing table and the policies decide what is announced';
const WORDS = 'FRR says why a session is not up as long as it is not';
const NEXT_HOP = 'whether its next hop is reached, and which route is preferred, the routing table decides';

/** All that a step moves; of things that follow from other routers, what may move. */
export function predict(step: TaskStep, scene: Scene): readonly Effect[] {
  const { op, args } = step;
  const vrf = textAt(args, 'vrf');
  if (op === 'addStaticRoute' || op === 'removeStaticRoute') return routeEffects(op, vrf, args, scene);
  const of: Named = { kind: bgpKind, name: vrf };
  const before = scene.named(of)?.document;
  const address = textAt(args, 'address');
  const neighbor = itemPath(paths.neighbor, address);
  switch (op) {
    case 'makeBgpRouter':
      return made(of, args);
    case 'removeBgpRouter':
      return [{ of, path: '' }, ...learned(vrf, scene)];
    case 'setRouterId':
      return [
        { of, path: paths.routerId, value: args.routerId ?? null },
        ...itemsAt(before, paths.session).flatMap(each => restarted(of, before, textAt(each, 'address'))),
        ...learned(vrf, scene),
      ];
    case 'addNeighbor':
      return added(of, before, args);
    case 'removeNeighbor':
      return [
        { of, path: neighbor },
        { of, path: itemPath(paths.session, address) },
        ...withdrawn(of, before, address),
        ...learned(vrf, scene),
      ];
    case 'setRemoteAs':
      return [
        { of, path: `${neighbor}/remoteAs`, value: args.remoteAs ?? null },
        ...restarted(of, before, address),
        ...learned(vrf, scene),
      ];
    case 'setDescription':
      return [
        { of, path: `${neighbor}/description`, ...(args.description === undefined ? {} : { value: args.description }) },
      ];
    case 'activateFamily':
    case 'deactivateFamily':
      return [
        { of, path: `${neighbor}/addressFamily`, value: families(before, address, op, textAt(args, 'family')) },
        ...restarted(of, before, address),
        ...learned(vrf, scene),
      ];
    case 'setShutdown':
      return [
        { of, path: `${neighbor}/shutdown`, value: args.shutdown === true },
        ...shut(of, before, args),
        ...learned(vrf, scene),
      ];
    case 'addNetwork':
      return announced(of, before, args.network);
    case 'removeNetwork': {
      const prefix = textAt(args.network, 'prefix');
      return [
        { of, path: itemPath(paths.network, prefix) },
        { of, path: itemPath(paths.announced, prefix) },
      ];
    }
    default:
      return [];
  }
}

function made(of: Named, { asNumber, routerId }: JsonObject): readonly Effect[] {
  const value = {
    '@type': 'LogicalResource',
    name: of.name,
    operationalState: 'enabled',
    resourceCharacteristic: characteristics({
      asNumber: asNumber ?? null,
      routerId,
      neighbor: [],
      session: [],
      network: [],
      announced: [],
    }),
  };
  const whole: Effect = { of, path: '', value };
  if (routerId !== undefined) return [whole];
  return [
    whole,
    { of, path: '/resourceCharacteristic/routerId', unsure: 'FRR chooses a router id from its addresses' },
  ];
}

function added(of: Named, before: JsonObject | undefined, { neighbor }: JsonObject): readonly Effect[] {
  const address = textAt(neighbor, 'address');
  const isShut = property(neighbor, 'shutdown') === true;
  const path = itemPath(paths.session, address);
  return [
    { of, path: itemPath(paths.neighbor, address), value: neighbor ?? null },
    { of, path: `${path}/address`, value: address },
    isShut
      ? { of, path: `${path}/state`, value: 'Idle (Admin)' }
      : { of, path: `${path}/state`, value: 'Active', unsure: OTHER_SIDE },
    ...worded(of, address),
    ...(isShut ? [] : retold(of, before)),
  ];
}

/** The session with a neighbor ends and is begun anew, if it is to be up at all. */
function restarted(of: Named, before: JsonObject | undefined, address: string): readonly Effect[] {
  const session = sessionOf(before, address);
  if (!session || session.state === 'Idle (Admin)') return worded(of, address);
  const path = itemPath(paths.session, address);
  return [
    { of, path: `${path}/state`, value: 'Active', unsure: OTHER_SIDE },
    ...worded(of, address),
    ...retold(of, before),
  ];
}

function shut(of: Named, before: JsonObject | undefined, args: JsonObject): readonly Effect[] {
  const address = textAt(args, 'address');
  const path = itemPath(paths.session, address);
  if (args.shutdown !== true) {
    return [
      { of, path: `${path}/state`, value: 'Active', unsure: OTHER_SIDE },
      ...worded(of, address),
      ...retold(of, before),
    ];
  }
  return [
    { of, path: `${path}/state`, value: 'Idle (Admin)' },
    ...worded(of, address),
    ...withdrawn(of, before, address),
  ];
}

/** Nobody is told anything by a session that has ended. */
function withdrawn(of: Named, before: JsonObject | undefined, address: string): readonly Effect[] {
  return itemsAt(before, paths.announced).flatMap(each => {
    const to = isArray(each.to) ? each.to : [];
    if (!to.includes(address)) return [];
    const path = `${itemPath(paths.announced, textAt(each, 'prefix'))}/to`;
    return [{ of, path, value: to.filter(one => one !== address) }];
  });
}

/** Who is told of the networks may be others by and by. */
function retold(of: Named, before: JsonObject | undefined): readonly Effect[] {
  return itemsAt(before, paths.announced).map(each => ({
    of,
    path: `${itemPath(paths.announced, textAt(each, 'prefix'))}/to`,
    value: each.to ?? [],
    unsure: POLICY,
  }));
}

function announced(of: Named, before: JsonObject | undefined, network: Json | undefined): readonly Effect[] {
  const prefix = textAt(network, 'prefix');
  const path = itemPath(paths.announced, prefix);
  const now = itemsAt(before, paths.announced).find(each => each.prefix === prefix);
  return [
    { of, path: itemPath(paths.network, prefix), value: network ?? null },
    { of, path, value: now ?? { prefix, inTable: false, to: [] }, unsure: POLICY },
  ];
}

function routeEffects(op: string, vrf: string, { route }: JsonObject, scene: Scene): readonly Effect[] {
  if (!isObject(route)) return [];
  const of: Named = { kind: staticKind, name: vrf };
  const prefix = textAt(route, 'prefix');
  const path = itemPath(paths.staticRoute, routeKey(route));
  const state = itemPath(paths.routeState, prefix);
  const before = scene.named(of)?.document;
  const others = itemsAt(before, paths.staticRoute).filter(
    each => each.prefix === prefix && routeKey(each) !== routeKey(route),
  );
  const states = itemsAt(before, paths.routeState);
  const isAdded = op === 'addStaticRoute';
  return [
    isAdded ? { of, path, value: route } : { of, path },
    isAdded || others.length > 0
      ? { of, path: state, value: { prefix, installed: true }, unsure: NEXT_HOP }
      : { of, path: state },
    // The next hop of another route may be reached by this one.
    ...states
      .filter(each => each.prefix !== prefix)
      .map(each => ({ of, path: itemPath(paths.routeState, textAt(each, 'prefix')), value: each, unsure: NEXT_HOP })),
    // BGP announces a network only while there is a route to it.
    ...reannounced(vrf, scene),
  ];
}

function reannounced(vrf: string, scene: Scene): readonly Effect[] {
  const of: Named = { kind: bgpKind, name: vrf };
  return itemsAt(scene.named(of)?.document, paths.announced).map(each => ({
    of,
    path: itemPath(paths.announced, textAt(each, 'prefix')),
    value: each,
    unsure: POLICY,
  }));
}

/** What is learned by BGP may carry the next hop of a static route. */
function learned(vrf: string, scene: Scene): readonly Effect[] {
  const of: Named = { kind: staticKind, name: vrf };
  return itemsAt(scene.named(of)?.document, paths.routeState).map(each => ({
    of,
    path: itemPath(paths.routeState, textAt(each, 'prefix')),
    value: each,
    unsure: NEXT_HOP,
  }));
}

function families(before: JsonObject | undefined, address: string, op: string, family: string): Json {
  const neighbor = itemsAt(before, paths.neighbor).find(each => each.address === address);
  const now = isArray(neighbor?.addressFamily) ? neighbor.addressFamily.map(String) : [];
  return op === 'activateFamily' ? [...new Set([...now, family])].sort() : now.filter(each => each !== family);
}

function sessionOf(before: JsonObject | undefined, address: string): JsonObject | undefined {
  return itemsAt(before, paths.session).find(each => each.address === address);
}

function worded(of: Named, address: string): readonly Effect[] {
  return [{ of, path: `${itemPath(paths.session, address)}/lastReset`, unsure: WORDS }];
}
