/** Two expectations of one thing as one, or the first place where both cannot be met. */
import { type Expected, readExpected } from '../expected.ts';
import { expectationId } from '../ids.ts';
import type { Json } from '../json.ts';
import type { KeyedArrays, Path } from '../path.ts';
import { merge } from './merge.ts';
import { implied } from './possible.ts';

export interface Collision {
  readonly path: Path;
  /** What the first wants there, and what the second. */
  readonly wants: readonly [Json, Json];
}

/** Says `collision` only where no value can meet both. */
export function intersect(
  a: Expected,
  b: Expected,
  keyed: KeyedArrays,
): { readonly expected: Expected } | { readonly collision: Collision } {
  const laid = [a, b].map((expected, i) => ({
    expectation: { id: expectationId(String(i)), priority: 50, createdAt: i, principal: '' },
    expected,
  }));
  const { expect, overruled } = merge(laid);
  const [first] = overruled;
  if (!first) return { expected: readExpected(expect, { keyed, lenient: true }) };
  return { collision: { path: first.path, wants: [first.by[0]?.wants ?? null, first.wants] } };
}

/** Whether whatever meets the first meets the second; false too where that cannot be told. */
export function implies(a: Expected, b: Expected): boolean {
  return implied([{ steps: [], node: a.node }], b.node);
}
