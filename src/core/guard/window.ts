/** Maintenance windows: when something may be written, by the wall clock of a zone. */
import type { Instant } from '../ids.ts';
import { days, type RuleBody } from '../rule.ts';
import { DAY_MS, instantShowing, shownAt } from './zone.ts';

type Window = Pick<RuleBody & { readonly sort: 'window' }, 'days' | 'from' | 'to' | 'zone'>;

export interface Span {
  readonly from: Instant;
  /** The first instant that is no more in it. */
  readonly to: Instant;
}

/** A week and the days beside it: every window opens at least once in it, but one that clocks jump over. */
const DAYS_AHEAD = 15;

/** Whether a window is open, and when it next opens (undefined: never) or closes. */
export function windowAt(
  windows: readonly Window[],
  now: Instant,
): { readonly open: boolean; readonly turns?: Instant } {
  const spans = windows.flatMap(window => spansAround(window, now));
  let end = now;
  // What begins before the one before it has ended goes on with it.
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) if (from <= end && to > end) end = to;
  if (end > now) return { open: true, turns: end };
  const next = Math.min(...spans.filter(({ from }) => from > now).map(({ from }) => from));
  return { open: false, ...(Number.isFinite(next) ? { turns: next } : {}) };
}

function spansAround({ days: on, from, to, zone = 'UTC' }: Window, now: Instant): Span[] {
  const today = Math.floor(shownAt(now, zone) / DAY_MS) * DAY_MS;
  const [begins, ends] = [timeOfDay(from), timeOfDay(to)];
  const spans: Span[] = [];
  for (let i = -1; i <= DAYS_AHEAD; i++) {
    const day = today + i * DAY_MS;
    if (on && !on.includes(dayOf(day))) continue;
    // From a time to the same time is a whole day.
    const last = ends > begins ? day : day + DAY_MS;
    const span = { from: instantShowing(day + begins, zone), to: instantShowing(last + ends, zone) };
    if (span.to > span.from) spans.push(span);
  }
  return spans;
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** The epoch began on a Thursday. */
function dayOf(midnight: number): (typeof days)[number] {
  const index = (Math.floor(midnight / DAY_MS) + 3) % 7;
  return days[(index + 7) % 7] ?? 'mon';
}
