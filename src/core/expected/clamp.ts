/** The nearest value that compares as wanted. */
import type { Instant } from '../ids.ts';
import { isObject, type Json, property } from '../json.ts';
import type { Nearest } from '../nearest.ts';
import type { Compare } from './node.ts';
import { distance, type Quantity, quantityOf } from './operand.ts';
import { fromBase, toBase, type Unit, unitOf } from './units.ts';

/** For an actual that does not compare as wanted. Where there is no number yet, the bound is the modest choice. */
export function nearestCompared(node: Compare, actual: Json | undefined, now: Instant): Nearest {
  const { op, operand, second } = node;
  if (op === '$within' || op === '$outside') return `${op} leaves open which value to take`;
  const away = distance(operand, actual, now);
  if (op === '$between' && typeof away === 'string') {
    return 'any value between the two bounds would do, and there is none that one is nearest to';
  }
  const bound = op === '$between' && second && Number(away) > 0 ? second : operand;
  switch (bound.kind) {
    case 'number': {
      const value = beyond(op, bound.value, typeof actual === 'number' ? actual : undefined);
      return value === undefined ? strict(op) : { value };
    }
    case 'quantity':
      return nearestQuantity(op, bound, actual);
    case 'now':
    case 'today':
      return `the bound of ${op} moves with the clock, so no value stays right`;
    default:
      return op === '$lt' || op === '$gt' ? strict(op) : { value: bound.text };
  }
}

/** The bound itself, or beside a strict one the next whole number; undefined where there is no next. */
function beyond(op: Compare['op'], bound: number, actual: number | undefined): number | undefined {
  if (op !== '$lt' && op !== '$gt') return bound;
  if (!Number.isInteger(actual ?? bound)) return undefined;
  return op === '$lt' ? Math.ceil(bound) - 1 : Math.floor(bound) + 1;
}

function strict(op: Compare['op']): string {
  return `${op} leaves out its bound, and beside it there is always a nearer value`;
}

/** In the form and the unit that the actual has. */
function nearestQuantity(op: Compare['op'], bound: Quantity, actual: Json | undefined): Nearest {
  const have = quantityOf(actual ?? null, bound);
  const known = typeof have === 'string' ? undefined : have;
  const unit: Unit = known?.unit ?? bound.unit;
  const amount = beyond(op, converted(bound, unit), known?.amount);
  if (amount === undefined) return strict(op);
  if (typeof actual === 'number' && known) return { value: amount };
  if (!known || !isObject(actual)) return { value: { amount, units: bound.units } };
  return { value: { ...actual, [property(actual, 'amount') === undefined ? 'value' : 'amount']: amount } };
}

/** Rounded to what a person would write, so that 0.3 Gbps is not 0.30000000000000004. */
function converted(bound: Quantity, unit: Unit): number {
  if (unit === bound.unit || unit === unitOf(bound.units)) return bound.amount;
  return Number(fromBase(toBase(bound.amount, bound.unit), unit).toPrecision(12));
}
