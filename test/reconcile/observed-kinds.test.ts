/** What a driver sees of instances whose kinds have pools, features and rules, over a real store. */
import { expect, test } from 'vitest';
import { removeInstance } from '../../src/api/tmf-writes.ts';
import { AgentError } from '../../src/core/errors.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind, Kinds } from '../../src/core/kind.ts';
import { build } from '../../src/core/model/build.ts';
import { type Domain, define, give, relate, unrelate } from '../../src/core/model/standard-changes.ts';
import type { Sighting } from '../../src/ports/driver.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { Observer } from '../../src/reconcile/observe.ts';
import { Quality } from '../../src/reconcile/quality.ts';
import { given } from '../kit/domain.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { cause, commit } from '../kit/pools.ts';

const observed = {
  type: 'resource',
  observed: ['name', '@type', 'operationalState'],
} as const;
const shelf: Kind = {
  ...observed,
  name: 'shelf',
  description: 'takes cards',
  specification: { id: 'spec-shelf', name: 'shelf', version: '1.0.0', tmfVersion: 5 },
  characteristic: [{ name: 'rack', schema: { type: 'string' }, owner: 'record', default: 'unknown' }],
  pool: [{ name: 'slots', thing: 'slot', first: 1, last: 4, algorithm: 'lowest' }],
  party: [{ role: 'owner', min: 1, max: 1 }],
};
const card: Kind = {
  ...observed,
  name: 'card',
  specification: { id: 'spec-card', name: 'card', version: '1.0.0', tmfVersion: 5 },
  characteristic: [
    { name: 'slot', schema: { type: 'integer' }, owner: 'driver' },
    { name: 'temperature', schema: { type: 'number' }, owner: 'driver', default: 20 },
  ],
  feature: [{ name: 'redundancy', isEnabled: false, characteristic: [] }],
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 8, algorithm: 'lowest' }],
  assignment: [{ alias: 'slot', from: 'shelf', pool: 'slots', read: 'slot' }],
};
const line: Kind = {
  name: 'line',
  type: 'service',
  specification: { id: 'spec-line', name: 'line', version: '1.0.0', tmfVersion: 5 },
  observed: [],
  characteristic: [],
};
const kinds: Kinds = new Map([shelf, card, line].map(each => [each.name, each]));

const aShelf: Sighting = {
  kind: 'shelf',
  key: 'S',
  type: 'resource',
  facts: { '@type': 'PhysicalResource', name: 'S' },
};
const aCard = (key: string, slot?: number): Sighting => ({
  kind: 'card',
  key,
  type: 'resource',
  facts: {
    '@type': 'PhysicalResource',
    name: key,
    resourceCharacteristic: slot === undefined ? [] : [{ name: 'slot', value: slot }],
  },
  supportedBy: [{ kind: 'shelf', key: 'S' }],
});

function observing() {
  const store = memoryStore();
  const told: Record<string, unknown>[] = [];
  const log: Log = { debug() {}, info() {}, warn: (_, values) => void told.push(values ?? {}), error() {} };
  const observer = new Observer({ store, kinds, chance: () => 0, log, quality: new Quality() });
  const look = (...sightings: Sighting[]): boolean => observer.record('olt', { at: 1, sightings });
  const id = (name: string): InstanceId => {
    const [found] = [...store.instances({ name })];
    if (!found) throw new Error(`there is no ${name}`);
    return found.id;
  };
  return { store, told, look, id };
}

const document = (store: Store, id: InstanceId): JsonObject => store.instance(id)?.document ?? {};
const slotOf = (store: Store, id: InstanceId) => store.assignmentsTo(id).map(({ alias, value }) => [alias, value]);
const act = (store: Store, deed: (domain: Domain) => unknown): void =>
  commit(store, drafts => void deed({ drafts, kinds, given: given() }));
const characteristic = (store: Store, id: InstanceId, name: string): Json | undefined =>
  (document(store, id).resourceCharacteristic as readonly JsonObject[]).find(each => each.name === name)?.value;

// P15
test('what is first seen has what its kind gives, in the same commit, and nothing that the driver is to say', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 3));
  expect(document(store, id('S'))).toMatchObject({
    resourceSpecification: { id: 'spec-shelf', name: 'shelf' },
    resourceCharacteristic: [
      { name: 'rack', value: 'unknown' },
      { name: 'slots', value: { first: 1, last: 4, assigned: 1, free: 3 } },
    ],
  });
  expect(document(store, id('A')).activationFeature).toMatchObject([{ name: 'redundancy', isEnabled: false }]);
  expect(characteristic(store, id('A'), 'temperature')).toBeUndefined();
  expect(slotOf(store, id('A'))).toEqual([['slot', 3]]);
  expect(store.changesOf(id('A'), 9)).toHaveLength(1);
});

// P15
test('what was written on it stays, and looking again at the same writes nothing', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 3));
  act(store, at => define(at, id('S'), { rack: 'R7', slots: { last: 9 } }));
  const seq = store.seq();
  look(aShelf, aCard('A', 3));
  expect(store.seq()).toBe(seq);
  look({ ...aShelf, facts: { ...aShelf.facts, operationalState: 'enabled' } }, aCard('A', 3));
  expect(document(store, id('S')).operationalState).toBe('enabled');
  expect(characteristic(store, id('S'), 'rack')).toBe('R7');
  expect(characteristic(store, id('S'), 'slots')).toMatchObject({ last: 9, assigned: 1 });
});

test('a number that the element says follows the element, even when two have changed places', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 1), aCard('B', 2));
  look(aShelf, aCard('A', 2), aCard('B', 1));
  expect([slotOf(store, id('A')), slotOf(store, id('B'))]).toEqual([[['slot', 2]], [['slot', 1]]]);
  expect(characteristic(store, id('S'), 'slots')).toMatchObject({ assigned: 2, free: 2 });
});

test('what cannot be given is told in the log, and what was seen is kept all the same', () => {
  const { store, told, look, id } = observing();
  look(aShelf, aCard('A', 1), aCard('B', 1), aCard('C', 99));
  expect(slotOf(store, id('A'))).toEqual([['slot', 1]]);
  expect([slotOf(store, id('B')), slotOf(store, id('C'))]).toEqual([[], []]);
  expect(told).toMatchObject([
    { driver: 'olt', assignee: id('B'), alias: 'slot', because: expect.stringContaining('is assigned to A') },
    { assignee: id('C') },
  ]);
  look(aShelf, aCard('A', 2), aCard('B', 1), aCard('C', 99));
  expect(slotOf(store, id('A'))).toEqual([['slot', 2]]);
});

test('what is gone gives its number back and goes, with all that nobody wrote on it', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 3));
  const gone = id('A');
  look(aShelf);
  expect(store.instance(gone)).toBeUndefined();
  expect(characteristic(store, id('S'), 'slots')).toMatchObject({ assigned: 0, free: 4 });
  expect(store.assignmentsTo(gone)).toEqual([]);
  look(aShelf, aCard('B', 3));
  expect(slotOf(store, id('B'))).toEqual([['slot', 3]]);
});

test('what is gone stays on record while others relate to it or have numbers of it, and leaves its place to the next', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 3), aCard('B', 4));
  const [a, b] = [id('A'), id('B')];
  const service = commit(store, drafts => build(drafts, kinds, newLine, given()).id);
  act(store, at => give(at, { owner: a, pool: 'ports', assignee: service }));
  act(store, at => relate(at, service, b, { type: 'runsOn' }));
  look(aShelf, aCard('C', 3));
  for (const each of [a, b]) expect(document(store, each).availabilityStatus).toBe('notInstalled');
  expect(slotOf(store, a)).toEqual([]);
  expect(slotOf(store, id('C'))).toEqual([['slot', 3]]);
  expect(store.assignmentsTo(service)).toMatchObject([{ owner: a, value: 1 }]);

  // A person may be rid of it once nobody relies on it, and not before.
  const rid = (of: InstanceId): void => {
    const instance = store.instance(of);
    if (instance) store.transact(cause, writer => removeInstance(writer, instance, kinds));
  };
  expect(() => rid(b)).toThrow(AgentError);
  act(store, at => unrelate(at, service, { target: b }));
  rid(b);
  expect(store.instance(b)).toBeUndefined();
  expect(() => rid(id('C'))).toThrow(/observed on the element/);
  look(aShelf, aCard('A', 1), aCard('C', 3));
  expect(document(store, a)).not.toHaveProperty('availabilityStatus');
  expect(slotOf(store, a)).toEqual([['slot', 1]]);
});

const newLine = {
  id: instanceId('line'),
  type: 'service',
  document: { '@type': 'Service', serviceSpecification: { id: 'spec-line' } },
} as const;

test('what a driver owns is not defined by writing, and whom somebody is to name may be named later', () => {
  const { store, look, id } = observing();
  look(aShelf, aCard('A', 3));
  expect(() => act(store, at => define(at, id('A'), { slot: 4 }))).toThrow(
    /as the driver olt sees it; lay an expectation/,
  );
  act(store, at => define(at, id('S'), { rack: 'R1' }));
});
