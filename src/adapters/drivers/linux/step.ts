/** A step as it was written down, read again, and the things on the host that it names. */
import { AgentError } from '../../../core/errors.ts';
import { canonical, isObject, type Json } from '../../../core/json.ts';
import type { Step } from '../../../ports/driver.ts';
import { canonicalAddress, cidrText, type Family, parseCidr } from './address.ts';
import type { Address, Link } from './reading.ts';
import { readWantedRoute, type WantedRoute } from './wanted-route.ts';

export type Act =
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

export type InterfaceAct = Exclude<Act, { op: 'addRoute' } | { op: 'removeRoute' }>;

/** A step was written down as data; here it is read again. */
export function readStep({ op, args }: Step): Act {
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

export function findAddress(link: Link, address: string): Address | undefined {
  return link.addresses.find(each => `${canonicalAddress(each.local)}/${each.length}` === address);
}

export function isUp(link: Link): boolean {
  return link.flags.includes('UP');
}

export function theLink(links: readonly Link[], { dev, ifindex }: { dev: string; ifindex: number }): Link {
  const link = links.find(each => each.ifindex === ifindex);
  if (!link) throw new AgentError('moved', `the interface ${dev} (index ${ifindex}) is not there any more`);
  if (link.name !== dev) throw new AgentError('moved', `the interface ${dev} is called ${link.name} now`);
  return link;
}

export function theInterface(links: readonly Link[], route: WantedRoute): void {
  if (route.interface === undefined || links.some(link => link.name === route.interface)) return;
  throw new AgentError('moved', `there is no interface ${route.interface} for the route to ${route.destination}`);
}
