/** The next instant at which time alone can change whether an expectation is met: computed, so that nobody polls. */
import type { Instant } from '../ids.ts';
import { isArray, type Json, property } from '../json.ts';
import { compare, hasKey } from './met.ts';
import type { Compare, Context, Node } from './node.ts';
import { extent, type Operand } from './operand.ts';
import {
  addDuration,
  type Duration,
  dayMs,
  parseDate,
  parseDuration,
  parseInstant,
  parseLocal,
  parseTime,
} from './time.ts';

/**
 * Undefined when it never does. Until then the answer stays as it is as long as the actual does; then it may be another
 * one, and has to be asked for again. A registered function is taken not to look at the clock.
 */
export function turnsAt(node: Node, actual: Json | undefined, context: Context): Instant | undefined {
  switch (node.kind) {
    case 'compare':
      return turnOf(node, actual, context);
    case 'map':
      return first(node.entries, ({ key, node: inner }) => turnsAt(inner, property(actual, key), context));
    case 'wrapped':
      return turnsAt(node.inner, actual, context);
    case 'choice':
      return first(node.alternatives, each => turnsAt(each, actual, context));
    case 'all':
      return first(node.members, each => turnsAt(each, actual, context));
    case 'list':
      return isArray(actual) ? first(node.items, (each, i) => turnsAt(each, actual[i], context)) : undefined;
    case 'keyed':
      if (!isArray(actual)) return undefined;
      return first(node.items, item =>
        first(
          actual.filter(element => hasKey(item, element)),
          element => turnsAt(item.node, element, context),
        ),
      );
    case 'contains':
      if (!isArray(actual)) return undefined;
      return first(node.members, member => first(actual, element => turnsAt(member, element, context)));
    case 'anything':
    case 'literal':
    case 'set':
    case 'test':
      return undefined;
  }
}

/** Whether `turnsAt` can be anything but undefined, whatever the actual. */
export function readsClock(node: Node): boolean {
  switch (node.kind) {
    case 'compare':
      return isClocked(node.operand) || (node.second !== undefined && isClocked(node.second));
    case 'map':
      return node.entries.some(each => readsClock(each.node));
    case 'wrapped':
      return readsClock(node.inner);
    case 'choice':
      return node.alternatives.some(readsClock);
    case 'list':
      return node.items.some(readsClock);
    case 'keyed':
      return node.items.some(item => readsClock(item.node));
    case 'all':
    case 'contains':
      return node.members.some(readsClock);
    case 'anything':
    case 'literal':
    case 'set':
    case 'test':
      return false;
  }
}

/** The earlier of two instants, either of which may never be. */
export function earlier(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function first<Each>(
  all: readonly Each[],
  turn: (each: Each, index: number) => Instant | undefined,
): Instant | undefined {
  return all.reduce<Instant | undefined>((found, each, i) => earlier(found, turn(each, i)), undefined);
}

/** How long a month is depends on the day: of the days to come so many are looked at, and then it is asked again. */
const DAYS_AHEAD = 400;

/** A duration's length moves with the clock when it, or what it is compared with, has months. */
function isClocked({ kind }: Operand): boolean {
  return kind === 'now' || kind === 'today' || kind === 'duration';
}

function turnOf(node: Compare, actual: Json | undefined, context: Context): Instant | undefined {
  const { now } = context;
  if (typeof actual !== 'string') return undefined;
  const operands = [node.operand, ...(node.second ? [node.second] : [])];
  if (!operands.some(isClocked)) return undefined;
  const met = (at: Instant): boolean => compare(node, actual, { ...context, now: at }) === undefined;
  const before = met(now);
  const turn = (from: Instant, end: Instant): Instant | undefined => {
    const found = crossings(node, actual, from).flatMap(at => [Math.floor(at), Math.floor(at) + 1]);
    return found
      .filter(at => at > now && at >= from && at < end)
      .toSorted((a, b) => a - b)
      .find(at => met(at) !== before);
  };
  if (![...operands.map(durationOf), parseDuration(actual)].some(each => each !== undefined && each.months !== 0)) {
    return turn(now, Number.POSITIVE_INFINITY);
  }
  let from = now;
  for (let days = 0; days < DAYS_AHEAD; days++) {
    if (from > now && met(from) !== before) return from;
    const end = (Math.floor(from / dayMs) + 1) * dayMs;
    const found = turn(from, end);
    if (found !== undefined) return found;
    from = end;
  }
  return from;
}

function durationOf(operand: Operand): Duration | undefined {
  if (operand.kind === 'duration') return operand.duration;
  return operand.kind === 'now' || operand.kind === 'today' ? operand.shift : undefined;
}

/** Where the comparison may turn as time passes from an instant, as long as no month changes its length. */
function crossings({ op, operand, second }: Compare, actual: string, from: Instant): readonly number[] {
  const reach = op === '$within' && second ? extent(second, from) : 0;
  const moving = op === '$within' || !second ? [operand] : [operand, second];
  return moving.flatMap(each => {
    if (each.kind !== 'now' && each.kind !== 'today') return [];
    const wanted = addDuration(from, each.shift);
    return steps(each.kind, actual, wanted, reach).map(step => from + step);
  });
}

/** How far the clock has to go until what is wanted stands where its distance from the actual may begin to count. */
function steps(kind: 'now' | 'today', actual: string, wanted: number, reach: number): readonly number[] {
  if (kind === 'today') {
    const date = parseDate(actual);
    if (date === undefined) return [];
    return [date - reach, date, date + reach].flatMap(at => {
      const day = Math.floor(at / dayMs) * dayMs;
      return [day - wanted, day + dayMs - wanted];
    });
  }
  const time = parseTime(actual);
  if (time !== undefined) {
    // It comes round every day, and starts again at midnight.
    return [time - reach, time, time + reach, 0].map(at => (((at - wanted) % dayMs) + dayMs) % dayMs);
  }
  const instant = parseInstant(actual) ?? parseLocal(actual);
  return instant === undefined ? [] : [instant - reach - wanted, instant - wanted, instant + reach - wanted];
}
