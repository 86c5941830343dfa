/** The laws of sets: whatever stood before, once what differs is written the set says so, and says nothing more. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expectation } from '../../src/core/expectation.ts';
import { differenceOfSet, idInSet, isSame, type SetDifference, type SetItem } from '../../src/core/expectation-set.ts';
import { saidBy, versionHash } from '../../src/core/expectation-version.ts';
import { keyed } from '../kit/expectations.ts';

const keeper = { agent: 'agent', principal: 'operator', now: 7, keyed };

const item: fc.Arbitrary<SetItem> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    for: fc.record({ kind: fc.constantFrom('port', 'line'), name: fc.constantFrom('p', 'q') }),
    expect: fc.record({
      state: fc.constantFrom('up', 'down'),
      items: fc.constantFrom([], [{ id: 1 }, { id: 2, v: 3 }]),
    }),
    priority: fc.constantFrom(40, 50, 60),
    mode: fc.constantFrom('observe', 'warn'),
    why: fc.constantFrom('because', 'else'),
  },
  { requiredKeys: ['name', 'for', 'expect', 'priority'] },
);
const items = fc.uniqueArray(item, { selector: ({ name }) => name });

function written(standing: readonly Expectation[], { added, changed, removed }: SetDifference): readonly Expectation[] {
  const byId = new Map(standing.map(each => [each.id, each]));
  for (const { id } of removed) byId.delete(id);
  for (const each of [...added, ...changed.map(({ after }) => after)]) byId.set(each.id, { ...each, seq: byId.size });
  return [...byId.values()];
}

const lay = (
  set: string,
  said: readonly SetItem[],
  prune: boolean,
  standing: readonly Expectation[],
): readonly Expectation[] => written(standing, differenceOfSet({ set, items: said, prune }, standing, keeper));

const told = (all: readonly Expectation[], set: string) =>
  new Map(all.filter(each => each.set === set).map(each => [each.name, saidBy(each)]));

test('once it is laid nothing differs, and each item is what it says', () => {
  fc.assert(
    fc.property(items, items, items, fc.boolean(), (first, other, second, prune) => {
      const before = lay('other', other, true, lay('set', first, true, []));
      const after = lay('set', second, prune, before);
      expect(isSame(differenceOfSet({ set: 'set', items: second, prune }, after, keeper))).toBe(true);
      for (const { name, ...said } of second) expect(told(after, 'set').get(name)).toEqual(said);
      const names = prune ? second : [...second, ...first];
      expect(new Set(told(after, 'set').keys())).toEqual(new Set(names.map(({ name }) => name)));
      // Another set is nothing to it.
      expect(told(after, 'other')).toEqual(told(before, 'other'));
    }),
  );
});

test('the paths of a change lead from what it was to what it is', () => {
  fc.assert(
    fc.property(items, items, (first, second) => {
      const before = lay('set', first, true, []);
      const { added, changed, removed, same } = differenceOfSet(
        { set: 'set', items: second, prune: true },
        before,
        keeper,
      );
      expect(added.length + changed.length + same.length).toBe(second.length);
      expect(removed.length + changed.length + same.length).toBe(first.length);
      for (const { before: was, after, paths } of changed) {
        expect(paths.length).toBeGreaterThan(0);
        expect([after.id, after.createdAt, after.name]).toEqual([was.id, was.createdAt, was.name]);
        expect(versionHash(after)).not.toBe(versionHash(was));
      }
      for (const each of same) expect(before).toContain(each);
    }),
  );
});

test('an id is that of the agent, the set and the name, and of nothing else', () => {
  const ids = ['x', 'y'].flatMap(agent => ['x', 'y'].flatMap(set => ['x', 'y'].map(name => idInSet(agent, set, name))));
  expect(new Set(ids).size).toBe(8);
  expect(idInSet('x', 'y', 'x')).toBe(ids[2]);
});
