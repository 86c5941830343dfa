/**
 * The outstanding: the part of an expectation that an actual does not meet, in the shape it was expected in. Beside it
 * the verdict, leaf by leaf, for those who must tell unmet from unknown.
 */
import { verdictOf, weigh } from './expected/leaves.ts';
import { met } from './expected/met.ts';
import type { Context, Reason, Verdict } from './expected/node.ts';
import { residual } from './expected/residual.ts';
import type { Expected } from './expected.ts';
import type { Json } from './json.ts';
import type { Path } from './path.ts';

export type { Context, ExpectedFunction, FunctionRegistry, Reason, Verdict } from './expected/node.ts';
export { allExpectedAt, expectedAt } from './expected/part.ts';

/** One thing that is expected at one place. */
export interface Leaf {
  readonly path: Path;
  /** What is unmet of it; the whole where it is met or unknown. */
  readonly expected: Json;
  /** Left out where there is none. */
  readonly actual?: Json;
  readonly verdict: Verdict;
  /** Left out where it is met. */
  readonly reason?: Reason;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** What is unmet; what is unknown is in `leaves` alone. */
  readonly residual?: Json;
  /** The unmet and the unknown leaves. */
  readonly leaves: readonly Leaf[];
}

/** Undefined when nothing is outstanding. */
export function outstanding(expected: Expected, actual: Json | undefined, context: Context): Json | undefined {
  return residual(expected.node, actual, context);
}

/** The same as a question; it stops at the first thing unmet. */
export function isOutstanding(expected: Expected, actual: Json | undefined, context: Context): boolean {
  return !met(expected.node, actual, context);
}

/** Any unmet leaf makes it unmet; else any unknown leaf makes it unknown; else it is met. */
export function judge(expected: Expected, actual: Json | undefined, context: Context): Judgement {
  if (!context.known && met(expected.node, actual, context)) return { verdict: 'met', leaves: [] };
  const leaves: Leaf[] = [];
  const rest = weigh(expected.node, actual, '', { context, leaves, all: false });
  return { verdict: verdictOf(leaves), ...(rest === undefined ? {} : { residual: rest }), leaves };
}

/** Every leaf, the met ones too. */
export function explain(expected: Expected, actual: Json | undefined, context: Context): readonly Leaf[] {
  const leaves: Leaf[] = [];
  weigh(expected.node, actual, '', { context, leaves, all: true });
  return leaves;
}
