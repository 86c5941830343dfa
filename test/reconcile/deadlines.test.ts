import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from '../../src/reconcile/deadlines.ts';

test('what is due is taken, each at its latest word, and the next is known', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const act = fc.oneof(
    fc.record({ name, at: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }) }),
    fc.record({ take: fc.integer({ min: 0, max: 50 }) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), acts => {
      const deadlines = new Deadlines();
      const plain = new Map<string, number>();
      for (const each of acts) {
        if ('take' in each) {
          const due = [...plain].filter(([, at]) => at <= each.take).map(([of]) => of);
          expect(deadlines.take(each.take).sort()).toEqual(due.sort());
          for (const of of due) plain.delete(of);
        } else {
          deadlines.set(each.name, each.at);
          if (each.at === undefined) plain.delete(each.name);
          else plain.set(each.name, each.at);
        }
        expect(deadlines.next()).toBe(Math.min(Number.POSITIVE_INFINITY, ...plain.values()));
      }
    }),
    { numRuns: 500 },
  );
});
