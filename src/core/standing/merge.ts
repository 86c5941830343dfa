/**
 * What stands when several expect things of one instance: one expectation, with whose each part of it is. What cannot
 * hold together with what stands above it is overruled, place by place; who is handed in first makes no difference.
 */
import type { Expectation } from '../expectation.ts';
import type { Node } from '../expected/node.ts';
import type { Expected } from '../expected.ts';
import type { ExpectationId } from '../ids.ts';
import type { Json } from '../json.ts';
import { finish, type Look } from '../look.ts';
import type { Path } from '../path.ts';
import { byStanding } from '../ranking.ts';
import { type Claim, parts, pathOf, type Step, sameShape, someObject } from './claim.ts';
import { expressing, expressingHere } from './express.ts';
import { child, fitsPlainly, gathered, newPlace, type Place, plant } from './place.ts';
import { holding } from './possible.ts';
import { type Budget, newBudget } from './work.ts';

/** An expectation and what is read from it. */
export interface Laid {
  readonly expectation: Pick<Expectation, 'id' | 'priority' | 'createdAt' | 'principal' | 'owner'>;
  readonly expected: Expected;
}

/** What one expectation wants at one place. */
export interface Wish {
  readonly expectation: ExpectationId;
  readonly principal: string;
  readonly owner?: string;
  readonly priority: number;
  readonly wants: Json;
}

export interface Overruled extends Wish {
  readonly path: Path;
  /** Who stands: one, or several who together leave no room. Empty for what no value can meet by itself. */
  readonly by: readonly Wish[];
}

/** What stands at one place. */
export interface StandingLeaf {
  readonly path: Path;
  readonly expected: Json;
  /** Who wants what of it, whoever stands highest first. */
  readonly origin: readonly Wish[];
  /** Whom it overrules, there or further down. */
  readonly overruled: readonly Overruled[];
}

export interface Merged {
  /** Met by what meets all that stands, and by nothing else; null when nothing does. */
  readonly expect: Json;
  readonly leaves: readonly StandingLeaf[];
  readonly overruled: readonly Overruled[];
  readonly undecided: readonly Undecided[];
}

/** What stands beside the rest because it would take too long to tell whether both can be met. */
export interface Undecided extends Wish {
  readonly path: Path;
}

type Wisher = Laid['expectation'];

/** In one piece: with less time for it where others wait. */
export function merge(all: readonly Laid[], steps = STEPS): Merged {
  return finish(merging(all, steps));
}

/** The same bit by bit, for who has other things to do meanwhile. */
export function* merging(all: readonly Laid[], steps = STEPS): Look<Merged> {
  const { root, budget, overruled, undecided } = yield* laying(all, newBudget(steps));
  const expect = (yield* expressing(root, budget)) ?? null;
  const leaves = yield* leavesOf(root, overruled, budget);
  return { expect, leaves, overruled, undecided };
}

/** Who overrules whom, without what stands in the end. */
export function* colliding(all: readonly Laid[], budget: Budget): Look<Pick<Merged, 'overruled' | 'undecided'>> {
  const { overruled, undecided } = yield* laying(all, budget);
  return { overruled, undecided };
}

/**
 * What it may take to tell what collides, all in all, in questions of whether a wish fits another; about a third of a
 * second. After that only what is plain is told, and what does not fit into a whole is overruled as a whole.
 */
export const STEPS = 300_000;

/** The same for who cannot leave it: about ten milliseconds. */
export const STEPS_AT_ONCE = 10_000;

interface Outcome {
  readonly root: Place<Wisher>;
  readonly budget: Budget;
  readonly overruled: Overruled[];
  readonly undecided: Undecided[];
}

function* laying(all: readonly Laid[], budget: Budget): Look<Outcome> {
  const root = newPlace<Wisher>();
  const outcome: Outcome = { root, budget, overruled: [], undecided: [] };
  for (const { expectation, expected } of [...all].sort((a, b) => byStanding(a.expectation, b.expectation))) {
    yield* lay({ place: root, node: expected.node, by: expectation, steps: [], above: undefined }, outcome);
    yield;
  }
  return outcome;
}

interface Laying {
  readonly place: Place<Wisher>;
  readonly node: Node;
  readonly by: Wisher;
  readonly steps: readonly Step[];
  /** The topmost place on the way of which something is wanted as a whole: with it all has to agree. */
  readonly above: Above | undefined;
}

interface Above {
  readonly place: Place<Wisher>;
  readonly depth: number;
}

function* lay(laying: Laying, outcome: Outcome): Look<void> {
  const { place, node, by, steps } = laying;
  const { budget } = outcome;
  const found = parts(node);
  const own = { place, depth: steps.length };
  if (!found) {
    if (node.kind === 'anything' && steps.length === 0) return;
    const isFree = !laying.above && fitsPlainly(place, node);
    if (isFree || (yield* agrees(laying, node, laying.above ?? own, outcome))) place.claims.push({ node, by });
    return;
  }
  const first = found.find(({ step }) => step !== undefined)?.step;
  const [other] = place.below.values();
  const isOther = first !== undefined && other !== undefined && !sameShape(first, other.step);
  const above = laying.above ?? (place.claims.length > 0 || isOther ? own : undefined);
  if (above) {
    const standing = gathered(above.place);
    const fits = holding([...standing, { steps: steps.slice(above.depth), node }], budget);
    yield;
    if (fits !== 'cannot') {
      if (fits === 'undecided') outcome.undecided.push({ path: pathOf(steps), ...signed(by, node.source) });
      plant(place, node, by);
      return;
    }
    if (budget.left <= 0) {
      yield* agrees(laying, node, above, outcome);
      return;
    }
  }
  const shape = first && shapeOf(node);
  if (above && shape && !(yield* agrees(laying, shape, above, outcome))) return;
  for (const { step, node: inner } of found) {
    if (!step) yield* lay({ ...laying, node: inner }, outcome);
    else yield* lay({ place: child(place, step), node: inner, by, steps: [...steps, step], above }, outcome);
  }
}

const anything: Node = { kind: 'anything', source: null };

/** That there is such a container at all. */
function shapeOf(node: Node): Node | undefined {
  switch (node.kind) {
    case 'map':
      return someObject;
    case 'keyed':
      return { ...node, source: [], items: [], closed: false };
    case 'list':
      return { ...node, items: node.items.map(() => anything) };
    case 'anything':
    case 'literal':
    case 'wrapped':
    case 'all':
    case 'contains':
    case 'set':
    case 'compare':
    case 'choice':
    case 'test':
      return undefined;
  }
}

/** Whether a wish may hold together with what stands; if not, the whole of what is laid there is overruled. */
function* agrees(laying: Laying, wish: Node, at: Above, outcome: Outcome): Look<boolean> {
  const { by, steps, node, place } = laying;
  const { budget } = outcome;
  const claim = { steps: steps.slice(at.depth), node: wish };
  const standing = gathered(at.place);
  const fits = holding([...standing, claim], budget);
  yield;
  if (fits === 'undecided') outcome.undecided.push({ path: pathOf(steps), ...signed(by, node.source) });
  if (fits !== 'cannot') return true;
  const against: Wish[] = [];
  for (const each of yield* opponents(standing, claim, budget)) {
    const isTheirs = (wisher: Wisher): boolean => wisher === each;
    const there = (yield* expressing(place, budget, isTheirs)) ?? (yield* expressing(at.place, budget, isTheirs));
    against.push(signed(each, there ?? null));
  }
  outcome.overruled.push({ path: pathOf(steps), ...signed(by, node.source), by: against });
  return false;
}

/** The highest who alone leaves no room for a wish; else as few as leave none together, as far as that can be told. */
function* opponents(
  standing: readonly (Claim & { by: Wisher })[],
  claim: Claim,
  budget: Budget,
): Look<readonly Wisher[]> {
  if (holding([claim], budget) === 'cannot') return [];
  const wishers = [...new Set(standing.map(({ by }) => by))];
  const [only] = wishers;
  if (only && wishers.length === 1) return wishers;
  const leaveRoom = (some: ReadonlySet<Wisher>): boolean =>
    holding([...standing.filter(({ by }) => some.has(by)), claim], budget) !== 'cannot';
  for (const each of wishers) {
    if (!leaveRoom(new Set([each]))) return [each];
    yield;
  }
  let needed = wishers;
  for (const each of [...wishers].reverse()) {
    if (budget.left <= 0) break;
    const fewer = needed.filter(other => other !== each);
    if (!leaveRoom(new Set(fewer))) needed = fewer;
    yield;
  }
  return needed;
}

function signed({ id, principal, owner, priority }: Wisher, wants: Json): Wish {
  return { expectation: id, principal, ...(owner === undefined ? {} : { owner }), priority, wants };
}

function* leavesOf(
  root: Place<Wisher>,
  overruled: readonly Overruled[],
  budget: Budget,
): Look<readonly StandingLeaf[]> {
  const found: { path: Path; expected: Json; origin: readonly Wish[]; overruled: Overruled[] }[] = [];
  const walk = function* (place: Place<Wisher>, steps: readonly Step[]): Look<void> {
    const claims = place.claims.filter(({ node }) => node.kind !== 'anything');
    const expected = claims.length > 0 ? yield* expressingHere(place, budget) : undefined;
    if (expected !== undefined) {
      const origin = claims.map(({ by, node }) => signed(by, node.source));
      found.push({ path: pathOf(steps), expected, origin, overruled: [] });
    }
    for (const { step, place: inner } of place.below.values()) yield* walk(inner, [...steps, step]);
    yield;
  };
  yield* walk(root, []);
  const byPath = new Map([...found].reverse().map(leaf => [leaf.path, leaf]));
  for (const each of overruled) {
    const leaf = nearestLeaf(each.path, byPath) ?? found.find(({ path }) => path.startsWith(`${each.path}/`));
    leaf?.overruled.push(each);
  }
  return found;
}

/** The leaf at a path, or the topmost on the way there. */
function nearestLeaf<Leaf>(path: Path, byPath: ReadonlyMap<Path, Leaf>): Leaf | undefined {
  const here = byPath.get(path);
  if (here) return here;
  for (let end = 0; end >= 0; end = path.indexOf('/', end + 1)) {
    const above = byPath.get(path.slice(0, end));
    if (above) return above;
  }
  return undefined;
}
