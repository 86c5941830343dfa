/** The elements of a set of nftables, in the one spelling in which they are compared, and as nft wants them told. */
import { isObject, type Json, property } from '../../../../core/json.ts';
import { canonicalAddress, cidrText, familyOf, isNetwork, orderOf, parseCidr } from '../address.ts';

export const setTypes = ['ipv4_addr', 'ipv6_addr', 'ether_addr', 'inet_service', 'ifname'] as const;
export type SetType = (typeof setTypes)[number];

export type Element = string | number;

/** Undefined where it is none of its type. */
export function readElement(type: SetType, value: Json): Element | undefined {
  switch (type) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return typeof value === 'string' ? readAddress(type === 'ipv4_addr' ? 4 : 6, value) : undefined;
    case 'inet_service':
      return readPorts(value);
    case 'ether_addr': {
      const mac = typeof value === 'string' ? value.toLowerCase() : '';
      return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) ? mac : undefined;
    }
    case 'ifname':
      return typeof value === 'string' && /^[A-Za-z0-9_.@-]{1,15}$/.test(value) ? value : undefined;
  }
}

function readAddress(family: 4 | 6, text: string): string | undefined {
  const [first = '', last] = text.split('-');
  if (last !== undefined) {
    const [from, to] = [canonicalAddress(first), canonicalAddress(last)];
    const isRange = from !== undefined && to !== undefined && familyOf(from) === family && familyOf(to) === family;
    return isRange && orderOf({ family, address: from, length: 0 }) < orderOf({ family, address: to, length: 0 })
      ? `${from}-${to}`
      : undefined;
  }
  const cidr = parseCidr(text, false);
  if (!cidr || cidr.family !== family || !isNetwork(cidr)) return undefined;
  return cidr.length === (family === 4 ? 32 : 128) ? cidr.address : cidrText(cidr);
}

function readPorts(value: Json): Element | undefined {
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (typeof value === 'number') return isPort(value) ? value : undefined;
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(String(value)) ?? [];
  if (from !== undefined && to !== undefined) {
    return isPort(Number(from)) && isPort(Number(to)) && Number(from) < Number(to) ? `${from}-${to}` : undefined;
  }
  return typeof value === 'string' && /^\d{1,5}$/.test(value) && isPort(Number(value)) ? Number(value) : undefined;
}

/** As `nft -j` tells them: words and numbers, `{prefix}`, `{range}`, and with more about them `{elem}`. */
export function toldElement(type: SetType, told: Json): Element | undefined {
  if (!isObject(told)) return readElement(type, told);
  const inner = property(property(told, 'elem'), 'val');
  if (inner !== undefined) return toldElement(type, inner);
  const [prefix, range] = [property(told, 'prefix'), property(told, 'range')];
  if (isObject(prefix)) return readElement(type, `${prefix.addr}/${prefix.len}`);
  return Array.isArray(range) ? readElement(type, `${range[0]}-${range[1]}`) : undefined;
}

/** In one order for one set. */
export function sorted(elements: Iterable<Element>): Element[] {
  return [...new Set(elements)].sort((a, b) => compare(orderText(a), orderText(b)));
}

function orderText(element: Element): string {
  if (typeof element === 'number') return String(element).padStart(6, '0');
  const [first = ''] = element.split('-');
  const cidr = parseCidr(first, false);
  if (cidr) return orderOf(cidr);
  return /^\d+$/.test(first) ? first.padStart(6, '0') : first;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function elementWords(type: SetType, elements: readonly Element[]): string {
  return elements.map(each => (type === 'ifname' ? `"${each}"` : String(each))).join(', ');
}
