/** What a caller may say of plans and pauses, as the bodies of its requests. */
import * as z from 'zod';
import { durationMs } from '../../core/duration.ts';

/** Long enough to say yes, short enough to wait for it locked out. */
const CONFIRM_MS = { least: 5_000, most: 3_600_000 };

/** The person who asks, by name; the caller itself where nobody is named. */
const by = z.string().trim().min(1).max(200).exactOptional();

export const scope = z
  .strictObject({ instance: z.string().exactOptional(), expectation: z.string().exactOptional(), by })
  .nullish()
  .transform(given => given ?? {});
export const approval = z
  .strictObject({
    hash: z.string().exactOptional(),
    by,
    /** In spite of freezes, and outside of maintenance windows. */
    duringFreeze: z.boolean().exactOptional(),
    /** How long its confirmation may take, of a plan that has to be confirmed. */
    within: z
      .string()
      .refine(text => {
        const ms = durationMs(text);
        return ms !== undefined && ms >= CONFIRM_MS.least && ms <= CONFIRM_MS.most;
      }, 'a duration from 5s to 1h')
      .exactOptional(),
  })
  .nullish()
  .transform(given => given ?? {});
export const confirmation = z
  .strictObject({ hash: z.string().exactOptional(), by })
  .nullish()
  .transform(given => given ?? {});
export const taking = z
  .strictObject({ force: z.boolean().exactOptional(), duringFreeze: z.boolean().exactOptional() })
  .nullish()
  .transform(given => given ?? {});
export const stop = z.strictObject({
  scope: z
    .string()
    .regex(/^(all|kind:.+|instance:.+|leaf:[^:]+:.*)$/, 'all, kind:NAME, instance:ID or leaf:EXPECTATION:INSTANCE'),
  why: z.string().max(2000).exactOptional(),
});
