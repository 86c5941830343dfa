/** The shape of the events that the hubs of TMF638 and TMF639 tell: their envelope, and in it the entity as it became. */
import type { InstanceType } from '../../core/instance.ts';
import { a, an, date, extensible, many, reference, type Shape, text } from './attribute.ts';
import { characteristic } from './characteristic.ts';
import { relatedParty } from './common.ts';

const source = reference('EntityRef');

export function eventShape(type: InstanceType, entity: Shape): Shape {
  const payload: Shape = { attributes: { [type]: an(() => entity) }, mandatory: [type], mandatory4: [type] };
  return {
    type: () => 'Event',
    mandatory: ['eventId', 'eventTime', 'eventType', 'event'],
    mandatory4: ['eventId', 'eventTime', 'eventType', 'event'],
    attributes: {
      id: text,
      href: text,
      eventId: text,
      eventTime: date,
      eventType: text,
      correlationId: text,
      domain: text,
      title: text,
      description: text,
      priority: text,
      timeOccurred: date,
      // A word of v4, which an extensible v5 may say too.
      fieldPath: text,
      source: a(() => source),
      reportingSystem: a(() => source),
      relatedParty: many(a(() => relatedParty)),
      analyticCharacteristic: many(a(() => characteristic)),
      event: a(() => payload),
      ...extensible,
    },
  };
}
