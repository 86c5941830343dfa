/** The AsyncAPI 3 document of all that the agent tells by itself: the events of the hubs, and the stream of changes. */
import { isArray, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { eventSchemas } from '../../tmf/describe/events.ts';
import { ShapeSchemas } from '../../tmf/describe/shape-schemas.ts';
import { eventTypes } from '../../tmf/event.ts';
import { versions } from '../../tmf/version.ts';
import { change } from '../diffo/changes-described.ts';
import { inventoryNames } from '../tmf-described.ts';
import { setApart, type Where } from './document.ts';
import { ZodSchemas } from './zod-schemas.ts';

const types = ['service', 'resource'] as const;

export function eventsDocument({ publicUrl, version, secured }: Where): JsonObject {
  const hubs = types.flatMap(type => versions.map(each => hubTells(type, each)));
  const all = [...hubs, changesTold()];
  const merged = (part: keyof Told): JsonObject => Object.assign({}, ...all.map(each => each[part]));
  const { host, protocol, pathname } = placeOf(publicUrl);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Diffo Edge: events',
      version,
      description:
        'Whoever registers at a hub is told of changes at its callback, at least once and for each instance in order; ' +
        'the change list of the agent itself is followed as an event stream.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      agent: {
        host,
        protocol,
        ...(pathname === '' ? {} : { pathname }),
        ...(secured ? { security: [{ type: 'http', scheme: 'bearer' }] } : {}),
      },
    },
    channels: merged('channels'),
    operations: merged('operations'),
    components: { messages: merged('messages'), schemas: merged('schemas') },
  };
}

interface Told {
  readonly channels: JsonObject;
  readonly operations: JsonObject;
  readonly messages: JsonObject;
  readonly schemas: JsonObject;
}

/** Where the agent is called; the default address where none is configured. */
function placeOf(publicUrl: string): { readonly host: string; readonly protocol: string; readonly pathname: string } {
  if (publicUrl === '') return { host: '127.0.0.1:8638', protocol: 'http', pathname: '' };
  const { host, protocol, pathname } = new URL(publicUrl);
  return { host, protocol: protocol.replace(':', ''), pathname: pathname === '/' ? '' : pathname };
}

function hubTells(type: (typeof types)[number], version: (typeof versions)[number]): Told {
  const { api, title } = inventoryNames[type];
  const name = `${api}${version}`;
  const shapes = new ShapeSchemas(type, version);
  shapes.entity('shown');
  const apart = setApart(name);
  const schemas = Object.entries({ ...shapes.components, ...eventSchemas(type, version) });
  const events = eventTypes(type, version);
  const at = (event: string): JsonObject => ({ $ref: `#/components/messages/${name}.${event}` });
  return {
    channels: {
      [name]: {
        address: null,
        title: `${title} ${version}: a listener`,
        description: 'The callback that was registered at the hub of this API; any 2xx takes the event.',
        messages: Object.fromEntries(events.map(event => [event, at(event)])),
      },
    },
    operations: {
      [`tell.${name}`]: {
        action: 'send',
        channel: { $ref: `#/channels/${name}` },
        summary: `Tells a listener of the ${type}s that it asked for`,
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        messages: events.map(event => ({ $ref: `#/channels/${name}/messages/${event}` })),
      },
    },
    messages: Object.fromEntries(
      events.map(event => [
        `${name}.${event}`,
        {
          name: event,
          title: event,
          contentType: 'application/json',
          payload: { $ref: `#/components/schemas/${name}.${event}` },
        },
      ]),
    ),
    schemas: Object.fromEntries(
      schemas.map(([key, schema]) => [`${name}.${key}`, withoutDiscriminators(apart(schema))]),
    ),
  };
}

/** AsyncAPI means something else by the word. */
function withoutDiscriminators(value: Json): Json {
  if (isArray(value)) return value.map(withoutDiscriminators);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, member]) => !(name === 'discriminator' && isObject(member)));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutDiscriminators(member)]));
}

function changesTold(): Told {
  const schemas = new ZodSchemas();
  const payload = schemas.shown('Change', change);
  return {
    channels: {
      changes: {
        address: '/diffo/v1/changes',
        title: 'The change list',
        description:
          'Server-sent events: `id` is the cursor, `event` the subject and the type of the change. A reader who comes ' +
          'back sends the cursor as Last-Event-ID.',
        servers: [{ $ref: '#/servers/agent' }],
        messages: { change: { $ref: '#/components/messages/change' } },
      },
    },
    operations: {
      'tell.changes': {
        action: 'send',
        channel: { $ref: '#/channels/changes' },
        summary: 'Tells every change as it is written, after those since the cursor',
        messages: [{ $ref: '#/channels/changes/messages/change' }],
      },
    },
    messages: {
      change: { name: 'change', title: 'A change', contentType: 'application/json', payload },
    },
    schemas: schemas.components(),
  };
}
