import { describe, expect, test } from 'vitest';
import { Rates } from '../../src/api/rate.ts';

describe('a rate of 10 a second', () => {
  const taken = (rates: Rates, address: string, at: number, times: number): number =>
    Array.from({ length: times }, () => rates.take(address, at)).filter(wait => wait === 0).length;

  test('lets twenty through at once, then ten a second, whoever asks evenly is never refused', () => {
    const rates = new Rates(10);
    expect(taken(rates, '192.0.2.1', 0, 100)).toBe(20);
    expect(taken(rates, '192.0.2.1', 500, 100)).toBe(5);
    expect(taken(rates, '192.0.2.1', 60_000, 100)).toBe(20);
    const even = new Rates(10);
    for (let at = 0; at < 100_000; at += 100) expect(even.take('192.0.2.1', at)).toBe(0);
  });

  test('says after how long there is room again, and those who keep asking do not push it away', () => {
    const rates = new Rates(10);
    taken(rates, '192.0.2.1', 0, 20);
    for (let at = 0; at < 100; at += 10) expect(rates.take('192.0.2.1', at)).toBeCloseTo((100 - at) / 1000, 6);
    expect(rates.take('192.0.2.1', 100.1)).toBe(0);
  });

  test('counts each address alone, the device itself never, and a household of IPv6 as one', () => {
    const rates = new Rates(1);
    for (const [one, other] of [
      ['192.0.2.1', '192.0.2.2'],
      ['2001:db8:0:1::1', '2001:db8:0:2::1'],
      ['::ffff:192.0.2.3', '::ffff:192.0.2.4'],
      ['fe80::1', '2001:db8::1'],
    ] as const) {
      expect(taken(rates, one, 0, 10)).toBe(2);
      expect(taken(rates, other, 0, 10)).toBe(2);
    }
    expect(taken(rates, '2001:db8:0:1:ffff:ffff:ffff:ffff', 0, 10)).toBe(0);
    for (const own of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) expect(taken(rates, own, 0, 50)).toBe(50);
    expect(taken(new Rates(0), '192.0.2.1', 0, 50)).toBe(50);
  });

  test('keeps a bounded number of addresses, those who ask among them', () => {
    const rates = new Rates(1);
    expect(taken(rates, '192.0.2.1', 0, 5)).toBe(2);
    for (let i = 0; i < 100_000; i++) {
      rates.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
      if (i % 1_000 === 0) expect(rates.take('192.0.2.1', 0)).toBeGreaterThan(0);
    }
    expect(rates.size).toBeLessThanOrEqual(1024);
  });
});
