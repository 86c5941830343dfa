/**
 * Which part of a query an index of the store can answer. What is pushed never loses a match; what it does not answer
 * exactly stays in the rest, which is asked of every candidate. An index holds what is kept: what is derived from
 * others when it is shown is not in it.
 */
import type { InstanceType } from '../../core/instance.ts';
import type { DeclaredPart } from '../../core/model/derived.ts';
import type { Filter } from '../filter/filter.ts';
import { namesOf, type Predicate, type Step } from '../filter/predicate.ts';
import type { Conditions } from '../query.ts';
import { own } from '../shape.ts';
import type { Version } from '../version.ts';
import { type Asked, attributeAt } from './attribute.ts';
import { dateOf, numberOf } from './comparison.ts';
import type { Condition } from './conditions.ts';
import { indexedAt, MAX_INDEXED_LENGTH, rootType, unsaid } from './indexed.ts';

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

/** What is known of the store besides its index. */
export interface IndexedStore {
  /** What the kinds of this type declare to be derived. */
  readonly derived: readonly DeclaredPart[];
  /** Whether nothing in the index meets the condition. */
  readonly isNone: (condition: StoreCondition) => boolean;
}

/** A question with what the index cannot know of its answer. */
interface AskedOfIndex extends Asked, IndexedStore {}

const nothing: Need = { conditions: [], exact: false };
const everything: Need = { conditions: [], exact: true };

/** More conditions than these narrow down little; each is a look into the index for every candidate. */
const MAX_PUSHED = 4;

export function pushdown(conditions: Conditions, type: InstanceType, version: Version, store: IndexedStore): Pushdown {
  const { all, filter } = conditions;
  const asked = { type, version, ...store };
  const pushed: StoreCondition[] = [];
  const left: (readonly Condition[])[] = [];
  for (const group of all) {
    const need = either(group.map(each => ofCondition(each, asked)));
    pushed.push(...need.conditions);
    if (!need.exact) left.push(group);
  }
  const need = filter ? ofFilter(filter, asked) : nothing;
  pushed.push(...need.conditions);
  if (pushed.length > MAX_PUSHED) return { pushed: pushed.slice(0, MAX_PUSHED), residual: conditions };
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
  const { name: attribute, flat, ofKind } = indexed;
  if (attribute === '@type' && text === rootType(asked.type)) return everything;
  if (text === unsaid && (flat || ofKind)) return nothing;
  const { anyOf, exact } = spellings(text, path, asked);
  if (anyOf.some(each => each.length > MAX_INDEXED_LENGTH)) return nothing;
  // Elements of an array may be shown that are not kept, or hidden.
  if (asked.derived.some(({ array }) => array === path[0])) return nothing;
  const mayBeUnsaid = ofKind || (flat && asked.version === 'v4');
  if (!mayBeUnsaid || asked.isNone({ attribute, anyOf: [unsaid] }))
    return { conditions: [{ attribute, anyOf }], exact };
  return { conditions: [{ attribute, anyOf: [...anyOf, unsaid] }], exact: false };
}

/** How what is shown as this text may stand in the index: numbers in their shortest form, words as they are kept. */
function spellings(text: string, path: readonly string[], asked: Asked): { anyOf: readonly string[]; exact: boolean } {
  const { own: ours = {}, words4 = {} } = attributeAt(asked, path) ?? {};
  const spelt = asked.version === 'v4' ? words4 : {};
  const words = new Set([text, ...Object.keys(ours), ...Object.keys(spelt)]);
  if (words.size > 1) {
    const shown = (word: string): string => own(spelt, own(ours, word) ?? word) ?? own(ours, word) ?? word;
    return { anyOf: [...words].filter(word => shown(word) === text), exact: Number.isNaN(numberOf(text)) };
  }
  const number = String(numberOf(text));
  return number === 'NaN' || number === text ? { anyOf: [text], exact: true } : { anyOf: [text, number], exact: false };
}

/** From one of several questions follows what follows from each of them. */
function either(needs: readonly Need[]): Need {
  if (needs.some(({ conditions, exact }) => exact && conditions.length === 0)) return everything;
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
