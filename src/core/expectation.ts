/** An expectation: what someone expects of an instance, stored, with who, how much it matters and what may be done. */
import type { ExpectationId, InstanceId, Instant } from './ids.ts';
import type { Json } from './json.ts';
import type { Refinement } from './refinement.ts';
import type { OutOfBandPolicy } from './rule.ts';

/**
 * What the agent may do about what is outstanding, least first: judge in silence, tell, propose a plan that a person
 * approves, put right by itself.
 */
export const modes = ['observe', 'warn', 'approve', 'enforce'] as const;
export type Mode = (typeof modes)[number];

/** The mode that allows less. */
export function lesser(a: Mode, b: Mode): Mode {
  return modes.indexOf(a) <= modes.indexOf(b) ? a : b;
}

/**
 * Whose instance is meant: one by id, one by kind and name (which need not exist), or all that meet a condition. With
 * `peer` it is an instance of that peer, which judges it.
 */
export type Target = (
  | { readonly id: InstanceId }
  | { readonly kind: string; readonly name: string }
  | { readonly kind?: string; readonly where: Json }
) & { readonly peer?: string };

export interface Expectation {
  readonly id: ExpectationId;
  readonly for: Target;
  /** Expectation JSON, version 1. */
  readonly expect: Json;
  /** What documents of its sort may have, by name: what it expects names nothing else. */
  readonly profile?: string;
  /** Step by step what it was refined to; what is judged is the last of it. */
  readonly refinements?: readonly Refinement[];
  /** Absent: the profile's mode. */
  readonly mode?: Mode;
  /** What becomes of what somebody changes at the element; a rule may say so instead. */
  readonly outOfBand?: OutOfBandPolicy;
  /** 1–100; the larger stands where two cannot both hold. */
  readonly priority: number;
  /** The principal that laid it, from the transport: `operator`, `client`. */
  readonly principal: string;
  /** The set that it was laid with, and its name in there; absent for one that was laid alone. */
  readonly set?: string;
  readonly name?: string;
  /** A label of the author's choice. */
  readonly owner?: string;
  readonly why?: string;
  /** An expectation the instance must meet for this one to apply. */
  readonly when?: Json;
  readonly validFor?: { readonly startDateTime?: string; readonly endDateTime?: string };
  /** How old an observation may be before the verdict is unknown. */
  readonly freshnessMs?: number;
  /** What is done for it has to be so still after the element has started anew; where it cannot, nothing is done. */
  readonly lasting?: boolean;
  /** What becomes of what was done for it when it is withdrawn: `leave` (the default) or `restore`. */
  readonly onWithdraw?: OnWithdraw;
  /** It was withdrawn, and what it alone had changed goes back. */
  readonly withdrawing?: Withdrawing;
  /** Of a peer's: the hash by which the peer knows what it has asked for. */
  readonly version?: string;
  readonly createdAt: Instant;
  readonly seq: number;
}

/** Whether what it alone had changed goes back to what it was. */
export const onWithdraw = ['leave', 'restore'] as const;
export type OnWithdraw = (typeof onWithdraw)[number];

/** Withdrawn, and still there until what it had changed has gone back, or its time is up. */
export interface Withdrawing {
  readonly by: string;
  readonly since: Instant;
  /** After that it is let go, whatever has not gone back. */
  readonly until: Instant;
  /** Why it has not gone back yet, and when that is tried again. */
  readonly because?: string;
  readonly attempts?: number;
  readonly againAt?: Instant;
  /** When what it waits for ends by itself, as far as that can be told. */
  readonly heldUntil?: Instant;
}

export const defaultPriority = 50;

/**
 * What may be done for an expectation. The local operator's word is its mode; everyone else gets at most what the
 * profile allows.
 */
export function modeOf(expectation: Pick<Expectation, 'mode' | 'principal'>, profileMode: Mode): Mode {
  const asked = expectation.mode ?? profileMode;
  return expectation.principal === 'operator' ? asked : lesser(asked, profileMode);
}
