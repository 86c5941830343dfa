/** The routes of the versions of an expectation. */
import * as z from 'zod';
import { failing } from '../describe/answers.ts';
import { anyJson, cause, type Describe, inPath, listOf, paged, time, whole } from './describing.ts';
import { said } from './expectations-described.ts';

export const versionsDescribed: Describe = schemas => {
  const version = schemas.shown(
    'ExpectationVersion',
    z.strictObject({
      hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      at: time,
      cause,
      seq: whole,
      ...said,
      refined: anyJson.optional(),
    }),
  );
  return {
    '/expectations/{id}/versions': {
      get: {
        operationId: 'listExpectationVersions',
        summary: 'What an expectation says and said before, newest first: the last twenty',
        parameters: [inPath('id', 'The id of the expectation'), ...paged],
        responses: { 200: listOf('The versions, the one that stands first', version), ...failing() },
      },
    },
  };
};
