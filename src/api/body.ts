/** Reads a JSON body: what cannot be read, or would be kept otherwise than it was sent, is refused with its place. */
import { isUtf8 } from 'node:buffer';
import { isArray, isObject, type Json } from '../core/json.ts';
import { lookClosely } from './body-scan.ts';
import { HttpRefusal } from './errors.ts';
import { type Limits, limitText } from './limits.ts';

/** Undefined for no body at all. A byte order mark is passed over. */
export function readBody(bytes: Buffer, limits: Limits): Json | undefined {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new HttpRefusal('malformed', 'The body is not UTF-8');
  const text = bytes.toString('utf8', hasMark(bytes) ? 3 : 0);
  let body: Json;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    // The engine tells the place of every mistake but an early end.
    const place = message.includes('position') ? '' : ` at position ${text.length}`;
    throw new HttpRefusal('malformed', `The body is not JSON: ${message}${place}`);
  }
  const walk = new Walk(limits);
  walk.over(body, 0);
  // What the engine drops or changes without a word can only come so; what brings no such thing is not looked at twice.
  if (walk.hasOddNumber || walk.members !== membersIn(text) || text.includes('\\u') || text.includes('__proto__')) {
    lookClosely(text);
  }
  return body;
}

function hasMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

class Walk {
  members = 0;
  hasOddNumber = false;
  readonly #limits: Limits;
  #elements = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  over(value: Json, depth: number): void {
    if (typeof value === 'number') {
      this.hasOddNumber ||= !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value));
    } else if (typeof value === 'object' && value !== null) this.#into(value, depth);
  }

  #into(value: object & Json, depth: number): void {
    if (depth > this.#limits.bodyDepth) {
      const most = limitText(this.#limits, 'bodyDepth', 'levels');
      throw new HttpRefusal('tooLarge', `The body is nested deeper than ${most}`);
    }
    if (isArray(value)) {
      this.#elements += value.length;
      this.#count();
      for (const each of value) this.over(each, depth + 1);
    } else if (isObject(value)) {
      for (const name in value) {
        this.members++;
        this.over(value[name] ?? null, depth + 1);
      }
      this.#count();
    }
  }

  #count(): void {
    if (this.members + this.#elements <= this.#limits.bodyParts) return;
    const most = limitText(this.#limits, 'bodyParts', 'members and elements');
    throw new HttpRefusal('tooLarge', `The body has more than ${most}; send it in parts`);
  }
}

/** How many names of members a text has at the most: as many as there are colons behind a quotation mark. */
function membersIn(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (text.charCodeAt(before) <= 0x20) before--;
    if (text.charCodeAt(before) === 0x22) count++;
  }
  return count;
}
