import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { putSpecification } from '../../src/core/model/specification.ts';
import type { Store } from '../../src/ports/store.ts';
import {
  access,
  access2,
  documentOf,
  equipment,
  island,
  legacy,
  make,
  NOW,
  of,
  ofCard,
  ofShelf,
  uplink,
} from '../kit/domain.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { cause } from '../kit/pools.ts';

/** What the refusal says; nothing may have been written by then. */
function refusal(store: Store, type: InstanceType, document: JsonObject, id?: string): AgentError {
  const seq = store.seq();
  try {
    make(store, type, document, id);
  } catch (error) {
    expect(store.seq()).toBe(seq);
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const kindOf = (store: Store, id: string): string | undefined => store.instance(instanceId(id))?.kind;

describe('the kind of a new instance', () => {
  test('is that of its specification by id, by name and major version, by name the latest that is not frozen', () => {
    const store = memoryStore();
    const made = (serviceSpecification: JsonObject): string | undefined =>
      kindOf(store, make(store, 'service', { serviceSpecification }));
    expect(made({ id: 'spec-access-1' })).toBe('access');
    expect(made({ id: 'spec-access-2', name: 'anything' })).toBe('access2');
    expect(made({ name: 'access', version: '1.7.3' })).toBe('access');
    expect(made({ name: 'access', version: 'v2' })).toBe('access2');
    expect(made({ name: 'access' })).toBe('access2');
    expect(made({ name: 'legacy' })).toBe('modern');
    expect(made({ name: 'access', version: '3.0.0' })).toBe('service');
    expect(made({ id: 'x', name: 'stranger' })).toBe('service');
  });

  test('is none where the catalogue has a specification of its own under that id', () => {
    const store = memoryStore();
    store.transact(cause, writer =>
      putSpecification(writer, { id: 'own', type: 'service', name: 'access', version: '1.0.0', tmfVersion: 4 }, NOW),
    );
    expect(kindOf(store, make(store, 'service', { serviceSpecification: { id: 'own', name: 'access' } }))).toBe(
      'service',
    );
    expect(refusal(store, 'resource', { resourceSpecification: { id: 'own' } }).pointer).toBe('/resourceSpecification');
  });

  test('given a resource specification, when a service is made with it, then it is refused, and the reverse', () => {
    const store = memoryStore();
    const service = refusal(store, 'service', { serviceSpecification: { id: 'spec-card-1' } });
    expect(service).toMatchObject({ code: 'invalid', pointer: '/serviceSpecification' });
    expect(service.message).toMatch(/card, which is the specification of a resource; name one of a service/);
    expect(refusal(store, 'resource', { resourceSpecification: { name: 'access' } }).pointer).toBe(
      '/resourceSpecification',
    );
  });

  test('is neither abstract nor frozen', () => {
    const store = memoryStore();
    expect(refusal(store, 'resource', of(equipment)).message).toMatch(/make one of shelf, card/);
    const frozen = refusal(store, 'service', of(legacy));
    expect(frozen).toMatchObject({ code: 'conflict', pointer: '/serviceSpecification' });
    expect(frozen.message).toMatch(/legacy 1\.0\.0 is frozen.*the current one is 2\.1\.0 \(id spec-legacy-2\)/);
  });
});

describe('a new instance', () => {
  test('given a service without name and state, then it is initial, with all that its kind gives', () => {
    const store = memoryStore();
    const document = documentOf(store, make(store, 'service', of(access)));
    expect(document).toMatchObject({
      state: 'initial',
      serviceDate: '2026-01-05T02:03:04.567Z',
      serviceSpecification: { id: 'spec-access-1', name: 'access', version: '1.0.0' },
      serviceCharacteristic: [{ name: 'speed', value: 100 }],
      feature: [
        {
          id: 'shaping',
          name: 'shaping',
          isEnabled: false,
          featureCharacteristic: [{ name: 'goal', value: 'latency' }],
        },
      ],
    });
    expect(document).not.toHaveProperty('operatingStatus');
  });

  test('given a card with nothing defined, then it has an empty value and its pool', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf(), 'shelf');
    const { resourceCharacteristic } = documentOf(store, make(store, 'resource', ofCard()));
    expect(resourceCharacteristic).toMatchObject([
      { name: 'card', value: {} },
      { name: 'ports', value: { first: 1, last: 48, algorithm: 'lowest', type: 'GPON', assigned: 0, free: 48 } },
    ]);
  });

  test('says what it wants otherwise: values, features, bounds, texts; counts it brings along are passed over', () => {
    const store = memoryStore();
    const id = make(
      store,
      'resource',
      ofShelf({
        description: 'ours',
        resourceCharacteristic: [
          { name: 'rack', value: 'R2' },
          { name: 'slots', value: { first: 0, last: 7, assigned: 5, free: 3 } },
        ],
      }),
    );
    expect(documentOf(store, id)).toMatchObject({
      category: 'hardware',
      description: 'ours',
      resourceCharacteristic: [
        { name: 'rack', value: 'R2' },
        { name: 'shelf', value: {} },
        { name: 'slots', value: { first: 0, last: 7, algorithm: 'lowest', assigned: 0, free: 8 } },
      ],
    });
    const feature = { name: 'shaping', isEnabled: true };
    expect(
      documentOf(store, make(store, 'service', of(access, { state: 'active', feature: [feature] }))),
    ).toMatchObject({
      state: 'active',
      feature: [{ ...feature, featureCharacteristic: [{ name: 'goal', value: 'latency' }] }],
    });
  });

  test('given an id, then it has that; given the id of another, then it is refused', () => {
    const store = memoryStore();
    expect(make(store, 'service', of(access), 'mine')).toBe('mine');
    expect(refusal(store, 'service', of(access), 'mine')).toMatchObject({ code: 'conflict', pointer: '/id' });
  });

  test('given two without a name, then both are allowed; given the same name twice in a kind, then the second is refused', () => {
    const store = memoryStore();
    make(store, 'service', of(access));
    make(store, 'service', of(access));
    make(store, 'service', of(access, { name: 'fibre 17' }), 'a');
    make(store, 'service', of(access2, { name: 'fibre 17' }));
    make(store, 'service', { name: 'fibre 17' });
    make(store, 'service', { name: 'fibre 17' });
    const second = refusal(store, 'service', of(access, { name: 'fibre 17' }));
    expect(second).toMatchObject({ code: 'conflict', pointer: '/name' });
    expect(second.message).toMatch(/there is an access fibre 17 already \(a\)/);
  });

  test('given two features or characteristics of the same name, then it is refused', () => {
    const store = memoryStore();
    const twice = [
      { name: 'speed', value: 1 },
      { name: 'speed', value: 2 },
    ];
    expect(refusal(store, 'service', of(access, { serviceCharacteristic: twice })).pointer).toBe(
      '/serviceCharacteristic/1/name',
    );
    const features = [{ name: 'f' }, { name: 'f' }];
    expect(refusal(store, 'service', of(access, { feature: features })).pointer).toBe('/feature/1/name');
    const inner = [{ name: 'shaping', featureCharacteristic: twice }];
    expect(refusal(store, 'service', of(access, { feature: inner })).pointer).toBe(
      '/feature/0/featureCharacteristic/1/name',
    );
  });

  test('given values that do not fit, then all of them are told, the first with its place', () => {
    const store = memoryStore();
    const wrong = refusal(
      store,
      'service',
      of(access, {
        state: 'flying',
        serviceCharacteristic: [{ name: 'speed', value: 'fast' }],
        feature: [{ name: 'shaping', featureCharacteristic: [{ name: 'goal', value: 'fun' }] }],
      }),
    );
    expect(wrong.code).toBe('invalid');
    for (const word of ['flying', 'speed', 'goal']) expect(wrong.message).toContain(word);
    const card = [{ name: 'card', value: { model: 7, colour: 'red' } }];
    make(store, 'resource', ofShelf());
    expect(refusal(store, 'resource', ofCard({ resourceCharacteristic: card })).pointer).toMatch(
      /^\/resourceCharacteristic\/0\/value\//,
    );
  });

  test('given a mandatory characteristic is missing, then it is refused', () => {
    const store = memoryStore();
    const missing = refusal(store, 'resource', ofShelf({ resourceCharacteristic: [] }));
    expect(missing.message).toMatch(/a shelf has a value for rack/);
  });

  test('given bounds that cannot be, then it is refused with their place', () => {
    const store = memoryStore();
    const slots = { name: 'slots', value: { first: 9, last: 2 } };
    const wrong = refusal(
      store,
      'resource',
      ofShelf({ resourceCharacteristic: [{ name: 'rack', value: 'R' }, slots] }),
    );
    expect(wrong).toMatchObject({ code: 'invalid', pointer: '/resourceCharacteristic/1/value/first' });
  });
});

describe('parties and places of a new instance', () => {
  const party = (role: string, id = 'acme', referred = 'Organization'): JsonObject => ({
    role,
    partyOrPartyRole: { id, '@referredType': referred },
  });
  const installers = (count: number): JsonObject[] =>
    Array.from({ length: count }, (_, i) => party('installer', `i${i}`));

  test('given roles that are not declared, or too few or too many in one, then it is refused; else it is made', () => {
    const store = memoryStore();
    const refused = (relatedParty: JsonObject[]): AgentError => refusal(store, 'resource', ofShelf({ relatedParty }));
    expect(refused([]).message).toMatch(/at least 1 party in the role installer, not 0/);
    expect(refused(installers(4)).message).toMatch(/at most 3 party in the role installer, not 4/);
    expect(refused([...installers(1), party('instaler')])).toMatchObject({ pointer: '/relatedParty/1/role' });
    expect(refused([...installers(1), party('instaler')]).message).toMatch(/did you mean installer\?/);
    expect(refused([...installers(1), party('owner'), party('owner', 'b')]).message).toMatch(/at most 1/);
    for (const count of [1, 3]) make(store, 'resource', ofShelf({ relatedParty: installers(count) }));
  });

  test('given another type than the role asks for, then it is refused, by the store before by the reference', () => {
    const store = memoryStore();
    store.transact(cause, writer => {
      writer.putShared({ class: 'party', id: 'jo', kind: 'Individual', document: { id: 'jo' }, createdAt: NOW });
      writer.putShared({ class: 'place', id: 'olt', kind: 'oltSite', document: { id: 'olt' }, createdAt: NOW });
      writer.putShared({ class: 'place', id: 'hut', kind: 'GeographicSite', document: { id: 'hut' }, createdAt: NOW });
    });
    const refused = (more: JsonObject): AgentError => refusal(store, 'resource', ofShelf(more));
    expect(refused({ relatedParty: [party('installer', 'jo')] })).toMatchObject({
      pointer: '/relatedParty/0/partyOrPartyRole',
      message: expect.stringMatching(/party jo is an Individual/),
    });
    expect(refused({ relatedParty: [party('installer', 'x', 'Individual')] }).message).toContain('Individual');
    expect(refused({ relatedParty: [{ role: 'installer', partyOrPartyRole: { id: 'x' } }] }).message).toMatch(
      /is not known here: make it first, or say its @referredType/,
    );
    const site = (id: string): JsonObject => ({ place: [{ role: 'site', place: { id } }] });
    expect(refused(site('hut')).message).toMatch(/stands an oltSite; place hut is a GeographicSite/);
    make(store, 'resource', ofShelf(site('olt')));
    // A reference is believed.
    make(store, 'resource', ofShelf({ relatedParty: [...installers(1), party('owner', 'jo', 'Nobody')] }));
  });
});

describe('relationships of a new instance', () => {
  const backup = (id: string, more: JsonObject = {}): JsonObject => ({
    relationshipType: 'protects',
    alias: 'backup',
    resource: { id },
    ...more,
  });

  test('stand in its document, those with an alias among what supports it', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf());
    make(store, 'resource', ofCard(), 'a');
    const b = make(store, 'resource', ofCard({ resourceRelationship: [backup('a')] }));
    expect(documentOf(store, b).supportingResource).toContainEqual({
      id: 'a',
      alias: 'backup',
      '@type': 'ResourceRef',
    });
    expect(store.linksTo('a', 'relationship')).toMatchObject([{ source: b, type: 'protects', alias: 'backup' }]);
  });

  test('given source none or target none, or another alias, then it is refused naming that end', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf());
    make(store, 'resource', ofCard(), 'card');
    make(store, 'service', of(island), 'island');
    make(store, 'service', {}, 'free');
    const to = (id: string, alias?: string): JsonObject => ({
      serviceRelationship: [{ relationshipType: 'uses', ...(alias === undefined ? {} : { alias }), service: { id } }],
    });
    expect(refusal(store, 'service', of(island, to('free'))).message).toMatch(/island is never the source/);
    expect(refusal(store, 'service', of(access, to('island'))).message).toMatch(/island is never the target/);
    expect(refusal(store, 'service', to('island')).message).toMatch(/never the target/);
    const card = refusal(store, 'resource', ofCard({ resourceRelationship: [backup('card', { alias: 'bakup' })] }));
    expect(card.message).toMatch(/source of relationships with the alias backup; not bakup; did you mean backup\?/);
  });

  test('given a target of the other type, or of a kind and not here, then it is refused; a foreign one is believed', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf(), 'shelf');
    const to = (service: JsonObject): JsonObject =>
      of(access, { serviceRelationship: [{ relationshipType: 'uses', service }] });
    expect(refusal(store, 'service', to({ id: 'shelf' })).message).toMatch(/"shelf" is a resource, not a service/);
    expect(refusal(store, 'service', to({ id: 'x', '@referredType': 'island' })).pointer).toBe(
      '/serviceRelationship/0/service/id',
    );
    make(store, 'service', to({ id: 'of-another-system' }));
  });

  test('given one alias twice, or one name twice among the characteristics of one, then it is refused', () => {
    const store = memoryStore();
    const uses = (alias: string, service: string, more: JsonObject = {}): JsonObject => ({
      relationshipType: 'uses',
      alias,
      service: { id: service },
      ...more,
    });
    const twice = of(access, { serviceRelationship: [uses('a', 'x'), uses('a', 'y')] });
    expect(refusal(store, 'service', twice).pointer).toBe('/serviceRelationship/1/alias');
    const names = {
      serviceRelationshipCharacteristic: [
        { name: 'n', value: 1 },
        { name: 'n', value: 2 },
      ],
    };
    expect(refusal(store, 'service', of(access, { serviceRelationship: [uses('a', 'x', names)] })).message).toMatch(
      /two characteristics n/,
    );
  });
});

describe('numbers of a new instance', () => {
  const slots = (store: Store, id: string): unknown =>
    store.assignmentsTo(instanceId(id)).map(each => [each.owner, each.alias, each.value]);

  test('come from the first of the kind with one left, and go on to the next', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf(), 's1');
    make(store, 'resource', ofShelf(), 's2');
    const cards = Array.from({ length: 5 }, (_, i) => make(store, 'resource', ofCard(), `c${i}`));
    expect(cards.flatMap(id => slots(store, id))).toEqual([
      ['s1', 'slot', 1],
      ['s1', 'slot', 2],
      ['s1', 'slot', 3],
      ['s1', 'slot', 4],
      ['s2', 'slot', 1],
    ]);
    expect(documentOf(store, 's1').resourceCharacteristic).toContainEqual(
      expect.objectContaining({ name: 'slots', value: expect.objectContaining({ assigned: 4, free: 0 }) }),
    );
    expect(documentOf(store, 'c0')).toMatchObject({
      resourceRelationship: [{ relationshipType: 'assignedFrom', alias: 'slot', resource: { id: 's1' } }],
      supportingResource: [{ id: 's1', alias: 'slot' }],
    });
  });

  test('come from whom the maker names: as supporting, or with the number itself', () => {
    const store = memoryStore();
    for (const id of ['s1', 's2']) make(store, 'resource', ofShelf(), id);
    make(store, 'resource', ofCard({ supportingResource: [{ id: 's2' }] }), 'a');
    const from = (id: string, value?: number): JsonObject => ({
      relationshipType: 'assignedFrom',
      resource: { id },
      ...(value === undefined ? {} : { resourceRelationshipCharacteristic: [{ name: 'slots', value }] }),
    });
    make(store, 'resource', ofCard({ resourceRelationship: [from('s2', 4)] }), 'b');
    make(store, 'resource', ofCard({ resourceRelationship: [from('s2')] }), 'c');
    make(store, 'resource', ofCard({ resourceCharacteristic: [{ name: 'position', value: 3 }] }), 'd');
    expect(slots(store, 'a')).toEqual([['s2', 'slot', 1]]);
    expect(slots(store, 'b')).toEqual([['s2', 'slot', 4]]);
    expect(slots(store, 'c')).toEqual([['s2', 'slot', 2]]);
    expect(slots(store, 'd')).toEqual([['s1', 'slot', 3]]);
    const taken = refusal(store, 'resource', ofCard({ resourceRelationship: [from('s2', 4)] }));
    expect(taken).toMatchObject({ code: 'conflict', pointer: '/resourceRelationship/0' });
  });

  test('that are optional come when somebody is named', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf());
    for (const id of ['c1', 'c2']) make(store, 'resource', ofCard(), id);
    expect(slots(store, make(store, 'service', of(access)))).toEqual([]);
    const named = make(store, 'service', of(access, { supportingResource: [{ id: 'c2' }] }));
    expect(slots(store, named)).toEqual([['c2', 'line', 1]]);
    const asked = make(
      store,
      'service',
      of(access, {
        resourceRelationship: [{ relationshipType: 'assignedFrom', alias: 'line', resource: { id: 'c1' } }],
      }),
    );
    expect(slots(store, asked)).toEqual([['c1', 'line', 1]]);
  });

  test('come from where the hops lead, and from nobody else when that has none left', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf());
    for (const id of ['c1', 'c2']) make(store, 'resource', ofCard(), id);
    const over = (id: string): JsonObject =>
      of(uplink, { resourceRelationship: [{ relationshipType: 'runsOn', alias: 'primary', resource: { id } }] });
    const id = make(store, 'service', over('c2'));
    expect(slots(store, id)).toEqual([['c2', 'uplink', 1]]);
    // One entry for the card, under the first alias that leads to it.
    expect(documentOf(store, id).supportingResource).toEqual([{ id: 'c2', alias: 'primary', '@type': 'ResourceRef' }]);
    expect(slots(store, make(store, 'service', of(uplink)))).toEqual([['c1', 'uplink', 1]]);
    const narrow = { name: 'ports', value: { first: 1, last: 1 } };
    make(store, 'resource', ofCard({ resourceCharacteristic: [narrow] }), 'c3');
    make(store, 'service', over('c3'));
    expect(refusal(store, 'service', over('c3')).message).toMatch(/all 1 ports of c3 are assigned/);
  });

  test('given none is left, or nobody could give one, then nothing is made', () => {
    const store = memoryStore();
    expect(refusal(store, 'resource', ofCard()).message).toMatch(/no shelf with a free number of its slots.*make one/);
    make(store, 'resource', ofShelf({ lifecycleState: 'planned' }), 's');
    for (let i = 0; i < 4; i++) make(store, 'resource', ofCard());
    const full = refusal(store, 'resource', ofCard());
    expect(full.code).toBe('conflict');
    expect(full.message).toMatch(/all 4 slots of s are assigned/);
    expect(refusal(store, 'resource', ofCard({ supportingResource: [{ id: 's' }] })).message).toMatch(/all 4 slots/);
  });

  test('of no kind are given what they ask for too, and elements that ask nobody here stay as they are', () => {
    const store = memoryStore();
    make(store, 'resource', ofShelf(), 's');
    const element = (id: string): JsonObject => ({ relationshipType: 'assignedFrom', resource: { id } });
    const id = make(store, 'service', { resourceRelationship: [element('s'), element('elsewhere')] });
    expect(slots(store, id)).toEqual([['s', 'slot', 1]]);
    expect(documentOf(store, id).resourceRelationship).toMatchObject([
      { resource: { id: 'elsewhere' } },
      { alias: 'slot' },
    ]);
  });

  test('are not said by their owner', () => {
    const store = memoryStore();
    const element = { relationshipType: 'assignedTo', service: { id: 'x' } };
    expect(refusal(store, 'resource', ofShelf({ serviceRelationship: [element] })).code).toBe('invalid');
  });
});

test('of no kind anything goes, as ever', () => {
  const store = memoryStore();
  const document = {
    name: 'a/b',
    state: 'whatever',
    serviceCharacteristic: [{ name: 'x' }, { name: 'x' }],
    serviceRelationship: [{ relationshipType: 'uses', service: { id: 'x' } }],
    processStatus: 7,
  };
  const id = make(store, 'service', document);
  expect(documentOf(store, id)).toMatchObject(document);
});
