/** The addresses of an interface as facts. */
import type { JsonObject } from '../../../core/json.ts';
import { type Cidr, cidrText, orderOf, parseCidr } from './address.ts';
import { byOrder, compareTexts } from './ordering.ts';
import { type Address, type Link, some } from './reading.ts';

/**
 * What is remarkable about addresses, in the order of the kernel: of several IPv4 addresses the first is the one that is
 * spoken from, and when it goes the next one of its network follows it. Left out where there is nothing to say.
 */
export function addressDetails(link: Link): JsonObject[] | undefined {
  const isOne = link.addresses.filter(({ family }) => family === 4).length < 2;
  const four = link.addresses.filter(({ family }) => family === 4).flatMap(detailOf);
  const six = link.addresses.filter(({ family }) => family === 6).flatMap(detailOf);
  const told = [
    ...four.filter(each => !isOne || isRemarkable(each)),
    ...six.filter(isRemarkable).sort((a, b) => compareTexts(String(a.address), String(b.address))),
  ];
  return told.length > 0 ? told : undefined;
}

function detailOf(address: Address): JsonObject[] {
  const cidr = parseCidr(`${address.local}/${address.length}`, true);
  if (!cidr) return [];
  const flag = (name: string): true | undefined => (address.flags.includes(name) ? true : undefined);
  return [
    {
      address: cidrText(cidr),
      ...some('secondary', address.family === 4 ? flag('secondary') : undefined),
      ...some('noPrefixRoute', flag('noprefixroute')),
      ...some('dynamic', flag('dynamic')),
      ...some('deprecated', flag('deprecated')),
      ...some('temporary', flag('temporary')),
      ...some('peer', address.peer),
      ...some('scope', address.scope === scopeOf(cidr.address) ? undefined : address.scope),
      ...some('metric', address.metric),
    },
  ];
}

function isRemarkable(detail: JsonObject): boolean {
  return Object.keys(detail).length > 1;
}

/** Where an address is valid when nobody says. */
export function scopeOf(address: string): string {
  if (/^fe[89ab]/.test(address)) return 'link';
  return address === '::1' || address.startsWith('127.') ? 'host' : 'global';
}

/**
 * In one order for one set: the kernel lists IPv6 by age, and an address that was taken away and put back would look
 * like a change.
 */
export function addressList(link: Link): string[] {
  return link.addresses.flatMap(readCidr).sort(byOrder(orderOf)).map(cidrText);
}

export function readCidr({ local, length }: Address): Cidr[] {
  const cidr = parseCidr(`${local}/${length}`, true);
  return cidr ? [cidr] : [];
}
