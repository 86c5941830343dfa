import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText } from '../../src/core/canonical.ts';
import { type Expected, readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json } from '../../src/core/json.ts';
import { explain, isOutstanding, judge, outstanding } from '../../src/core/outstanding.ts';
import { anything, document, expectation, keyed, plain, storedExpectation } from '../kit/expectations.ts';

const context = { now: 0, keyed };
const read = (source: Json): Expected => readExpected(source, { keyed, lenient: true });
const meets = (expected: Json, actual: Json | undefined): boolean => !isOutstanding(read(expected), actual, context);
const anyActual = fc.oneof(plain, document, fc.constant(undefined));

/** No array is keyed here: reading plain data as an expectation asks for keys otherwise. */
const positional = { now: 0, keyed: {} };
const plainRest = (expected: Json, actual: Json | undefined): Json | undefined =>
  outstanding(readExpected(expected, { keyed: {} }), actual, positional);

test('null expects nothing', () => {
  fc.assert(fc.property(anyActual, actual => plainRest(null, actual) === undefined));
});

test('whatever there is meets itself', () => {
  fc.assert(fc.property(plain, value => plainRest(value, value) === undefined));
});

test('what is taken verbatim is met by itself, whatever it is', () => {
  fc.assert(
    fc.property(anything, value => {
      expect(outstanding(read({ $literal: value }), value, context)).toBeUndefined();
      expect(outstanding(read({ $eq: value }), value, context)).toBeUndefined();
    }),
  );
});

test('a document with keyed arrays meets itself', () => {
  fc.assert(fc.property(document, value => outstanding(read(value), value, context) === undefined));
});

test('a residual is made of parts of the expectation', () => {
  const madeOf = (rest: Json, whole: Json): boolean => {
    if (Array.isArray(rest) && Array.isArray(whole)) {
      return rest.length === whole.length && rest.every((each, i) => each === null || madeOf(each, whole[i] ?? null));
    }
    if (!isObject(rest) || !isObject(whole)) return rest === whole;
    return Object.keys(rest).every(key => Object.hasOwn(whole, key) && madeOf(rest[key] ?? null, whole[key] ?? null));
  };
  fc.assert(
    fc.property(plain, anyActual, (expected, actual) => {
      const rest = plainRest(expected, actual);
      expect(rest === undefined || madeOf(rest, expected)).toBe(true);
    }),
  );
});

test('a residual is again an expectation, and the same is outstanding of it', () => {
  fc.assert(
    fc.property(expectation, anyActual, (expected, actual) => {
      const rest = outstanding(read(expected), actual, context);
      if (rest === undefined) return;
      expect(outstanding(readExpected(rest, { keyed, lenient: true }), actual, context)).toEqual(rest);
    }),
    { numRuns: 2000 },
  );
});

test('what is left of a stored expectation can be stored', () => {
  fc.assert(
    fc.property(storedExpectation, anyActual, (source, actual) => {
      const rest = outstanding(readExpected(source, { keyed }), actual, context);
      if (rest !== undefined) expect(() => readExpected(rest, { keyed })).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test('the order of keys means nothing, and the canonical text is read as the same', () => {
  fc.assert(
    fc.property(expectation, anyActual, (source, actual) => {
      const rest = outstanding(read(source), actual, context);
      const other = actual === undefined ? undefined : turned(actual);
      expect(outstanding(read(turned(source)), other, context)).toEqual(rest);
      expect(outstanding(read(JSON.parse(canonicalText(source)) as Json), actual, context)).toEqual(rest);
      if (rest !== undefined) expect(canonicalText(turned(rest))).toBe(canonicalText(rest));
    }),
    { numRuns: 2000 },
  );
});

test('each of $allOf counts, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(expectation, { minLength: 1, maxLength: 3 }), anyActual, (sources, actual) => {
      expect(meets({ $allOf: sources }, actual)).toBe(sources.every(source => meets(source, actual)));
    }),
    { numRuns: 2000 },
  );
});

// P03
test('an extra key never hurts', () => {
  fc.assert(
    fc.property(plain, plain, plain, (expected, actual, extra) => {
      if (!isObject(actual)) return;
      const before = plainRest(expected, actual);
      expect(plainRest(expected, { ...actual, extra })).toEqual(before);
    }),
  );
});

test('what meets something that meets an expectation meets that expectation', () => {
  fc.assert(
    fc.property(plain, plain, plain, (expected, middle, actual) => {
      if (plainRest(expected, middle) !== undefined || plainRest(middle, actual) !== undefined) return;
      expect(plainRest(expected, actual)).toBeUndefined();
    }),
    { numRuns: 5000 },
  );
});

test('the question, the residual, the verdict and the leaves tell the same', () => {
  fc.assert(
    fc.property(expectation, anyActual, (source, actual) => {
      const expected = read(source);
      const rest = outstanding(expected, actual, context);
      const judgement = judge(expected, actual, { ...context, known: () => 'known' });
      expect(isOutstanding(expected, actual, context)).toBe(rest !== undefined);
      expect(judgement.residual).toEqual(rest);
      expect(judgement.verdict).toBe(rest === undefined ? 'met' : 'unmet');
      expect(judge(expected, actual, context)).toEqual(judgement);
      const unmet = explain(expected, actual, context).filter(leaf => leaf.verdict === 'unmet');
      expect(unmet).toEqual(judgement.leaves);
    }),
    { numRuns: 2000 },
  );
});

// P04
test('a sure verdict stays whatever the unknown turns out to be', () => {
  fc.assert(
    fc.property(expectation, plain, plain, fc.constantFrom('a', 'b', 'id'), (source, actual, truth, blind) => {
      if (!isObject(actual)) return;
      const known = (path: string): 'known' | 'stale' => (path.split('/')[1] === blind ? 'stale' : 'known');
      const { verdict } = judge(read(source), actual, { ...context, known });
      const revealed = { ...actual, [blind]: truth };
      // What looks at the whole, such as $eq or a pattern, has its path at the root: that is known or not as a whole.
      if (verdict === 'unknown' || /"\$(eq|literal|empty|nonEmpty|set|contains)"/.test(JSON.stringify(source))) return;
      expect(meets(source, revealed)).toBe(verdict === 'met');
    }),
    { numRuns: 3000 },
  );
});

/** The same value with the keys of every object the other way round. */
function turned(value: Json): Json {
  if (isArray(value)) return value.map(turned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, turned(each)]),
  );
}
