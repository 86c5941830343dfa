/** IP addresses and prefixes as FRR writes them: one canonical spelling, and an order for lists. */
import { isIPv4, isIPv6 } from 'node:net';

/** The canonical spelling of an address; undefined if it is none. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** The canonical spelling of a network such as `192.0.2.0/24`; undefined if it is none or has bits beyond its length. */
export function canonicalPrefix(text: string): string | undefined {
  const [written = '', length, more] = text.split('/');
  const address = canonicalAddress(written);
  if (address === undefined || length === undefined || more !== undefined) return undefined;
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const spare = (isIPv6Text(address) ? 128 : 32) - Number(length);
  if (spare < 0 || (number(address) & ((1n << BigInt(spare)) - 1n)) !== 0n) return undefined;
  return `${address}/${length}`;
}

/** Of an address or a prefix in its canonical spelling. */
export function isIPv6Text(text: string): boolean {
  return text.includes(':');
}

/** Sorts addresses, prefixes and names: IPv4 first, then IPv6, each by number, then what is neither. */
export function byAddress(a: string, b: string): number {
  const [one, other] = [orderOf(a), orderOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function orderOf(text: string): string {
  const [address = '', length = ''] = text.split('/');
  if (canonicalAddress(address) === undefined) return `9${text}`;
  return `${isIPv6Text(address) ? 6 : 4}${number(address).toString(16).padStart(32, '0')}${length.padStart(3, '0')}`;
}

function number(address: string): bigint {
  if (!isIPv6Text(address)) return address.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeroes = Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...(tail === undefined ? [] : zeroes), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
