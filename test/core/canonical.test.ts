import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, contentId, isContentId } from '../../src/core/canonical.ts';
import { AgentError } from '../../src/core/errors.ts';
import { canonical, isArray, isObject, type Json } from '../../src/core/json.ts';
import { expectation } from '../kit/expectations.ts';

/** Bits of a double and its text, from appendix B of RFC 8785. */
const numbers: [bits: string, text: string][] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

describe('RFC 8785', () => {
  test.each(numbers)('the number %s is written %s', (bits, text) => {
    expect(canonicalText(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  test('its example', () => {
    const source = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as Json;
    expect(canonicalText(source)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('keys stand in the order of their UTF-16 units', () => {
    const keys = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö'];
    const text = canonicalText(Object.fromEntries(keys.map(key => [key, 0])));
    expect([...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(each => JSON.parse(`"${each[1]}"`))).toEqual([
      '\r',
      '1',
      '\u0080',
      'ö',
      '€',
      '😀',
      '\ufb33',
    ]);
  });

  test('what has no text there is refused with its place', () => {
    const refused: [Json, string][] = [
      [{ a: ['x', '\ud800'] }, '/a/1'],
      [{ a: { '\udc00/': 1 } }, '/a'],
      [['😀', { 'a/b': Number.NaN }], '/1/a~1b'],
      [Number.NEGATIVE_INFINITY, ''],
    ];
    for (const [value, pointer] of refused) {
      expect(() => canonicalText(value)).toThrow(AgentError);
      expect(() => canonicalText(value)).toThrow(expect.objectContaining({ code: 'invalid', pointer }));
    }
  });
});

test('equal values have one text and one id, whatever the order of their keys', () => {
  fc.assert(
    fc.property(expectation, value => {
      const text = canonicalText(value);
      expect(canonicalText(turned(value))).toBe(text);
      expect(canonicalText(JSON.parse(text) as Json)).toBe(text);
      expect(contentId(turned(value))).toBe(contentId(value));
      expect(text).toBe(canonical(value));
    }),
  );
});

test('an id is told from other text', () => {
  const id = contentId({ b: 1, a: 2 });
  expect(id).toBe('sha256:d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772');
  expect(isContentId(id)).toBe(true);
  for (const other of ['', 'sha256:', id.toUpperCase(), `${id}0`, 1]) expect(isContentId(other)).toBe(false);
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
