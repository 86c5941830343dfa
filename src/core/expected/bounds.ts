/** Reading the operators that compare: one bound, two, a tolerance, or the members of a range. */
import { isArray, type Json, type JsonObject, property } from '../json.ts';
import type { Compare, Comparison, Test } from './node.ts';
import { agree, between, measures, type Operand, readOperand } from './operand.ts';
import { isNil, type Place, type Reader, type ReadOperator, test, wrong } from './reading.ts';
import { unitOf } from './units.ts';

export function comparison(op: Comparison): ReadOperator {
  return (argument, source, place, reader): Compare => {
    const operand = operandAt(argument, place.pointer, place, reader);
    return { kind: 'compare', source, op, operand, second: undefined };
  };
}

export function pair(op: Comparison): ReadOperator {
  return (argument, source, place, reader): Compare => {
    const [low, high, ...more] = isArray(argument) ? argument : [];
    if (low === undefined || high === undefined || more.length > 0) throw wrong(`${op} takes [lowest, highest]`, place);
    const operand = operandAt(low, `${place.pointer}/0`, place, reader);
    const second = operandAt(high, `${place.pointer}/1`, place, reader);
    const at = { pointer: `${place.pointer}/1` };
    if (operand.kind === 'quantity' && second.kind === 'quantity' && !agree(operand, second)) {
      throw wrong(`${operand.units} and ${second.units} do not measure the same, so no value lies between`, at);
    }
    if (!agree(operand, second)) {
      throw wrong(`the two bounds of ${op} are not of one kind: ${operand.kind} and ${second.kind}`, place);
    }
    if (!reader.lenient && (between(operand, second) ?? 0) < 0) {
      const around = operand.kind === 'time' ? '; for the time around midnight, say $outside with the two swapped' : '';
      throw wrong(`the lowest bound of ${op} is above the highest: swap them${around}`, place);
    }
    return { kind: 'compare', source, op, operand, second };
  };
}

export function readWithin(argument: Json, source: JsonObject, place: Place, reader: Reader): Compare {
  const [of, tolerance] = [property(argument, 'of'), property(argument, 'tolerance')];
  if (of === undefined || tolerance === undefined || Object.keys(argument as object).length !== 2) {
    throw wrong('$within takes {"of": operand, "tolerance": operand} and nothing else', place);
  }
  const operand = operandAt(of, `${place.pointer}/of`, place, reader);
  const second = operandAt(tolerance, `${place.pointer}/tolerance`, place, reader);
  const at = { pointer: `${place.pointer}/tolerance` };
  if (!measures(second, operand)) {
    const wanted =
      operand.kind === 'number'
        ? 'a number'
        : operand.kind === 'quantity'
          ? `a $quantity in a unit such as ${operand.units}`
          : 'a $duration';
    throw wrong(`the tolerance of $within does not measure distances from its "of": it has to be ${wanted}`, at);
  }
  if (!reader.lenient && !isAbove0(second)) throw wrong('the tolerance of $within has to be above 0', at);
  return { kind: 'compare', source, op: '$within', operand, second };
}

function isAbove0(tolerance: Operand): boolean {
  switch (tolerance.kind) {
    case 'number':
      return tolerance.value > 0;
    case 'quantity':
      return tolerance.amount > 0;
    case 'duration':
      return tolerance.duration.ms > 0;
    case 'instant':
    case 'local':
    case 'date':
    case 'time':
    case 'now':
    case 'today':
      return true;
  }
}

export function readRange(argument: Json, source: JsonObject, place: Place, { lenient }: Reader): Test {
  const numbers = isArray(argument) ? argument : [];
  const [first, last, given] = numbers;
  if (!isInteger(first) || !isInteger(last) || numbers.length > 3 || (given !== undefined && !isInteger(given))) {
    throw wrong('$range takes [first, last] or [first, last, step], all whole numbers', place);
  }
  const step = given ?? (first <= last ? 1 : -1);
  if (step === 0) throw wrong('the step of $range is 0', place);
  if (!lenient && step > 0 !== first <= last && first !== last) {
    throw wrong(`$range has no members: steps of ${step} do not lead from ${first} to ${last}`, place);
  }
  return test('$range', source, actual => {
    if (isNil(actual)) return 'missing';
    if (!isInteger(actual)) return 'type';
    const inside = step > 0 ? actual >= first && actual <= last : actual <= first && actual >= last;
    return inside && (actual - first) % step === 0 ? undefined : 'bound';
  });
}

function isInteger(value: Json | undefined): value is number {
  return Number.isInteger(value);
}

function operandAt(source: Json, pointer: string, place: Place, reader: Reader): Operand {
  const declared = reader.unitOf?.(place.path);
  const bare = declared === undefined ? undefined : unitOf(declared);
  const operand = readOperand(source, { pointer, lenient: reader.lenient, bare });
  if (!reader.lenient && operand.kind === 'quantity' && bare && bare.dimension !== operand.unit.dimension) {
    throw wrong(`what stands at ${place.path} is in ${declared}, which ${operand.units} does not measure`, { pointer });
  }
  return operand;
}
