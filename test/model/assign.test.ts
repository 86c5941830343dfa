import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import {
  type AssignWish,
  assign,
  hindranceTo,
  releaseAll,
  type UnassignWish,
  unassign,
} from '../../src/core/model/assign.ts';
import type { Assignment } from '../../src/core/model/link.ts';
import { poolOf } from '../../src/core/model/pool.ts';
import type { Store } from '../../src/ports/store.ts';
import { chanceOf } from '../kit/chance.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { commit, pool, poolKind, put } from '../kit/pools.ts';

const { one } = chanceOf(1);
const shelf = poolKind('shelf', 'resource', [
  pool('ports', 'port', { last: 4 }),
  pool('uplinks', 'port', { first: 3, last: 6 }),
]);
const access = poolKind('access', 'service', [pool('vlans', 'vlan', { first: 100, last: 199, algorithm: 'highest' })]);
const line = poolKind('line', 'service', []);
const kinds: Kinds = new Map([shelf, access, line].map(each => [each.name, each]));

function domain(): { store: Store; s1: InstanceId; s2: InstanceId; a1: InstanceId; l1: InstanceId; l2: InstanceId } {
  const store = memoryStore();
  return {
    store,
    s1: put(store, shelf, 's1'),
    s2: put(store, shelf, 's2'),
    a1: put(store, access, 'a1'),
    l1: put(store, line, 'l1'),
    l2: put(store, line, 'l2'),
  };
}

const give = (store: Store, wish: AssignWish): Assignment => commit(store, drafts => assign(drafts, kinds, wish, one));
const take = (store: Store, wish: UnassignWish): Assignment => commit(store, drafts => unassign(drafts, kinds, wish));
const document = (store: Store, id: InstanceId): JsonObject => store.instance(id)?.document ?? {};

function counts(store: Store, id: InstanceId, name: string): [assigned: number, free: number] {
  const owner = store.instance(id);
  if (!owner) throw new Error(`no ${id}`);
  const { value } = poolOf(store, kinds.get(owner.kind), owner, name);
  return [value.assigned, value.free];
}

describe('assigning', () => {
  test('writes the row, the counts of the owner, and the element and the support of the assignee', () => {
    const { store, s1, l1 } = domain();
    const given = give(store, { owner: s1, pool: 'ports', assignee: l1 });
    expect(given).toEqual({ owner: s1, pool: 'ports', thing: 'port', value: 1, assignee: l1, alias: 'port' });
    expect(store.assignmentsTo(l1)).toEqual([given]);
    expect(document(store, l1)).toMatchObject({
      resourceRelationship: [
        {
          '@type': 'ResourceRelationship',
          relationshipType: 'assignedFrom',
          alias: 'port',
          resource: { id: 's1', '@type': 'ResourceRef' },
          resourceRelationshipCharacteristic: [{ name: 'ports', value: 1, '@type': 'IntegerCharacteristic' }],
        },
      ],
      supportingResource: [{ id: 's1', alias: 'port', '@type': 'ResourceRef' }],
    });
    expect(counts(store, s1, 'ports')).toEqual([1, 3]);
    expect(document(store, s1)).not.toHaveProperty('serviceRelationship');
  });

  test('from a service makes a relationship to a service', () => {
    const { store, a1, l1 } = domain();
    give(store, { owner: a1, pool: 'vlans', assignee: l1, alias: 'data' });
    expect(document(store, l1)).toMatchObject({
      serviceRelationship: [
        {
          '@type': 'ServiceRelationship',
          relationshipType: 'assignedFrom',
          alias: 'data',
          service: { id: 'a1', '@type': 'ServiceRef' },
          serviceRelationshipCharacteristic: [{ name: 'vlans', value: 199 }],
        },
      ],
      supportingService: [{ id: 'a1', alias: 'data', '@type': 'ServiceRef' }],
    });
  });

  test('takes the lowest, one after another, and the value that is asked for', () => {
    const { store, s1, l1, l2 } = domain();
    expect(give(store, { owner: s1, pool: 'ports', assignee: l1 }).value).toBe(1);
    expect(give(store, { owner: s1, pool: 'ports', assignee: l2, value: 3 }).value).toBe(3);
    expect(give(store, { owner: s1, pool: 'ports', assignee: l2 }).value).toBe(2);
    expect(give(store, { owner: s1, pool: 'ports', assignee: l1 }).value).toBe(4);
  });

  test('pools of one thing share its numbers, and each counts those within its bounds', () => {
    const { store, s1, l1, l2 } = domain();
    give(store, { owner: s1, pool: 'uplinks', assignee: l1 });
    expect([counts(store, s1, 'ports'), counts(store, s1, 'uplinks')]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect(() => give(store, { owner: s1, pool: 'ports', assignee: l2, value: 3 })).toThrow(
      'port 3 of S1 is assigned to L1 as port; unassign it first or ask for another',
    );
    give(store, { owner: s1, pool: 'ports', assignee: l2 });
    expect([counts(store, s1, 'ports'), counts(store, s1, 'uplinks')]).toEqual([
      [2, 2],
      [1, 3],
    ]);
    take(store, { owner: s1, assignee: l1 });
    expect([counts(store, s1, 'ports'), counts(store, s1, 'uplinks')]).toEqual([
      [1, 3],
      [0, 4],
    ]);
  });

  test('an alias is the thing, then the thing and the number, and supports once per owner under the first', () => {
    const { store, s1, s2, l1 } = domain();
    const aliases = [s1, s1, s2].map(owner => give(store, { owner, pool: 'ports', assignee: l1 }).alias);
    expect(aliases).toEqual(['port', 'port-2', 'port-1']);
    expect(give(store, { owner: s2, pool: 'ports', assignee: l1, alias: 'port-3' }).alias).toBe('port-3');
    expect(give(store, { owner: s2, pool: 'ports', assignee: l1 }).alias).toBe('port-3-2');
    expect(document(store, l1).supportingResource).toEqual([
      { id: 's1', alias: 'port', '@type': 'ResourceRef' },
      { id: 's2', alias: 'port-1', '@type': 'ResourceRef' },
    ]);
  });

  test('completes an element that a client wrote for it', () => {
    const { store, s1 } = domain();
    const element = { relationshipType: 'assignedFrom', alias: 'up', resource: { id: 's1' }, note: 'mine' };
    const l3 = put(store, line, 'l3', { resourceRelationship: [element], supportingResource: [{ id: 's1' }] });
    give(store, { owner: s1, pool: 'ports', assignee: l3, alias: 'up' });
    expect(document(store, l3)).toMatchObject({
      resourceRelationship: [{ ...element, resourceRelationshipCharacteristic: [{ name: 'ports', value: 1 }] }],
      supportingResource: [{ id: 's1' }],
    });
    take(store, { owner: s1, assignee: l3 });
    expect(document(store, l3).supportingResource).toEqual([{ id: 's1' }]);
  });

  const refusals: [Partial<AssignWish> & { pool?: string }, string, RegExp][] = [
    [{ pool: 'prots' }, 'invalid', /S1, a shelf, has no pool prots; it has ports, uplinks; did you mean ports\?/],
    [{ value: 5 }, 'invalid', /the pool ports of S1 goes from 1 to 4; 5 is not in it/],
    [{ value: 1.5 }, 'invalid', /1.5 is not in it/],
    [{ value: 2 }, 'conflict', /port 2 of S1 is assigned to L2 as mine; unassign it first or ask for another/],
    [{ assignee: instanceId('nobody') }, 'invalid', /there is no instance with the id "nobody" to assign to/],
    [{ owner: instanceId('nobody') }, 'invalid', /there is no instance with the id "nobody" to assign from/],
    [{ assignee: instanceId('s1') }, 'invalid', /S1 cannot assign to itself/],
    [{ assignee: instanceId('l2'), alias: 'mine' }, 'conflict', /L2 has port 2 of S1 as mine already/],
    [{ alias: '' }, 'invalid', /an alias has at least one letter/],
  ];
  test.each(refusals)('%j is refused, and nothing is written', (wish, code, why) => {
    const { store, s1, l1, l2 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l2, value: 2, alias: 'mine' });
    const before = store.seq();
    const act = () => give(store, { owner: s1, pool: 'ports', assignee: l1, ...wish });
    expect(act).toThrow(why);
    expect(act).toThrow(expect.objectContaining({ code }));
    expect(store.seq()).toBe(before);
    expect(store.assignmentsFrom(s1)).toHaveLength(1);
  });

  test('from a pool that has none left says how many are assigned', () => {
    const { store, s1, l1 } = domain();
    for (let i = 0; i < 4; i++) give(store, { owner: s1, pool: 'ports', assignee: l1 });
    expect(() => give(store, { owner: s1, pool: 'ports', assignee: l1 })).toThrow(
      'all 4 ports of S1 are assigned; unassign one or widen the pool',
    );
    expect(commit(store, drafts => hindranceTo(drafts, kinds, drafts.need(s1), 'ports'))).toMatch(/all 4 ports/);
    expect(commit(store, drafts => hindranceTo(drafts, kinds, drafts.need(s1), 'uplinks'))).toBeUndefined();
  });
});

describe('who may hand out', () => {
  const may = (kind: typeof shelf, more: { [name: string]: Json }, observedBy?: string): string | undefined => {
    const { store } = domain();
    const id = put(store, kind, 'x', more, observedBy);
    return commit(store, drafts => hindranceTo(drafts, kinds, drafts.need(id), kind === shelf ? 'ports' : 'vlans'));
  };

  test.each(['planned', 'installed'])('a resource that is %s', lifecycleState => {
    expect(may(shelf, { lifecycleState })).toBeUndefined();
  });

  test.each([
    ['pendingRemoval', /^X hands out nothing while its lifecycleState is pendingRemoval; .* planned or installed$/],
    [null, /^X hands out nothing while it has no lifecycleState; it does while that is planned or installed$/],
  ])('no resource that is %s', (lifecycleState, why) => {
    expect(may(shelf, { lifecycleState })).toMatch(why);
  });

  test('a resource that a driver sees is installed, until it is gone', () => {
    expect(may(shelf, { lifecycleState: null }, 'linux')).toBeUndefined();
    expect(may(shelf, { lifecycleState: null, availabilityStatus: ['notInstalled'] }, 'linux')).toMatch(
      /not installed/,
    );
    expect(may(shelf, { lifecycleState: 'pendingRemoval' }, 'linux')).toMatch(/pendingRemoval/);
  });

  test.each(['feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'suspended'])(
    'a service that is %s',
    state => {
      expect(may(access, { state })).toBeUndefined();
    },
  );

  test.each(['initial', 'cancelled', 'terminated', null])('no service that is %s', state => {
    expect(may(access, { state })).toMatch(
      `X hands out nothing while its state is ${state ?? 'initial'}; it does while it is feasibilityChecked, designed, reserved, inactive, active or suspended`,
    );
  });
});

describe('unassigning', () => {
  test('takes back the row, the element, the support, and one from the count', () => {
    const { store, s1, l1 } = domain();
    const before = [document(store, s1), document(store, l1)];
    const given = give(store, { owner: s1, pool: 'ports', assignee: l1 });
    expect(take(store, { owner: s1, assignee: l1, value: 1 })).toEqual(given);
    expect([document(store, s1), document(store, l1)]).toEqual(before);
    expect(store.assignmentsFrom(s1)).toEqual([]);
  });

  test('takes the support away where the client took the element away before', () => {
    const { store, s1, l1 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    commit(store, drafts => {
      const { resourceRelationship: _, ...rest } = drafts.need(l1).document;
      drafts.putDocument(l1, rest);
      unassign(drafts, kinds, { owner: s1, assignee: l1 });
    });
    expect(document(store, l1)).not.toHaveProperty('supportingResource');
  });

  test('of the first of several from one owner leaves it supported under the next', () => {
    const { store, s1, l1 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    take(store, { owner: s1, assignee: l1, alias: 'port' });
    expect(document(store, l1).supportingResource).toEqual([{ id: 's1', alias: 'port-2', '@type': 'ResourceRef' }]);
  });

  test('needs to be told which, where there are several', () => {
    const { store, s1, l1 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    expect(() => take(store, { owner: s1, assignee: l1, thing: 'port' })).toThrow(
      'S1 has assigned 2 to L1: port 1 as port, port 2 as port-2; say which by value or alias',
    );
  });

  test.each([
    [{ value: 3 }, 'S1 has not assigned 3 to L1; it has assigned port 1 as port to it'],
    [{ thing: 'port', value: 3 }, 'S1 has not assigned port 3 to L1; it has assigned port 1 as port to it'],
    [{ pool: 'uplinks' }, 'S1 has not assigned uplinks to L1; it has assigned port 1 as port to it'],
    [{ alias: 'x' }, 'S1 has not assigned a number as x to L1; it has assigned port 1 as port to it'],
    [{ assignee: instanceId('l2') }, 'S1 has not assigned a number to L2; it has assigned nothing to it'],
  ])('%j that was not assigned is told with what was', (wish, why) => {
    const { store, s1, l1 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    expect(() => take(store, { owner: s1, assignee: l1, ...wish })).toThrow(why);
  });

  test('all that one was given leaves its own document to whoever removes it', () => {
    const { store, s1, a1, l1 } = domain();
    give(store, { owner: s1, pool: 'ports', assignee: l1 });
    give(store, { owner: a1, pool: 'vlans', assignee: l1 });
    const own = document(store, l1);
    expect(commit(store, drafts => releaseAll(drafts, kinds, l1))).toHaveLength(2);
    expect([counts(store, s1, 'ports'), counts(store, a1, 'vlans')]).toEqual([
      [0, 4],
      [0, 100],
    ]);
    expect(store.assignmentsTo(l1)).toEqual([]);
    expect(document(store, l1)).toEqual(own);
  });
});

test('law: whatever is assigned and unassigned, rows, counts and documents say the same', () => {
  const owners = ['s1', 's2', 'a1'].map(instanceId);
  const assignees = ['l1', 'l2', 's2'].map(instanceId);
  const step = fc.record({
    give: fc.boolean(),
    owner: fc.constantFrom(...owners),
    assignee: fc.constantFrom(...assignees),
    pool: fc.constantFrom('ports', 'uplinks', 'vlans'),
    value: fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const { store } = domain();
      for (const { give: gives, value, ...wish } of steps) {
        const said = value === undefined ? wish : { ...wish, value };
        try {
          if (gives) give(store, said);
          else take(store, said);
        } catch (error) {
          expect(error).toMatchObject({ name: 'AgentError' });
        }
      }
      for (const owner of owners) {
        for (const { name, thing } of kinds.get(store.instance(owner)?.kind ?? '')?.pool ?? []) {
          const shown = store.instance(owner);
          if (!shown) throw new Error('gone');
          const { value } = poolOf(store, kinds.get(shown.kind), shown, name);
          const held = store
            .assignmentsFrom(owner, thing)
            .filter(each => each.value >= value.first && each.value <= value.last);
          expect([value.assigned, value.free]).toEqual([held.length, value.last - value.first + 1 - held.length]);
        }
      }
      for (const assignee of assignees) expect(elements(document(store, assignee))).toEqual(rows(store, assignee));
    }),
    { numRuns: 60 },
  );
});

const rows = (store: Store, assignee: InstanceId): string[] =>
  store
    .assignmentsTo(assignee)
    .map(({ owner, pool: from, value, alias }) => `${owner} ${from} ${value} ${alias}`)
    .sort();

function elements({ resourceRelationship = [], serviceRelationship = [] }: JsonObject): string[] {
  return [...(resourceRelationship as JsonObject[]), ...(serviceRelationship as JsonObject[])]
    .map(each => {
      const [{ name, value } = {}] = (each.resourceRelationshipCharacteristic ??
        each.serviceRelationshipCharacteristic) as JsonObject[];
      const { id } = (each.resource ?? each.service) as JsonObject;
      return `${id} ${name} ${value} ${each.alias}`;
    })
    .sort();
}
