/** An expectation as the agent's own API shows it. */

import type { Expectation } from '../../core/expectation.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import type { KeyedArrays } from '../../core/path.ts';
import { refinedExpect } from '../../core/refinement.ts';
import type { Conflict, Found } from '../../core/standing/conflicts.ts';
import type { Wish } from '../../core/standing/merge.ts';
import type { StandingVerdict } from '../../core/verdict.ts';
import { iso, withTimes } from './parts.ts';

export function showExpectation(expectation: Expectation, keyed: KeyedArrays): JsonObject {
  const { refinements, withdrawing } = expectation;
  return {
    href: `/diffo/v1/expectations/${encodeURIComponent(expectation.id)}`,
    ...withTimes(expectation, ['createdAt']),
    ...(withdrawing ? { withdrawing: withTimes(withdrawing, ['since', 'until', 'againAt', 'heldUntil']) } : {}),
    ...(refinements
      ? {
          refinements: refinements.map(({ at, cause, ...each }) => ({ ...each, at: iso(at), cause: asJson(cause) })),
          refined: refinedExpect(expectation, keyed),
        }
      : {}),
  };
}

/** With `undecided` only where something is, so that nobody takes silence for a yes. */
export function showFound({ conflicts, undecided, areAll }: Found): JsonObject {
  return {
    conflicts: conflicts.map(showConflict),
    ...(undecided.length === 0 ? {} : { undecided: undecided.map(asJson) }),
    conflictsAreAll: areAll,
  };
}

/** What was found between peers; each once, whatever instances it is of. */
export function showToldConflicts(verdicts: readonly StandingVerdict[]): JsonObject {
  const told = verdicts.flatMap(({ conflicts = [] }) => conflicts.map(showConflict));
  const once = new Map(told.map(each => [JSON.stringify(each), each]));
  return once.size === 0 ? {} : { conflicts: [...once.values()] };
}

export function showConflict({ path, wants, with: others, stands }: Conflict): JsonObject {
  return { path, wants, with: others.map(showWish), stands };
}

export function showWish({ expectation, principal, owner, priority, wants }: Wish): JsonObject {
  return { expectation, principal, ...(owner === undefined ? {} : { owner }), priority, wants };
}
