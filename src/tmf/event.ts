/** The events of TMF638/639: what a change of an instance means to those who listen, in their version. */
import { type Change, stateAttributes } from '../core/change.ts';
import type { InstanceType } from '../core/instance.ts';
import { type JsonObject, property, sameJson } from '../core/json.ts';
import { uuidOf } from '../core/uuid.ts';
import { type Rendering, render } from './codec.ts';
import { anyLeaf, type Condition, type Projection, parseQuery, project } from './query.ts';
import { typesOf } from './shape.ts';
import type { Version } from './version.ts';

/** A change with the documents on both sides of it. */
export interface Moment {
  readonly change: Change;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
}

export interface TmfEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly body: JsonObject;
}

/** `resource` gives `Resource`. */
const title = (type: InstanceType): string => (type === 'service' ? 'Service' : 'Resource');

const stateIn4: ReadonlySet<string> = new Set([
  'state',
  'operationalState',
  'administrativeState',
  'usageState',
  'resourceStatus',
]);

/**
 * The events of one change in a version; none where that version shows no difference. Their ids are made from the store,
 * the change and the type, so that a repeated delivery has the same.
 */
export function eventsOf({ change, before, after }: Moment, rendering: Rendering, epoch: string): readonly TmfEvent[] {
  const { type, version } = rendering;
  const event = (suffix: string, document: JsonObject, more: JsonObject = {}): TmfEvent => {
    const eventType = `${title(type)}${suffix}Event`;
    const eventId = uuidOf('event', epoch, String(change.seq), eventType, version);
    const eventTime = new Date(change.at).toISOString();
    return {
      eventId,
      eventType,
      body: {
        eventId,
        eventTime,
        eventType,
        ...(version === 'v5'
          ? { timeOccurred: eventTime, '@type': eventType, '@baseType': 'Event' }
          : { timeOcurred: eventTime }),
        ...(change.cause.ref === undefined ? {} : { correlationId: change.cause.ref }),
        ...more,
        event: { [type]: document },
      },
    };
  };
  if (change.type === 'create') return after ? [event('Create', render(after, rendering))] : [];
  if (change.type === 'delete') return before ? [event('Delete', render(before, rendering))] : [];
  if (!before || !after) return [];
  const now = render(after, rendering);
  const moved = differingNames(render(before, rendering), now);
  const isState = (name: string): boolean => (version === 'v4' ? stateIn4 : stateAttributes).has(name);
  const isStatus = (name: string): boolean => version === 'v5' && type === 'service' && name === 'operatingStatus';
  const attributes = moved.filter(name => !isState(name) && !isStatus(name));
  return [
    ...(moved.some(isState) ? [event('StateChange', now)] : []),
    ...(moved.some(isStatus) ? [event('OperatingStatusChange', now)] : []),
    ...(attributes.length > 0
      ? [event('AttributeValueChange', now, version === 'v4' ? { fieldPath: attributes.join(',') } : {})]
      : []),
  ];
}

function differingNames(a: JsonObject, b: JsonObject): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter(name => !sameJson(property(a, name), property(b, name)));
}

/** The event as a listener gets it; undefined when it did not ask for it. */
export type Subscription = (event: TmfEvent) => JsonObject | undefined;

/** Names of the envelope; all others are those of the entity. */
const envelope: ReadonlySet<string> = new Set(['eventId', 'eventTime', 'eventType', 'correlationId', 'event']);

/** Reads the query of a hub: filter syntax over the event; bare names are the entity's. Throws `invalid`. */
export function subscription(query: string | undefined, type: InstanceType, version: Version): Subscription {
  if (query === undefined || query === '') return event => event.body;
  const text = query.startsWith('?') ? query.slice(1) : query;
  const { all, fields } = parseQuery(text, type, version);
  const projection = fields && entityFields(fields, type);
  return ({ body }) => {
    if (!all.every(group => group.some(each => meets(body, each, type)))) return undefined;
    const entity = property(property(body, 'event'), type);
    return projection && entity ? { ...body, event: { [type]: project(entity as JsonObject, projection) } } : body;
  };
}

function meets(body: JsonObject, each: Condition, type: InstanceType): boolean {
  const [first = ''] = each.path;
  const path = envelope.has(first) ? each.path : ['event', type, ...each.path];
  if (path.length === 3 && path[2] === '@type') {
    const entity = property(property(body, 'event'), type);
    return [...typesOf(type, (entity ?? {}) as JsonObject)].some(one => each.matches(one));
  }
  return anyLeaf(body, path, 0, each);
}

/** `event.service.state` and `state` name the same attribute. */
function entityFields(fields: Projection, type: InstanceType): Projection {
  const inside = fields.get('event')?.get(type);
  return new Map([...fields, ...(inside ?? [])].filter(([name]) => name !== 'event'));
}
