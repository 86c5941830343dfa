/** Whatever two or three want of one value, the planner has its say once and then the world is at rest. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ability } from '../../src/core/ability.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { readExpected } from '../../src/core/expected.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { judge } from '../../src/core/outstanding.ts';
import { type Draft, plan } from '../../src/core/planner.ts';
import { sceneOf } from '../../src/core/prediction.ts';
import { conflictsOf } from '../../src/core/standing/conflicts.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { value as small, wish } from '../kit/wishes.ts';
import '../kit/properties.ts';

/** Enough to see a world that is at rest from one that goes to and fro. */
const PASSES = 20;
const PATH = '/description';

const portWith = (value: Json | undefined): Instance => ({
  id: instanceId('p1'),
  type: 'resource',
  kind: 'port',
  observedBy: 'fake',
  seq: 1,
  createdAt: 0,
  document: { name: 'p1', ...(value === undefined ? {} : { description: value }) },
});
const wants = (nth: number, value: Json): Expectation => ({
  id: expectationId(`e${nth}`),
  for: { kind: 'port', name: 'p1' },
  expect: { description: value },
  mode: 'enforce',
  priority: 50,
  principal: 'operator',
  owner: `owner ${nth}`,
  createdAt: nth,
  seq: 1,
});
const ability: Ability = {
  kind: 'port',
  path: PATH,
  steps: (_, wanted) => [{ op: 'set', args: { wanted: wanted ?? null }, summary: 'set', order: 1 }],
  predict: ({ args }) => [{ of: { kind: 'port', name: 'p1' }, path: PATH, value: args.wanted ?? null }],
};

function draftFor(instance: Instance, expectations: readonly Expectation[]): Draft {
  const context = { now: 0, keyed };
  return plan({
    now: 0,
    context,
    unmet: expectations.flatMap(expectation => {
      const judged = judge(readExpected(expectation.expect, { keyed, lenient: true }), instance.document, context);
      const { verdict, residual, leaves } = judged;
      if (verdict !== 'unmet' || residual === undefined) return [];
      return [{ expectation, instance, residual, leaves, mode: 'enforce' as const }];
    }),
    standing: () => expectations,
    offers: [{ driver: 'fake', ability }],
    scene: sceneOf([instance]),
    standingOf: () => expectations,
    held: () => undefined,
    tried: () => [],
  });
}

/** How many passes had something to do, and what the last of all passes has left waiting. */
function goRound(expectations: readonly Expectation[], start: Json | undefined) {
  let instance = portWith(start);
  let busy = 0;
  let draft = draftFor(instance, expectations);
  for (let pass = 0; pass < PASSES; pass++) {
    // What it has nothing to do for now it has nothing to do for ever: a pass is a pure function of what is so.
    if (draft.tasks.length === 0) break;
    busy = pass + 1;
    for (const { step } of draft.tasks) {
      const { wanted = null } = step.args as JsonObject;
      instance = portWith(wanted === null ? undefined : wanted);
    }
    draft = draftFor(instance, expectations);
  }
  return { busy, draft, becomes: instance.document.description };
}

const number = fc.constantFrom(0, 1, 2, 3, 4);
const simple: fc.Arbitrary<Json> = fc.oneof(
  number,
  fc.tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte'), number).map(([op, n]) => ({ [op]: n })),
  fc.tuple(number, number).map(([a, b]) => ({ $between: [Math.min(a, b), Math.max(a, b)] })),
  fc.uniqueArray(number, { minLength: 1, maxLength: 3 }).map(all => ({ $anyOf: all })),
);

// A machine that does much else takes many times as long.
const patient = { timeout: 300_000 };

// P02, Q6
test(
  'of two owners whose wishes collide each hears of one conflict, one has its way, and no task goes to and fro',
  patient,
  () => {
    let collided = 0;
    fc.assert(
      fc.property(simple, simple, small, (first, second, start) => {
        const [high, low] = [wants(1, first), wants(2, second)];
        const world = { keyed, instance: () => undefined };
        const conflicts = conflictsOf(low, [high, low], world);
        expect(conflictsOf(high, [high, low], world)).toHaveLength(conflicts.length);
        const { busy, draft } = goRound([low, high], start);
        expect(busy).toBeLessThanOrEqual(2);
        if (conflicts.length === 0) return;
        collided += 1;
        expect(conflicts).toEqual([
          {
            path: PATH,
            wants: second,
            with: [{ expectation: 'e1', principal: 'operator', owner: 'owner 1', priority: 50, wants: first }],
            stands: 'e1',
          },
        ]);
        const waiting = draft.waiting.filter(each => each.expectation === 'e2').map(each => each.because);
        expect(waiting).toEqual([expect.stringMatching(/^(overruled by e1|nothing|.* leaves open|.* would do)/)]);
      }),
      { numRuns: 1_500 },
    );
    expect(collided).toBeGreaterThan(250);
  },
);

// Q6
test('three who want anything come to rest too', patient, () => {
  fc.assert(
    fc.property(fc.array(wish, { minLength: 3, maxLength: 3 }), small, (all, start) => {
      expect(
        goRound(
          all.map((each, nth) => wants(nth, each)),
          start,
        ).busy,
      ).toBeLessThan(10);
    }),
    { numRuns: 500 },
  );
});

test('where it would take too long to tell whether all can be met, it comes to rest as well', patient, () => {
  const alternatives = (nth: number): Json => ({
    $oneOf: Array.from({ length: 14 }, (_, i) => ({
      a: { $between: [(nth * 7 + i) % 11, ((nth * 7 + i) % 11) + 3] },
      b: { $anyOf: [(nth * 5 + i) % 7, (nth * 3 + i) % 7] },
    })),
  });
  const { busy, draft } = goRound(
    Array.from({ length: 30 }, (_, nth) => wants(nth, alternatives(nth))),
    undefined,
  );
  expect(busy).toBeLessThan(10);
  expect(draft.waiting.length).toBeGreaterThan(0);
});
