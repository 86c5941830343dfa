/** JSON Schemas of the events that the hubs tell, as each version has them. */
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import { eventTypes } from '../event.ts';
import type { Version } from '../version.ts';
import { schemasAt } from './shape-schemas.ts';

/** Each event by its type, and the envelope that they share. */
export function eventSchemas(type: InstanceType, version: Version): JsonObject {
  return {
    Event: envelope(type, version),
    ...Object.fromEntries(
      eventTypes(type, version).map(name => [
        name,
        { allOf: [{ $ref: `${schemasAt}Event` }], properties: { eventType: { const: name } }, required: ['eventType'] },
      ]),
    ),
  };
}

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };

function envelope(type: InstanceType, version: Version): JsonObject {
  const title = type === 'service' ? 'Service' : 'Resource';
  const reference = {
    type: 'object',
    properties: { id: text, href: text, name: text, '@type': text, '@referredType': text },
    required: ['id', '@type'],
  };
  const ofVersion: Record<Version, JsonObject> = {
    // As the files of v4 spell it.
    v4: { timeOcurred: time },
    v5: { timeOccurred: time, source: reference, reportingSystem: reference, '@type': text, '@baseType': text },
  };
  return {
    type: 'object',
    properties: {
      eventId: { type: 'string', format: 'uuid', description: 'The same whenever the event is told again' },
      eventTime: time,
      eventType: text,
      correlationId: { type: 'string', description: 'The request, task or observation that it comes from' },
      domain: text,
      title: text,
      description: { type: 'string', description: 'Why it came to be' },
      priority: text,
      fieldPath: {
        type: 'string',
        description: 'Which attributes changed, by comma; v4 has it for AttributeValueChange',
        'x-tmf-extension': true,
      },
      ...ofVersion[version],
      event: {
        type: 'object',
        properties: { [type]: { $ref: `${schemasAt}${title}` } },
        required: [type],
        additionalProperties: false,
      },
    },
    required: ['eventId', 'eventTime', 'eventType', 'event', ...(version === 'v5' ? ['@type'] : [])],
  };
}
