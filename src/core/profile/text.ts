/**
 * Reads the text of a profile, YAML or JSON, which is YAML too, with the place of everything in it. Brings a parser of
 * half a megabyte along: whoever has a profile that is JSON without a mistake does without.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
} from 'yaml';
import { sentence } from '../errors.ts';
import type { Json } from '../json.ts';
import { segment, segments } from '../path.ts';
import { type Finding, Findings, show } from './finding.ts';
import { TEXT_LENGTH } from './form.ts';

/** Where something stands in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ReadText {
  /** Undefined when the text cannot be read. */
  readonly source: Json | undefined;
  /** What is wrong with the text itself. */
  readonly findings: readonly Finding[];
  /** Where a pointer leads, or what is nearest above it. */
  place(pointer: string): Place;
}

/** Deeper than any profile; shallow enough for every walk over it. */
const DEPTH_AT_MOST = 64;

/** What follows the first mistakes of a text is often their echo. */
const ERRORS_AT_MOST = 20;

/** What is written once and referred to with `*` counts each time. */
const NODES_AT_MOST = 500_000;

export function readText(text: string): ReadText {
  return read(text, lines => [parseDocument(text, optionsWith(lines))])[0] ?? nothingRead([]);
}

/** Each document of a text that may hold several, with `---` between them; those that say nothing are left out. */
export function readTexts(text: string): readonly ReadText[] {
  return read(text, lines => {
    const documents = parseAllDocuments(text, optionsWith(lines));
    // Of a text without any, the parser tells by a list that is none.
    return 'empty' in documents ? [] : documents.filter(each => !saysNothing(each));
  });
}

function saysNothing({ contents, errors }: Document.Parsed): boolean {
  const isBlank = contents === null || (isScalar(contents) && contents.value === null && !contents.source);
  return isBlank && errors.length === 0;
}

function optionsWith(lineCounter: LineCounter) {
  // Its own look for keys that stand twice compares each with each.
  return { lineCounter, uniqueKeys: false, prettyErrors: false, version: '1.2' } as const;
}

function nothingRead(findings: readonly Finding[]): ReadText {
  return { source: undefined, findings, place: () => ({ line: 1, column: 1 }) };
}

function read(text: string, parse: (lines: LineCounter) => readonly Document.Parsed[]): readonly ReadText[] {
  const lines = new LineCounter();
  const refuse = (message: string, expected: string): readonly ReadText[] => [
    nothingRead([{ pointer: '', message, expected, line: 1, column: 1 }]),
  ];
  if (text.length > TEXT_LENGTH) return refuse('the text is too long', `at most ${TEXT_LENGTH} characters`);
  try {
    return parse(lines).map(document => readDocument(document, lines));
  } catch (error) {
    return refuse(`the text cannot be read: ${wordsOf(sentence(error))}`, 'YAML or JSON');
  }
}

function readDocument(document: Document.Parsed, lines: LineCounter): ReadText {
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return nothingRead(
      document.errors.slice(0, ERRORS_AT_MOST).map(({ message, pos }) => ({
        pointer: '',
        message: `the text cannot be read: ${wordsOf(message)}`,
        expected: 'YAML or JSON',
        ...placeAt(pos[0]),
      })),
    );
  }
  const reader = new Reader(document);
  const source = reader.read(document.contents, '', 0);
  const place = (pointer: string): Place => placeAt(offsetOf(document, pointer));
  const findings = reader.findings.list.map(each => ({ ...each, ...place(each.pointer) }));
  return { source: findings.length > 0 ? undefined : source, findings, place };
}

function wordsOf(message: string): string {
  return message.includes('call stack') ? 'it is nested too deeply' : message.slice(0, 200);
}

/** Makes JSON of nodes; what is no JSON becomes a finding. */
class Reader {
  readonly findings = new Findings();
  readonly #document: Document.Parsed;
  #nodes = 0;

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  read(node: unknown, pointer: string, depth: number): Json {
    this.#nodes++;
    if (this.#nodes > NODES_AT_MOST || depth > DEPTH_AT_MOST) {
      this.findings.add({
        pointer: '',
        message: 'the text says too much',
        expected: `at most ${NODES_AT_MOST} values, ${DEPTH_AT_MOST} levels deep`,
      });
      return null;
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document), pointer, depth + 1);
    if (isMap(node)) {
      const members = new Map<string, Json>();
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        const name = typeof key === 'number' || typeof key === 'boolean' ? String(key) : key;
        if (typeof name !== 'string' || name === '__proto__') {
          this.#refuse(pointer, 'a key', name, 'a text');
          continue;
        }
        const at = `${pointer}/${segment(name)}`;
        if (members.has(name))
          this.findings.add({ pointer: at, message: `the key ${name} stands twice`, expected: 'each key once' });
        members.set(name, this.read(pair.value, at, depth + 1));
      }
      return Object.fromEntries(members);
    }
    if (isSeq(node)) return node.items.map((item, i) => this.read(item, `${pointer}/${i}`, depth + 1));
    const value: unknown = isScalar(node) ? node.value : node;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Number.isFinite(value)) return value;
        break;
      case 'undefined':
        return null;
      case 'object':
        if (value === null) return null;
        break;
    }
    return this.#refuse(pointer, 'a value', value, 'what JSON can say too');
  }

  #refuse(pointer: string, what: string, value: unknown, expected: string): null {
    this.findings.add({ pointer, message: `${what} cannot be ${show(value)}`, found: show(value), expected });
    return null;
  }
}

/** The offset of what a pointer leads to: the key for a member, the item itself in a list. */
function offsetOf(document: Document.Parsed, pointer: string): number {
  let here: unknown = document.contents;
  let offset = startOf(here) ?? 0;
  for (const part of segments(pointer)) {
    if (isAlias(here)) here = here.resolve(document);
    let next: unknown;
    if (isMap(here)) {
      const pair = here.items.findLast(each => isPair(each) && isScalar(each.key) && String(each.key.value) === part);
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      next = pair.value;
    } else if (isSeq(here)) {
      next = here.items[Number(part)];
      offset = startOf(next) ?? offset;
    }
    if (next === undefined) return offset;
    here = next;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
