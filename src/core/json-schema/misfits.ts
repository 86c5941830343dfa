/** Whether a value fits a JSON Schema, and where it does not. */
import { canonical, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { segment } from '../path.ts';
import { schemaAt } from './faults.ts';
import { formats } from './formats.ts';
import { isFound } from './pattern.ts';

export interface Misfit {
  /** JSON pointer into the value. */
  readonly pointer: string;
  /** What would fit, such as `a whole number` or `at most 100`. */
  readonly expected: string;
}

/** Alternatives within alternatives multiply; an honest schema stays far below. */
const STEPS_AT_MOST = 100_000;

/** The schema is one in which `faultsOf` finds nothing. Empty when the value fits. */
export function misfitsOf(schema: Json, value: Json): readonly Misfit[] {
  const asked: Asked = { root: schema, steps: 0 };
  const found = look(schema, value, '', asked);
  if (asked.steps <= STEPS_AT_MOST) return found;
  return [{ pointer: '', expected: 'a value that can be compared with its schema in fewer steps' }];
}

export function fits(schema: Json, value: Json): boolean {
  return misfitsOf(schema, value).length === 0;
}

/** Of a long list of values, those that a person reads. */
const NAMED_AT_MOST = 20;

/** Of a long array that does not fit, the first tell enough. */
const MISFITS_AT_MOST = 100;

interface Asked {
  readonly root: Json;
  steps: number;
}

const none: readonly Misfit[] = [];

function look(schema: Json, value: Json, at: string, asked: Asked): readonly Misfit[] {
  if (++asked.steps > STEPS_AT_MOST || schema === true) return none;
  if (!isObject(schema)) return [{ pointer: at, expected: 'nothing' }];
  const found: Misfit[] = [];
  const reference = schema.$ref;
  if (typeof reference === 'string') found.push(...look(schemaAt(asked.root, reference) ?? true, value, at, asked));
  // What is not even of the type is not looked at any closer.
  if (schema.type !== undefined && !isOfTypes(schema.type, value))
    return [...found, { pointer: at, expected: typesText(schema.type) }];
  lookAtValue(schema, value, at, asked, found);
  if (typeof value === 'number') lookAtNumber(schema, value, at, found);
  else if (typeof value === 'string') lookAtText(schema, value, at, found);
  else if (isArray(value)) lookAtArray(schema, value, at, asked, found);
  else if (isObject(value)) lookAtObject(schema, value, at, asked, found);
  lookAtAlternatives(schema, value, at, asked, found);
  return found;
}

function isOfTypes(types: Json, value: Json): boolean {
  return isArray(types) ? types.some(each => isOfType(each, value)) : isOfType(types, value);
}

function isOfType(type: Json, value: Json): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const typeTexts: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  array: 'an array',
  object: 'an object',
};

function typesText(types: Json): string {
  return (isArray(types) ? types : [types]).map(each => typeTexts[String(each)] ?? String(each)).join(' or ');
}

function lookAtValue(schema: JsonObject, value: Json, at: string, asked: Asked, found: Misfit[]): void {
  if (isArray(schema.enum)) {
    asked.steps += schema.enum.length;
    if (!schema.enum.some(each => sameJson(each, value))) {
      const first = schema.enum.slice(0, NAMED_AT_MOST).map(each => JSON.stringify(each));
      const more = schema.enum.length - first.length;
      found.push({ pointer: at, expected: `one of ${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}` });
    }
  }
  if (schema.const !== undefined && !sameJson(schema.const, value)) {
    found.push({ pointer: at, expected: JSON.stringify(schema.const) });
  }
}

function lookAtNumber(schema: JsonObject, value: number, at: string, found: Misfit[]): void {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  const unless = (isFine: boolean, expected: string): void => {
    if (!isFine) found.push({ pointer: at, expected });
  };
  if (typeof minimum === 'number') unless(value >= minimum, `at least ${minimum}`);
  if (typeof maximum === 'number') unless(value <= maximum, `at most ${maximum}`);
  if (typeof above === 'number') unless(value > above, `more than ${above}`);
  if (typeof below === 'number') unless(value < below, `less than ${below}`);
  if (typeof multipleOf === 'number') unless(isMultiple(value, multipleOf), `a multiple of ${multipleOf}`);
}

/** As close as binary fractions come: 0.3 is three times 0.1. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Number.isFinite(times) && Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}

function lookAtText(schema: JsonObject, value: string, at: string, found: Misfit[]): void {
  const { minLength, maxLength, pattern, format } = schema;
  if (typeof minLength === 'number' && lengthOf(value) < minLength) {
    found.push({ pointer: at, expected: `at least ${minLength} characters` });
  }
  if (typeof maxLength === 'number' && lengthOf(value) > maxLength) {
    found.push({ pointer: at, expected: `at most ${maxLength} characters` });
  }
  if (typeof pattern === 'string' && !isFound(pattern, value, schema)) {
    found.push({ pointer: at, expected: `a text that matches ${pattern}` });
  }
  if (typeof format === 'string' && formats[format]?.(value) === false) {
    found.push({ pointer: at, expected: `a text of the format ${format}` });
  }
}

/** Characters as people count them, near enough. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function lookAtArray(schema: JsonObject, value: readonly Json[], at: string, asked: Asked, found: Misfit[]): void {
  const { minItems, maxItems, uniqueItems, prefixItems, items, contains, minContains = 1, maxContains } = schema;
  if (typeof minItems === 'number' && value.length < minItems)
    found.push({ pointer: at, expected: `at least ${minItems} items` });
  if (typeof maxItems === 'number' && value.length > maxItems)
    found.push({ pointer: at, expected: `at most ${maxItems} items` });
  if (uniqueItems === true && new Set(value.map(canonical)).size < value.length) {
    found.push({ pointer: at, expected: 'items that differ' });
  }
  const first = isArray(prefixItems) ? prefixItems : [];
  value.forEach((each, i) => {
    const schemaOf = i < first.length ? first[i] : items;
    if (schemaOf !== undefined && found.length < MISFITS_AT_MOST)
      found.push(...look(schemaOf, each, `${at}/${i}`, asked));
  });
  if (contains === undefined) return;
  const count = value.filter(each => look(contains, each, at, asked).length === 0).length;
  if (typeof minContains === 'number' && count < minContains) {
    found.push({ pointer: at, expected: `at least ${minContains} items of a certain form` });
  }
  if (typeof maxContains === 'number' && count > maxContains) {
    found.push({ pointer: at, expected: `at most ${maxContains} items of a certain form` });
  }
}

function lookAtObject(schema: JsonObject, value: JsonObject, at: string, asked: Asked, found: Misfit[]): void {
  const { required, minProperties, maxProperties, propertyNames, dependentRequired, dependentSchemas } = schema;
  const names = Object.keys(value);
  const must = (name: Json): void => {
    if (typeof name === 'string' && !Object.hasOwn(value, name))
      found.push({ pointer: at, expected: `a member ${name}` });
  };
  if (isArray(required)) required.forEach(must);
  if (typeof minProperties === 'number' && names.length < minProperties) {
    found.push({ pointer: at, expected: `at least ${minProperties} members` });
  }
  if (typeof maxProperties === 'number' && names.length > maxProperties) {
    found.push({ pointer: at, expected: `at most ${maxProperties} members` });
  }
  for (const name of names) {
    const here = `${at}/${segment(name)}`;
    if (propertyNames !== undefined && look(propertyNames, name, here, asked).length > 0) {
      found.push({ pointer: here, expected: 'a member of another name' });
    }
    const dependents = property(dependentRequired, name);
    if (isArray(dependents)) dependents.forEach(must);
    const dependent = property(dependentSchemas, name);
    if (dependent !== undefined) found.push(...look(dependent, value, at, asked));
    lookAtMember(schema, name, value[name] ?? null, here, asked, found);
  }
}

function lookAtMember(schema: JsonObject, name: string, value: Json, at: string, asked: Asked, found: Misfit[]): void {
  const { properties, patternProperties, additionalProperties } = schema;
  const own = property(properties, name);
  if (own !== undefined) found.push(...look(own, value, at, asked));
  let isKnown = own !== undefined;
  if (isObject(patternProperties)) {
    for (const [pattern, inner] of Object.entries(patternProperties)) {
      asked.steps++;
      if (!isFound(pattern, name, patternProperties)) continue;
      isKnown = true;
      found.push(...look(inner, value, at, asked));
    }
  }
  if (isKnown || additionalProperties === undefined) return;
  if (additionalProperties !== false) found.push(...look(additionalProperties, value, at, asked));
  else
    found.push({
      pointer: at,
      expected: isObject(properties) ? `only ${Object.keys(properties).join(', ')}` : 'nothing',
    });
}

function lookAtAlternatives(schema: JsonObject, value: Json, at: string, asked: Asked, found: Misfit[]): void {
  const { allOf, anyOf, oneOf, not, if: condition } = schema;
  const isMet = (each: Json): boolean => look(each, value, at, asked).length === 0;
  if (isArray(allOf)) for (const each of allOf) found.push(...look(each, value, at, asked));
  if (isArray(anyOf) && !anyOf.some(isMet))
    found.push({ pointer: at, expected: alternativesText(anyOf, value, at, asked) });
  if (isArray(oneOf)) {
    const met = oneOf.filter(isMet).length;
    if (met === 0) found.push({ pointer: at, expected: alternativesText(oneOf, value, at, asked) });
    if (met > 1) found.push({ pointer: at, expected: 'exactly one of the alternatives' });
  }
  if (not !== undefined && isMet(not)) found.push({ pointer: at, expected: 'something else' });
  if (condition === undefined) return;
  const branch = isMet(condition) ? schema.then : schema.else;
  if (branch !== undefined) found.push(...look(branch, value, at, asked));
}

function alternativesText(alternatives: readonly Json[], value: Json, at: string, asked: Asked): string {
  return alternatives.map(each => look(each, value, at, asked)[0]?.expected ?? 'anything').join(', or ');
}
