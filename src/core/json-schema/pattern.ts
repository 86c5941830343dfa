/** Patterns of a schema, run by an engine that takes linear time whatever they and the text are. */
import { RE2JS } from 're2js';
import type { JsonObject } from '../json.ts';

/** Longer than any pattern a person reads. */
const PATTERN_LENGTH = 1_000;

/** Undefined when it is RE2 syntax, else why it is not. */
export function faultOfPattern(pattern: string): string | undefined {
  if (pattern.length > PATTERN_LENGTH) return `is longer than ${PATTERN_LENGTH} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `does not read as RE2 syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Compiled when first used, by the schema or map they stand in; they go when their profile does. */
const compiled = new WeakMap<JsonObject, Map<string, RE2JS>>();

/** Whether the pattern is found anywhere in the text. The schema is one in which no fault was found. */
export function isFound(pattern: string, text: string, standsIn: JsonObject): boolean {
  const known = compiled.get(standsIn) ?? new Map<string, RE2JS>();
  const found = known.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(standsIn, known.set(pattern, found));
  return found.test(text);
}
