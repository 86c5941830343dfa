/** The text of an expression, read from left to right; a mistake is told with its place and what was expected. */
import { AgentError } from '../../core/errors.ts';

/** Any question one would type; one address line holds little more. */
const MAX_LENGTH = 2_048;

const letter = /[\p{L}\p{N}_-]/u;
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A name that begins with `@`, such as `@type`, or any other. */
const nameAt = /@?[\p{L}\p{N}_][\p{L}\p{N}_-]*/uy;
const numberAt = /-?(\d+)(\.\d+)?([eE][+-]?\d+)?/y;
const wholeAt = /-?\d{1,9}/y;
const spaceAt = /[ \t\r\n]*/y;

export class Scan {
  readonly text: string;
  /** What is read, for sentences: `filter`, or the member of a patch. */
  readonly #what: string;
  at = 0;

  constructor(text: string, what: string) {
    this.text = text;
    this.#what = what;
    if (text.length > MAX_LENGTH) {
      throw new AgentError('invalid', `The ${what} is longer than ${MAX_LENGTH} characters; ask for less at once`);
    }
  }

  get atEnd(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  space(): void {
    this.#match(spaceAt);
  }

  /** Takes the sign if it comes next, spaces before it left out. */
  take(sign: string): boolean {
    this.space();
    return this.takeHere(sign);
  }

  takeHere(sign: string): boolean {
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** Takes the first of the signs that comes next. */
  takeOne<Sign extends string>(signs: readonly Sign[]): Sign | undefined {
    return signs.find(sign => this.take(sign));
  }

  must(sign: string): void {
    if (!this.take(sign)) this.fail(sign);
  }

  /** The character that comes next, spaces left out; empty at the end. */
  peek(): string {
    this.space();
    return this.text.charAt(this.at);
  }

  name(): string | undefined {
    return this.#match(nameAt);
  }

  number(): string | undefined {
    this.space();
    const number = this.#match(numberAt);
    if (number !== undefined && letter.test(this.text.charAt(this.at))) this.fail('the end of the number');
    return number;
  }

  whole(): number | undefined {
    this.space();
    const digits = this.#match(wholeAt);
    return digits === undefined ? undefined : Number(digits);
  }

  /** A text in single or double quotes; a backslash that escapes nothing stands for itself, as patterns need it. */
  quoted(): string | undefined {
    const quote = this.peek();
    if (quote !== "'" && quote !== '"') return undefined;
    const from = this.at++;
    let text = '';
    for (;;) {
      const c = this.text.charAt(this.at++);
      if (c === '') {
        this.at = from;
        return this.fail(`the ${quote} that ends this text`);
      }
      if (c === quote) return text;
      text += c === '\\' ? this.#escaped() : c;
    }
  }

  #escaped(): string {
    const c = this.text.charAt(this.at++);
    if (c === 'u') {
      const digits = this.text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) return this.fail('four hexadecimal digits');
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (c === '\\' || c === '/' || c === "'" || c === '"') return c;
    return Object.hasOwn(escapes, c) ? (escapes[c] ?? '') : `\\${c}`;
  }

  /** A pattern between slashes, and whether an `i` after it takes letters large or small. */
  slashed(): { readonly pattern: string; readonly anyCase: boolean } | undefined {
    if (!this.take('/')) return undefined;
    const from = this.at;
    let pattern = '';
    while (this.text.charAt(this.at) !== '/') {
      const c = this.text.charAt(this.at++);
      if (c === '') {
        this.at = from - 1;
        return this.fail('the / that ends this pattern');
      }
      const escaped = c === '\\' ? this.text.charAt(this.at++) : '';
      pattern += escaped === '/' ? '/' : c + escaped;
    }
    this.at++;
    const anyCase = this.takeHere('i');
    if (letter.test(this.text.charAt(this.at))) this.fail('the end of the pattern, or an i');
    return { pattern, anyCase };
  }

  fail(expected: string): never {
    this.space();
    const found = this.text.slice(this.at, this.at + 20);
    throw new AgentError(
      'invalid',
      `The ${this.#what} cannot be read at character ${this.at + 1}: expected ${expected}, found ${found === '' ? 'its end' : JSON.stringify(found)}`,
    );
  }

  /** For what JSONPath has and this agent does not serve. */
  refuse(why: string): never {
    throw new AgentError('invalid', `At character ${this.at + 1} of the ${this.#what}: ${why}`);
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
