/**
 * Expectations that are laid together under one name: what a set says is compared with what stands of it, and the
 * difference is what there is to write.
 */
import type { Expectation } from './expectation.ts';
import type { Said } from './expectation-form.ts';
import { saidBy } from './expectation-version.ts';
import { type ExpectationId, expectationId, type Instant } from './ids.ts';
import { sameJson } from './json.ts';
import { finish, type Look } from './look.ts';
import { differences, type KeyedArrays, type PathChange } from './path.ts';
import { uuidOf } from './uuid.ts';

/** The set of the firmware profile, and the principal of what is in it: only the profile says what that is. */
export const PROFILE = 'profile';

/** A file of them is written by a person or made from a table; more are several sets. */
export const SET_SIZE = 1_000;

/** One of a set, under a name of its own in there. */
export type SetItem = Said & { readonly name: string };

export interface ExpectationSet {
  readonly set: string;
  readonly items: readonly SetItem[];
  /** Whether what stands of the set and is not among the items is taken away. */
  readonly prune: boolean;
}

/** An expectation that its keeper has yet to number. */
type Unnumbered = Omit<Expectation, 'seq'>;

export interface SetDifference {
  readonly set: string;
  readonly added: readonly Unnumbered[];
  readonly changed: readonly {
    readonly before: Expectation;
    readonly after: Unnumbered;
    readonly paths: readonly PathChange[];
  }[];
  readonly removed: readonly Expectation[];
  /** What stands of the set, is not among the items, and is left as it is. */
  readonly left: readonly Expectation[];
  readonly same: readonly Expectation[];
}

/** Whose sets these are, and since when. */
export interface Keeper {
  /** The id of the agent: of two that keep the same set, each has ids of its own, for they may be peers. */
  readonly agent: string;
  readonly principal: string;
  readonly now: Instant;
  readonly keyed: KeyedArrays;
}

/** The same name in the same set is the same expectation, also after it was away. */
export function idInSet(agent: string, set: string, name: string): ExpectationId {
  return expectationId(uuidOf('expectation', agent, set, name));
}

/** Those that stand of a set, in order of creation. */
export function standingOf(set: string, expectations: readonly Expectation[]): readonly Expectation[] {
  return expectations.filter(each => each.set === set);
}

export function differenceOfSet(set: ExpectationSet, standing: readonly Expectation[], keeper: Keeper): SetDifference {
  return finish(comparingSet(set, standing, keeper));
}

/** The same bit by bit, for who has other things to do meanwhile. */
export function* comparingSet(
  { set, items, prune }: ExpectationSet,
  standing: readonly Expectation[],
  { agent, principal, now, keyed }: Keeper,
): Look<SetDifference> {
  const byName = new Map(standingOf(set, standing).map(each => [each.name, each]));
  const added: Unnumbered[] = [];
  const changed: SetDifference['changed'][number][] = [];
  const same: Expectation[] = [];
  for (const { name, ...said } of items) {
    yield;
    const before = byName.get(name);
    byName.delete(name);
    if (!before) {
      added.push({ ...said, id: idInSet(agent, set, name), principal, set, name, createdAt: now });
      continue;
    }
    const { id, createdAt } = before;
    const after = { ...said, ...refinedSince(before, said), id, principal: before.principal, set, name, createdAt };
    const paths = differences(saidBy(before), saidBy(after), keyed);
    if (paths.length === 0) same.push(before);
    else changed.push({ before, after, paths });
  }
  // What was withdrawn before, and goes when what it had changed has gone back, stands no more.
  const others = [...byName.values()].filter(each => !each.withdrawing);
  return { set, added, changed, removed: prune ? others : [], left: prune ? [] : others, same };
}

/** How far it was refined holds for what was refined alone. */
export function refinedSince(before: Expectation, { expect }: Pick<Said, 'expect'>): Pick<Expectation, 'refinements'> {
  const { refinements } = before;
  return refinements && sameJson(before.expect, expect) ? { refinements } : {};
}

/** Whether there is nothing to write. */
export function isSame({ added, changed, removed }: SetDifference): boolean {
  return added.length + changed.length + removed.length === 0;
}
