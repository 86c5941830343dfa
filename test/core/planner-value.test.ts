/** A plan as a value: what it is made of, how much it holds, and that it is nothing but a function of what it is made from. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { at } from '../../src/core/path.ts';
import type { PlannedTask, ReadFact } from '../../src/core/plan.ts';
import { abilityFinder, movedSince, planHash, readSetOf, type Situation } from '../../src/core/planner.ts';
import { foretoldOtherwise } from '../../src/core/planning/again.ts';
import { arrange } from '../../src/core/planning/arrange.ts';
import { sketch } from '../../src/core/planning/sketch.ts';
import { sceneOf } from '../../src/core/prediction.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import {
  abilitiesOf,
  instancesOf,
  KIND,
  paths,
  planFor,
  type Rules,
  type State,
  situationOf,
  type Wish,
} from '../kit/planned-things.ts';
import '../kit/properties.ts';

const context = { now: 0, keyed };

function hashOf(tasks: readonly PlannedTask[], readSet: readonly ReadFact[]): string {
  return planHash({ tasks, readSet, expectations: [{ id: 'e', seq: 1 }] });
}

test('every sort of leaf that is outstanding comes to one value to be set, or says why none follows', () => {
  const leaves: readonly (readonly [Json, Json | undefined, Json | string | undefined])[] = [
    [5, 1, 5],
    [{ $eq: [1] }, 1, [1]],
    [{ $literal: { x: 1 } }, 1, { x: 1 }],
    [{ $absent: true }, 1, undefined],
    [{ $null: true }, 1, null],
    [{ $gte: 5 }, 1, 5],
    [{ $lte: 5 }, 9, 5],
    [{ $between: [3, 5] }, 9, 5],
    [{ $range: [0, 10] }, 12, 10],
    [{ $anyOf: [7, 8] }, 1, 7],
    [{ $allOf: [{ $gte: 3 }, { $lte: 4 }] }, 9, 4],
    [{ $contains: [2] }, [1], [1, 2]],
    [{ $set: [1, 2] }, [1], [1, 2]],
    [{ $noneOf: [{ $contains: [2] }] }, [1, 2], [1]],
    [{ $empty: 'array' }, [1], []],
    [{ x: 1 }, { y: 2 }, { x: 1, y: 2 }],
    [[1, 2], [3], [1, 2]],
    [{ $present: true }, undefined, /leaves open/.source],
    [{ $match: '^a' }, 'b', /leaves open/.source],
    [{ $within: { of: 10, tolerance: 2 } }, 1, /leaves open/.source],
    [{ $type: 'string' }, 1, /leaves open/.source],
    [{ $noneOf: [1] }, 1, /leaves open/.source],
  ];
  for (const [expected, actual, wanted] of leaves) {
    const start: State = { t1: actual === undefined ? {} : { a: actual } };
    const { tasks, waiting } = planFor({}, start, [{ name: 't1', expect: { a: expected } }]);
    const said = JSON.stringify(expected);
    if (expected !== null && typeof wanted === 'string') {
      expect(tasks, said).toEqual([]);
      expect(waiting, said).toMatchObject([{ path: '/a', because: expect.stringMatching(new RegExp(wanted)) }]);
    } else {
      expect(waiting, said).toEqual([]);
      expect(tasks, said).toMatchObject([{ path: '/a', step: { op: 'set' } }]);
      expect(tasks[0]?.wanted, said).toEqual(wanted);
    }
  }
});

test('whatever is outstanding, each unmet leaf is planned or waits, and what is met is neither', () => {
  const value = fc.constantFrom<Json>(0, 1, 'x', null, [1], { p: 1 });
  const wish = fc.oneof(
    value.filter(each => each !== null),
    fc.constantFrom<Json>(
      { $absent: true },
      { $gte: 1 },
      { $anyOf: [1, 'x'] },
      { $type: 'number' },
      { $contains: [2] },
      { $match: 'x' },
    ),
  );
  fc.assert(
    fc.property(
      fc.record({ a: value, b: value }, { requiredKeys: [] }),
      fc.record({ a: wish, b: wish, c: wish }, { requiredKeys: [] }),
      (own, expected) => {
        const situation = situationOf({}, { t1: own }, [{ name: 't1', expect: expected }]);
        const unmet = situation.unmet.flatMap(each =>
          each.leaves.filter(leaf => leaf.verdict === 'unmet').map(leaf => leaf.path),
        );
        const { tasks, waiting } = planFor({}, { t1: own }, [{ name: 't1', expect: expected }]);
        const told = [...tasks, ...waiting].map(each => each.path);
        const isTold = (path: string): boolean =>
          told.some(each => `${path}/`.startsWith(`${each}/`) || each.startsWith(`${path}/`));
        expect(unmet.filter(path => !isTold(path))).toEqual([]);
        expect(
          told.filter(each => !unmet.some(path => `${path}/`.startsWith(`${each}/`) || each.startsWith(`${path}/`))),
        ).toEqual([]);
        expect(new Set(told).size).toBe(told.length);
      },
    ),
    { numRuns: 2_000 },
  );
});

// A function of its inputs.

const names = ['t1', 't2', 't3'];
const number = fc.integer({ min: 0, max: 2 });
const state: fc.Arbitrary<State> = fc.record(
  Object.fromEntries(names.map(name => [name, fc.record({ a: number, b: number, c: number })])),
);
const wishes: fc.Arbitrary<readonly Wish[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    expect: fc.record({ a: number, b: number }),
    priority: fc.constantFrom(50, 60),
  }),
  { minLength: 1, maxLength: 4 },
);
const place = fc.record({ name: fc.constantFrom(...names), path: fc.constantFrom(...paths) });
const rules: fc.Arbitrary<Rules> = fc.record({
  needs: fc.dictionary(
    fc.constantFrom(...names.flatMap(name => paths.map(path => `set ${name} ${path}`))),
    fc.array(
      fc.tuple(place, number).map(([each, is]) => ({ ...each, is })),
      { minLength: 1, maxLength: 1 },
    ),
    { maxKeys: 2 },
  ),
  also: fc.dictionary(
    fc.constantFrom(...names.map(name => `set ${name} /a`)),
    fc.array(
      fc.tuple(place, number).map(([each, value]) => ({ ...each, value })),
      { minLength: 1, maxLength: 1 },
    ),
    { maxKeys: 1 },
  ),
});

/** The same with the keys of every object the other way round. */
function reversed<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as unknown as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  ) as T;
}

// P09
test('the same comes to the same plan, in whatever order it is told and its keys are written', () => {
  const made = (situation: Situation, world: Rules, start: State, wanted: readonly Wish[]) => {
    const { tasks, waiting } = planFor(world, start, wanted, { unmet: situation.unmet });
    return { hash: hashOf(tasks, readSetOf(tasks, situation.scene, keyed)), tasks, waiting };
  };
  fc.assert(
    fc.property(rules, state, wishes, (world, start, wanted) => {
      const first = situationOf(world, start, wanted);
      const other = situationOf(world, reversed(start), wanted);
      const once = made(first, world, start, wanted);
      const again = made({ ...other, unmet: [...other.unmet].reverse() }, world, reversed(start), wanted);
      expect(again.hash).toBe(once.hash);
      expect(again.tasks).toEqual(once.tasks);
      expect(again.waiting).toEqual(once.waiting);
    }),
    { numRuns: 1_000 },
  );
});

// P09
test('whatever it read has moved, it is refused and says where; whatever else has moved, it is not', () => {
  const counts = { refused: 0, held: 0 };
  fc.assert(
    fc.property(
      rules,
      state,
      wishes,
      fc.constantFrom(...names),
      fc.constantFrom('a', 'b', 'c'),
      number,
      (world, start, wanted, name, key, value) => {
        const { tasks } = planFor(world, start, wanted);
        if (tasks.length === 0) return;
        const before = sceneOf(instancesOf(start));
        const readSet = readSetOf(tasks, before, keyed);
        const now: State = { ...start, [name]: { ...start[name], [key]: value } };
        const after = sceneOf(instancesOf(now));
        const facts = {
          instance: (id: string) => instancesOf(now).find(each => each.id === id),
          named: after.named.bind(after),
        };
        const said = movedSince(readSet, facts, keyed);
        const abilityOf = abilityFinder(abilitiesOf(world).map(ability => ({ driver: 'mind', ability })));
        const otherwise = foretoldOtherwise(tasks, { scene: after, context, abilityOf });

        // All that the steps need, set and move, worked out from the rules.
        const touched = new Set(
          tasks.flatMap(({ of, path, step, effects = [] }) => [
            `${of?.name}${path}`,
            ...(step.needs ?? []).map(each => `${each.of.name}${each.path}`),
            ...effects.map(each => `${each.of.name}${each.path}`),
          ]),
        );
        const has = start[name]?.[key];
        if (has !== value && touched.has(`${name}/${key}`)) {
          expect(said).toBe(`/${key} of i-${name} was ${has} and is ${value}`);
          counts.refused++;
        } else {
          expect(said).toBeUndefined();
          expect(otherwise).toBeUndefined();
          counts.held++;
        }
      },
    ),
    { numRuns: 2_000 },
  );
  expect(Math.min(counts.refused, counts.held)).toBeGreaterThan(200);
});

test('what a driver only looked at is found to have moved when the step would do something else now', () => {
  const switched = {
    kind: KIND,
    path: '/a',
    steps: () => [{ op: 'set', args: {}, summary: 'set a', order: 1 }],
    predict: (_: unknown, scene: ReturnType<typeof sceneOf>) => {
      const b = at(scene.named({ kind: KIND, name: 't1' })?.document, '/b', keyed);
      const of = { kind: KIND, name: 't1' };
      return [{ of, path: '/a', value: 1 }, ...(b === 0 ? [{ of, path: '/c', value: 9 }] : [])];
    },
  };
  const offers = [{ driver: 'mind', ability: switched }];
  const { tasks } = planFor({}, { t1: { a: 0, b: 0, c: 0 } }, [{ name: 't1', expect: { a: 1 } }], { offers });
  const now = (b: number) => ({
    scene: sceneOf(instancesOf({ t1: { a: 0, b, c: 0 } })),
    context,
    abilityOf: abilityFinder(offers),
  });
  expect(foretoldOtherwise(tasks, now(0))).toBeUndefined();
  expect(foretoldOtherwise(tasks, now(1))).toBe('"set a" was to leave /c of thing t1 9, and would now leave it 0');
});

// Ways, groups, keys and portions.

// P16
test('of several ways the cheapest is taken; what was tried in vain is followed by the next', () => {
  const way = (name: string, cost: { blastRadius?: number; downtimeMs?: number; reversible?: boolean }, steps = 1) => ({
    driver: 'mind',
    ability: {
      kind: KIND,
      path: '/a',
      way: name,
      steps: (_: JsonObject, wanted: Json | undefined) =>
        Array.from({ length: steps }, (_each, i) => ({
          op: name,
          args: { i, wanted: wanted ?? null },
          summary: name,
          order: 1,
          cost: { blastRadius: 1, downtimeMs: 0, reversible: true, ...cost },
        })),
      predict: () => [{ of: { kind: KIND, name: 't1' }, path: '/a', value: 1 }],
    },
  });
  const offers = [
    way('for good', { reversible: false }),
    way('slow', { downtimeMs: 2_000 }),
    way('wide', { blastRadius: 5 }),
    way('long', {}, 2),
    way('short', {}),
  ];
  const taken = (tried: readonly string[]) =>
    planFor({}, { t1: { a: 0 } }, [{ name: 't1', expect: { a: 1 } }], { offers, tried: () => tried }).tasks[0]?.way;
  const order: (string | undefined)[] = [];
  for (let i = 0; i < offers.length; i++) order.push(taken(order.map(each => `mind/${each}`)));
  expect(order).toEqual(['short', 'long', 'wide', 'slow', 'for good']);
  expect(taken(order.map(each => `mind/${each}`))).toBe('short');
});

test('the tasks of a leaf, and those of one expectation that need each other, are one group; others are not', () => {
  const world: Rules = {
    needs: { 'set t1 /b': [{ name: 't1', path: '/a', is: 1 }], 'set t2 /b': [{ name: 't1', path: '/b', is: 1 }] },
  };
  const { tasks } = planFor(world, { t1: {}, t2: {} }, [
    { name: 't1', expect: { a: 1, b: 1 } },
    { name: 't2', expect: { a: 1, b: 1 } },
  ]);
  const groups = Object.fromEntries(tasks.map(each => [each.step.summary, each.group]));
  expect(groups['set t1 /a to 1']).toBe(groups['set t1 /b to 1']);
  expect(new Set(Object.values(groups)).size).toBe(3);
  expect(new Set(tasks.map(each => each.key)).size).toBe(tasks.length);
});

// P13
test('a task has the same key for as long as the same is expected, and another one after that', () => {
  const key = (seq: number, a: number) => {
    const situation = situationOf({}, { t1: { a: 0, c: seq } }, [{ name: 't1', expect: { a } }]);
    const unmet = situation.unmet.map(each => ({ ...each, expectation: { ...each.expectation, seq } }));
    return planFor({}, {}, [], { ...situation, unmet }).tasks[0]?.key;
  };
  expect(key(1, 1)).toMatch(/^[0-9a-f]{64}$/);
  expect(key(1, 1)).toBe(key(1, 1));
  expect(key(2, 1)).not.toBe(key(1, 1));
  expect(key(1, 2)).not.toBe(key(1, 1));
});

test('a plan holds no more than it may, no group in part, and nothing before what it needs', () => {
  const many = Array.from({ length: 12 }, (_, i) => `m${String(i).padStart(2, '0')}`);
  const relied = fc.array(fc.tuple(fc.constantFrom(...many), fc.constantFrom(...many)), { maxLength: 20 });
  fc.assert(
    fc.property(relied, fc.integer({ min: 1, max: 10 }), (pairs, most) => {
      // The values of a thing need each other, and those of things those of others: never in a circle.
      const needs: Record<string, { name: string; path: string; is: Json }[]> = {};
      for (const name of many) needs[`set ${name} /b`] = [{ name, path: '/a', is: 1 }];
      for (const [one, other] of pairs) {
        if (one >= other) continue;
        const call = `set ${other} /a`;
        needs[call] = [...(needs[call] ?? []), { name: one, path: '/b', is: 1 }];
      }
      const world: Rules = { needs };
      const start = Object.fromEntries(many.map(name => [name, {}]));
      const wanted = many.map(name => ({ name, expect: { a: 1, b: 1 } }));
      const situation = situationOf(world, start, wanted);
      const candidates = many.flatMap(name => {
        const unmet = situation.unmet.filter(each => each.instance?.document.name === name);
        return sketch({ ...situation, unmet }).candidates;
      });
      const { tasks, later } = arrange(
        candidates,
        { ...situation, abilityOf: abilityFinder(situation.offers) },
        { most },
      );
      expect(tasks.length).toBeLessThanOrEqual(most);
      expect(tasks.length).toBeGreaterThan(0);
      expect(tasks.length + later).toBe(24);
      if (most > 1)
        for (const group of new Set(tasks.map(each => each.group)))
          expect(tasks.filter(each => each.group === group)).toHaveLength(2);
      const done = new Set<string>();
      for (const { step } of tasks) {
        for (const need of step.needs ?? []) expect(done).toContain(`${need.of.name}${need.path}`);
        done.add(`${step.args.name}${step.args.path}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('what does not exist is made with all that follows from what is expected of it; the rest is seen to when it is there', () => {
  const { tasks, waiting } = planFor({}, {}, [
    { name: 't1', expect: { a: { $gte: 3 }, b: { $match: 'x' } } },
    { name: 't1', expect: { c: 1 } },
    { name: 't1', expect: { d: 1 }, mode: 'warn' },
  ]);
  expect(tasks).toMatchObject([
    { expectation: 'e0-t1', also: ['e1-t1'], of: { kind: KIND, name: 't1' }, path: '', wanted: { a: 3, c: 1 } },
  ]);
  expect(tasks[0]).not.toHaveProperty('instance');
  expect(waiting).toMatchObject([
    { expectation: 'e2-t1', because: 'it does not exist; it is to be made for e0-t1 first' },
  ]);
});

test('what is to go is taken away as a whole, and whoever wants less of it gives way', () => {
  const wanted: Wish[] = [
    { name: 't1', expect: { $absent: true }, priority: 90 },
    { name: 't1', expect: { a: 1 } },
  ];
  const { tasks, waiting } = planFor({}, { t1: { a: 0 } }, wanted);
  expect(tasks.map(each => each.step.summary)).toEqual(['remove t1']);
  expect(waiting).toMatchObject([{ expectation: 'e1-t1', because: expect.stringContaining('overruled by e0-t1') }]);
  const other = planFor({}, { t1: { a: 0 } }, [{ ...wanted[0], priority: 10 } as Wish, ...wanted.slice(1)]);
  expect(other.tasks.map(each => each.step.summary)).toEqual(['set t1 /a to 1']);
  expect(other.waiting).toMatchObject([
    { expectation: 'e0-t1', because: expect.stringContaining('overruled by e1-t1') },
  ]);
  // Nobody makes what somebody who stands above does not want there.
  expect(planFor({}, {}, wanted).tasks).toEqual([]);
});

test('what somebody stops waits with its reason, and so does what needs it', () => {
  const world: Rules = { needs: { 'set t1 /b': [{ name: 't1', path: '/a', is: 1 }] } };
  const situation = situationOf(world, { t1: {} }, [{ name: 't1', expect: { a: 1, b: 1, c: 1 } }]);
  const { candidates } = sketch(situation);
  const { tasks, waits } = arrange(
    candidates,
    { ...situation, abilityOf: abilityFinder(situation.offers) },
    {
      stop: task => (task.path === '/a' ? { because: 'the budget is spent', until: 7 } : undefined),
    },
  );
  expect(tasks).toEqual([]);
  expect(waits.map(each => [each.waiting.path, each.waiting.until, each.waiting.because])).toEqual([
    ['/a', 7, 'the budget is spent'],
    ['/b', undefined, expect.stringContaining('that would come of "set t1 /a to 1", which waits too')],
  ]);
});
