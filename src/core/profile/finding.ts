/** What is wrong with a profile: one mistake, its place, and what would be right. */
import { nearestWord } from '../did-you-mean.ts';

export interface Finding {
  /** JSON pointer into the profile. */
  readonly pointer: string;
  /** A sentence without its full stop. */
  readonly message: string;
  /** What stands there. */
  readonly found?: string;
  /** What may stand there. */
  readonly expected?: string;
  /** What may have been meant. */
  readonly nearest?: string;
  /** Where in the text, both from 1; where the text is known. */
  readonly line?: number;
  readonly column?: number;
}

/** A person mends a profile by the first hundred; what follows a broken start is noise. */
const FINDINGS_AT_MOST = 1_000;

/** Longer names are no misspelling, and comparing them is slow. */
const COMPARED_AT_MOST = 64;

/** Comparing a name with all others takes its time; past this many the nearest name is not looked for. */
const COMPARISONS_AT_MOST = 100_000;

/** Gathers what is found, each thing once. */
export class Findings {
  readonly #byText = new Map<string, Finding>();
  #comparisons = 0;
  #more = 0;

  add(finding: Finding): void {
    const key = `${finding.pointer}\0${finding.message}`;
    if (this.#byText.has(key)) return;
    if (this.#byText.size < FINDINGS_AT_MOST) this.#byText.set(key, finding);
    else this.#more++;
  }

  /** A name that nothing goes by. */
  unknown(pointer: string, message: string, found: string, known: readonly string[]): void {
    const near = this.#near(found, known);
    this.add({
      pointer,
      message,
      found: short(found),
      ...(known.length === 0 ? {} : { expected: oneOf(known) }),
      ...(near === undefined ? {} : { nearest: near }),
    });
  }

  get list(): readonly Finding[] {
    const all = [...this.#byText.values()];
    if (this.#more === 0) return all;
    return [...all, { pointer: '', message: `there are ${this.#more} more findings; mend these first` }];
  }

  /** Whether anything was found right there. */
  hasAt(pointer: string): boolean {
    return [...this.#byText.values()].some(each => each.pointer === pointer);
  }

  get isEmpty(): boolean {
    return this.#byText.size === 0;
  }

  #near(word: string, known: readonly string[]): string | undefined {
    this.#comparisons += known.length;
    if (word.length > COMPARED_AT_MOST || this.#comparisons > COMPARISONS_AT_MOST) return undefined;
    return nearestWord(
      word,
      known.filter(each => each.length <= COMPARED_AT_MOST),
    );
  }
}

const NAMED_AT_MOST = 30;

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  if (words.length > NAMED_AT_MOST) {
    return `${words.slice(0, NAMED_AT_MOST).join(', ')} or one of ${words.length - NAMED_AT_MOST} more`;
  }
  const [last = '', ...others] = [...words].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`;
}

const SHOWN_AT_MOST = 60;

/** A value as a person recognises it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return short(typeof value === 'string' ? JSON.stringify(value) : String(value));
}

function short(text: string): string {
  return text.length <= SHOWN_AT_MOST ? text : `${text.slice(0, SHOWN_AT_MOST)}…`;
}

/** One finding as a line of text, without its place. */
export function findingText({ message, expected, nearest }: Finding): string {
  return [
    message,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(nearest === undefined ? [] : [`did you mean ${nearest}?`]),
  ].join('; ');
}
