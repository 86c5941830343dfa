/** A domain of the size that operators declare, as a profile writes it: for figures of the model. */
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { build } from '../../src/core/model/build.ts';
import type { Given } from '../../src/core/model/changes.ts';
import { Drafts } from '../../src/core/model/drafts.ts';
import type { WrittenProfile } from '../../src/core/profile/form.ts';
import { type FirmwareProfile, readProfile } from '../../src/core/profile/profile.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';

type WrittenKind = NonNullable<WrittenProfile['kinds']>[number];

/** From a line over its port to the site its shelf stands on. */
const HOPS = ['port', 'isIn', 'isIn', 'isIn'].map((name, i) =>
  i === 0
    ? ({ direction: 'reverse', assignment: name } as const)
    : ({ direction: 'forward', relationship: { type: name } } as const),
);

/** An access service with 8 characteristics and 2 features, by number. */
function access(nth: number): WrittenKind {
  return {
    name: `access${nth}`,
    type: 'service',
    description: `Internet access of a business site, variant ${nth}`,
    category: 'CFS',
    specification: { version: '1.2.0' },
    characteristic: [
      { name: 'downstream', schema: { type: 'integer', minimum: 1, maximum: 10_000 }, unit: 'Mbit/s', mandatory: true },
      { name: 'upstream', schema: { type: 'integer', minimum: 1, maximum: 10_000 }, unit: 'Mbit/s', mandatory: true },
      { name: 'serviceClass', schema: { enum: ['gold', 'silver', 'bronze'] }, default: 'silver' },
      { name: 'ipAddress', schema: { type: 'string', pattern: '^[0-9.]+/[0-9]+$' } },
      { name: 'backup', schema: { type: 'boolean' }, default: false },
      { name: 'technology', schema: { type: 'string', minLength: 2, maxLength: 20 } },
      { name: 'availability', schema: { type: 'number', minimum: 90, maximum: 100 }, unit: '%' },
      {
        name: 'window',
        schema: {
          type: 'object',
          properties: { from: { type: 'string' }, to: { type: 'string' } },
          required: ['from', 'to'],
          additionalProperties: false,
        },
      },
    ],
    feature: [
      {
        name: 'shaping',
        characteristic: [{ name: 'goal', schema: { enum: ['latency', 'bulk'] }, default: 'latency' }],
      },
      { name: 'monitoring', isEnabled: false, characteristic: [{ name: 'every', schema: { type: 'integer' } }] },
    ],
    relationship: { source: ['primary', 'backup', 'cpe'], target: 'all' },
  };
}

/** So many kinds, no two alike. */
export function writtenProfile(kinds: number): WrittenProfile {
  return {
    name: 'bench',
    description: 'A domain of the size that operators declare',
    mode: 'warn',
    kinds: Array.from({ length: kinds }, (_, nth) => access(nth)),
  };
}

const located: readonly WrittenKind[] = ['site', 'room', 'rack'].map(name => ({
  name,
  type: 'resource',
  characteristic: [{ name: 'code', schema: { type: 'string' } }],
}));

export const profile: FirmwareProfile = readProfile(
  {
    ...writtenProfile(1),
    kinds: [
      access(0),
      ...located,
      {
        name: 'shelf',
        type: 'resource',
        pool: [{ name: 'ports', thing: 'port', last: 100_000, algorithm: 'random' }],
      },
      {
        name: 'line',
        type: 'service',
        assignment: [{ alias: 'port', from: 'shelf', pool: 'ports' }],
        inheritedCharacteristic: [{ name: 'siteCode', via: HOPS, read: 'code', collapse: 'first' }],
        field: [{ name: 'portNumber', via: HOPS.slice(0, 1), of: 'edge', read: 'value', collapse: 'first' }],
      },
    ] satisfies readonly WrittenKind[],
  },
  'bench',
);

export const kinds: Kinds = new Map(profile.kinds.map(kind => [kind.name, kind]));

/** A new instance of a kind as its maker says it. */
export function made(kind: string, name: string, more: JsonObject = {}): JsonObject {
  const { specification, type } = kinds.get(kind) ?? {};
  const state: JsonObject = type === 'service' ? { state: 'active' } : { lifecycleState: 'installed' };
  return {
    '@type': type === 'service' ? 'Service' : 'Resource',
    name,
    ...state,
    [`${type}Specification`]: { id: specification?.id ?? '' },
    ...more,
  };
}

/** What a client says of a new access service: 6 of its characteristics, and what it relates to. */
export function newAccess(nth: number, targets: readonly string[]): JsonObject {
  const value = (name: string, said: JsonObject[string]): JsonObject => ({ name, value: said });
  return made('access0', `access-${nth}`, {
    serviceCharacteristic: [
      value('downstream', 1_000),
      value('upstream', 500),
      value('ipAddress', `192.0.2.${nth % 250}/32`),
      value('technology', 'XGS-PON'),
      value('availability', 99.95),
      value('window', { from: 'mo 00:00', to: 'su 24:00' }),
    ],
    resourceRelationship: targets.map((id, i) => ({
      relationshipType: 'uses',
      alias: ['primary', 'backup', 'cpe'][i] ?? 'cpe',
      resource: { id },
    })),
  });
}

/** A resource that stands in another. */
export function isIn(id: string): JsonObject {
  return { resourceRelationship: [{ relationshipType: 'isIn', resource: { id } }] };
}

export const cause = { principal: 'client', kind: 'request', why: 'bench' } as const;
export const given: Given = { now: Date.now(), newId: () => crypto.randomUUID(), chance: Math.random };

export function open(path: string): Store {
  return openStore({ path, clock: systemClock, keyed: tmfKeyedArrays, newId: given.newId });
}

export function built(drafts: Drafts, document: JsonObject, id: string): InstanceId {
  const type = document['@type'] === 'Service' ? 'service' : 'resource';
  return build(drafts, kinds, { id: instanceId(id), type, document }, given).id;
}

export function written<T>(writer: Writer, change: (drafts: Drafts) => T): T {
  const drafts = new Drafts(writer);
  const result = change(drafts);
  drafts.flush();
  return result;
}
