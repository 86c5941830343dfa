/** How the sentences of the model speak of instances, values and what would be allowed. */
import { type Json, type JsonObject, property } from '../json.ts';

/** How people call an instance: by its name, else by its id. */
export function called({ id, document }: { readonly id: string; readonly document: JsonObject }): string {
  const name = property(document, 'name');
  return typeof name === 'string' && name !== '' ? name : id;
}

const LONGEST = 60;

/** A value as JSON; a long one is cut. */
export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 3)}...`;
}

/** `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** `a card`, `an access`. */
export function anyOne(word: string): string {
  return `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
}
