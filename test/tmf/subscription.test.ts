import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { type JsonObject, property } from '../../src/core/json.ts';
import type { TmfEvent } from '../../src/tmf/event.ts';
import { subscription, textsAt } from '../../src/tmf/subscription.ts';
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

const asks = (query: string | undefined): JsonObject | undefined => subscription(query, 'resource', 'v5').of(changed);

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

describe('what a subscription needs', () => {
  const needs = (query: string) => subscription(query, 'resource', 'v5').needs;

  test.each([
    ['eventType=ResourceCreateEvent', { of: 'event', path: ['eventType'], texts: ['ResourceCreateEvent'] }],
    ['eventType=ResourceCreateEvent&event.resource.name=a,b', { of: 'entity', path: ['name'], texts: ['a', 'b'] }],
    ['name=a&x.gt=1', { of: 'event', path: ['name'], texts: ['a'] }],
    ['x=1', undefined],
    ['x=1,a', undefined],
    ['x=true', undefined],
    ['x=2026-01-01T00:00:00Z', undefined],
    ['@type=PhysicalResource', undefined],
    ['name=a;name=b', undefined],
    ['name.regex=a', undefined],
  ])('of %s is %j', (query, expected) => {
    expect(needs(query)).toEqual(expected);
  });

  test('is there in every event that it asks for', () => {
    const plain = fc.constantFrom('a', 'b', '');
    const text = fc.oneof({ arbitrary: plain, weight: 3 }, fc.constantFrom('1', '1.0', 'true', '2026-01-01T00:00:00Z'));
    const leaf = fc.oneof({ arbitrary: text, weight: 3 }, fc.constantFrom(1, true, null, '2026-01-01T01:00:00+01:00'));
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.array(fc.record({ name: leaf }), { maxLength: 2 }),
    );
    const name = fc.constantFrom('x', 'x.name', 'event.resource.x', 'event.resource.x.name', 'name');
    const pair = fc.tuple(name, fc.array(text, { minLength: 1, maxLength: 2 }));
    const written = (pairs: [string, string[]][]) =>
      pairs.map(([at, texts]) => `${at}=${texts.map(encodeURIComponent).join(',')}`).join('&');
    let met = 0;
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 2 }), value, value, (pairs, x, named) => {
        const asked = subscription(written(pairs), 'resource', 'v5');
        const resource = JSON.parse(JSON.stringify({ id: 'a', '@type': 'Resource', x, name: named })) as JsonObject;
        const event = { ...changed, body: { ...changed.body, event: { resource } } };
        if (!asked.of(event) || !asked.needs) return;
        met++;
        expect(asked.needs.texts.some(each => textsAt(event, asked.needs ?? expect.fail()).has(each))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(met).toBeGreaterThan(100);
  });
});
