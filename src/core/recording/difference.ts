/** Where a replay first came to something else than the run that was recorded. */
import type { Instant } from '../ids.ts';
import type { Json } from '../json.ts';
import type { TurnLine } from './lines.ts';

export interface Difference {
  /** What differs, e.g. `the change 17`. */
  readonly what: string;
  /** As JSON; absent where there is nothing on that side. */
  readonly recorded?: string;
  readonly replayed?: string;
}

export interface PlacedDifference extends Difference {
  /** The line of the recording. */
  readonly line: number;
  readonly at: Instant;
}

/** What a turn came to, as a recording tells it. */
export type Outcome = Pick<TurnLine, 'waits' | 'calls' | 'rows' | 'threw'>;

/** The first thing in which two turns differ, byte for byte. */
export function differenceOf(recorded: Outcome, replayed: Outcome): Difference | undefined {
  return (
    firstOf(recorded.rows ?? [], replayed.rows ?? [], each => `the change ${each.seq}`) ??
    firstOf(recorded.calls ?? [], replayed.calls ?? [], ([port, method]) => `what ${port} is asked for: ${method}`) ??
    firstOf(recorded.waits ?? [], replayed.waits ?? [], () => 'how long it waits until it looks again, in ms') ??
    pair('what was answered to whoever spoke', recorded.threw, replayed.threw)
  );
}

function firstOf<T>(recorded: readonly T[], replayed: readonly T[], name: (one: T) => string): Difference | undefined {
  for (let i = 0; i < Math.max(recorded.length, replayed.length); i++) {
    const [one, other] = [recorded[i], replayed[i]];
    const named = one ?? other;
    const found = named === undefined ? undefined : pair(name(named), one, other);
    if (found) return found;
  }
  return undefined;
}

function pair(what: string, one: unknown, other: unknown): Difference | undefined {
  const [recorded, replayed] = [textOf(one), textOf(other)];
  if (recorded === replayed) return undefined;
  return {
    what,
    ...(recorded === undefined ? {} : { recorded }),
    ...(replayed === undefined ? {} : { replayed }),
  };
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Two records as lines of what differs alone, path by path: a whole plan side by side tells nobody anything. */
export function placesOf(
  one: Json | undefined,
  other: Json | undefined,
  path = '',
): readonly (readonly [string, Json?, Json?])[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isDeep = (value: Json | undefined): value is Json & object => typeof value === 'object' && value !== null;
  if (!isDeep(one) || !isDeep(other) || Array.isArray(one) !== Array.isArray(other)) {
    return [[path === '' ? '/' : path, ...([one, other] as [Json?, Json?])]];
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const at = (value: object, key: string): Json | undefined => (value as Record<string, Json | undefined>)[key];
  const found = keys.flatMap(key => placesOf(at(one, key), at(other, key), `${path}/${key}`));
  // The same in another order.
  return found.length > 0 ? found : [[path === '' ? '/' : path, one, other]];
}
