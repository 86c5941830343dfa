/**
 * The words of a command that a profile declares, with placeholders for what is known only when it is run:
 *
 *     {name} {kind}          the thing it is done to
 *     {value} {value/a/b}    what is wanted, or a part of it
 *     {old} {old/a/b}        what stands there
 *     {/a/b}                 what stands at a path of the thing
 *     {{ and }}              braces as they are
 *
 * A placeholder is filled inside its own word and nowhere else: whatever it holds, it never becomes a second word, and
 * there is no shell that could read anything into it.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { at, type KeyedArrays, noKeyedArrays, type Path } from '../path.ts';

/** What a placeholder may speak of. */
export const subjects = ['name', 'kind', 'value', 'old', 'facts'] as const;
export type Subject = (typeof subjects)[number];

export interface Placeholder {
  readonly of: Subject;
  /** Within it; empty: all of it. */
  readonly path: Path;
}

/** The pieces of a word, or as a sentence why it cannot be read. */
export type Pieces = readonly (string | Placeholder)[] | string;

/** As a profile writes it: a text, or one that may begin with a dash after it is filled. */
export type WrittenWord = string | { readonly text: string; readonly mayBeginWithDash: true };

/** What the placeholders of one command stand for. */
export interface Known {
  readonly kind: string;
  readonly name: string;
  readonly value?: Json;
  readonly old?: Json;
  readonly facts: JsonObject;
}

/** Linux takes no longer word, its end counted. */
export const WORD_BYTES = 131_071;

const whole: readonly string[] = ['name', 'kind'];

export function textOf(word: WrittenWord): string {
  return typeof word === 'string' ? word : word.text;
}

export function readWord(text: string): Pieces {
  const pieces: (string | Placeholder)[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const each = text.charAt(i);
    if (each !== '{' && each !== '}') {
      plain += each;
    } else if (text.charAt(i + 1) === each) {
      plain += each;
      i++;
    } else if (each === '}') {
      return 'a } ends nothing; a brace as such is written }}';
    } else {
      const end = text.indexOf('}', i);
      if (end < 0) return 'a { has no end; a brace as such is written {{';
      const read = readPlaceholder(text.slice(i + 1, end));
      if (typeof read === 'string') return read;
      if (plain !== '') pieces.push(plain);
      plain = '';
      pieces.push(read);
      i = end;
    }
  }
  if (plain !== '') pieces.push(plain);
  return pieces;
}

function readPlaceholder(inner: string): Placeholder | string {
  const slash = inner.indexOf('/');
  const subject = slash < 0 ? inner : inner.slice(0, slash);
  const path = slash < 0 ? '' : inner.slice(slash);
  if (subject === '' && path.length > 1) return { of: 'facts', path };
  const of = subjects.find(each => each === subject && each !== 'facts');
  if (of === undefined) {
    return `there is no placeholder {${inner}}; there are {name}, {kind}, {value}, {old}, and {/path} for what stands at a path`;
  }
  if (path !== '' && (whole.includes(of) || path === '/')) return `{${inner}} has no parts; write {${of}}`;
  return { of, path };
}

/** The placeholders of all words. */
export function placeholdersOf(words: readonly WrittenWord[]): readonly Placeholder[] {
  return words.flatMap(word => {
    const pieces = readWord(textOf(word));
    return typeof pieces === 'string' ? [] : pieces.filter(each => typeof each !== 'string');
  });
}

/** The words as they are given to the command, or as a sentence why that cannot be. */
export type Filled = { readonly words: readonly string[] } | { readonly why: string };

export function fill(words: readonly WrittenWord[], known: Known, keyed: KeyedArrays): Filled {
  const filled: string[] = [];
  for (const word of words) {
    const one = fillWord(word, known, keyed);
    if ('why' in one) return one;
    filled.push(one.text);
  }
  return { words: filled };
}

/** A text of a profile with its placeholders filled, such as the name of another thing. */
export function fillWord(
  word: WrittenWord,
  known: Known,
  keyed: KeyedArrays,
): { readonly text: string } | { readonly why: string } {
  const pieces = readWord(textOf(word));
  if (typeof pieces === 'string') return { why: pieces };
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      const stands = standsFor(piece, known, keyed);
      if (stands === undefined) return { why: `the command needs ${shown(piece)}, and nothing stands there` };
      text += typeof stands === 'string' ? stands : JSON.stringify(stands);
    }
  }
  if (pieces.every(piece => typeof piece === 'string')) return { text };
  const unfit = whyUnfit(text);
  if (unfit !== undefined) return { why: `${shownText(text)} cannot be given to a command: ${unfit}` };
  const begins = typeof pieces[0] === 'string' ? pieces[0] : '';
  if (text.startsWith('-') && begins === '' && typeof word === 'string') {
    return { why: `${shownText(text)} cannot be given to a command: it begins with a dash, as options do` };
  }
  return { text };
}

function standsFor({ of, path }: Placeholder, known: Known, keyed: KeyedArrays): Json | undefined {
  if (of === 'facts') return at(known.facts, path, keyed);
  const all = known[of];
  return path === '' ? all : at(all, path, isObject(all) ? keyed : noKeyedArrays);
}

/** A word ends at a NUL, and half a surrogate pair would become another character on its way. */
function whyUnfit(text: string): string | undefined {
  if (text.includes('\0')) return 'it holds a NUL character';
  if (!text.isWellFormed()) return 'it holds half of a character';
  if (Buffer.byteLength(text) >= WORD_BYTES) {
    return `it is longer than ${WORD_BYTES - 1} bytes; have the command read it from its input (stdin: json)`;
  }
  return undefined;
}

function shown({ of, path }: Placeholder): string {
  return of === 'facts' ? `{${path}}` : `{${of}${path}}`;
}

const SHOWN_AT_MOST = 60;

function shownText(text: string): string {
  return JSON.stringify(text.length > SHOWN_AT_MOST ? `${text.slice(0, SHOWN_AT_MOST)}…` : text);
}
