/** The hands of the loop: what is undone, withdrawn, interrupted, approved or may be done by itself is carried out in turn. */

import type { ExpectationId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { begin, finish, leavesFor, recoverTasks } from './carry-out.ts';
import type { Commits } from './confirm.ts';
import type { Drafts } from './drafts.ts';
import { BY_ITSELF } from './guard.ts';
import { overlapsOf, overlapWords, standingTasks } from './overlap.ts';
import { draftPlan, type Holding, refuseWhatMoved, whyMoved, whyUnwanted } from './plans.ts';
import { putBackWithdrawn, type RestoreParts } from './restore.ts';
import { takeBack } from './take-back.ts';
import { upkeep } from './upkeep.ts';
import type { Verdicts } from './verdicts.ts';

export interface ActingParts extends RestoreParts {
  readonly abilityOf: Holding['abilityOf'];
  readonly drafts: Drafts;
  readonly commits: Commits;
  readonly verdicts: Verdicts;
  /** Looks everywhere, and judges what moved. */
  readonly lookAndJudge: () => Promise<void>;
  readonly counts: { wrongPredictions: number; tasksDone: number; tasksFailed: number; plansRefused: number };
}

/** True when anything was done to an element, or found to have moved before it could be done. */
export async function actNow(parts: ActingParts): Promise<boolean> {
  const { store, clock, counts, guard, commits } = parts;
  // One that could not be written down after it was done, as on a full disk, is looked at again like after a crash.
  recoverTasks(store);
  let acted = false;
  for (const undoing of store.plans({ states: ['undoing'] })) {
    // One that failed waits for a person to ask again; what was not confirmed is seen to elsewhere, until it is back.
    if (undoing.because !== undefined || undoing.confirm?.lapsed !== undefined) continue;
    if (isInTheWay(parts, undoing)) continue;
    await takeBack(parts, undoing);
    await parts.lookAndJudge();
    acted = true;
  }
  if (await putBackWithdrawn(parts)) {
    await parts.lookAndJudge();
    acted = true;
  }
  for (const interrupted of store.plans({ states: ['carryingOut'] })) {
    await carryOutAndVerify(parts, interrupted);
    acted = true;
  }
  for (const { id } of store.plans({ states: ['approved'] })) {
    counts.plansRefused += refuseWhatMoved(parts, clock.now());
    const approved = store.plan(id);
    // One that may not be begun now stays approved.
    if (approved?.state !== 'approved' || guard.holds(approved, clock.now())) continue;
    if (commits.whyHeld(approved) !== undefined) continue;
    await carryOutAndVerify(parts, begin(parts, approved));
    acted = true;
  }
  // What was just done may have changed what the draft was made from.
  return acted || actByItself(parts);
}

/** Asked again of one that was begun: somebody may have changed the same since, as while no agent ran. */
function isInTheWay(parts: ActingParts, undoing: Plan): boolean {
  const { store } = parts;
  const { id, confirm, undoForced } = undoing;
  // What waited for a word goes back at any word.
  if (undoForced || (confirm && confirm.confirmedBy === undefined)) return false;
  const tasks = standingTasks(store, id);
  const overlaps = overlapsOf(parts, tasks);
  if (overlaps.length === 0) return false;
  const because = `not taken back: ${overlapWords(parts, tasks, overlaps)}; undo it again, by force if you must`;
  store.transact({ ...upkeep, why: because }, writer => writer.putPlan({ ...undoing, because }));
  return true;
}

/** Carries out what needs nobody's word; true when there was something. */
async function actByItself(parts: ActingParts): Promise<boolean> {
  const { store, clock, drafts } = parts;
  const now = clock.now();
  const own = draftPlan(parts, drafts.free(now), { madeBy: 'loop', now });
  if (!own) return false;
  // The element itself has the last word; what has moved is judged, and planned for, in the next pass.
  for (const driver of new Set(own.tasks.map(task => task.driver))) await parts.look(driver, false);
  if (whyMoved(parts, own, clock.now()) !== undefined) return true;
  const written = store.transact({ ...upkeep, why: 'mode enforce' }, writer =>
    writer.putPlan({ ...own, state: 'approved', approvedBy: BY_ITSELF }),
  );
  await carryOutAndVerify(parts, begin(parts, written));
  return true;
}

async function carryOutAndVerify(parts: ActingParts, begun: Plan): Promise<void> {
  const { store, counts } = parts;
  const { plan, failures, waits } = await parts.commits.run(begun);
  await parts.lookAndJudge();
  if (waits) return;
  finish(parts, plan, failures, stillUnmet(parts, plan));
  for (const { state } of store.tasks({ plan: begun.id })) {
    if (state === 'done') counts.tasksDone++;
    if (state === 'terminatedWithError') counts.tasksFailed++;
  }
}

/** The leaves that a plan was to meet and that are unmet after it. */
function stillUnmet({ store, verdicts }: ActingParts, plan: Plan): string[] {
  const isUnmet = (expectation: ExpectationId, { instance, path }: PlannedTask): boolean => {
    // What is wanted now is not what was done in vain.
    if (whyUnwanted(store, plan, expectation) !== undefined) return false;
    const judged = verdicts.unmet.get(expectation, instance);
    return judged?.leaves.some(leaf => leaf.verdict === 'unmet' && `${leaf.path}/`.startsWith(`${path}/`)) ?? false;
  };
  const unmet = plan.tasks.flatMap(task =>
    [task.expectation, ...(task.also ?? [])]
      .filter(each => isUnmet(each, task))
      .flatMap(each => leavesFor({ ...task, expectation: each, also: [] })),
  );
  return [...new Set(unmet)];
}
