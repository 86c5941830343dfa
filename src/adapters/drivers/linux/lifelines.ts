/** What the agent and whoever works on the machine are reached by: interfaces, addresses and routes. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { AgentError } from '../../../core/errors.ts';
import { sameJson } from '../../../core/json.ts';
import type { Lifeline } from '../../../ports/driver.ts';
import { canonicalAddress, familyOf } from './address.ts';
import { type Connection, ownSockets, readConnections, sshPorts } from './connections.ts';
import { defaultRoute } from './connectivity.ts';
import { hostKind, interfaceKind, isListed, routeItem } from './facts.ts';
import type { Kernel } from './kernel.ts';
import type { Route } from './reading.ts';

export interface LifelineParts {
  readonly kernel: Kernel;
  /** The folder of /proc of a process that lives in the network namespace. */
  readonly proc: () => Promise<string>;
  readonly hostName: string;
  /** Beside SSH's: whoever is connected to one of these works on the machine. */
  readonly ports: readonly number[];
}

/** Each once, the first reason kept. */
export async function lifelines({ kernel, proc, hostName, ports }: LifelineParts): Promise<readonly Lifeline[]> {
  const links = await kernel.links();
  const routes = await kernel.routes();
  const found = new Map<string, Lifeline>();
  const add = (lifeline: Lifeline): void => {
    const name = JSON.stringify([lifeline.of, lifeline.path, lifeline.item]);
    if (!found.has(name)) found.set(name, lifeline);
  };
  const host = { kind: hostKind, name: hostName };

  const addLink = (name: string, because: string, met: ReadonlySet<string> = new Set()): void => {
    const link = links.find(each => each.name === name);
    // A connection outlives the link it went by; nobody is reached by one that is locked.
    if (!link?.flags.includes('UP')) return;
    const of = { kind: interfaceKind, name };
    add({ of, path: '/administrativeState', because });
    // Too small a one lets nobody through who sends more.
    add({ of, path: '/resourceCharacteristic/mtu/value', because });
    // What it stands on carries it: a VLAN's interface, the members of a bridge or a bond.
    const below = links.filter(each => each.master === name || (each.name === link.link && link.kind !== 'veth'));
    const seen = new Set([...met, name]);
    for (const each of below) if (!seen.has(each.name)) addLink(each.name, because, seen);
  };
  const addAddress = (address: string, because: string): void => {
    const link = links.find(each => each.addresses.some(one => canonicalAddress(one.local) === address));
    const held = link?.addresses.find(one => canonicalAddress(one.local) === address);
    if (!link?.flags.includes('UP') || !held) return;
    addLink(link.name, because);
    const path = '/resourceCharacteristic/ipAddress/value';
    add({ of: { kind: interfaceKind, name: link.name }, path, item: `${address}/${held.length}`, because });
  };
  const addRoute = (route: Route, because: string): void => {
    for (const name of waysOf(route)) addLink(name, because);
    if (!isListed(route)) return;
    add({ of: host, path: '/resourceCharacteristic/route/value', item: routeItem(route), because });
  };

  const seen = await connectionsThatMatter(await proc(), ports);
  for (const { connection, because } of seen) {
    addAddress(connection.local, because);
    const route = await routeBack(kernel, routes, connection);
    if (route) addRoute(route, because);
    // The way to a gateway is a way of its own.
    const gateway = route?.gateway;
    const next = gateway === undefined ? undefined : await routeBack(kernel, routes, { local: '', remote: gateway });
    if (next) addRoute(next, because);
  }
  for (const family of [4, 6]) {
    const route = defaultRoute(routes.filter(each => each.family === family));
    if (!route) continue;
    const because = 'the default route goes by it';
    addRoute(route, because);
    if (route.prefsrc !== undefined) addAddress(route.prefsrc, because);
  }
  return [...found.values()];
}

async function connectionsThatMatter(
  proc: string,
  ports: readonly number[],
): Promise<{ readonly connection: Connection; readonly because: string }[]> {
  const isLittleEndian = os.endianness() === 'LE';
  const files = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`${proc}/net/${name}`, 'utf8').catch(() => '')));
  const connections = files.flatMap(file => readConnections(file, isLittleEndian));
  if (connections.length === 0) return [];
  const [own, ssh] = await Promise.all([ownSockets(), sshPorts()]);
  return connections.flatMap(connection => {
    const { remote, localPort, remotePort, inode } = connection;
    if (own.has(inode) || ports.includes(localPort)) {
      const because = `${remote} is connected to the agent by it`;
      return { connection, because };
    }
    if (ports.includes(remotePort)) return { connection, because: `the agent is connected to ${remote} by it` };
    return ssh.includes(localPort) ? { connection, because: `${remote} is logged in by it (SSH)` } : [];
  });
}

/** The route that an answer takes; undefined where there is none, or the kernel cannot say. */
async function routeBack(
  kernel: Kernel,
  routes: readonly Route[],
  { local, remote }: Pick<Connection, 'local' | 'remote'>,
): Promise<Route | undefined> {
  if (familyOf(remote) === 6 && /^fe[89ab]/i.test(remote)) return undefined;
  try {
    const [matched] = await kernel.routesTo(remote, local === '' ? undefined : local);
    if (!matched) return undefined;
    // What is said of one route lacks some of what the list says of it.
    return routes.find(each => isMatched(each, matched)) ?? matched;
  } catch (error) {
    if (error instanceof AgentError && error.code === 'refused') return undefined;
    throw error;
  }
}

function isMatched(route: Route, matched: Route): boolean {
  const same = ['family', 'destination', 'gateway', 'interface', 'metric', 'type'] as const;
  if (!same.every(name => route[name] === matched[name])) return false;
  return sameJson(routeItem(route).nexthop ?? null, routeItem(matched).nexthop ?? null);
}

function waysOf(route: Route): readonly string[] {
  const hops: readonly { readonly interface?: string }[] = route.nexthops ?? [route];
  return [...new Set(hops.flatMap(hop => hop.interface ?? []))];
}
