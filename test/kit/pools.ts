/** A small domain for tests of pools: shelves with ports and more, and lines that are given them. */
import type { Cause } from '../../src/core/change.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kind, KindPool } from '../../src/core/kind.ts';
import { Drafts } from '../../src/core/model/drafts.ts';
import { poolCharacteristics } from '../../src/core/model/pool.ts';
import { uuidOf } from '../../src/core/uuid.ts';
import type { Store } from '../../src/ports/store.ts';

export const cause: Cause = { principal: 'client', kind: 'request' };

export function poolKind(name: string, type: Kind['type'], pool: readonly KindPool[]): Kind {
  return {
    name,
    type,
    specification: { id: uuidOf('specification', name), name, version: '1.0.0', tmfVersion: 5 },
    observed: [],
    characteristic: [],
    pool,
  };
}

export function pool(name: string, thing: string, more: Partial<KindPool> = {}): KindPool {
  return { name, thing, first: 1, last: 8, algorithm: 'lowest', ...more };
}

/** Writes an instance of a kind, its pools as new. */
export function put(store: Store, kind: Kind, id: string, more: JsonObject = {}, observedBy?: string): InstanceId {
  const type = kind.type === 'service' ? 'Service' : 'Resource';
  const document = {
    id,
    '@type': type,
    name: id.toUpperCase(),
    ...(kind.type === 'service' ? { state: 'active' } : { lifecycleState: 'installed' }),
    [`${kind.type}Characteristic`]: poolCharacteristics(kind),
    ...more,
  };
  store.transact(cause, writer =>
    writer.putInstance({
      id: instanceId(id),
      type: kind.type,
      kind: kind.name,
      ...(observedBy === undefined ? {} : { observedBy }),
      document: Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null)),
      createdAt: 1,
    }),
  );
  return instanceId(id);
}

/** One commit, as the agent does it: all of it, or nothing. */
export function commit<T>(store: Pick<Store, 'transact'>, change: (drafts: Drafts) => T): T {
  return store.transact(cause, writer => {
    const drafts = new Drafts(writer);
    const result = change(drafts);
    drafts.flush();
    return result;
  });
}
