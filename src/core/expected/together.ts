/** `$allOf`: several expectations of one value, put together so that what is left of them still holds all that counts. */
import { isArray, type Json, property, sameJson } from '../json.ts';
import type { All, Anything, Entry, Keyed, List, Node, OpenMap } from './node.ts';
import { twins } from './twins.ts';

/**
 * One node that is met when each of several is. Objects, lists of one length, keyed arrays and what an array must have
 * become one, so that what is left of them is told part by part, and two bounds of one property stand beside each other.
 */
export function together(nodes: readonly Node[]): Node {
  const members: Node[] = [];
  for (const node of nodes.flatMap(each => (each.kind === 'all' ? each.members : [each]))) {
    if (node.kind === 'anything') continue;
    const index = members.findIndex(each => joins(each, node));
    const other = members[index];
    if (other) members[index] = joined(other, node);
    else members.push(node);
  }
  const [only = anything] = members;
  if (members.length < 2) return only;
  return { kind: 'all', source: { $allOf: members.map(each => each.source) }, members } satisfies All;
}

const anything: Anything = { kind: 'anything', source: null };

function joins(a: Node, b: Node): boolean {
  switch (a.kind) {
    case 'map':
    case 'contains':
    case 'set':
      return a.kind === b.kind;
    case 'list':
      return b.kind === 'list' && a.items.length === b.items.length;
    case 'keyed':
      return b.kind === 'keyed' && !a.closed && !b.closed && sameJson(a.by, b.by);
    case 'literal':
      return b.kind === 'literal' && a.source === b.source;
    case 'anything':
    case 'wrapped':
    case 'compare':
    case 'choice':
    case 'all':
    case 'test':
      return false;
  }
}

/** Of two nodes that join. */
function joined(a: Node, b: Node): Node {
  if (a.kind === 'map' && b.kind === 'map') return joinedMaps(a, b);
  if (a.kind === 'list' && b.kind === 'list') return joinedLists(a, b);
  if (a.kind === 'keyed' && b.kind === 'keyed') return joinedKeyed(a, b);
  if (a.kind === 'contains' && b.kind === 'contains') {
    const members = [...a.members, ...b.members];
    return { ...a, source: { $contains: members.map(each => each.source) }, members };
  }
  if (a.kind === 'set' && b.kind === 'set') {
    const values = [...a.values, ...b.values.filter(value => !a.values.some(other => sameJson(value, other)))];
    return { ...a, source: { $set: values }, values };
  }
  return a;
}

function joinedMaps(a: OpenMap, b: OpenMap): OpenMap {
  const byKey = new Map(a.entries.map(({ key, node }) => [key, node]));
  for (const { key, node } of b.entries) {
    const other = byKey.get(key);
    byKey.set(key, other ? together([other, node]) : node);
  }
  const entries: Entry[] = [...byKey].map(([key, node]) => ({ key, node }));
  const source: { [key: string]: Json } = Object.fromEntries(entries.map(({ key, node }) => [key, node.source]));
  return { kind: 'map', source, entries, guarded: a.guarded || b.guarded };
}

function joinedLists(a: List, b: List): List {
  const items = a.items.map((item, i) => together([item, b.items[i] ?? anything]));
  return { kind: 'list', source: items.map(each => each.source), items };
}

/** Items of one key stay two: another element of that key may meet each. */
function joinedKeyed(a: Keyed, b: Keyed): Keyed {
  const items = [...sourcesOf(a), ...sourcesOf(b)];
  const source = a.by ? { $keyed: { by: a.by, items } } : items;
  const both = [...a.items, ...b.items];
  return { ...a, source, items: both, ...twins(both) };
}

function sourcesOf({ source }: Keyed): readonly Json[] {
  const items = isArray(source) ? source : property(property(source, '$keyed'), 'items');
  return isArray(items) ? items : [];
}
