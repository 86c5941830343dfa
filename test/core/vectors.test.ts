import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runVector, type Vector } from '../kit/vectors.ts';

const file = new URL('../vectors/outstanding.jsonl', import.meta.url);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const groups = Map.groupBy(lines, line => (JSON.parse(line) as Vector).group);

describe("Diffo's own cases come out as they do there", () => {
  test.each([...groups])('%s', (_group, cases) => {
    for (const line of cases) expect(runVector(line), line).toEqual({ kind: 'passed' });
  });
});

test('a case that asserts something else fails', () => {
  for (const line of lines) {
    const vector = JSON.parse(line) as Vector;
    const wrong = vector.outstanding === null ? 'something' : 'nothing';
    expect(runVector(JSON.stringify({ ...vector, assert: wrong })).kind, line).toBe('failed');
  }
});

test('a case that needs Elixir is skipped, with the reason', () => {
  const line = { id: 't', assert: 'nothing', expected: { $tuple: [1] }, actual: { $tuple: [1] }, port: 'elixir' };
  expect(runVector(JSON.stringify(line))).toEqual({ kind: 'skipped', why: 'JSON has no tuples' });
});
