/**
 * What stands when several expect things of one instance: one expectation, with whose each part of it is. What cannot
 * hold together with what stands above it is overruled, place by place; who is handed in first makes no difference.
 */
import type { Expectation } from '../expectation.ts';
import type { Node } from '../expected/node.ts';
import type { Expected } from '../expected.ts';
import type { ExpectationId } from '../ids.ts';
import type { Json } from '../json.ts';
import type { Path } from '../path.ts';
import { byStanding } from '../ranking.ts';
import { type Claim, parts, pathOf, type Step, sameShape, someObject } from './claim.ts';
import { express, expressHere } from './express.ts';
import { child, gathered, newPlace, type Place, plant } from './place.ts';
import { canHold } from './possible.ts';

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
}

type Wisher = Laid['expectation'];

export function merge(all: readonly Laid[]): Merged {
  const root = newPlace<Wisher>();
  const overruled: Overruled[] = [];
  const patience = { left: PATIENCE };
  for (const { expectation, expected } of [...all].sort((a, b) => byStanding(a.expectation, b.expectation))) {
    lay({ place: root, node: expected.node, by: expectation, steps: [], above: undefined }, overruled, patience);
  }
  return { expect: express(root) ?? null, leaves: leavesOf(root, overruled), overruled };
}

/**
 * So many wishes are held against what is wanted of a whole to find out which of them collide; after that, what does
 * not fit is overruled as a whole.
 */
const PATIENCE = 10_000;

interface Patience {
  left: number;
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

function lay(laying: Laying, overruled: Overruled[], patience: Patience): void {
  const { place, node, by, steps } = laying;
  const found = parts(node);
  const own = { place, depth: steps.length };
  if (!found) {
    if (node.kind === 'anything' && steps.length === 0) return;
    if (laying.above) patience.left -= gathered(laying.above.place).length;
    if (agrees(laying, node, laying.above ?? own, overruled)) place.claims.push({ node, by });
    return;
  }
  const first = found.find(({ step }) => step !== undefined)?.step;
  const [other] = place.below.values();
  const isOther = first !== undefined && other !== undefined && !sameShape(first, other.step);
  const above = laying.above ?? (place.claims.length > 0 || isOther ? own : undefined);
  if (above) {
    const standing = gathered(above.place);
    patience.left -= standing.length;
    if (canHold([...standing, { steps: steps.slice(above.depth), node }])) {
      plant(place, node, by);
      return;
    }
    if (patience.left < 0) {
      agrees(laying, node, above, overruled);
      return;
    }
  }
  const shape = first && shapeOf(node);
  if (above && shape && !agrees(laying, shape, above, overruled)) return;
  for (const { step, node: inner } of found) {
    if (!step) lay({ ...laying, node: inner }, overruled, patience);
    else lay({ place: child(place, step), node: inner, by, steps: [...steps, step], above }, overruled, patience);
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

/** Whether a wish holds together with what stands; if not, the whole of what is laid there is overruled. */
function agrees(laying: Laying, wish: Node, at: Above, overruled: Overruled[]): boolean {
  const claim = { steps: laying.steps.slice(at.depth), node: wish };
  const standing = gathered(at.place);
  if (canHold([...standing, claim])) return true;
  const { by, steps, node, place } = laying;
  overruled.push({
    path: pathOf(steps),
    ...signed(by, node.source),
    by: opponents(standing, claim).map(each => {
      const there = express(place, wisher => wisher === each) ?? express(at.place, wisher => wisher === each);
      return signed(each, there ?? null);
    }),
  });
  return false;
}

function signed({ id, principal, owner, priority }: Wisher, wants: Json): Wish {
  return { expectation: id, principal, ...(owner === undefined ? {} : { owner }), priority, wants };
}

/** The highest who alone leaves no room for a wish; else as few as leave none together. */
function opponents(standing: readonly (Claim & { by: Wisher })[], claim: Claim): readonly Wisher[] {
  if (!canHold([claim])) return [];
  const wishers = [...new Set(standing.map(({ by }) => by))];
  const leaveRoom = (some: readonly Wisher[]): boolean =>
    canHold([...standing.filter(({ by }) => some.includes(by)), claim]);
  const alone = wishers.find(each => !leaveRoom([each]));
  if (alone) return [alone];
  let needed = wishers;
  for (const each of [...wishers].reverse()) {
    const fewer = needed.filter(other => other !== each);
    if (!leaveRoom(fewer)) needed = fewer;
  }
  return needed;
}

function leavesOf(root: Place<Wisher>, overruled: readonly Overruled[]): readonly StandingLeaf[] {
  const found: { path: Path; expected: Json; origin: readonly Wish[]; overruled: Overruled[] }[] = [];
  const walk = (place: Place<Wisher>, steps: readonly Step[]): void => {
    const claims = place.claims.filter(({ node }) => node.kind !== 'anything');
    const expected = claims.length > 0 ? expressHere(place) : undefined;
    if (expected !== undefined) {
      const origin = claims.map(({ by, node }) => signed(by, node.source));
      found.push({ path: pathOf(steps), expected, origin, overruled: [] });
    }
    for (const { step, place: inner } of place.below.values()) walk(inner, [...steps, step]);
  };
  walk(root, []);
  for (const each of overruled) {
    const leaf =
      found.find(({ path }) => path === each.path) ??
      found.find(({ path }) => path === '' || each.path.startsWith(`${path}/`)) ??
      found.find(({ path }) => path.startsWith(`${each.path}/`));
    leaf?.overruled.push(each);
  }
  return found;
}
