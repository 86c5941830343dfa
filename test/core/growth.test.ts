import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json, property, sameJson } from '../../src/core/json.ts';
import { nearest } from '../../src/core/nearest.ts';
import { isOutstanding, outstanding } from '../../src/core/outstanding.ts';
import { document, expectation, growingExpectation, keyed, plain } from '../kit/expectations.ts';

const context = { now: 0, keyed };
const rest = (source: Json, actual: Json | undefined): Json | undefined =>
  outstanding(readExpected(source, { keyed, lenient: true }), actual, context);

/** Words that no expectation of the kit reads as a part of a value, such as an amount. */
const more = fc.record({
  keys: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'value'), plain, { maxKeys: 2 }),
  elements: fc.array(fc.oneof(plain, fc.record({ id: fc.constantFrom(7, 8), value: plain })), { maxLength: 2 }),
});
type More = typeof more extends fc.Arbitrary<infer Value> ? Value : never;

/** The actual with more keys and more elements, wherever it has any. */
function grown(actual: Json, { keys, elements }: More): Json {
  if (isArray(actual)) return [...actual.map(each => grown(each, { keys, elements })), ...elements];
  if (!isObject(actual) || 'amount' in actual || 'value' in actual) return actual;
  const inner = Object.entries(actual).map(([key, each]) => [key, grown(each, { keys, elements })] as const);
  const missing = Object.entries(keys).filter(([key]) => !Object.hasOwn(actual, key));
  return Object.fromEntries([...inner, ...missing]) as Json;
}

/** Whether all that one residual says is said by the other too. */
function isPartOf(part: Json, whole: Json): boolean {
  if (sameJson(part, whole)) return true;
  const all = property(whole, '$allOf');
  if (isArray(all)) {
    const parts = property(part, '$allOf') ?? [part];
    return isArray(parts) && parts.every(each => all.some(other => isPartOf(each, other)));
  }
  if (isArray(part)) return isArray(whole) && part.every(each => whole.some(other => isPartOf(each, other)));
  if (!isObject(part) || !isObject(whole)) return false;
  return Object.keys(part).every(key => isPartOf(part[key] ?? null, property(whole, key) ?? null));
}

test('more in the actual never makes more outstanding', () => {
  fc.assert(
    fc.property(growingExpectation, fc.oneof(plain, document), more, (source, actual, extra) => {
      const after = rest(source, grown(actual, extra));
      if (after === undefined) return;
      const before = rest(source, actual);
      expect(before !== undefined && isPartOf(after, before), JSON.stringify({ before, after })).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test('an actual that is changed to meet what is left meets all', () => {
  let found = 0;
  fc.assert(
    fc.property(expectation, fc.oneof(plain, document), (source, actual) => {
      // A hole at the end of a list becomes null there, which is not the same as nothing to $null alone.
      if (/"\\$null"/.test(JSON.stringify(source))) return;
      const left = rest(source, actual);
      if (left === undefined) return;
      const nearer = nearest(left, actual, context);
      if (typeof nearer === 'string') return;
      found++;
      const expected = readExpected(source, { keyed, lenient: true });
      expect(isOutstanding(expected, nearer.value, context), JSON.stringify({ left, nearer })).toBe(false);
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(500);
});
