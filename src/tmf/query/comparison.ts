/** Comparing what an attribute holds with what somebody wrote: in the attribute's type, dates as instants. */
import { RE2JS } from 're2js';
import { AgentError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { instantOf } from '../date.ts';
import type { Attribute } from '../shape.ts';

export type Operator = 'eq' | 'gt' | 'gte' | 'lt' | 'lte' | 'regex';

/** Tells whether one value, which is no array, compares so. */
export type Leaf = (leaf: Json) => boolean;

/** Enough for any name in an inventory; longer patterns cost time to compile. */
const MAX_PATTERN_LENGTH = 256;

/** All counts of a pattern together: each repetition is written out when it is compiled. */
const MAX_REPETITIONS = 100;

const numeral = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;

/** The number a text says; NaN for what is none. */
export function numberOf(text: string): number {
  return numeral.test(text) ? Number(text) : Number.NaN;
}

/** `name` is the attribute as it was written, for the sentence when the text is not of its type. Throws `invalid`. */
export function comparison(name: string, operator: Operator, text: string, attribute: Attribute | undefined): Leaf {
  if (operator === 'regex') return pattern(name, text);
  const instant = dateOf(text);
  if (attribute?.is === 'date' && instant === undefined) {
    throw new AgentError('invalid', `${name} is a date: compare it with one such as 2026-01-31T12:00:00Z`);
  }
  if (attribute?.is === 'flag' && (operator !== 'eq' || !/^(true|false)$/.test(text))) {
    throw new AgentError('invalid', `${name} is true or false: it can only be compared with one of these`);
  }
  const number = numberOf(text);
  if ((attribute?.is === 'integer' || attribute?.is === 'number') && Number.isNaN(number)) {
    throw new AgentError('invalid', `${name} is a number: compare it with one`);
  }
  return leaf => {
    if (typeof leaf === 'boolean') return operator === 'eq' && String(leaf) === text;
    if (typeof leaf === 'number') return holds(operator, leaf - number);
    if (typeof leaf !== 'string') return false;
    if (operator === 'eq' && leaf === text) return true;
    const at = instant === undefined ? undefined : instantOf(leaf);
    if (at !== undefined && instant !== undefined) return holds(operator, at - instant);
    return operator !== 'eq' && holds(operator, leaf < text ? -1 : leaf > text ? 1 : 0);
  };
}

/** In some clients' hands a date comes in quotes, or with its plus sign turned into a space. */
export function dateOf(text: string): number | undefined {
  const bare = /^"(.*)"$/s.exec(text)?.[1] ?? text;
  return instantOf(bare.replace(/ (\d\d:\d\d)$/, '+$1'));
}

function holds(operator: Operator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'gt':
      return difference > 0;
    case 'gte':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'lte':
      return difference <= 0;
    case 'regex':
      return false;
  }
}

/** A pattern in the syntax of RE2, found anywhere in the text; `anyCase` when letters may be large or small. */
export function pattern(name: string, text: string, anyCase = false): Leaf {
  if (text.length > MAX_PATTERN_LENGTH) {
    throw new AgentError('invalid', `The pattern for ${name} is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  const counts = [...text.matchAll(/\{(\d*),?(\d*)\}/g)].map(([, from, to]) => Number(to || from));
  if (counts.reduce((sum, each) => sum + each, 0) > MAX_REPETITIONS) {
    throw new AgentError('invalid', `The pattern for ${name} repeats more than ${MAX_REPETITIONS} times in all`);
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(text, anyCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (cause) {
    throw new AgentError('invalid', `The pattern for ${name} is not in the syntax of RE2: ${text}`, { cause });
  }
  return leaf => (typeof leaf === 'string' || typeof leaf === 'number') && compiled.matcher(String(leaf)).find();
}
