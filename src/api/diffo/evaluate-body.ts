/** What a caller may ask the difference engine. */
import * as z from 'zod';
import type { Json } from '../../core/json.ts';

/** Keeps one request from holding the agent up. */
const QUESTIONS_AT_MOST = 1_000;

export const question = z.strictObject({
  expected: z.custom<Json>(value => value !== undefined, 'an expectation'),
  actual: z.custom<Json>().exactOptional(),
  /** Which arrays are keyed: `tmf@1`, or `plain` for none. */
  profile: z.enum(['tmf@1', 'plain']).exactOptional(),
  now: z.iso.datetime({ offset: true }).exactOptional(),
});
export const questions = z.array(z.unknown()).max(QUESTIONS_AT_MOST);
