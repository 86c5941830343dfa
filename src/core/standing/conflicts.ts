/** Whether what is laid collides with what others expect of the same instance: where, with whom, and who stands. */
import type { Expectation, Target } from '../expectation.ts';
import type { ReadOnce } from '../expected/read-once.ts';
import { type Reading as Expectations, type Expected, readExpected } from '../expected.ts';
import type { ExpectationId, InstanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import { isObject, type Json } from '../json.ts';
import { finish, type Look } from '../look.ts';
import type { Path } from '../path.ts';
import { refinedExpect } from '../refinement.ts';
import { mayMean } from '../target.ts';
import { certain } from './certain.ts';
import type { Claim } from './claim.ts';
import { colliding, type Overruled, STEPS, type Wish } from './merge.ts';
import { newPlace, type Place, plant, standBeside } from './place.ts';
import { canHold } from './possible.ts';
import { newBudget } from './work.ts';

export interface Conflict {
  readonly path: Path;
  /** What is wanted there of the one that was asked about. */
  readonly wants: Json;
  /** Who wants something else: one, or several who leave no room together. Itself, if it contradicts itself. */
  readonly with: readonly Wish[];
  /** Who stands; null where no value can meet what is wanted. */
  readonly stands: ExpectationId | null;
}

/** An expectation as it is or would be stored. */
export type Candidate = Omit<Expectation, 'seq'>;

/** How expectations of instances here are read. */
export interface Reading extends Pick<Expectations, 'keyed' | 'unitOf'> {
  /** For who reads the same ones again and again, in the same units. */
  readonly readOnce?: ReadOnce;
}

export interface World extends Reading {
  readonly instance: (id: InstanceId) => Instance | undefined;
}

/** Whoever collides with so many has made one mistake, not a hundred. */
export const MOST_CONFLICTS = 100;

export interface Found {
  readonly conflicts: readonly Conflict[];
  /** Where it would take too long to tell whether there is one. */
  readonly undecided: readonly Unclear[];
  /** Whether these are all of them. */
  readonly areAll: boolean;
}

/** Where it was not decided whether what is wanted can be met beside what others want, and who they are. */
export interface Unclear {
  readonly path: Path;
  readonly with: readonly ExpectationId[];
}

/** With each of those that may mean the same instance, and with several together where one instance is meant. */
export function conflictsOf(mine: Candidate, others: readonly Expectation[], world: World): readonly Conflict[] {
  return finish(findConflicts(mine, others, world)).conflicts;
}

/** The same bit by bit, for who has other things to do meanwhile; ends when there are enough. */
export function* findConflicts(
  mine: Candidate,
  others: readonly Expectation[],
  world: World,
  budget = newBudget(STEPS),
): Look<Found> {
  const laid = (expectation: Candidate) => ({ expectation, expected: read(expectation, world) });
  const me = laid(mine);
  const tree = treeOf(me.expected);
  const own = yield* colliding([me], budget);
  const conflicts = own.overruled.map(each => conflict(mine, each));
  const undecided: Unclear[] = own.undecided.map(({ path }) => ({ path, with: [] }));
  const near: Expectation[] = [];
  // Who wants nothing of what it wants, or plainly fits, can only matter to it together with somebody who does.
  let isTouched = false;
  const found = (): Found => ({
    conflicts: conflicts.slice(0, MOST_CONFLICTS),
    undecided: undecided.slice(0, MOST_CONFLICTS),
    areAll: conflicts.length <= MOST_CONFLICTS && undecided.length === 0,
  });
  for (const other of others) {
    if (conflicts.length >= MOST_CONFLICTS) return { ...found(), areAll: false };
    if (other.id === mine.id || !mayMeetOn(mine, other, world)) continue;
    near.push(other);
    const them = laid(other);
    const beside = standBeside(tree, treeOf(them.expected), budget);
    yield;
    isTouched ||= beside !== 'apart';
    if (beside === 'apart' || beside === 'can') continue;
    const both = yield* colliding([me, them], budget);
    conflicts.push(...between(mine, both.overruled));
    undecided.push(...both.undecided.map(({ path }) => ({ path, with: [other.id] })));
  }
  if (!isTouched || near.length < 2 || 'where' in mine.for) return found();
  const all = yield* colliding([me, ...near.map(laid)], budget);
  conflicts.push(...between(mine, all.overruled).filter(each => each.with.length > 1));
  for (const { path, expectation } of all.undecided) {
    if (expectation === mine.id && !undecided.some(each => each.path === path)) undecided.push({ path, with: [] });
  }
  return found();
}

/** Whether one of some others can change with whom one collides. */
export function mayCollide(mine: Candidate, others: readonly Expectation[], world: World): boolean {
  const tree = treeOf(read(mine, world));
  return others.some(other => {
    if (other.id === mine.id || !mayMeetOn(mine, other, world)) return false;
    return standBeside(tree, treeOf(read(other, world)), newBudget(0)) !== 'apart';
  });
}

function treeOf({ node }: Expected): Place<undefined> {
  const tree = newPlace<undefined>();
  plant(tree, node, undefined);
  return tree;
}

/** What was overruled between one and others, seen from the one. */
function between(mine: Candidate, overruled: readonly Overruled[]): Conflict[] {
  return overruled.flatMap(each => {
    if (each.expectation === mine.id) {
      return each.by.some(({ expectation }) => expectation !== mine.id) ? [conflict(mine, each)] : [];
    }
    const own = each.by.find(({ expectation }) => expectation === mine.id);
    if (!own) return [];
    const { path, by, ...loser } = each;
    const beside = by.filter(other => other !== own);
    return [{ path, wants: own.wants, with: [loser, ...beside], stands: mine.id }];
  });
}

function conflict(mine: Candidate, { path, wants, by }: Overruled): Conflict {
  return { path, wants, with: by, stands: by.find(({ expectation }) => expectation !== mine.id)?.expectation ?? null };
}

/** Whether two may have to be met by one instance at one time. */
export function mayMeetOn(a: Candidate, b: Candidate, world: World): boolean {
  if (a.for.peer !== b.for.peer || areNamedApart(a.for, b.for) || !overlap(a.validFor, b.validFor)) return false;
  if (a.for.peer !== undefined && (isMeasured(a) || isMeasured(b))) return false;
  if ([a, b].some(({ for: meant }) => 'where' in meant && isNobody(meant.where))) return false;
  if (!shareInstance(a, b, world)) return false;
  if (![a, b].some(({ for: meant, when }) => 'where' in meant || when !== undefined)) return true;
  return canHold([...conditionsOf(a, world), ...conditionsOf(b, world)]);
}

/** Most are told apart so, and there are many pairs. */
function areNamedApart(a: Target, b: Target): boolean {
  return 'name' in a && 'name' in b && (a.name !== b.name || a.kind !== b.kind);
}

function shareInstance({ for: a }: Candidate, { for: b }: Candidate, world: World): boolean {
  if ('id' in a) return meansIt(b, a.id, world);
  if ('id' in b) return meansIt(a, b.id, world);
  if (a.kind !== undefined && b.kind !== undefined && a.kind !== b.kind) return false;
  return !('name' in a && 'name' in b) || a.name === b.name;
}

/** Whether a target means, or may come to mean, an instance. */
export function meansIt(target: Target, id: InstanceId, world: World): boolean {
  if ('id' in target) return target.id === id;
  const instance = world.instance(id);
  if (!instance || !mayMean(target, instance)) return false;
  return !('where' in target) || certain(read({ expect: target.where }, world).node, instance.document) !== 'no';
}

/** What has to be so for an expectation to mean an instance, and to apply to it. */
function conditionsOf({ for: meant, when }: Candidate, world: World): readonly Claim[] {
  const sources: Json[] = [
    ...('where' in meant ? [meant.where] : []),
    ...('name' in meant ? [{ $map: { name: { $eq: meant.name } } }] : []),
    ...(when === undefined ? [] : [when]),
  ];
  return sources.map(expect => ({ steps: [], node: read({ expect }, world).node }));
}

function isNobody(where: Json): boolean {
  return isObject(where) && Object.keys(where).length === 0;
}

function overlap(a: Expectation['validFor'], b: Expectation['validFor']): boolean {
  const [start, end] = [
    Math.max(...[a, b].map(each => Date.parse(each?.startDateTime ?? '') || Number.NEGATIVE_INFINITY)),
    Math.min(...[a, b].map(each => Date.parse(each?.endDateTime ?? '') || Number.POSITIVE_INFINITY)),
  ];
  return start < end;
}

/** What a bare number counts at a peer is known there alone, so nothing measured is compared. */
function isMeasured({ expect }: Candidate): boolean {
  return JSON.stringify(expect).includes('"$quantity"');
}

/** What is judged of an expectation; or of a condition, which is never refined. */
export function read(record: Pick<Expectation, 'expect' | 'refinements'>, reading: Reading): Expected {
  const { keyed, unitOf, readOnce } = reading;
  const readNow = (source: Json): Expected =>
    readExpected(source, { keyed, lenient: true, ...(unitOf ? { unitOf } : {}) });
  const source = refinedExpect(record, keyed);
  return readOnce ? readOnce.read(source, '', readNow) : readNow(source);
}
