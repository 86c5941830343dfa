/** The routes of `central`. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { type Describe, text, time, whole } from './describing.ts';

const state = z.enum(['connecting', 'sending', 'synced', 'backing off', 'differing']);

export const centralBriefly = z.strictObject({
  url: text,
  state,
  lagRows: whole,
  agreedAt: time.nullable(),
  alarm: text.exactOptional(),
  lastError: text.exactOptional(),
});

/** A row that the other side could not take. */
export const rowError = z.strictObject({ key: text, seq: whole, code: text, message: text });

export const centralDescribed: Describe = schemas => {
  const configured = z.strictObject({
    url: text,
    database: text.exactOptional(),
    state,
    epoch: whole,
    cursor: whole,
    seq: whole,
    lagRows: whole,
    agreedAt: time.nullable(),
    next: z.strictObject({ at: time, because: text }).nullable(),
    lastError: z.strictObject({ at: time, code: text, message: text }).nullable(),
    alarm: text.exactOptional(),
    counts: z.record(z.enum(['pushes', 'rows', 'rewinds', 'mismatches', 'stale', 'epochs']), whole),
    failures: z.record(text, whole),
    quarantined: z.array(rowError),
  });
  const none = z.strictObject({ state: z.literal('not configured'), set: z.literal('central.url') });
  const shown = schemas.shown('Central', configured);
  const either = schemas.shown('CentralOrNone', z.union([configured, none]));
  return {
    '/central': {
      get: {
        operationId: 'getCentral',
        summary: 'Whether the graph that the agent reports to has everything, and what stands in the way',
        responses: { 200: answer('How it stands', either), ...failing() },
      },
    },
    '/central/release': {
      post: {
        operationId: 'releaseCentral',
        summary: 'Goes on after a person has seen to what had stopped the stream',
        responses: { 200: answer('How it stands now', shown), ...failing() },
      },
    },
  };
};
