/** What stands in a document goes with it: features, characteristics, relationships, roles, statuses. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { partyForm } from '../../src/core/model/party.ts';
import { relate, unrelate } from '../../src/core/model/standard-changes.ts';
import { access, documentOf, given, kinds, make, of, patch } from '../kit/domain.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { commit } from '../kit/pools.ts';
import { refusal, shared } from '../model/shared.ts';

test('given a feature of its own, when taken out of its document, then it is gone with its characteristics', () => {
  const store = memoryStore();
  const goal = [{ name: 'goal', value: 1 }];
  const feature = [{ id: 'extra', name: 'extra', isEnabled: true, featureCharacteristic: goal }];
  const line = make(store, 'service', of(access, { feature }));
  const features = () => documentOf(store, line).feature as readonly JsonObject[];
  expect(features().map(({ name }) => name)).toEqual(['extra', 'shaping']);
  patch(store, line, { feature: features().filter(({ name }) => name !== 'extra') });
  expect(features()).toMatchObject([{ name: 'shaping' }]);
  expect(JSON.stringify(documentOf(store, line))).not.toContain('extra');
});

test('given a characteristic of its own, when taken out of its document, then it is gone and the others stay', () => {
  const store = memoryStore();
  const own = { name: 'own', value: 1 };
  const line = make(store, 'service', of(access, { serviceCharacteristic: [own] }));
  expect(documentOf(store, line).serviceCharacteristic).toMatchObject([own, { name: 'speed', value: 100 }]);
  patch(store, line, { serviceCharacteristic: [{ name: 'speed', value: 100 }] });
  expect(documentOf(store, line).serviceCharacteristic).toMatchObject([{ name: 'speed', value: 100 }]);
});

test('given a relationship with characteristics, when taken away, then it goes with them, and from both ends', () => {
  const store = memoryStore();
  const line = make(store, 'service', of(access));
  const other = make(store, 'service', of(access));
  const domain = (deed: (at: Parameters<typeof relate>[0]) => unknown) =>
    commit(store, drafts => void deed({ drafts, kinds, given: given() }));
  domain(at => relate(at, line, other, { type: 'uses', alias: 'primary', characteristic: { pair: 12 } }));
  expect(store.linksTo(other, 'relationship')).toHaveLength(1);
  domain(at => unrelate(at, line, { alias: 'primary' }));
  expect(store.linksTo(other, 'relationship')).toEqual([]);
  expect(JSON.stringify(documentOf(store, line))).not.toContain('pair');
});

test('given a reference with a role, then the role may become another or none, and is still found from both ends', () => {
  const { make: makeParty, patch: patchParty, store } = shared(partyForm);
  makeParty({ id: 'x', '@type': 'Organization', place: [{ role: 'seat', id: 'p' }] });
  const roles = () => store.linksTo('p').map(({ type }) => type);
  expect(roles()).toEqual(['seat']);
  patchParty('x', { place: [{ role: 'branch', id: 'p' }] });
  expect(roles()).toEqual(['branch']);
  patchParty('x', { place: [{ id: 'p' }] });
  expect(roles()).toEqual([undefined]);
  expect(refusal(() => patchParty('x', { place: [{ role: 'seat', id: null }] }))).toBe('invalid /place/0');
});

test('given a process status, then what it says in parameters may be none', () => {
  const store = memoryStore();
  const line = make(store, 'service', of(access));
  const status = { code: 'CPE-2', severity: 'WARN', message: 'unreachable' };
  patch(store, line, { processStatus: [{ ...status, parameterizedMessage: { host: 'a' } }] });
  patch(store, line, { processStatus: [{ ...status, parameterizedMessage: null }] });
  expect(documentOf(store, line).processStatus).toMatchObject([status]);
  expect(JSON.stringify(documentOf(store, line))).not.toContain('host');
});
