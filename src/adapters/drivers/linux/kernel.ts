/** The network configuration of the kernel, read and written by way of `ip`. */
import { AgentError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { openIp } from './ip.ts';
import { type NexthopObject, readNexthopObjects } from './nexthops.ts';
import { once, onceWithFile } from './once.ts';
import { type Link, type Route, readForwarding, readLinks, readRoutes } from './reading.ts';
import { openSettings, type Settings } from './settings.ts';

export interface Kernel {
  /** Every interface with its addresses. Whoever names an interface to the kernel reads them first. */
  links(): Promise<Link[]>;
  /** Every route of both families and all tables. Read the interfaces first: their names are from there. */
  routes(): Promise<Route[]>;
  /** The route that is taken to an address (from one of its own), as it stands in its table. Rejects where there is none. */
  routesTo(address: string, from?: string): Promise<Route[]>;
  nexthops(): Promise<NexthopObject[]>;
  /** What `ip route save` writes; empty where it cannot. */
  saveRoutes(words: readonly string[]): Promise<Buffer>;
  restoreRoute(saved: Buffer): Promise<void>;
  /** Whether IPv4 is forwarded between interfaces; undefined where `ip` cannot tell. */
  forwarding(): Promise<boolean | undefined>;
  /** Changes something, once. Rejects with `refused` in the kernel's words. */
  tell(words: readonly string[]): Promise<void>;
  /** What /proc/sys says of IPv6 on an interface. */
  readonly ipv6Settings: Settings;
  /** A process that lives in the network namespace. */
  pid(): Promise<number>;
  stop(): Promise<void>;
}

export function openKernel(options: { netns?: string; clock: Clock; log: Log }): Kernel {
  const ip = openIp(options);
  const names = new Map<number, string>();
  const indexes = new Map<string, number>();

  /**
   * `ip` keeps the name under which it first saw an interface and takes it for that one's ever after. When a name or an
   * index has another meaning now, only a new helper knows it.
   */
  function isOutdated(links: readonly Link[]): boolean {
    return links.some(
      ({ ifindex, name }) => (names.get(ifindex) ?? name) !== name || (indexes.get(name) ?? ifindex) !== ifindex,
    );
  }

  const readAll = async (): Promise<Link[]> => readLinks(await ip.ask(['addr', 'show']));

  return {
    async links() {
      let links = await readAll();
      if (isOutdated(links)) {
        await ip.renew();
        names.clear();
        indexes.clear();
        // What the old helper said of masters and peers was under their old names.
        links = await readAll();
      }
      for (const { ifindex, name } of links) {
        names.set(ifindex, name);
        indexes.set(name, ifindex);
      }
      return links;
    },
    routes: async () => readRoutes(await ip.ask(['route', 'show', 'table', 'all'])),
    routesTo: async (address, from) =>
      readRoutes(await ip.ask(['route', 'get', 'fibmatch', address, ...(from === undefined ? [] : ['from', from])])),
    async nexthops() {
      try {
        return readNexthopObjects(await ip.ask(['nexthop', 'show']));
      } catch (error) {
        // A kernel without nexthop objects.
        if (error instanceof AgentError && error.code === 'refused') return [];
        throw error;
      }
    },
    saveRoutes: words => once(options.netns, ['ip', ...words]).catch(() => Buffer.alloc(0)),
    async restoreRoute(saved) {
      await onceWithFile(options.netns, ['ip', 'route', 'restore'], saved);
    },
    async forwarding() {
      try {
        return readForwarding(await ip.ask(['netconf', 'show']));
      } catch (error) {
        if (error instanceof AgentError && error.code === 'refused') return undefined;
        throw error;
      }
    },
    tell: words => ip.tell(words),
    ipv6Settings: openSettings(options.netns),
    pid: () => ip.pid(),
    stop: () => ip.stop(),
  };
}
