/**
 * A rule: what the local operator, and below them the profile, says about what may be done. One list for each sort,
 * in order; the first that matches counts.
 */
import type { Mode } from './expectation.ts';
import type { Instant } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Path } from './path.ts';

declare const brand: unique symbol;
export type RuleId = string & { readonly [brand]: 'RuleId' };
export const ruleId = (text: string): RuleId => text as RuleId;

export const ruleSorts = ['mode', 'outOfBand', 'budget', 'window', 'freeze', 'settle', 'delegate', 'protect'] as const;
export type RuleSort = (typeof ruleSorts)[number];

/**
 * What becomes of something that somebody changed at the element: put it right, stop expecting it, expect it as it is
 * now, or leave it until a person decides.
 */
export const outOfBandPolicies = ['restore', 'adopt', 'manage', 'hold'] as const;
export type OutOfBandPolicy = (typeof outOfBandPolicies)[number];

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];

/** What a rule speaks of; what is left out is everything. */
export interface RuleScope {
  readonly expectation?: string;
  /** The set that an expectation was laid with. */
  readonly set?: string;
  readonly kind?: string;
  /** Its id, or its name. */
  readonly instance?: string;
  /** This path, and all below it. */
  readonly path?: Path;
}

/** What each budget is for: all together, or each kind, instance or path by itself. */
export const budgetParts = ['all', 'kind', 'instance', 'path'] as const;
export type BudgetPart = (typeof budgetParts)[number];

export type RuleBody =
  | { readonly sort: 'mode'; readonly mode: Mode }
  | { readonly sort: 'outOfBand'; readonly policy: OutOfBandPolicy }
  | {
      readonly sort: 'budget';
      readonly changes?: number;
      readonly deletions?: number;
      /** The length of the sliding window, such as `10m`. */
      readonly within?: string;
      readonly per?: BudgetPart;
      /** Stops what a person has approved, too. */
      readonly strict?: boolean;
    }
  | {
      readonly sort: 'window';
      readonly days?: readonly Day[];
      /** Time of day; the end may be before the beginning: over midnight. */
      readonly from: string;
      readonly to: string;
      /** IANA name; UTC when not said. */
      readonly zone?: string;
    }
  | { readonly sort: 'freeze'; readonly from?: Instant }
  | {
      readonly sort: 'settle';
      readonly holdDown?: string;
      readonly holdUp?: string;
      readonly gain?: number;
      readonly hysteresis?: number;
      readonly flaps?: number;
      readonly flapWindow?: string;
      readonly coolOff?: string;
      readonly attempts?: number;
      readonly reversals?: number;
      readonly gainWindow?: string;
    }
  | { readonly sort: 'delegate'; readonly peer: string; readonly after?: string; readonly timeout?: string }
  | { readonly sort: 'protect'; readonly within?: string };

export interface RuleHead {
  readonly id: RuleId;
  /** From 1, among those of its sort and author. */
  readonly position: number;
  /** Who laid it: the operator, or `profile`. */
  readonly principal: string;
  readonly for?: RuleScope;
  /** A label of the author's choice. */
  readonly owner?: string;
  readonly why?: string;
  /** From then on it is without effect. */
  readonly until?: Instant;
  readonly createdAt: Instant;
  readonly seq: number;
}

export type Rule = RuleHead & RuleBody;
export type RuleOf<Sort extends RuleSort> = Rule & { readonly sort: Sort };

/** A rule that its store has yet to number. */
export type UnwrittenRule = { readonly [Sort in RuleSort]: Omit<RuleOf<Sort>, 'seq'> }[RuleSort];

/** What its keeper adds; the rest is what the author said. */
const kept: ReadonlySet<string> = new Set(['id', 'position', 'principal', 'createdAt', 'seq']);

/** What a rule says, without who keeps it and where. */
export function saidByRule(rule: UnwrittenRule): JsonObject {
  // A rule is plain data through and through.
  return Object.fromEntries(Object.entries(rule).filter(([key]) => !kept.has(key))) as JsonObject;
}
