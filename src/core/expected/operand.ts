/** The arguments of comparing operators, and how an actual compares with them. */
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import { isObject, type Json, property } from '../json.ts';
import type { Reason } from './node.ts';
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
import { similarUnits, toBase, type Unit, unitOf } from './units.ts';

export type Operand =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'duration'; readonly duration: Duration; readonly text: string }
  | { readonly kind: 'instant' | 'local' | 'date' | 'time'; readonly ms: number; readonly text: string }
  /** The clock reading, or its day, shifted. */
  | { readonly kind: 'now' | 'today'; readonly shift: Duration }
  | Quantity;

export interface Quantity {
  readonly kind: 'quantity';
  readonly amount: number;
  readonly units: string;
  readonly unit: Unit;
  /** The unit that the specification declares for a bare number here. */
  readonly bare: Unit | undefined;
}

/** Where an operand stands and what is known about that place. */
export interface OperandPlace {
  readonly pointer: string;
  readonly lenient: boolean;
  readonly bare: Unit | undefined;
}

const operandNames = '$duration, $instant, $date, $time, $local, $now, $today or $quantity';

export function readOperand(source: Json, place: OperandPlace): Operand {
  const wrong = (sentence: string): AgentError => new AgentError('invalid', sentence, { pointer: place.pointer });
  if (typeof source === 'number') return { kind: 'number', value: source };
  const [name, ...more] = isObject(source) ? Object.keys(source) : [];
  if (name === undefined || more.length > 0) {
    const meant = typeof source === 'string' ? operandMeant(source) : '';
    throw wrong(`an operand is a number or an object with exactly one of ${operandNames}${meant}`);
  }
  const value = property(source, name);
  const text = typeof value === 'string' ? value : undefined;
  const parsed = <Value>(parse: (text: string) => Value | undefined, example: string): Value => {
    const found = text === undefined ? undefined : parse(text);
    if (found === undefined) throw wrong(`${name} needs text such as ${example}, not ${JSON.stringify(value)}`);
    return found;
  };
  const duration = (): Duration => {
    const found = parsed(parseExpectedDuration, '"PT1H30M"');
    if (found.months !== 0 && !place.lenient) {
      throw wrong(`${name} has months or years, whose length depends on the day: say it in days, hours or less`);
    }
    return found;
  };
  switch (name) {
    case '$duration':
      return { kind: 'duration', duration: duration(), text: text ?? '' };
    case '$now':
      return { kind: 'now', shift: duration() };
    case '$today':
      return { kind: 'today', shift: duration() };
    case '$instant':
      return { kind: 'instant', ms: parsed(parseInstant, '"2026-01-15T12:34:56Z"'), text: text ?? '' };
    case '$local':
      return { kind: 'local', ms: parsed(parseLocal, '"2026-01-15T12:34:56"'), text: text ?? '' };
    case '$date':
      return { kind: 'date', ms: parsed(parseDate, '"2026-01-15"'), text: text ?? '' };
    case '$time':
      return { kind: 'time', ms: parsed(parseTime, '"12:34:56"'), text: text ?? '' };
    case '$quantity': {
      const [amount, units] = [property(value, 'amount'), property(value, 'units')];
      if (typeof amount !== 'number' || typeof units !== 'string' || Object.keys(value as object).length !== 2) {
        throw wrong('$quantity needs {"amount": number, "units": text} and nothing else');
      }
      const unit = units === units.trim() ? unitOf(units) : undefined;
      if (!unit) throw wrong(`the unit ${JSON.stringify(units)} is not known${similar(units)}`);
      return { kind: 'quantity', amount, units, unit, bare: place.bare };
    }
    default:
      throw wrong(`${name} is not an operand: use a number or one of ${operandNames}`);
  }
}

function similar(units: string): string {
  const found = similarUnits(units);
  return found.length === 0 ? '' : `; did you mean ${found.join(' or ')}?`;
}

/** Text is not compared as text; what is written like a time was probably meant as one. */
function operandMeant(text: string): string {
  const kinds = {
    $instant: parseInstant,
    $local: parseLocal,
    $date: parseDate,
    $time: parseTime,
    $duration: parseDuration,
  };
  const found = Object.entries(kinds).find(([, parse]) => parse(text) !== undefined);
  if (found) return `: say ${JSON.stringify({ [found[0]]: text })}`;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? `: say ${Number(text)}` : ', not text';
}

/** Our own durations have one sign, in front; what an element says may have one for each part. */
function parseExpectedDuration(text: string): Duration | undefined {
  return /^-?P[^-+]*$/.test(text) ? parseDuration(text) : undefined;
}

/** What an actual is read as to compare with an operand: two operands agree when they share one. */
const readAs: Record<Operand['kind'], readonly string[]> = {
  number: ['number'],
  duration: ['duration'],
  instant: ['instant'],
  local: ['local'],
  date: ['date'],
  time: ['time'],
  now: ['instant', 'local', 'time'],
  today: ['date'],
  quantity: ['quantity'],
};

/** Whether one actual can be compared with both. */
export function agree(a: Operand, b: Operand): boolean {
  if (a.kind === 'quantity' && b.kind === 'quantity') return a.unit.dimension === b.unit.dimension;
  return readAs[a.kind].some(form => readAs[b.kind].includes(form));
}

/** How far the second of two operands lies above the first; undefined where that depends on the clock. */
export function between(a: Operand, b: Operand): number | undefined {
  if (a.kind === 'number') return b.kind === 'number' ? b.value - a.value : undefined;
  if (a.kind === 'quantity') {
    return b.kind === 'quantity' ? toBase(b.amount, b.unit) - toBase(a.amount, a.unit) : undefined;
  }
  if (a.kind === 'duration') return b.kind === 'duration' ? spanned(a.duration, b.duration) : undefined;
  if (a.kind === 'now' || a.kind === 'today') return b.kind === a.kind ? spanned(a.shift, b.shift) : undefined;
  return 'ms' in b && b.kind === a.kind ? b.ms - a.ms : undefined;
}

function spanned(a: Duration, b: Duration): number | undefined {
  return a.months === 0 && b.months === 0 ? b.ms - a.ms : undefined;
}

/** Whether `tolerance` measures distances from `of`. */
export function measures(tolerance: Operand, of: Operand): boolean {
  if (of.kind === 'number' || of.kind === 'quantity') return tolerance.kind === of.kind && agree(tolerance, of);
  return tolerance.kind === 'duration';
}

/** Converted amounts that differ by less than this share are the same. */
const QUANTITY_TOLERANCE = 1e-9;

/** How far the actual lies above the operand, in the operand's base unit; or why it cannot be compared. */
export function distance(operand: Operand, actual: Json | undefined, now: Instant): number | Reason {
  if (actual === undefined || actual === null) return 'missing';
  if (operand.kind === 'number') return typeof actual === 'number' ? actual - operand.value : 'type';
  if (operand.kind === 'quantity') {
    const amount = quantityOf(actual, operand);
    if (typeof amount === 'string') return amount;
    const base = toBase(amount.amount, amount.unit);
    const wanted = toBase(operand.amount, operand.unit);
    const difference = base - wanted;
    const same = Math.abs(difference) <= QUANTITY_TOLERANCE * Math.max(Math.abs(base), Math.abs(wanted));
    return same ? 0 : difference;
  }
  if (typeof actual !== 'string') return 'type';
  switch (operand.kind) {
    case 'duration': {
      const found = parseDuration(actual);
      return found ? durationMs(found, operand.duration, now) : 'format';
    }
    case 'instant':
      return minus(parseInstant(actual), operand.ms);
    case 'local':
      return minus(parseLocal(actual), operand.ms);
    case 'date':
      return minus(parseDate(actual), operand.ms);
    case 'time':
      return minus(parseTime(actual), operand.ms);
    case 'today':
      return minus(parseDate(actual), startOfDay(addDuration(now, operand.shift)));
    case 'now': {
      const wanted = addDuration(now, operand.shift);
      const time = parseTime(actual);
      return time === undefined
        ? minus(parseInstant(actual) ?? parseLocal(actual), wanted)
        : time - (wanted - startOfDay(wanted));
    }
  }
}

/** The same, but between times of day the shorter way round the clock. */
export function distanceAround(operand: Operand, actual: Json | undefined, now: Instant): number | Reason {
  const found = distance(operand, actual, now);
  if (typeof found === 'string' || typeof actual !== 'string') return found;
  const ofDay = operand.kind === 'time' || (operand.kind === 'now' && parseTime(actual) !== undefined);
  if (!ofDay) return found;
  const away = Math.abs(found) % dayMs;
  return Math.min(away, dayMs - away);
}

/** A tolerance as a distance in the base unit. */
export function extent(tolerance: Operand, now: Instant): number {
  switch (tolerance.kind) {
    case 'number':
      return tolerance.value;
    case 'quantity':
      return tolerance.amount * tolerance.unit.scale;
    case 'duration':
      return addDuration(now, tolerance.duration) - now;
    default:
      return 0;
  }
}

/** The amount of an actual with its unit, in the forms TMF knows. */
export function quantityOf(actual: Json, operand: Quantity): { amount: number; unit: Unit } | Reason {
  if (typeof actual === 'number') return operand.bare ? within(operand, actual, operand.bare) : 'unit';
  const amount = property(actual, 'amount') ?? property(actual, 'value');
  const units = property(actual, 'units') ?? property(actual, 'unitOfMeasure');
  if (typeof amount !== 'number') return 'type';
  return typeof units === 'string' ? within(operand, amount, unitOf(units)) : 'unit';
}

function within(operand: Quantity, amount: number, unit: Unit | undefined): { amount: number; unit: Unit } | Reason {
  return unit && unit.dimension === operand.unit.dimension ? { amount, unit } : 'unit';
}

/** Exact where both have only weeks and less; with months or years both are counted from now. */
function durationMs(actual: Duration, wanted: Duration, now: Instant): number {
  if (actual.months === 0 && wanted.months === 0) return actual.ms - wanted.ms;
  return addDuration(now, actual) - addDuration(now, wanted);
}

function minus(found: number | undefined, wanted: number): number | Reason {
  return found === undefined ? 'format' : found - wanted;
}

function startOfDay(instant: number): number {
  return Math.floor(instant / dayMs) * dayMs;
}
