/** The address that a link gives itself from its hardware address (RFC 4291, appendix A). */
import { canonicalAddress } from '../address.ts';
import type { Link } from '../reading.ts';

/** Undefined where it cannot be told from what is known. */
export function linkLocalOf({ address, linkType }: Pick<Link, 'address' | 'linkType'>): string | undefined {
  const bytes = (address ?? '').split(':').map(each => Number.parseInt(each, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  if (linkType !== 'ether' || bytes.length !== 6 || bytes.some(Number.isNaN)) return undefined;
  const own = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
  const words = [0, 2, 4, 6].map(i => (((own[i] ?? 0) << 8) | (own[i + 1] ?? 0)).toString(16));
  return canonicalAddress(`fe80::${words.join(':')}`);
}
