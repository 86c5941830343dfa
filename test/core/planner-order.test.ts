/** Whatever needs whatever: the steps of a plan can be taken in its order, and come to what it foretells. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { foresee, sceneOf } from '../../src/core/prediction.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import {
  expectationOf,
  instancesOf,
  KIND,
  paths,
  planFor,
  type Relied,
  type Rules,
  type State,
  taken,
  unmetNeeds,
  type Wish,
} from '../kit/planned-things.ts';
import '../kit/properties.ts';

const names = ['t1', 't2', 't3', 't4'];
const value = fc.integer({ min: 0, max: 2 });
const values = fc.record({ a: value, b: value }, { requiredKeys: [] });
const state: fc.Arbitrary<State> = fc.dictionary(fc.constantFrom(...names), values, { minKeys: 1, maxKeys: 4 });
const absent = { $absent: true };
const wishes: fc.Arbitrary<readonly Wish[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...names),
    expect: fc.oneof(
      { weight: 4, arbitrary: fc.record({ a: value, b: value }, { requiredKeys: [] }) },
      { weight: 1, arbitrary: fc.constant(absent) },
    ),
  }),
  { selector: each => each.name, minLength: 1, maxLength: 4 },
);
const relied: fc.Arbitrary<Relied> = fc.oneof(
  fc.record({ name: fc.constantFrom(...names), path: fc.constantFrom(...paths), is: value }),
  fc.record({
    name: fc.constantFrom(...names),
    path: fc.constant(''),
    is: fc.constantFrom<'there' | 'gone'>('there', 'gone'),
  }),
);
const calls = names.flatMap(name => [`make ${name}`, `remove ${name}`, ...paths.map(path => `set ${name} ${path}`)]);
const needs = fc.dictionary(fc.constantFrom(...calls), fc.array(relied, { minLength: 1, maxLength: 2 }), {
  maxKeys: 6,
});
const also = fc.dictionary(
  fc.constantFrom(...names.flatMap(name => paths.map(path => `set ${name} ${path}`))),
  fc.array(fc.record({ name: fc.constantFrom(...names), path: fc.constantFrom(...paths), value }), {
    minLength: 1,
    maxLength: 2,
  }),
  { maxKeys: 3 },
);
const rules: fc.Arbitrary<Rules> = fc.record({ needs });
const wildRules: fc.Arbitrary<Rules> = fc.record({ needs, also });

const stateOf = (instances: readonly { readonly document: Readonly<Record<string, Json>> }[]): State =>
  Object.fromEntries(instances.map(({ document: { name, ...rest } }) => [String(name), rest]));

// P11
test('taken in its order no step lacks what it needs, and what comes is what was foretold, side effects included', () => {
  let planned = 0;
  fc.assert(
    fc.property(wildRules, state, wishes, (world, start, wanted) => {
      let now = start;
      let foretold = sceneOf(instancesOf(start));
      for (const { step, effects = [] } of planFor(world, start, wanted).tasks) {
        expect(unmetNeeds(world, now, step), step.summary).toEqual([]);
        now = taken(world, now, step);
        foretold = foresee(foretold, effects, keyed);
        expect(stateOf([...foretold.of(KIND)]), step.summary).toEqual(now);
        planned++;
      }
    }),
    { numRuns: 2_000 },
  );
  expect(planned).toBeGreaterThan(2_000);
});

test('what can be done in any order at all is planned; what cannot says why', () => {
  const counts = { all: 0, some: 0 };
  fc.assert(
    fc.property(rules, state, wishes, (world, start, wanted) => {
      const { tasks, waiting } = planFor(world, start, wanted);
      const free = planFor({}, start, wanted).tasks.map(each => each.step);
      const isFeasible = canAllBeTaken(world, start, free);
      expect(tasks.length === free.length, waiting.map(each => each.because).join('\n')).toBe(isFeasible);
      if (isFeasible) {
        expect(waiting).toEqual([]);
        counts.all++;
        return;
      }
      counts.some++;
      const leaves = new Set([...tasks, ...waiting].map(each => `${each.expectation} ${each.path}`));
      const wantedLeaves = new Set(planFor({}, start, wanted).tasks.map(each => `${each.expectation} ${each.path}`));
      expect(leaves).toEqual(wantedLeaves);
      for (const { because } of waiting) {
        expect(because).toMatch(
          /^(it needs that .*(nothing in the plan brings that|waits too)|they wait for each other in a circle: )/,
        );
      }
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(counts.all, counts.some)).toBeGreaterThan(200);
});

/** By trying every order. */
function canAllBeTaken(world: Rules, now: State, steps: readonly Parameters<typeof taken>[2][]): boolean {
  if (steps.length === 0) return true;
  return steps.some(step => {
    if (unmetNeeds(world, now, step).length > 0) return false;
    return canAllBeTaken(
      world,
      taken(world, now, step),
      steps.filter(each => each !== step),
    );
  });
}

// P07, Q2
test('when all that was planned is done, nothing more is planned', () => {
  fc.assert(
    fc.property(rules, state, wishes, (world, start, wanted) => {
      const first = planFor(world, start, wanted);
      const after = first.tasks.reduce((now, { step }) => taken(world, now, step), start);
      const second = planFor(world, after, wanted);
      expect(second.tasks).toEqual([]);
      expect(second.waiting.map(each => each.path)).toEqual(first.waiting.map(each => each.path));
    }),
    { numRuns: 2_000 },
  );
});

// P11
test('forward for making, backward for removing', () => {
  const world: Rules = {
    needs: {
      'make t1': [{ name: 't2', path: '', is: 'there' }],
      'make t2': [{ name: 't3', path: '', is: 'there' }],
      'remove t3': [{ name: 't2', path: '', is: 'gone' }],
      'remove t2': [{ name: 't1', path: '', is: 'gone' }],
    },
  };
  const all = (is: object): Wish[] => ['t1', 't2', 't3'].map(name => ({ name, expect: { ...is } }));
  const summaries = (start: State, wanted: readonly Wish[]) =>
    planFor(world, start, wanted).tasks.map(each => each.step.summary);
  expect(summaries({}, all({ a: 1 }))).toEqual(['make t3', 'make t2', 'make t1']);
  expect(summaries({ t1: {}, t2: {}, t3: {} }, all(absent))).toEqual(['remove t1', 'remove t2', 'remove t3']);
});

test('what one step takes away is taken after all who still need it', () => {
  const world: Rules = { needs: { 'set t1 /a': [{ name: 't2', path: '/b', is: 0 }] } };
  const wanted: Wish[] = [
    { name: 't2', expect: { b: 1 }, priority: 90 },
    { name: 't1', expect: { a: 1 } },
  ];
  const { tasks } = planFor(world, { t1: { a: 0 }, t2: { b: 0 } }, wanted);
  expect(tasks.map(each => each.step.summary)).toEqual(['set t1 /a to 1', 'set t2 /b to 1']);
});

// P11
test('a circle is printed, and holds up nothing else', () => {
  const world: Rules = {
    needs: {
      'set t1 /a': [{ name: 't2', path: '/a', is: 1 }],
      'set t2 /a': [{ name: 't3', path: '/a', is: 1 }],
      'set t3 /a': [{ name: 't1', path: '/a', is: 1 }],
      'set t4 /b': [{ name: 't1', path: '/a', is: 1 }],
    },
  };
  const start = { t1: {}, t2: {}, t3: {}, t4: {} };
  const wanted = [
    ...['t1', 't2', 't3'].map(name => ({ name, expect: { a: 1 } })),
    { name: 't4', expect: { a: 1, b: 1 } },
  ];
  const { tasks, waiting } = planFor(world, start, wanted);
  expect(tasks.map(each => each.step.summary)).toEqual(['set t4 /a to 1']);
  expect(waiting.map(each => [each.expectation, each.because])).toEqual([
    ...['t1', 't2', 't3'].map((name, nth) => [
      expectationOf({ name, expect: {} }, nth).id,
      'they wait for each other in a circle: "set t1 /a to 1" has to come after "set t2 /a to 1" (t2/a is 1), ' +
        '"set t2 /a to 1" has to come after "set t3 /a to 1" (t3/a is 1), ' +
        '"set t3 /a to 1" has to come after "set t1 /a to 1" (t1/a is 1)',
    ]),
    [
      'e3-t4',
      'it needs that t1/a is 1 (/a of thing t1 has to be exactly 1); that would come of "set t1 /a to 1", which waits too',
    ],
  ]);
});

test('what nothing brings waits and says what is missing', () => {
  const world: Rules = { needs: { 'set t1 /a': [{ name: 't2', path: '', is: 'there' }] } };
  const { tasks, waiting } = planFor(world, { t1: {} }, [{ name: 't1', expect: { a: 1 } }]);
  expect(tasks).toEqual([]);
  expect(waiting).toMatchObject([
    {
      path: '/a',
      because: 'it needs that t2 is "there", and nothing in the plan brings that',
    },
  ]);
});
