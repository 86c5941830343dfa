/** What of a document an expectation reads, so that a change elsewhere need not be held against it. */
import { isArray, isObject, type Json, property } from '../json.ts';
import { type KeyedArrays, keysOfArray, type Path, segments } from '../path.ts';
import type { Keyed, Node, Test } from './node.ts';

/** One place in documents and what is read below it. A change at the place itself, or above it, is always read. */
export interface Reads {
  /** Everything below is read. */
  readonly whole: boolean;
  readonly inside: ReadonlyMap<string, Reads>;
  /** What is read of each element of an array, whatever its name. */
  readonly each: Reads | undefined;
}

/** Whether a change at a path of the document, as the change list tells it, is of something that is read. */
export function touches(reads: Reads, path: Path): boolean {
  let here: readonly Reads[] = [reads];
  for (const name of segments(path)) {
    if (here.some(({ whole }) => whole)) return true;
    here = here.flatMap(({ inside, each }) => [inside.get(name), each].filter(next => next !== undefined));
    if (here.length === 0) return false;
  }
  return true;
}

/** `keyed` says by which key the change list names the elements of an array. */
export function readsOf(node: Node, keyed: KeyedArrays): Reads {
  const root = nothing();
  if (ordered(node, keyed, '', '')) root.whole = true;
  else note(node, root, keyed, '', '');
  return root;
}

interface Noting extends Reads {
  whole: boolean;
  readonly inside: Map<string, Noting>;
  each: Noting | undefined;
}

function nothing(): Noting {
  return { whole: false, inside: new Map(), each: undefined };
}

function within(place: Noting, name: string): Noting {
  const known = place.inside.get(name);
  if (known) return known;
  const made = nothing();
  place.inside.set(name, made);
  return made;
}

function note(node: Node, place: Noting, keyed: KeyedArrays, parent: string, name: string): void {
  switch (node.kind) {
    case 'anything':
      return;
    case 'map':
      for (const { key, node: inner } of node.entries) note(inner, within(place, key), keyed, name, key);
      return;
    case 'wrapped':
      note(node.inner, place, keyed, parent, name);
      return;
    case 'choice':
      for (const each of node.alternatives) note(each, place, keyed, parent, name);
      return;
    case 'all':
      for (const each of node.members) note(each, place, keyed, parent, name);
      return;
    case 'keyed':
      noteKeyed(node, place, keyed, keysOfArray(keyed, parent, name), name);
      return;
    case 'literal':
    case 'list':
    case 'contains':
    case 'set':
    case 'compare':
    case 'test':
      place.whole = true;
  }
}

function noteKeyed(node: Keyed, place: Noting, keyed: KeyedArrays, candidates: Candidates, name: string): void {
  // The change list tells such an array as a whole.
  if (!candidates) {
    place.whole = true;
    return;
  }
  for (const item of node.items) {
    const [only, ...more] = candidates;
    // Where an element may be named by one of several keys, its name does not tell which item it could meet.
    const isNamed = more.length === 0 && only?.join() === item.by.join();
    if (!isNamed) place.each ??= nothing();
    note(item.node, isNamed || !place.each ? within(place, item.name) : place.each, keyed, name, item.name);
  }
  // An element that comes or goes may be one too many.
  if (node.closed) place.each ??= nothing();
}

type Candidates = readonly (readonly string[])[] | undefined;

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
