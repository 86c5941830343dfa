/** Reads answers that may lack what an older or newer agent does not say. */
import { isArray, type Json, property } from '../core/json.ts';

export function part(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let here = value;
  for (const name of names) here = property(here, name);
  return here;
}

export function textAt(value: Json | undefined, ...names: readonly string[]): string | undefined {
  const found = part(value, ...names);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: Json | undefined, ...names: readonly string[]): number | undefined {
  const found = part(value, ...names);
  return typeof found === 'number' ? found : undefined;
}

/** Empty where there is no list. */
export function listAt(value: Json | undefined, ...names: readonly string[]): readonly Json[] {
  const found = part(value, ...names);
  return isArray(found) ? found : [];
}
