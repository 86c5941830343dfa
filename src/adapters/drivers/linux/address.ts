/** IP addresses and prefixes as text, and their one canonical spelling. */
import { isIPv4, isIPv6 } from 'node:net';

export type Family = 4 | 6;

export interface Cidr {
  readonly family: Family;
  /** Canonical: IPv6 in lower case with its longest run of zeroes left out. */
  readonly address: string;
  readonly length: number;
}

/** The canonical spelling of an address; undefined if it is none. Zones are not part of an address. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4;
}

export function fullLength(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** Reads `192.0.2.1/24`. Without a length it is the address alone, if that is allowed. */
export function parseCidr(text: string, lengthNeeded: boolean): Cidr | undefined {
  const [address = '', length, more] = text.split('/');
  const canonical = canonicalAddress(address);
  if (canonical === undefined || more !== undefined) return undefined;
  const family = familyOf(canonical);
  if (length === undefined)
    return lengthNeeded ? undefined : { family, address: canonical, length: fullLength(family) };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > fullLength(family)) return undefined;
  return { family, address: canonical, length: Number(length) };
}

export function cidrText({ address, length }: Cidr): string {
  return `${address}/${length}`;
}

/** Whether a prefix has no bits beyond its length, as the kernel wants of a destination. */
export function isNetwork({ address, length, family }: Cidr): boolean {
  return (bits(address) & ((1n << BigInt(fullLength(family) - length)) - 1n)) === 0n;
}

/** The prefix of an address: the bits beyond its length are zero. */
export function networkOf({ family, address, length }: Cidr): Cidr {
  const host = BigInt(fullLength(family) - length);
  return { family, address: addressOf((bits(address) >> host) << host, family), length };
}

/** Whether one prefix lies within the other. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const host = BigInt(fullLength(outer.family) - outer.length);
  return bits(outer.address) >> host === bits(inner.address) >> host;
}

function addressOf(number: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map(shift => (number >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return canonicalAddress(groups.join(':')) ?? groups.join(':');
}

export function sameNetwork(a: string, b: string): boolean {
  const [one, other] = [parseCidr(a, true), parseCidr(b, true)];
  if (!one || !other || one.family !== other.family || one.length !== other.length) return false;
  const host = BigInt(fullLength(one.family) - one.length);
  return bits(one.address) >> host === bits(other.address) >> host;
}

/**
 * A text by which addresses sort: IPv4 before IPv6, then by number. The same set is always listed in the same order.
 */
export function orderOf({ family, address, length }: Cidr): string {
  const number = bits(address).toString(16).padStart(32, '0');
  return `${family}${number}${String(length).padStart(3, '0')}`;
}

function bits(address: string): bigint {
  if (familyOf(address) === 4) return address.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const canonical = canonicalAddress(address) ?? '::';
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeroes = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...(tail === undefined ? [] : zeroes), ...right].reduce(
    (sum, group) => (sum << 16n) | BigInt(`0x${group}`),
    0n,
  );
}
