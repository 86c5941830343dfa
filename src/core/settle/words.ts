/** Words that several of the sentences about a leaf have in common. */
import type { Json } from '../json.ts';

export function seconds(ms: number): string {
  return ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000} min` : `${Math.round(ms / 1_000)} s`;
}

export function valueText(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
