/** What is unmet, in the shape it was expected in: again an expectation. */
import { isArray, isObject, type Json, property, sameJson } from '../json.ts';
import { compare, elementMeeting, hasKey, isExtra, met } from './met.ts';
import type { Contains, Context, Item, Keyed, List, Members, Node, OpenMap, Wrapped } from './node.ts';
import { put } from './node.ts';
import { withTwins } from './twins.ts';

/** Undefined when nothing is outstanding. Where a container is missing, what was expected of it comes back raw. */
export function residual(node: Node, actual: Json | undefined, context: Context): Json | undefined {
  switch (node.kind) {
    case 'literal':
      return actual === node.source ? undefined : node.source;
    case 'map':
      return isObject(actual) ? residualOfMap(node, actual, context) : node.source;
    case 'keyed':
      return isArray(actual) ? residualOfKeyed(node, actual, context) : node.source;
    case 'list':
      return isArray(actual) ? residualOfList(node, actual, context) : node.source;
    case 'anything':
      return undefined;
    case 'wrapped':
      return wrap(node, residual(node.inner, actual, context));
    case 'compare':
      return compare(node, actual, context) === undefined ? undefined : named(node, context);
    // Whoever sets the value has to see every bound, so what cannot be taken apart comes back whole.
    case 'all':
    case 'choice':
      return met(node, actual, context) ? undefined : named(node, context);
    case 'contains':
      return residualOfContains(node, actual, context);
    case 'set':
      return residualOfSet(node, actual);
    case 'test':
      return node.check(actual, context) === undefined ? undefined : named(node, context);
  }
}

function residualOfMap(node: OpenMap, actual: { readonly [key: string]: Json }, context: Context): Json | undefined {
  let rest: Record<string, Json> | undefined;
  for (const { key, node: inner } of node.entries) {
    const value = node.guarded ? property(actual, key) : actual[key];
    if (inner.kind === 'literal' && inner.source === value) continue;
    const part = residual(inner, value, context);
    if (part === undefined) continue;
    rest ??= {};
    put(rest, key, part);
  }
  return rest;
}

/** As long as the list was expected, null where an item is met. */
function residualOfList(node: List, actual: readonly Json[], context: Context): Json | undefined {
  const { items } = node;
  let rest: Json[] | undefined = actual.length === items.length ? undefined : items.map(() => null);
  items.forEach((item, i) => {
    const part = residual(item, actual[i], context);
    if (part === undefined) return;
    rest ??= items.map(() => null);
    rest[i] = part;
  });
  return rest;
}

function residualOfKeyed(node: Keyed, actual: readonly Json[], context: Context): Json | undefined {
  let next = 0;
  let unmet = false;
  const parts = node.items.map(item => {
    const found = elementMeeting(item, actual, next, context);
    if (found < 0) {
      unmet = true;
      return residualOfItem(item, actual, context);
    }
    next = found + 1;
    return undefined;
  });
  if (!unmet && !(node.closed && actual.some(element => isExtra(node, element)))) return undefined;
  const left = withTwins(node, parts);
  return asKeyed(
    node,
    node.items.flatMap((item, i) => left[i] ?? (node.closed ? [bareKey(item)] : [])),
  );
}

/**
 * Less than the whole item only against the one element with its key: reduced against one of several, another could
 * satisfy what is left.
 */
function residualOfItem(item: Item, actual: readonly Json[], context: Context): Json {
  const same = actual.filter(element => hasKey(item, element));
  const [only] = same;
  if (only === undefined || same.length > 1) return item.node.source;
  return withKey(item, residual(item.node, only, context));
}

/** The unmet items in the form that their array was written in. */
export function asKeyed(node: Keyed, items: Json[]): Json {
  if (!node.by) return items;
  return { $keyed: { by: node.by, items, ...(node.closed ? { closed: true } : {}) } };
}

/** Only the key: in a closed array a met item has to stay, or its element would be an extra. */
export function bareKey(item: Item): Json {
  const bare: Record<string, Json> = {};
  for (const { path, value } of item.parts) putAt(bare, path, value);
  return bare;
}

/** What is left of an item, with its key put back in front. */
export function withKey(item: Item, rest: Json | undefined): Json {
  return merged(bareKey(item), rest ?? {});
}

function merged(under: Json, over: Json): Json {
  if (!isObject(under) || !isObject(over)) return over;
  const both: Record<string, Json> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = property(both, key);
    put(both, key, below === undefined ? value : merged(below, value));
  }
  return both;
}

function putAt(target: Record<string, Json>, [first = '', ...more]: readonly string[], value: Json): void {
  if (more.length === 0) {
    put(target, first, value);
    return;
  }
  const below = property(target, first);
  const inner: Record<string, Json> = isObject(below) ? { ...below } : {};
  putAt(inner, more, value);
  put(target, first, inner);
}

export function wrap(node: Wrapped, rest: Json | undefined): Json | undefined {
  return rest === undefined ? undefined : { [node.op]: rest };
}

function residualOfContains(node: Contains, actual: Json | undefined, context: Context): Json | undefined {
  if (!isArray(actual)) return named(node, context);
  const unmet = node.members.filter(member => !actual.some(each => met(member, each, context)));
  if (unmet.length === 0) return undefined;
  return context.residual === 'names' ? named(node, context) : { $contains: unmet.map(member => member.source) };
}

function residualOfSet(node: Members, actual: Json | undefined): Json | undefined {
  if (!isArray(actual)) return node.source;
  const missing = node.values.filter(value => !actual.some(each => sameJson(value, each)));
  return missing.length === 0 ? undefined : { $set: missing };
}

/** The operator itself; for a comparison with Diffo, the name of the function that it stands for. */
function named(node: Exclude<Node, { kind: 'anything' | 'literal' }>, context: Context): Json {
  return context.residual === 'names' ? (nameInDiffo(node) ?? node.source) : node.source;
}

const byOperator: Record<string, string> = {
  $anyOf: 'any_of',
  $oneOf: 'one_of',
  $noneOf: 'none_of',
  $contains: 'all_of',
  $between: 'bounded_by',
  $outside: 'unbounded_by',
  $null: 'explicit_nil',
};

const byArgument: Record<string, Record<string, string>> = {
  $type: {
    string: 'any_bitstring',
    number: 'any_number',
    integer: 'any_integer',
    boolean: 'any_boolean',
    object: 'any_map',
    array: 'any_list',
  },
  $format: {
    date: 'any_date',
    'date-time': 'any_date_time',
    'local-date-time': 'any_naive_date_time',
    time: 'any_time',
    duration: 'any_duration',
    uuid4: 'uuid4',
    'ends-with-uuid4': 'trailing_uuid4',
  },
  $empty: { array: 'empty_list', object: 'empty_map' },
  $nonEmpty: { array: 'non_empty_list', object: 'non_empty_map' },
};

/** Undefined for what Diffo writes as a value and not as a function. */
function nameInDiffo(node: Exclude<Node, { kind: 'anything' | 'literal' }>): string | undefined {
  const op = 'op' in node ? node.op : node.kind === 'contains' ? '$contains' : '';
  if (node.kind === 'compare') {
    const { kind } = node.operand;
    const of = kind === 'now' ? 'date_time' : kind === 'today' ? 'date' : undefined;
    if (op === '$lt') return of ? `past_${of}` : 'less_than';
    if (op === '$gt') return of ? `future_${of}` : 'greater_than';
    if (op === '$within' || op === '$same') return of && `current_${of}`;
  }
  if (op === '$fn') return functionName(node);
  const argument = property(node.source, op);
  return byOperator[op] ?? (typeof argument === 'string' ? byArgument[op]?.[argument] : undefined);
}

function functionName(node: { readonly source: Json }): string | undefined {
  const name = property(property(node.source, '$fn'), 'name');
  return typeof name === 'string' ? name.replace(/@\d+$/, '') : undefined;
}
