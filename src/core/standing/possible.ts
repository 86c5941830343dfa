/**
 * Whether some value can meet several wishes at once, and whether whatever meets them meets another. What cannot be
 * told is possible and not implied, so a conflict is claimed only where there is one. In one thing more is taken for
 * granted than an evaluation does: that a key names one element of its array, as keys do.
 */
import type { Choice, Compare, Node } from '../expected/node.ts';
import { canonical, type Json, property } from '../json.ts';
import { certain, certainAt } from './certain.ts';
import { type Claim, claimsOf, equalTo, noneOf, type Step, sameShape, stepName } from './claim.ts';
import { amountsHold, axes, reach, whole } from './reach.ts';
import { admits, covers, excluded, fewest, isOf, isOpenArray, isPlainChoice, membersOf, weightOf } from './shapes.ts';
import { flat, type Sorted, sorted } from './sorted.ts';
import { fewer, MOST_SPANS, overlap, type Span, without } from './spans.ts';
import { type Budget, type Work, workFor } from './work.ts';

/** `undecided`: it would take too long to tell. */
export type Holding = 'can' | 'cannot' | 'undecided';

/** Whether some value may meet all; true too where that cannot be told. */
export function canHold(claims: readonly Claim[]): boolean {
  return holding(claims) !== 'cannot';
}

/** The same for who has to know what was not decided, or asks often and has so much time for all of it. */
export function holding(claims: readonly Claim[], budget?: Budget): Holding {
  if (areMembers(claims)) return possibleMembers(claims, budget);
  return answer(claims, budget, (all, work) => possible(all, work));
}

/** Whether every value that meets all the claims meets the node; false too where that cannot be told. */
export function implied(claims: readonly Claim[], node: Node, budget?: Budget): boolean {
  return answer(claims, budget, (all, work) => implies(all, node, work)) === 'can';
}

function answer(
  claims: readonly Claim[],
  budget: Budget | undefined,
  look: (claims: readonly Claim[], work: Work) => boolean,
): Holding {
  const all = claims.flatMap(({ steps, node }) => claimsOf(node, true, steps));
  const work = workFor(all.length, budget);
  const given = work.left;
  const found = look(all, work);
  if (budget) budget.left -= given - work.left;
  if (!found) return 'cannot';
  return work.left < 0 ? 'undecided' : 'can';
}

/** Whether nothing is asked but what an array has to contain: then each is asked for itself. */
function areMembers(claims: readonly Claim[]): boolean {
  return claims.length > 1 && claims.every(({ steps, node }) => steps.length === 0 && isOpenArray(node));
}

function possibleMembers(claims: readonly Claim[], budget: Budget | undefined): Holding {
  let found: Holding = 'can';
  for (const { node } of claims) {
    if (node.kind === 'set' || (node.kind === 'contains' && node.members.every(each => each.kind === 'literal')))
      continue;
    const alone = holding([one(node)], budget);
    if (alone === 'cannot') return alone;
    if (alone === 'undecided') found = alone;
  }
  return found;
}

function possible(given: readonly Claim[], work: Work): boolean {
  work.left -= 1 + given.length;
  if (work.left < 0) return true;
  const all = sorted(given, work);
  const claims = flat(all);
  const values = fewest(all.here, work);
  if (values) return possibleValues(values, claims, work);
  const choices = all.here.filter(node => node.kind === 'choice').filter(node => node.op !== '$noneOf');
  if (choices.length > 0) return possibleCases(claims, choices, work);

  work.left -= all.here.reduce((sum, node) => sum + weightOf(node), 0);
  if (work.left < 0) return true;
  const unwanted = all.here.flatMap(excluded);
  if (unwanted.some(all.isWished)) return false;
  const scalars = [undefined, null, true, false];
  if (scalars.some(value => claims.every(claim => certainAt(claim, value) !== 'no'))) return true;
  if (all.below.length === 0 && axes.some(axis => isReached(all.here, axis, work))) return true;
  return possibleArray(all, unwanted, work) || possibleObject(all, unwanted, work);
}

/** Whether one of some values meets all. */
function possibleValues(values: readonly (Json | undefined)[], claims: readonly Claim[], work: Work): boolean {
  const asked = claims.filter(({ steps, node }) => steps.length > 0 || !isPlainChoice(node));
  const weight = asked.reduce((sum, { node }) => sum + weightOf(node), 1);
  return values.some(value => {
    work.left -= weight;
    return work.left < 0 || asked.every(claim => certainAt(claim, value) !== 'no');
  });
}

function one(node: Node): Claim {
  return { steps: [], node };
}

/** Of several choices the one that leaves the fewest cases goes first; one that leaves none beside the rest ends it. */
function possibleCases(claims: readonly Claim[], choices: readonly Choice[], work: Work): boolean {
  const rest = claims.filter(({ steps, node }) => steps.length > 0 || !choices.some(choice => choice === node));
  let best: { choice: Choice; open: readonly (readonly Claim[])[] } | undefined;
  for (const choice of choices) {
    const open = cases(choice).filter(each => work.left < 0 || possible([...rest, ...each], work));
    if (work.left < 0) return true;
    if (open.length === 0) return false;
    if (!best || open.length < best.open.length) best = { choice, open };
  }
  if (!best || choices.length < 2) return true;
  const beside = choices.filter(choice => choice !== best.choice).map(one);
  return best.open.some(each => possible([...rest, ...beside, ...each], work));
}

/** What holds in each case of a choice: of `$oneOf` one alternative and none of the others. */
function cases({ op, alternatives }: Choice): readonly (readonly Claim[])[] {
  if (op === '$anyOf' || alternatives.length < 2) return alternatives.map(each => [one(each)]);
  return alternatives.map(each => [one(each), one(noneOf(alternatives.filter(other => other !== each)))]);
}

function beside(claims: readonly Claim[], node: Node): readonly Claim[] {
  return claims.filter(claim => claim.node !== node);
}

/** Whether numbers, or texts of one kind, are left. */
function isReached(here: readonly Node[], axis: (typeof axes)[number], work: Work): boolean {
  let left = whole(axis);
  if (axis === 'number' && !holdsAmounts(here)) return false;
  const unwanted: Node[] = [];
  for (const node of here) {
    const out = excluded(node);
    if (out.length > 0) {
      unwanted.push(...out);
      continue;
    }
    const { spans } = reach(node, axis);
    if (!affords(work, left, spans)) return true;
    left = fewer(left, overlap(left, spans));
  }
  for (const node of unwanted) {
    const { spans, exact } = reach(node, axis);
    if (!exact || left.length > MOST_SPANS) continue;
    if (!affords(work, left, spans)) return true;
    left = without(left, spans);
  }
  return left.length > 0;
}

/** So many pairs of spans are held against each other in the time of one step. */
const PAIRS_A_STEP = 4;

function affords(work: Work, some: readonly Span[], others: readonly Span[]): boolean {
  work.left -= (some.length * others.length) / PAIRS_A_STEP;
  return work.left >= 0;
}

function possibleArray(all: Sorted, unwanted: readonly Node[], work: Work): boolean {
  const { here, below } = all;
  if (!here.every(node => admits(node, 'array'))) return false;
  const listed = below.filter(({ step }) => step.kind === 'index');
  const [first] = listed;
  if (below.some(({ step }) => step.kind === 'key')) return false;
  if (first && listed.some(({ step }) => !sameShape(first.step, step))) return false;
  if (isUnwanted(all, unwanted, 'array', work)) return false;
  if (!below.every(({ claims }) => possible(claims, work))) return false;
  const closed = here.flatMap(node => (node.kind === 'keyed' && node.closed ? [node] : []));
  for (const keyed of closed) {
    const items = [
      ...below.flatMap(({ step }) => (step.kind === 'item' ? [step.item] : [])),
      ...here.flatMap(node => (node.kind === 'keyed' ? node.items : [])),
    ];
    const isExtra = (item: (typeof items)[number]): boolean =>
      keyed.items.every(
        each =>
          canonical(each.by) === canonical(item.by) &&
          each.parts.some((part, i) => part.value !== item.parts[i]?.value),
      );
    if (items.some(isExtra)) return false;
  }
  for (const member of membersOf(here)) {
    if (!possible([one(member)], work)) return false;
    const isList = first?.step.kind === 'index' && listed.length === first.step.length;
    if (isList && !listed.some(({ claims }) => possible([...claims, one(member)], work))) return false;
  }
  return true;
}

/** An amount with its unit, or a number counted in the unit of its place: the same bounds hold for both. */
function holdsAmounts(here: readonly Node[]): boolean {
  const amounts = (nodes: readonly Node[]): readonly Compare[] => nodes.filter(node => node.kind === 'compare');
  return amountsHold(amounts(here), amounts(here.flatMap(excluded)));
}

function possibleObject(all: Sorted, unwanted: readonly Node[], work: Work): boolean {
  const { here, below } = all;
  if (!here.every(node => admits(node, 'object')) || below.some(({ step }) => step.kind !== 'key')) return false;
  if (isUnwanted(all, unwanted, 'object', work)) return false;
  return holdsAmounts(here) && below.every(({ claims }) => possible(claims, work));
}

/** Whether every array, or object, that meets the wishes is one of those that must not be. */
function isUnwanted(all: Sorted, unwanted: readonly Node[], type: 'array' | 'object', work: Work): boolean {
  // Without what excludes: it would be asked for itself again.
  const here = all.here.filter(node => excluded(node).length === 0);
  const claims = flat({ here, below: all.below });
  return unwanted.some(
    node => covers(node, type) || (!isLeaf(node) && implies(claims, node, work)) || fills(all, node),
  );
}

function isLeaf({ kind }: Node): boolean {
  return kind === 'test' || kind === 'literal' || kind === 'compare';
}

/** Whether an array has elements where that is asked. */
function fills({ here, below }: Sorted, node: Node): boolean {
  if (node.kind !== 'test' || node.op !== '$nonEmpty' || property(node.source, '$nonEmpty') !== 'array') return false;
  return below.some(({ step }) => step.kind !== 'key') || membersOf(here).length > 0;
}

function implies(given: readonly Claim[], node: Node, work: Work): boolean {
  work.left -= 1 + given.length;
  if (work.left < 0) return false;
  const all = sorted(given, work);
  const claims = flat(all);
  if (all.isWished(node)) return true;
  const values = fewest(all.here, work);
  if (values) {
    work.left -= values.length * (1 + claims.length);
    if (work.left < 0) return false;
    const left = values.filter(value => claims.every(claim => certainAt(claim, value) !== 'no'));
    return left.every(value => certain(node, value) === 'yes');
  }
  if (impliesPart(all, claims, node, work)) return true;
  const choice = all.here.filter(each => each.kind === 'choice').find(each => each.op !== '$noneOf');
  if (!choice) return false;
  return cases(choice).every(each => {
    const chosen = [...beside(claims, choice), ...each];
    return implies(chosen, node, work) || !possible(chosen, work);
  });
}

function impliesPart(all: Sorted, claims: readonly Claim[], node: Node, work: Work): boolean {
  const { here, below } = all;
  const group = (step: Step): readonly Claim[] | undefined =>
    below.find(each => stepName(each.step) === stepName(step) && sameShape(each.step, step))?.claims;
  switch (node.kind) {
    case 'anything':
      return true;
    case 'wrapped':
      return implies(claims, node.inner, work);
    case 'all':
      return node.members.every(member => implies(claims, member, work));
    case 'choice':
      return impliesChoice(claims, node, work);
    case 'map':
      return (
        (below.some(({ step }) => step.kind === 'key') || here.some(each => isOf(each, 'object'))) &&
        node.entries.every(({ key, node: inner }) => implies(group({ kind: 'key', key }) ?? [], inner, work))
      );
    case 'keyed':
      return (
        !node.closed &&
        (below.some(({ step }) => step.kind === 'item') || here.some(each => isOf(each, 'array'))) &&
        node.items.every(item => {
          const found = group({ kind: 'item', item, by: node.by });
          return found !== undefined && implies([...found, one(keyLeft(item.beyond))], item.beyond, work);
        })
      );
    case 'list': {
      const { length } = node.items;
      if (length === 0) return false;
      return node.items.every((item, index) => {
        const found = group({ kind: 'index', index, length });
        return found !== undefined && implies(found, item, work);
      });
    }
    case 'contains':
      return isArrayFor(all) && node.members.every(member => isContained(all, member, work));
    case 'set':
      return isArrayFor(all) && node.values.every(value => isContained(all, equalTo(value), work));
    case 'test':
    case 'literal':
    case 'compare':
      return !possible([...claims, one(noneOf([node]))], work);
  }
}

/** An item is an object, whatever else is known of it. */
function keyLeft(beyond: Node): Node {
  return { ...beyond, kind: 'map', source: {}, entries: [], guarded: false };
}

function impliesChoice(claims: readonly Claim[], node: Choice, work: Work): boolean {
  const can = (each: Node): boolean => possible([...claims, one(each)], work);
  switch (node.op) {
    case '$anyOf':
      return (
        node.alternatives.some(each => implies(claims, each, work)) ||
        !possible([...claims, one(noneOf(node.alternatives))], work)
      );
    case '$noneOf':
      return !node.alternatives.some(can);
    case '$oneOf': {
      const open = node.alternatives.filter(can);
      const [only] = open;
      return only !== undefined && open.length === 1 && implies(claims, only, work);
    }
  }
}

function isArrayFor({ here, below }: Sorted): boolean {
  return below.some(({ step }) => step.kind !== 'key') || here.some(each => isOf(each, 'array'));
}

/** Whether some element surely is as wished. */
function isContained({ here, below }: Sorted, member: Node, work: Work): boolean {
  return (
    membersOf(here).some(each => implies([one(each)], member, work)) ||
    below.some(({ claims }) => implies(claims, member, work))
  );
}
