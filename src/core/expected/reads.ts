/** What of a document an expectation reads, so that a change elsewhere need not be held against it. */
import { isArray, isObject, type Json, property } from '../json.ts';
import { type KeyedArrays, keysOfArray, type Path, segments } from '../path.ts';
import type { Keyed, Node, Test } from './node.ts';

export interface Reads {
  readonly node: Node;
  /** By which key the change list names the elements of an array. */
  readonly keyed: KeyedArrays;
  /** Every change has to be looked at. */
  readonly everything: boolean;
}

export function readsOf(node: Node, keyed: KeyedArrays): Reads {
  return { node, keyed, everything: ordered(node, keyed, '', '') };
}

/** Whether a change at a path of the document, as the change list tells it, is of something that is read. */
export function touches({ node, keyed, everything }: Reads, path: Path): boolean {
  return everything || reaches(node, segments(path), { keyed, depth: 0 });
}

interface Way {
  readonly keyed: KeyedArrays;
  /** How many of the names have been followed. */
  readonly depth: number;
}

function reaches(node: Node, names: readonly string[], way: Way): boolean {
  const name = names[way.depth];
  switch (node.kind) {
    case 'anything':
      return false;
    case 'map':
      if (name === undefined) return true;
      return node.entries.some(({ key, node: inner }) => key === name && reaches(inner, names, deeper(way)));
    case 'wrapped':
      return reaches(node.inner, names, way);
    case 'choice':
      return node.alternatives.some(each => reaches(each, names, way));
    case 'all':
      return node.members.some(each => reaches(each, names, way));
    case 'keyed':
      return name === undefined || reachesItem(node, name, names, way);
    case 'literal':
    case 'list':
    case 'contains':
    case 'set':
    case 'compare':
    case 'test':
      return true;
  }
}

function reachesItem(node: Keyed, name: string, names: readonly string[], way: Way): boolean {
  const candidates = keysOfArray(way.keyed, names[way.depth - 2] ?? '', names[way.depth - 1] ?? '');
  // The change list tells such an array as a whole.
  if (!candidates) return true;
  // An element that comes or goes may be one too many.
  if (node.closed && names.length === way.depth + 1) return true;
  const [only, ...more] = candidates;
  return node.items.some(item => {
    // Where an element may be named by one of several keys, its name does not tell which item it could meet.
    const isNamed =
      more.length === 0 && only?.length === item.by.length && only.every((part, i) => part === item.by[i]);
    return (!isNamed || item.name === name) && reaches(item.node, names, deeper(way));
  });
}

function deeper({ keyed, depth }: Way): Way {
  return { keyed, depth: depth + 1 };
}

/**
 * Whether the order of an array counts that is a set to the change list, which does not tell when only that has moved:
 * then every change has to be looked at.
 */
function ordered(node: Node, keyed: KeyedArrays, parent: string, name: string): boolean {
  switch (node.kind) {
    case 'map':
      return node.entries.some(({ key, node: inner }) => ordered(inner, keyed, name, key));
    case 'wrapped':
      return node.op === '$literal' ? holdsArray(node.source) : ordered(node.inner, keyed, parent, name);
    case 'choice':
      return node.alternatives.some(each => ordered(each, keyed, parent, name));
    case 'all':
      return node.members.some(each => ordered(each, keyed, parent, name));
    case 'keyed':
      return node.items.some(item => ordered(item.node, keyed, name, item.name));
    case 'list':
      return keysOfArray(keyed, parent, name) !== undefined || node.items.some(holdsList);
    case 'contains':
      return node.members.some(holdsList);
    case 'set':
      return node.values.some(isOrHoldsArray);
    case 'test':
      return orderedTest(node);
    case 'anything':
    case 'literal':
    case 'compare':
      return false;
  }
}

function orderedTest({ op, source }: Test): boolean {
  if (op === '$eq') return isOrHoldsArray(property(source, '$eq'));
  return op === '$fn';
}

/** Inside of what is found by its place in an array the keys of the document are not known. */
function holdsList(node: Node): boolean {
  switch (node.kind) {
    case 'list':
      return true;
    case 'map':
      return node.entries.some(each => holdsList(each.node));
    case 'keyed':
      return node.items.some(item => holdsList(item.node));
    case 'wrapped':
      return holdsList(node.inner);
    case 'choice':
      return node.alternatives.some(holdsList);
    case 'all':
    case 'contains':
      return node.members.some(holdsList);
    case 'set':
      return node.values.some(isOrHoldsArray);
    case 'test':
      return orderedTest(node);
    case 'anything':
    case 'literal':
    case 'compare':
      return false;
  }
}

function holdsArray(source: Json): boolean {
  return isObject(source) && Object.values(source).some(isOrHoldsArray);
}

function isOrHoldsArray(value: Json | undefined): boolean {
  return isArray(value) || (value !== undefined && holdsArray(value));
}
