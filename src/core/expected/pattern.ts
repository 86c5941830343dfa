/** `$match`: patterns in RE2 syntax, whose time grows with the text and the pattern and with nothing else. */
import { AgentError } from '../errors.ts';
import { isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Test } from './node.ts';
import { type Pattern, patterns } from './patterns.ts';
import { isNil, type Place, type Reader, test, wrong } from './reading.ts';

/** A pattern this long says what it wants in a way nobody can check. */
export const PATTERN_LENGTH = 256;
/** What a pattern comes to once its counted repetitions are written out; a long address of many forms is 500. */
const PATTERN_STEPS = 1000;
/** The same for all patterns of one expectation, which are read in one go. */
const ALL_STEPS = 10_000;
/** Steps of the pattern × characters of the text: at worst 20 ms, so that nobody waits for one comparison. */
const WORK = 250_000;

export function readMatch(argument: Json, source: JsonObject, place: Place, { patterns: read, lenient }: Reader): Test {
  const pattern = isObject(argument) ? property(argument, 'pattern') : argument;
  const flags = property(argument, 'flags') ?? '';
  const known = isObject(argument) ? Object.keys(argument).every(key => key === 'pattern' || key === 'flags') : true;
  if (typeof pattern !== 'string' || typeof flags !== 'string' || !known || !/^i?s?$/.test(flags)) {
    throw wrong('$match takes a pattern, or {"pattern": text, "flags": "", "i", "s" or "is"}', place);
  }
  if ([...pattern].length > PATTERN_LENGTH) {
    throw wrong(`the pattern of $match is longer than ${PATTERN_LENGTH} characters`, place);
  }
  const compiled = compile(pattern, flags, place);
  const { steps } = compiled;
  if (steps > PATTERN_STEPS && !lenient) {
    const why = `its counted repetitions come to ${steps} steps, more than ${PATTERN_STEPS}: ask for fewer or smaller ones`;
    throw wrong(`the pattern of $match is too large: ${why}`, place);
  }
  read.steps += steps;
  if (read.steps > ALL_STEPS && !lenient) {
    throw wrong(`the patterns of the expectation come to more than ${ALL_STEPS} steps together`, place);
  }
  return test('$match', source, actual => {
    if (isNil(actual)) return 'missing';
    if (typeof actual === 'object') return 'type';
    const text = String(actual);
    return text.length * steps <= WORK && compiled.isIn(text) ? undefined : 'pattern';
  });
}

function compile(pattern: string, flags: string, place: Place): Pattern {
  try {
    return patterns.patternOf(pattern, { ignoreCase: flags.includes('i'), dotAll: flags.includes('s') });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const sentence = `the pattern ${JSON.stringify(pattern)} of $match does not read as RE2 syntax: ${why}`;
    throw new AgentError('invalid', sentence, { pointer: place.pointer, cause });
  }
}
