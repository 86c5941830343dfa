import { expect, test } from 'vitest';
import type { Ability } from '../../src/core/ability.ts';
import type { Expectation, Mode } from '../../src/core/expectation.ts';
import { readExpected } from '../../src/core/expected.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { judge } from '../../src/core/outstanding.ts';
import { movedSince, plan, planHash, readSetOf, type Situation } from '../../src/core/planner.ts';
import { sceneOf } from '../../src/core/prediction.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

const port: Instance = {
  id: instanceId('i1'),
  type: 'resource',
  kind: 'port',
  observedBy: 'fake',
  seq: 1,
  createdAt: 0,
  document: {
    name: 'p1',
    administrativeState: 'locked',
    operationalState: 'disabled',
    resourceCharacteristic: [
      { name: 'mtu', value: 1500 },
      { name: 'vlan', value: [10] },
    ],
  },
};

const set = (path: string, order: number): Ability => ({
  kind: 'port',
  path,
  steps: (_, wanted) => [{ op: `set ${path}`, args: { wanted: wanted ?? null }, summary: `set ${path}`, order }],
  predict: ({ args }) => [{ of: { kind: 'port', name: 'p1' }, path, value: args.wanted ?? null }],
});
const abilities = [set('/resourceCharacteristic/mtu/value', 20), set('/administrativeState', 10)];

function expectation(id: string, expect: Json, more: Partial<Expectation> = {}): Expectation {
  return {
    id: expectationId(id),
    for: { id: port.id },
    expect,
    priority: 50,
    principal: 'operator',
    createdAt: 0,
    seq: 1,
    ...more,
  };
}

function situation(
  instance: Instance | undefined,
  expectations: readonly Expectation[],
  more: Partial<Situation> = {},
): Situation {
  const context = { now: 0, keyed };
  return {
    now: 0,
    context,
    unmet: expectations.flatMap(each => {
      const judged = judge(readExpected(each.expect, { keyed }), instance?.document, context);
      if (judged.verdict !== 'unmet' || judged.residual === undefined) return [];
      const mode: Mode = each.mode ?? 'enforce';
      return [{ expectation: each, instance, residual: judged.residual, leaves: judged.leaves, mode }];
    }),
    standing: () => expectations,
    offers: abilities.map(ability => ({ driver: 'fake', ability })),
    scene: sceneOf(instance ? [instance] : []),
    standingOf: () => expectations,
    held: () => undefined,
    tried: () => [],
    ...more,
  };
}

/** The instance as it would be if every step had its effect. */
function after(instance: Instance, draft: ReturnType<typeof plan>): Instance {
  const document = structuredClone(instance.document) as Record<string, Json>;
  for (const task of draft.tasks) {
    const wanted = (task.step.args as JsonObject).wanted ?? null;
    if (task.path === '/administrativeState') document.administrativeState = wanted;
    else {
      const name = task.path.split('/')[2];
      document.resourceCharacteristic = (document.resourceCharacteristic as readonly JsonObject[]).map(each =>
        each.name === name ? { ...each, value: wanted } : each,
      );
    }
  }
  return { ...instance, document };
}

const wish = { administrativeState: 'unlocked', resourceCharacteristic: [{ name: 'mtu', value: 1400 }] };

test('each outstanding leaf becomes a task, in the order of the steps; done, nothing starts', () => {
  const draft = plan(situation(port, [expectation('e1', wish)]));
  expect(draft.tasks.map(task => task.step.summary)).toEqual([
    'set /administrativeState',
    'set /resourceCharacteristic/mtu/value',
  ]);
  const again = plan(situation(after(port, draft), [expectation('e1', wish)]));
  expect(again).toEqual({ tasks: [], waiting: [] });
});

test('what nothing here can change waits, and says so', () => {
  const draft = plan(situation(port, [expectation('e1', { operationalState: 'enabled' })]));
  expect(draft.tasks).toEqual([]);
  expect(draft.waiting).toMatchObject([
    { path: '/operationalState', because: 'nothing here can change /operationalState' },
  ]);
});

test('what does not exist waits', () => {
  const draft = plan(situation(undefined, [expectation('e1', wish)]));
  expect(draft.waiting).toMatchObject([{ because: 'it does not exist, and nothing here can make it' }]);
});

test('of two that cannot both hold the larger priority stands, and the other one says by whom it is overruled', () => {
  const low = expectation('low', { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] });
  const high = expectation('high', { resourceCharacteristic: [{ name: 'mtu', value: 9000 }] }, { priority: 90 });
  const draft = plan(situation(port, [low, high]));
  expect(draft.tasks).toMatchObject([{ expectation: 'high', step: { args: { wanted: 9000 } } }]);
  expect(draft.waiting).toMatchObject([{ expectation: 'low', because: expect.stringContaining('overruled by high') }]);
  // Also when the one that stands is met already, so that nothing alternates.
  expect(plan(situation(after(port, draft), [low, high])).tasks).toEqual([]);
});

test('two wishes of one list do not overrule each other, whatever may be done about the better one', () => {
  const vlan = (id: string, value: Json, more: Partial<Expectation> = {}) =>
    expectation(id, { resourceCharacteristic: [{ name: 'vlan', value }] }, more);
  const offers = [{ driver: 'fake', ability: set('/resourceCharacteristic/vlan/value', 20) }];
  const both = [vlan('a', { $contains: [20] }), vlan('b', { $contains: [30] }, { createdAt: 1 })];
  expect(plan(situation(port, both, { offers })).tasks).toMatchObject([
    { expectation: 'a', also: ['b'], wanted: [10, 20, 30] },
  ]);
  const told = [vlan('a', { $contains: [20] }, { mode: 'warn' }), vlan('b', { $contains: [30] }, { createdAt: 1 })];
  // Nobody gets what may not be done by the way; all that may be done on a person's word comes to all of it.
  expect(plan(situation(port, told, { offers })).tasks.map(task => [task.mode, task.wanted])).toEqual([
    ['enforce', [10, 30]],
    ['warn', [10, 20, 30]],
  ]);
  const held = (_: string, { expectation: each }: Situation['unmet'][number]) =>
    each.id === 'a' ? { because: 'paused by operator' } : undefined;
  expect(plan(situation(port, both, { offers, held })).tasks.map(task => task.expectation)).toEqual(['b']);
  const against = [vlan('a', { $noneOf: [{ $contains: [30] }] }), vlan('b', { $contains: [30] }, { createdAt: 1 })];
  expect(plan(situation(port, against, { offers })).waiting).toMatchObject([{ expectation: 'b' }]);
});

test('two that want the same plan it once', () => {
  const draft = plan(situation(port, [expectation('a', wish), expectation('b', wish, { createdAt: 1 })]));
  expect(draft.tasks).toHaveLength(2);
});

test('two wishes of one leaf are met by one value', () => {
  const item = (value: Json): JsonObject => ({ name: 'mtu', value });
  const both = (...values: Json[]) =>
    plan(situation(port, [expectation('e1', { resourceCharacteristic: values.map(item) })]));
  expect(both({ $lte: 1450 }, { $gte: 1400 }).tasks).toMatchObject([{ step: { args: { wanted: 1450 } } }]);
  expect(both({ $lte: 1400 }, { $gte: 9000 })).toMatchObject({
    tasks: [],
    waiting: [{ because: expect.stringContaining('nothing meets both') }],
  });
});

test('what is held back waits with its reason', () => {
  const held = () => ({ because: 'paused by operator', until: 7 });
  const draft = plan(situation(port, [expectation('e1', { administrativeState: 'unlocked' })], { held }));
  expect(draft.tasks).toEqual([]);
  expect(draft.waiting).toMatchObject([{ because: 'paused by operator', until: 7 }]);
});

test('an expectation from which no value follows waits', () => {
  const draft = plan(situation(port, [expectation('e1', { administrativeState: { $match: '^un' } })]));
  expect(draft.tasks).toEqual([]);
  expect(draft.waiting).toHaveLength(1);
});

test('a plan is refused when what it read has moved, and not for anything else', () => {
  const { tasks } = plan(situation(port, [expectation('e1', wish)]));
  const readSet = readSetOf(tasks, sceneOf([port]), keyed);
  const seen = (document: JsonObject | undefined) => {
    const instance = document && { ...port, document };
    return { instance: () => instance, named: () => instance };
  };
  expect(movedSince(readSet, seen(port.document), keyed)).toBeUndefined();
  expect(movedSince(readSet, seen({ ...port.document, operationalState: 'enabled' }), keyed)).toBeUndefined();
  expect(movedSince(readSet, seen({ ...port.document, administrativeState: 'unlocked' }), keyed)).toBe(
    '/administrativeState of i1 was "locked" and is "unlocked"',
  );
  expect(movedSince(readSet, seen(undefined), keyed)).toBe('instance i1 is gone');
});

test('the hash of a plan tells apart what is done, what it moves, what was read and for which version of what is expected', () => {
  const { tasks } = plan(situation(port, [expectation('e1', wish)]));
  const readSet = readSetOf(tasks, sceneOf([port]), keyed);
  const all = { tasks, readSet, expectations: [{ id: 'e1', seq: 1 }] };
  const hash = planHash(all);
  expect(planHash(structuredClone(all))).toBe(hash);
  expect(planHash({ ...all, tasks: tasks.slice(1) })).not.toBe(hash);
  expect(planHash({ ...all, tasks: tasks.map(each => ({ ...each, effects: [] })) })).not.toBe(hash);
  expect(planHash({ ...all, readSet: readSet.slice(1) })).not.toBe(hash);
  expect(planHash({ ...all, expectations: [{ id: 'e1', seq: 2 }] })).not.toBe(hash);
});
