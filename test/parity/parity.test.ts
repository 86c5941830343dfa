/** Diffo's whole model is here: each row and each behaviour once, each shown by tests that stand where they are said to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Vector } from '../kit/vectors.ts';
import { behaviours } from './behaviours.ts';
import { rows } from './rows.ts';
import type { Shown } from './shown.ts';

const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  texts.set(file, text);
  return text;
}

/** The cases of a test that has many, where they lie outside it; else its own text. */
function casesOf(file: string): string | readonly string[] {
  if (file === 'profile/broken.test.ts') return readdirSync(join(import.meta.dirname, '../profile/broken'));
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
function missing(shown: readonly Shown[]): readonly string[] {
  return shown
    .filter(each => !stands(each) || (each.oneOf !== undefined && !casesOf(each.file).includes(each.oneOf)))
    .map(({ file, test, oneOf }) => [file, test, oneOf].filter(part => part !== undefined).join(': '));
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

test('a test that is not there, or not by that whole title, is missed', () => {
  const file = 'parity/parity.test.ts';
  const whole = 'has each of the 71 once';
  expect(missing([{ file, test: whole }])).toEqual([]);
  expect(missing([{ file, test: 'has each of the 71' }])).toHaveLength(1);
  expect(missing([{ file, test: 'stood there once' }])).toHaveLength(1);
  expect(missing([{ file: 'profile/broken.test.ts', test: '%s', oneOf: 'not-a-mistake.yaml' }])).toHaveLength(1);
});

describe('the table of capabilities', () => {
  test('has each of the 71 once', () => {
    expect(rows.map(({ row }) => row)).toEqual(upTo(71));
  });

  test.each(rows)('$row: $capability', ({ shown, left }) => {
    expect(shown.length > 0 || left !== undefined).toBe(true);
    expect(missing(shown)).toEqual([]);
  });
});

describe('the table of behaviours', () => {
  test('has each of the 93 once', () => {
    expect(behaviours.map(({ nr }) => nr)).toEqual(upTo(93));
  });

  test.each(behaviours)('$nr: $about', ({ shown }) => {
    expect(shown.length).toBeGreaterThan(0);
    expect(missing(shown)).toEqual([]);
  });
});
