/** What is dear to tell is told as far as it goes, in short turns, and the rest is called undecided. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readExpected } from '../../../src/core/expected.ts';
import { expectationId } from '../../../src/core/ids.ts';
import type { Json } from '../../../src/core/json.ts';
import { finish } from '../../../src/core/look.ts';
import { isOutstanding } from '../../../src/core/outstanding.ts';
import { findConflicts } from '../../../src/core/standing/conflicts.ts';
import { colliding, type Laid, merge, merging, STEPS } from '../../../src/core/standing/merge.ts';
import { holding, implied } from '../../../src/core/standing/possible.ts';
import { newBudget } from '../../../src/core/standing/work.ts';
import { keyed } from '../../kit/expectations.ts';
import { value, wish } from '../../kit/wishes.ts';

const read = (source: Json) => readExpected(source, { keyed, lenient: true });
const meets = (source: Json, actual: Json | undefined) => !isOutstanding(read(source), actual, { now: 0, keyed });
const claims = (all: readonly Json[]) => all.map(each => ({ steps: [], node: read(each).node }));

function laid(nth: number, source: Json): Laid {
  const expectation = { id: expectationId(`e${nth}`), priority: 50, createdAt: nth, principal: 'operator' };
  return { expectation, expected: read(source) };
}

const many = (count: number, source: (nth: number) => Json): Laid[] =>
  Array.from({ length: count }, (_, nth) => laid(nth, source(nth)));

/** No chance, and yet nothing regular. */
const some = (nth: number, below: number): number => (nth * 7_919 + ((nth * nth) % 104_729)) % below;
const several = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** What nobody writes by hand and a program may: each takes long to tell beside the others. */
const dear: Readonly<Record<string, (nth: number) => Json>> = {
  'alternatives that are bounds': nth => ({
    c: { $anyOf: several(20, i => ({ $between: [some(nth * 20 + i, 60), 60 + some(nth * 31 + i, 60)] })) },
  }),
  'alternatives of whole objects': nth => ({
    c: { $oneOf: several(12, i => ({ a: { $gt: some(nth * 12 + i, 9) }, b: { $lt: some(nth * 17 + i, 9) } })) },
  }),
  'whole objects, excluded and chosen': nth => ({
    c: {
      [nth % 2 === 0 ? '$noneOf' : '$anyOf']: several(20, i => ({ a: some(nth * 20 + i, 5), b: some(nth + i, 5) })),
    },
  }),
  'many places with alternatives': nth =>
    Object.fromEntries(several(40, i => [`k${i}`, { $anyOf: [some(nth + i, 3), { $gt: some(nth * i, 9) }] }])),
  'a whole with alternatives, and many places in it': nth =>
    nth % 2 === 0
      ? { b: { $anyOf: several(50, i => ({ [`k${i}`]: 1 })) } }
      : { b: Object.fromEntries(several(100, i => [`k${i}`, { $anyOf: [some(nth * 100 + i, 3), 7] }])) },
};

/** No question is longer than this, however much is asked about; a step is about a microsecond. */
const LONGEST_QUESTION = 25_000;

test.each(Object.entries(dear))('%s: others have their turn, and it ends', (_, source) => {
  const all = many(100, source);
  const budget = newBudget(STEPS);
  const look = colliding(all, budget);
  let [longest, before, isOver] = [0, budget.left, false];
  while (!isOver) {
    isOver = look.next().done ?? false;
    longest = Math.max(longest, before - budget.left);
    before = budget.left;
  }
  expect(longest).toBeLessThan(LONGEST_QUESTION);
  // Beyond the budget each wish costs a little, which grows with how many stand there.
  expect(STEPS - budget.left).toBeLessThan(10 * STEPS);
  const { undecided, overruled } = finish(colliding(all, newBudget(STEPS)));
  expect(undecided.length).toBeGreaterThan(0);
  expect(finish(colliding(all, newBudget(STEPS)))).toEqual({ undecided, overruled });
});

test('who is handed in first makes no difference to what is left undecided', () => {
  const all = many(60, dear['alternatives that are bounds'] ?? (() => null));
  expect(merge(all.toReversed())).toEqual(merge(all));
});

test('with whatever time there is, what some value meets is never called a conflict, and nothing is wrongly implied', () => {
  let undecided = 0;
  const wishes = fc.array(wish, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(wishes, wish, value, fc.constantFrom(0, 10, 50, 200), (all, other, actual, steps) => {
      // Budgets are for many questions: the little that each gets beyond is taken away too.
      const found = holding(claims(all), newBudget(steps));
      if (found === 'undecided') undecided += 1;
      if (!all.every(each => meets(each, actual))) return;
      expect(found).not.toBe('cannot');
      if (implied(claims(all), read(other).node, newBudget(steps))) expect(meets(other, actual)).toBe(true);
    }),
    { numRuns: 10_000 },
  );
  expect(undecided).toBeGreaterThan(0);
});

test('what an array has to contain is told by a glance, however many ask', () => {
  const contains = (nth: number): Json => ({ addresses: { $contains: [`10.0.0.${nth}`] } });
  const used = (count: number): number => {
    const budget = newBudget(STEPS);
    const { overruled, undecided } = finish(colliding(many(count, contains), budget));
    expect([overruled, undecided]).toEqual([[], []]);
    return STEPS - budget.left;
  };
  expect(used(800)).toBeLessThan(10 * used(100));
  expect(merge(many(300, contains)).expect).toEqual({
    addresses: { $contains: several(300, nth => `10.0.0.${nth}`) },
  });
});

test('what collides with such a thing is found all the same', () => {
  const all = [...many(100, nth => ({ a: { $contains: [nth] } })), laid(100, { a: ['x'] }), laid(101, { a: 'text' })];
  expect(merge(all).overruled.map(each => [each.expectation, each.by.map(by => by.expectation)])).toEqual([
    ['e100', ['e0']],
    ['e101', ['e0']],
  ]);
});

test('whoever lays what cannot be told hears where that is', () => {
  const source = dear['alternatives of whole objects'] ?? (() => null);
  const target = { kind: 'port', name: 'p1' };
  const expectations = several(60, nth => ({
    id: expectationId(`e${nth}`),
    for: target,
    expect: source(nth),
    priority: 50,
    principal: 'operator',
    createdAt: nth,
    seq: 1,
  }));
  const [mine, ...others] = expectations.toReversed();
  if (!mine) throw new Error('there are sixty');
  const found = finish(findConflicts(mine, others, { keyed, instance: () => undefined }));
  expect(found.areAll).toBe(false);
  expect(found.undecided.map(({ path }) => path)).toContain('/c');
});

test('what stands is worked out in as short turns', () => {
  let turns = 0;
  for (const look = merging(many(40, nth => ({ [`k${nth}`]: nth }))); look.next().done !== true; ) turns += 1;
  expect(turns).toBeGreaterThan(40);
});
