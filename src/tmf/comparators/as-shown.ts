/**
 * A document as an expectation speaks of it. What a client reads has more than what is kept: hrefs, each `@type`, the
 * words of the standard for our own. So that it can be laid as it was read, an expectation that names an href or a
 * `@type` is compared with what is shown; one that names none is compared with what is kept, and costs nothing more.
 */
import type { InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { shapeOf } from '../shape.ts';
import { complete, toV5 } from '../v5.ts';
import { hrefOf, type Links } from '../version.ts';
import { allComparators } from './all.ts';

/** What of an expectation is of what is shown. */
interface Named {
  /** The hrefs that it says something is at: a reference has the one that is given to its target. */
  readonly hrefs: Set<string>;
  /** Whether it speaks of an href or a `@type`, whatever it says. */
  completed: boolean;
  /** Attributes of which a word of our own is expected, that no client is shown. */
  readonly ownWords: Set<string>;
  /** Attributes kept as a list of one, of which a word is expected, and those of which a list is. */
  readonly singles: Set<string>;
  readonly lists: Set<string>;
}

export interface Showing {
  readonly publicUrl: string;
  /** The href that this agent gives to what it has. */
  readonly links: Links;
}

/** Makes of a document that is kept what an expectation speaks of. */
export type AsShown = (document: JsonObject, type: InstanceType) => JsonObject;

/** Undefined for expectations that speak of nothing but what is kept. */
export function asShown(expected: readonly Json[], { publicUrl, links }: Showing): AsShown | undefined {
  const named: Named = {
    hrefs: new Set(),
    completed: false,
    ownWords: new Set(),
    singles: new Set(),
    lists: new Set(),
  };
  for (const each of expected) collect(each, '', named);
  if (!named.completed && named.singles.size === 0) return undefined;
  // Whatever is or is not here meanwhile: a reference names the same thing by the id as by the href.
  const linked: Links = (to, id) => {
    const href = links(to, id);
    return href !== undefined && named.hrefs.has(href) ? href : undefined;
  };
  return (document, type) => {
    const shape = shapeOf(type, document);
    const shown = named.completed ? toV5(document, shape, linked) : complete(document, shape, linked);
    const { id } = document;
    const href = typeof id === 'string' ? { href: hrefOf(type, 'v5', id, publicUrl) } : {};
    return { ...shown, ...asKept(document, named), ...href };
  };
}

/** What is expected in the form or the word in which it is kept. */
function asKept(document: JsonObject, { lists, ownWords }: Named): JsonObject {
  return Object.fromEntries(
    [...lists, ...ownWords].flatMap(name => {
      const kept = property(document, name);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

function collect(expected: Json, name: string, named: Named): void {
  if (isArray(expected)) {
    if (special().oneWord.has(name)) named.lists.add(name);
    for (const each of expected) collect(each, name, named);
    return;
  }
  if (isObject(expected)) {
    for (const [key, value] of Object.entries(expected)) {
      if (key === 'href' || key === '@type') named.completed = true;
      collect(value, key.startsWith('$') ? name : key, named);
    }
    return;
  }
  if (typeof expected !== 'string') return;
  if (name === 'href') named.hrefs.add(expected);
  if (special().oneWord.has(name)) named.singles.add(name);
  if (special().own.get(name)?.has(expected)) named.ownWords.add(name);
}

interface Special {
  /** By the name of the attribute, our own words for it. */
  readonly own: ReadonlyMap<string, ReadonlySet<string>>;
  /** Kept as a list by some and as a word by others. */
  readonly oneWord: ReadonlySet<string>;
}

let found: Special | undefined;

/** The attributes that are shown otherwise than they are kept, from the tables. */
function special(): Special {
  if (found) return found;
  const own = new Map<string, ReadonlySet<string>>();
  const oneWord = new Set<string>();
  for (const { properties } of allComparators().keys()) {
    for (const [name, { attribute }] of properties) {
      if (attribute.own) own.set(name, new Set(Object.keys(attribute.own)));
      if (attribute.oneWord) oneWord.add(name);
    }
  }
  found = { own, oneWord };
  return found;
}
