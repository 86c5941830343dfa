/** Whether tests that a table names stand where it says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shown } from '../parity/shown.ts';
import type { Vector } from './vectors.ts';

const top = join(import.meta.dirname, '..');
const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(top, file), 'utf8');
  texts.set(file, text);
  return text;
}

/** The cases of a test that has many, where they lie outside it; else its own text. */
function casesOf(file: string): string | readonly string[] {
  if (file === 'profile/broken.test.ts') return readdirSync(join(top, 'profile/broken'));
  if (file !== 'core/vectors.test.ts') return textOf(file);
  const lines = textOf('vectors/outstanding.jsonl').trimEnd().split('\n');
  return lines.map(line => (JSON.parse(line) as Vector).group);
}

/** Whether a file has a test of that whole title; what a template adds behind it does not count. */
function stands({ file, test }: Shown): boolean {
  const title = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\(\\s*(['"\`])${title}(?:\\1|\\$\\{)`).test(textOf(file));
}

/** Those that do not stand in their file, and cases that are not among those of their test. */
export function missing(shown: readonly Shown[]): readonly string[] {
  return shown
    .filter(each => !stands(each) || (each.oneOf !== undefined && !casesOf(each.file).includes(each.oneOf)))
    .map(({ file, test, oneOf }) => [file, test, oneOf].filter(part => part !== undefined).join(': '));
}

/** The titles of the tests in a file that begin with the number of a statement. */
export function numberedTitles(file: string): readonly string[] {
  return [...textOf(file).matchAll(/^\s*test\(\s*(['"`])(T\d+ .*?)\1,/gm)].map(([, , title = '']) => title);
}

/** A test as its file has it: the line above it, how it is called, and its own text. */
export interface Found {
  readonly above: string;
  readonly call: string;
  readonly text: string;
}

/** Undefined where it does not stand. */
export function findTest({ file, test }: Shown): Found | undefined {
  const text = textOf(file);
  const title = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const at = new RegExp(`\\(\\s*(['"\`])${title}(?:\\1|\\$\\{)`).exec(text)?.index;
  if (at === undefined) return undefined;
  const begins = [...text.matchAll(/^[ \t]*(?:test|it)\b/gm)].map(({ index }) => index);
  const start = begins.findLast(each => each <= at) ?? 0;
  const end = begins.find(each => each > at) ?? text.length;
  const above = text.slice(0, start).trimEnd().split('\n').at(-1)?.trim() ?? '';
  return { above, call: text.slice(start, at), text: text.slice(start, end) };
}
