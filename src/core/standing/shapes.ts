/** What single wishes say of a value: which values it can be, which types it can have, what it must not be. */
import type { Node } from '../expected/node.ts';
import { isArray, isObject, type Json, property } from '../json.ts';
import { equalTo } from './claim.ts';
import { reach } from './reach.ts';

/** The shortest list of values of which one must be it; undefined where no wish names its values. */
export function fewest(here: readonly Node[]): readonly (Json | undefined)[] | undefined {
  let best: readonly (Json | undefined)[] | undefined;
  for (const node of here) {
    const values = valuesOf(node);
    if (values && (!best || values.length < best.length)) best = values;
  }
  return best;
}

/** A range with more members is asked by its bounds. */
const MEMBERS = 256;

function valuesOf(node: Node): readonly (Json | undefined)[] | undefined {
  if (node.kind === 'literal') return [node.source];
  if (node.kind === 'list') return node.items.length === 0 ? [[]] : undefined;
  if (node.kind === 'choice' && node.op !== '$noneOf') {
    const each = node.alternatives.map(valuesOf);
    return each.every(values => values !== undefined) ? each.flat() : undefined;
  }
  if (node.kind !== 'test') return undefined;
  const argument = property(node.source, node.op);
  switch (node.op) {
    case '$absent':
      return [undefined, null];
    case '$null':
      return [null];
    case '$eq':
      return argument === undefined ? undefined : [argument];
    case '$empty':
      return [argument === 'array' ? [] : {}];
    case '$range': {
      const [span] = reach(node, 'number').spans;
      const count = span ? Math.floor((span.hi - span.lo) / span.step) : -1;
      if (!span || count >= MEMBERS) return undefined;
      return Array.from({ length: count + 3 }, (_, i) => span.from + (i - 1) * signed(argument, span.step));
    }
    default:
      return undefined;
  }
}

/** Members are counted from the first, which is the highest where the step goes down. */
function signed(argument: Json | undefined, step: number): number {
  const [first, last, given] = isArray(argument) ? argument : [];
  const down = typeof given === 'number' ? given < 0 : Number(first) > Number(last);
  return down ? -step : step;
}

/** What must not be met, each for itself. */
export function excluded(node: Node): readonly Node[] {
  if (node.kind !== 'choice' || node.op !== '$noneOf') return [];
  return node.alternatives.flatMap(each =>
    each.kind === 'choice' && each.op === '$anyOf' ? each.alternatives : [each],
  );
}

/** What some element has to be. */
export function membersOf(here: readonly Node[]): readonly Node[] {
  return here.flatMap(node => {
    if (node.kind === 'contains') return node.members;
    return node.kind === 'set' ? node.values.map(equalTo) : [];
  });
}

/** Whether a wish leaves room for some array, or some object. */
export function admits(node: Node, type: 'array' | 'object'): boolean {
  switch (node.kind) {
    case 'anything':
    case 'choice':
    case 'all':
      return true;
    case 'literal':
      return false;
    case 'map':
      return type === 'object';
    case 'list':
    case 'keyed':
    case 'contains':
    case 'set':
      return type === 'array';
    case 'wrapped':
      return admits(node.inner, type);
    case 'compare':
      return type === 'object' && node.operand.kind === 'quantity';
    case 'test': {
      const argument = property(node.source, node.op);
      if (['$type', '$empty', '$nonEmpty'].includes(node.op)) return argument === type;
      if (node.op === '$eq') return type === 'array' ? isArray(argument) : isObject(argument);
      return node.op === '$present' || node.op === '$fn';
    }
  }
}

/** Whether it is met by every array, or every object. */
export function covers(node: Node, type: 'array' | 'object'): boolean {
  switch (node.kind) {
    case 'anything':
      return true;
    case 'map':
      return type === 'object' && node.entries.length === 0;
    case 'keyed':
      return type === 'array' && node.items.length === 0 && !node.closed;
    case 'contains':
      return type === 'array' && node.members.length === 0;
    case 'set':
      return type === 'array' && node.values.length === 0;
    case 'wrapped':
      return covers(node.inner, type);
    case 'all':
      return node.members.every(member => covers(member, type));
    case 'choice':
      return node.op === '$anyOf' && node.alternatives.some(each => covers(each, type));
    case 'test':
      return node.op === '$present' || (node.op === '$type' && property(node.source, '$type') === type);
    case 'literal':
    case 'list':
    case 'compare':
      return false;
  }
}

/** Whether only arrays, or only objects, meet it. */
export function isOf(node: Node, type: 'array' | 'object'): boolean {
  const other = type === 'array' ? 'object' : 'array';
  switch (node.kind) {
    case 'map':
    case 'list':
    case 'keyed':
    case 'contains':
    case 'set':
      return admits(node, type) && !admits(node, other);
    case 'test':
      return ['$type', '$empty', '$nonEmpty'].includes(node.op) && property(node.source, node.op) === type;
    case 'wrapped':
      return isOf(node.inner, type);
    case 'anything':
    case 'literal':
    case 'compare':
    case 'choice':
    case 'all':
      return false;
  }
}
