/** Every statement of TMF630 has its place here: a test that stands where it is said to, or a decision. */
import { describe, expect, test } from 'vitest';
import { missing, numberedTitles } from '../kit/shown-tests.ts';
import { statements } from './statements.ts';

const numbered = ['http', 'query', 'lists', 'writes', 'hub'].map(name => `conformance/${name}.test.ts`);

describe('the table of statements', () => {
  test('has each of the 115 once', () => {
    const expected = Array.from({ length: 115 }, (_, i) => `T${String(i + 1).padStart(2, '0')}`);
    expect(statements.map(({ id }) => id)).toEqual(expected);
  });

  test.each(statements)('$id: $says', ({ id, level, shown, decided }) => {
    expect(missing(shown)).toEqual([]);
    // What must or should be so is shown in all four APIs; what may be so may be left out, with a word.
    const overAll = shown.filter(({ file, test: title }) => numbered.includes(file) && title.split(' ').includes(id));
    expect(overAll.length > 0 || (level === 'O' && decided !== undefined)).toBe(true);
  });

  test('names every test that a statement has', () => {
    const named = new Set(
      statements.flatMap(({ id, shown }) => shown.map(each => `${id} in ${each.file}: ${each.test}`)),
    );
    const titled = numbered.flatMap(file =>
      numberedTitles(file).flatMap(title => (title.match(/\bT\d+\b/g) ?? []).map(id => `${id} in ${file}: ${title}`)),
    );
    expect(titled.length).toBeGreaterThan(100);
    expect(titled.filter(each => !named.has(each))).toEqual([]);
  });
});
