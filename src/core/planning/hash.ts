/** Fingerprints: of a plan, so that approving one means approving exactly this, and of a task, so that it is done once. */
import { createHash } from 'node:crypto';
import { asJson, canonical, type Json } from '../json.ts';
import type { Foretold, PlannedTask, ReadFact } from '../plan.ts';

/** What is approved: the tasks with all their effects, what they come to, what was read, and for which word of whom. */
export interface Approvable {
  readonly tasks: readonly PlannedTask[];
  readonly readSet: readonly ReadFact[];
  readonly expectations: readonly { readonly id: string; readonly seq: number }[];
  readonly outcome?: readonly Foretold[];
}

export function planHash({ tasks, readSet, expectations, outcome = [] }: Approvable): string {
  return sha256(asJson({ tasks, readSet, expectations, outcome }));
}

/** The same for the same step towards the same end, for as long as the same is expected. */
export function taskKey(
  { driver, step: { op, args } }: Pick<PlannedTask, 'driver' | 'step'>,
  leaf: string,
  expectation: { readonly id: string; readonly seq: number },
): string {
  return sha256({ driver, op, args, leaf, expectation: expectation.id, seq: expectation.seq });
}

function sha256(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}
