/** Dates and times as RFC 3339 writes them: what every attribute, filter and format that holds one is read with. */

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const MINUTE = 60_000;

/**
 * The instant a date and time names, to the millisecond; undefined for what names none, such as the 30th of February. A
 * leap second is the first instant of the minute after it.
 */
export function instantOf(text: string): number | undefined {
  const parts = dateTime.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction = '', zone = ''] = parts.slice(7);
  const offset = offsetOf(zone);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offset === undefined) return undefined;
  const local = new Date(0).setUTCFullYear(year, month - 1, day);
  const at = local + ((hour * 60 + minute) * 60 + second) * 1_000 - offset * MINUTE;
  if (second === 60) return endsDay(at) ? at : undefined;
  return at + Number(fraction.slice(1, 4).padEnd(3, '0'));
}

/** Leap seconds are put in at the end of a day of UTC alone. */
function endsDay(at: number): boolean {
  return at % (24 * 60 * MINUTE) === 0;
}

function daysIn(year: number, month: number): number {
  return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
}

/** In minutes; undefined for what is no offset. */
function offsetOf(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
