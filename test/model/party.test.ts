import { describe, expect, test } from 'vitest';
import type { RecordKind, RecordKinds } from '../../src/core/kind.ts';
import { entityForm } from '../../src/core/model/entity.ts';
import { partyForm } from '../../src/core/model/party.ts';
import { refusal, shared } from './shared.ts';

describe('a party', () => {
  test('given an organization and an individual, when made, then each has the words of TMF632', () => {
    const { make, store } = shared(partyForm);
    expect(
      make({ id: 'ACME', '@type': 'Organization', name: 'Acme', tradingName: 'ACME Ltd', isHeadOffice: true }),
    ).toEqual({
      id: 'ACME',
      href: '/party/ACME',
      '@type': 'Organization',
      name: 'Acme',
      tradingName: 'ACME Ltd',
      isHeadOffice: true,
    });
    expect(make({ '@type': 'Individual', givenName: 'Ada', birthDate: '1815-12-10' }).id).toBe('new1');
    expect(store.shared('party', 'ACME')?.kind).toBe('Organization');
    expect(store.countShared('party', { kinds: ['Individual'] })).toBe(1);
  });

  test('given something that is said wrongly, when made, then all of it is told with its place and nothing is kept', () => {
    const { make, store } = shared(partyForm);
    expect(refusal(() => make({ '@type': 'Organization', isLegalEntity: 'yes' }))).toBe('invalid /isLegalEntity');
    expect(refusal(() => make({ '@type': 'Individual', birthDate: 'soon' }))).toBe('invalid /birthDate');
    expect(refusal(() => make({ '@type': 'Individual', id: 'a/b' }))).toBe('invalid /id');
    expect(() => make({ '@type': 'Organization', isLegalEntity: 1, name: 7 })).toThrow(
      /isLegalEntity is true or false, not 1; name is a text, not 7/,
    );
    expect(store.seq()).toBe(0);
  });

  test('given a type that nobody knows, when made, then it is refused and those there are are named', () => {
    const { make } = shared(partyForm);
    expect(refusal(() => make({ '@type': 'Robot' }))).toBe('invalid /@type');
    expect(() => make({ '@type': 'Robot' })).toThrow(/Individual or Organization/);
    expect(make({ id: 'r', '@type': 'Robot', '@baseType': 'Individual' })['@type']).toBe('Robot');
  });

  test('given a reference, then it says to what; given none, then there is nothing to refer to', () => {
    const { make, store } = shared(partyForm);
    expect(refusal(() => make({ id: 'x' }))).toBe('invalid /@referredType');
    expect(refusal(() => make({ id: 'x', '@type': 'PartyRef' }))).toBe('invalid /@referredType');
    expect(refusal(() => make({ id: 'x', '@type': 'Organization', '@referredType': 'Organization' }))).toBe(
      'invalid /@referredType',
    );
    expect(refusal(() => make({ id: 'x', '@referredType': 'Place' }))).toBe('invalid /@referredType');
    expect(make({ id: 'x', '@referredType': 'Organization' })['@type']).toBe('PartyRef');
    expect(store.shared('party', 'x')?.kind).toBe('Organization');
  });

  test('given an href, then it ends with the id; its own is not kept', () => {
    const { make, patch, store } = shared(partyForm);
    expect(refusal(() => make({ id: 'x', '@type': 'Organization', href: '/elsewhere/y' }))).toBe('invalid /href');
    expect(make({ id: 'x', '@type': 'Organization', href: '/elsewhere/x' }).href).toBe('/elsewhere/x');
    expect(refusal(() => patch('x', { href: 'http://e/z' }))).toBe('invalid /href');
    const own = make({ id: 'y', '@type': 'Organization', href: '/party/y' });
    expect(own.href).toBe('/party/y');
    expect(store.shared('party', 'y')?.document).not.toHaveProperty('href');
  });

  test('given an id that is there, when made again, then what is not said stays, what is said is added, what is null goes', () => {
    const { make, store } = shared(partyForm);
    make({ id: 'x', '@type': 'Organization', name: 'a', tradingName: 't' });
    expect(make({ id: 'x', '@type': 'Organization', organizationType: 'isp', tradingName: null })).toMatchObject({
      name: 'a',
      organizationType: 'isp',
    });
    expect(store.shared('party', 'x')?.document).not.toHaveProperty('tradingName');
    expect(store.countShared('party')).toBe(1);
    const seq = store.seq();
    make({ id: 'x', name: 'a' });
    expect(store.seq()).toBe(seq);
  });

  test('given a change of its id or of what it is, then it is refused; a reference may come to be known', () => {
    const { make, patch } = shared(partyForm);
    make({ id: 'x', '@type': 'Organization' });
    expect(refusal(() => patch('x', { id: 'y' }))).toBe('invalid /id');
    expect(refusal(() => patch('x', { id: null }))).toBe('invalid /id');
    expect(refusal(() => patch('x', { '@type': 'Individual' }))).toBe('conflict /@type');
    expect(refusal(() => patch('none', {}))).toBe('notFound');
    make({ id: 'r', '@referredType': 'Individual' });
    expect(make({ id: 'r', '@type': 'Individual', givenName: 'Ada' })).not.toHaveProperty('@referredType');
  });

  test('given an echo of what is shown, when patched, then nothing is written', () => {
    const { make, patch, store } = shared(partyForm);
    const shown = make({ id: 'x', '@type': 'Organization', name: 'a', relatedParty: [{ role: 'owner', id: 'z' }] });
    const seq = store.seq();
    expect(patch('x', shown)).toEqual(shown);
    expect(store.seq()).toBe(seq);
  });

  test('given somebody who refers to it, when deleted, then refused; once nobody does, it goes', () => {
    const { make, remove, instance, removeInstance, store } = shared(partyForm);
    make({ id: 'x', '@type': 'Organization' });
    make({ id: 'y', '@type': 'Organization', relatedParty: [{ role: 'parent', id: 'x' }] });
    instance('line', { relatedParty: [{ role: 'provider', partyOrPartyRole: { id: 'x' } }] });
    expect(() => remove('x')).toThrow(/referred to by y \(parent\), line \(provider\);/);
    removeInstance('line');
    expect(refusal(() => remove('x'))).toBe('conflict');
    remove('y');
    remove('x');
    expect(store.countShared('party')).toBe(0);
    expect(refusal(() => remove('x'))).toBe('notFound');
  });

  test('given an external identifier that it owns, when deleted, then refused', () => {
    const { make, remove, instance, removeInstance } = shared(partyForm);
    make({ id: 'x', '@type': 'Organization' });
    instance('line', { externalIdentifier: [{ externalIdentifierType: 'order', id: 'O1', owner: 'x' }] });
    expect(() => remove('x')).toThrow(/line \(an external identifier\)/);
    removeInstance('line');
    remove('x');
  });

  test('given references of its own, then each names an id, and says a role of it but once', () => {
    const { make } = shared(partyForm);
    const organization = { id: 'x', '@type': 'Organization' };
    expect(refusal(() => make({ ...organization, relatedParty: {} }))).toBe('invalid /relatedParty');
    expect(refusal(() => make({ ...organization, place: [{ role: 'seat' }] }))).toBe('invalid /place/0');
    const twice = [
      { role: 'seat', id: 'p' },
      { role: 'seat', place: { id: 'p' } },
    ];
    expect(refusal(() => make({ ...organization, place: twice }))).toBe('invalid /place/1');
    expect(refusal(() => make({ ...organization, place: [{ role: 1, id: 'p' }] }))).toBe('invalid /place/0/role');
  });
});

describe('a party of a kind of the profile', () => {
  const provider: RecordKind = {
    name: 'accessProvider',
    type: 'party',
    base: 'Organization',
    characteristic: [
      { name: 'asn', schema: { type: 'integer', minimum: 1 }, mandatory: true, owner: 'record' },
      { name: 'tier', schema: { type: 'string', enum: ['one', 'two'] }, default: 'two', owner: 'record' },
    ],
    place: [{ role: 'seat', type: 'GeographicSite', min: 0, max: 1 }],
  };
  const kinds: RecordKinds = new Map([[provider.name, provider]]);
  const asn = (value: number) => ({ partyCharacteristic: [{ name: 'asn', value }] });

  test('given its characteristics, then they are held against their schemas, and defaults are added', () => {
    const { make, patch, store } = shared(partyForm, kinds);
    expect(make({ id: 'x', '@type': 'accessProvider', ...asn(64_512) })).toMatchObject({
      '@baseType': 'Organization',
      partyCharacteristic: [
        { name: 'asn', value: 64_512 },
        { name: 'tier', value: 'two' },
      ],
    });
    expect(store.shared('party', 'x')?.kind).toBe('accessProvider');
    expect(refusal(() => make({ '@type': 'accessProvider' }))).toBe('invalid /partyCharacteristic');
    expect(refusal(() => make({ '@type': 'accessProvider', ...asn(0) }))).toBe('invalid /partyCharacteristic/0/value');
    expect(refusal(() => patch('x', { partyCharacteristic: [{ name: 'tier', value: 'two' }] }))).toBe(
      'invalid /partyCharacteristic',
    );
    const two = [...asn(1).partyCharacteristic, ...asn(2).partyCharacteristic];
    expect(refusal(() => make({ '@type': 'accessProvider', partyCharacteristic: two }))).toBe(
      'invalid /partyCharacteristic/1/name',
    );
  });

  test('given its roles, then they are held against what is declared', () => {
    const { make } = shared(partyForm, kinds);
    const body = { '@type': 'accessProvider', ...asn(7) };
    expect(refusal(() => make({ ...body, place: [{ role: 'garage', id: 'p' }] }))).toBe('invalid /place/0/role');
    const seat = (id: string) => ({
      role: 'seat',
      place: { id, '@type': 'PlaceRef', '@referredType': 'GeographicSite' },
    });
    expect(refusal(() => make({ ...body, place: [seat('p'), seat('q')] }))).toBe('invalid /place');
    expect(make({ ...body, place: [seat('p')] })).toMatchObject({ place: [{ role: 'seat' }] });
  });

  test('given a kind, then an organization cannot become one that lacks what it needs, nor the other way round an individual', () => {
    const { make, patch } = shared(partyForm, kinds);
    make({ id: 'x', '@type': 'Organization' });
    expect(refusal(() => patch('x', { '@type': 'accessProvider' }))).toBe('invalid /partyCharacteristic');
    expect(patch('x', { '@type': 'accessProvider', ...asn(9) })['@type']).toBe('accessProvider');
    expect(refusal(() => patch('x', { '@type': 'Individual', '@baseType': 'Individual' }))).toBe('conflict /@type');
  });
});

describe('an entity', () => {
  test('given an id and any type, when made, then it is kept; without an id or a type it is not', () => {
    const { make, remove, instance } = shared(entityForm);
    expect(make({ id: 'C1', '@type': 'cost', amount: 7 })).toEqual({
      id: 'C1',
      href: '/entity/C1',
      '@type': 'cost',
      amount: 7,
    });
    expect(make({ id: 'P1', '@referredType': 'serviceProblem' })['@type']).toBe('EntityRef');
    expect(refusal(() => make({ '@type': 'cost' }))).toBe('invalid /id');
    expect(refusal(() => make({ id: 'C2' }))).toBe('invalid /@referredType');
    expect(refusal(() => make({ id: 'C2', '@type': 'cost', '@referredType': 'x' }))).toBe('invalid /@referredType');
    instance('line', { relatedEntity: [{ role: 'price', entity: { id: 'C1' } }] });
    expect(refusal(() => remove('C1'))).toBe('conflict');
    remove('P1');
  });
});
