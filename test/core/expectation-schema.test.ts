import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { operators } from '../../src/core/expected/operators.ts';
import { beyondSchema, expectationSchema } from '../../src/core/expected/schema.ts';
import { readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json, property } from '../../src/core/json.ts';
import { anything, keyed, storedExpectation } from '../kit/expectations.ts';

const schema = expectationSchema('http://127.0.0.1/diffo/v1/schemas/expectation');
const fits = new Ajv2020({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(schema);

/** Why the reader does not take it; undefined when it does. */
function refusal(source: Json, reading: Partial<Parameters<typeof readExpected>[1]> = {}): string | undefined {
  try {
    readExpected(source, { keyed: {}, ...reading });
    return undefined;
  } catch (error) {
    if (error instanceof AgentError && error.code === 'invalid') return error.message;
    throw error;
  }
}

const deep = (levels: number): Json => (levels === 1 ? 1 : { a: deep(levels - 1) });

/** For each thing that the schema cannot say: an example, and what the reader says of it. */
const beyond: [example: Json, sentence: RegExp, reading?: Partial<Parameters<typeof readExpected>[1]>][] = [
  [{ $match: '(' }, /RE2 syntax|too large/],
  [{ $fn: { name: 'nobody@1' } }, /no function is registered/],
  [{ $between: [1, { $now: 'PT0S' }] }, /not of one kind|do not measure the same|does not measure distances/],
  [{ $between: [2, 1] }, /swap them|has no members/],
  [{ $within: { of: { $now: 'PT0S' }, tolerance: { $duration: 'PT0S' } } }, /above 0/],
  [{ $lt: { $date: '2026-02-30' } }, /needs text such as "2026-01-15/],
  [{ $keyed: { by: ['id'], items: [{ name: 1 }] } }, /gives its key as plain values/],
  [{ items: [1] }, /an item of a keyed array/, { keyed }],
  [{ $gt: { $quantity: { amount: 1, units: 'W' } } }, /does not measure/, { unitOf: () => 'Mbps' }],
  [deep(33), /levels deep|more than 2000 values|larger than 64 KiB|steps together/],
  ['\ud800', /surrogate/],
];

describe('what the schema cannot say', () => {
  test.each(
    beyond.map(([example, sentence, reading], i) => [beyondSchema[i]?.what, example, sentence, reading] as const),
  )('%s', (_what, example, sentence, reading) => {
    expect(fits(example)).toBe(true);
    expect(refusal(example, reading)).toMatch(sentence);
  });

  test('is all on the list', () => {
    expect(beyond.length).toBe(beyondSchema.length);
  });
});

test('the schema has the operators that are read', () => {
  const known = property(property(property(schema, '$defs'), 'operator'), 'properties');
  expect(Object.keys(known as object).sort()).toEqual([...operators.keys()].sort());
});

test('what is read fits the schema', () => {
  fc.assert(
    fc.property(storedExpectation, source => {
      expect(refusal(source)).toBeUndefined();
      expect(fits(source), JSON.stringify(fits.errors)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

const spoiling = fc.record({
  at: fc.nat(),
  how: fc.oneof(
    fc.record({ put: fc.oneof(anything, storedExpectation) }),
    fc.record({ name: fc.constantFrom(...operators.keys(), '$duration', '$today', '$quantity', '$nope', 'amount') }),
    fc.record({ besides: fc.constantFrom('$gt', '$keyed', 'of', 'x', 'flags') }),
    fc.constant({ without: true }),
    fc.constant({ twice: true }),
  ),
});
type Spoiling = typeof spoiling extends fc.Arbitrary<infer Value> ? Value : never;

/** The source with one thing in it changed: its value, its name, its neighbours. */
function spoilt(source: Json, { at, how }: Spoiling): Json {
  const places = count(source);
  let left = at % places;
  const walk = (here: Json): Json => {
    if (left-- === 0) return changed(here, how);
    if (isArray(here)) return here.map(walk);
    if (!isObject(here)) return here;
    return Object.fromEntries(Object.entries(here).map(([key, each]) => [key, walk(each)]));
  };
  return walk(source);
}

function changed(here: Json, how: Spoiling['how']): Json {
  if ('put' in how) return how.put;
  if ('twice' in how) return isArray(here) ? [...here, ...here] : [here, here];
  if (isArray(here)) return here.slice(1);
  if (!isObject(here)) return typeof here === 'string' ? `${here} ` : String(here);
  const [[first, value] = ['a', null] as const, ...others] = Object.entries(here);
  if ('name' in how) return Object.fromEntries([[how.name, value], ...others]);
  if ('besides' in how) return { ...here, [how.besides]: value };
  return Object.fromEntries(others.length === 0 ? [[`${first}x`, value]] : others);
}

function count(value: Json): number {
  const inner = isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return inner.reduce<number>((sum, each) => sum + count(each), 1);
}

test('of what is spoilt the schema refuses what the reader refuses, but for the list', () => {
  const seen = { both: 0, reader: 0, neither: 0 };
  fc.assert(
    fc.property(storedExpectation, fc.array(spoiling, { minLength: 1, maxLength: 2 }), (source, changes) => {
      const spoiltSource = changes.reduce(spoilt, source);
      const why = refusal(spoiltSource);
      if (!fits(spoiltSource)) {
        seen.both++;
        expect(why, JSON.stringify(fits.errors)).toBeDefined();
      } else if (why === undefined) {
        seen.neither++;
      } else {
        seen.reader++;
        expect(
          beyond.some(([, sentence]) => sentence.test(why)),
          why,
        ).toBe(true);
      }
    }),
    { numRuns: 10_000 },
  );
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
});
