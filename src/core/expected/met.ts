/** Whether an actual meets an expectation: stops at the first thing unmet, and builds nothing. */
import { isArray, isObject, type Json, property, sameJson } from '../json.ts';
import type { Choice, Compare, Context, Item, Keyed, Node, OpenMap, Reason } from './node.ts';
import { distance, distanceAround, extent } from './operand.ts';

export function met(node: Node, actual: Json | undefined, context: Context): boolean {
  switch (node.kind) {
    case 'literal':
      return actual === node.source;
    case 'map':
      return isObject(actual) && mapMet(node, actual, context);
    case 'keyed':
      return isArray(actual) && keyedMet(node, actual, context);
    case 'list':
      if (!isArray(actual) || actual.length !== node.items.length) return false;
      for (let i = 0; i < node.items.length; i++) {
        const item = node.items[i];
        if (item && !met(item, actual[i], context)) return false;
      }
      return true;
    case 'anything':
      return true;
    case 'wrapped':
      return met(node.inner, actual, context);
    case 'compare':
      return compare(node, actual, context) === undefined;
    case 'choice':
      return choose(node.op, node.alternatives.filter(each => met(each, actual, context)).length);
    case 'all':
      return node.members.every(each => met(each, actual, context));
    case 'contains':
      return isArray(actual) && node.members.every(member => actual.some(each => met(member, each, context)));
    case 'set':
      return isArray(actual) && node.values.every(value => actual.some(each => sameJson(value, each)));
    case 'test':
      return node.check(actual, context) === undefined;
  }
}

function mapMet(node: OpenMap, actual: { readonly [key: string]: Json }, context: Context): boolean {
  for (const { key, node: inner } of node.entries) {
    const value = node.guarded ? property(actual, key) : actual[key];
    if (inner.kind === 'literal' ? value !== inner.source : !met(inner, value, context)) return false;
  }
  return true;
}

function keyedMet(node: Keyed, actual: readonly Json[], context: Context): boolean {
  let next = 0;
  for (const item of node.items) {
    const found = elementMeeting(item, actual, next, context);
    if (found < 0) return false;
    next = found + 1;
  }
  return !node.closed || !actual.some(element => isExtra(node, element));
}

/**
 * The index of an element that meets an item, -1 if none does. The search begins where the last one ended, since both
 * arrays mostly have the same order.
 */
export function elementMeeting(item: Item, actual: readonly Json[], next: number, context: Context): number {
  if (next < actual.length && met(item.node, actual[next], context)) return next;
  for (let i = 0; i < actual.length; i++) {
    const index = (next + 1 + i) % actual.length;
    const element = actual[index];
    if (hasKey(item, element) && met(item.node, element, context)) return index;
  }
  return -1;
}

export function hasKey(item: Item, element: Json | undefined): boolean {
  for (const { path, value } of item.parts) {
    let here: Json | undefined = element;
    for (const name of path) here = property(here, name);
    if (here !== value) return false;
  }
  return true;
}

/** Whether no item of a closed array has the element's key. */
export function isExtra(node: Keyed, element: Json): boolean {
  return !node.items.some(item => hasKey(item, element));
}

/** Whether so many alternatives met are what the operator wants. */
export function choose(op: Choice['op'], count: number): boolean {
  switch (op) {
    case '$anyOf':
      return count > 0;
    case '$oneOf':
      return count === 1;
    case '$noneOf':
      return count === 0;
  }
}

/** Why the actual does not compare as wanted; undefined when it does. */
export function compare(node: Compare, actual: Json | undefined, { now }: Context): Reason | undefined {
  const { op, operand, second } = node;
  if (op === '$within') {
    const away = distanceAround(operand, actual, now);
    if (typeof away === 'string') return away;
    return second && Math.abs(away) < extent(second, now) ? undefined : 'bound';
  }
  const away = distance(operand, actual, now);
  if (typeof away === 'string') return away;
  const above = second ? distance(second, actual, now) : 0;
  if (typeof above === 'string') return above;
  return fits(op, away, above) ? undefined : 'bound';
}

function fits(op: Exclude<Compare['op'], '$within'>, low: number, high: number): boolean {
  switch (op) {
    case '$same':
      return low === 0;
    case '$lt':
      return low < 0;
    case '$lte':
      return low <= 0;
    case '$gt':
      return low > 0;
    case '$gte':
      return low >= 0;
    case '$between':
      return low >= 0 && high <= 0;
    case '$outside':
      return low < 0 || high > 0;
  }
}
