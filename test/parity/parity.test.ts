/** Diffo's whole model is here: each row and each behaviour once, each shown by tests that stand where they are said to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { behaviours } from './behaviours.ts';
import { rows } from './rows.ts';
import type { Shown } from './shown.ts';

const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  texts.set(file, text);
  return text;
}

/** Those that do not stand in their file. */
function missing(shown: readonly Shown[]): readonly string[] {
  return shown.filter(each => !textOf(each.file).includes(each.test)).map(each => `${each.file}: ${each.test}`);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

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
