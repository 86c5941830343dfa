/** Deletes instances so that nothing hangs in the air: what they were given goes back, what others rely on stays. */
import { AgentError } from '../errors.ts';
import { type InstanceId, instanceId } from '../ids.ts';
import type { Kinds } from '../kind.ts';
import { releaseAll } from './assign.ts';
import type { Drafts } from './drafts.ts';
import { called } from './words.ts';

/** TMF639's word for what is kept on record and not there. */
export const NOT_INSTALLED = 'notInstalled';

/** So many of those that stand in the way are named. */
const NAMED = 5;

/** What relies on an instance, a sentence part each; at most a few. Empty for what anybody may delete. */
export function reliedOnBy(drafts: Drafts, kinds: Kinds, id: InstanceId): readonly string[] {
  const { writer } = drafts;
  const isOfKind = kinds.has(drafts.need(id).kind);
  const name = (other: string): string => {
    const draft = drafts.get(instanceId(other));
    return draft ? called(draft) : other;
  };
  const reasons: string[] = [];
  for (const { source, type, alias } of writer.linksTo(id, 'relationship')) {
    if (source === id || (!isOfKind && !isOfAKind(drafts, kinds, source))) continue;
    reasons.push(`${name(source)} relates to it (${[type, alias].filter(Boolean).join(' ')})`);
  }
  for (const { assignee, thing, value } of writer.assignmentsFrom(id)) {
    reasons.push(`${name(assignee)} has ${thing} ${value} of it`);
    if (reasons.length > NAMED) break;
  }
  return reasons;
}

function isOfAKind(drafts: Drafts, kinds: Kinds, id: string): boolean {
  const draft = drafts.get(instanceId(id));
  return draft !== undefined && kinds.has(draft.kind);
}

/**
 * Removes an instance; numbers that it was given go back to their pools. Throws `conflict` while others relate to it or
 * have numbers of it, where either end is of a kind.
 */
export function remove(drafts: Drafts, kinds: Kinds, id: InstanceId): void {
  const instance = drafts.need(id);
  const reasons = reliedOnBy(drafts, kinds, id);
  if (reasons.length > 0) {
    const told = reasons.slice(0, NAMED).join(', ');
    const more = reasons.length > NAMED ? ' and more' : '';
    throw new AgentError('conflict', `${called(instance)} cannot be deleted: ${told}${more}; undo that first`);
  }
  forget(drafts, kinds, id);
}

/** The same for what is gone anyway, whoever relies on it. */
export function forget(drafts: Drafts, kinds: Kinds, id: InstanceId): void {
  releaseAll(drafts, kinds, id);
  drafts.flush();
  drafts.writer.removeInstance(id);
}
