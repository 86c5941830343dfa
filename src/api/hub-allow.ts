/** Which callbacks may be called: by the list of the operator, and by the address that a name turns out to have. */
import { BlockList, isIP } from 'node:net';
import { AgentError } from '../core/errors.ts';

export interface Allow {
  /** Whether callbacks to this host and port may be registered and called at all. */
  permits(url: URL): boolean;
  /** Why a name that is permitted may not be called at this address; undefined when it may. */
  refusal(url: URL, address: string): string | undefined;
}

/**
 * Reads the entries of `hub.allow`: a host, a host with a port, or a range of addresses such as `10.0.0.0/8`. A name
 * stands for its public addresses; at one that is not public it is called only where an entry says that address too.
 * Throws `invalid` for what is none of these.
 */
export function readAllow(entries: readonly string[]): Allow {
  const hosts = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const [, from = '', bits = ''] = /^\[?([^[\]/]+)\]?\/(\d{1,3})$/.exec(entry) ?? [];
    if (bits !== '') addRange(ranges, entry, plain(from), Number(bits));
    else hosts.add(hostOf(entry));
  }
  const isListed = (host: string, port: number): boolean => hosts.has(host) || hosts.has(`${host}:${port}`);
  const isWithin = (address: string): boolean => ranges.check(address, familyOf(address));
  return {
    permits(url) {
      const host = bareHost(url);
      return isListed(host, portOf(url)) || (isIP(host) !== 0 && isWithin(host));
    },
    refusal(url, found) {
      const address = plain(found);
      const isNamed = isListed(address, portOf(url)) || isWithin(address);
      if (isNamed || isPublic(address) || (isOwnName(url) && isLoopback(address))) return undefined;
      return `${url.hostname} is at ${address}, which is no public address: add that, or a range with it, to hub.allow`;
    },
  };
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Without the brackets of an IPv6 address, and a mapped one as the IPv4 address that it is. */
export function bareHost({ hostname }: URL): string {
  return plain(hostname);
}

/** As a URL would have it, so that `0x7f.1` and `127.0.0.1` are one. */
function hostOf(entry: string): string {
  const [, host = '', port] = isIP(entry) === 6 ? ['', `[${entry}]`] : (/^(.+?)(?::(\d{1,5}))?$/.exec(entry) ?? []);
  if (host === '' || /[/?#@\\\s]/.test(host) || !URL.canParse(`http://${host}/`) || Number(port ?? 1) > 65_535) {
    throw new AgentError(
      'invalid',
      `hub.allow cannot hold "${entry}": it takes hosts such as nms.example or nms.example:8080, and ranges such as 10.0.0.0/8`,
    );
  }
  const bare = bareHost(new URL(`http://${host}/`));
  return port === undefined ? bare : `${bare}:${Number(port)}`;
}

function addRange(ranges: BlockList, entry: string, from: string, bits: number): void {
  const family = isIP(from);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) {
    throw new AgentError('invalid', `hub.allow cannot hold "${entry}": a range is written like 10.0.0.0/8 or fd00::/8`);
  }
  ranges.addSubnet(from, bits, familyOf(from));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** An address in its shortest form, without brackets and zone. */
function plain(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const short = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  return high === undefined || low === undefined ? short : ipv4Of(high, low);
}

function ipv4Of(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** RFC 6761: this name is the machine itself, whatever somebody's resolver says. */
function isOwnName({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127\./.test(address);
}

/** What the registries of special addresses (RFC 6890) keep out of the Internet. */
const special = new BlockList();
for (const range of [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]) {
  const [from = '', bits = ''] = range.split('/');
  special.addSubnet(from, Number(bits), familyOf(from));
}
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
const translated = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/;

/** Of IPv6 only what is given out for use in the Internet, and IPv4 addresses behind a translator (RFC 6052). */
function isPublic(address: string): boolean {
  const family = familyOf(address);
  const [, high = '0', low] = translated.exec(address) ?? [];
  if (low !== undefined) return isPublic(ipv4Of(high, low));
  return !special.check(address, family) && (family === 'ipv4' || global6.check(address, 'ipv6'));
}
