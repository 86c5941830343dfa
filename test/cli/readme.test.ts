import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chapterOf, replay, sessionsOf } from '../kit/sessions.ts';

const page = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const sessions = sessionsOf(chapterOf(page, '#### The language in ten examples'));

test('there are ten examples and a mistake, and each asks something', () => {
  expect(sessions.map(({ about }) => /^\*\*(\d+)\./.exec(about)?.[1])).toEqual([
    ...Array.from({ length: 10 }, (_, i) => String(i + 1)),
    undefined,
  ]);
  expect(sessions.filter(({ text }) => !/^\$ .*\bdiffo evaluate /m.test(text))).toEqual([]);
});

describe('an example in the README answers what is printed there', () => {
  test.each(sessions)('$about', session => {
    expect(replay(session)).toBe(session.text);
  });
});
