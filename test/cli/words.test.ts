import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ago, harmless, harmlessJson, jsonText, moment, shortId, valueText } from '../../src/cli/words.ts';
import { lasting } from '../../src/core/lasting.ts';

const now = Date.parse('2026-03-12T12:00:00Z');

describe('text from the network', () => {
  test('cannot move the cursor, change colours or reverse a line', () => {
    expect(harmless('eth\u001b[2J0')).toBe('eth\\u{1b}[2J0');
    expect(harmless('a\u202eb\u009bc')).toBe('a\\u{202e}b\\u{9b}c');
    expect(harmless('one\ntwo\ttab')).toBe('one\\ntwo\\ttab');
    expect(harmless('Zürich 東京 &')).toBe('Zürich 東京 &');
  });

  test('is harmless wherever it stands, in names too', () => {
    expect(harmlessJson({ 'a\u001b': ['\u0007', { b: 'c\r' }], n: 1 })).toEqual({
      'a\\u{1b}': ['\\u{7}', { b: 'c\\r' }],
      n: 1,
    });
  });

  test('comes out of --json as it was, and holds nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = jsonText(value as never, 2);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(JSON.parse(jsonText('\u009b31m\u{e0001}'))).toBe('\u009b31m\u{e0001}');
  });
});

test('a value is bare where nobody can take it for something else', () => {
  expect(valueText('unlocked')).toBe('unlocked');
  expect(valueText(1400)).toBe('1400');
  expect(valueText('1400')).toBe('"1400"');
  expect(valueText('')).toBe('""');
  expect(valueText(null)).toBe('(nothing)');
  expect(valueText(['10.0.0.2/24'])).toBe('["10.0.0.2/24"]');
});

test('times are told in the unit that says enough', () => {
  expect([400, 59_000, 90_000, 3_540_000, 3_600_000, 47 * 3_600_000, 72 * 3_600_000].map(lasting)).toEqual([
    '0 s',
    '59 s',
    '2 min',
    '59 min',
    '1 h',
    '47 h',
    '3 d',
  ]);
  expect(ago('2026-03-12T11:59:30Z', now)).toBe('30 s ago');
  expect(ago(undefined, now)).toBe('never');
  expect(moment('2026-03-12T11:59:30Z', now)).toMatch(/^\d\d:\d\d:30$/);
  expect(moment('2026-03-01T11:59:30Z', now)).toMatch(/^2026-03-01 \d\d:\d\d:30$/);
});

test('our own ids are short, those of others are theirs', () => {
  expect(shortId('8e02951c-133c-4648-a85b-178c63a13c0c')).toBe('8e02951c');
  expect(shortId('uplink-mtu')).toBe('uplink-mtu');
});
