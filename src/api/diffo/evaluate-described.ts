/** The route of `evaluate`. */
import * as z from 'zod';
import { questionProfileNames } from '../../tmf/comparators/profiles.ts';
import { question } from '../../tmf/evaluate.ts';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, type Describe, path, text, verdict } from './describing.ts';

export const reason = z.enum([
  'missing',
  'different',
  'type',
  'format',
  'bound',
  'unit',
  'length',
  'extra',
  'alternatives',
  'pattern',
  'function',
  'present',
  'stale',
  'never',
  'bad',
]);

export const evaluateDescribed: Describe = schemas => {
  const one = schemas.taken('Question', question.extend({ profile: z.enum(questionProfileNames).exactOptional() }), {
    required: ['expected'],
  });
  const judged = z.strictObject({
    verdict,
    outstanding: anyJson,
    explain: z.array(
      z.strictObject({
        path,
        expected: anyJson,
        actual: anyJson.optional(),
        verdict,
        reason: reason.exactOptional(),
        sentence: text,
      }),
    ),
  });
  const shown = schemas.shown('Judgement', judged);
  const example = { expected: { mtu: { $gte: 1500 } }, actual: { mtu: 1400 } };
  return {
    '/evaluate': {
      post: {
        operationId: 'evaluate',
        summary: 'What of an expectation an actual does not meet; nothing is stored',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { anyOf: [one, { type: 'array', items: one, maxItems: 1000 }] },
              example,
            },
          },
        },
        responses: {
          200: answer('The verdict, or one for each question', { anyOf: [shown, { type: 'array', items: shown }] }),
          ...failing(),
        },
      },
    },
  };
};
