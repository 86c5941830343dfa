/** What the operations of every API have in common: how they fail, their headers and parameters. */
import type { Json, JsonObject } from '../../core/json.ts';
import { errorBody } from '../../tmf/error-body.ts';
import { type FailureCode, failureCodeNames, failureCodes, statusOf } from '../../tmf/failure-codes.ts';
import type { Version } from '../../tmf/version.ts';

/** Where an answer can come from before a route is asked. */
const everywhere: readonly FailureCode[] = [
  'malformed',
  'unauthorized',
  'forbidden',
  'notFound',
  'methodNotAllowed',
  'notAcceptable',
  'timeout',
  'tooLarge',
  'uriTooLong',
  'unsupportedMediaType',
  'expectationFailed',
  'tooManyRequests',
  'headersTooLarge',
  'internal',
  'storage',
];

/** References to the answers of a failing operation: those that every one has, and those of these codes. */
export function failing(...codes: readonly FailureCode[]): JsonObject {
  const statuses = [...new Set([...everywhere, ...codes].map(statusOf))].sort((a, b) => a - b);
  return Object.fromEntries(statuses.map(status => [status, { $ref: `#/components/responses/${status}` }]));
}

/** Statuses that the official files declare, at least at some operation. */
const official: Record<Version, readonly number[]> = {
  v4: [400, 401, 403, 404, 405, 409, 500],
  v5: [400, 401, 403, 404, 405, 409, 500, 501, 503],
};

/** The failing answers by status, as `components.responses` has them; with a version, in TMF's shape of it. */
export function failures(version?: Version): JsonObject {
  const statuses = new Set(failureCodeNames.map(statusOf));
  return Object.fromEntries([...statuses].map(status => [String(status), failure(status, version)]));
}

function failure(status: number, version: Version | undefined): JsonObject {
  const codes = failureCodeNames.filter(code => statusOf(code) === status);
  const isOurs = version !== undefined && !official[version].includes(status);
  return {
    description: codes.map(code => `${code}: ${failureCodes[code].about}`).join(' '),
    ...(isOurs ? { 'x-tmf-extension': true } : {}),
    ...headersOf(status),
    content: {
      'application/json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Error' }],
          properties: { code: { enum: [...codes] }, status: { const: String(status) } },
        },
      },
    },
  };
}

function headersOf(status: number): JsonObject {
  switch (status) {
    case 401:
      return { headers: headers('WWW-Authenticate') };
    case 405:
      return { headers: headers('Allow') };
    case 412:
      return { headers: headers('ETag') };
    case 415:
      return { headers: headers('Accept-Patch') };
    case 429:
      return { headers: headers('Retry-After') };
    default:
      return {};
  }
}

/** The body of every failing answer. */
export function errorSchema(version?: Version): JsonObject {
  const ours = version === undefined ? {} : { 'x-tmf-extension': true };
  return {
    type: 'object',
    description: 'What went wrong, as TMF630 has it',
    properties: {
      code: {
        type: 'string',
        enum: [...failureCodeNames],
        description: failureCodeNames.map(code => `${code}: ${failureCodes[code].about}`).join(' '),
      },
      reason: { type: 'string', minLength: 1, description: 'What is wrong and what to do, for a person' },
      message: { type: 'string', description: 'Where, in words' },
      pointer: { type: 'string', format: 'json-pointer', description: 'The place in the body that was sent', ...ours },
      parameter: { type: 'string', description: 'The parameter or header that it is about', ...ours },
      status: { type: 'string', pattern: '^[45][0-9]{2}$', description: 'That of the answer' },
      ...(version === 'v5' ? { '@type': { const: 'Error' } } : {}),
    },
    required: ['code', 'reason', 'status', ...(version === 'v5' ? ['@type'] : [])],
    examples: [errorBody({ code: 'notFound', reason: 'There is no service with the id "7"' }, version)],
  };
}

const text = { type: 'string' };
const whole = { type: 'integer', minimum: 0 };

const headersByName = {
  'Accept-Ranges': { description: 'The unit in which a part of the list may be asked for', schema: { const: 'items' } },
  Allow: { description: 'The methods of this path', schema: text },
  'Accept-Patch': { description: 'The media types of a patch', schema: text },
  'Content-Range': { description: 'Which part of how many: items 0-9/42', schema: text },
  ETag: { description: 'Names this state of the entity, for If-Match and If-None-Match', schema: text },
  Link: {
    description:
      'Other pages (self, first, prev, next, last), what a 202 laid (expectation), or how an entity is expected and what of that is outstanding (expected, outstanding)',
    schema: text,
  },
  Location: { description: 'Where it is', schema: text },
  'Retry-After': { description: 'Seconds', schema: whole },
  'WWW-Authenticate': { description: 'What is asked for', schema: text },
  'X-Next-Cursor': { description: 'Where the next page begins', schema: text },
  'X-Result-Count': { description: 'How many are on this page', schema: whole },
  'X-Total-Count': { description: 'How many there are', schema: whole },
} satisfies Record<string, Json>;

type HeaderName = keyof typeof headersByName;

/** References to headers by their names. */
export function headers(...names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The sections of `components` that every API has. */
export function commonComponents(version?: Version): { readonly responses: JsonObject; readonly headers: JsonObject } {
  return { responses: failures(version), headers: headersByName };
}

/** An answer with a JSON body. */
export function answer(description: string, schema: JsonObject, more: JsonObject = {}, example?: Json): JsonObject {
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return { description, ...more, content: { 'application/json': content } };
}
