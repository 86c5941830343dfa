/** For every TMF type that has a shape: whatever attribute of a document changes, exactly that is outstanding. */
import { describe, expect, test } from 'vitest';
import { readExpected } from '../../../src/core/expected.ts';
import type { Json } from '../../../src/core/json.ts';
import { explain, isOutstanding, judge, outstanding } from '../../../src/core/outstanding.ts';
import { allComparators } from '../../../src/tmf/comparators/all.ts';
import type { Comparator } from '../../../src/tmf/comparators/comparator.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';
import { changes, filled } from '../../kit/filled.ts';

const context = { now: Date.UTC(2026, 0, 1), keyed };
const all = [...allComparators()].map(([comparator, name]) => ({ comparator, name }));

/** The attributes that were changed somewhere, by the comparator that has them. */
const covered = new Map<Comparator, Set<string>>();

function cover([comparator, name]: readonly [Comparator | undefined, string]): void {
  if (!comparator) return;
  const names = covered.get(comparator) ?? new Set();
  covered.set(comparator, names.add(name));
}

/** What is said in any order of keys. */
function sorted(value: Json | undefined): string {
  return JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

describe('one attribute changed', () => {
  test.each(all)('$name', ({ comparator }) => {
    let count = 0;
    const wrong: unknown[] = [];
    for (const document of filled(comparator)) {
      const expected = readExpected(document, { keyed });
      expect(outstanding(expected, document, context)).toBeUndefined();
      expect(judge(expected, document, context)).toEqual({ verdict: 'met', leaves: [] });
      for (const { of, what, actual, residual, path } of changes(document, comparator)) {
        cover(of);
        count++;
        const rest = outstanding(expected, actual, context);
        const unmet = explain(expected, actual, context).filter(({ verdict }) => verdict !== 'met');
        const isSo =
          sorted(rest) === sorted(residual) &&
          isOutstanding(expected, actual, context) &&
          unmet.length === 1 &&
          unmet[0]?.path === path;
        if (!isSo && wrong.length < 5) wrong.push({ what, path, rest, wanted: residual, unmet });
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });

  test('no attribute of any type was left out', () => {
    const left = all.flatMap(({ comparator, name }) =>
      [...comparator.properties.keys()]
        .filter(each => !covered.get(comparator)?.has(each))
        .map(each => `${name} ${each}`),
    );
    expect(left).toEqual([]);
    const counted = all.reduce((sum, { comparator }) => sum + comparator.properties.size, 0);
    const changed = [...covered.values()].reduce((sum, names) => sum + names.size, 0);
    expect(changed).toBe(counted);
    for (const { comparator, name } of all) expect(comparator.properties.size, name).toBeGreaterThan(0);
  });
});
