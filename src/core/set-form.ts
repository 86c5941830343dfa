/** The written form of a set of expectations: in a body, and item by item in a firmware profile. */
import * as z from 'zod';
import { AgentError } from './errors.ts';
import { defaultPriority } from './expectation.ts';
import { checkExpected, expectationForm, type SaidReading, toTarget, within } from './expectation-form.ts';
import { type ExpectationSet, SET_SIZE, type SetItem } from './expectation-set.ts';
import type { Look } from './look.ts';
import { withoutSamples } from './samples.ts';

/** Stands in paths of the API and, mostly, as the name of a file. */
export const setName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name of letters, digits, dots, dashes and underscores, 64 at most');

export const itemForm = z.strictObject({
  name: z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u, 'a name of 1 to 128 characters, none of them a control character'),
  ...expectationForm,
});

export const setForm = z.strictObject({
  expectations: z.array(itemForm).max(SET_SIZE, `at most ${SET_SIZE} expectations; make several sets of them`),
  prune: z.boolean().exactOptional(),
});

/** As many as a directory of files can be expected to hold. */
const SETS_AT_ONCE = 100;

/** They are one commit, during which nothing else is done. */
const EXPECTATIONS_AT_ONCE = 2_000;

export const setsForm = z.strictObject({
  sets: z
    .array(setForm.extend({ name: setName }))
    .min(1, 'at least one set')
    .max(SETS_AT_ONCE, `at most ${SETS_AT_ONCE} sets`)
    .refine(
      sets => sets.reduce((sum, { expectations }) => sum + expectations.length, 0) <= EXPECTATIONS_AT_ONCE,
      `at most ${EXPECTATIONS_AT_ONCE} expectations together; lay the sets one by one`,
    ),
});

export function toItem({
  for: meant,
  expect,
  priority = defaultPriority,
  ...rest
}: z.output<typeof itemForm>): SetItem {
  return { ...rest, for: toTarget(meant), expect: withoutSamples(expect), priority };
}

/** Throws `invalid` with the pointer of the first thing that is said twice or is no expectation JSON. */
export function* readingSet(
  set: string,
  { expectations, prune = false }: z.output<typeof setForm>,
  reading: SaidReading,
): Look<ExpectationSet> {
  const items = expectations.map(toItem);
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    yield;
    if (seen.has(item.name)) {
      const reason = `the name ${item.name} stands twice in the set ${set}; give one of them another`;
      throw new AgentError('invalid', reason, { pointer: `/expectations/${i}/name` });
    }
    seen.add(item.name);
    within(`/expectations/${i}`, () => checkExpected(item, reading));
  }
  return { set, items, prune };
}
