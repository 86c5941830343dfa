/** Checks the text of a profile; every finding has its line and column. */
import { sentence } from '../errors.ts';
import type { Json } from '../json.ts';
import { type Checked, checkProfile, type KnownAround } from './check.ts';
import type { Finding } from './finding.ts';
import { TEXT_LENGTH } from './form.ts';
import type { FirmwareProfile } from './profile.ts';

export type TextForm = 'json' | 'yaml';

export interface CheckedText extends Checked {
  /** What the text says; undefined when it cannot be read. */
  readonly source: Json | undefined;
}

/** By the name of the file; what is not YAML by its name is JSON. */
export function formOf(file: string): TextForm {
  return /\.ya?ml$/i.test(file) ? 'yaml' : 'json';
}

export async function checkText(text: string, form: TextForm, around: KnownAround = {}): Promise<CheckedText> {
  const json = form === 'json' && text.length <= TEXT_LENGTH ? readJson(text) : undefined;
  if (json !== undefined && 'source' in json) {
    const checked = checkProfile(json.source, around);
    if (checked.findings.length === 0) return { ...checked, source: json.source };
  }
  // Only now is it needed: a profile in JSON that is fine never asks for places.
  const { readText } = await import('./text.ts');
  const read = readText(text);
  if (read.findings.length > 0 || read.source === undefined) return failed(inOrder(read.findings));
  if (json !== undefined && 'wrong' in json && json.wrong) return failed([json.wrong]);
  const { profile, findings } = checkProfile(read.source, around);
  return {
    profile,
    findings: inOrder(findings.map(each => ({ ...each, ...read.place(each.pointer) }))),
    source: read.source,
  };
}

function failed(findings: readonly Finding[]): CheckedText & { readonly profile: FirmwareProfile | undefined } {
  return { profile: undefined, findings, source: undefined };
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

type ReadJson = { readonly source: Json } | { readonly wrong: Finding | undefined };

function readJson(text: string): ReadJson {
  try {
    const source: Json = JSON.parse(text);
    return saysTwice(text) ? { wrong: undefined } : { source };
  } catch (error) {
    const message = sentence(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return { wrong: { pointer: '', message: `the text cannot be read: ${message}`, expected: 'JSON', ...place } };
  }
}

/** Whether an object has a key twice, of which JSON's own reader takes the last without a word. */
function saysTwice(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = token.slice(0, -1).trimEnd();
      const keys = open.at(-1);
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}
