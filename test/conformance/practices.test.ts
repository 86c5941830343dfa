/** Every practice and every property has tests that stand where it says, are run, and bear its id. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTest, missing } from '../kit/shown-tests.ts';
import { practices } from './practices.ts';

const numbers = (letter: string, most: number, digits: number): readonly string[] =>
  Array.from({ length: most }, (_, i) => `${letter}${String(i + 1).padStart(digits, '0')}`);

/** Drawn at random, or every case there is. */
const forAll = /fc\.assert|\bseeds?\b|\.each\(|for every|SEQUENCES|outcomes/;

describe('the table of practices', () => {
  test('has each of the 44 practices and the nine properties once', () => {
    expect(practices.map(({ id }) => id)).toEqual([...numbers('P', 44, 2), ...numbers('Q', 9, 1)]);
  });

  test.each(practices)('$id: $says', ({ id, shown, property }) => {
    expect(shown.length).toBeGreaterThan(0);
    expect(missing(shown)).toEqual([]);
    const found = shown.map(each => ({ ...each, found: findTest(each) }));
    for (const { file, test: title, found: one } of found) {
      // What a machine cannot have, as network namespaces, may be left out there.
      expect(one?.call ?? '', `${file}: ${title}`).not.toMatch(/\.(skip|todo|only|fails)\b/);
      expect(one?.above ?? '', `the line above "${title}" in ${file}`).toMatch(new RegExp(`^// .*\\b${id}\\b`));
    }
    if (property)
      expect(
        found.some(each => forAll.test(each.found?.text ?? '')),
        'tried with all that may come',
      ).toBe(true);
  });

  test('names every test that bears an id', () => {
    const named = practices.flatMap(({ id, shown }) => shown.map(({ file }) => `${file}: ${id}`));
    const top = join(import.meta.dirname, '..');
    const files = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
    const borne = files.flatMap(file =>
      [...readFileSync(join(top, file), 'utf8').matchAll(/^[ \t]*\/\/ ((?:(?:P\d\d|Q\d)(?:, )?)+)$/gm)].flatMap(
        ([, ids = '']) => ids.split(', ').map(id => `${file}: ${id}`),
      ),
    );
    expect(borne.toSorted()).toEqual(named.toSorted());
  });
});
