/** Makes an instance of its kind, whole, in one commit: its specification, and all that the kind gives and asks for. */
import { AgentError } from '../errors.ts';
import { type InstanceId, instanceId } from '../ids.ts';
import type { InstanceType } from '../instance.ts';
import type { JsonObject } from '../json.ts';
import type { Kinds } from '../kind.ts';
import { type Given, settle } from './changes.ts';
import type { Draft, Drafts } from './drafts.ts';
import { checkMayBeMade, kindOf } from './kind-of.ts';
import { refuseDerived } from './without-derived.ts';

export interface BuildRequest {
  /** Made when absent. */
  readonly id?: InstanceId;
  readonly type: InstanceType;
  /** What its maker says of it. */
  readonly document: JsonObject;
}

/**
 * Drafts a new instance, of the kind that its specification names, or of none. Throws `invalid` or `conflict` with all
 * that stands against it.
 */
export function build(
  drafts: Drafts,
  kinds: Kinds,
  { id: wanted, type, document: said }: BuildRequest,
  given: Given,
): Draft {
  const id = wanted ?? instanceId(given.newId());
  if (wanted !== undefined && drafts.kind(id)) {
    throw new AgentError('conflict', `There is already an instance with the id "${id}"`, { pointer: '/id' });
  }
  const kind = kindOf(said, type, kinds, drafts.writer);
  const specification = kind && checkMayBeMade(kind, kinds, drafts.writer);
  if (kind) refuseDerived(kind, said);
  const made = type === 'service' ? 'serviceDate' : 'creationDate';
  const document = { [made]: new Date(given.now).toISOString(), ...said, id };
  const draft = { id, type, kind: kind?.name ?? type, document, createdAt: given.now };
  return settle(drafts, kinds, { draft, to: kind, specification }, given);
}
