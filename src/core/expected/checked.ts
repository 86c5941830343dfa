/** Whether what is to be read is JSON within the limits. */
import type { AgentError } from '../errors.ts';
import { isArray, type Json } from '../json.ts';
import { segment } from '../path.ts';
import { wrong } from './reading.ts';

/** Deeper than any TMF document, and shallow enough to walk without looking after the stack. */
const DEPTH = 32;
/** One expectation fits one message to a peer. */
const BYTES = 64 * 1024;
/** What one evaluation may cost. */
const NODES = 2000;

/** What was given as JSON; throws with the place of the first thing that is none or one too many. */
export function checked(source: unknown): Json {
  /** The way to where the walk is; it becomes text only when something is wrong there. */
  const way: (string | number)[] = [];
  let nodes = 0;
  const refusal = (sentence: string): AgentError =>
    wrong(sentence, { pointer: way.map(each => `/${segment(String(each))}`).join('') });
  const check = (value: unknown): void => {
    nodes += 1;
    if (nodes > NODES) throw refusal(`the expectation has more than ${NODES} values`);
    if (way.length >= DEPTH) throw refusal(`the expectation is more than ${DEPTH} levels deep`);
    if (value === null || typeof value === 'boolean') return;
    if (typeof value === 'number' && Number.isFinite(value)) return;
    if (typeof value === 'string') {
      if (!value.isWellFormed()) throw refusal('the text has half of a surrogate pair, which is no character');
    } else if (isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        way.push(i);
        check(value[i]);
        way.pop();
      }
    } else if (isPlain(value)) {
      for (const key of Object.keys(value)) {
        if (!key.isWellFormed()) throw refusal('the name has half of a surrogate pair, which is no character');
        way.push(key);
        check(value[key]);
        way.pop();
      }
    } else {
      throw refusal('an expectation is JSON: null, true, false, a number, text, an array or an object');
    }
  };
  check(source);
  // The same as of the canonical text: that differs in the order of its keys alone.
  const text = JSON.stringify(source);
  if (text.length > BYTES || new TextEncoder().encode(text).length > BYTES) {
    throw wrong(`the expectation is larger than ${BYTES / 1024} KiB`, { pointer: '' });
  }
  return source as Json;
}

/** Whether it is an object as JSON has them, and not a `Date`, a `Map` or the like. */
function isPlain(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === null || kind === Object.prototype;
}
