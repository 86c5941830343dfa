/** The query of a hub: which events a listener asks for, and how much of the entity it wants with them. */
import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import { isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { eventTypes, type TmfEvent } from './event.ts';
import { attributeIn } from './field-path.ts';
import { dateOf, numberOf } from './query/comparison.ts';
import { anyLeaf, type Condition, type Conditions, meets, type Projection, project, readQuery } from './query.ts';
import type { Version } from './version.ts';

export interface Subscription {
  /** The event as a listener gets it; undefined when it did not ask for it. */
  of(event: TmfEvent): JsonObject | undefined;
  /** What every event that it asks for has; undefined when that cannot be said. */
  readonly needs: Need | undefined;
}

/** One of these texts stands at that place. */
export interface Need {
  readonly of: 'event' | 'entity';
  readonly path: readonly string[];
  readonly texts: readonly string[];
}

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
  if (text === '') return { of: event => event.body, needs: undefined };
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
  const of = (event: TmfEvent): JsonObject | undefined => {
    const entity = entityOf(event);
    if (!entity) return undefined;
    const seen = viewOf(event, entity);
    const isAsked = groups.every(group =>
      group.some(({ asks, of }) => meets(of === 'event' ? seen : entity, asks, type)),
    );
    if (!isAsked || (filter && !meets(seen, { all: [], filter }, type))) return undefined;
    return projection ? { ...event.body, event: { [type]: project(entity, projection) } } : event.body;
  };
  const needs = groups.flatMap(group => needOf(group) ?? []);
  // What kind of event it is tells least.
  return { of, needs: needs.find(({ path }) => path[0] !== 'eventType') ?? needs[0] };
}

/** The texts that an event has at a place where somebody needs one. */
export function textsAt(event: TmfEvent, { of, path }: Need): ReadonlySet<string> {
  const entity = entityOf(event);
  const texts = new Set<string>();
  const keep = (leaf: Json): boolean => {
    if (typeof leaf === 'string') texts.add(leaf);
    return false;
  };
  anyLeaf(of === 'event' && entity ? viewOf(event, entity) : entity, path, 0, { matches: keep });
  return texts;
}

function entityOf({ body }: TmfEvent): JsonObject | undefined {
  const event = property(body, 'event');
  const entity = property(event, 'resource') ?? property(event, 'service');
  return isObject(entity) ? entity : undefined;
}

interface Question {
  readonly asks: Conditions;
  readonly of: 'event' | 'entity';
  readonly condition: Condition;
}

function questionOf(condition: Condition, below: readonly string[]): Question {
  const isInside = below.every((name, i) => condition.path[i] === name);
  const asked = isInside ? { ...condition, path: condition.path.slice(below.length) } : condition;
  return { asks: { all: [[asked]] }, of: isInside ? 'entity' : 'event', condition: asked };
}

/** Equal to a text as it stands; what is a number, a date or a type is equal to more than that. */
function needOf([question, ...others]: readonly Question[]): Need | undefined {
  if (!question || others.length > 0) return undefined;
  const { of, condition } = question;
  const { path, operator, values } = condition;
  const isPlain = values.every(
    text => !/^(true|false)$/.test(text) && Number.isNaN(numberOf(text)) && dateOf(text) === undefined,
  );
  return operator === 'eq' && isPlain && path[0] !== '@type' ? { of, path, texts: values } : undefined;
}

const views = new WeakMap<TmfEvent, JsonObject>();

/** What a condition sees: the entity's attributes, and before them what the envelope says. */
function viewOf(event: TmfEvent, entity: JsonObject): JsonObject {
  const known = views.get(event);
  if (known) return known;
  const seen = seenOf(event, entity);
  views.set(event, seen);
  return seen;
}

function seenOf({ body, paths }: TmfEvent, entity: JsonObject): JsonObject {
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
