import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instance, InstanceType } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import type { DerivedPart } from '../../src/core/model/derived.ts';
import { type Presented, present } from '../../src/core/model/present.ts';
import { stillHold } from '../../src/core/model/reads.ts';
import { refuseDerived, withoutDerived } from '../../src/core/model/without-derived.ts';
import type { Reader, Writer } from '../../src/ports/store.ts';
import { acceptPatch, type Rendering, render } from '../../src/tmf/codec.ts';
import { noLinks, versions } from '../../src/tmf/version.ts';
import { characteristic, handOut, instance, over, put, related } from '../kit/hops.ts';
import { kind, modelStore } from '../kit/model.ts';

const site = kind('site', { type: 'resource' });
const card = kind('card', {
  type: 'resource',
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 8, algorithm: 'lowest' }],
  place: [{ role: 'location', min: 0 }],
  party: [{ role: 'owner', min: 0 }],
});
const bare = kind('bare', { type: 'resource' });
const primary = [over.owner('primary')];
const cards = [over.target('uses')];
const access = kind('access', {
  inheritedPlace: [{ role: 'primary', via: primary, sourceRole: 'location' }],
  inheritedParty: [{ role: 'carrier', via: primary, sourceRole: 'owner', collapse: 'first' }],
  inheritedCharacteristic: [
    { name: 'model', via: primary, read: 'model', collapse: 'first' },
    { name: 'models', via: cards, read: 'model' },
    { name: 'firstModel', via: cards, read: 'model', collapse: 'first' },
    { name: 'lastModel', via: cards, read: 'model', collapse: 'last' },
  ],
  field: [
    { name: 'port', via: primary, of: 'edge', read: 'value', collapse: 'first' },
    { name: 'aliases', via: cards, of: 'edge', read: 'alias' },
    { name: 'cardNames', via: cards, of: 'instance', read: '/name' },
    { name: 'speed', via: primary, of: 'instance', read: '/resourceCharacteristic/speed/value', collapse: 'last' },
  ],
  reference: [
    { name: 'installer', id: 'installerId', to: 'party' },
    { name: 'address', id: 'addressId', to: 'place' },
    { name: 'parent', id: 'parentId', to: 'service' },
  ],
});
const plain = kind('plain');
const kinds: Kinds = new Map([site, card, bare, access, plain].map(each => [each.name, each]));

const shown = (reader: Reader, id: string): Presented => present(reader, kinds, instance(reader, id));
function part({ parts }: Presented, name: string): DerivedPart | undefined {
  return parts.find(each => each.name === name);
}
function value({ document }: Presented, name: string): Json | undefined {
  const array = (document.serviceCharacteristic ?? document.resourceCharacteristic ?? []) as readonly JsonObject[];
  return array.find(each => each.name === name)?.value;
}
/** Given nothing derived, then its own document object is shown. */
function showsItself(reader: Reader, id: string): boolean {
  const one = instance(reader, id);
  return present(reader, kinds, one).document === one.document;
}
const inRole = (role: string, id: string): JsonObject => ({
  '@type': 'RelatedPlaceRef',
  role,
  place: { id, '@type': 'PlaceRef' },
});

function cardWith(writer: Writer, id: string, more: JsonObject = {}): void {
  put(writer, card, id, {
    name: id.toUpperCase(),
    resourceCharacteristic: [characteristic('model', `model of ${id}`), characteristic('speed', 10)],
    place: [inRole('location', 'exchange')],
    ...more,
  });
}
const assigned = (alias: string): JsonObject => ({
  resourceRelationship: [related('resource', 'card1', 'assignedFrom', alias)],
});

describe('inherited', () => {
  test('given a card assigned under alias primary with a location, then the place has the role primary, and no reference is kept (81)', () => {
    const { store, write } = modelStore();
    write(writer => {
      cardWith(writer, 'card1');
      put(writer, access, 'a', assigned('primary'));
      handOut(writer, 'card1', 'a', 'primary', 3);
    });
    const { document, reads } = shown(store, 'a');
    expect(document.place).toEqual([{ role: 'primary', place: { id: 'exchange', '@type': 'PlaceRef' } }]);
    expect(instance(store, 'a').document.place).toBeUndefined();
    expect(store.linksFrom('a', 'place')).toEqual([]);
    expect(part(shown(store, 'a'), 'primary')).toMatchObject({
      elements: [{ from: ['card1'] }],
      unknown: [],
      via: primary,
    });
    expect(reads).toContainEqual({ of: 'instance', id: 'card1', seq: store.instanceSeq(instance(store, 'card1').id) });
  });

  test('given the card lacks that role, then one unknown and no JSON; given no assignment, then none (82)', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, bare, 'card1', { name: 'bare card' });
      put(writer, access, 'a', assigned('primary'));
      put(writer, access, 'b');
      handOut(writer, 'card1', 'a', 'primary', 3);
    });
    expect(part(shown(store, 'a'), 'primary')).toMatchObject({
      elements: [],
      unknown: [
        { reason: 'roleNotDeclared', context: 'bare card is a bare, which has no role "location" for a place' },
      ],
    });
    expect(shown(store, 'a').document.place).toBeUndefined();
    expect(part(shown(store, 'b'), 'primary')).toMatchObject({ elements: [], unknown: [] });
    expect(showsItself(store, 'b')).toBe(true);
  });

  test('given two cards, then both values in order of creation; collapsed the first or the last; given none, absent (84, 85)', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, access, 'a', {
        resourceRelationship: [related('resource', 'card2', 'uses', 'x'), related('resource', 'card1', 'uses', 'y')],
      });
      put(writer, access, 'b');
    });
    for (const id of ['card1', 'card2']) write(writer => cardWith(writer, id));
    const found = shown(store, 'a');
    expect(value(found, 'models')).toEqual(['model of card1', 'model of card2']);
    expect(value(found, 'firstModel')).toBe('model of card1');
    expect(value(found, 'lastModel')).toBe('model of card2');
    expect(part(found, 'models')?.elements[0]?.from).toEqual(['card1', 'card2']);
    for (const name of ['models', 'firstModel', 'model']) expect(value(shown(store, 'b'), name)).toBeUndefined();
  });

  test('given an instance of no kind on the way, then any role of it counts and none is missing', () => {
    const { store, write } = modelStore();
    const generic = kind('resource', { type: 'resource' });
    write(writer => {
      put(writer, generic, 'card1', {
        relatedParty: [{ role: 'owner', partyOrPartyRole: { id: 'telco', '@type': 'PartyRef' } }],
      });
      put(writer, access, 'a', assigned('primary'));
      handOut(writer, 'card1', 'a', 'primary', 1);
    });
    expect(shown(store, 'a').document.relatedParty).toEqual([
      { role: 'carrier', partyOrPartyRole: { id: 'telco', '@type': 'PartyRef' } },
    ]);
    expect(part(shown(store, 'a'), 'primary')).toMatchObject({ elements: [], unknown: [] });
  });
});

describe('fields and references', () => {
  test('given edges and what they lead to, then their members and paths are characteristics', () => {
    const { store, write } = modelStore();
    write(writer => {
      cardWith(writer, 'card1');
      cardWith(writer, 'card2');
      put(writer, access, 'a', {
        resourceRelationship: [
          related('resource', 'card1', 'assignedFrom', 'primary'),
          related('resource', 'card2', 'uses', 'spare'),
          related('resource', 'card1', 'uses', 'main'),
        ],
      });
      handOut(writer, 'card1', 'a', 'primary', 7);
    });
    const found = shown(store, 'a');
    expect(value(found, 'port')).toBe(7);
    expect(value(found, 'aliases')).toEqual(['main', 'spare']);
    expect(value(found, 'cardNames')).toEqual(['CARD1', 'CARD2']);
    expect(value(found, 'speed')).toBe(10);
  });

  test('given an id that is nothing, leads to a record, or dangles, then absent, the reference, or unknown (65)', () => {
    const { store, write } = modelStore();
    const ids = (installerId: Json, addressId: Json, parentId: Json): JsonObject => ({
      serviceCharacteristic: [
        characteristic('installerId', installerId),
        characteristic('addressId', addressId),
        characteristic('parentId', parentId),
      ],
    });
    write(writer => {
      put(writer, plain, 'p', { name: 'the parent' });
      writer.putShared({
        class: 'party',
        id: 'acme',
        kind: 'Organization',
        document: { id: 'acme', name: 'Acme', '@type': 'Organization' },
        createdAt: 1,
      });
      put(writer, access, 'a', ids('acme', null, 'p'));
      put(writer, access, 'b', ids(null, 'gone', 7));
    });
    const found = shown(store, 'a');
    expect(found.document.relatedParty).toEqual([
      {
        role: 'installer',
        partyOrPartyRole: { id: 'acme', name: 'Acme', '@referredType': 'Organization', '@type': 'PartyRef' },
      },
    ]);
    expect(found.document.relatedEntity).toEqual([
      { role: 'parent', entity: { id: 'p', name: 'the parent', '@type': 'ServiceRef' } },
    ]);
    expect(found.document.place).toBeUndefined();
    expect(part(found, 'address')).toMatchObject({ elements: [], unknown: [] });
    const dangling = shown(store, 'b');
    expect(dangling.document.place).toBeUndefined();
    expect(part(dangling, 'address')).toMatchObject({ unknown: [{ reason: 'noTarget' }] });
    expect(part(dangling, 'parent')).toMatchObject({ unknown: [{ reason: 'noTarget' }] });
    expect(part(dangling, 'installer')).toMatchObject({ unknown: [] });
  });
});

describe('an owner of pools', () => {
  test('given numbers handed out to services and resources, then each stands as assignedTo with its thing (78)', () => {
    const { store, write } = modelStore();
    write(writer => {
      cardWith(writer, 'card1');
      put(writer, access, 'a');
      put(writer, bare, 'modem');
      handOut(writer, 'card1', 'a', 'primary', 2);
      handOut(writer, 'card1', 'modem', 'uplink', 1);
    });
    const { document, parts } = shown(store, 'card1');
    expect(document.serviceRelationship).toEqual([
      {
        '@type': 'ServiceRelationship',
        relationshipType: 'assignedTo',
        alias: 'primary',
        service: { id: 'a', '@type': 'ServiceRef' },
        serviceRelationshipCharacteristic: [{ name: 'port', value: 2, '@type': 'IntegerCharacteristic' }],
      },
    ]);
    expect(document.resourceRelationship).toMatchObject([{ alias: 'uplink', resource: { id: 'modem' } }]);
    expect(parts.map(each => [each.name, each.array, each.elements.length])).toEqual([
      ['ports', 'serviceRelationship', 1],
      ['ports', 'resourceRelationship', 1],
    ]);
  });

  test('given a number that goes from one to another in one commit, then what was presented no longer holds', () => {
    const { store, write } = modelStore();
    write(writer => {
      cardWith(writer, 'card1');
      for (const id of ['a', 'b']) put(writer, access, id);
      handOut(writer, 'card1', 'a', 'primary', 2);
    });
    const { reads } = shown(store, 'card1');
    expect(stillHold(store, reads)).toBe(true);
    write(writer => {
      writer.removeAssignment(instance(writer, 'card1').id, 'port', 2);
      handOut(writer, 'card1', 'b', 'primary', 2);
    });
    expect(stillHold(store, reads)).toBe(false);
  });
});

describe('specifications', () => {
  const specified = (type: InstanceType, id: string, version: string): JsonObject => ({
    [`${type}Specification`]: { id, name: 'plain', version, '@type': 'ServiceSpecificationRef' },
  });
  const bumped = (id: string, version: string) =>
    ({
      class: 'specification',
      id,
      kind: 'serviceSpecification',
      document: { id, name: 'plain', version },
      createdAt: 1,
    }) as const;

  test('given two instances, when the specification is moved on, then both show it, and an echo keeps what they had (89)', () => {
    const { store, write } = modelStore();
    const spec = plain.specification.id;
    write(writer => {
      for (const id of ['a', 'b']) put(writer, plain, id, specified('service', spec, '1.0.0'));
    });
    expect(showsItself(store, 'a')).toBe(true);
    const { reads } = shown(store, 'a');
    write(writer => writer.putShared(bumped(spec, '1.1.0')));
    expect(stillHold(store, reads)).toBe(false);
    for (const id of ['a', 'b']) {
      const now = shown(store, id);
      expect(now.document.serviceSpecification).toMatchObject({ id: spec, version: '1.1.0' });
      expect(withoutDerived(instance(store, id).document, now, now.document)).toEqual(instance(store, id).document);
    }
  });

  test('given an instance of no kind, then it follows later versions of what it names, and nothing else', () => {
    const { store, write } = modelStore();
    const generic = kind('service');
    write(writer => {
      put(writer, generic, 'a', specified('service', 's', '1.0.0'));
      put(writer, generic, 'b', specified('service', 's', '2.0.0'));
      put(writer, generic, 'c', { serviceSpecification: { id: 's' } });
      writer.putShared(bumped('s', '1.0.4'));
    });
    expect(shown(store, 'a').document.serviceSpecification).toMatchObject({ version: '1.0.4' });
    for (const id of ['b', 'c']) expect(showsItself(store, id)).toBe(true);
  });

  test('given a version said otherwise, then it is refused; another specification may be named', () => {
    const { store, write } = modelStore();
    const spec = plain.specification.id;
    write(writer => {
      put(writer, plain, 'a', specified('service', spec, '1.0.0'));
      writer.putShared(bumped(spec, '1.1.0'));
    });
    const own = instance(store, 'a').document;
    const now = shown(store, 'a');
    const wanted = (more: JsonObject): JsonObject => ({
      ...now.document,
      serviceSpecification: { ...(now.document.serviceSpecification as JsonObject), ...more },
    });
    expect(() => withoutDerived(own, now, wanted({ version: '9.0.0' }))).toThrow(
      expect.objectContaining({ code: 'invalid', pointer: '/serviceSpecification/version' }),
    );
    expect(withoutDerived(own, now, wanted({ id: 'other', version: '2.0.0' })).serviceSpecification).toMatchObject({
      id: 'other',
      version: '2.0.0',
    });
  });
});

test('given nothing derived, then the own document is shown, nothing is read, and what is wanted is kept', () => {
  const { store, write } = modelStore();
  write(writer => put(writer, plain, 'a', { name: 'a' }));
  const one = instance(store, 'a');
  const own = one.document;
  const found = present(store, kinds, one);
  expect(found.document).toBe(own);
  expect(found.reads).toEqual([]);
  const wanted = { ...own, name: 'b' };
  expect(withoutDerived(own, found, wanted)).toBe(wanted);
});

describe('the way back', () => {
  const world = (): { store: Reader; own: Instance; now: Presented } => {
    const { store, write } = modelStore();
    write(writer => {
      cardWith(writer, 'card1');
      put(writer, access, 'a', {
        ...assigned('primary'),
        serviceCharacteristic: [characteristic('mine', 1), characteristic('model', 'hidden by the inherited one')],
        place: [inRole('own', 'here')],
      });
      handOut(writer, 'card1', 'a', 'primary', 3);
    });
    return { store, own: instance(store, 'a'), now: shown(store, 'a') };
  };

  test('given an own part changed among derived ones, then only that is kept', () => {
    const { own, now } = world();
    const array = (now.document.serviceCharacteristic as readonly JsonObject[]).map(each =>
      each.name === 'mine' ? { ...each, value: 2 } : each,
    );
    expect(withoutDerived(own.document, now, { ...now.document, serviceCharacteristic: array })).toEqual({
      ...own.document,
      serviceCharacteristic: [characteristic('mine', 2), characteristic('model', 'hidden by the inherited one')],
    });
  });

  test.each<
    [what: string, array: string, change: (elements: readonly JsonObject[]) => readonly JsonObject[], says: RegExp]
  >([
    [
      'an inherited value',
      'serviceCharacteristic',
      all => all.map(each => (each.name === 'model' ? { ...each, value: 'x' } : each)),
      /"model" is inherited from card1: change it there/,
    ],
    [
      'a calculated value',
      'serviceCharacteristic',
      all => all.map(each => (each.name === 'port' ? { ...each, value: 9 } : each)),
      /"port" is calculated from card1/,
    ],
    [
      'one that nothing is reached for',
      'serviceCharacteristic',
      all => [...all, characteristic('models', [])],
      /"models" is inherited over the relationship uses \(forward\)/,
    ],
    [
      'an inherited place',
      'place',
      all => all.map(each => (each.role === 'primary' ? inRole('primary', 'elsewhere') : each)),
      /"primary" is inherited from card1/,
    ],
    [
      'an inherited place taken away',
      'place',
      all => all.filter(each => each.role !== 'primary'),
      /cannot be taken away here/,
    ],
    [
      'a reference',
      'relatedParty',
      () => [{ role: 'installer', partyOrPartyRole: { id: 'x' } }],
      /follows a characteristic/,
    ],
  ])('given %s changed, then it is refused with its place and where to change it', (_, array, change, says) => {
    const { own, now } = world();
    const wanted = { ...now.document, [array]: change((now.document[array] ?? []) as readonly JsonObject[]) };
    const call = (): unknown => withoutDerived(own.document, now, wanted);
    expect(call).toThrow(says);
    expect(call).toThrow(expect.objectContaining({ code: 'invalid', pointer: expect.stringMatching(`^/${array}`) }));
  });

  test('given a number changed at its owner, then it is refused and named with who has it', () => {
    const { store } = world();
    const { document } = instance(store, 'card1');
    const now = shown(store, 'card1');
    const [first] = now.document.serviceRelationship as readonly JsonObject[];
    expect(() =>
      withoutDerived(document, now, { ...now.document, serviceRelationship: [{ ...first, alias: 'x' }] }),
    ).toThrow(/stands with the one that has it \(a\) as "assignedFrom"/);
    expect(() => withoutDerived(document, now, { ...now.document, serviceRelationship: [] })).toThrow(/taken away/);
  });

  test('given a create that says what is derived, then it is refused with its place', () => {
    expect(() => refuseDerived(access, { serviceCharacteristic: [characteristic('model', 'x')] })).toThrow(
      expect.objectContaining({ pointer: '/serviceCharacteristic/0' }),
    );
    refuseDerived(access, { serviceCharacteristic: [characteristic('mine', 'x')], place: [inRole('own', 'x')] });
    refuseDerived(undefined, { serviceCharacteristic: [characteristic('model', 'x')] });
  });
});

/** Instances with every derived part, by chance, and documents of their own among them. */
const own = fc.record({
  characteristics: fc.uniqueArray(fc.constantFrom('mine', 'model', 'models', 'port', 'installerId', 'other'), {
    maxLength: 4,
  }),
  places: fc.uniqueArray(fc.constantFrom('own', 'primary', 'address'), { maxLength: 3 }),
  uses: fc.subarray(['card1', 'card2']),
  hasPrimary: fc.boolean(),
  ports: fc.integer({ min: 0, max: 3 }),
  value: fc.constantFrom<Json>('acme', 1, true, ['x'], { a: 1 }),
});

test('an echo of what was shown changes nothing, in v4 and in v5, and neither does one of a part', () => {
  fc.assert(
    fc.property(own, each => {
      const { store, write } = modelStore();
      write(writer => {
        for (const id of ['card1', 'card2']) cardWith(writer, id, { '@type': 'PhysicalResource' });
        put(writer, access, 'a', {
          state: 'initial',
          serviceCharacteristic: each.characteristics.map(name => characteristic(name, each.value)),
          place: each.places.map(role => ({ ...inRole(role, 'here'), '@type': 'RelatedPlaceRefOrValue' })),
          resourceRelationship: [
            ...each.uses.map(id => related('resource', id, 'uses', `uses ${id}`)),
            ...(each.hasPrimary ? [related('resource', 'card1', 'assignedFrom', 'primary')] : []),
          ],
        });
        if (each.hasPrimary) handOut(writer, 'card1', 'a', 'primary', 5);
        for (let i = 0; i < each.ports; i++) {
          put(writer, i % 2 === 0 ? plain : bare, `line${i}`);
          handOut(writer, 'card1', `line${i}`, 'port', i);
        }
      });
      for (const id of ['a', 'card1']) {
        const kept = instance(store, id);
        const now = shown(store, id);
        for (const version of versions) {
          const rendering: Rendering = { type: kept.type, version, publicUrl: '', links: noLinks };
          const echo = render(now.document, rendering);
          expect(withoutDerived(kept.document, now, acceptPatch(now.document, echo, rendering))).toEqual(kept.document);
          for (const [name, value] of Object.entries(echo)) {
            const patch = { [name]: value } as JsonObject;
            expect(withoutDerived(kept.document, now, acceptPatch(now.document, patch, rendering))).toEqual(
              kept.document,
            );
          }
          const more = acceptPatch(now.document, { description: 'more' }, rendering);
          expect(withoutDerived(kept.document, now, more)).toEqual({ ...kept.document, description: 'more' });
        }
      }
      store.close();
    }),
    { numRuns: 80 },
  );
});
