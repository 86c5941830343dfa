import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import { type JsonObject, sameJson } from '../../src/core/json.ts';
import { differences } from '../../src/core/path.ts';
import { eventsOf, type TmfEvent } from '../../src/tmf/event.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { before as rewound } from '../../src/tmf/rewind.ts';
import { subscription } from '../../src/tmf/subscription.ts';
import { noLinks, type Version } from '../../src/tmf/version.ts';

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
    cause: { principal: 'client', kind: 'request', ref: 'req-1' },
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

  test('have the same ids when they are made again, and different ones otherwise', () => {
    const make = (): string[] =>
      events('service', 'v5', service, { ...service, state: 'inactive', name: 'm' }).map(({ eventId }) => eventId);
    expect(make()).toEqual(make());
    expect(new Set(make()).size).toBe(2);
  });
});

describe('a subscription', () => {
  const [moved] = events('service', 'v4', service, { ...service, state: 'inactive' });
  const asks = (query: string | undefined): JsonObject | undefined =>
    moved && subscription(query, 'service', 'v4')(moved);

  test.each([
    undefined,
    '',
    'eventType=ServiceStateChangeEvent',
    'eventType=A,ServiceStateChangeEvent',
    '?eventType=ServiceStateChangeEvent&event.service.state=inactive',
    'state=inactive',
    'event.service.@type=Service',
    '@type=Service',
  ])('%s asks for it', query => {
    expect(asks(query)).toEqual(moved?.body);
  });

  test.each(['eventType=ServiceCreateEvent', 'event.service.state=active', 'state=active&name=n'])(
    '%s does not',
    query => {
      expect(asks(query)).toBeUndefined();
    },
  );

  test('with fields gets no more', () => {
    expect(asks('fields=event.service.state')?.event).toEqual({
      service: { id: 'a', href: expect.any(String), '@type': 'Service', state: 'inactive' },
    });
  });
});

test('a change can be taken back', () => {
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
      const back = rewound(b, { paths: differences(a, b, tmfKeyedArrays) }, tmfKeyedArrays);
      expect(sameJson(sorted(back), sorted(a))).toBe(true);
    }),
  );
});
