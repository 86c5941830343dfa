/** Short words for the descriptions of the agent's own routes: what their answers have in common. */
import * as z from 'zod';
import { modes } from '../../core/expectation.ts';
import type { JsonObject } from '../../core/json.ts';
import { outOfBandPolicies } from '../../core/rule.ts';
import { answer, failing, headers } from '../describe/answers.ts';
import type { PathItem } from '../describe/document.ts';
import type { ZodSchemas } from '../describe/zod-schemas.ts';

/** Describes the routes of one file; what it shows and takes is given to the schemas of the API. */
export type Describe = (schemas: ZodSchemas) => Readonly<Record<string, PathItem>>;

export const text = z.string();
export const time = z.iso.datetime();
export const whole = z.int().min(0);
/** Any JSON: what stands in a document, or an expectation. */
export const anyJson = z.unknown();
export const mode = z.enum(modes);
export const outOfBand = z.enum(outOfBandPolicies);
export const verdict = z.enum(['met', 'unmet', 'unknown', 'inapplicable']);
/** JSON pointer, in which the elements of keyed arrays go by their keys. */
export const path = z.string().regex(/^(\/.*)?$/s);

export const cause = z.strictObject({
  principal: text,
  kind: z.enum(['observation', 'request', 'task', 'judgement', 'upkeep']),
  ref: text.exactOptional(),
  why: text.exactOptional(),
});

export const inQuery = (name: string, description: string, schema: JsonObject = { type: 'string' }): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

export const inHeader = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});

export const inPath = (name: string, description: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

/** How every list of the agent's own pages. */
export const paged: readonly JsonObject[] = ['Offset', 'Limit'].map(name => ({
  $ref: `#/components/parameters/${name}`,
}));

/** Of a list that is counted whole. */
export function listOf(description: string, items: JsonObject): JsonObject {
  return answer(description, { type: 'array', items }, { headers: headers('X-Total-Count', 'X-Result-Count') });
}

/** Of a list whose end is not looked for. */
export function pageOf(description: string, items: JsonObject): JsonObject {
  return answer(description, { type: 'array', items }, { headers: headers('X-Result-Count') });
}

export function bodyOf(schema: JsonObject, example?: JsonObject, required = true): JsonObject {
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return { ...(required ? { required } : {}), content: { 'application/json': content } };
}

/** The operations to go on with after one has been made. */
export function linksById(operations: readonly string[], at = '$response.body#/id'): JsonObject {
  return {
    links: Object.fromEntries(operations.map(operationId => [operationId, { operationId, parameters: { id: at } }])),
  };
}

export const removed: JsonObject = { 204: { description: 'Gone' }, ...failing('conflict') };
