/** The route of what stands, and what collisions look like. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, type Describe, inQuery, path, text } from './describing.ts';

/** What one expectation wants at one place. */
export const wish = z.strictObject({
  expectation: text,
  principal: text,
  owner: text.exactOptional(),
  priority: z.int().min(1).max(100),
  wants: anyJson,
});

/** One place where an expectation cannot hold together with others. */
export const conflict = z.strictObject({
  path,
  wants: anyJson,
  with: z.array(wish),
  /** Null: no value can meet what is wanted. */
  stands: text.nullable(),
});

/** With whom an expectation collides, as it is told to whoever lays it. */
export const found = {
  conflicts: z.array(conflict),
  /** Where it would take too long to tell; left out where there is nothing. */
  undecided: z.array(z.strictObject({ path, with: z.array(text) })).exactOptional(),
  conflictsAreAll: z.boolean(),
};

export const standingDescribed: Describe = schemas => {
  const overruled = wish.extend({ path, by: z.array(wish) });
  const standing = schemas.shown(
    'Standing',
    z.strictObject({
      instance: z.strictObject({
        id: text,
        type: z.enum(['service', 'resource']),
        kind: text,
        name: anyJson.optional(),
      }),
      expect: anyJson,
      leaves: z.array(
        z.strictObject({ path, expected: anyJson, origin: z.array(wish), overruled: z.array(overruled) }),
      ),
      overruled: z.array(overruled),
      /** What stands beside the rest because it would take too long to tell whether both can be met. */
      undecided: z.array(wish.extend({ path })),
    }),
  );
  return {
    '/standing': {
      get: {
        operationId: 'getStanding',
        summary: 'All that is expected of an instance as one expectation: whose each part is, and whom it overrules',
        parameters: [{ ...inQuery('instance', 'Which instance'), required: true }],
        responses: { 200: answer('What stands', standing), ...failing() },
      },
    },
  };
};
