/** ISO 8601 text as numbers: milliseconds since 1970, of a day, or of a duration; undefined for anything else. */

export interface Duration {
  readonly months: number;
  readonly ms: number;
}

export const dayMs = 86_400_000;

const durationPattern =
  /^([-+]?)P(?=[-+\d]|T[-+\d])(?:([-+]?\d+)Y)?(?:([-+]?\d+)M)?(?:([-+]?\d+)W)?(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+(?:\.\d+)?)S)?)?$/;

export function parseDuration(text: string): Duration | undefined {
  const found = durationPattern.exec(text);
  if (!found) return undefined;
  const sign = found[1] === '-' ? -1 : 1;
  const part = (i: number): number => Number(found[i] ?? 0);
  const seconds = part(6) * 3600 + part(7) * 60 + part(8);
  return {
    months: sign * (part(2) * 12 + part(3)),
    ms: sign * (part(4) * 7 * dayMs + part(5) * dayMs + seconds * 1000),
  };
}

/** Months first, the day cut to the month's last, then the rest. */
export function addDuration(instant: number, { months, ms }: Duration): number {
  if (months === 0) return instant + ms;
  const day = Math.floor(instant / dayMs);
  const date = new Date(day * dayMs);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, monthOfYear] = [Math.floor(month / 12), ((month % 12) + 12) % 12];
  const dayOfMonth = Math.min(date.getUTCDate(), daysInMonth(year, monthOfYear + 1));
  return daysSince1970(year, monthOfYear + 1, dayOfMonth) * dayMs + (instant - day * dayMs) + ms;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function daysSince1970(year: number, month: number, day: number): number {
  // The year begins in March, so that the leap day is its last.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const timePattern = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/;
const zonePattern = /(?:[Zz]|([-+])(\d\d):(\d\d))$/;

export function parseDate(text: string): number | undefined {
  const found = datePattern.exec(text);
  if (!found) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysSince1970(year, month, day) * dayMs;
}

/** Milliseconds of the day. */
export function parseTime(text: string): number | undefined {
  const found = timePattern.exec(text);
  if (!found) return undefined;
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (hour > 23 || minute > 59 || second >= 60) return undefined;
  return hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** A date and time without zone, counted as if it were UTC. */
export function parseLocal(text: string): number | undefined {
  if (text[10] !== 'T') return undefined;
  const date = parseDate(text.slice(0, 10));
  const time = parseTime(text.slice(11));
  return date === undefined || time === undefined ? undefined : date + time;
}

/** A date and time with zone. */
export function parseInstant(text: string): number | undefined {
  const zone = zonePattern.exec(text);
  if (!zone) return undefined;
  const local = parseLocal(text.slice(0, zone.index));
  if (local === undefined) return undefined;
  const [hours, minutes] = [Number(zone[2] ?? 0), Number(zone[3] ?? 0)];
  if (hours > 23 || minutes > 59) return undefined;
  return local - (zone[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
