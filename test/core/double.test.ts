import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areTwo, hearLife, type Life, noLives } from '../../src/core/stream/double.ts';

const told = (lives: readonly Life[]): boolean => areTwo(lives.reduce(hearLife, noLives));

test('however often an agent starts anew, it is one', () => {
  const lives = fc.array(fc.nat({ max: 5 }), { maxLength: 50 });
  fc.assert(
    fc.property(lives, counts => {
      const said = counts.flatMap((times, nth) => Array.from({ length: times }, () => ({ boot: `life ${nth}` })));
      expect(told(said)).toBe(false);
    }),
  );
});

test('what a life said before the next one began may come late, in any order and any number', () => {
  const late = { boot: 'before', firstAt: 10 };
  const said = fc.array(fc.boolean(), { maxLength: 30 });
  fc.assert(
    fc.property(said, order => {
      const lives = order.map((isLate, i) => (isLate ? late : { boot: 'after', firstAt: 20 + i }));
      expect(told([late, { boot: 'after', firstAt: 11 }, ...lives])).toBe(false);
    }),
  );
});

test('two who speak by turns are told from one, with their times or without', () => {
  const turns = ['one', 'two', 'one', 'two'];
  expect(told(turns.map(boot => ({ boot })))).toBe(true);
  expect(told(turns.map((boot, i) => ({ boot, firstAt: i })))).toBe(true);
  expect(told(turns.slice(0, 3).map(boot => ({ boot })))).toBe(false);
});

test('who is heard without anything new is the same object', () => {
  const once = hearLife(noLives, { boot: 'one' });
  expect(hearLife(once, { boot: 'one' })).toBe(once);
});
