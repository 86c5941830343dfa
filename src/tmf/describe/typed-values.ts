/** The typed characteristics of v5 as conditions: a `@type` that names one says what the value is. */
import type { JsonObject } from '../../core/json.ts';

const scalars = { String: 'string', Boolean: 'boolean', Integer: 'integer', Number: 'number', Object: 'object' };

export function typedValues(): JsonObject[] {
  return Object.entries(scalars).flatMap(([name, type]) => [
    typedValue(`${name}Characteristic`, { type }),
    typedValue(`${name}ArrayCharacteristic`, { type: 'array', items: { type } }),
  ]);
}

function typedValue(name: string, value: JsonObject): JsonObject {
  return {
    if: { properties: { '@type': { const: name } }, required: ['@type'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { value }, required: ['value'] },
  };
}
