/** Wall clocks: what a clock in a time zone shows at an instant, and at which instant it shows something. */
import type { Instant } from '../ids.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Making one is dear, and an agent has few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What the clocks of a zone show, as if it were UTC. */
export function shownAt(at: Instant, zone: string): number {
  if (zone === 'UTC') return at;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1_000) + 1_000) % 1_000);
}

/**
 * The first instant at which the clocks of a zone show this time or, where they jump over it, a later one; of a time that
 * they show twice the first.
 */
export function instantShowing(shown: number, zone: string): Instant {
  if (zone === 'UTC') return shown;
  // No zone is further from UTC than this, and no jump of a clock longer than a day.
  let [early, late] = [shown - DAY_MS, shown + DAY_MS];
  const offsets = new Set([early, shown, late].map(at => shownAt(at, zone) - at));
  const exact = [...offsets].map(offset => shown - offset).filter(at => shownAt(at, zone) === shown);
  if (exact.length > 0) return Math.min(...exact);
  // The time is jumped over: just before the jump clocks show less, from it on more.
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (shownAt(middle, zone) >= shown) late = middle;
    else early = middle;
  }
  return late;
}
