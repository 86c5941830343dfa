/** Instances that hang together, written as they would be kept, for tests of what is read over hops. */
import { instanceId } from '../../src/core/ids.ts';
import type { Instance, InstanceType } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import type { Hop } from '../../src/core/model/hop.ts';
import type { Writer } from '../../src/ports/store.ts';

export function put(writer: Writer, kind: Kind, id: string, more: JsonObject = {}): Instance {
  const { type } = kind;
  return writer.putInstance({
    id: instanceId(id),
    type,
    kind: kind.name,
    document: { id, '@type': type === 'service' ? 'Service' : 'Resource', ...more },
    createdAt: 1,
  });
}

export function instance(reader: Pick<Writer, 'instance'>, id: string): Instance {
  const found = reader.instance(instanceId(id));
  if (!found) throw new Error(`there is no ${id}`);
  return found;
}

export function related(to: InstanceType, id: string, relationshipType: string, alias?: string): JsonObject {
  const title = to === 'service' ? 'Service' : 'Resource';
  return {
    '@type': `${title}Relationship`,
    relationshipType,
    ...(alias === undefined ? {} : { alias }),
    [to]: { id, '@type': `${title}Ref` },
  };
}

export function characteristic(name: string, value: Json): JsonObject {
  return { name, value };
}

/** A number of an owner's pool; the seq of both ends moves with it, as the model has it. */
export function handOut(writer: Writer, owner: string, assignee: string, alias: string, value: number): void {
  writer.putAssignment({
    owner: instanceId(owner),
    pool: 'ports',
    thing: 'port',
    value,
    assignee: instanceId(assignee),
    alias,
  });
}

export const over = {
  /** Back from the assignee to the owner of the pool. */
  owner: (assignment: string): Hop => ({ direction: 'reverse', assignment }),
  assignee: (assignment: string): Hop => ({ direction: 'forward', assignment }),
  target: (type?: string, alias?: string): Hop => ({ direction: 'forward', relationship: named(type, alias) }),
  source: (type?: string, alias?: string): Hop => ({ direction: 'reverse', relationship: named(type, alias) }),
};

function named(type: string | undefined, alias: string | undefined): { type?: string; alias?: string } {
  return { ...(type === undefined ? {} : { type }), ...(alias === undefined ? {} : { alias }) };
}
