/** Dates as TMF writes them (RFC 3339). */

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The instant a date-time names; undefined for what is none, such as the 30th of February. */
export function instantOf(text: string): number | undefined {
  const parts = dateTime.exec(text);
  if (!parts) return undefined;
  const [, year, month, day] = parts;
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > last) return undefined;
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? undefined : at;
}
