import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { isOutstanding } from '../../src/core/outstanding.ts';
import { asExpected, checkRefinement, refinedExpect } from '../../src/core/refinement.ts';
import { keyed } from '../kit/expectations.ts';
import { value, wish } from '../kit/wishes.ts';

const meets = (expected: Json, actual: Json | undefined): boolean =>
  !isOutstanding(readExpected(expected, { keyed, lenient: true }), actual, { now: 0, keyed });
const cause = { principal: 'operator', kind: 'request' } as const;

function refined(expected: Json, path: string, to: Json): Json {
  checkRefinement(expected, path, to, { keyed });
  return refinedExpect({ expect: expected, refinements: [{ path, to, cause, at: 0 }] }, keyed);
}

test.each<[string, Json, string, Json, Json]>([
  ['an alias to the id it stands for', { ref: { $match: '^svc-' } }, '/ref', 'svc-1', { ref: 'svc-1' }],
  ['one of several', { a: { b: { $oneOf: [1, 2] } } }, '/a/b', 2, { a: { b: 2 } }],
  ['what may be anything', { a: null, b: 1 }, '/a', { $gt: 5 }, { a: { $gt: 5 }, b: 1 }],
  ['a default to what was observed', { a: { $present: true } }, '/a', asExpected({ $x: 1 }), { a: { $eq: { $x: 1 } } }],
  ['an item by its key', { items: [{ id: 1, v: { $gt: 0 } }] }, '/items/1/v', 3, { items: [{ id: 1, v: 3 }] }],
  [
    'an item of a closed array',
    { $keyed: { by: ['id'], items: [{ id: 'x', v: { $gt: 0 } }], closed: true } },
    '/x/v',
    3,
    { $keyed: { by: ['id'], items: [{ id: 'x', v: 3 }], closed: true } },
  ],
  ['one of several wishes of a place', { a: { $allOf: [{ $gt: 1 }, { $lt: 9 }] } }, '/a', 5, { a: 5 }],
  ['an element', [{ $gt: 1 }, 2], '/0', 5, [5, 2]],
  ['the whole', { a: 1 }, '', { a: 1, b: 2 }, { a: 1, b: 2 }],
])('refines %s', (_, before, path, to, after) => {
  expect(refined(before, path, to)).toEqual(after);
});

test.each<[string, Json, string, Json, RegExp]>([
  ['wider', { a: { $gte: 5 } }, '/a', { $gte: 4 }, /more, never less/],
  ['other', { a: 1 }, '/a', 2, /more, never less/],
  ['not surely closer', { a: { $match: '^a' } }, '/a', { $match: '^ab' }, /more, never less/],
  ['less of an object', { a: { b: 1, c: 2 } }, '/a', { b: 1 }, /more, never less/],
  ['nowhere', { a: 1 }, '/b', 2, /nothing is expected at \/b/],
  ['inside an operator', { a: { $anyOf: [{ b: 1 }] } }, '/a/b', 1, /nothing is expected at \/a\/b/],
  ['to what is no expectation', { a: null }, '/a', { $over: 1 }, /\$over is not an operator/],
  [
    'to what cannot be',
    { $allOf: [{ a: { $gt: 5 } }, { $present: true }] },
    '/a',
    { $anyOf: [] },
    /no value could meet/,
  ],
])('refuses what is %s', (_, before, path, to, why) => {
  expect(() => refined(before, path, to)).toThrow(why);
});

// P40
test('whatever meets the refined meets what was laid', () => {
  let told = 0;
  fc.assert(
    fc.property(
      wish,
      fc.constantFrom('', '/a', '/b', '/a/b', '/1/a', '/items/1/a', '/0'),
      wish,
      value,
      (before, path, to, actual) => {
        let after: Json;
        try {
          after = refined(before, path, to);
        } catch (error) {
          expect(error).toBeInstanceOf(AgentError);
          return;
        }
        told += 1;
        if (meets(after, actual)) expect(meets(before, actual)).toBe(true);
      },
    ),
    { numRuns: 15_000 },
  );
  expect(told).toBeGreaterThan(50);
});
