/** Whether the value of a characteristic fits what its kind declares, and what to say when it does not. */
import { AgentError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { type Misfit, misfitsOf } from '../json-schema/misfits.ts';
import type { KindCharacteristic } from '../kind.ts';
import { at, noKeyedArrays, type Path } from '../path.ts';
import { shown } from './words.ts';

/** The primitive types of Diffo as schemas, for those who declare a characteristic by one of their names. */
export const primitiveSchemas = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  float: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  datetime: { type: 'string', format: 'date-time' },
  duration: { type: 'string', format: 'duration' },
} as const satisfies Readonly<Record<string, JsonObject>>;
export type Primitive = keyof typeof primitiveSchemas;

/** So many misfits are told; whoever has more has enough to begin with. */
const TOLD = 3;

/**
 * Throws `invalid` with the first few misfits, the pointer that of the first below `pointer`. Nothing and `null` fit
 * everywhere: nothing is said then. Whether one value or a list of them may stand is for the schema to say.
 */
export function checkValue(
  { name, schema, unit }: Pick<KindCharacteristic, 'name' | 'schema' | 'unit'>,
  value: Json | undefined,
  pointer: Path,
): void {
  if (value === undefined || value === null) return;
  const misfits = misfitsOf(schema, value);
  const [first] = misfits;
  if (!first) return;
  const told = misfits.slice(0, TOLD).map(each => sentence(each, value, unit));
  const more = misfits.length - told.length;
  if (more > 0) told.push(`and ${more} more`);
  throw new AgentError('invalid', `the characteristic ${name} takes ${told.join('; ')}`, {
    pointer: `${pointer}${first.pointer}`,
  });
}

function sentence({ pointer, expected }: Misfit, value: Json, unit: string | undefined): string {
  const found = shown(at(value, pointer, noKeyedArrays) ?? null);
  const inUnit = unit !== undefined && /\d/.test(expected) ? `${expected} ${unit}` : expected;
  return pointer === '' ? `${inUnit}, not ${found}` : `at ${pointer} ${inUnit}, not ${found}`;
}
