import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { keyed } from '../kit/expectations.ts';

function refusal(source: unknown): AgentError {
  try {
    readExpected(source, { keyed });
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(source)} was read`);
}

const quantity = (amount: number, units: string): Json => ({ $quantity: { amount, units } });

const refused: [source: Json, pointer: string, sentence: string][] = [
  [{ a: { $gtt: 1 } }, '/a/$gtt', 'did you mean $gt?'],
  [{ a: { $betwen: [1, 2] } }, '/a/$betwen', 'did you mean $between?'],
  [{ a: { $ANYOF: [1] } }, '/a/$ANYOF', 'did you mean $anyOf?'],
  [{ a: { $regex: 'x' } }, '/a/$regex', 'did you mean $match?'],
  [{ a: { $zebra: 1 } }, '/a/$zebra', '$zebra is not an operator'],
  [{ a: { $gt: 1, $lt: 2 } }, '/a/$gt', 'one operator'],
  [{ a: { b: 1, $lt: 2 } }, '/a/$lt', '$map'],
  [{ $outstanding: { v: 1 } }, '/$outstanding', 'top of a message'],
  [{ 'a/b~': { $lt: 'x' } }, '/a~1b~0/$lt', 'an operand is a number or an object'],
  [{ $lt: { $duration: 'P1M' } }, '/$lt', 'months or years'],
  [{ $lt: { $duration: 'PT-1H' } }, '/$lt', '$duration needs text'],
  [{ $lt: { $instant: '2026-01-15' } }, '/$lt', '$instant needs text'],
  [{ $lt: { $quantity: { amount: 1, units: 'parsec' } } }, '/$lt', 'not known'],
  [{ $lt: { $lt: 1 } }, '/$lt', '$lt is not an operand'],
  [{ $between: [1] }, '/$between', '[lowest, highest]'],
  [{ $between: [1, { $duration: 'PT1H' }] }, '/$between', 'not of one kind'],
  [{ $within: { of: 1, tolerance: { $duration: 'PT1H' } } }, '/$within/tolerance', 'does not measure'],
  [{ $within: { of: 1 } }, '/$within', '$within takes'],
  [{ $range: [1, 2, 0] }, '/$range', 'step'],
  [{ $range: [1.5, 2] }, '/$range', 'whole numbers'],
  [{ $match: '(?<=a)b' }, '/$match', 'RE2'],
  [{ $match: 'a'.repeat(257) }, '/$match', '256'],
  [{ $match: { pattern: 'a', flags: 'g' } }, '/$match', 'flags'],
  [{ $type: 'float' }, '/$type', 'string, number'],
  [{ $type: 'numbr' }, '/$type', 'did you mean number?'],
  [{ $lt: '2026-01-15T12:34:56Z' }, '/$lt', '{"$instant":"2026-01-15T12:34:56Z"}'],
  [{ $lt: 'PT5M' }, '/$lt', '{"$duration":"PT5M"}'],
  [{ $lt: '5' }, '/$lt', 'say 5'],
  [{ $gte: { $quantity: { amount: 1, units: 'mbps' } } }, '/$gte', 'did you mean Mbps or MBps?'],
  [{ $gte: { $quantity: { amount: 1, units: ' Mbps' } } }, '/$gte', 'did you mean Mbps or MBps?'],
  [{ $gte: { $quantity: { amount: 1 } } }, '/$gte', '"units": text'],
  [{ $between: [5, 1] }, '/$between', 'swap them'],
  [{ $outside: [5, 1] }, '/$outside', 'swap them'],
  [{ $between: [{ $now: 'PT1H' }, { $now: 'PT0S' }] }, '/$between', 'swap them'],
  [{ $between: [{ $time: '22:00:00' }, { $time: '06:00:00' }] }, '/$between', 'midnight'],
  [{ $between: [quantity(1, 'Gbps'), quantity(999, 'Mbps')] }, '/$between', 'swap them'],
  [{ $between: [quantity(1, 'Mbps'), quantity(2, 'W')] }, '/$between/1', 'Mbps and W do not measure the same'],
  [{ $within: { of: quantity(1, 'Mbps'), tolerance: quantity(2, 'W') } }, '/$within/tolerance', 'such as Mbps'],
  [{ $within: { of: 1, tolerance: 0 } }, '/$within/tolerance', 'above 0'],
  [{ $range: [1, 5, -1] }, '/$range', 'no members'],
  [{ $match: '(a{30}){30}(b{30}){30}' }, '/$match', 'more than 1000'],
  [Array.from({ length: 11 }, () => ({ $match: 'a{990}' })), '/10/$match', 'more than 10000 steps together'],
  [{ a: ['\ud800'] }, '/a/0', 'surrogate'],
  [{ a: { '\udc00': 1 } }, '/a', 'surrogate'],
  [{ $absent: false }, '/$absent', 'true'],
  [{ $anyOf: [1, null] }, '/$anyOf/1', '$absent'],
  [{ $allOf: [1, null] }, '/$allOf/1', 'leave it out'],
  [{ $allOf: [] }, '/$allOf', 'at least one'],
  [{ a: { $allOf: [{ b: 1 }, { b: { $gtt: 1 } }] } }, '/a/$allOf/1/b/$gtt', 'did you mean $gt?'],
  [{ a: { $and: [1] } }, '/a/$and', '$allOf'],
  [{ $anyOf: 1 }, '/$anyOf', 'array'],
  [{ $fn: { name: 'nobody@1' } }, '/$fn/name', 'no function is registered as nobody@1'],
  [{ $fn: { name: 'generic_nota@1' } }, '/$fn/name', 'did you mean generic_note@1?'],
  [{ $fn: { name: 'Note' } }, '/$fn', '$fn takes'],
  [{ $fn: { name: 'generic_note@1', args: 1 } }, '/$fn', '$fn takes'],
  [{ $keyed: { by: ['id'], items: [{ id: 1 }, { name: 'x' }] } }, '/$keyed/items/1', 'plain values: id'],
  [{ $keyed: { by: ['id'], items: [{ id: { $gt: 1 } }] } }, '/$keyed/items/0', 'plain values: id'],
  [{ $keyed: { by: [], items: [] } }, '/$keyed', '$keyed takes'],
  [{ a: { items: [{ id: 1 }, { value: 2 }] } }, '/a/items/1', 'plain values: id, or name'],
  [{ items: [null] }, '/items/0', 'plain values'],
];

describe('what cannot be read is refused with its place and a way out', () => {
  test.each(refused)('%j', (source, pointer, sentence) => {
    const error = refusal(source);
    expect(error.code).toBe('invalid');
    expect(error.pointer).toBe(pointer);
    expect(error.message).toContain(sentence);
  });

  test('what is not JSON', () => {
    const sparse: unknown[] = [];
    sparse[1] = 1;
    const others = [{ a: () => 1 }, [1n], new Date(0), [new Map()], sparse, { a: Symbol('a') }];
    for (const source of [undefined, Number.NaN, Number.POSITIVE_INFINITY, { a: undefined }, ...others]) {
      expect(refusal(source).message).toContain('is JSON');
    }
  });
});

describe('an expectation has limits', () => {
  const deep = (levels: number): Json => (levels === 1 ? 1 : { a: deep(levels - 1) });

  test('32 levels', () => {
    expect(() => readExpected(deep(32), { keyed })).not.toThrow();
    expect(refusal(deep(33)).message).toContain('32 levels');
    expect(refusal(deep(5000)).pointer).toBe('/a'.repeat(32));
  });

  test('2000 values', () => {
    expect(() => readExpected(Array(1999).fill(1), { keyed })).not.toThrow();
    expect(refusal(Array(2000).fill(1)).message).toContain('2000 values');
  });

  test('64 KiB', () => {
    expect(() => readExpected('a'.repeat(65_534), { keyed })).not.toThrow();
    expect(refusal('ä'.repeat(40_000)).message).toContain('64 KiB');
  });
});

test('names of JavaScript objects are merely names', () => {
  const context = { now: 0, keyed };
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const source = JSON.parse(`{"${name}":{"a":1}}`) as Json;
    const expected = readExpected(source, { keyed });
    expect(outstanding(expected, {}, context)).toEqual(source);
    expect(Object.keys(outstanding(expected, {}, context) as object)).toEqual([name]);
    expect(outstanding(expected, source, context)).toBeUndefined();
    expect(refusal(JSON.parse(`{"$${name}":1}`)).message).toContain('is not an operator');
    expect(refusal({ $format: name }).code).toBe('invalid');
    const absent = readExpected(JSON.parse(`{"${name}":{"$absent":true}}`), { keyed });
    expect(outstanding(absent, {}, context)).toBeUndefined();
  }
  expect(({} as { a?: number }).a).toBeUndefined();
});

test('a part of an expectation is read where it stands', () => {
  const part = readExpected([{ id: 2 }], { keyed, at: '/x/items' });
  expect(outstanding(part, [{ id: 1 }, { id: 2 }], { now: 0, keyed })).toBeUndefined();
});
