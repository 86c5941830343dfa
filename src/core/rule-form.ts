/** The written form of a rule, sort by sort: in a body, and in a firmware profile. */
import * as z from 'zod';
import { instantOf } from './date-time.ts';
import { durationMs } from './duration.ts';
import { AgentError } from './errors.ts';
import { modes } from './expectation.ts';
import { isZone } from './guard/zone.ts';
import { asJson, type JsonObject } from './json.ts';
import {
  budgetParts,
  days,
  outOfBandPolicies,
  type RuleBody,
  type RuleHead,
  type RuleSort,
  ruleSorts,
  type UnwrittenRule,
} from './rule.ts';

const name = z.string().min(1).max(512);
const path = z.string().max(2_000).regex(/^\/./s, 'a path such as /resourceCharacteristic/mtu');
const duration = z
  .string()
  .refine(text => durationMs(text) !== undefined, 'a duration such as 500ms, 30s, 10m, 1h or 7d');
/** Long enough to say yes, short enough to wait for it locked out. */
const confirmTime = duration.refine(text => {
  const ms = durationMs(text) ?? 0;
  return ms >= 5_000 && ms <= 3_600_000;
}, 'a duration from 5s to 1h');
const count = z.int('a whole number').min(0, 'a whole number from 0').max(1_000_000, 'at most 1000000');
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 22:00');
const instant = z
  .string()
  .refine(text => instantOf(text) !== undefined, 'a date and time such as 2026-01-15T12:00:00Z');

/** Stands in paths of the API. */
export const ruleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name of letters, digits, dots, dashes and underscores, 64 at most');

export const scopeForm = z
  .strictObject({
    expectation: name.exactOptional(),
    set: name.exactOptional(),
    kind: name.exactOptional(),
    instance: name.exactOptional(),
    path: path.exactOptional(),
  })
  .refine(scope => Object.keys(scope).length > 0, 'at least one of expectation, set, kind, instance and path');

const common = {
  id: ruleName.exactOptional(),
  for: scopeForm.exactOptional(),
  owner: name.exactOptional(),
  why: z.string().max(2_000).exactOptional(),
  until: instant.exactOptional(),
};

const budget = z
  .strictObject({
    sort: z.literal('budget'),
    ...common,
    changes: count.exactOptional(),
    deletions: count.exactOptional(),
    within: duration.exactOptional(),
    per: z.enum(budgetParts).exactOptional(),
    strict: z.boolean().exactOptional(),
  })
  .refine(({ changes, deletions }) => changes !== undefined || deletions !== undefined, {
    message: 'how many changes, deletions, or both, the budget allows',
    path: ['changes'],
  })
  .refine(({ within }) => within === undefined || (durationMs(within) ?? 0) <= LONGEST_BUDGET_MS, {
    message: 'at most 7d',
    path: ['within'],
  });

/** What is begun is kept for as long as the longest budget looks back. */
export const LONGEST_BUDGET_MS = 7 * 86_400_000;

export const ruleForms = {
  mode: z.strictObject({ sort: z.literal('mode'), ...common, mode: z.enum(modes) }),
  outOfBand: z.strictObject({ sort: z.literal('outOfBand'), ...common, policy: z.enum(outOfBandPolicies) }),
  budget,
  window: z.strictObject({
    sort: z.literal('window'),
    ...common,
    days: z
      .array(z.enum(days))
      .min(1, 'at least one day')
      .refine(all => new Set(all).size === all.length, 'each day once')
      .exactOptional(),
    from: time,
    to: time,
    zone: z.string().refine(isZone, 'the IANA name of a time zone, such as Europe/Berlin').exactOptional(),
  }),
  freeze: z
    .strictObject({
      sort: z.literal('freeze'),
      ...common,
      from: instant.exactOptional(),
      until: instant,
      why: z.string().min(1, 'the reason, for whoever meets it').max(2_000),
    })
    .refine(({ from, until }) => from === undefined || (instantOf(from) ?? 0) < (instantOf(until) ?? 0), {
      message: 'a time after from',
      path: ['until'],
    }),
  settle: z.strictObject({
    sort: z.literal('settle'),
    ...common,
    holdDown: duration.exactOptional(),
    holdUp: duration.exactOptional(),
    gain: z.number().positive('a number above 0').exactOptional(),
    hysteresis: z.number().min(0, 'a number from 0').exactOptional(),
    flaps: count.exactOptional(),
    flapWindow: duration.exactOptional(),
    coolOff: duration.exactOptional(),
    attempts: count.exactOptional(),
    reversals: count.exactOptional(),
    gainWindow: duration.exactOptional(),
  }),
  delegate: z.strictObject({
    sort: z.literal('delegate'),
    ...common,
    peer: name,
    after: duration.exactOptional(),
    timeout: duration.exactOptional(),
  }),
  protect: z.strictObject({
    sort: z.literal('protect'),
    ...common,
    for: scopeForm,
    within: confirmTime.exactOptional(),
  }),
} satisfies Readonly<Record<RuleSort, z.ZodType>>;

/** One form for all sorts. */
export const ruleForm = z.discriminatedUnion('sort', [
  ruleForms.mode,
  ruleForms.outOfBand,
  ruleForms.budget,
  ruleForms.window,
  ruleForms.freeze,
  ruleForms.settle,
  ruleForms.delegate,
  ruleForms.protect,
]);

/** What an author says; who keeps it, and where in the order, is added by its keeper. */
export type SaidRule = RuleBody & Pick<RuleHead, 'for' | 'owner' | 'why' | 'until'> & { readonly id?: string };

export function toRule(read: z.output<typeof ruleForm>): SaidRule {
  const { until, ...rest } = read;
  const ends = until === undefined ? {} : { until: instantOf(until) ?? 0 };
  if (rest.sort !== 'freeze') return { ...rest, ...ends };
  const { from, ...freeze } = rest;
  return { ...freeze, ...(from === undefined ? {} : { from: instantOf(from) ?? 0 }), ...ends };
}

/** Throws `invalid` with the pointer of what does not fit, and names the sorts where the sort is none. */
export function readRule(body: unknown): SaidRule {
  const read = ruleForm.safeParse(body);
  if (read.success) return toRule(read.data);
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const pointer = [...(issue?.path ?? []), ...unknown].map(part => `/${String(part)}`).join('');
  const why =
    issue?.code === 'invalid_union'
      ? `the sort of a rule is one of ${ruleSorts.join(', ')}`
      : unknown.length > 0
        ? 'there is no such member in a rule of this sort'
        : (issue?.message ?? 'unreadable');
  throw new AgentError('invalid', `the rule does not fit at ${pointer || 'its root'}: ${why}`, { pointer });
}

/** As it is written: instants as dates and times. */
export function writtenRule(rule: SaidRule | UnwrittenRule): JsonObject {
  return {
    ...asJson(rule),
    ...(rule.sort === 'freeze' && rule.from !== undefined ? { from: iso(rule.from) } : {}),
    ...(rule.until === undefined ? {} : { until: iso(rule.until) }),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
