/** The route of `changes`: the change list, and the stream of it. */
import * as z from 'zod';
import { sharedClasses } from '../../core/model/shared-record.ts';
import { failing, headers } from '../describe/answers.ts';
import { anyJson, cause, type Describe, inQuery, path, text, time, whole } from './describing.ts';

/** One change, as the list and the stream tell it. */
export const change = z.strictObject({
  cursor: text,
  seq: whole,
  at: time,
  subject: z.enum(['instance', ...sharedClasses, 'expectation', 'verdict', 'plan', 'task', 'rule']),
  id: text,
  instanceType: z.enum(['service', 'resource']).exactOptional(),
  type: z.enum(['create', 'stateChange', 'attributeValueChange', 'delete']),
  paths: z.array(z.strictObject({ path, old: anyJson.optional(), new: anyJson.optional() })),
  cause,
  document: z.record(text, anyJson).exactOptional(),
});

export const changesDescribed: Describe = schemas => {
  const shown = schemas.shown('Change', change);
  return {
    '/changes': {
      get: {
        operationId: 'listChanges',
        summary: 'The change list, oldest first; with Accept: text/event-stream it is followed',
        parameters: [
          inQuery('after', 'The cursor to go on from, SEQ or EPOCH.SEQ'),
          inQuery('limit', 'How many to show at most; no more than 1000', { type: 'integer', minimum: 0 }),
          {
            name: 'Last-Event-ID',
            in: 'header',
            description: 'The cursor of a reader who comes back',
            schema: { type: 'string' },
          },
        ],
        responses: {
          200: {
            description: 'The changes after the cursor',
            headers: headers('X-Result-Count', 'X-Next-Cursor'),
            content: {
              'application/json': { schema: { type: 'array', items: shown } },
              'text/event-stream': { schema: { type: 'string' } },
            },
          },
          ...failing('gone'),
        },
      },
    },
  };
};
