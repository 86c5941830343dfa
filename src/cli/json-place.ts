/** Reads JSON that a person typed, and says where it stops being JSON. */
import { AgentError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** Throws `invalid` with line and column; `what` names the text in the sentence. */
export function readJson(text: string, what: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AgentError('invalid', `${what} is not JSON: ${whereWrong(text)}`, { cause });
  }
}

/** Where and what, in words. */
export function whereWrong(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const { at, wanted } = firstMistake(text);
  const before = text.slice(0, at).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const rest = text.slice(at).split('\n', 1)[0] ?? '';
  if (at >= text.length) return `it ends at ${place}, where ${wanted} is missing`;
  return `at ${place}, ${wanted} should stand where "${rest.length > 20 ? `${rest.slice(0, 20)}…` : rest}" does`;
}

interface Mistake {
  readonly at: number;
  readonly wanted: string;
}

const space = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/** A walk along the text with a stack of what is open; it never has to build anything. */
function firstMistake(text: string): Mistake {
  const open: ('{' | '[')[] = [];
  let at = 0;
  let state: 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'after' = 'value';
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  for (;;) {
    eat(space);
    const here = text[at];
    const inside = open.at(-1);
    if (state === 'after') {
      if (inside === undefined) return { at, wanted: 'the end' };
      const end = inside === '{' ? '}' : ']';
      if (here === end) open.pop();
      else if (here === ',') state = inside === '{' ? 'key' : 'value';
      else return { at, wanted: `, or ${end}` };
      at++;
    } else if (state === 'key' || state === 'keyOrEnd') {
      if (state === 'keyOrEnd' && here === '}') {
        open.pop();
        at++;
        state = 'after';
        continue;
      }
      if (!eat(string)) return { at, wanted: 'a name in double quotes' };
      eat(space);
      if (text[at] !== ':') return { at, wanted: 'a colon' };
      at++;
      state = 'value';
    } else if (here === '{' || here === '[') {
      open.push(here);
      at++;
      state = here === '{' ? 'keyOrEnd' : 'valueOrEnd';
    } else if (state === 'valueOrEnd' && here === ']') {
      open.pop();
      at++;
      state = 'after';
    } else if (eat(string) || eat(scalar)) {
      state = 'after';
    } else {
      return { at, wanted: here === '"' ? 'well-formed text that ends in a double quote' : 'a value' };
    }
  }
}
