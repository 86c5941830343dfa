/** The keywords of JSON Schema 2020-12 that are known here, and what each takes. */

export type Takes =
  | 'anything'
  | 'format'
  | 'lists'
  | 'number'
  | 'pattern'
  | 'positive'
  | 'reference'
  | 'schema'
  | 'schemaByPattern'
  | 'schemas'
  | 'schemasByName'
  | 'text'
  | 'texts'
  | 'trueOrFalse'
  | 'types'
  | 'values'
  | 'whole';

/**
 * What is not here is refused where a schema is declared, so that a misspelt keyword does not let everything pass.
 * Left out on purpose: what refers beyond the schema itself, and what depends on how others went (`unevaluated...`).
 */
export const keywords: Readonly<Record<string, Takes>> = {
  type: 'types',
  enum: 'values',
  const: 'anything',
  multipleOf: 'positive',
  maximum: 'number',
  exclusiveMaximum: 'number',
  minimum: 'number',
  exclusiveMinimum: 'number',
  maxLength: 'whole',
  minLength: 'whole',
  pattern: 'pattern',
  format: 'format',
  items: 'schema',
  prefixItems: 'schemas',
  contains: 'schema',
  minContains: 'whole',
  maxContains: 'whole',
  maxItems: 'whole',
  minItems: 'whole',
  uniqueItems: 'trueOrFalse',
  properties: 'schemasByName',
  patternProperties: 'schemaByPattern',
  additionalProperties: 'schema',
  propertyNames: 'schema',
  required: 'texts',
  dependentRequired: 'lists',
  dependentSchemas: 'schemasByName',
  maxProperties: 'whole',
  minProperties: 'whole',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'schema',
  else: 'schema',
  $ref: 'reference',
  $defs: 'schemasByName',
  $schema: 'text',
  $comment: 'text',
  title: 'text',
  description: 'text',
  default: 'anything',
  examples: 'values',
  deprecated: 'trueOrFalse',
  readOnly: 'trueOrFalse',
  writeOnly: 'trueOrFalse',
};

export const typeNames = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;
export type TypeName = (typeof typeNames)[number];
