/** The events of TMF638/639: what a change of an instance means to those who listen, in their version. */
import { type Change, stateAttributes } from '../core/change.ts';
import type { InstanceType } from '../core/instance.ts';
import { type JsonObject, property, sameJson } from '../core/json.ts';
import { uuidOf } from '../core/uuid.ts';
import { type Rendering, render } from './codec.ts';
import { fieldPaths } from './field-path.ts';
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
  /** What moved, as `fieldPath` says it; none for events that do not say. */
  readonly paths: readonly string[];
  readonly body: JsonObject;
}

/** Who tells of it. */
export interface Teller {
  /** The store's life: the ids of events are made of it. */
  readonly epoch: string;
  readonly agent: string;
}

const titles: Record<InstanceType, string> = { service: 'Service', resource: 'Resource' };

const suffixes = ['Create', 'AttributeValueChange', 'StateChange', 'OperatingStatusChange', 'Delete'] as const;
type Suffix = (typeof suffixes)[number];

const stateIn4: ReadonlySet<string> = new Set([
  'state',
  'operationalState',
  'administrativeState',
  'usageState',
  'resourceStatus',
]);

function hasOperatingStatus(type: InstanceType, version: Version): boolean {
  return version === 'v5' && type === 'service';
}

/** The types of the events that a hub tells. */
export function eventTypes(type: InstanceType, version: Version): readonly string[] {
  return suffixes
    .filter(suffix => suffix !== 'OperatingStatusChange' || hasOperatingStatus(type, version))
    .map(suffix => `${titles[type]}${suffix}Event`);
}

/**
 * The events of one change in a version; none where that version shows no difference. Their ids are made from the store,
 * the change and the type, so that a repeated delivery has the same.
 */
export function eventsOf(
  { change, before, after }: Moment,
  rendering: Rendering,
  { epoch, agent }: Teller,
): readonly TmfEvent[] {
  const { type, version } = rendering;
  const event = (suffix: Suffix, document: JsonObject, paths: readonly string[] = []): TmfEvent => {
    const eventType = `${titles[type]}${suffix}Event`;
    const eventId = uuidOf('event', epoch, String(change.seq), eventType, version);
    const eventTime = new Date(change.at).toISOString();
    const { ref, why } = change.cause;
    return {
      eventId,
      eventType,
      paths,
      body: {
        eventId,
        eventTime,
        eventType,
        ...(ref === undefined ? {} : { correlationId: ref }),
        domain: titles[type],
        title: eventType,
        ...(why === undefined ? {} : { description: why }),
        ...(version === 'v4' ? { timeOcurred: eventTime } : { timeOccurred: eventTime }),
        // Extensible, so v5 may say it too, and then in the word of v4.
        ...(paths.length === 0 ? {} : { fieldPath: paths.join(',') }),
        event: { [type]: document },
        ...(version === 'v4' ? {} : envelopeOf5(type, eventType, document, agent)),
      },
    };
  };
  if (change.type === 'create') return after ? [event('Create', render(after, rendering))] : [];
  if (change.type === 'delete') return before ? [event('Delete', render(before, rendering))] : [];
  if (!before || !after) return [];
  const [was, now] = [render(before, rendering), render(after, rendering)];
  const isState = (name: string): boolean => (version === 'v4' ? stateIn4 : stateAttributes).has(name);
  const isStatus = (name: string): boolean => name === 'operatingStatus' && hasOperatingStatus(type, version);
  const moved = differingNames(was, now);
  const attributes = new Set(moved.filter(name => !isState(name) && !isStatus(name)));
  return [
    ...(moved.some(isState) ? [event('StateChange', now)] : []),
    ...(moved.some(isStatus) ? [event('OperatingStatusChange', now)] : []),
    ...(attributes.size > 0 ? [event('AttributeValueChange', now, fieldPaths(was, now, attributes))] : []),
  ];
}

/** What the envelope of v5 has besides. */
function envelopeOf5(type: InstanceType, eventType: string, entity: JsonObject, agent: string): JsonObject {
  const { id = '', href, name } = entity;
  const source = { id, ...(href === undefined ? {} : { href }), ...(typeof name === 'string' ? { name } : {}) };
  return {
    source: { ...source, '@type': 'EntityRef', '@referredType': titles[type] },
    reportingSystem: { id: agent, '@type': 'EntityRef', '@referredType': 'NetworkEntity' },
    '@type': eventType,
    '@baseType': 'Event',
  };
}

function differingNames(a: JsonObject, b: JsonObject): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter(name => !sameJson(property(a, name), property(b, name)));
}
