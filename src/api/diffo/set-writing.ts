/** What sets come to here: compared bit by bit with what stands, found again if that moved meanwhile, written at once. */
import { contentId } from '../../core/canonical.ts';
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { lookWithin, within } from '../../core/expectation-form.ts';
import { comparingSet, type ExpectationSet, type Keeper, type SetDifference } from '../../core/expectation-set.ts';
import { saidBy } from '../../core/expectation-version.ts';
import type { Look } from '../../core/look.ts';
import { unjudged } from '../../core/peer-verdict.ts';
import { type Withdrawal, withdraw } from '../../core/withdraw.ts';
import type { Reader, Writer } from '../../ports/store.ts';
import { checkTarget } from './expectation-body.ts';

export interface PlacedSet extends ExpectationSet {
  /** Where it stands in the body. */
  readonly at: string;
}

/** What there is to write, as of when it was looked at. */
export interface Compared {
  readonly differences: readonly SetDifference[];
  /** Names what would be written: another one when anything of it has moved. */
  readonly hash: string;
  /** All that stood then. */
  readonly standing: readonly Expectation[];
  readonly seq: number;
}

/** Throws, with the pointer into the body, for what cannot be laid; what stands already is not asked again. */
export function* comparing(
  sets: readonly PlacedSet[],
  store: Reader,
  keeper: Keeper,
  peers: readonly string[],
): Look<Compared> {
  const [standing, seq] = [store.expectations(), store.seq()];
  const ids = new Set<string>(standing.map(({ id }) => id));
  const differences: SetDifference[] = [];
  for (const { at, ...set } of sets) {
    const difference = yield* comparingSet(set, standing, keeper);
    yield* lookWithin(at, checking(set, difference, ids, { store, peers }));
    differences.push(difference);
  }
  return { differences, hash: yield* hashing(differences), standing, seq };
}

function* checking(
  set: ExpectationSet,
  { added, changed }: SetDifference,
  ids: ReadonlySet<string>,
  around: Parameters<typeof checkTarget>[1],
): Look<void> {
  const places = new Map(set.items.map(({ name }, i) => [name, `/expectations/${i}`]));
  const at = ({ name = '' }: { readonly name?: string }): string => places.get(name) ?? '';
  for (const each of added) {
    yield;
    within(`${at(each)}/for`, () => checkTarget(each.for, around));
    if (!ids.has(each.id)) continue;
    const reason = `there is an expectation ${each.id} already, which is not of the set ${set.set}; withdraw it`;
    throw new AgentError('conflict', reason, { pointer: at(each) });
  }
  for (const { before, after } of changed) {
    yield;
    within(`${at(after)}/for`, () => checkTarget(after.for, around));
    if (before.for.peer === after.for.peer) continue;
    const reason = 'an expectation stays where it was laid; give it another name, and prune this one';
    throw new AgentError('invalid', reason, { pointer: `${at(after)}/for/peer` });
  }
}

/** Whether what was found then is what would be found now. */
export function isStill({ differences, standing, seq }: Compared, store: Reader): boolean {
  if (store.seq() === seq) return true;
  if (store.expectations() !== standing) return false;
  // What else moves can only take away an instance that is meant by its id.
  return differences.every(({ added, changed }) =>
    [...added, ...changed.map(({ after }) => after)].every(
      ({ for: meant }) => !('id' in meant) || meant.peer !== undefined || store.instanceKind(meant.id) !== undefined,
    ),
  );
}

export function writeDifference(
  writer: Writer,
  { added, changed, removed }: SetDifference,
  withdrawal: Withdrawal,
): void {
  for (const each of removed) withdraw(writer, each, withdrawal);
  for (const each of added) {
    // It was compared a while before: it is as old as the commit.
    const written = writer.putExpectation({ ...each, createdAt: withdrawal.now });
    if (each.for.peer !== undefined) writer.putVerdict(unjudged(written, written.createdAt));
  }
  for (const { before, after, paths } of changed) {
    const isAsCompared = before.refinements === after.refinements;
    writer.putExpectation(after, isAsCompared ? { before, paths } : undefined);
  }
}

function* hashing(differences: readonly SetDifference[]): Look<string> {
  const parts: string[] = [];
  for (const { set, added, changed, removed } of differences) {
    parts.push(contentId({ set, removed: removed.map(({ id, seq }) => ({ id, seq })) }));
    for (const each of added) {
      parts.push(contentId({ id: each.id, says: saidBy(each) }));
      yield;
    }
    for (const { before, after } of changed) {
      parts.push(contentId({ id: after.id, seq: before.seq, says: saidBy(after) }));
      yield;
    }
  }
  return contentId(parts);
}
