import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { type JsonObject, property } from '../../src/core/json.ts';
import type { TmfEvent } from '../../src/tmf/event.ts';
import { subscription } from '../../src/tmf/subscription.ts';
import type { Version } from '../../src/tmf/version.ts';

const entity: JsonObject = {
  id: 'a',
  href: '/a',
  '@type': 'CpeRouter',
  '@baseType': 'PhysicalResource',
  name: 'eth0',
  operationalState: 'disabled',
  description: 'of the entity',
  eventType: 'an extension of the entity',
  startOperatingDate: '2026-03-01T08:00:00Z',
  resourceCharacteristic: [
    { name: 'mtu', value: 1500, '@type': 'IntegerCharacteristic' },
    { name: 'speed', value: 1000, '@type': 'IntegerCharacteristic' },
  ],
  note: [
    { id: '1', author: 'x', text: 'one' },
    { id: '2', author: 'y', text: 'two' },
  ],
};
const changed: TmfEvent = {
  eventId: '1',
  eventType: 'ResourceAttributeValueChangeEvent',
  paths: ['description', "note[?(@.id=='1')].text"],
  body: {
    eventId: '1',
    eventTime: '2026-03-02T00:00:00.000Z',
    eventType: 'ResourceAttributeValueChangeEvent',
    correlationId: 'req-7',
    domain: 'Resource',
    title: 'ResourceAttributeValueChangeEvent',
    timeOccurred: '2026-03-02T00:00:00.000Z',
    fieldPath: "description,note[?(@.id=='1')].text",
    event: { resource: entity },
    '@type': 'ResourceAttributeValueChangeEvent',
    '@baseType': 'Event',
  },
};

const asks = (query: string | undefined): JsonObject | undefined => subscription(query, 'resource', 'v5')(changed);

describe('a subscription', () => {
  test.each([
    undefined,
    '',
    '?',
    'eventType=ResourceAttributeValueChangeEvent',
    'eventType=ResourceCreateEvent,ResourceAttributeValueChangeEvent',
    'eventType=ResourceCreateEvent&eventType=ResourceAttributeValueChangeEvent',
    'eventType=ResourceCreateEvent;eventType=ResourceAttributeValueChangeEvent',
    'eventType=ResourceCreateEvent;event.resource.operationalState=disabled',
    'eventType.regex=Change',
    '?eventType=ResourceAttributeValueChangeEvent&event.resource.operationalState=disabled',
    'operationalState=disabled',
    'operationalState==disabled',
    'event.resource.operationalState.eq=disabled',
    'event.resource.@type=CpeRouter',
    '@type=CpeRouter',
    // A subtype is found by what it is one of.
    '@type=PhysicalResource',
    'event.resource.@type=Resource',
    'description=of the entity',
    'event.resource.eventType=an+extension+of+the+entity',
    'eventTime.gt=2026-03-01T23:59:59Z',
    'eventTime%3E=2026-03-02T01:00:00%2B01:00',
    'event.resource.startOperatingDate.lt=2026-03-01T08:00:01Z',
    'startOperatingDate=2026-03-01T09:00:00%2B01:00',
    'resourceCharacteristic.name=speed',
    'resourceCharacteristic.value.gte=1500',
    'event.resource.resourceCharacteristic.value%3C1001',
    'name*=^eth',
    'event.resource.name*=th',
    'correlationId=req-7',
    'fieldPath=description',
    'fieldPath=note',
    "fieldPath=note[?(@.id=='1')].text",
    "filter=$[?(@.name=='eth0' && @.operationalState!='enabled')]",
    "filter=note[?(@.author=='x' && @.text=='one')]",
    "filter=$[?(@.eventType=='ResourceAttributeValueChangeEvent')]&name=eth0",
    "filter=$[?(@.event.resource.name=='eth0')]",
  ])('%s asks for it', query => {
    expect(asks(query)).toEqual(changed.body);
  });

  test.each([
    'eventType=ResourceCreateEvent',
    'eventType=ResourceAttributeValueChangeEvent&operationalState=enabled',
    'event.resource.operationalState=enabled',
    'operationalState=enabled;name=eth1',
    'eventTime.lt=2026-03-02T00:00:00Z',
    'resourceCharacteristic.value.gt=1500',
    'event.resource.@type=LogicalResource',
    '@type=ResourceAttributeValueChangeEvent',
    'fieldPath=name',
    "filter=note[?(@.author=='x' && @.text=='two')]",
    "filter=$[?(@.name=='eth0')]&operationalState=enabled",
    'nothing.like.that=1',
  ])('%s does not', query => {
    expect(asks(query)).toBeUndefined();
  });

  const shown = (query: string): unknown => property(property(asks(query), 'event'), 'resource');
  const known = { id: 'a', href: '/a', '@type': 'CpeRouter', '@baseType': 'PhysicalResource' };

  test.each([
    ['fields=event.resource.operationalState', { ...known, operationalState: 'disabled' }],
    ['fields=operationalState', { ...known, operationalState: 'disabled' }],
    ['fields=event.resource.name,description', { ...known, name: 'eth0', description: 'of the entity' }],
    ['fields=none', known],
    ['fields=eventType,eventId', { ...known, eventType: 'an extension of the entity' }],
    ["fields=event.resource.note[?(@.author=='y')].text", { ...known, note: [{ text: 'two' }] }],
    ['fields=event', entity],
    ['fields=event.resource', entity],
  ])('with %s gets no more of the entity, and the whole envelope', (query, expected) => {
    expect(shown(query)).toEqual(expected);
    const { event: _, ...envelope } = changed.body;
    expect(asks(query)).toMatchObject(envelope);
  });

  test.each<[string, string, InstanceType, Version]>([
    ['eventType=ResourceStateChangedEvent', 'did you mean ResourceStateChangeEvent?', 'resource', 'v5'],
    ['eventType=ServiceOperatingStatusChangeEvent', 'This hub tells no eventType', 'service', 'v4'],
    ['event.service.name=a', 'write event.resource.state', 'resource', 'v4'],
    ['event.name=a', 'nothing in an event', 'resource', 'v4'],
    ['limit=5', 'limit is for lists', 'resource', 'v4'],
    ['after=', 'after is for lists', 'resource', 'v4'],
    ['event.resource.startOperatingDate.gt=x', 'is a date', 'resource', 'v5'],
    ['event.resource.powerConsumingLevel=x', '', 'resource', 'v5'],
  ])('%s is refused: %s', (query, reason, type, version) => {
    expect(() => subscription(query, type, version)).toThrow(reason);
  });
});
