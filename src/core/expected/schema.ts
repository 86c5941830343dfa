/** The grammar of expectation JSON as a JSON Schema (2020-12), for editors and for whoever writes expectations by program. */
import type { JsonObject } from '../json.ts';
import { formatNames, sizeNames, typeNames } from './operators.ts';
import { PATTERN_LENGTH } from './pattern.ts';
import { unitNames } from './units.ts';

/** What is refused when an expectation is stored although its schema takes it, and why a schema cannot say it. */
export const beyondSchema: readonly { readonly what: string; readonly why: string }[] = [
  { what: 'a pattern reads as RE2 syntax and is no larger than 1000 steps', why: 'a grammar of patterns is no schema' },
  { what: 'a function is registered under its name and version', why: 'each agent has its own' },
  {
    what: 'two bounds, and a tolerance and what it is around, are of one kind and one dimension',
    why: 'it compares two values',
  },
  {
    what: 'the lowest bound is not above the highest, and steps lead from the first of a range to its last',
    why: 'it compares two values',
  },
  { what: 'a duration that is a tolerance is longer than nothing', why: 'durations are text' },
  { what: 'a date is one that the calendar has', why: 'February is too much for a pattern' },
  {
    what: 'each item of a keyed array gives its key as plain values',
    why: 'the names of the key are data of the same document',
  },
  {
    what: 'the arrays that a profile keys have items with a key',
    why: 'a schema does not know the place of an expectation in a document',
  },
  {
    what: 'a quantity is in a unit that its place is measured in',
    why: 'a schema does not know the kind of an instance',
  },
  {
    what: 'at most 32 levels, 2000 values, 64 KiB, and 10000 steps of all patterns together',
    why: 'a schema does not count across levels',
  },
  { what: 'text has no half surrogate pairs', why: 'a schema has no word for it' },
];

const ref = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });
const exactly = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
/** An object with exactly one of some members. */
const oneOf = (properties: JsonObject): JsonObject => ({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  properties,
  additionalProperties: false,
});
const text = (pattern: string): JsonObject => ({ type: 'string', pattern });

const quantity = (amount: JsonObject): JsonObject =>
  exactly({ amount, units: { enum: unitNames } }, ['amount', 'units']);

const day = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const clock = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?';
const zone = '([Zz]|[-+]([01][0-9]|2[0-3]):[0-5][0-9])';
const span = 'P(?=[0-9T])(0+Y)?(0+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?)?';

const operands: JsonObject = {
  $duration: ref('duration'),
  $instant: text(`^${day}T${clock}${zone}$`),
  $local: text(`^${day}T${clock}$`),
  $date: text(`^${day}$`),
  $time: text(`^${clock}$`),
  $now: ref('duration'),
  $today: ref('duration'),
  $quantity: ref('quantity'),
};

const operators: JsonObject = {
  $absent: { const: true },
  $present: { const: true },
  $null: { const: true },
  $type: { enum: typeNames },
  $format: { enum: formatNames },
  $empty: { enum: sizeNames },
  $nonEmpty: { enum: sizeNames },
  $same: ref('operand'),
  $lt: ref('operand'),
  $lte: ref('operand'),
  $gt: ref('operand'),
  $gte: ref('operand'),
  $between: ref('bounds'),
  $outside: ref('bounds'),
  $within: exactly({ of: ref('operand'), tolerance: ref('tolerance') }, ['of', 'tolerance']),
  $range: {
    type: 'array',
    prefixItems: [{ type: 'integer' }, { type: 'integer' }, { type: 'integer', not: { const: 0 } }],
    minItems: 2,
    maxItems: 3,
  },
  $match: {
    anyOf: [ref('pattern'), exactly({ pattern: ref('pattern'), flags: { enum: ['', 'i', 's', 'is'] } }, ['pattern'])],
  },
  $anyOf: ref('wishes'),
  $oneOf: ref('wishes'),
  $noneOf: ref('wishes'),
  $allOf: { type: 'array', ...ref('wishes'), minItems: 1 },
  $contains: { type: 'array', items: ref('expectation') },
  $set: { type: 'array' },
  $keyed: exactly(
    {
      by: { type: 'array', items: { type: 'string' }, minItems: 1 },
      items: { type: 'array', items: ref('openMap') },
      closed: { type: 'boolean' },
    },
    ['by', 'items'],
  ),
  $eq: true,
  $literal: true,
  $map: { type: 'object', additionalProperties: ref('expectation') },
  $fn: exactly({ name: text('^[a-z][a-z0-9_]*(@[0-9]+)?$'), args: { type: 'array' } }, ['name']),
};

export function expectationSchema($id: string): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id,
    title: 'Expectation JSON, version 1',
    description: 'Plain JSON stands for itself, null expects nothing, and an object with one $ key is an operator.',
    $comment: `Refused beside: ${beyondSchema.map(({ what }) => what).join('; ')}.`,
    ...ref('expectation'),
    $defs: {
      expectation: {
        anyOf: [
          { type: ['null', 'string', 'number', 'boolean'] },
          { type: 'array', items: ref('expectation') },
          ref('openMap'),
          ref('operator'),
        ],
      },
      openMap: {
        description: 'Each key that is named is expected; others do not matter.',
        type: 'object',
        patternProperties: { '^(?!\\$)': ref('expectation') },
        additionalProperties: false,
      },
      operator: oneOf(operators),
      wishes: {
        description: 'Not null, which is met by anything.',
        type: 'array',
        items: { allOf: [{ not: { type: 'null' } }, ref('expectation')] },
      },
      bounds: { description: 'Lowest, highest', type: 'array', items: ref('operand'), minItems: 2, maxItems: 2 },
      operand: { anyOf: [{ type: 'number' }, oneOf(operands)] },
      tolerance: {
        anyOf: [
          { type: 'number', exclusiveMinimum: 0 },
          oneOf({
            $duration: text(`^${span}$`),
            $quantity: quantity({ type: 'number', exclusiveMinimum: 0 }),
          }),
        ],
      },
      duration: {
        description: 'ISO 8601, without years and months, whose length depends on the day',
        ...text(`^-?${span}$`),
      },
      quantity: quantity({ type: 'number' }),
      pattern: { description: 'RE2 syntax, found anywhere in the text', type: 'string', maxLength: PATTERN_LENGTH },
    },
  };
}
