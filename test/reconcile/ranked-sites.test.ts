import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectationId } from '../../src/core/ids.ts';
import { byStanding } from '../../src/core/ranking.ts';
import { type Rank, RankedSites } from '../../src/reconcile/ranked-sites.ts';
import '../kit/properties.ts';

test('whatever comes, goes and changes its rank, they stand in the order in which they would be sorted', () => {
  const rank: fc.Arbitrary<Rank> = fc
    .tuple(
      fc.constantFrom(10, 50, 90),
      fc.constantFrom(1, 2),
      fc.constantFrom('e1', 'e2'),
      fc.constantFrom('a', 'b'),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([priority, createdAt, id, place, tasks]) => ({
      by: { id: expectationId(id), priority, createdAt },
      place,
      tasks,
    }));
  const site = fc.integer({ min: 0, max: 120 }).map(n => `s${n}`);
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ put: site, rank }) },
    { weight: 2, arbitrary: fc.record({ gone: site }) },
    { weight: 1, arbitrary: fc.constant('read' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), steps => {
      const ranked = new RankedSites();
      const simply = new Map<string, Rank>();
      const same = (): void => {
        const sorted = [...simply].sort(
          ([one, a], [other, b]) =>
            byStanding(a.by, b.by) || (a.place < b.place ? -1 : a.place > b.place ? 1 : one < other ? -1 : 1),
        );
        expect([...ranked]).toEqual(sorted.map(([each]) => each));
        expect([ranked.size, ranked.tasks]).toEqual([
          simply.size,
          [...simply.values()].reduce((sum, each) => sum + each.tasks, 0),
        ]);
      };
      for (const each of steps) {
        if (each === 'read') same();
        else if ('put' in each) {
          ranked.put(each.put, each.rank);
          simply.set(each.put, each.rank);
        } else {
          ranked.delete(each.gone);
          simply.delete(each.gone);
        }
      }
      same();
    }),
    { numRuns: 300 },
  );
});
