/** What an expression of JSONPath asks, as a tree that was checked, and whether a value is so. Nothing in it runs. */
import type { InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, property } from '../../core/json.ts';
import type { Leaf, Operator } from '../query/comparison.ts';
import { typesOf } from '../shape.ts';

/** One step of the way from a value to what is in it; in arrays a name is looked for in each element. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  /** Counted from the end when negative. */
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'each' }
  /** The elements that are so; `text` is how it was written. */
  | { readonly kind: 'where'; readonly where: Predicate; readonly text: string };

export type Predicate =
  | { readonly kind: 'all'; readonly of: readonly Predicate[] }
  | { readonly kind: 'any'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'exists'; readonly steps: readonly Step[] }
  | {
      readonly kind: 'compare';
      readonly steps: readonly Step[];
      readonly operator: Operator;
      /** What is compared with, as text; undefined for null. */
      readonly text: string | undefined;
      readonly matches: Leaf;
    }
  /** Compares the types of an entity, of which its base types are some. */
  | {
      readonly kind: 'isA';
      readonly type: InstanceType;
      readonly operator: Operator;
      readonly text: string | undefined;
      readonly matches: Leaf;
    };

/** Whether a value is so. Its work is bounded by the size of the value times the number of parts of the predicate. */
export function isSo(value: Json, predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.every(each => isSo(value, each));
    case 'any':
      return predicate.of.some(each => isSo(value, each));
    case 'not':
      return !isSo(value, predicate.of);
    case 'exists':
      return leadsTo(value, predicate.steps, 0, () => true);
    case 'compare':
      return leadsTo(value, predicate.steps, 0, found => anyOf(found, predicate.matches));
    case 'isA':
      return isObject(value) && [...typesOf(predicate.type, value)].some(predicate.matches);
  }
}

/** Whether the steps from `i` on lead to anything that is accepted. */
export function leadsTo(value: Json, steps: readonly Step[], i: number, accept: (found: Json) => boolean): boolean {
  const step = steps[i];
  if (step === undefined) return accept(value);
  if (step.kind === 'name') {
    if (isArray(value)) return value.some(each => leadsTo(each, steps, i, accept));
    const member = property(value, step.name);
    return member !== undefined && leadsTo(member, steps, i + 1, accept);
  }
  const elements = elementsOf(value);
  switch (step.kind) {
    case 'index': {
      const element = elements.at(step.at);
      return element !== undefined && leadsTo(element, steps, i + 1, accept);
    }
    case 'each':
      return elements.some(each => leadsTo(each, steps, i + 1, accept));
    case 'where':
      return elements.some(each => isSo(each, step.where) && leadsTo(each, steps, i + 1, accept));
  }
}

/** A thing that stands alone is an array of one: versions differ in which attributes are arrays. */
export function elementsOf(value: Json): readonly Json[] {
  return isArray(value) ? value : [value];
}

function anyOf(value: Json, matches: Leaf): boolean {
  return isArray(value) ? value.some(each => anyOf(each, matches)) : matches(value);
}

/** The names of the steps up to the first that is none. */
export function namesOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(step => (step.kind === 'name' ? [step.name] : []));
}
