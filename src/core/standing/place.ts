/** All that is wanted of one thing, as a tree of its places; whose wish each is stays with it. */
import type { Node } from '../expected/node.ts';
import { type Claim, claimsOf, type Step, sameShape, stepName } from './claim.ts';
import { type Holding, holding } from './possible.ts';
import { isOpenArray } from './shapes.ts';
import { saysSame } from './sorted.ts';
import type { Budget } from './work.ts';

/** What is wanted of one place, and of the places below it. */
export interface Place<Wisher> {
  readonly claims: Wished<Wisher>[];
  readonly below: Map<string, { readonly step: Step; readonly place: Place<Wisher> }>;
}

export interface Wished<Wisher> {
  readonly node: Node;
  readonly by: Wisher;
}

export function newPlace<Wisher>(): Place<Wisher> {
  return { claims: [], below: new Map() };
}

/** The place one step further, made where it is not yet. */
export function child<Wisher>(place: Place<Wisher>, step: Step): Place<Wisher> {
  const name = stepName(step);
  const known = place.below.get(name);
  if (known) return known.place;
  const made = newPlace<Wisher>();
  place.below.set(name, { step, place: made });
  return made;
}

/** Lays all that a node wants, whatever stands there. */
export function plant<Wisher>(place: Place<Wisher>, node: Node, by: Wisher): void {
  for (const { steps, node: inner } of claimsOf(node)) steps.reduce(child, place).claims.push({ node: inner, by });
}

/** Everything that is wanted there and below, by everybody or by those who count. */
export function gathered<Wisher>(
  place: Place<Wisher>,
  counts: (by: Wisher) => boolean = () => true,
  steps: readonly Step[] = [],
): (Claim & { readonly by: Wisher })[] {
  const here = place.claims.filter(({ by }) => counts(by)).map(({ node, by }) => ({ steps, node, by }));
  const below = [...place.below.values()];
  return [...here, ...below.flatMap(({ step, place: inner }) => gathered(inner, counts, [...steps, step]))];
}

/**
 * Whether a wish fits beside all that is wanted of its place, told by a glance: somebody wants the same, or all want no
 * more than that an array contains something. False where more has to be asked.
 */
export function fitsPlainly<Wisher>({ claims, below }: Place<Wisher>, node: Node): boolean {
  if (below.size > 0 || claims.length === 0) return false;
  if (claims.some(each => saysSame(each.node, node))) return true;
  return isPlainArray(node) && claims.every(each => isOpenArray(each.node));
}

function isPlainArray(node: Node): boolean {
  if (node.kind === 'set') return true;
  return node.kind === 'contains' && node.members.every(({ kind }) => kind === 'literal');
}

/** `apart`: they want nothing of the same place, or the same, or what plainly fits. */
export type Beside = 'apart' | Holding;

/** Whether two trees, each of which holds together, do so with each other: asked only where both want something. */
export function standBeside<Wisher>(a: Place<Wisher>, b: Place<Wisher>, budget: Budget): Beside {
  const ask = (): Beside => holding([...gathered(a), ...gathered(b)], budget);
  if (a.claims.length > 0 || b.claims.length > 0) return isAlike(a, b) ? 'apart' : ask();
  const [first] = a.below.values();
  const [other] = b.below.values();
  if (first && other && !sameShape(first.step, other.step)) return ask();
  let found: Beside = 'apart';
  for (const [name, { place }] of a.below) {
    const same = b.below.get(name);
    if (!same) continue;
    const there = standBeside(place, same.place, budget);
    if (there === 'cannot') return there;
    if (there === 'undecided' || found === 'apart') found = there;
  }
  return found;
}

/** Most of what two want of one place is the same, or something that an array contains. */
function isAlike<Wisher>(a: Place<Wisher>, b: Place<Wisher>): boolean {
  const [[one, ...more], [other, ...others]] = [a.claims, b.claims];
  if (!one || !other || more.length + others.length + a.below.size + b.below.size > 0) return false;
  return saysSame(one.node, other.node) || (isOpenArray(one.node) && isOpenArray(other.node));
}
