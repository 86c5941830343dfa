/** The leaves of an expectation with a verdict each: what `judge` and `explain` tell. */
import { isArray, isObject, type Json, property } from '../json.ts';
import type { Leaf } from '../outstanding.ts';
import { keyName, type Path, segment } from '../path.ts';
import { choose, compare, elementMeeting, hasKey, isExtra, met } from './met.ts';
import type { Choice, Context, Item, Keyed, List, Node, OpenMap, Reason, Verdict } from './node.ts';
import { put } from './node.ts';
import { asKeyed, bareKey, residual, withKey } from './residual.ts';
import { withTwins } from './twins.ts';

export interface Weighing {
  readonly context: Context;
  /** Grows as leaves are found. */
  readonly leaves: Leaf[];
  /** Whether met leaves are told too. */
  readonly all: boolean;
}

/** The residual of what is unmet; its leaves, and those that are unknown, are added to the weighing. */
export function weigh(node: Node, actual: Json | undefined, path: Path, weighing: Weighing): Json | undefined {
  switch (node.kind) {
    case 'anything':
      return undefined;
    case 'map':
      if (!isObject(actual) || node.entries.length === 0) break;
      return weighMap(node, actual, path, weighing);
    case 'list':
      if (!isArray(actual) || (node.items.length === 0 && actual.length === 0)) break;
      return weighList(node, actual, path, weighing);
    case 'keyed':
      if (!isArray(actual) || (node.items.length === 0 && !node.closed)) break;
      return weighKeyed(node, actual, path, weighing);
    case 'wrapped': {
      // What `$literal` holds cannot be read without it, so it is one leaf.
      if (node.op === '$literal' || node.inner.kind !== 'map' || !isObject(actual)) break;
      if (node.inner.entries.length === 0) break;
      const rest = weighMap(node.inner, actual, path, weighing);
      return rest && { $map: rest };
    }
    case 'all': {
      const parts = node.members.map(each => weigh(each, actual, path, weighing));
      return parts.some(part => part !== undefined) ? node.source : undefined;
    }
    case 'literal':
    case 'compare':
    case 'choice':
    case 'contains':
    case 'set':
    case 'test':
  }
  return weighLeaf(node, actual, path, weighing);
}

/** Whether what is met adds nothing: then most of a document is passed over without a path for each of its leaves. */
function wantsUnmetOnly({ context, all }: Weighing): boolean {
  return !all && !context.known;
}

export function verdictOf(leaves: readonly Leaf[]): Verdict {
  if (leaves.some(leaf => leaf.verdict === 'unmet')) return 'unmet';
  return leaves.some(leaf => leaf.verdict === 'unknown') ? 'unknown' : 'met';
}

function weighMap(
  node: OpenMap,
  actual: { readonly [key: string]: Json },
  path: Path,
  weighing: Weighing,
): Record<string, Json> | undefined {
  let rest: Record<string, Json> | undefined;
  const quick = wantsUnmetOnly(weighing);
  for (const { key, node: inner } of node.entries) {
    const value = property(actual, key);
    if (quick && met(inner, value, weighing.context)) continue;
    const part = weigh(inner, value, `${path}/${segment(key)}`, weighing);
    if (part === undefined) continue;
    rest ??= {};
    put(rest, key, part);
  }
  return rest;
}

function weighList(node: List, actual: readonly Json[], path: Path, weighing: Weighing): Json | undefined {
  const parts = node.items.map((item, i) => weigh(item, actual[i], `${path}/${i}`, weighing));
  const whole = node.source;
  const short = actual.length !== whole.length && tell(weighing, { path, whole, actual, reason: 'length' }) === 'unmet';
  return short || parts.some(part => part !== undefined) ? parts.map(part => part ?? null) : undefined;
}

function weighKeyed(node: Keyed, actual: readonly Json[], path: Path, weighing: Weighing): Json | undefined {
  const parts = withTwins(node, weighItems(node, actual, path, weighing));
  let unmet = parts.some(part => part !== undefined);
  for (const [i, element] of actual.entries()) {
    if (!node.closed || !isExtra(node, element)) continue;
    const name = node.by ? keyName(element, node.by) : String(i);
    const extra = {
      path: `${path}/${segment(name)}`,
      whole: { $absent: true },
      actual: element,
      reason: 'extra',
    } as const;
    if (tell(weighing, extra) === 'unmet') unmet = true;
  }
  if (!unmet) return undefined;
  const items = node.items.flatMap((item, i) => parts[i] ?? (node.closed ? [bareKey(item)] : []));
  return asKeyed(node, items);
}

function weighItems(node: Keyed, actual: readonly Json[], path: Path, weighing: Weighing): (Json | undefined)[] {
  const quick = wantsUnmetOnly(weighing);
  let next = 0;
  return node.items.map(item => {
    const found = quick ? elementMeeting(item, actual, next, weighing.context) : -1;
    if (found < 0) return weighItem(item, actual, `${path}/${segment(item.name)}`, weighing);
    next = found + 1;
    return undefined;
  });
}

/** Any element with the item's key may meet it; only against a single one can the item be taken apart. */
function weighItem(item: Item, actual: readonly Json[], path: Path, weighing: Weighing): Json | undefined {
  const whole = item.node.source;
  const same = actual.filter(element => hasKey(item, element));
  const [only] = same;
  if (only === undefined) {
    return tell(weighing, { path, whole, actual: undefined, reason: 'missing' }) === 'unmet' ? whole : undefined;
  }
  const meeting = same.length === 1 ? only : same.find(element => met(item.node, element, weighing.context));
  if (meeting !== undefined) {
    const rest = weigh(item.beyond, meeting, path, weighing);
    return rest && withKey(item, rest);
  }
  const blind = blindness(same.map(element => silently(item.beyond, element, path, weighing)));
  const said = tell(weighing, { path, whole, actual: same, reason: 'different', blind });
  return said === 'unmet' ? whole : undefined;
}

function weighLeaf(node: Node, actual: Json | undefined, path: Path, weighing: Weighing): Json | undefined {
  const rest = residual(node, actual, weighing.context);
  const reason = rest === undefined ? undefined : reasonOf(node, actual, weighing.context);
  const blind = node.kind === 'choice' ? blindChoice(node, actual, path, weighing) : undefined;
  return tell(weighing, { path, whole: node.source, rest, actual, reason, blind }) === 'unmet' ? rest : undefined;
}

interface Told {
  readonly path: Path;
  readonly whole: Json;
  /** What is unmet of the whole, where that is less. */
  readonly rest?: Json | undefined;
  readonly actual: Json | undefined;
  /** Undefined where it is met. */
  readonly reason: Reason | undefined;
  /** Why its parts are not known well enough to tell. */
  readonly blind?: Reason | undefined;
}

function tell({ context, leaves, all }: Weighing, { path, whole, rest, actual, reason, blind }: Told): Verdict {
  const known = context.known?.(path) ?? 'known';
  const unknown = known === 'known' ? blind : known;
  const have = actual === undefined ? {} : { actual };
  if (unknown) {
    leaves.push({ path, expected: whole, ...have, verdict: 'unknown', reason: unknown });
    return 'unknown';
  }
  if (reason) {
    leaves.push({ path, expected: rest ?? whole, ...have, verdict: 'unmet', reason });
    return 'unmet';
  }
  if (all) leaves.push({ path, expected: whole, ...have, verdict: 'met' });
  return 'met';
}

/** The leaves of a part that is not told for itself. */
function silently(node: Node, actual: Json | undefined, path: Path, { context }: Weighing): Leaf[] {
  const leaves: Leaf[] = [];
  weigh(node, actual, path, { context, leaves, all: false });
  return leaves;
}

function blindness(parts: readonly (readonly Leaf[])[]): Reason | undefined {
  const unknown = parts.find(leaves => verdictOf(leaves) === 'unknown');
  return unknown?.find(leaf => leaf.verdict === 'unknown')?.reason;
}

/** A choice is known when it would come out the same whatever its unknown alternatives turn out to be. */
function blindChoice(node: Choice, actual: Json | undefined, path: Path, weighing: Weighing): Reason | undefined {
  if (!weighing.context.known) return undefined;
  const parts = node.alternatives.map(each => silently(each, actual, path, weighing));
  const verdicts = parts.map(verdictOf);
  const least = verdicts.filter(each => each === 'met').length;
  const most = least + verdicts.filter(each => each === 'unknown').length;
  for (let count = least + 1; count <= most; count++) {
    if (choose(node.op, count) !== choose(node.op, least)) return blindness(parts);
  }
  return undefined;
}

/** Why a leaf that is not met is not. */
function reasonOf(node: Node, actual: Json | undefined, context: Context): Reason {
  const missing = actual === undefined || actual === null;
  switch (node.kind) {
    case 'test':
      return node.check(actual, context) ?? 'different';
    case 'compare':
      return compare(node, actual, context) ?? 'different';
    case 'choice':
      return missing && node.op !== '$noneOf' ? 'missing' : 'alternatives';
    case 'wrapped':
      return reasonOf(node.inner, actual, context);
    case 'literal':
      if (missing) return 'missing';
      return typeof actual === typeof node.source ? 'different' : 'type';
    case 'map':
      if (missing) return 'missing';
      return isObject(actual) ? 'different' : 'type';
    case 'list':
    case 'keyed':
      if (missing || !isArray(actual)) return missing ? 'missing' : 'type';
      return node.kind === 'list' && actual.length !== node.items.length ? 'length' : 'different';
    case 'contains':
    case 'set':
      return missing || isArray(actual) ? 'missing' : 'type';
    case 'all':
    case 'anything':
      return 'different';
  }
}
