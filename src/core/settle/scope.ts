/** Which leaves a person means who says what is to go on: the same words as for what is paused. */
import type { Expectation } from '../expectation.ts';
import { ownerOfLeaf } from '../planning/leaf-name.ts';
import type { LeafRecord } from './leaf-record.ts';

export interface Owners {
  readonly kindOf: (instance: string) => string | undefined;
  readonly expectation: (id: string) => Pick<Expectation, 'for'> | undefined;
}

/** Those in a scope that wait for a person, or for their time. */
export function waitingIn(scope: string, records: readonly LeafRecord[], owners: Owners): readonly LeafRecord[] {
  return records.filter(record => (record.stalled || record.attempts > 0) && isIn(scope, record.leaf, owners));
}

function isIn(scope: string, leaf: string, { kindOf, expectation: find }: Owners): boolean {
  const { expectation, instance } = ownerOfLeaf(leaf);
  if (scope === 'all') return true;
  if (scope === `instance:${instance}`) return true;
  if (scope === `leaf:${expectation}:${instance ?? ''}`) return true;
  if (!scope.startsWith('kind:')) return false;
  const target = find(expectation)?.for;
  const named = target && 'name' in target ? target.kind : undefined;
  return scope === `kind:${instance === undefined ? named : kindOf(instance)}`;
}
