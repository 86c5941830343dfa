/** The routes of `profile`. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { type Describe, text, time, whole } from './describing.ts';
import { takenAtStart } from './profile-door.ts';

/** How the profile stands, without its findings. */
export const profileStanding = z.strictObject({
  name: text,
  file: text.exactOptional(),
  readAt: time,
  restartFor: z.array(z.enum(takenAtStart)),
  ok: z.boolean(),
});

export const profileDescribed: Describe = schemas => {
  const findings = z.array(
    z.strictObject({
      pointer: text,
      message: text,
      found: text.exactOptional(),
      expected: text.exactOptional(),
      nearest: text.exactOptional(),
      line: whole.exactOptional(),
      column: whole.exactOptional(),
    }),
  );
  const standing = profileStanding.extend({ findings });
  const profile = schemas.shown('Profile', standing);
  const check = schemas.shown('ProfileCheck', z.strictObject({ ok: z.boolean(), findings }));
  const error = { $ref: '#/components/schemas/Error' };
  const failures = failing('conflict');
  return {
    '/profile': {
      get: {
        operationId: 'getProfile',
        summary: 'The firmware profile: which it is, since when, and what is wrong with its file',
        responses: { 200: answer('The profile', profile), ...failing() },
      },
    },
    '/profile/check': {
      post: {
        operationId: 'checkProfile',
        summary: 'Finds every mistake in a profile, each with its place',
        requestBody: {
          content: {
            'application/json': { schema: {}, example: { name: 'my-device' } },
            ...Object.fromEntries(
              ['application/yaml', 'application/x-yaml', 'text/yaml'].map(media => [
                media,
                { schema: { type: 'string' } },
              ]),
            ),
          },
        },
        responses: { 200: answer('What was found', check), ...failing() },
      },
    },
    '/profile/reload': {
      post: {
        operationId: 'reloadProfile',
        summary: 'Reads the file of the profile again; the kinds in use change only where it has no mistake',
        responses: {
          200: answer('It is in use', profile),
          ...failures,
          400: answer('It has mistakes, which are told beside the error', {
            anyOf: [{ ...error, required: ['findings'], properties: { findings: { type: 'array' } } }, error],
          }),
        },
      },
    },
  };
};
