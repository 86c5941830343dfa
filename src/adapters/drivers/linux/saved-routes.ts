/**
 * A route as the kernel itself says it, for what `ip` cannot be told in words or does not tell in JSON: an
 * encapsulation, realms, a metric that is locked. Kept as the one netlink message that makes it again.
 */
import type { Kernel } from './kernel.ts';
import type { Route } from './reading.ts';

/** What `ip route save` writes before its messages. */
const MAGIC_BYTES = 4;
/** `struct nlmsghdr` and, behind it, `struct rtmsg`. */
const HEADER_BYTES = 16;
const ROUTE_BYTES = 12;
const RTA_PRIORITY = 6;

/** Routes whose words would not make the same route again come with their message. */
export async function withSaved(kernel: Kernel, routes: readonly Route[]): Promise<Route[]> {
  const found: Route[] = [];
  for (const route of routes) {
    const message = needsSaving(route) ? ofRoute(await kernel.saveRoutes(saveWords(route)), route) : undefined;
    found.push(message === undefined ? route : { ...route, saved: message.toString('base64') });
  }
  return found;
}

/** One that expires would come back with the time it had. */
function needsSaving({ beyond, metrics, expires, nexthopId }: Route): boolean {
  if (nexthopId !== undefined) return false;
  return beyond !== undefined || (metrics !== undefined && expires === undefined);
}

function saveWords({ family, table, destination }: Route): string[] {
  return [`-${family}`, 'route', 'save', 'table', table, 'exact', destination];
}

/** Of all messages, that of the route; undefined when it is not among them. */
function ofRoute(saved: Buffer, route: Route): Buffer | undefined {
  for (let at = MAGIC_BYTES; at + HEADER_BYTES + ROUTE_BYTES <= saved.length; ) {
    const length = saved.readUInt32LE(at);
    if (length < HEADER_BYTES + ROUTE_BYTES) return undefined;
    const message = saved.subarray(at, at + length);
    if (priorityOf(message) === (route.metric ?? 0)) return Buffer.concat([saved.subarray(0, MAGIC_BYTES), message]);
    at += align(length);
  }
  return undefined;
}

function priorityOf(message: Buffer): number {
  for (let at = HEADER_BYTES + ROUTE_BYTES; at + 4 <= message.length; ) {
    const length = message.readUInt16LE(at);
    if (length < 4) return 0;
    if (message.readUInt16LE(at + 2) === RTA_PRIORITY) return message.readUInt32LE(at + 4);
    at += align(length);
  }
  return 0;
}

function align(length: number): number {
  return (length + 3) & ~3;
}
