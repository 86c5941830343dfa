/**
 * A checksum of all live rows that is kept up row by row: two numbers of 32 bits, exact integers in JavaScript, SQLite
 * and Neo4j alike. Adding does not care for order, so both sides may come to it by different ways.
 */
import { hash } from 'node:crypto';
import { canonical, type Json } from '../json.ts';

export interface Sum {
  readonly a: number;
  readonly b: number;
}

export const noRows: Sum = { a: 0, b: 0 };

const WRAP = 2 ** 32;

/** Of a body: 128 bits of SHA-256 over its canonical JSON, as hexadecimal digits. */
export function hashOf(body: Json): string {
  return hash('sha256', canonical(body), 'hex').slice(0, 32);
}

/** With the key in it, so that two rows which exchange their bodies do not go unnoticed. */
function wordsOf(key: string, rowHash: string): Sum {
  const digits = hash('sha256', `${key}\0${rowHash}`, 'hex');
  return { a: Number.parseInt(digits.slice(0, 8), 16), b: Number.parseInt(digits.slice(8, 16), 16) };
}

export function withRow(sum: Sum, key: string, rowHash: string): Sum {
  const { a, b } = wordsOf(key, rowHash);
  return { a: (sum.a + a) % WRAP, b: (sum.b + b) % WRAP };
}

export function withoutRow(sum: Sum, key: string, rowHash: string): Sum {
  const { a, b } = wordsOf(key, rowHash);
  return { a: (sum.a - a + WRAP) % WRAP, b: (sum.b - b + WRAP) % WRAP };
}

export function sameSum(one: Sum, other: Sum): boolean {
  return one.a === other.a && one.b === other.b;
}

/** Counted anew, from key and hash of each live row. */
export function sumOf(rows: Iterable<readonly [key: string, rowHash: string]>): Sum {
  let sum = noRows;
  for (const [key, rowHash] of rows) sum = withRow(sum, key, rowHash);
  return sum;
}
