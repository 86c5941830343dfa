/** The hubs as OpenAPI has them: who registers, and the events that are posted to the callback. */
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { eventSchemas } from '../tmf/describe/events.ts';
import { schemasAt } from '../tmf/describe/shape-schemas.ts';
import { eventTypes } from '../tmf/event.ts';
import type { Version } from '../tmf/version.ts';
import { answer, failing, headers } from './describe/answers.ts';
import type { PathItem } from './describe/document.ts';
import { idParameter } from './describe/parameters.ts';
import { MAX_CALLBACK_LENGTH } from './hub.ts';

/** As the official files name them. */
const words: Record<Version, { readonly shown: string; readonly made: string; readonly register: string }> = {
  v4: { shown: 'EventSubscription', made: 'EventSubscriptionInput', register: 'registerListener' },
  v5: { shown: 'Hub', made: 'Hub_FVO', register: 'createHub' },
};

interface HubDescribed {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly schemas: JsonObject;
}

export function hubDescribed(type: InstanceType, version: Version): HubDescribed {
  const { shown: shownName, made: madeName, register } = words[version];
  const shown = { $ref: `${schemasAt}${shownName}` };
  const [unregister, retrieve] =
    version === 'v4' ? ['unregisterListener', 'retrieveListener'] : ['hubDelete', 'hubGet'];
  // TMF639 v5 alone lets a listener be read.
  const ours = type === 'resource' && version === 'v5' ? {} : { 'x-tmf-extension': true };
  const link = (operationId: string): JsonObject => ({ operationId, parameters: { id: '$response.body#/id' } });
  const paths: Record<string, PathItem> = {
    '/hub': {
      get: {
        operationId: 'listHub',
        summary: 'Lists who listens',
        'x-tmf-extension': true,
        responses: {
          200: answer('The listeners', { type: 'array', items: shown }, countHeaders),
          ...failing(),
        },
      },
      post: {
        operationId: register,
        summary: 'Registers a listener: each event that its query asks for is posted to its callback',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: `${schemasAt}${madeName}` }, example: exampleOf(type) } },
        },
        responses: {
          201: answer('Registered', shown, {
            headers: headers('Location'),
            links: { [retrieve]: link(retrieve), [unregister]: link(unregister) },
          }),
          ...failing('invalid', 'forbidden', 'unsupported'),
        },
        callbacks: Object.fromEntries(
          eventTypes(type, version).map(name => [name, { '{$request.body#/callback}': { post: told(name) } }]),
        ),
      },
    },
    '/hub/{id}': {
      get: {
        operationId: retrieve,
        summary: 'Shows a listener',
        ...ours,
        parameters: [idParameter],
        responses: { 200: answer('The listener', shown), ...failing('notFound') },
      },
      delete: {
        operationId: unregister,
        summary: 'Ends a registration',
        parameters: [idParameter],
        responses: { 204: { description: 'Ended' }, ...failing('notFound') },
      },
    },
  };
  return { paths, schemas: { ...hubSchemas(version), ...eventSchemas(type, version) } };
}

const countHeaders = { headers: headers('X-Total-Count', 'X-Result-Count') };

function exampleOf(type: InstanceType): JsonObject {
  const title = type === 'service' ? 'Service' : 'Resource';
  return { callback: 'http://127.0.0.1:9000/listener', query: `eventType=${title}StateChangeEvent` };
}

function told(name: string): JsonObject {
  return {
    operationId: `listenTo${name}`,
    summary: `Is told of a ${name}; any 2xx is success, all else is tried again`,
    requestBody: { required: true, content: { 'application/json': { schema: { $ref: `${schemasAt}${name}` } } } },
    responses: { '2XX': { description: 'Taken' } },
  };
}

function hubSchemas(version: Version): JsonObject {
  const { shown, made } = words[version];
  const callback = {
    type: 'string',
    format: 'uri',
    pattern: '^[Hh][Tt][Tt][Pp][Ss]?://',
    maxLength: MAX_CALLBACK_LENGTH,
    description: 'Where events are posted; its host must be allowed by the setting hub.allow',
  };
  const query = 'Which events, in the syntax of attribute filters, such as eventType=ServiceStateChangeEvent';
  return {
    [made]: {
      type: 'object',
      properties: { callback, query: { type: ['string', 'null'], description: query } },
      required: ['callback'],
    },
    [shown]: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        ...(version === 'v5' ? { href: { type: 'string' }, '@type': { const: 'Hub' } } : {}),
        callback: { type: 'string' },
        query: { type: 'string', description: query },
        suspended: {
          type: 'string',
          description: 'Why it is told nothing any more; register anew',
          'x-tmf-extension': true,
        },
      },
      required: ['id', 'callback', ...(version === 'v5' ? ['href', '@type'] : [])],
      additionalProperties: false,
    },
  };
}
