import { expect, test } from 'vitest';
import type { Expectation, Target } from '../../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../../src/core/ids.ts';
import type { Instance } from '../../../src/core/instance.ts';
import type { Json } from '../../../src/core/json.ts';
import { conflictsOf } from '../../../src/core/standing/conflicts.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';

const port = (name: string): Instance => ({
  id: instanceId(name),
  type: 'resource',
  kind: 'port',
  document: { id: name, name, '@type': 'LogicalResource', administrativeState: 'unlocked' },
  createdAt: 0,
  seq: 1,
});
const instances = [port('p1'), port('p2')];
const world = { keyed, instance: (id: string) => instances.find(each => each.id === id) };

let laidAt = 0;
function wants(id: string, meant: Target, expected: Json, more: Partial<Expectation> = {}): Expectation {
  laidAt += 1;
  const createdAt = laidAt;
  return {
    id: expectationId(id),
    for: meant,
    expect: expected,
    priority: 50,
    principal: 'operator',
    createdAt,
    seq: 1,
    ...more,
  };
}

const [named, byId] = [{ kind: 'port', name: 'p1' }, { id: instanceId('p1') }];
const state = (value: Json) => ({ operationalState: value });

test.each<[string, Target, Target, boolean]>([
  ['by id and by name', byId, named, true],
  ['by two ids', byId, { id: instanceId('p2') }, false],
  ['by two names', named, { kind: 'port', name: 'p2' }, false],
  ['by name and by a condition of it', named, { kind: 'port', where: { name: { $match: '^p' } } }, true],
  ['by name and by a condition of others', named, { kind: 'port', where: { name: { $noneOf: ['p1'] } } }, false],
  ['by id and by a condition that it meets', byId, { where: { administrativeState: 'unlocked' } }, true],
  ['by id and by one that it does not', byId, { where: { administrativeState: 'locked' } }, false],
  ['by two conditions that can meet', { where: { a: { $gt: 1 } } }, { where: { a: { $lt: 5 }, b: 1 } }, true],
  ['by two conditions that cannot', { where: { a: { $gt: 5 } } }, { where: { a: { $lt: 5 } } }, false],
  ['by conditions of two kinds', { kind: 'port', where: { a: 1 } }, { kind: 'board', where: { a: 1 } }, false],
  ['nobody', named, { where: {} }, false],
  ['at a peer', { ...named, peer: 'b' }, named, false],
  ['at one peer', { ...named, peer: 'b' }, { ...named, peer: 'b' }, true],
])('two that mean %s', (_, one, other, is) => {
  const [first, second] = [wants('a', one, state('enabled')), wants('b', other, state('disabled'))];
  expect(conflictsOf(second, [first, second], world)).toHaveLength(is ? 1 : 0);
  expect(conflictsOf(first, [first, second], world)).toHaveLength(is ? 1 : 0);
});

test('each side hears the same of who stands', () => {
  const high = wants('high', named, state('enabled'), { priority: 90, owner: 'alice' });
  const low = wants('low', byId, state('disabled'), { priority: 10, owner: 'bob' });
  const ofHigh = { expectation: 'high', principal: 'operator', owner: 'alice', priority: 90, wants: 'enabled' };
  const ofLow = { expectation: 'low', principal: 'operator', owner: 'bob', priority: 10, wants: 'disabled' };
  const path = '/operationalState';
  expect(conflictsOf(low, [high], world)).toEqual([{ path, wants: 'disabled', with: [ofHigh], stands: 'high' }]);
  expect(conflictsOf(high, [low], world)).toEqual([{ path, wants: 'enabled', with: [ofLow], stands: 'high' }]);
});

test('several who leave no room together are named together', () => {
  const a = wants('a', named, { a: { $anyOf: [1, 2] } });
  const b = wants('b', named, { a: { $anyOf: [2, 3] } });
  const c = wants('c', named, { a: { $anyOf: [1, 3] } });
  expect(conflictsOf(c, [a, b], world)).toMatchObject([
    { path: '/a', with: [{ expectation: 'a' }, { expectation: 'b' }], stands: 'a' },
  ]);
});

test('who contradicts itself hears it, and so does who wants what cannot be', () => {
  expect(conflictsOf(wants('a', named, { $allOf: [{ a: 1 }, { a: 2 }] }), [], world)).toMatchObject([
    { path: '/a', wants: 2, with: [{ expectation: 'a', wants: 1 }] },
  ]);
  expect(conflictsOf(wants('b', named, { a: { $anyOf: [] } }), [], world)).toEqual([
    { path: '/a', wants: { $anyOf: [] }, with: [], stands: null },
  ]);
});

test('what was refined collides as it is refined', () => {
  const cause = { principal: 'operator', kind: 'request' } as const;
  const refinements = [{ path: '/a', to: 2, cause, at: 0 }];
  const other = wants('b', named, { a: { $anyOf: [1, 3] } });
  expect(conflictsOf(other, [wants('a', named, { a: { $anyOf: [1, 2] } })], world)).toEqual([]);
  expect(conflictsOf(other, [wants('a', named, { a: { $anyOf: [1, 2] } }, { refinements })], world)).toHaveLength(1);
});
