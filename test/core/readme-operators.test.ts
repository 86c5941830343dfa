import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operators } from '../../src/core/expected/operators.ts';
import { readExpected } from '../../src/core/expected.ts';
import { isObject, type Json } from '../../src/core/json.ts';
import { isOutstanding } from '../../src/core/outstanding.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const rows = readme
  .slice(readme.indexOf('#### The language, operator by operator'))
  .split('\n')
  .filter(line => /^\| `\{"\$/.test(line))
  .map(line => line.slice(2, -2).split(' | '));
const shown = (cell = ''): Json[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => JSON.parse(text) as Json);
const isMet = (source: Json, actual: Json): boolean =>
  !isOutstanding(readExpected(source, { keyed: {} }), actual, { now: 0, keyed: {} });

test.each(rows.filter(cells => cells.length === 4))('%s', (written, _about, met, unmet) => {
  const sources = shown(written);
  for (const actual of shown(met)) expect(sources.every(source => isMet(source, actual))).toBe(true);
  for (const actual of shown(unmet)) expect(sources.every(source => isMet(source, actual))).toBe(false);
});

test.each(rows.filter(cells => cells.length === 3))('%s', (written, _about, met) => {
  for (const [i, operand] of shown(written).entries()) {
    const actual = shown(met)[i];
    if (actual !== undefined) expect(isMet({ $gte: operand }, actual)).toBe(true);
  }
});

test('every operator is in the table', () => {
  const told = rows
    .filter(cells => cells.length === 4)
    .flatMap(([written]) => shown(written).flatMap(each => (isObject(each) ? Object.keys(each) : [])));
  expect([...new Set(told)].sort()).toEqual([...operators.keys()].sort());
});
