import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson, whereWrong } from '../../src/cli/json-place.ts';

test.each([
  ['{"mtu": abc}', 'at line 1, column 9, a value should stand where "abc}" does'],
  ['{"mtu": 1400', 'it ends at line 1, column 13, where , or } is missing'],
  ['{mtu: 1400}', 'at line 1, column 2, a name in double quotes should stand where "mtu: 1400}" does'],
  ['{"a": 1,\n "b" 2}', 'at line 2, column 6, a colon should stand where "2}" does'],
  ['[1, 2,]', 'at line 1, column 7, a value should stand where "]" does'],
  ['{} {}', 'at line 1, column 4, the end should stand where "{}" does'],
  [
    '["unended]',
    'at line 1, column 2, well-formed text that ends in a double quote should stand where ""unended]" does',
  ],
  ['  ', 'it is empty'],
])('%s: %s', (text, place) => {
  expect(whereWrong(text)).toBe(place);
  expect(() => readJson(text, 'EXPECTED')).toThrow(`EXPECTED is not JSON: ${place}`);
});

test('wherever JSON is cut or spoilt, a place inside the text is named', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', 'x', '"', '}', ',', ':', '\\', '0'), (json, cut, put) => {
      const at = cut % (json.length + 1);
      const text = json.slice(0, at) + put + json.slice(at + (cut % 2));
      try {
        JSON.parse(text);
      } catch {
        expect(whereWrong(text)).not.toContain('where the end is missing');
        return;
      }
      expect(readJson(text, 'it')).toEqual(JSON.parse(text));
    }),
    { numRuns: 1000 },
  );
});
