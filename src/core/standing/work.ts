/** How much thought an answer may take: what cannot be told within it is left undecided, never called a conflict. */

/** What one answer may take; a step is about a microsecond, and nobody else has a turn meanwhile. */
const STEPS = 8_000;
/** What each claim adds to it, so that large expectations are told too, and how far. */
const STEPS_PER_CLAIM = 10;
const MOST_STEPS = 20_000;
/** What an answer gets where all are used up: enough for what is plain, as two values that differ. */
const LITTLE = 64;
const LITTLE_PER_CLAIM = 4;

/** What is left of one answer; below nothing it ends. */
export interface Work {
  left: number;
}

/** What many answers may take together; each still gets a little when it is used up. */
export interface Budget {
  left: number;
}

export function newBudget(steps: number): Budget {
  return { left: steps };
}

/** What an answer about so many claims may take. */
export function workFor(claims: number, budget?: Budget): Work {
  const whole = Math.min(MOST_STEPS, STEPS + STEPS_PER_CLAIM * claims);
  if (!budget || budget.left >= whole) return { left: whole };
  return { left: Math.min(whole, Math.max(budget.left, LITTLE + LITTLE_PER_CLAIM * claims)) };
}
