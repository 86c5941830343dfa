/** TMF638 and TMF639 as OpenAPI has them: the routes of `tmf-routes`, the same for all roots of an API. */
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { exampleBodies, exampleEntity, examplePatches } from '../tmf/describe/examples.ts';
import { batchSchema, operationsSchema } from '../tmf/describe/patches.ts';
import { ShapeSchemas, schemasAt } from '../tmf/describe/shape-schemas.ts';
import { patchMedia } from '../tmf/patch/patch.ts';
import { apiRoot, type Version } from '../tmf/version.ts';
import { answer, commonComponents, errorSchema, failing, headers } from './describe/answers.ts';
import type { Described, PathItem } from './describe/document.ts';
import {
  attributeFilters,
  idParameter,
  listParameters,
  parameters,
  preconditions,
  rangeParameter,
  whichParameter,
} from './describe/parameters.ts';
import { hubDescribed } from './hub-described.ts';
import { batchMedia } from './tmf-entities.ts';
import { pathCharacters } from './tmf-writes.ts';

/** What the API of each type is called. */
export const inventoryNames: Record<
  InstanceType,
  { readonly api: string; readonly title: string; readonly entity: string }
> = {
  service: { api: 'tmf638', title: 'TMF638 Service Inventory Management', entity: 'Service' },
  resource: { api: 'tmf639', title: 'TMF639 Resource Inventory Management', entity: 'Resource' },
};

export function inventoryDescribed(type: InstanceType, version: Version, publicUrl: string): Described {
  const { api, title, entity } = inventoryNames[type];
  const schemas = new ShapeSchemas(type, version);
  const shown = schemas.entity('shown');
  const example = exampleEntity(type, version, publicUrl);
  const made = { allOf: [schemas.entity('made')], properties: { id: chosenId } };
  const hub = hubDescribed(type, version);
  const paths: Record<string, PathItem> = {
    '/': { get: entryPoint(type, 'retrieveEntryPoint') },
    [`/${type}`]: {
      get: {
        operationId: `list${entity}`,
        summary: `Lists ${type}s: filtered, sorted, page by page`,
        parameters: [...listParameters(type, version), attributeFilters(type, version), rangeParameter],
        responses: {
          200: answer(`The ${type}s, all or the last page`, listOf(shown), list200, [example]),
          206: answer('One page of several', listOf(shown), { ...list200, 'x-tmf-extension': true }, [example]),
          ...failing('invalid', 'gone', 'unsupported'),
        },
      },
      post: {
        operationId: `create${entity}`,
        summary: `Makes a ${type}`,
        parameters: [fields(version, true)],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: made, example: exampleBodies[type][version] } },
        },
        responses: {
          201: answer('Made', shown, { headers: headers('Location', 'ETag'), links: linksTo(entity) }, example),
          ...failing('invalid', 'conflict', 'unsupported'),
        },
      },
      patch: {
        operationId: `createSeveral${entity}s`,
        summary: `Makes several ${type}s, all of them or none`,
        'x-tmf-extension': true,
        parameters: [fields(version, true)],
        requestBody: {
          required: true,
          content: {
            [batchMedia]: {
              schema: batchSchema(made),
              example: [{ op: 'add', path: '/-', value: exampleBodies[type][version] }],
            },
          },
        },
        responses: {
          200: answer('All that were made, in their order', listOf(shown), {}, [example]),
          ...failing('invalid', 'conflict', 'unsupported'),
        },
      },
    },
    [`/${type}/{id}`]: {
      get: {
        operationId: `retrieve${entity}`,
        summary: `Shows a ${type}`,
        parameters: [idParameter, fields(version), whichParameter, preconditions.ifNoneMatch],
        responses: {
          200: answer(`The ${type}`, shown, { headers: headers('ETag', 'Link') }, example),
          304: {
            description: 'It is still what If-None-Match names',
            headers: headers('ETag', 'Link'),
            'x-tmf-extension': true,
          },
          ...failing('invalid', 'notFound', 'unsupported'),
        },
      },
      patch: {
        operationId: `patch${entity}`,
        summary: `Changes a ${type}: a patch is applied whole or not at all`,
        parameters: [idParameter, fields(version, true), preconditions.ifMatch, preconditions.ifNoneMatch],
        requestBody: { required: true, content: patchContent(schemas) },
        responses: {
          200: answer('As it is now', shown, { headers: headers('ETag') }, example),
          202: answer(
            'What a driver observes cannot be written: it has become an expectation, which Link names',
            shown,
            { headers: headers('ETag', 'Link'), ...(version === 'v4' ? { 'x-tmf-extension': true } : {}) },
            example,
          ),
          ...failing('invalid', 'notFound', 'conflict', 'preconditionFailed', 'unsupported'),
        },
      },
      delete: {
        operationId: `delete${entity}`,
        summary: `Removes a ${type}, unless a driver observes it on the element`,
        parameters: [idParameter, preconditions.ifMatch, preconditions.ifNoneMatch],
        responses: {
          204: { description: 'Removed' },
          ...failing('notFound', 'conflict', 'preconditionFailed'),
        },
      },
    },
    ...hub.paths,
  };
  return {
    name: `${api}${version}`,
    title: `${title} ${version}`,
    version: '1.0.0',
    about:
      `${title} ${version}, over the one store that all APIs of this agent share. What is not in the standard is marked ` +
      'with x-tmf-extension. Attributes that are not named here are kept and shown as they are.',
    root: apiRoot[type][version],
    paths,
    components: {
      ...commonComponents(version),
      parameters,
      schemas: {
        ...schemas.components,
        JsonPatchOperations: operationsSchema(),
        EntryPoint: entryPointSchema,
        Error: errorSchema(version),
        ...hub.schemas,
      },
    },
  };
}

/** The id of an entity may be chosen by who makes it. */
const chosenId: JsonObject = {
  type: ['string', 'null'],
  pattern: pathCharacters.source,
  not: { enum: ['.', '..'] },
  description: 'May be chosen; characters that may stand in a path',
  'x-tmf-extension': true,
};

const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });

const list200 = { headers: headers('X-Total-Count', 'X-Result-Count', 'Link', 'Content-Range', 'Accept-Ranges') };

/** The official files of v4 let answers to writes be whole alone. */
function fields(version: Version, isWrite = false): JsonObject {
  return { $ref: `#/components/parameters/${isWrite && version === 'v4' ? 'FieldsOfWrites' : 'Fields'}` };
}

function linksTo(entity: string): JsonObject {
  const link = (verb: string): JsonObject => ({
    operationId: `${verb}${entity}`,
    parameters: { id: '$response.body#/id' },
  });
  return { retrieve: link('retrieve'), patch: link('patch'), delete: link('delete') };
}

function patchContent(schemas: ShapeSchemas): JsonObject {
  const merge = schemas.entity('patched');
  return Object.fromEntries(
    patchMedia.map(media => {
      const isMerge = media === 'application/json' || media === 'application/merge-patch+json';
      const schema = isMerge ? merge : { $ref: `${schemasAt}JsonPatchOperations` };
      return [media, { schema, example: examplePatches[media] ?? null }];
    }),
  );
}

/** The description of the answer at the root of an API. */
export function entryPoint(of: string, operationId: string): JsonObject {
  return {
    operationId,
    summary: `Says what is served here: ${of}s and where`,
    'x-tmf-extension': true,
    responses: { 200: answer('The entry point', { $ref: `${schemasAt}EntryPoint` }), ...failing() },
  };
}

export const entryPointSchema: JsonObject = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'string' },
    _links: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { href: { type: 'string' } },
        required: ['href'],
        additionalProperties: false,
      },
      required: ['self'],
    },
  },
  required: ['name', 'version', '_links'],
  additionalProperties: false,
};
