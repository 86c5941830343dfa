/** The README tells every code that a failing answer can have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureCodes } from '../../src/tmf/failure-codes.ts';

test('the README lists every code of a failing answer, with its status and meaning', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| (\d{3}) \| `(\w+)` \| (.*) \|$/gm)].map(([, status, code, about]) => [
    code,
    Number(status),
    about,
  ]);
  expect(rows).toEqual(Object.entries(failureCodes).map(([code, { status, about }]) => [code, status, about]));
});
