/** The closer look at a JSON text, character by character: what a parser drops or changes without a word. */
import { AgentError } from '../core/errors.ts';
import { segment } from '../core/path.ts';

/** An object or array that is open, and where in it we are. */
interface Open {
  /** Of an object: those that were there already. */
  readonly names: Set<string> | undefined;
  at: string | number;
  expectsName: boolean;
}

/**
 * Throws `invalid` for a member that is there twice or called `__proto__`, for text that no store or peer would give
 * back as it was, and for a number that would become another one. The text is known to be JSON.
 */
export function lookClosely(text: string): void {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const inner = open.at(-1);
    switch (text[at]) {
      case '{':
        open.push({ names: new Set(), at: '', expectsName: true });
        break;
      case '[':
        open.push({ names: undefined, at: 0, expectsName: false });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (inner?.names) inner.expectsName = true;
        else if (typeof inner?.at === 'number') inner.at++;
        break;
      case '"': {
        const end = endOfText(text, at);
        const written: string = JSON.parse(text.slice(at, end + 1));
        at = end;
        if (inner?.expectsName) nameIn(inner, written, open);
        checkText(written, open);
        break;
      }
      default: {
        numberHere.lastIndex = at;
        const [number] = numberHere.exec(text) ?? [];
        if (number === undefined) break;
        checkNumber(number, open);
        at += number.length - 1;
      }
    }
  }
}

const numberHere = /-?\d[\d.eE+-]*/y;

function endOfText(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end;
}

function nameIn(object: Open, name: string, open: readonly Open[]): void {
  object.at = name;
  object.expectsName = false;
  if (name === '__proto__') throw odd('A member may not be called __proto__', open);
  if (object.names?.has(name)) throw odd(`The member "${name}" is there twice; send it once`, open);
  object.names?.add(name);
}

function checkText(text: string, open: readonly Open[]): void {
  if (!text.isWellFormed()) throw odd('The text has half of a surrogate pair, which is no character', open);
  if (text.includes('\0')) throw odd('The text has the character NUL, which no text here may have', open);
}

function checkNumber(number: string, open: readonly Open[]): void {
  const value = Number(number);
  if (!Number.isFinite(value)) throw odd(`The number ${short(number)} is too large; send it as a string`, open);
  if (!Number.isInteger(value) || Number.isSafeInteger(value) || exact(number) === exact(String(value))) return;
  throw odd(`The number ${short(number)} would be kept as ${value}; send it as a string`, open);
}

/** A decimal number written in the one way in which equal ones look the same. */
function exact(number: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

function odd(sentence: string, open: readonly Open[]): AgentError {
  const pointer = open.map(({ at }) => `/${segment(String(at))}`).join('');
  return new AgentError('invalid', `${sentence} (at ${pointer || 'the root'} of the body)`, { pointer });
}
