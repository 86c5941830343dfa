/** Whether a value meets a wish whatever the clock says and whatever functions answer. */
import { hasKey, met } from '../expected/met.ts';
import type { Compare, Node } from '../expected/node.ts';
import { distance, type Operand } from '../expected/operand.ts';
import { parseDuration } from '../expected/time.ts';
import { isArray, isObject, type Json, property } from '../json.ts';
import type { Claim, Step } from './claim.ts';

/** `maybe`: it depends on when and where it is asked. */
export type Certainty = 'yes' | 'no' | 'maybe';

const anytime = { now: 0, keyed: {} };

export function certain(node: Node, value: Json | undefined): Certainty {
  if (!isMoving(node)) return met(node, value, anytime) ? 'yes' : 'no';
  switch (node.kind) {
    case 'compare':
      return certainCompare(node, value);
    case 'all':
      return every(node.members.map(member => certain(member, value)));
    case 'wrapped':
      return certain(node.inner, value);
    case 'map':
      if (!isObject(value)) return 'no';
      return every(node.entries.map(({ key, node: inner }) => certain(inner, property(value, key))));
    case 'list':
      if (!isArray(value) || value.length !== node.items.length) return 'no';
      return every(node.items.map((item, i) => certain(item, value[i])));
    case 'contains':
      if (!isArray(value)) return 'no';
      return every(node.members.map(member => some(value.map(each => certain(member, each)))));
    case 'choice':
      return certainChoice(
        node.op,
        node.alternatives.map(each => certain(each, value)),
      );
    case 'keyed':
      return isArray(value) ? 'maybe' : 'no';
    case 'test':
    case 'anything':
    case 'literal':
    case 'set':
      return 'maybe';
  }
}

/** The same for a wish of a place further down; an item of a keyed array may be any element that has its key. */
export function certainAt({ steps, node }: Claim, value: Json | undefined): Certainty {
  const [step, ...more] = steps;
  if (!step) return certain(node, value);
  return some(below(step, value).map(each => certainAt({ steps: more, node }, each)));
}

function below(step: Step, value: Json | undefined): readonly (Json | undefined)[] {
  switch (step.kind) {
    case 'key':
      return isObject(value) ? [property(value, step.key)] : [];
    case 'item':
      return isArray(value) ? value.filter(element => isObject(element) && hasKey(step.item, element)) : [];
    case 'index':
      return isArray(value) && value.length === step.length ? [value[step.index]] : [];
  }
}

function every(all: readonly Certainty[]): Certainty {
  if (all.includes('no')) return 'no';
  return all.includes('maybe') ? 'maybe' : 'yes';
}

function some(all: readonly Certainty[]): Certainty {
  if (all.includes('yes')) return 'yes';
  return all.includes('maybe') ? 'maybe' : 'no';
}

function certainChoice(op: '$anyOf' | '$oneOf' | '$noneOf', all: readonly Certainty[]): Certainty {
  const found = some(all);
  if (op === '$anyOf') return found;
  if (op === '$noneOf') return found === 'yes' ? 'no' : found === 'no' ? 'yes' : 'maybe';
  const least = all.filter(each => each === 'yes').length;
  if (least > 1 || found === 'no') return 'no';
  return all.includes('maybe') ? 'maybe' : 'yes';
}

function certainCompare(node: Compare, value: Json | undefined): Certainty {
  const away = distance(node.operand, value, 0);
  const above = node.second && node.op !== '$within' ? distance(node.second, value, 0) : 0;
  if (typeof away === 'string' || typeof above === 'string') return 'no';
  if (isClock(node.operand) || (node.second && isClock(node.second))) return 'maybe';
  // An actual duration with months is as long as the day it is asked makes it.
  if (typeof value === 'string' && (parseDuration(value)?.months ?? 0) !== 0) return 'maybe';
  return met(node, value, anytime) ? 'yes' : 'no';
}

const moving = new WeakMap<Node, boolean>();

/** Whether the clock, or a function that others may replace, has a say. */
export function isMoving(node: Node): boolean {
  const known = moving.get(node);
  if (known !== undefined) return known;
  const found = inner(node).some(isMoving) || (node.kind === 'test' ? node.op === '$fn' : movesItself(node));
  moving.set(node, found);
  return found;
}

function movesItself(node: Node): boolean {
  if (node.kind !== 'compare') return false;
  return [node.operand, node.second].some(each => each !== undefined && (isClock(each) || each.kind === 'duration'));
}

function isClock(operand: Operand): boolean {
  if (operand.kind === 'duration') return operand.duration.months !== 0;
  return operand.kind === 'now' || operand.kind === 'today';
}

function inner(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'map':
      return node.entries.map(entry => entry.node);
    case 'list':
      return node.items;
    case 'keyed':
      return node.items.map(item => item.node);
    case 'contains':
    case 'all':
      return node.members;
    case 'choice':
      return node.alternatives;
    case 'wrapped':
      return [node.inner];
    case 'anything':
    case 'literal':
    case 'set':
    case 'compare':
    case 'test':
      return [];
  }
}
