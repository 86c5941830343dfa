import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { faultsOf } from '../../src/core/json-schema/faults.ts';
import { fits, misfitsOf } from '../../src/core/json-schema/misfits.ts';

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: Json;
  readonly tests: readonly { readonly description: string; readonly data: Json; readonly valid: boolean }[];
}

/** What the public JSON-Schema-Test-Suite (MIT) has for draft 2020-12, without the keywords that are left out here. */
const groups: readonly Group[] = readFileSync(join(import.meta.dirname, '../vectors/json-schema.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));

const files = [...new Set(groups.map(each => each.file))];

describe('the public suite of JSON Schema', () => {
  test.each(files)('%s', file => {
    for (const { description, schema, tests } of groups.filter(each => each.file === file)) {
      expect(faultsOf(schema), description).toEqual([]);
      for (const one of tests) {
        expect(fits(schema, one.data), `${description}: ${one.description}`).toBe(one.valid);
      }
    }
  });

  test('is all there', () => {
    expect(groups.reduce((sum, each) => sum + each.tests.length, 0)).toBeGreaterThan(1_000);
  });
});

test('what does not fit is told with its place and what would', () => {
  const schema = {
    type: 'object',
    properties: { ports: { type: 'array', items: { type: 'integer', maximum: 48 } }, name: { type: 'string' } },
    required: ['name'],
    additionalProperties: false,
  };
  expect(misfitsOf(schema, { ports: [1, 'two', 49], colour: 'red' })).toEqual([
    { pointer: '', expected: 'a member name' },
    { pointer: '/ports/1', expected: 'a whole number' },
    { pointer: '/ports/2', expected: 'at most 48' },
    { pointer: '/colour', expected: 'only ports, name' },
  ]);
});

test('what is no schema is told with its place', () => {
  expect(faultsOf({ type: 'integr' })[0]?.pointer).toBe('/type');
  expect(faultsOf({ type: 'integer', minumum: 3 })[0]?.message).toBe('there is no keyword "minumum"');
  expect(faultsOf({ items: { pattern: '(?=x)' } })[0]?.pointer).toBe('/items/pattern');
  expect(faultsOf({ properties: { a: 3 } })[0]?.pointer).toBe('/properties/a');
  expect(faultsOf({ required: ['a', 'a'] })[0]?.pointer).toBe('/required');
  expect(faultsOf({ $ref: '#/$defs/a' })[0]?.pointer).toBe('/$ref');
  expect(faultsOf({ $ref: '#' })[0]?.message).toBe('the schema asks itself in a circle');
  expect(faultsOf({ $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } })[0]?.message).toBe(
    'the schema asks itself in a circle',
  );
  expect(faultsOf({ 'x-unit': 'dBm', type: ['number', 'null'] })).toEqual([]);
});

test('no schema and no value keep it busy', () => {
  const wide = { anyOf: Array.from({ length: 20 }, () => ({ items: { $ref: '#' } })), type: 'array' };
  let deep: Json = [1];
  for (let i = 0; i < 20; i++) deep = [deep];
  expect(faultsOf(wide)).toEqual([]);
  expect(fits(wide, deep)).toBe(false);
  expect(fits({ pattern: '(a+)+$' }, `${'a'.repeat(50_000)}!`)).toBe(false);
});
