/** The routes of `specifications`. */
import * as z from 'zod';
import { answer, failing, headers } from '../describe/answers.ts';
import {
  bodyOf,
  type Describe,
  inPath,
  inQuery,
  linksById,
  listOf,
  paged,
  removed,
  text,
  whole,
} from './describing.ts';
import * as bodies from './specification-bodies.ts';

export const specificationsDescribed: Describe = schemas => {
  const shown = schemas.shown(
    'Specification',
    z.strictObject({
      id: text,
      href: text,
      '@type': z.enum(['ServiceSpecification', 'ResourceSpecification']),
      type: z.enum(['serviceSpecification', 'resourceSpecification']),
      name: text,
      version: text,
      majorVersion: whole.exactOptional(),
      minorVersion: whole.exactOptional(),
      patchVersion: whole.exactOptional(),
      tmfVersion: whole,
      lifecycleStatus: z.enum(['Active', 'Retired']),
      frozen: z.boolean(),
      description: text.exactOptional(),
      category: text.exactOptional(),
      kind: text.exactOptional(),
      lastUpdate: text.exactOptional(),
    }),
  );
  const made = bodyOf(schemas.taken('Specification_New', bodies.words), {
    name: 'broadband',
    category: 'connectivity',
  });
  const changed = schemas.taken('Specification_Change', bodies.change);
  const merge = { schema: changed, example: { description: 'what it is for' } };
  const id = inPath('id', 'The id of the specification');
  const answers = { 200: answer('As it is now', shown), ...failing('conflict') };
  const next = (operationId: string, summary: string) => ({
    post: { operationId, summary, parameters: [id], responses: answers },
  });
  return {
    '/specifications': {
      get: {
        operationId: 'listSpecifications',
        summary: 'What instances are specified by, by name, the highest version first',
        parameters: [
          inQuery('type', 'Of services or of resources alone', {
            type: 'string',
            enum: [
              'service',
              'serviceSpecification',
              'ServiceSpecification',
              'resource',
              'resourceSpecification',
              'ResourceSpecification',
            ],
          }),
          inQuery('name', 'Of this name alone'),
          inQuery('category', 'Of this category alone'),
          inQuery('latest', 'Of each name the highest version alone, unless it is false'),
          ...paged,
        ],
        responses: { 200: listOf('The specifications', shown), ...failing() },
      },
      post: {
        operationId: 'makeSpecification',
        summary: 'Makes a specification, or says more of the one of that name and major version',
        requestBody: made,
        responses: {
          200: answer('It was there, and is so now', shown, { headers: headers('Location') }),
          201: answer('Made', shown, {
            headers: headers('Location'),
            ...linksById([
              'getSpecification',
              'changeSpecification',
              'removeSpecification',
              'nextMinorSpecification',
              'nextPatchSpecification',
            ]),
          }),
          ...failing('conflict'),
        },
      },
    },
    '/specifications/{id}': {
      get: {
        operationId: 'getSpecification',
        summary: 'A specification',
        parameters: [id],
        responses: { 200: answer('The specification', shown), ...failing() },
      },
      patch: {
        operationId: 'changeSpecification',
        summary: 'Describes it, freezes it or lets it live again',
        parameters: [id],
        requestBody: { required: true, content: { 'application/json': merge, 'application/merge-patch+json': merge } },
        responses: answers,
      },
      delete: {
        operationId: 'removeSpecification',
        summary: 'Removes it, unless something is specified by it',
        parameters: [id],
        responses: removed,
      },
    },
    '/specifications/{id}/nextMinor': next('nextMinorSpecification', 'Moves its minor version on'),
    '/specifications/{id}/nextPatch': next('nextPatchSpecification', 'Moves its patch version on'),
  };
};
