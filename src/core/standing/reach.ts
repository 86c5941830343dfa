/** Which numbers and which texts a wish allows, as spans on the axes along which they compare. */
import type { Choice, Compare, Node } from '../expected/node.ts';
import type { Operand } from '../expected/operand.ts';
import { dayMs, parseDate, parseDuration, parseInstant, parseLocal, parseTime } from '../expected/time.ts';
import { toBase, unitOf } from '../expected/units.ts';
import { isArray, type Json, property } from '../json.ts';
import { everything, MOST_SPANS, overlap, point, type Span, without } from './spans.ts';

/** Numbers, and texts by what they read as. Every text lies on one axis. */
export const axes = [
  'number',
  'instant',
  'local',
  'date',
  'time',
  'duration',
  'uuid4',
  'ends-with-uuid4',
  'text',
] as const;
export type Axis = (typeof axes)[number];

export interface Reach {
  /** Nothing beyond these meets the wish. */
  readonly spans: readonly Span[];
  /** Everything in them does, whenever it is asked. */
  readonly exact: boolean;
}

const formats: readonly (readonly [string, Axis])[] = [
  ['date', 'date'],
  ['date-time', 'instant'],
  ['local-date-time', 'local'],
  ['time', 'time'],
  ['duration', 'duration'],
  ['uuid4', 'uuid4'],
  ['ends-with-uuid4', 'uuid4'],
  ['ends-with-uuid4', 'ends-with-uuid4'],
];

const nothing: Reach = { spans: [], exact: true };

/** All there is on an axis: a date is a whole day. */
export function whole(axis: Axis): readonly Span[] {
  return [axis === 'date' ? { ...everything, step: dayMs } : everything];
}

export function reach(node: Node, axis: Axis): Reach {
  const all: Reach = { spans: whole(axis), exact: true };
  const some: Reach = { ...all, exact: false };
  switch (node.kind) {
    case 'anything':
      return all;
    case 'literal':
      return reachOfValue(node.source, axis);
    case 'map':
    case 'list':
    case 'keyed':
    case 'contains':
    case 'set':
      return nothing;
    case 'wrapped':
      return reach(node.inner, axis);
    case 'compare':
      return reachOfCompare(node, axis);
    case 'all': {
      const each = node.members.map(member => reach(member, axis));
      const spans = each.reduce((left, member) => overlap(left, member.spans).slice(0, MOST_SPANS + 1), all.spans);
      return spans.length > MOST_SPANS ? some : { spans, exact: each.every(({ exact }) => exact) };
    }
    case 'choice':
      return reachOfChoice(node, axis);
    case 'test': {
      const argument = property(node.source, node.op);
      switch (node.op) {
        case '$present':
          return all;
        case '$absent':
        case '$null':
        case '$empty':
        case '$nonEmpty':
          return nothing;
        case '$type':
          return reachOfType(argument, axis);
        case '$format':
          return formats.some(([name, of]) => name === argument && of === axis) ? all : nothing;
        case '$range':
          return axis === 'number' ? { spans: [members(argument)], exact: true } : nothing;
        case '$eq':
          return reachOfValue(argument, axis);
        default:
          return some;
      }
    }
  }
}

function reachOfChoice(node: Choice, axis: Axis): Reach {
  const each = node.alternatives.map(alternative => reach(alternative, axis));
  const isExact = each.every(({ exact }) => exact);
  if (node.op !== '$noneOf') {
    const spans = each.flatMap(alternative => alternative.spans);
    if (spans.length > MOST_SPANS) return { spans: whole(axis), exact: false };
    return { spans, exact: isExact && (node.op === '$anyOf' || each.length < 2) };
  }
  const out = each.flatMap(({ spans, exact }) => (exact ? spans : []));
  const isWhole = out.length < MOST_SPANS && out.every(({ step }) => step === 0);
  return { spans: without(whole(axis), out), exact: isExact && isWhole };
}

function reachOfValue(value: Json | undefined, axis: Axis): Reach {
  if (typeof value === 'number') return axis === 'number' ? { spans: [point(value)], exact: true } : nothing;
  if (typeof value !== 'string' || axis !== axisOf(value)) return nothing;
  // The same moment can be written otherwise, so one text is less than the point where it lies.
  const at = positionOf(value, axis);
  return { spans: at === undefined ? whole(axis) : [point(at)], exact: false };
}

function reachOfType(type: Json | undefined, axis: Axis): Reach {
  if (type === 'string') return axis === 'number' ? nothing : { spans: whole(axis), exact: true };
  if (axis !== 'number') return nothing;
  if (type === 'integer') return { spans: [{ ...everything, step: 1 }], exact: true };
  return type === 'number' ? { spans: whole(axis), exact: true } : nothing;
}

const uuid4 = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;

function axisOf(text: string): Axis {
  const found = (['instant', 'local', 'date', 'time', 'duration'] as const).find(
    axis => parsers[axis](text) !== undefined,
  );
  if (found) return found;
  const at = text.search(uuid4);
  return at === 0 ? 'uuid4' : at > 0 ? 'ends-with-uuid4' : 'text';
}

const parsers = {
  instant: parseInstant,
  local: parseLocal,
  date: parseDate,
  time: parseTime,
  duration: parseDuration,
};

/** Undefined for a text that does not compare, or compares as the day is. */
function positionOf(text: string, axis: Axis): number | undefined {
  switch (axis) {
    case 'instant':
    case 'local':
    case 'date':
    case 'time':
      return parsers[axis](text);
    case 'duration': {
      const found = parseDuration(text);
      return found?.months === 0 ? found.ms : undefined;
    }
    case 'number':
    case 'uuid4':
    case 'ends-with-uuid4':
    case 'text':
      return undefined;
  }
}

function members(argument: Json | undefined): Span {
  const numbers = isArray(argument) ? argument.filter(each => typeof each === 'number') : [];
  const [first = 0, last = 0, step = first <= last ? 1 : -1] = numbers;
  const [lo, hi] = step > 0 ? [first, last] : [last, first];
  const from = first;
  return { lo, loOpen: false, hi, hiOpen: false, step: Math.abs(step), from };
}

function reachOfCompare(node: Compare, axis: Axis): Reach {
  const { op, operand, second } = node;
  const some: Reach = { spans: whole(axis), exact: false };
  if (!axesOf(operand).includes(axis)) return nothing;
  if (second && op !== '$within' && !axesOf(second).includes(axis)) return nothing;
  if (operand.kind === 'quantity') return some;
  const [at, upper] = [position(operand), second && position(second)];
  if (op === '$within') {
    if (at === undefined || upper === undefined || axis === 'time') return some;
    const span = { ...everything, ...plusMinus(at, upper) };
    return { spans: overlap(whole(axis), [span]), exact: false };
  }
  if (at === undefined || (second && upper === undefined)) return some;
  return { spans: overlap(whole(axis), compared(op, edges(at), edges(upper ?? at))), exact: true };
}

/** On which axes an actual can be compared with an operand. */
function axesOf(operand: Operand): readonly Axis[] {
  switch (operand.kind) {
    case 'number':
    case 'instant':
    case 'local':
    case 'date':
    case 'time':
    case 'duration':
      return [operand.kind];
    case 'now':
      return ['instant', 'local', 'time'];
    case 'today':
      return ['date'];
    case 'quantity':
      return operand.bare ? ['number'] : [];
  }
}

/** Undefined where the clock says where it lies. */
function position(operand: Operand): number | undefined {
  switch (operand.kind) {
    case 'number':
      return operand.value;
    case 'instant':
    case 'local':
    case 'date':
    case 'time':
      return operand.ms;
    case 'duration':
      return operand.duration.months === 0 ? operand.duration.ms : undefined;
    case 'now':
    case 'today':
    case 'quantity':
      return undefined;
  }
}

/** Where a bound begins and ends: what lies between is the same as it. */
interface Edges {
  readonly low: number;
  readonly high: number;
}

const edges = (at: number): Edges => ({ low: at, high: at });

function compared(op: Exclude<Compare['op'], '$within'>, a: Edges, b: Edges): readonly Span[] {
  const from = (lo: number, loOpen: boolean): Span => ({ ...everything, lo, loOpen });
  const upTo = (hi: number, hiOpen: boolean): Span => ({ ...everything, hi, hiOpen });
  switch (op) {
    case '$same':
      return [{ ...from(a.low, false), hi: a.high, hiOpen: false }];
    case '$lt':
      return [upTo(a.low, true)];
    case '$lte':
      return [upTo(a.high, false)];
    case '$gt':
      return [from(a.high, true)];
    case '$gte':
      return [from(a.low, false)];
    case '$between':
      return overlap([from(a.low, false)], [upTo(b.high, false)]);
    case '$outside':
      return [upTo(a.low, true), from(b.high, true)];
  }
}

/** All that can come out as less than the tolerance away: where a sum is rounded, its bounds are taken wider. */
function plusMinus(of: number, tolerance: number): Pick<Span, 'lo' | 'loOpen' | 'hi' | 'hiOpen'> {
  const room = (Math.abs(of) + Math.abs(tolerance)) * 1e-15;
  const [low, high] = [of - tolerance, of + tolerance];
  const isExact = isExactSum(of, tolerance) && isExactSum(of, -tolerance);
  return isExact
    ? { lo: low, loOpen: true, hi: high, hiOpen: true }
    : { lo: low - room, loOpen: false, hi: high + room, hiOpen: false };
}

function isExactSum(a: number, b: number): boolean {
  const sum = a + b;
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded) === 0;
}

/** As in comparing: converted amounts that differ by less than this share are the same. */
const QUANTITY_TOLERANCE = 1e-9;
const QUANTITY_SLACK = 1e-14;

/**
 * Whether one amount can compare as each of these wants and as none of those: of several dimensions none can. Where
 * numbers without unit are read in a unit, the same amounts decide.
 */
export function amountsHold(wanted: readonly Compare[], unwanted: readonly Compare[]): boolean {
  const amounts = wanted.filter(({ operand }) => operand.kind === 'quantity');
  const [first] = amounts;
  if (first?.operand.kind !== 'quantity') return true;
  const { dimension } = first.operand.unit;
  let left: readonly Span[] = [everything];
  for (const { operand, op, second } of amounts) {
    if (operand.kind !== 'quantity' || operand.unit.dimension !== dimension) return false;
    if (op === '$within' || (second && second.kind !== 'quantity')) continue;
    const spans = compared(op, amountEdges(operand), amountEdges(second?.kind === 'quantity' ? second : operand));
    left = overlap(left, spans, QUANTITY_SLACK);
  }
  for (const { operand, op, second } of unwanted) {
    if (operand.kind !== 'quantity' || operand.unit.dimension !== dimension || op === '$within') continue;
    const spans = compared(op, amountEdges(operand), amountEdges(second?.kind === 'quantity' ? second : operand));
    left = without(left, spans, QUANTITY_SLACK);
  }
  return left.length > 0;
}

function amountEdges({ amount, units }: Extract<Operand, { kind: 'quantity' }>): Edges {
  const unit = unitOf(units);
  const base = unit ? toBase(amount, unit) : amount;
  const room = Math.abs(base) * QUANTITY_TOLERANCE;
  return { low: base - room, high: base + room };
}
