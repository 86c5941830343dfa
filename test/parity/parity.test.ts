/** Diffo's whole model is here: each row and each behaviour once, each shown by tests that stand where they are said to. */
import { describe, expect, test } from 'vitest';
import { missing } from '../kit/shown-tests.ts';
import { behaviours } from './behaviours.ts';
import { rows } from './rows.ts';

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
