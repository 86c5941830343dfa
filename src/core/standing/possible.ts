/**
 * Whether some value can meet several wishes at once, and whether whatever meets them meets another. What cannot be
 * told is possible and not implied, so a conflict is claimed only where there is one. In one thing more is taken for
 * granted than an evaluation does: that a key names one element of its array, as keys do.
 */
import type { Choice, Compare, Node } from '../expected/node.ts';
import { canonical, property, sameJson } from '../json.ts';
import { certain, certainAt } from './certain.ts';
import { type Claim, claimsOf, equalTo, noneOf, type Step, sameShape, stepName } from './claim.ts';
import { amountsHold, axes, reach, whole } from './reach.ts';
import { admits, covers, excluded, fewest, isOf, membersOf } from './shapes.ts';
import { overlap, without } from './spans.ts';

/** What one answer may cost; beyond, everything is possible and nothing implied. */
const STEPS = 5000;
/** What each claim adds to it, so that large expectations are told too. */
const STEPS_PER_CLAIM = 100;

interface Work {
  left: number;
}

/** Whether some value may meet all. */
export function canHold(claims: readonly Claim[]): boolean {
  return possible(claims, workFor(claims));
}

/** Whether every value that meets all the claims meets the node. */
export function implied(claims: readonly Claim[], node: Node): boolean {
  return implies(claims, node, workFor(claims));
}

function workFor(claims: readonly Claim[]): Work {
  return { left: STEPS + STEPS_PER_CLAIM * claims.length };
}

interface Sorted {
  /** Wishes of this very place. */
  readonly here: readonly Node[];
  /** By the step that they take next. */
  readonly below: readonly Group[];
}

interface Group {
  readonly step: Step;
  readonly claims: readonly Claim[];
}

function sorted(claims: readonly Claim[]): Sorted {
  const here: Node[] = [];
  const below = new Map<string, { step: Step; claims: Claim[] }>();
  for (const claim of claims) {
    for (const { steps, node } of claim.steps.length > 0 ? [claim] : claimsOf(claim.node, true)) {
      const [step, ...more] = steps;
      if (!step) {
        if (node.kind !== 'anything' && !here.some(each => saysSame(each, node))) here.push(node);
        continue;
      }
      const group = below.get(stepName(step));
      if (group) group.claims.push({ steps: more, node });
      else below.set(stepName(step), { step, claims: [{ steps: more, node }] });
    }
  }
  return { here, below: [...below.values()] };
}

function flat({ here, below }: Sorted): readonly Claim[] {
  return [
    ...here.map(node => ({ steps: [], node })),
    ...below.flatMap(({ step, claims }) => claims.map(({ steps, node }) => ({ steps: [step, ...steps], node }))),
  ];
}

function possible(given: readonly Claim[], work: Work): boolean {
  work.left -= 1 + given.length;
  if (work.left < 0) return true;
  const all = sorted(given);
  const claims = flat(all);
  const values = fewest(all.here);
  if (values) return values.some(value => claims.every(claim => certainAt(claim, value) !== 'no'));
  const choices = all.here.filter(node => node.kind === 'choice').filter(node => node.op !== '$noneOf');
  if (choices.length > 0) return possibleCases(claims, choices, work);

  const unwanted = all.here.flatMap(excluded);
  if (unwanted.some(node => all.here.some(each => saysSame(each, node)))) return false;
  const scalars = [undefined, null, true, false];
  if (scalars.some(value => claims.every(claim => certainAt(claim, value) !== 'no'))) return true;
  if (all.below.length === 0 && axes.some(axis => isReached(all.here, axis))) return true;
  return possibleArray(all, unwanted, work) || possibleObject(all, unwanted, work);
}

function one(node: Node): Claim {
  return { steps: [], node };
}

/** Of several choices the one that leaves the fewest cases goes first; one that leaves none beside the rest ends it. */
function possibleCases(claims: readonly Claim[], choices: readonly Choice[], work: Work): boolean {
  const rest = claims.filter(({ steps, node }) => steps.length > 0 || !choices.some(choice => choice === node));
  let best: { choice: Choice; open: readonly (readonly Claim[])[] } | undefined;
  for (const choice of choices) {
    const open = cases(choice).filter(each => possible([...rest, ...each], work));
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

function isReached(here: readonly Node[], axis: (typeof axes)[number]): boolean {
  let left = whole(axis);
  const unwanted: Node[] = [];
  if (axis === 'number' && !holdsAmounts(here)) return false;
  for (const node of here) {
    const out = excluded(node);
    if (out.length > 0) unwanted.push(...out);
    else left = overlap(left, reach(node, axis).spans);
  }
  for (const { spans, exact } of unwanted.map(node => reach(node, axis))) if (exact) left = without(left, spans);
  return left.length > 0;
}

function possibleArray({ here, below }: Sorted, unwanted: readonly Node[], work: Work): boolean {
  if (!here.every(node => admits(node, 'array'))) return false;
  const listed = below.filter(({ step }) => step.kind === 'index');
  const [first] = listed;
  if (below.some(({ step }) => step.kind === 'key')) return false;
  if (first && listed.some(({ step }) => !sameShape(first.step, step))) return false;
  if (isUnwanted({ here, below }, unwanted, 'array', work)) return false;
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

function possibleObject({ here, below }: Sorted, unwanted: readonly Node[], work: Work): boolean {
  if (!here.every(node => admits(node, 'object')) || below.some(({ step }) => step.kind !== 'key')) return false;
  if (isUnwanted({ here, below }, unwanted, 'object', work)) return false;
  return holdsAmounts(here) && below.every(({ claims }) => possible(claims, work));
}

/** Whether every array, or object, that meets the wishes is one of those that must not be. */
function isUnwanted(all: Sorted, unwanted: readonly Node[], type: 'array' | 'object', work: Work): boolean {
  // Without what excludes: it would be asked for itself again.
  const here = all.here.filter(node => excluded(node).length === 0);
  const claims = flat({ ...all, here });
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

function saysSame(a: Node, b: Node): boolean {
  return a === b || (a.kind === b.kind && sameJson(a.source, b.source));
}

function implies(given: readonly Claim[], node: Node, work: Work): boolean {
  work.left -= 1 + given.length;
  if (work.left < 0) return false;
  const all = sorted(given);
  const claims = flat(all);
  if (all.here.some(each => saysSame(each, node))) return true;
  const values = fewest(all.here);
  if (values) {
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
