/** An instance as nodes and edges, and its document again from what Diffo's patterns find. */
import type { Instant } from '../../core/ids.ts';
import type { InstanceType } from '../../core/instance.ts';
import { isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { shapeOf } from '../shape.ts';
import { toV4 } from '../v4.ts';
import { noLinks } from '../version.ts';
import { beside, restored } from './beside.ts';
import { graphUuid, instanceKey } from './keys.ts';
import { specificationLink } from './links.ts';
import { addOwned, byArray, elementOf, isList } from './owned.ts';
import { ownedArrays } from './owned-arrays.ts';
import { compact, moment, type Properties, text } from './properties.ts';
import type { FoundInstance, OwnedNode, Subgraph } from './subgraph.ts';
import { heard, moments, plain, said, spelt, type Words } from './words.ts';

export interface InstanceRow {
  readonly type: InstanceType;
  readonly kind: string;
  readonly observedBy?: string | null;
  readonly createdAt: Instant;
  readonly document: JsonObject;
  /** What the numbers that it was given stand for, by alias; absent where it was given none. */
  readonly things?: Readonly<Record<string, string>>;
}

export function instanceToGraph(agent: string, row: InstanceRow): Subgraph {
  const { type, document, things = {} } = row;
  const id = String(document.id);
  const key = instanceKey(agent, id);
  const owned: OwnedNode[] = [];
  const others: [string, Json][] = [];
  for (const [name, value] of Object.entries(document)) {
    const table = ownedArrays.get(name);
    if (table && isList(value)) {
      addOwned(owned, { agent, parent: key, array: name, table, ownerType: 'instance', things }, value);
    } else {
      others.push([name, value]);
    }
  }
  const rest = Object.fromEntries(others);
  const written = instanceProperties(agent, row, rest);
  const specification = property(rest, `${type}Specification`);
  const link = isObject(specification) ? specificationLink(type, specification) : undefined;
  const given = instanceGives(written, link?.identity);
  return {
    kind: type,
    key,
    properties: { ...written, ...beside(rest, given) },
    ...(link === undefined ? {} : { link }),
    owned,
  };
}

/** The document again, as it was kept. */
export function instanceFromGraph({ properties, specification, owned }: FoundInstance): JsonObject {
  const document: { [name: string]: Json } = { ...restored(properties, instanceGives(properties, specification)) };
  for (const [array, nodes] of byArray(owned)) document[array] = nodes.map(elementOf);
  return document;
}

const instanceWords: Record<InstanceType, Words> = {
  service: new Map([
    ['name', plain('name')],
    ['serviceDate', moments('createdAt')],
    ['startDate', moments('startedAt')],
    ['endDate', moments('stoppedAt')],
    ['state', plain('state')],
    ['operatingStatus', plain('operatingStatus')],
  ]),
  resource: new Map([
    ['name', plain('name')],
    ['creationDate', moments('createdAt')],
    ['startOperatingDate', moments('startedAt')],
    ['endOperatingDate', moments('stoppedAt')],
    ['resourceVersion', plain('resourceVersion')],
    ['lifecycleState', plain('lifecycleState')],
    ['administrativeState', spelt('administrativeState', { shuttingDown: 'shutdown' })],
    ['operationalState', plain('operationalState')],
    ['usageState', plain('usageState')],
  ]),
};

/** The states of v5 that the one status of Diffo is made of. */
const statuses = ['unknownStatus', 'controlStatus', 'alarmStatus', 'standbyStatus', 'allocationStatus'];

function instanceProperties(agent: string, row: InstanceRow, rest: JsonObject): Properties {
  const { type, kind, observedBy, createdAt, document } = row;
  return {
    ...compact({
      uuid: graphUuid(agent, String(document.id)),
      which: 'actual',
      type,
      createdAt: moment(createdAt),
      resourceStatus: type === 'resource' ? resourceStatus(rest) : undefined,
      _kind: kind,
      _observedBy: observedBy ?? undefined,
    }),
    ...said(rest, instanceWords[type]),
  };
}

/** Told for Diffo's readers; v5 has no such attribute, so it is not read back. */
function resourceStatus(document: JsonObject): string | undefined {
  const says = statuses.flatMap(name => (document[name] === undefined ? [] : [[name, document[name]] as const]));
  if (says.length === 0) return undefined;
  const status = property(toV4(Object.fromEntries(says), shapeOf('resource', {}), noLinks), 'resourceStatus');
  return typeof status === 'string' && status !== 'unknown' ? status : undefined;
}

/** What the properties of an instance and its specification say of the document. */
function instanceGives(properties: Properties, specification: Properties | undefined): JsonObject {
  const type: InstanceType = properties.type === 'service' ? 'service' : 'resource';
  const name = specification?.name;
  return {
    id: text(properties.uuid),
    '@type': type === 'service' ? 'Service' : 'Resource',
    ...heard(properties, instanceWords[type]),
    ...(name === undefined
      ? {}
      : {
          [`${type}Specification`]: {
            name: text(name),
            '@type': type === 'service' ? 'ServiceSpecificationRef' : 'ResourceSpecificationRef',
          },
        }),
  };
}
