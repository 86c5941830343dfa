/** Expectations taken apart: what is expected of each single place, and the steps that lead there. */

import type { Choice, Entry, Item, Keyed, Node, OpenMap, Test } from '../expected/node.ts';
import { bareKey } from '../expected/residual.ts';
import { canonical, isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import { type Path, segment } from '../path.ts';

/** One step down into a value. */
export type Step =
  | { readonly kind: 'key'; readonly key: string }
  /** The element with a key; `by` as `$keyed` wrote it, undefined in an array that a profile keys. */
  | { readonly kind: 'item'; readonly item: Item; readonly by: readonly string[] | undefined }
  | { readonly kind: 'index'; readonly index: number; readonly length: number };

/** What is expected at the end of some steps. */
export interface Claim {
  readonly steps: readonly Step[];
  readonly node: Node;
}

/** The parts of a node that stand on the next level, or undefined for one that is a wish of its own place alone. */
export function parts(node: Node): readonly { readonly step: Step | undefined; readonly node: Node }[] | undefined {
  switch (node.kind) {
    case 'map':
      if (node.entries.length === 0) return undefined;
      return node.entries.map(({ key, node: inner }) => ({ step: { kind: 'key', key }, node: inner }));
    case 'list': {
      const { length } = node.items;
      if (length === 0) return undefined;
      return node.items.map((item, index) => ({ step: { kind: 'index', index, length }, node: item }));
    }
    case 'keyed': {
      const isBare = node.items.every(item => item.beyond.entries.length === 0);
      if (isBare && (node.closed || node.items.length === 0)) return undefined;
      const items = node.items.map(item => ({
        step: { kind: 'item', item, by: node.by } as const,
        node: item.beyond.entries.length === 0 ? someObject : item.beyond,
      }));
      return node.closed ? [{ step: undefined, node: bare(node) }, ...items] : items;
    }
    case 'wrapped':
      // What `$literal` holds is read otherwise than what stands beside it, so only a single value leaves it.
      if (node.op === '$map' || node.inner.kind === 'literal') return [{ step: undefined, node: node.inner }];
      return undefined;
    case 'all':
      return node.members.map(member => ({ step: undefined, node: member }));
    case 'anything':
    case 'literal':
    case 'contains':
    case 'set':
    case 'compare':
    case 'choice':
    case 'test':
      return undefined;
  }
}

/** The same all the way down. With `literals`, what `$literal` holds is taken apart too. */
export function claimsOf(node: Node, literals = false, steps: readonly Step[] = []): readonly Claim[] {
  const found = literals && node.kind === 'wrapped' ? [{ step: undefined, node: node.inner }] : parts(node);
  if (!found) return [{ steps, node }];
  return found.flatMap(({ step, node: inner }) => claimsOf(inner, literals, step ? [...steps, step] : steps));
}

/** Tells apart the places one step leads to. */
export function stepName(step: Step): string {
  switch (step.kind) {
    case 'key':
      return `.${step.key}`;
    case 'item':
      return `@${itemName(step.item)}`;
    case 'index':
      return `#${step.index}/${step.length}`;
  }
}

export function itemName(item: Item): string {
  return canonical([item.by, item.parts.map(part => part.value)]);
}

export function pathOf(steps: readonly Step[]): Path {
  return steps.map(step => `/${stepSegment(step)}`).join('');
}

function stepSegment(step: Step): string {
  switch (step.kind) {
    case 'key':
      return segment(step.key);
    case 'item':
      return segment(step.item.name);
    case 'index':
      return String(step.index);
  }
}

/** Whether what leads through both can be one value: an object, an array with keys, or a list of one length. */
export function sameShape(a: Step, b: Step): boolean {
  return a.kind === b.kind && (a.kind !== 'index' || (b.kind === 'index' && a.length === b.length));
}

export const someObject: OpenMap = { kind: 'map', source: {}, entries: [], guarded: false };

/** Met by what is deep-equal. */
export function equalTo(value: Json): Test {
  return {
    kind: 'test',
    op: '$eq',
    source: { $eq: value },
    check: actual => (sameJson(value, actual) ? undefined : 'different'),
  };
}

export function noneOf(alternatives: readonly Node[]): Choice {
  return { kind: 'choice', op: '$noneOf', source: { $noneOf: alternatives.map(each => each.source) }, alternatives };
}

/** That a closed array has these keys and no others. */
function bare(node: Keyed): Keyed {
  const items = node.items.map(item => {
    const source = bareKey(item);
    const only = isObject(source) ? literalMap(source) : someObject;
    return { ...item, node: only, beyond: someObject };
  });
  const source = { $keyed: { by: node.by ?? [], items: items.map(item => item.node.source), closed: true } };
  return { ...node, source, items };
}

function literalMap(source: JsonObject): OpenMap {
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(source)) {
    if (isObject(value)) entries.push({ key, node: literalMap(value) });
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      entries.push({ key, node: { kind: 'literal', source: value } });
    }
  }
  return { kind: 'map', source, entries, guarded: true };
}
