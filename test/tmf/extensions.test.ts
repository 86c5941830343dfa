/** What TMF has no word for and Diffo has: kept as Diffo says it, shown so that clients of TMF understand it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, type Rendering, render } from '../../src/tmf/codec.ts';
import { type Links, type LinkTarget, noLinks, type Version, versions } from '../../src/tmf/version.ts';

const as = (type: InstanceType, version: Version, links: Links = noLinks): Rendering => ({
  type,
  version,
  publicUrl: '',
  links,
});
const related = (to: InstanceType, more: JsonObject = {}): JsonObject => ({
  relationshipType: 'uses',
  alias: 'primary',
  [to]: { id: 'x' },
  [`${to}RelationshipCharacteristic`]: [{ name: 'pair', value: 12 }],
  ...more,
});

describe('words of our own', () => {
  test.each([
    ['initial', 'designed', 'designed'],
    ['cancelled', 'terminated', 'terminated'],
    ['suspended', 'inactive', 'suspended'],
    ['designed', 'designed', 'designed'],
  ])('the state %s is %s in v4 and %s in v5', (state, in4, in5) => {
    expect(render({ id: 'a', state }, as('service', 'v4')).state).toBe(in4);
    expect(render({ id: 'a', state }, as('service', 'v5')).state).toBe(in5);
  });

  test('they are accepted from a client that knows them, and others are refused by naming those of the standard', () => {
    for (const version of versions) {
      const body = { '@type': 'Service', serviceSpecification: { id: 's' }, state: 'cancelled' };
      expect(acceptCreate(body, 'service', version).state).toBe('cancelled');
      expect(() => acceptCreate({ ...body, state: 'gone' }, 'service', version)).toThrow(/one of .*terminated/);
    }
    const feasible = { id: 'a', '@type': 'Service', state: 'active', operatingStatus: 'feasible' };
    expect(render(feasible, as('service', 'v5')).operatingStatus).toBe('pending');
  });

  test('an echo keeps the word that was kept, and another word replaces it', () => {
    const states = ['initial', 'cancelled', 'designed', 'terminated', 'active', 'suspended'];
    const statuses = ['feasible', 'not_feasible', 'pending', 'failed'];
    fc.assert(
      fc.property(
        fc.constantFrom(...states),
        fc.constantFrom(...statuses),
        fc.constantFrom(...versions),
        (state, operatingStatus, version) => {
          const kept = { id: 'a', '@type': 'Service', state, operatingStatus };
          const rendering = as('service', version);
          const shown = render(kept, rendering);
          expect(acceptPatch(kept, shown, rendering)).toEqual(kept);
          expect(acceptPatch(kept, { state: shown.state ?? null }, rendering)).toEqual(kept);
          expect(acceptPatch(kept, { state: 'reserved' }, rendering)).toEqual({ ...kept, state: 'reserved' });
        },
      ),
    );
  });
});

describe('relationships of both sorts', () => {
  test('stand on services and on resources, typed in v5 and bare in v4, and come back as they were', () => {
    for (const type of ['service', 'resource'] as const) {
      const document = {
        id: 'a',
        '@type': type === 'service' ? 'Service' : 'Resource',
        name: 'a',
        serviceRelationship: [related('service')],
        resourceRelationship: [related('resource')],
        supportingService: [{ id: 'x', alias: 'primary' }],
      };
      const kept = acceptCreate({ ...document, state: 'active', serviceSpecification: { id: 's' } }, type, 'v5');
      const five = render(kept, as(type, 'v5'));
      expect(five.serviceRelationship).toEqual([
        {
          '@type': 'ServiceRelationship',
          relationshipType: 'uses',
          alias: 'primary',
          service: { '@type': 'ServiceRef', id: 'x' },
          serviceRelationshipCharacteristic: [{ '@type': 'IntegerCharacteristic', name: 'pair', value: 12 }],
        },
      ]);
      expect(five.supportingService).toEqual([{ '@type': 'ServiceRef', id: 'x', alias: 'primary' }]);
      const four = render(kept, as(type, 'v4'));
      expect(four.resourceRelationship).toEqual([
        related('resource', {
          resourceRelationshipCharacteristic: [{ name: 'pair', value: 12, valueType: 'integer' }],
        }),
      ]);
      for (const version of versions) {
        expect(acceptPatch(kept, render(kept, as(type, version)), as(type, version))).toEqual(kept);
      }
    }
  });

  test('a reference in them must be whole', () => {
    const body = { '@type': 'Service', state: 'active', serviceSpecification: { id: 's' } };
    expect(() =>
      acceptCreate({ ...body, resourceRelationship: [{ relationshipType: 'uses' }] }, 'service', 'v5'),
    ).toThrow(/\/resourceRelationship\/0/);
    expect(() =>
      acceptCreate({ ...body, resourceRelationship: [related('resource', { alias: 7 })] }, 'service', 'v5'),
    ).toThrow(/alias/);
  });
});

test('process statuses stand on both, in both versions, and are checked for their times', () => {
  const status = { code: 'CPE-2', severity: 'WARN', message: 'unreachable', timeStamp: '2026-01-05T02:03:04.567Z' };
  for (const version of versions) {
    expect(render({ id: 'a', processStatus: [status] }, as('resource', version)).processStatus).toEqual([status]);
    const body = { '@type': 'Resource', name: 'a', processStatus: [{ ...status, timeStamp: 'now' }] };
    expect(() => acceptCreate(body, 'resource', version)).toThrow(/timeStamp/);
  }
});

test('references follow what is here: instances, specifications, parties, places and other entities', () => {
  const here = new Set(['service s', 'resource r', 'serviceSpecification spec', 'party p', 'place l', 'entity e']);
  const asked: string[] = [];
  const links: Links = (to: LinkTarget, id) => {
    asked.push(`${to} ${id}`);
    return here.has(`${to} ${id}`) ? `/here/${to}/${id}` : undefined;
  };
  const document = {
    id: 'a',
    '@type': 'Service',
    serviceSpecification: { id: 'spec', href: '/elsewhere', '@type': 'ServiceSpecificationRef' },
    relatedParty: [
      { role: 'owner', partyOrPartyRole: { id: 'p', '@type': 'PartyRef' } },
      { role: 'other', partyOrPartyRole: { id: 'q', href: '/elsewhere', '@type': 'PartyRef' } },
    ],
    place: [{ role: 'site', place: { id: 'l', '@type': 'PlaceRef' } }],
    relatedEntity: [{ role: 'cost', entity: { id: 'e', '@type': 'EntityRef' } }],
    supportingResource: [{ id: 'r', '@type': 'ResourceRef' }],
    supportingService: [{ id: 's', '@type': 'ServiceRef' }],
  };
  const five = render(document, as('service', 'v5', links));
  expect(five).toMatchObject({
    serviceSpecification: { href: '/here/serviceSpecification/spec' },
    relatedParty: [{ partyOrPartyRole: { href: '/here/party/p' } }, { partyOrPartyRole: { href: '/elsewhere' } }],
    place: [{ place: { href: '/here/place/l' } }],
    relatedEntity: [{ entity: { href: '/here/entity/e' } }],
    supportingResource: [{ href: '/here/resource/r' }],
    supportingService: [{ href: '/here/service/s' }],
  });
  expect(asked).toHaveLength(7);
  const four = render(document, as('service', 'v4', links));
  expect(four.relatedParty).toMatchObject([{ role: 'owner', id: 'p', href: '/here/party/p' }, { href: '/elsewhere' }]);
  for (const version of versions) {
    const rendering = as('service', version, links);
    expect(acceptPatch(document, render(document, rendering), rendering)).toEqual(document);
  }
});
