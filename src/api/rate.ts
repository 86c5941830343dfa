/**
 * How often each client address may ask: a bucket of tokens each, refilled evenly and twice as large as a second's worth.
 * A module for this would count per fixed window, only on routes that exist, and write three headers into every answer.
 */

interface Bucket {
  tokens: number;
  at: number;
}

/** Those who asked longest ago are forgotten: their buckets are full again, or they come from too many addresses. */
const ADDRESSES_AT_MOST = 1024;

const loopback = /^(::ffff:)?127\.|^::1$/;

export class Rates {
  readonly #perSecond: number;
  /** In the order in which they asked last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token; 0, or the seconds after which there is one. What runs on the device itself is never counted. */
  take(address: string, nowMs: number): number {
    if (this.#perSecond === 0 || loopback.test(address)) return 0;
    const client = clientOf(address);
    const most = this.#perSecond * 2;
    const { tokens, at } = this.#buckets.get(client) ?? { tokens: most, at: nowMs };
    const there = Math.min(most, tokens + (Math.max(0, nowMs - at) / 1000) * this.#perSecond);
    const left = there >= 1 ? there - 1 : there;
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: left, at: nowMs });
    if (this.#buckets.size > ADDRESSES_AT_MOST) this.#forgetOldest();
    return there >= 1 ? 0 : (1 - there) / this.#perSecond;
  }

  #forgetOldest(): void {
    for (const client of this.#buckets.keys()) {
      this.#buckets.delete(client);
      return;
    }
  }
}

/** One household has a /64 of IPv6, and may change its address in it at will. */
function clientOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const behind = back === '' ? [] : back.split(':');
    while (groups.length + behind.length < 8) groups.push('0');
    groups.push(...behind);
  }
  return groups.slice(0, 4).join(':');
}
