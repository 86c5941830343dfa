/** What to set: the value that meets an expectation and changes the actual as little as possible. */

import { sentence } from './errors.ts';
import { nearestCompared } from './expected/clamp.ts';
import { hasKey, isExtra, met } from './expected/met.ts';
import type { All, Choice, Context, Keyed, List, Node, OpenMap, Test } from './expected/node.ts';
import { put } from './expected/node.ts';
import { type Expected, readExpected } from './expected.ts';
import { isArray, isObject, type Json, property, sameJson } from './json.ts';
import type { Path } from './path.ts';

/** A value (undefined: there should be none), or a sentence on why no single one follows. */
export type Nearest = { readonly value: Json | undefined } | string;

/** `path` says where in the document both stand, so that its keyed arrays are known. */
export function nearest(expected: Json, actual: Json | undefined, context: Context, path: Path = ''): Nearest {
  let read: Expected;
  try {
    read = readExpected(expected, { ...context, lenient: true, at: path });
  } catch (error) {
    return sentence(error);
  }
  const found = towards(read.node, actual, context);
  if (typeof found === 'string' || met(read.node, found.value, context)) return found;
  return 'what follows from one part of the expectation does not meet another';
}

function towards(node: Node, actual: Json | undefined, context: Context): Nearest {
  if (met(node, actual, context)) return { value: actual };
  switch (node.kind) {
    case 'anything':
      return { value: actual };
    case 'literal':
      return { value: node.source };
    case 'map':
      return towardsMap(node, actual, context);
    case 'list':
      return towardsList(node, actual, context);
    case 'keyed':
      return towardsKeyed(node, actual, context);
    case 'all':
      return towardsAll(node, actual, context);
    case 'contains':
      return withMembers(node.members, actual, context);
    case 'set': {
      const array = isArray(actual) ? [...actual] : [];
      for (const value of node.values) if (!array.some(each => sameJson(value, each))) array.push(value);
      return { value: array };
    }
    case 'wrapped':
      return towards(node.inner, actual, context);
    case 'compare':
      return nearestCompared(node, actual, context.now);
    case 'choice':
      return node.op === '$noneOf' ? withoutMembers(node, actual, context) : firstAlternative(node, actual, context);
    case 'test':
      return towardsTest(node, actual);
  }
}

function towardsMap(node: OpenMap, actual: Json | undefined, context: Context): Nearest {
  const value: Record<string, Json> = isObject(actual) ? { ...actual } : {};
  for (const { key, node: inner } of node.entries) {
    const found = towards(inner, property(value, key), context);
    if (typeof found === 'string') return found;
    if (found.value === undefined) delete value[key];
    else put(value, key, found.value);
  }
  return { value };
}

/** Each member moves what the ones before it came to; where that ends nowhere, one alternative may meet them all. */
function towardsAll(node: All, actual: Json | undefined, context: Context): Nearest {
  let value = actual;
  let why = 'what one member of $allOf asks for does not meet another';
  for (let round = 0; round < node.members.length && !met(node, value, context); round++) {
    for (const member of node.members) {
      const found = towards(member, value, context);
      if (typeof found === 'string') why = found;
      else value = found.value;
    }
  }
  if (met(node, value, context)) return { value };
  for (const member of node.members) {
    for (const alternative of member.kind === 'choice' ? member.alternatives : []) {
      const found = towards(alternative, actual, context);
      if (typeof found !== 'string' && met(node, found.value, context)) return found;
    }
  }
  return why;
}

function towardsList(node: List, actual: Json | undefined, context: Context): Nearest {
  const array: Json[] = [];
  for (const [i, item] of node.items.entries()) {
    const found = towards(item, isArray(actual) ? actual[i] : undefined, context);
    if (typeof found === 'string') return found;
    array.push(found.value ?? null);
  }
  return { value: array };
}

function withMembers(members: readonly Node[], actual: Json | undefined, context: Context): Nearest {
  const array = isArray(actual) ? [...actual] : [];
  for (const member of members) {
    if (array.some(each => met(member, each, context))) continue;
    const found = towards(member, undefined, context);
    if (typeof found === 'string') return found;
    array.push(found.value ?? null);
  }
  return { value: array };
}

function towardsKeyed(node: Keyed, actual: Json | undefined, context: Context): Nearest {
  const array = isArray(actual) ? actual.filter(element => !node.closed || !isExtra(node, element)) : [];
  for (const item of node.items) {
    if (array.some(element => met(item.node, element, context))) continue;
    const index = array.findIndex(element => hasKey(item, element));
    const found = towards(item.node, array[index], context);
    if (typeof found === 'string') return found;
    const value = found.value ?? null;
    if (index < 0) array.push(value);
    else array[index] = value;
  }
  return { value: array };
}

function firstAlternative(node: Choice, actual: Json | undefined, context: Context): Nearest {
  for (const alternative of node.alternatives) {
    const found = towards(alternative, actual, context);
    if (typeof found !== 'string' && met(node, found.value, context)) return found;
  }
  return `none of the alternatives of ${node.op} says which value to take`;
}

/** Follows only for an array that must not contain something: without it, it does not. */
function withoutMembers(node: Choice, actual: Json | undefined, context: Context): Nearest {
  const broken = node.alternatives.filter(each => met(each, actual, context));
  const unwanted = broken.flatMap(each => (each.kind === 'contains' ? each.members : []));
  if (!isArray(actual) || broken.some(each => each.kind !== 'contains' || each.members.length === 0)) {
    return '$noneOf says which values are wrong, and leaves open which one is right';
  }
  return { value: actual.filter(element => !unwanted.some(member => met(member, element, context))) };
}

function towardsTest(node: Test, actual: Json | undefined): Nearest {
  const argument = property(node.source, node.op);
  switch (node.op) {
    case '$absent':
      return { value: undefined };
    case '$null':
      return { value: null };
    case '$eq':
      return { value: argument };
    case '$empty':
      return { value: argument === 'array' ? [] : {} };
    case '$range':
      return nearestMember(argument, actual);
    default:
      return `${node.op} says what a value must be like, and leaves open which one it is`;
  }
}

function nearestMember(argument: Json | undefined, actual: Json | undefined): Nearest {
  const numbers = isArray(argument) ? argument.filter(each => typeof each === 'number') : [];
  const [first = 0, last = 0, step = first <= last ? 1 : -1] = numbers;
  if (typeof actual !== 'number') return 'any member of $range would do, and there is no value that one is nearest to';
  const members = Math.floor((last - first) / step);
  if (members < 0) return '$range has no members';
  const index = Math.min(members, Math.max(0, Math.round((actual - first) / step)));
  return { value: first + index * step };
}
