import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import { type Json, type JsonObject, sameJson } from '../../src/core/json.ts';
import { differences } from '../../src/core/path.ts';
import { eventsOf, eventTypes, type TmfEvent } from '../../src/tmf/event.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { parseFields } from '../../src/tmf/query.ts';
import { after as repeated, before as rewound } from '../../src/tmf/rewind.ts';
import { noLinks, type Version } from '../../src/tmf/version.ts';
import { faultsOfEvent } from '../kit/openapi/answers.ts';
import { hasOfficial } from '../kit/openapi/official.ts';

function change(type: InstanceType, before: JsonObject | undefined, after: JsonObject | undefined): Change {
  const document = before === undefined ? after : before;
  return {
    seq: 7,
    at: 0,
    subject: 'instance',
    id: 'a',
    instanceType: type,
    type: before === undefined ? 'create' : after === undefined ? 'delete' : 'attributeValueChange',
    paths: before && after ? differences(before, after, tmfKeyedArrays) : [],
    cause: { principal: 'client', kind: 'request', ref: 'req-1', why: 'because' },
    ...(document && !(before && after) ? { document } : {}),
  };
}

function events(
  type: InstanceType,
  version: Version,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): readonly TmfEvent[] {
  const rendering = { type, version, publicUrl: 'http://a', links: noLinks };
  return eventsOf({ change: change(type, before, after), before, after }, rendering, {
    epoch: 'epoch',
    agent: 'agent',
  });
}

const names = (each: readonly TmfEvent[]): string[] => each.map(({ eventType }) => eventType);
const service: JsonObject = { id: 'a', '@type': 'Service', name: 'n', state: 'active' };
const resource: JsonObject = { id: 'a', '@type': 'Resource', name: 'n' };

describe('the events of a change', () => {
  test('create and delete carry the whole entity', () => {
    for (const [before, after, eventType] of [
      [undefined, resource, 'ResourceCreateEvent'],
      [resource, undefined, 'ResourceDeleteEvent'],
    ] as const) {
      const [event] = events('resource', 'v5', before, after);
      expect(event?.body).toMatchObject({
        eventType,
        '@type': eventType,
        '@baseType': 'Event',
        eventTime: '1970-01-01T00:00:00.000Z',
        timeOccurred: '1970-01-01T00:00:00.000Z',
        event: {
          resource: { ...resource, href: 'http://a/tmf-api/resourceInventoryManagement/v5/resource/a' },
        },
      });
    }
  });

  test('a state and an attribute that move together are told apart', () => {
    const after = { ...service, state: 'inactive', description: 'd', operatingStatus: 'stopped' };
    expect(names(events('service', 'v5', service, after))).toEqual([
      'ServiceStateChangeEvent',
      'ServiceOperatingStatusChangeEvent',
      'ServiceAttributeValueChangeEvent',
    ]);
    const four = events('service', 'v4', service, after);
    expect(names(four)).toEqual(['ServiceStateChangeEvent', 'ServiceAttributeValueChangeEvent']);
    expect(four[1]?.body).toMatchObject({ fieldPath: 'description', timeOcurred: expect.any(String) });
    expect(four[1]?.body).not.toHaveProperty('@type');
  });

  test('what a version cannot see makes no event in it', () => {
    expect(events('service', 'v4', service, { ...service, operatingStatus: 'running' })).toEqual([]);
    const suspended = { ...service, state: 'suspended' };
    expect(events('service', 'v4', { ...service, state: 'inactive' }, suspended)).toEqual([]);
    expect(names(events('service', 'v5', { ...service, state: 'inactive' }, suspended))).toEqual([
      'ServiceStateChangeEvent',
    ]);
  });

  test('an alarm is a change of the one status v4 has', () => {
    const [event, ...rest] = events('resource', 'v4', resource, { ...resource, alarmStatus: ['major'] });
    expect(event?.eventType).toBe('ResourceStateChangeEvent');
    expect(event?.body).toMatchObject({ event: { resource: { resourceStatus: 'alarm' } } });
    expect(rest).toEqual([]);
  });

  test.each(['v4', 'v5'] as const)('of every type are as the official file of %s has them', async version => {
    const wholeService = {
      ...service,
      serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' },
      serviceCharacteristic: [{ name: 'a', value: 1, '@type': 'IntegerCharacteristic' }],
      relatedParty: [
        { role: 'r', partyOrPartyRole: { id: 'p', '@type': 'PartyRef' }, '@type': 'RelatedPartyRefOrPartyRoleRef' },
      ],
    };
    const moved = { ...wholeService, state: 'inactive', operatingStatus: 'stopped', description: 'd' };
    const told = [
      ...events('service', version, undefined, wholeService),
      ...events('service', version, wholeService, moved),
      ...events('service', version, moved, undefined),
      ...events('resource', version, undefined, resource),
      ...events('resource', version, resource, {
        ...resource,
        operationalState: 'enabled',
        alarmStatus: ['major'],
        name: 'm',
      }),
      ...events('resource', version, resource, undefined),
    ];
    expect(new Set(names(told))).toEqual(
      new Set([...eventTypes('service', version), ...eventTypes('resource', version)]),
    );
    for (const { body } of told) expect(await faultsOfEvent(body)).toEqual([]);
    const [first] = told;
    // What judges them would notice.
    if (hasOfficial) expect(await faultsOfEvent({ ...first?.body, eventTime: 7 })).not.toEqual([]);
  });

  test('say who tells, of what, and why', () => {
    const [five] = events('resource', 'v5', resource, { ...resource, operationalState: 'enabled' });
    expect(five?.body).toMatchObject({
      correlationId: 'req-1',
      description: 'because',
      domain: 'Resource',
      title: 'ResourceStateChangeEvent',
      source: { id: 'a', name: 'n', href: expect.stringContaining('/v5/resource/a'), '@referredType': 'Resource' },
      reportingSystem: { id: 'agent', '@type': 'EntityRef' },
    });
    const [four] = events('resource', 'v4', resource, { ...resource, operationalState: 'enabled' });
    expect(Object.keys(four?.body ?? {}).filter(name => name.startsWith('@') || name === 'source')).toEqual([]);
  });

  describe('of attributes say which paths moved, as fields takes them', () => {
    const characteristic = (name: string, value: Json) => ({ name, value, '@type': 'StringCharacteristic' });
    const party = (id: string, name: string) => ({
      role: 'owner',
      partyOrPartyRole: { id, name, '@type': 'PartyRef' },
      '@type': 'RelatedPartyRefOrPartyRoleRef',
    });
    const full = {
      ...resource,
      resourceCharacteristic: [characteristic('mtu', '1500'), characteristic(`it's "odd", \\ so`, 'x')],
      relatedParty: [party('p', 'before')],
      place: [{ role: 'here', place: { id: 'x', name: 'X', '@type': 'PlaceRef' }, '@type': 'RelatedPlaceRefOrValue' }],
      resourceSpecification: { id: 's', name: 'one', '@type': 'ResourceSpecificationRef' },
      'two words': { a: [1, 2] },
    };
    const pathsOf = (version: Version, after: JsonObject) => events('resource', version, full, after)[0]?.paths;

    test.each([
      ['a text', { ...full, description: 'd' }, ['description']],
      ['one that went', { ...full, name: undefined }, ['name']],
      [
        'the value of a characteristic',
        { ...full, resourceCharacteristic: [characteristic('mtu', '1400'), full.resourceCharacteristic[1]] },
        [`resourceCharacteristic[?(@.name=='mtu')].value`],
      ],
      [
        'a characteristic that came and one that went',
        { ...full, resourceCharacteristic: [full.resourceCharacteristic[0], characteristic('new', '1')] },
        [`resourceCharacteristic[?(@.name=='it\\'s "odd", \\\\ so')]`, `resourceCharacteristic[?(@.name=='new')]`],
      ],
      [
        'inside an object',
        { ...full, resourceSpecification: { ...full.resourceSpecification, name: 'two' } },
        ['resourceSpecification.name'],
      ],
      ['an array without keys, by a name that is none', { ...full, 'two words': { a: [1, 3] } }, [`['two words'].a`]],
    ])('%s', (_, after, paths) => {
      const document = JSON.parse(JSON.stringify(after)) as JsonObject;
      expect(pathsOf('v5', document)).toEqual(paths);
      for (const path of paths) expect(parseFields(path, { type: 'resource', version: 'v5' }).size).toBe(1);
    });

    test('in the words and the shape of the version', () => {
      const after = { ...full, relatedParty: [party('p', 'after')] };
      expect(pathsOf('v5', after)).toEqual([
        `relatedParty[?(@.role=='owner' && @.partyOrPartyRole.id=='p')].partyOrPartyRole.name`,
      ]);
      expect(pathsOf('v4', after)).toEqual([`relatedParty[?(@.role=='owner' && @.id=='p')].name`]);
    });

    test('and only the attributes, where very many moved', () => {
      const many = Array.from({ length: 40 }, (_, i) => characteristic(`c${i}`, 'x'));
      expect(pathsOf('v5', { ...full, resourceCharacteristic: many, description: 'd' })).toEqual([
        'resourceCharacteristic',
        'description',
      ]);
    });

    test('in both versions', () => {
      for (const version of ['v4', 'v5'] as const) {
        const [event] = events('resource', version, full, { ...full, description: 'd', category: 'c' });
        expect(event?.body).toMatchObject({ fieldPath: 'description,category' });
      }
    });
  });

  test('have the same ids when they are made again, and different ones otherwise', () => {
    const make = (): string[] =>
      events('service', 'v5', service, { ...service, state: 'inactive', name: 'm' }).map(({ eventId }) => eventId);
    expect(make()).toEqual(make());
    expect(new Set(make()).size).toBe(2);
  });
});

test('a change can be taken back, and made again', () => {
  const characteristic = fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.jsonValue() });
  const document = fc
    .record(
      {
        name: fc.string(),
        extension: fc.dictionary(fc.constantFrom('x', 'y'), fc.jsonValue()),
        resourceCharacteristic: fc.uniqueArray(characteristic, { selector: each => each.name }),
      },
      { requiredKeys: [] },
    )
    .map(each => JSON.parse(JSON.stringify(each)) as JsonObject);
  const sorted = (each: JsonObject): JsonObject => {
    const array = each.resourceCharacteristic as JsonObject[] | undefined;
    return array === undefined
      ? each
      : { ...each, resourceCharacteristic: array.toSorted((a, b) => String(a.name).localeCompare(String(b.name))) };
  };
  fc.assert(
    fc.property(document, document, (a, b) => {
      const paths = { paths: differences(a, b, tmfKeyedArrays) };
      expect(sameJson(sorted(rewound(b, paths, tmfKeyedArrays)), sorted(a))).toBe(true);
      expect(sameJson(sorted(repeated(a, paths, tmfKeyedArrays)), sorted(b))).toBe(true);
    }),
  );
});
