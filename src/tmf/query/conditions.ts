/** Attribute filters: `name=value` with its operators and alternatives, as TMF630 part 1 has them. */
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json, property } from '../../core/json.ts';
import { own } from '../shape.ts';
import { type Asked, attributeAt } from './attribute.ts';
import { comparison, type Leaf, type Operator } from './comparison.ts';

/** One condition: something at the path compares so with one of the values. */
export interface Condition {
  readonly path: readonly string[];
  readonly operator: Operator;
  readonly values: readonly string[];
  readonly matches: Leaf;
}

const suffixes: Readonly<Record<string, Operator>> = {
  eq: 'eq',
  gt: 'gt',
  gte: 'gte',
  lt: 'lt',
  lte: 'lte',
  regex: 'regex',
};
const symbols: Readonly<Record<string, Operator>> = {
  '==': 'eq',
  '>=': 'gte',
  '<=': 'lte',
  '=~': 'regex',
  '*=': 'regex',
  '>': 'gt',
  '<': 'lt',
};

/** Parameters that say what a list shows; an attribute of such a name is asked for as `limit.eq=5`. */
export const reserved: ReadonlySet<string> = new Set([
  'fields',
  'offset',
  'limit',
  'sort',
  'filter',
  'before',
  'after',
  'depth',
  'expand',
]);

export interface Pair {
  readonly name: string;
  readonly value: string;
  /** Where the pair says it with a symbol. */
  readonly operator?: Operator;
}

/** Takes one pair apart and decodes it; `+` is a space. Throws `invalid`. */
export function splitPair(pair: string): Pair {
  const equals = pair.indexOf('=');
  const name = decode(equals < 0 ? pair : pair.slice(0, equals));
  const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
  // The operator may stand in the name, whole (`startDate%3E2026-01-01T00:00:00Z`) or up to the equals sign.
  const [, bare = '', symbol = '', begun = ''] = /^(.*?)(==|>=|<=|=~|\*=|>|<|\*)(.*)$/s.exec(name) ?? [];
  const ends = equals >= 0 && begun === '' && symbol.length === 1;
  const operator = own(symbols, ends ? `${symbol}=` : symbol);
  if (operator) return { name: bare, value: ends || equals < 0 ? begun + value : `${begun}=${value}`, operator };
  return pair.startsWith('==', equals) && equals >= 0
    ? { name, value: decode(pair.slice(equals + 2)), operator: 'eq' }
    : { name, value };
}

/** Decodes what stands in an address. Throws `invalid`. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new AgentError('invalid', `The query is not well percent-encoded at "${text.slice(0, 60)}"`, { cause });
  }
}

/** Reads one pair as a condition. Throws `invalid` or `unsupported`. */
export function readCondition(pair: string, asked: Asked | undefined): Condition {
  const { name, value, operator: written } = splitPair(pair);
  if (name === 'depth' || name === 'expand') {
    throw new AgentError('unsupported', `The parameter ${name} is not served here; leave it out`, { parameter: name });
  }
  if (reserved.has(name)) {
    throw new AgentError(
      'invalid',
      `${name} is no attribute here and stands alone; for one of that name say ${name}.eq`,
    );
  }
  const path = name.split('.');
  const suffix = written === undefined && path.length > 1 ? own(suffixes, path.at(-1) ?? '') : undefined;
  if (suffix) path.pop();
  if (path.some(part => part === '')) throw new AgentError('invalid', `"${name}" is not the name of an attribute`);
  const operator = written ?? suffix ?? 'eq';
  const values = operator === 'regex' ? [value] : splitValues(value);
  const attribute = asked && attributeAt(asked, path);
  const tests = values.map(each => comparison(path.join('.'), operator, each, attribute));
  return { path, operator, values, matches: leaf => tests.some(test => test(leaf)) };
}

/** A comma separates alternatives; a backslash before a comma, or before a backslash, takes its meaning away. */
function splitValues(text: string): string[] {
  if (!/[,\\]/.test(text)) return [text];
  const values = [''];
  for (const [part] of text.matchAll(/\\[,\\]|[^\\]|\\/gs)) {
    if (part === ',') values.push('');
    else values.push((values.pop() ?? '') + (part.length === 2 ? part.slice(1) : part));
  }
  return values;
}

/** Whether something at the path matches; of arrays any element. */
export function anyLeaf(
  value: Json | undefined,
  path: readonly string[],
  depth: number,
  each: Pick<Condition, 'matches'>,
): boolean {
  if (value === undefined) return false;
  if (isArray(value)) return value.some(element => anyLeaf(element, path, depth, each));
  const name = path[depth];
  if (name === undefined) return each.matches(value);
  return anyLeaf(property(value, name), path, depth + 1, each);
}
