import fc from 'fast-check';
import { expect, test } from 'vitest';
import { colours, plainPaints } from '../../src/cli/screen.ts';
import { shorten, table, width } from '../../src/cli/tables.ts';

const columns = [{ head: 'NAME' }, { head: 'MTU' }, { head: 'ADDRESSES' }];
const wide = { columns: undefined, paint: plainPaints };

test('columns stand under their heads, and those that nobody fills are left out', () => {
  const text = table(
    columns,
    [
      ['lo', '', '127.0.0.1/8'],
      ['wlan0', '', ''],
    ],
    wide,
  );
  expect(text).toBe('NAME   ADDRESSES\nlo     127.0.0.1/8\nwlan0\n');
});

test('a table that is too wide shortens its widest cells, and never what is to be copied', () => {
  const text = table(
    [{ head: 'ID', whole: true }, { head: 'WHY' }],
    [['8e02951c-133c-4648-a85b-178c63a13c0c', 'because somebody said so in a long meeting']],
    { columns: 60, paint: plainPaints },
  );
  expect(text.split('\n')[1]).toBe('8e02951c-133c-4648-a85b-178c63a13c0c  because somebody said…');
});

test('paths lose their middle, sentences their end', () => {
  expect(shorten('/resourceCharacteristic/mtu/value', 20)).toBe('/resourceC…mtu/value');
  expect(shorten('nothing here can change it', 20)).toBe('nothing here can ch…');
  expect(shorten('lo', 20)).toBe('lo');
});

test('wide letters and accents are counted as a terminal shows them', () => {
  expect([width('東京'), width('e\u0301'), width('eth0')]).toEqual([4, 1, 4]);
});

test('colours take no room', () => {
  const rows = [[{ text: 'a', paint: colours.bad }, 'b']];
  expect(table([{ head: '' }, { head: '' }], rows, { columns: undefined, paint: colours })).toBe(
    '\u001b[31ma\u001b[39m  b\n',
  );
});

test('whatever the cells, no line is wider than the screen', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 90 }), fc.string(), fc.string()), { minLength: 1 }),
      fc.integer({ min: 40, max: 100 }),
      (rows, most) => {
        const clean = rows.map(row => row.map(cell => cell.replace(/\p{C}/gu, '')));
        for (const line of table(columns, clean, { columns: most, paint: plainPaints }).split('\n')) {
          expect(width(line)).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});
