import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { faultsOf } from '../../src/core/json-schema/faults.ts';
import { checkValue, type Primitive, primitiveSchemas } from '../../src/core/model/values.ts';

const check = (schema: JsonObject, value: Json | undefined, unit?: string): void =>
  checkValue(
    { name: 'mtu', schema, ...(unit === undefined ? {} : { unit }) },
    value,
    '/resourceCharacteristic/0/value',
  );

describe('a value', () => {
  test('that fits is taken, and so is none', () => {
    const schema = { type: 'integer', minimum: 64 };
    for (const value of [64, 9000, null, undefined]) expect(() => check(schema, value)).not.toThrow();
    expect(() => check({}, { anything: ['goes'] })).not.toThrow();
  });

  test('that does not fit is refused with what would, in its unit, and its place', () => {
    const schema = { type: 'integer', maximum: 9000 };
    expect(() => check(schema, 10_000, 'byte')).toThrow('the characteristic mtu takes at most 9000 byte, not 10000');
    expect(() => check(schema, 'x', 'byte')).toThrow('the characteristic mtu takes a whole number, not "x"');
    expect(() => check(schema, 'x')).toThrow(
      expect.objectContaining({ code: 'invalid', pointer: '/resourceCharacteristic/0/value' }),
    );
  });

  test('tells the first few places within it', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { enum: ['x'] }, c: { type: 'string' }, d: { const: 1 } },
    };
    const value = { a: 'one', b: 'y', c: 3, d: 2 };
    expect(() => check(schema, value)).toThrow(
      'the characteristic mtu takes at /a a whole number, not "one"; at /b one of "x", not "y"; at /c a text, not 3; and 1 more',
    );
    expect(() => check(schema, value)).toThrow(
      expect.objectContaining({ pointer: '/resourceCharacteristic/0/value/a' }),
    );
  });

  test('becomes a list and one again where the schema allows both', () => {
    const both = { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] };
    for (const value of [1, [1, 2]]) expect(() => check(both, value)).not.toThrow();
    expect(() => check(both, ['x'])).toThrow(/takes a whole number, or .*, not \["x"\]/);
    expect(() => check({ type: 'integer' }, [1])).toThrow('takes a whole number, not [1]');
    expect(() => check({ type: 'array' }, 1)).toThrow('takes an array, not 1');
  });
});

describe('the primitives of Diffo', () => {
  const fitting: Record<Primitive, readonly Json[]> = {
    string: ['', 'x'],
    integer: [0, -3, 1e15],
    float: [4, 4.5],
    boolean: [true, false],
    date: ['2026-02-28', '2024-02-29'],
    time: ['23:59:59Z', '04:00:00.5+10:00'],
    datetime: ['2026-01-05T02:03:04.567Z'],
    duration: ['PT5M', 'P1DT2H', 'P3W'],
  };
  const unfit: Record<Primitive, readonly Json[]> = {
    string: [1, false, ['x']],
    integer: [1.5, '1'],
    float: ['4', true],
    boolean: [0, 'true'],
    date: ['2026-02-30', '05.01.2026', 20260105],
    time: ['25:00:00Z', 'noon'],
    datetime: ['2026-01-05', 'now'],
    duration: ['5 minutes', 'PT', 300],
  };

  test.each(Object.keys(primitiveSchemas) as Primitive[])('%s takes its own and nothing else', name => {
    expect(faultsOf(primitiveSchemas[name])).toEqual([]);
    for (const value of fitting[name]) expect(() => check(primitiveSchemas[name], value)).not.toThrow();
    for (const value of unfit[name])
      expect(() => check(primitiveSchemas[name], value)).toThrow(/the characteristic mtu takes/);
  });
});

test('law: a refusal points at what is there, and says something of it', () => {
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer', minimum: 0 }, b: { type: 'array', items: { type: 'string' }, maxItems: 2 } },
    additionalProperties: false,
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const value = { a, b } as JsonObject;
      try {
        check(schema, value);
      } catch (error) {
        expect(error).toMatchObject({ name: 'AgentError', code: 'invalid' });
        const pointer = String((error as { pointer?: string }).pointer);
        expect(pointer).toMatch(/^\/resourceCharacteristic\/0\/value/);
      }
    }),
  );
});
