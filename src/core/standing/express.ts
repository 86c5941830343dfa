/** What stands at a place, written as one expectation that is as short as it can be. */
import type { Choice, Compare, Keyed, Node } from '../expected/node.ts';
import { put } from '../expected/node.ts';
import { between, type Operand } from '../expected/operand.ts';
import { bareKey, withKey } from '../expected/residual.ts';
import { canonical, isArray, type Json, property, sameJson } from '../json.ts';
import type { Look } from '../look.ts';
import type { Claim, Step } from './claim.ts';
import { gathered, type Place } from './place.ts';
import { holding, implied } from './possible.ts';
import { isOpenArray } from './shapes.ts';
import type { Budget } from './work.ts';

/** Undefined where nothing is wanted. */
export function* expressing<Wisher>(
  place: Place<Wisher>,
  budget: Budget,
  counts?: (by: Wisher) => boolean,
): Look<Json | undefined> {
  const { here, containers } = yield* written(place, budget, counts);
  return together([...here, ...containers]);
}

/** The same of the place alone, without what is wanted further down. */
export function* expressingHere<Wisher>(place: Place<Wisher>, budget: Budget): Look<Json | undefined> {
  return together((yield* written({ claims: place.claims, below: new Map() }, budget)).here);
}

function together(members: readonly Json[]): Json | undefined {
  return members.length > 1 ? { $allOf: members } : members[0];
}

interface Written {
  readonly here: readonly Json[];
  readonly containers: readonly Json[];
}

function* written<Wisher>(
  place: Place<Wisher>,
  budget: Budget,
  counts: (by: Wisher) => boolean = () => true,
): Look<Written> {
  const own = place.claims.filter(({ by }) => counts(by)).map(({ node }) => node);
  const below = own.length === 0 ? [] : gathered(place, counts).filter(({ steps }) => steps.length > 0);
  const nodes = yield* essence(own, below, budget);
  const children: Child[] = [];
  for (const { step, place: inner } of place.below.values()) {
    const source = yield* expressing(inner, budget, counts);
    if (source !== undefined) children.push({ step, source });
  }
  const { containers, closed } = containersOf(children, nodes);
  return { here: joined(nodes.filter(node => node !== closed)), containers };
}

interface Child {
  readonly step: Step;
  readonly source: Json;
}

/** Objects, lists and keyed arrays; a closed array takes in what is wanted of its items. */
function containersOf(children: readonly Child[], nodes: readonly Node[]) {
  const containers: Json[] = [];
  const object: Record<string, Json> = {};
  let list: Json[] | undefined;
  const plain: Child[] = [];
  const keyed = new Map<string, { by: readonly string[]; children: Child[] }>();
  for (const child of children) {
    const { step, source } = child;
    if (step.kind === 'key') put(object, step.key, source);
    else if (step.kind === 'index') {
      list ??= Array.from({ length: step.length }, () => null);
      list[step.index] = source;
    } else if (step.by === undefined) plain.push(child);
    else {
      const name = canonical(step.by);
      const group = keyed.get(name);
      if (group) group.children.push(child);
      else keyed.set(name, { by: step.by, children: [child] });
    }
  }
  const names = Object.keys(object);
  if (names.length > 0) containers.push(names.some(each => each.startsWith('$')) ? { $map: object } : object);
  if (list) containers.push(list);
  if (plain.length > 0) containers.push(plain.map(itemOf));
  const closed = nodes.find((node): node is Keyed => node.kind === 'keyed' && node.closed);
  for (const { by, children: items } of keyed.values()) {
    const around = closed && canonical(closed.by ?? []) === canonical(by) ? closed : undefined;
    containers.push({ $keyed: { by, items: around ? filled(around, items) : items.map(itemOf), ...closing(around) } });
  }
  const isTaken = closed !== undefined && keyed.has(canonical(closed.by ?? []));
  return { containers, closed: isTaken ? closed : undefined };
}

function closing(closed: Keyed | undefined) {
  return closed ? { closed: true } : {};
}

/** The items of a closed array: those of which more is wanted, and the others by their keys. */
function filled(closed: Keyed, children: readonly Child[]): readonly Json[] {
  const items = children.map(itemOf);
  const isNamed = (bare: Json): boolean => items.some(item => sameJson(withKeyOf(item, closed.by ?? []), bare));
  return [...items, ...closed.items.map(bareKey).filter(bare => !isNamed(bare))];
}

function withKeyOf(item: Json, by: readonly string[]): Json {
  const bare: Record<string, Json> = {};
  for (const name of by) {
    const [first = ''] = name.split('/');
    const value = property(item, first);
    if (value !== undefined) put(bare, first, value);
  }
  return bare;
}

function itemOf({ step, source }: Child): Json {
  return step.kind === 'item' ? withKey(step.item, source) : source;
}

/** Without what follows from the rest, and without alternatives that the rest leaves no room for. */
function* essence(nodes: readonly Node[], below: readonly Claim[], budget: Budget): Look<readonly Node[]> {
  let left = once(nodes.filter(node => node.kind !== 'anything'));
  const beside = (node: Node): readonly Claim[] => [
    ...left.filter(other => other !== node).map(other => ({ steps: [], node: other })),
    ...below,
  ];
  // What an array contains is joined without being asked for.
  if (below.length > 0 || !left.every(isOpenArray)) {
    for (const node of left) {
      if (node.kind !== 'choice' || budget.left <= 0) continue;
      const narrower = yield* narrowed(node, beside(node), budget);
      if (narrower !== node) left = left.map(each => (each === node ? narrower : each));
    }
    for (const node of [...left].reverse()) {
      if (budget.left <= 0) break;
      const rest = beside(node);
      if (rest.length > 0 && implied(rest, node, budget)) left = left.filter(each => each !== node);
      yield;
    }
  }
  // Of a list whose elements may be anything, its length is left.
  return left.length === 0 && below.length === 0 ? nodes.slice(0, 1) : left;
}

/** Who wants the same says it once. */
function once(nodes: readonly Node[]): readonly Node[] {
  return [...new Map(nodes.map(node => [`${node.kind} ${canonical(node.source)}`, node])).values()];
}

function* narrowed(choice: Choice, rest: readonly Claim[], budget: Budget): Look<Node> {
  const open: boolean[] = [];
  for (const node of choice.alternatives) {
    open.push(holding([...rest, { steps: [], node }], budget) !== 'cannot');
    yield;
  }
  const alternatives = choice.alternatives.filter((_, i) => open[i]);
  if (alternatives.length === choice.alternatives.length || alternatives.length === 0) return choice;
  const [only] = alternatives;
  if (only && alternatives.length === 1 && choice.op !== '$noneOf') return only;
  const sources = property(choice.source, choice.op);
  const source = { [choice.op]: isArray(sources) ? sources.filter((_, i) => open[i]) : [] };
  return { ...choice, alternatives, source };
}

/** Two bounds as `$between`, several sets as one. */
function joined(nodes: readonly Node[]): readonly Json[] {
  const bounds = nodes.filter(
    (node): node is Compare => node.kind === 'compare' && ['$gte', '$lte', '$between'].includes(node.op),
  );
  const range = bounds.length > 1 ? rangeOf(bounds) : undefined;
  const rest = range ? nodes.filter(node => !bounds.some(bound => bound === node)) : nodes;
  const sets = rest.flatMap(node => (node.kind === 'set' ? node.values : []));
  const members = rest.flatMap(node => (node.kind === 'contains' ? membersOf(node.source) : []));
  return [
    ...(range ? [range] : []),
    ...rest.filter(({ kind }) => kind !== 'set' && kind !== 'contains').map(node => node.source),
    ...(rest.some(({ kind }) => kind === 'set') ? [{ $set: distinct(sets) }] : []),
    ...(rest.some(({ kind }) => kind === 'contains') ? [{ $contains: distinct(members) }] : []),
  ];
}

function membersOf(source: Json): readonly Json[] {
  const members = property(source, '$contains');
  return isArray(members) ? members : [];
}

function distinct(values: readonly Json[]): readonly Json[] {
  return [...new Map(values.map(value => [canonical(value), value])).values()];
}

interface Bound {
  readonly operand: Operand;
  readonly source: Json;
}

/** Undefined where the bounds are not of one kind, or one side has none. */
function rangeOf(bounds: readonly Compare[]): Json | undefined {
  let [low, high]: (Bound | undefined)[] = [];
  for (const { op, operand, second, source } of bounds) {
    const argument = property(source, op);
    const [first, last] = isArray(argument) ? argument : [argument, argument];
    if (op !== '$lte') {
      const bound = { operand, source: first ?? null };
      const above = low && between(low.operand, operand);
      if (low && above === undefined) return undefined;
      if (!low || (above ?? 0) > 0) low = bound;
    }
    if (op !== '$gte') {
      const bound = { operand: second ?? operand, source: last ?? null };
      const above = high && between(high.operand, bound.operand);
      if (high && above === undefined) return undefined;
      if (!high || (above ?? 0) < 0) high = bound;
    }
  }
  if (!low || !high || !((between(low.operand, high.operand) ?? -1) >= 0)) return undefined;
  return { $between: [low.source, high.source] };
}
