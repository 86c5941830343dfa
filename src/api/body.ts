/** Reads a JSON body: what cannot be read is told with its place, what is built to harm is refused. */
import { AgentError } from '../core/errors.ts';
import { isArray, isObject, type Json } from '../core/json.ts';

/** Deeper than any TMF document; shallow enough for every walk over it. */
const MAX_DEPTH = 64;

export function parseBody(text: string): Json | undefined {
  if (text === '') return undefined;
  let body: Json;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    // The engine tells the place of every mistake but an early end.
    const place = message.includes('position') ? '' : ` at position ${text.length}`;
    throw new AgentError('invalid', `The body is not JSON: ${message}${place}`);
  }
  // Only these can bring a member called __proto__, plain or escaped.
  walk(body, 0, text.includes('__proto__') || text.includes('\\u'));
  return body;
}

function walk(value: Json, depth: number, suspicious: boolean): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw new AgentError('invalid', `The body is nested deeper than ${MAX_DEPTH} levels`);
  if (isArray(value)) {
    for (const each of value) walk(each, depth + 1, suspicious);
  } else if (isObject(value)) {
    if (suspicious && Object.hasOwn(value, '__proto__')) {
      throw new AgentError('invalid', 'A member may not be called __proto__');
    }
    for (const name in value) walk(value[name] ?? null, depth + 1, suspicious);
  }
}
