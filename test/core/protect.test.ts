import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LastingLifeline, standing, whyProtected } from '../../src/core/guard/protect.ts';
import { RuleBook } from '../../src/core/guard/rule-book.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { type Effect, foresee, sceneOf } from '../../src/core/prediction.ts';
import { type Rule, ruleId } from '../../src/core/rule.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

const port = (
  name: string,
  more: JsonObject = {},
  addresses: Json = ['192.0.2.7/24', '198.51.100.7/24'],
): Instance => ({
  id: instanceId(`i-${name}`),
  type: 'resource',
  kind: 'port',
  document: {
    name,
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value: 1500 },
      { name: 'ipAddress', value: addresses },
    ],
    ...more,
  },
  seq: 1,
  createdAt: 0,
});

const scene = sceneOf([port('eth0'), port('eth1')]);
const of = { kind: 'port', name: 'eth0' };
const other = { kind: 'port', name: 'eth1' };
const addresses = '/resourceCharacteristic/ipAddress/value';
const mtu = '/resourceCharacteristic/mtu/value';
const state = '/administrativeState';
const because = '203.0.113.9 is connected to the agent by it';

const lived = (lifeline: Omit<LastingLifeline, 'because' | 'stood'>): LastingLifeline => {
  const whole = { ...lifeline, because };
  const stood = standing(whole, scene, keyed);
  return { ...whole, ...(stood === undefined ? {} : { stood }) };
};
const lifelines = [lived({ of, path: state }), lived({ of, path: addresses, item: '192.0.2.7/24' })];

const rule = (more: Partial<Rule> & Pick<Rule, 'for'>): Rule => ({
  id: ruleId('r1'),
  sort: 'protect',
  position: 1,
  principal: 'operator',
  createdAt: 0,
  seq: 1,
  ...(more as object),
});

const why = (
  effects: readonly Effect[],
  {
    lines = lifelines,
    rules = [],
    before = scene,
  }: { lines?: LastingLifeline[]; rules?: Rule[]; before?: typeof scene } = {},
) =>
  whyProtected(
    effects,
    before,
    { lifelines: lines, book: new RuleBook(rules), keyed, now: 0 },
    { id: expectationId('e') },
  );

describe('what takes a lifeline away is protected', () => {
  test.each<[string, Effect]>([
    ['its value is another one', { of, path: state, value: 'locked' }],
    ['its value goes', { of, path: state }],
    ['its item is in the list no more', { of, path: addresses, value: ['198.51.100.7/24'] }],
    ['the list goes', { of, path: addresses }],
    ['the whole thing goes', { of, path: '' }],
    ['what stands around it is another one', { of, path: '/resourceCharacteristic', value: [] }],
    ['nobody can know', { of, path: state, value: 'unlocked', unsure: 'it may fall over' }],
    ['nobody can know of the list', { of, path: addresses, value: ['192.0.2.7/24'], unsure: 'the kernel chooses' }],
  ])('%s', (_, effect) => {
    expect(why([effect])?.because).toContain(because);
  });

  test('it is said what, and whether that is sure', () => {
    expect(why([{ of, path: addresses, value: [] }])?.because).toBe(
      `it changes 192.0.2.7/24 of port eth0, and ${because}`,
    );
    expect(why([{ of, path: state, unsure: 'who knows' }])?.because).toBe(
      `it may change administrativeState of port eth0, and ${because}`,
    );
  });
});

describe('what leaves it as it is is not', () => {
  test.each<[string, Effect]>([
    ['another thing', { of: other, path: state, value: 'locked' }],
    ['another path', { of, path: mtu, value: 1400 }],
    ['the same value', { of, path: state, value: 'unlocked' }],
    ['another item comes', { of, path: addresses, value: ['192.0.2.7/24', '198.51.100.7/24', '10.0.0.1/8'] }],
    ['another item goes', { of, path: addresses, value: ['192.0.2.7/24'] }],
    ['the order is another', { of, path: addresses, value: ['198.51.100.7/24', '192.0.2.7/24'] }],
    [
      'it stays, whatever else may come',
      { of, path: addresses, value: ['192.0.2.7/24'], unsure: 'the kernel draws one', onlyMore: true },
    ],
  ])('%s', (_, effect) => {
    expect(why([effect])).toBeUndefined();
  });
});

test('whoever puts back what stood there when it was in use takes nothing away', () => {
  const before = sceneOf([port('eth0', { administrativeState: 'locked' }, ['198.51.100.7/24'])]);
  expect(why([{ of, path: state, value: 'unlocked' }], { before })).toBeUndefined();
  expect(why([{ of, path: addresses, value: ['198.51.100.7/24', '192.0.2.7/24'] }], { before })).toBeUndefined();
  // What is gone already cannot be taken away once more.
  expect(why([{ of, path: addresses, value: [] }], { before })).toBeUndefined();
});

test('an item that is written otherwise in the list counts as any of it', () => {
  const unknown: LastingLifeline = { of, path: addresses, item: '192.0.2.7', because };
  expect(why([{ of, path: addresses, value: ['198.51.100.7/24'] }], { lines: [unknown] })).toBeDefined();
});

test('several effects count together: what one takes away another of the same step may bring back', () => {
  const effects: Effect[] = [
    { of, path: addresses, value: [] },
    { of, path: addresses, value: ['192.0.2.7/24'] },
  ];
  expect(why(effects)).toBeUndefined();
  expect(why([...effects].reverse())).toBeDefined();
});

describe('what the operator protects', () => {
  test('by kind, by instance, by path; with the reason and the time that the rule says', () => {
    const told = (scope: NonNullable<Rule['for']>, effect: Effect) =>
      why([effect], {
        lines: [],
        rules: [rule({ for: scope, why: 'the console hangs on it', within: '30s' } as never)],
      });
    const effect = { of: other, path: mtu, value: 1400 };
    const expected = { because: 'mtu of port eth1 is protected: the console hangs on it', withinMs: 30_000 };
    expect(told({ kind: 'port' }, effect)).toEqual(expected);
    expect(told({ instance: 'eth1' }, effect)).toEqual(expected);
    expect(told({ instance: 'i-eth1' }, effect)).toEqual(expected);
    expect(told({ path: '/resourceCharacteristic/mtu' }, effect)).toEqual(expected);
    expect(told({ instance: 'eth1' }, { of: other, path: '' })?.because).toContain('port eth1 is protected');
    expect(told({ instance: 'eth0' }, effect)).toBeUndefined();
    expect(told({ path: state }, effect)).toBeUndefined();
    expect(told({ kind: 'port' }, { ...effect, value: 1500 })).toBeUndefined();
    expect(told({ kind: 'port' }, { ...effect, value: 1500, unsure: 'or not' })).toBeDefined();
  });

  test('the first rule that matches says it, and of several effects the shortest time counts', () => {
    const rules = [
      rule({ id: ruleId('a'), for: { instance: 'eth0' }, within: '2m' } as never),
      rule({ id: ruleId('b'), position: 2, for: { kind: 'port' }, within: '10s' } as never),
    ];
    expect(why([{ of, path: mtu, value: 1400 }], { lines: [], rules })).toEqual({
      because: 'mtu of port eth0 is protected by the rule a',
      withinMs: 120_000,
    });
    const both: Effect[] = [
      { of, path: mtu, value: 1400 },
      { of: other, path: mtu, value: 1400 },
    ];
    expect(why(both, { lines: [], rules })?.withinMs).toBe(10_000);
  });
});

describe('whatever the effects', () => {
  const item = fc.constantFrom('a', 'b', 'c');
  const list = fc.uniqueArray(item, { maxLength: 3 });
  const effect = fc.oneof(
    fc.record({ of: fc.constantFrom(of, other), path: fc.constant(addresses), value: list }),
    fc.record({
      of: fc.constantFrom(of, other),
      path: fc.constant(state),
      value: fc.constantFrom('locked', 'unlocked'),
    }),
    fc.record({ of: fc.constantFrom(of, other), path: fc.constant('') }),
  );
  const world = list.map(all => sceneOf([port('eth0', {}, all), port('eth1', {}, all)]));
  const effects = fc.array(effect, { maxLength: 4 });

  test('it is protected exactly when a lifeline stood before and does not stand after', () => {
    fc.assert(
      fc.property(world, effects, item, (before, all, meant) => {
        const line: LastingLifeline = { of, path: addresses, item: meant, because };
        const stood = standing(line, before, keyed);
        const whole = { ...line, ...(stood === undefined ? {} : { stood }) };
        const stands = standing(line, foresee(before, all, keyed), keyed) === true;
        const found = why(all, { lines: [whole], before });
        if (stood === true) expect(found !== undefined).toBe(!stands);
        else if (stands) expect(found).toBeUndefined();
      }),
    );
  });

  test('more lifelines never protect less, and what is unsure never less than what is sure', () => {
    fc.assert(
      fc.property(world, effects, fc.array(item, { maxLength: 3 }), (before, all, items) => {
        const lines = items.map((each): LastingLifeline => {
          const line: LastingLifeline = { of, path: addresses, item: each, because };
          return { ...line, stood: standing(line, before, keyed) ?? false };
        });
        const less = why(all, { lines: lines.slice(1), before });
        const more = why(all, { lines, before });
        if (less) expect(more).toBeDefined();
        const unsure = why(
          all.map(each => ({ ...each, unsure: 'nobody knows' })),
          { lines, before },
        );
        if (more) expect(unsure).toBeDefined();
      }),
    );
  });
});
