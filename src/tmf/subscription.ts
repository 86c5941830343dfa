/** The query of a hub: which events a listener asks for, and how much of the entity it wants with them. */
import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import { isObject, type JsonObject, property } from '../core/json.ts';
import { eventTypes, type TmfEvent } from './event.ts';
import { attributeIn } from './field-path.ts';
import { type Condition, type Conditions, meets, type Projection, project, readQuery } from './query.ts';
import type { Version } from './version.ts';

/** The event as a listener gets it; undefined when it did not ask for it. */
export type Subscription = (event: TmfEvent) => JsonObject | undefined;

/** Longer than what anyone asks; each listener's is kept. */
const MAX_LENGTH = 4_096;

/** Names of the envelope; all others are those of the entity, and `event.service.NAME` is always the entity's. */
const envelope = ['eventId', 'eventTime', 'eventType', 'timeOcurred', 'timeOccurred', 'correlationId', 'event'];

/**
 * Reads the query of a hub: filter syntax over the event, in which bare names are the entity's. Throws `invalid` for
 * what cannot be understood or could never be met, `unsupported` for what is not served.
 */
export function subscription(query: string | undefined, type: InstanceType, version: Version): Subscription {
  const text = query?.replace(/^\?/, '') ?? '';
  if (text === '') return event => event.body;
  if (text.length > MAX_LENGTH) throw new AgentError('invalid', `query takes up to ${MAX_LENGTH} characters`);
  const below = ['event', type];
  const { all, filter, fields, ...rest } = readQuery(text, type, version, below);
  const { sort, offset, limit, after, before } = rest;
  const lists = { sort: sort.length > 0 || undefined, offset, limit, after, before };
  for (const [name, value] of Object.entries(lists)) {
    if (value !== undefined) throw new AgentError('invalid', `${name} is for lists; leave it out of a hub's query`);
  }
  for (const group of all) checkGroup(group, type, version);
  const groups = all.map(group => group.map(each => questionOf(each, below)));
  const projection = fields && entityFields(fields, type);
  return event => {
    const entity = property(property(event.body, 'event'), type);
    if (!isObject(entity)) return undefined;
    const seen = viewOf(event, entity);
    const isAsked = groups.every(group =>
      group.some(({ asks, of }) => meets(of === 'event' ? seen : entity, asks, type)),
    );
    if (!isAsked || (filter && !meets(seen, { all: [], filter }, type))) return undefined;
    return projection ? { ...event.body, event: { [type]: project(entity, projection) } } : event.body;
  };
}

interface Question {
  readonly asks: Conditions;
  readonly of: 'event' | 'entity';
}

function questionOf(condition: Condition, below: readonly string[]): Question {
  const isInside = below.every((name, i) => condition.path[i] === name);
  return isInside
    ? { asks: { all: [[{ ...condition, path: condition.path.slice(below.length) }]] }, of: 'entity' }
    : { asks: { all: [[condition]] }, of: 'event' };
}

/** What a condition sees: the entity's attributes, and before them what the envelope says. */
function viewOf({ body, paths }: TmfEvent, entity: JsonObject): JsonObject {
  const said = envelope.flatMap(name => (body[name] === undefined ? [] : [[name, body[name]] as const]));
  const fieldPath = [...new Set(paths.flatMap(path => [path, attributeIn(path)]))];
  return { ...entity, ...Object.fromEntries(said), ...(paths.length === 0 ? {} : { fieldPath }) };
}

/** A listener that could never hear anything hears now why. */
function checkGroup(group: readonly Condition[], type: InstanceType, version: Version): void {
  const known = eventTypes(type, version);
  for (const { path, operator, values } of group) {
    const [first, second] = path;
    if (first === 'event' && (second !== type || path.length < 3)) {
      throw new AgentError(
        'invalid',
        `"${path.join('.')}" is nothing in an event; write event.${type}.state, for example`,
      );
    }
    if (first !== 'eventType' || path.length > 1 || operator !== 'eq') continue;
    if (values.some(value => known.includes(value))) continue;
    const [value = ''] = values;
    throw new AgentError(
      'invalid',
      `This hub tells no eventType "${value}", but ${known.join(', ')}${didYouMean(value, known)}`,
    );
  }
}

/** `event.service.state` and `state` name the same attribute; `event` alone is all of it. */
function entityFields(fields: Projection, type: InstanceType): Projection | undefined {
  const event = fields.get('event');
  if (fields.has('event') && (event === undefined || (event.has(type) && event.get(type) === undefined))) {
    return undefined;
  }
  const inside = event?.get(type);
  return new Map([...fields, ...(inside ?? [])].filter(([name]) => name !== 'event'));
}
