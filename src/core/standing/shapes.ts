/** What single wishes say of a value: which values it can be, which types it can have, what it must not be. */
import type { Node } from '../expected/node.ts';
import { canonical, isArray, isObject, type Json, property } from '../json.ts';
import { equalTo } from './claim.ts';
import { reach } from './reach.ts';
import type { Work } from './work.ts';

/** Values of which one must be it, as few as all who name theirs leave; undefined where no wish names its values. */
export function fewest(here: readonly Node[], work: Work): readonly (Json | undefined)[] | undefined {
  const named = here.flatMap(node => {
    const values = valuesOf(node);
    return values ? [values] : [];
  });
  const [best, ...others] = named.sort((a, b) => a.length - b.length);
  return others.reduce((left, values) => {
    if (!left || left.length === 0) return left;
    work.left -= values.length;
    if (work.left < 0) return left;
    const names = new Set(values.map(nameOf));
    return left.filter(value => names.has(nameOf(value)));
  }, best);
}

function nameOf(value: Json | undefined): string {
  return value === undefined ? '' : canonical(value);
}

/** Alternatives that are single values: met by each of them and by nothing else. */
export function isPlainChoice(node: Node): boolean {
  return node.kind === 'choice' && node.op === '$anyOf' && node.alternatives.every(({ kind }) => kind === 'literal');
}

/** What it takes to hold a value against a wish, counted in its parts. */
export function weightOf(node: Node): number {
  switch (node.kind) {
    case 'choice':
      return node.alternatives.length;
    case 'contains':
    case 'all':
      return node.members.length;
    case 'set':
      return node.values.length;
    case 'keyed':
    case 'list':
      return node.items.length;
    case 'map':
      return node.entries.length;
    case 'wrapped':
      return weightOf(node.inner);
    case 'anything':
    case 'literal':
    case 'compare':
    case 'test':
      return 1;
  }
}

/** What an array has to contain, whatever else is in it. */
export function isOpenArray({ kind }: Node): boolean {
  return kind === 'contains' || kind === 'set';
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
