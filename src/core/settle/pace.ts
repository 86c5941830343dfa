/** A number on its way to the one that is wanted: not moved at all for a little, and not too far at once. */
import { isObject, type Json, sameJson } from '../json.ts';
import type { Settling } from './settings.ts';
import { seconds } from './words.ts';

/** What is to stand there after the next step, or why it is left as it is. */
export type Pace = { readonly wanted: Json | undefined } | { readonly on: 'hold'; readonly because: string };

export function paced(actual: Json | undefined, wanted: Json | undefined, settling: Settling): Pace {
  const { band, gain } = settling;
  if (band <= 0 && gain === undefined) return { wanted };
  const knob = knobOf(actual, wanted);
  if (!knob) return { wanted };
  const { from, to, set } = knob;
  const off = Math.abs(to - from);
  if (off <= band) return { on: 'hold', because: `it is off by ${rounded(off)}, within the ${band} that is tolerated` };
  return { wanted: gain === undefined || off <= gain ? wanted : set(rounded(from + Math.sign(to - from) * gain)) };
}

/** In words, that a step was one of several. */
export function steppedWords(from: Json | undefined, to: Json | undefined, { gainWindowMs }: Settling): string {
  const was = from === undefined ? '' : `from ${JSON.stringify(from)} `;
  return `it was moved ${was}to ${JSON.stringify(to)}, as far as it may be at once; it is watched for ${seconds(gainWindowMs)} before the next step`;
}

interface Knob {
  readonly from: number;
  readonly to: number;
  readonly set: (value: number) => Json;
}

/** A number, or the one number in which two objects differ, such as the amount beside its units. */
function knobOf(actual: Json | undefined, wanted: Json | undefined): Knob | undefined {
  if (typeof actual === 'number' && typeof wanted === 'number')
    return { from: actual, to: wanted, set: value => value };
  if (!isObject(actual) || !isObject(wanted)) return undefined;
  const keys = new Set([...Object.keys(actual), ...Object.keys(wanted)]);
  const [key, ...others] = [...keys].filter(each => !sameJson(actual[each], wanted[each]));
  if (key === undefined || others.length > 0) return undefined;
  const [from, to] = [actual[key], wanted[key]];
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  return { from, to, set: value => ({ ...wanted, [key]: value }) };
}

/** Without what binary fractions leave behind. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
