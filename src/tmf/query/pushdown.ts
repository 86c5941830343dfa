/**
 * Which part of a query an index of the store can answer. What is pushed never loses a match; what it does not answer
 * exactly stays in the rest, which is asked of every candidate. An index holds what is kept: what is derived from
 * others when it is shown is not in it.
 */
import { characteristicArray, type InstanceType } from '../../core/instance.ts';
import type { DeclaredPart } from '../../core/model/derived.ts';
import type { Filter } from '../filter/filter.ts';
import { namesOf, type Predicate, type Step } from '../filter/predicate.ts';
import type { Conditions } from '../query.ts';
import { own } from '../shape.ts';
import type { Version } from '../version.ts';
import { type Asked, attributeAt } from './attribute.ts';
import { dateOf, numberOf } from './comparison.ts';
import type { Condition } from './conditions.ts';
import { characteristicEntry, characteristicText, indexedAt, MAX_INDEXED_LENGTH, unsaid } from './indexed.ts';

/** The index holds one of these values of the attribute, as `indexEntries` enters them. */
export interface StoreCondition {
  readonly attribute: string;
  readonly anyOf: readonly string[];
}

export interface Pushdown {
  /** All of these must hold. */
  readonly pushed: readonly StoreCondition[];
  /** Nothing is left of it when the index answers everything. */
  readonly residual: Conditions;
}

/** Conditions that follow from a question; `exact` when the question follows from them too. */
interface Need {
  readonly conditions: readonly StoreCondition[];
  readonly exact: boolean;
}

/** A question with what the index cannot know of its answer. */
interface AskedOfIndex extends Asked {
  readonly derived: readonly DeclaredPart[];
}

const nothing: Need = { conditions: [], exact: false };

/** `derived` is what the kinds of this type declare to be derived. */
export function pushdown(
  { all, filter }: Conditions,
  type: InstanceType,
  version: Version,
  derived: readonly DeclaredPart[],
): Pushdown {
  const asked = { type, version, derived };
  const pushed: StoreCondition[] = [];
  const left: (readonly Condition[])[] = [];
  for (const group of all) {
    const need = either(group.map(each => ofCondition(each, asked)));
    pushed.push(...need.conditions);
    if (!need.exact) left.push(group);
  }
  const need = filter ? ofFilter(filter, asked) : nothing;
  pushed.push(...need.conditions);
  return { pushed, residual: { all: left, filter: need.exact ? undefined : filter } };
}

function ofCondition({ path, operator, values }: Condition, asked: AskedOfIndex): Need {
  if (operator !== 'eq') return nothing;
  return either(values.map(text => equal(path, text, asked)));
}

/** The index holds texts; what compares as a date is equal to other texts too. */
function equal(path: readonly string[], text: string, asked: AskedOfIndex): Need {
  const indexed = indexedAt(asked, path);
  if (!indexed || dateOf(text) !== undefined) return nothing;
  const { anyOf, exact } = spellings(text, path, asked);
  if (anyOf.some(each => each.length > MAX_INDEXED_LENGTH)) return nothing;
  if (isDerived(path[0] ?? '', indexed.name === `${path[0]}.name` ? anyOf : undefined, asked)) return nothing;
  return {
    conditions: [{ attribute: indexed.name, anyOf: indexed.ofKind ? [...anyOf, unsaid] : anyOf }],
    exact: exact && indexed.flat === undefined && !indexed.ofKind,
  };
}

/** Whether elements of an array may be shown that are not kept, or hidden; of characteristics, those with these names. */
function isDerived(array: string, names: readonly string[] | undefined, { type, derived }: AskedOfIndex): boolean {
  const ofNames = array === characteristicArray[type] ? names : undefined;
  return derived.some(part => part.array === array && (ofNames === undefined || ofNames.includes(part.name)));
}

/** How what is shown as this text may stand in the index: numbers in their shortest form, v4's words as v5's. */
function spellings(text: string, path: readonly string[], asked: Asked): { anyOf: readonly string[]; exact: boolean } {
  const words4 = asked.version === 'v4' ? attributeAt(asked, path)?.words4 : undefined;
  if (words4) {
    const kept = Object.keys(words4).filter(word => own(words4, word) === text);
    const same = own(words4, text) ?? text;
    return { anyOf: [...new Set([...(same === text ? [text] : []), ...kept])], exact: Number.isNaN(numberOf(text)) };
  }
  const number = String(numberOf(text));
  return number === 'NaN' || number === text ? { anyOf: [text], exact: true } : { anyOf: [text, number], exact: false };
}

/** From one of several questions follows what follows from each of them. */
function either(needs: readonly Need[]): Need {
  const [first, ...others] = needs;
  for (const { attribute } of first?.conditions ?? []) {
    const same = needs.map(need => need.conditions.find(each => each.attribute === attribute));
    if (same.some(each => each === undefined)) continue;
    return {
      conditions: [{ attribute, anyOf: [...new Set(same.flatMap(each => each?.anyOf ?? []))] }],
      exact: needs.every(need => need.exact && need.conditions.length === 1),
    };
  }
  return others.length === 0 ? (first ?? nothing) : nothing;
}

function ofFilter({ steps }: Filter, asked: AskedOfIndex): Need {
  return ofSteps(steps, [], asked);
}

/** What follows from these steps leading anywhere: the conditions on the way. */
function ofSteps(steps: readonly Step[], scope: readonly string[], asked: AskedOfIndex): Need {
  const names = [...scope];
  const conditions: StoreCondition[] = [];
  let exact = steps.at(-1)?.kind === 'where';
  let below = 0;
  for (const step of steps) {
    if (step.kind === 'name') names.push(step.name);
    else if (step.kind === 'index') exact = false;
    else if (step.kind === 'where') {
      const need = ofPredicate(step.where, names, asked);
      conditions.push(...need.conditions);
      exact &&= need.exact;
      if (names.length > 0) below++;
    }
  }
  // Two conditions in different elements are not the same as in elements of one another.
  return { conditions, exact: exact && below <= 1 };
}

function ofPredicate(predicate: Predicate, scope: readonly string[], asked: AskedOfIndex): Need {
  switch (predicate.kind) {
    case 'all': {
      const pair = scope.join('.') === characteristicArray[asked.type] ? ofPair(predicate.of, asked) : undefined;
      if (pair) return pair;
      const needs = predicate.of.map(each => ofPredicate(each, scope, asked));
      return {
        conditions: needs.flatMap(need => need.conditions),
        exact: scope.length === 0 && needs.every(need => need.exact),
      };
    }
    case 'any':
      return either(predicate.of.map(each => ofPredicate(each, scope, asked)));
    case 'not':
      return nothing;
    case 'exists':
      return ofSteps(predicate.steps, scope, asked);
    case 'compare': {
      const { steps, operator, text } = predicate;
      const { conditions } = ofSteps(steps, scope, asked);
      if (operator !== 'eq' || text === undefined) return { conditions, exact: false };
      const value = equal([...scope, ...namesOf(steps)], text, asked);
      const isPlain = steps.every(({ kind }) => kind === 'name' || kind === 'each');
      return { conditions: [...conditions, ...value.conditions], exact: value.exact && isPlain };
    }
    case 'isA': {
      const { operator, text } = predicate;
      return operator === 'eq' && text !== undefined ? equal(['@type'], text, asked) : nothing;
    }
  }
}

/** Name and value of one characteristic, both in one entry of the index. */
function ofPair(of: readonly Predicate[], asked: AskedOfIndex): Need | undefined {
  const [name, ...names] = textsOf(of, 'name');
  const [value, ...values] = textsOf(of, 'value');
  if (name === undefined || value === undefined || dateOf(name) !== undefined || dateOf(value) !== undefined) {
    return undefined;
  }
  if (isDerived(characteristicArray[asked.type], forms(name), asked)) return undefined;
  const anyOf = forms(name).flatMap(each => forms(value).map(one => characteristicText(each, one)));
  if (anyOf.some(each => each.length > MAX_INDEXED_LENGTH)) return undefined;
  return {
    conditions: [{ attribute: characteristicEntry, anyOf }],
    exact: anyOf.length === 1 && of.length === 2 && names.length === 0 && values.length === 0,
  };
}

/** A text, and the number it says as an index would hold it. */
function forms(text: string): readonly string[] {
  const number = String(numberOf(text));
  return number === 'NaN' || number === text ? [text] : [text, number];
}

function textsOf(of: readonly Predicate[], name: string): readonly string[] {
  return of.flatMap(each => {
    if (each.kind !== 'compare' || each.operator !== 'eq' || each.text === undefined) return [];
    const [step, ...more] = each.steps;
    return step?.kind === 'name' && step.name === name && more.length === 0 ? [each.text] : [];
  });
}
