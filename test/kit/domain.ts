/** A small access network as kinds: shelves with slots, cards with ports, and the services that are given one. */
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kind, Kinds, RecordKinds } from '../../src/core/kind.ts';
import { build } from '../../src/core/model/build.ts';
import { change, type Given } from '../../src/core/model/changes.ts';
import type { Store } from '../../src/ports/store.ts';
import { chanceOf } from './chance.ts';
import { commit } from './pools.ts';

const specification = (name: string, version = '1.0.0', more: Partial<Kind['specification']> = {}) => ({
  id: `spec-${name}-${version.split('.')[0]}`,
  name,
  version,
  tmfVersion: 5,
  ...more,
});

export const equipment: Kind = {
  name: 'equipment',
  type: 'resource',
  abstract: true,
  specification: specification('equipment'),
  observed: [],
  characteristic: [],
};

export const shelf: Kind = {
  name: 'shelf',
  type: 'resource',
  category: 'hardware',
  description: 'takes cards',
  lineage: ['equipment'],
  specification: specification('shelf'),
  observed: [],
  characteristic: [
    { name: 'shelf', schema: { type: 'object', properties: { height: { type: 'integer' } } }, owner: 'record' },
    { name: 'rack', schema: { type: 'string' }, owner: 'record', mandatory: true },
  ],
  pool: [{ name: 'slots', thing: 'slot', first: 1, last: 4, algorithm: 'lowest' }],
  party: [
    { role: 'installer', type: 'Organization', min: 1, max: 3 },
    { role: 'owner', type: 'Organization', min: 0, max: 1, reference: true },
  ],
  place: [{ role: 'site', type: 'oltSite', min: 0, max: 1 }],
};

export const card: Kind = {
  name: 'card',
  type: 'resource',
  lineage: ['equipment'],
  specification: specification('card'),
  observed: [],
  characteristic: [
    {
      name: 'card',
      schema: {
        type: 'object',
        properties: { model: { type: 'string' }, power: { type: 'number', maximum: 100 } },
        additionalProperties: false,
      },
      owner: 'record',
    },
    { name: 'position', schema: { type: 'integer' }, owner: 'record' },
  ],
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 48, algorithm: 'lowest', type: 'GPON' }],
  assignment: [{ alias: 'slot', from: 'shelf', pool: 'slots', read: 'position' }],
  relationship: { source: ['backup'], target: ['backup', 'primary'] },
};

export const access: Kind = {
  name: 'access',
  type: 'service',
  specification: specification('access'),
  observed: [],
  characteristic: [{ name: 'speed', schema: { type: 'integer', minimum: 1 }, default: 100, owner: 'record' }],
  feature: [
    {
      name: 'shaping',
      isEnabled: false,
      characteristic: [
        { name: 'goal', schema: { enum: ['latency', 'throughput'] }, default: 'latency', owner: 'record' },
      ],
    },
  ],
  assignment: [
    {
      alias: 'line',
      from: 'card',
      pool: 'ports',
      via: [{ direction: 'forward', relationship: { alias: 'primary' } }],
      optional: true,
    },
  ],
  transition: [{ name: 'qualify', from: ['initial'], to: 'feasibilityChecked', operatingStatus: 'feasible' }],
};

export const access2: Kind = {
  ...access,
  name: 'access2',
  specification: specification('access', '2.0.0'),
  characteristic: [
    { name: 'speed', schema: { type: 'integer', minimum: 50 }, default: 200, owner: 'record' },
    { name: 'contention', schema: { type: 'string' }, default: '1:1', owner: 'record' },
  ],
};

/** Has a port of what it runs on, from its making to its end. */
export const uplink: Kind = {
  name: 'uplink',
  type: 'service',
  specification: specification('uplink'),
  observed: [],
  characteristic: [],
  assignment: [
    {
      alias: 'uplink',
      from: 'card',
      pool: 'ports',
      via: [{ direction: 'forward', relationship: { alias: 'primary' } }],
    },
  ],
};

/** Related to nobody, and nobody to it. */
export const island: Kind = {
  name: 'island',
  type: 'service',
  specification: specification('island'),
  observed: [],
  characteristic: [],
  relationship: { source: 'none', target: 'none' },
};

export const legacy: Kind = {
  name: 'legacy',
  type: 'service',
  specification: specification('legacy', '1.0.0', { frozen: true }),
  observed: [],
  characteristic: [],
};

export const modern: Kind = { ...legacy, name: 'modern', specification: specification('legacy', '2.1.0') };

export const kinds: Kinds = new Map(
  [equipment, shelf, card, access, access2, uplink, island, legacy, modern].map(each => [each.name, each]),
);

export const recordKinds: RecordKinds = new Map([
  ['oltSite', { name: 'oltSite', type: 'place', base: 'GeographicSite', characteristic: [] }],
]);

const { one } = chanceOf(7);
let made = 0;
export const NOW = Date.parse('2026-01-05T02:03:04.567Z');
export const given = (now = NOW): Given => ({ now, newId: () => `made-${++made}`, chance: one, recordKinds });

/** The document of a new instance of a kind. */
export function of(kind: Kind, more: JsonObject = {}): JsonObject {
  const { id, name, version } = kind.specification;
  const title = kind.type === 'service' ? 'Service' : 'Resource';
  return { '@type': title, [`${kind.type}Specification`]: { id, name, version }, ...more };
}

export const installer = { role: 'installer', partyOrPartyRole: { id: 'acme', '@referredType': 'Organization' } };

/** What a shelf cannot do without. */
export const ofShelf = (more: JsonObject = {}): JsonObject =>
  of(shelf, {
    lifecycleState: 'installed',
    relatedParty: [installer],
    resourceCharacteristic: [{ name: 'rack', value: 'R1' }],
    ...more,
  });

export const ofCard = (more: JsonObject = {}): JsonObject => of(card, { lifecycleState: 'installed', ...more });

/** Builds one, in one commit. */
export function make(store: Store, type: InstanceType, document: JsonObject, id?: string): InstanceId {
  return commit(
    store,
    drafts => build(drafts, kinds, { type, document, ...(id === undefined ? {} : { id: instanceId(id) }) }, given()).id,
  );
}

/** Changes what differs in a document, in one commit. */
export function patch(store: Store, id: string, members: JsonObject, now?: number): void {
  commit(store, drafts => {
    const before = drafts.need(instanceId(id));
    const wanted = Object.entries({ ...before.document, ...members }).filter(([, value]) => value !== null);
    change(drafts, kinds, before, Object.fromEntries(wanted), given(now));
  });
}

export function documentOf(store: Store, id: string): JsonObject {
  const instance = store.instance(instanceId(id));
  if (!instance) throw new Error(`there is no ${id}`);
  return instance.document;
}
