/** `$allOf`: several expectations of one value, put together so that what is left of them still holds all that counts. */
import type { Json } from '../json.ts';
import type { All, Anything, Entry, List, Node, OpenMap } from './node.ts';

/**
 * One node that is met when each of several is. Objects and lists of one length become one, path by path, so that two
 * bounds of one property stand beside each other and neither is met at the price of the other.
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

/** Whether what is left of a member can be less than the member without losing sight of the others. */
export function standsAlone(node: Node): boolean {
  return node.kind === 'map' || node.kind === 'list' || node.kind === 'keyed' || isVerbatimMap(node);
}

const anything: Anything = { kind: 'anything', source: null };

function isVerbatimMap(node: Node): boolean {
  return node.kind === 'wrapped' && node.op === '$map';
}

function joins(a: Node, b: Node): boolean {
  if (a.kind === 'map') return b.kind === 'map';
  if (a.kind === 'list') return b.kind === 'list' && a.items.length === b.items.length;
  return a.kind === 'literal' && b.kind === 'literal' && a.source === b.source;
}

function joined(a: Node, b: Node): Node {
  if (a.kind === 'map' && b.kind === 'map') return joinedMaps(a, b);
  return a.kind === 'list' && b.kind === 'list' ? joinedLists(a, b) : a;
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
