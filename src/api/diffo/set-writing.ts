/** What a set comes to here: checked against what there is, and written whole. */
import { contentId } from '../../core/canonical.ts';
import { AgentError } from '../../core/errors.ts';
import { within } from '../../core/expectation-form.ts';
import { differenceOfSet, type ExpectationSet, type Keeper, type SetDifference } from '../../core/expectation-set.ts';
import { saidBy } from '../../core/expectation-version.ts';
import { unjudged } from '../../core/peer-verdict.ts';
import { type Withdrawal, withdraw } from '../../core/withdraw.ts';
import type { Reader, Writer } from '../../ports/store.ts';
import { checkTarget } from './expectation-body.ts';

/** Throws, with the pointer into the set, for what cannot be laid; what stands already is not asked again. */
export function checkedDifference(
  set: ExpectationSet,
  store: Reader,
  keeper: Keeper,
  peers: readonly string[],
): SetDifference {
  const difference = differenceOfSet(set, store.expectations(), keeper);
  const places = new Map(set.items.map(({ name }, i) => [name, `/expectations/${i}`]));
  const at = ({ name = '' }: { readonly name?: string }): string => places.get(name) ?? '';
  for (const each of difference.added) {
    within(`${at(each)}/for`, () => checkTarget(each.for, { store, peers }));
    if (!store.expectation(each.id)) continue;
    const reason = `there is an expectation ${each.id} already, which is not of the set ${set.set}; withdraw it`;
    throw new AgentError('conflict', reason, { pointer: at(each) });
  }
  for (const { before, after } of difference.changed) {
    within(`${at(after)}/for`, () => checkTarget(after.for, { store, peers }));
    if (before.for.peer === after.for.peer) continue;
    const reason = 'an expectation stays where it was laid; give it another name, and prune this one';
    throw new AgentError('invalid', reason, { pointer: `${at(after)}/for/peer` });
  }
  return difference;
}

export function writeDifference(
  writer: Writer,
  { added, changed, removed }: SetDifference,
  withdrawal: Withdrawal,
): void {
  for (const each of removed) withdraw(writer, each, withdrawal);
  for (const each of added) {
    writer.putExpectation(each);
    if (each.for.peer !== undefined) writer.putVerdict(unjudged(each, each.createdAt));
  }
  for (const { after } of changed) writer.putExpectation(after);
}

/** Names what would be written: another one when anything of it has moved. */
export function differenceHash(differences: readonly SetDifference[]): string {
  return contentId(
    differences.map(({ set, added, changed, removed }) => ({
      set,
      added: added.map(each => ({ id: each.id, says: saidBy(each) })),
      changed: changed.map(({ before, after }) => ({ id: after.id, seq: before.seq, says: saidBy(after) })),
      removed: removed.map(({ id, seq }) => ({ id, seq })),
    })),
  );
}
