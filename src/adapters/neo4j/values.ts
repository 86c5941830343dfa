/** Values on their way to the database and back: whole numbers are integers there, moments are what they are. */
import { DateTime, isDateTime } from 'neo4j-driver';

/** The driver would send every number as a floating point one. */
export function toDatabase(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toDatabase);
  if ('dateTime' in value && typeof value.dateTime === 'number') return inUtc(value.dateTime);
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) members[name] = toDatabase(member);
  return members;
}

export function fromDatabase(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isDateTime(value)) return { dateTime: value.toStandardDate().getTime() };
  if (Array.isArray(value)) return value.map(fromDatabase);
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) members[name] = fromDatabase(member);
  return members;
}

/** As Diffo keeps moments, whatever the zone of this machine. */
function inUtc(instant: number): DateTime<number> {
  const at = new Date(instant);
  return new DateTime(
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    at.getUTCMilliseconds() * 1_000_000,
    0,
  );
}
