import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, type Rendering, render } from '../../src/tmf/codec.ts';
import { mergePatch } from '../../src/tmf/merge-patch.ts';
import { type Links, noLinks, type Version, versions } from '../../src/tmf/version.ts';

const as = (type: InstanceType, version: Version): Rendering => ({ type, version, publicUrl: '', links: noLinks });

/** A resource that uses what only v5 has. */
const resource: JsonObject = {
  id: 'eth0',
  '@type': 'PhysicalResource',
  name: 'eth0',
  serialNumber: 'S1',
  operationalState: 'enabled',
  administrativeState: 'shuttingDown',
  lifecycleState: 'installed',
  controlStatus: 'suspended',
  powerConsumingState: 'fullPower',
  validFor: { startDateTime: '2026-01-01T00:00:00Z' },
  resourceSpecification: { id: 'spec', name: 'port', '@type': 'ResourceSpecificationRef' },
  relatedParty: [
    {
      role: 'owner',
      partyOrPartyRole: { id: 'p1', name: 'Ann', '@type': 'PartyRef', '@referredType': 'Individual' },
      '@type': 'RelatedPartyRefOrPartyRoleRef',
    },
  ],
  place: [
    { role: 'site', place: { id: 'l1', '@type': 'PlaceRef', '@referredType': 'Site' }, '@type': 'RelatedPlaceRef' },
    { role: 'rack', place: { id: 'l2', '@type': 'PlaceRef', '@referredType': 'Rack' }, '@type': 'RelatedPlaceRef' },
  ],
  resourceCharacteristic: [
    { name: 'mtu', value: 1500, '@type': 'IntegerCharacteristic' },
    { name: 'load', value: 2, '@type': 'NumberCharacteristic' },
    { name: 'ipAddress', value: ['10.0.0.1/24'], '@type': 'StringArrayCharacteristic' },
  ],
  externalIdentifier: [{ id: 'x', owner: 'oss', '@type': 'ExternalIdentifier' }],
  supportingResource: [{ id: 'card', '@type': 'ResourceRef' }],
  note: [{ id: 'n', text: 'hello', '@type': 'Note' }],
  colour: 'blue',
};

const service: JsonObject = {
  id: 's1',
  '@type': 'Service',
  name: 'internet',
  state: 'suspended',
  operatingStatus: 'degraded',
  serviceSpecification: { id: 'spec', '@type': 'ServiceSpecificationRef' },
  serviceCharacteristic: [{ name: 'speed', value: '100M', '@type': 'StringCharacteristic' }],
  supportingResource: [{ id: 'eth0', href: 'http://elsewhere/eth0', '@type': 'ResourceRef' }],
  place: [{ role: 'site', place: { id: 'l1', '@type': 'PlaceRef' }, '@type': 'RelatedPlaceRefOrValue' }],
  relatedEntity: [{ role: 'r', entity: { id: 'e', '@type': 'EntityRef' }, '@type': 'RelatedEntityRefOrValue' }],
};

const withoutHref = ({ href: _, ...rest }: JsonObject): JsonObject => rest;

function refusal(act: () => unknown): AgentError {
  try {
    act();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('v5', () => {
  test('shows what is kept, with its href', () => {
    expect(render(resource, as('resource', 'v5'))).toEqual({
      ...resource,
      href: '/tmf-api/resourceInventoryManagement/v5/resource/eth0',
    });
  });

  test('says @type everywhere, also where it was not kept', () => {
    const shown = render(
      {
        id: 'a',
        name: 'a',
        serviceSpecification: { id: 's' },
        relatedParty: [{ role: 'x', partyOrPartyRole: { id: 'p', '@referredType': 'PartyRole' } }],
        place: [{ role: 'x', place: { id: 'l' } }],
        serviceRelationship: [{ relationshipType: 'reliesOn', service: { id: 'b' } }],
        serviceCharacteristic: [
          { name: 'a', value: 1 },
          { name: 'b', value: [1.5, 2] },
          { name: 'c', value: { d: 1 } },
          { name: 'e', value: [] },
          { name: 'f', value: true },
        ],
        feature: [{ name: 'f', featureCharacteristic: [{ name: 'g', value: 'h' }] }],
        note: [{ text: 't' }],
      },
      as('service', 'v5'),
    );
    expect(shown).toMatchObject({
      '@type': 'Service',
      serviceSpecification: { '@type': 'ServiceSpecificationRef' },
      relatedParty: [{ '@type': 'RelatedPartyRefOrPartyRoleRef', partyOrPartyRole: { '@type': 'PartyRoleRef' } }],
      place: [{ '@type': 'RelatedPlaceRefOrValue', place: { '@type': 'PlaceRef' } }],
      serviceRelationship: [{ '@type': 'ServiceRelationship', service: { '@type': 'ServiceRef' } }],
      serviceCharacteristic: [
        { '@type': 'IntegerCharacteristic' },
        { '@type': 'NumberArrayCharacteristic' },
        { '@type': 'ObjectCharacteristic' },
        { '@type': 'Characteristic' },
        { '@type': 'BooleanCharacteristic' },
      ],
      feature: [{ '@type': 'Feature', featureCharacteristic: [{ '@type': 'StringCharacteristic' }] }],
      note: [{ '@type': 'Note' }],
    });
  });

  test('what was shown can be created again and is the same', () => {
    expect(acceptCreate(render(resource, as('resource', 'v5')), 'resource', 'v5')).toEqual(resource);
    expect(acceptCreate(render(service, as('service', 'v5')), 'service', 'v5')).toEqual(service);
  });

  test('a reference to what is here follows its target', () => {
    const links: Links = (to, id) => (to === 'resource' && id === 'eth0' ? '/here/eth0' : undefined);
    for (const version of versions) {
      const shown = render(service, { type: 'service', version, publicUrl: '', links });
      expect(shown).toMatchObject({ supportingResource: [{ id: 'eth0', href: '/here/eth0' }] });
    }
  });

  test.each(versions)('a reference to something else does not keep the href of what it was to, in %s', version => {
    const links: Links = (_, id) => (id === 'spec' ? '/here/spec' : undefined);
    const wanted = acceptPatch(
      service,
      { serviceSpecification: { id: 'other' } },
      { ...as('service', version), links },
    );
    expect(wanted.serviceSpecification).toEqual({ id: 'other', '@type': 'ServiceSpecificationRef' });
  });

  test('a status that is kept as a list of one is shown as the word', () => {
    const shown = render({ id: 'a', availabilityStatus: ['notInstalled'] }, as('resource', 'v5'));
    expect(shown.availabilityStatus).toBe('notInstalled');
  });
});

describe('v4', () => {
  test('spells states as v4 spells them and leaves out what it does not know', () => {
    const shown = render(resource, as('resource', 'v4'));
    expect(shown).toEqual({
      id: 'eth0',
      href: '/tmf-api/resourceInventoryManagement/v4/resource/eth0',
      '@type': 'PhysicalResource',
      name: 'eth0',
      serialNumber: 'S1',
      operationalState: 'enable',
      administrativeState: 'shutdown',
      resourceStatus: 'suspended',
      resourceSpecification: { id: 'spec', name: 'port' },
      relatedParty: [{ role: 'owner', id: 'p1', name: 'Ann', '@referredType': 'Individual' }],
      place: { role: 'site', id: 'l1', '@referredType': 'Site' },
      resourceCharacteristic: [
        { name: 'mtu', value: 1500, valueType: 'integer' },
        { name: 'load', value: 2, valueType: 'integer' },
        { name: 'ipAddress', value: ['10.0.0.1/24'], valueType: 'array' },
      ],
      note: [{ id: 'n', text: 'hello' }],
      colour: 'blue',
    });
  });

  test('a suspended service is inactive, its operating status unseen', () => {
    const shown = render(service, as('service', 'v4'));
    expect(shown.state).toBe('inactive');
    expect(shown).not.toHaveProperty('operatingStatus');
    expect(shown.place).toEqual([{ role: 'site', id: 'l1' }]);
    expect(shown.relatedEntity).toEqual([{ role: 'r', id: 'e' }]);
  });

  test.each([
    [{ unknownStatus: true, controlStatus: 'suspended' }, 'unknown'],
    [{ controlStatus: 'suspended', alarmStatus: ['major'] }, 'suspended'],
    [{ alarmStatus: ['major'], standbyStatus: 'hotStandby' }, 'alarm'],
    [{ standbyStatus: 'hotStandby', allocationStatus: 'reserved' }, 'standby'],
    [{ allocationStatus: 'reserved' }, 'reserved'],
    [{ standbyStatus: 'providingService', alarmStatus: [] }, 'available'],
  ] as const)('%j is %s', (states, status) => {
    expect(render({ id: 'a', ...states }, as('resource', 'v4')).resourceStatus).toBe(status);
  });

  test('what is created is kept in the shape of v5', () => {
    const body = {
      state: 'active',
      serviceSpecification: { id: 's', version: '1' },
      serviceCharacteristic: [{ name: 'speed', value: 100, valueType: 'integer' }],
      relatedParty: [{ id: 'p', role: 'user', '@referredType': 'Individual', '@type': 'RelatedParty' }],
      place: [{ id: 'l', role: 'site', '@type': 'GeographicSite' }],
      x: { y: 1 },
    };
    expect(acceptCreate(body, 'service', 'v4')).toEqual({
      '@type': 'Service',
      state: 'active',
      serviceSpecification: { id: 's', version: '1', '@type': 'ServiceSpecificationRef' },
      serviceCharacteristic: [{ name: 'speed', value: 100, valueType: 'integer', '@type': 'IntegerCharacteristic' }],
      relatedParty: [
        {
          role: 'user',
          partyOrPartyRole: { id: 'p', '@type': 'PartyRef', '@referredType': 'Individual' },
          '@type': 'RelatedPartyRefOrPartyRoleRef',
        },
      ],
      place: [
        {
          role: 'site',
          place: { id: 'l', '@type': 'GeographicSite' },
          '@type': 'RelatedPlaceRefOrValue',
        },
      ],
      x: { y: 1 },
    });
    const kept = acceptCreate(
      { name: 'r', operationalState: 'enable', administrativeState: 'shutdown', resourceStatus: 'standby' },
      'resource',
      'v4',
    );
    expect(kept).toMatchObject({
      operationalState: 'enabled',
      administrativeState: 'shuttingDown',
      standbyStatus: 'coldStandby',
    });
    expect(kept).not.toHaveProperty('resourceStatus');
  });
});

describe('a patch', () => {
  const patch = (version: Version, body: Json, type: InstanceType = 'resource'): JsonObject =>
    acceptPatch(type === 'resource' ? resource : service, body, as(type, version));

  test.each(versions)('an echo of what %s showed changes nothing', version => {
    expect(patch(version, render(resource, as('resource', version)))).toEqual(resource);
    expect(patch(version, render(service, as('service', version)), 'service')).toEqual(service);
  });

  test('of v4 keeps what v4 cannot see', () => {
    const { place, resourceCharacteristic } = render(resource, as('resource', 'v4'));
    const after = patch('v4', {
      description: 'new',
      relatedParty: [{ id: 'p1', role: 'owner', name: 'Anna', '@referredType': 'Individual' }],
      place: { ...(place as JsonObject), name: 'Bonn' },
      resourceCharacteristic: [...(resourceCharacteristic as Json[]), { name: 'x', value: 'y' }],
    });
    expect(after).toEqual({
      ...resource,
      description: 'new',
      relatedParty: [
        {
          role: 'owner',
          partyOrPartyRole: { id: 'p1', name: 'Anna', '@type': 'PartyRef', '@referredType': 'Individual' },
          '@type': 'RelatedPartyRefOrPartyRoleRef',
        },
      ],
      place: [
        {
          role: 'site',
          place: { id: 'l1', name: 'Bonn', '@type': 'PlaceRef', '@referredType': 'Site' },
          '@type': 'RelatedPlaceRef',
        },
        { role: 'rack', place: { id: 'l2', '@type': 'PlaceRef', '@referredType': 'Rack' }, '@type': 'RelatedPlaceRef' },
      ],
      resourceCharacteristic: [
        ...(resource.resourceCharacteristic as Json[]),
        { name: 'x', value: 'y', '@type': 'StringCharacteristic' },
      ],
    });
  });

  test('of v4 that removes the place it sees leaves the other', () => {
    const after = patch('v4', { place: null });
    expect(after.place).toEqual([(resource.place as Json[])[1]]);
  });

  test('of v4 to the one status changes what it was made of', () => {
    expect(patch('v4', { resourceStatus: 'available' })).not.toHaveProperty('controlStatus');
    const standby = patch('v4', { resourceStatus: 'standby' });
    expect(standby).toMatchObject({ standbyStatus: 'coldStandby', lifecycleState: 'installed' });
    expect(standby).not.toHaveProperty('controlStatus');
  });

  test('of a value’s type brings its @type along', () => {
    const after = patch('v4', { resourceCharacteristic: [{ name: 'mtu', value: 'jumbo' }] });
    expect(after.resourceCharacteristic).toEqual([{ name: 'mtu', value: 'jumbo', '@type': 'StringCharacteristic' }]);
  });

  test('of a whole array replaces it; null removes', () => {
    const after = patch('v5', { note: [{ text: 'a' }], externalIdentifier: null });
    expect(after.note).toEqual([{ text: 'a', '@type': 'Note' }]);
    expect(after).not.toHaveProperty('externalIdentifier');
  });

  test.each([
    [{ id: 'other' }, '/id'],
    [{ href: 'http://evil' }, '/href'],
    [{ '@type': null }, '/@type'],
    [{ operationalState: 'enable' }, '/operationalState'],
    [{ resourceCharacteristic: [{ value: 1 }] }, '/resourceCharacteristic/0/name'],
    [{ note: 'x' }, '/note'],
  ])('%j is refused, with its place', (body, pointer) => {
    expect(refusal(() => patch('v5', body))).toMatchObject({ code: 'invalid', pointer });
  });

  test('that removes what is mandatory is refused; what was never there may stay away', () => {
    expect(refusal(() => patch('v4', { state: null }, 'service')).pointer).toBe('/state');
    expect(acceptPatch({ id: 'a', '@type': 'Service' }, { name: 'b' }, as('service', 'v4'))).toMatchObject({
      name: 'b',
    });
  });

  test('what is kept without @type is not touched by an echo', () => {
    const kept = { id: 'a', '@type': 'Resource', name: 'a', resourceCharacteristic: [{ name: 'mtu', value: 1 }] };
    for (const version of versions) {
      const rendering = as('resource', version);
      expect(acceptPatch(kept, render(kept, rendering), rendering)).toEqual(kept);
      expect(acceptPatch(kept, { description: 'x' }, rendering)).toEqual({ ...kept, description: 'x' });
    }
  });
});

describe('a create is refused', () => {
  test.each<[InstanceType, Version, Json, string]>([
    ['service', 'v4', { serviceSpecification: { id: 'a' } }, '/state'],
    ['service', 'v4', { state: 'active' }, '/serviceSpecification'],
    ['service', 'v4', { state: 'active', serviceSpecification: {} }, '/serviceSpecification/id'],
    ['service', 'v4', { state: 'suspended', serviceSpecification: { id: 'a' } }, '/state'],
    ['service', 'v5', { state: 'active', serviceSpecification: { id: 'a' } }, '/@type'],
    ['resource', 'v4', {}, '/name'],
    ['resource', 'v4', { name: 1 }, '/name'],
    ['resource', 'v4', { name: 'a', operationalState: 'enabled' }, '/operationalState'],
    ['resource', 'v4', { name: 'a', resourceStatus: 'x' }, '/resourceStatus'],
    ['resource', 'v4', { name: 'a', startOperatingDate: '2026-02-30T00:00:00Z' }, '/startOperatingDate'],
    ['resource', 'v4', { name: 'a', startOperatingDate: 'yesterday' }, '/startOperatingDate'],
    ['resource', 'v4', { name: 'a', relatedParty: [{ id: 'a' }] }, '/relatedParty/0/@referredType'],
    ['resource', 'v4', { name: 'a', resourceCharacteristic: [{ name: 'a' }] }, '/resourceCharacteristic/0/value'],
    ['resource', 'v5', { '@type': 'Resource', place: [{ role: 'a' }] }, '/place/0/place'],
    ['resource', 'v5', { '@type': 'Resource', alarmStatus: ['loud'] }, '/alarmStatus/0'],
    [
      'resource',
      'v5',
      { '@type': 'Resource', resourceCharacteristic: [{ name: 'a', value: 'b', '@type': 'IntegerCharacteristic' }] },
      '/resourceCharacteristic/0/value',
    ],
    [
      'resource',
      'v5',
      { '@type': 'CpeRouter', '@baseType': 'PhysicalResource', powerConsumingState: 'x' },
      '/powerConsumingState',
    ],
    ['resource', 'v4', [], ''],
    ['resource', 'v4', null, ''],
  ])('%s %s %j at %s', (type, version, body, pointer) => {
    expect(refusal(() => acceptCreate(body, type, version))).toMatchObject({ code: 'invalid', pointer });
  });

  test('but not for null, which says the same as leaving out, nor for what no table knows', () => {
    expect(acceptCreate({ name: 'a', description: null, x: [null] }, 'resource', 'v4')).toEqual({
      '@type': 'Resource',
      name: 'a',
      x: [null],
    });
  });
});

describe('laws', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
  );
  const characteristic = fc.record({ name: fc.string({ minLength: 1 }), value });
  const named = fc.uniqueArray(characteristic, { selector: each => each.name, maxLength: 4 });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined });
  const document = fc
    .record({
      name: fc.string({ minLength: 1 }),
      '@type': fc.constantFrom('Resource', 'PhysicalResource', 'LogicalResource', 'Mine'),
      operationalState: maybe(fc.constantFrom('enabled', 'disabled')),
      administrativeState: maybe(fc.constantFrom('locked', 'unlocked', 'shuttingDown')),
      allocationStatus: maybe(fc.constantFrom('available', 'reserved', 'allocated')),
      alarmStatus: maybe(fc.subarray(['major', 'minor'])),
      unknownStatus: maybe(fc.boolean()),
      resourceCharacteristic: maybe(named),
      relatedParty: maybe(
        fc.array(fc.record({ role: fc.string(), partyOrPartyRole: fc.record({ id: fc.string({ minLength: 1 }) }) }), {
          maxLength: 3,
        }),
      ),
      place: maybe(
        fc.uniqueArray(fc.record({ role: fc.string(), place: fc.record({ id: fc.string({ minLength: 1 }) }) }), {
          selector: each => `${each.role},${each.place.id}`,
          maxLength: 3,
        }),
      ),
      extension: maybe(fc.jsonValue()),
    })
    .map(record => mergePatch(undefined, JSON.parse(JSON.stringify({ id: 'a', ...record }))) as JsonObject);

  test('v5: accept after render is the identity on what was accepted once', () => {
    fc.assert(
      fc.property(document, each => {
        const once = acceptCreate(each, 'resource', 'v5');
        expect(acceptCreate(withoutHref(render(once, as('resource', 'v5'))), 'resource', 'v5')).toEqual(once);
      }),
    );
  });

  test('both: an echo changes nothing, and a change of one attribute changes that one alone', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(...versions), (each, version) => {
        const rendering = as('resource', version);
        expect(acceptPatch(each, render(each, rendering), rendering)).toEqual(each);
        expect(acceptPatch(each, { description: 'd' }, rendering)).toEqual({ ...each, description: 'd' });
      }),
    );
  });
});
