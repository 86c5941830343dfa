/**
 * Changes that may cut off whoever approved them: written down with the time they have before anything is done, and taken
 * back by themselves unless a word arrives after the act. By the agent that did it, by the one that starts after it, or,
 * where none does, by the fail-safe.
 */
import { AgentError, sentence } from '../core/errors.ts';
import type { Instant, PlanId } from '../core/ids.ts';
import type { Confirmation, Plan } from '../core/plan.ts';
import type { Held } from '../core/planner.ts';
import type { Task } from '../core/task.ts';
import type { FailSafe } from '../ports/fail-safe.ts';
import { type Failure, runTasks } from './carry-out.ts';
import { heldPlaces, placesOf } from './commit-places.ts';
import { endOpenTasks, hasMoved, protectedPart, unsettled } from './commit-rows.ts';
import { retryAfterMs } from './retry.ts';
import { type CarryOutParts, causeOf, driverOf, moved, next, plannedOf } from './rows.ts';
import { takeBack } from './take-back.ts';

export interface CommitParts extends CarryOutParts {
  readonly failSafe: FailSafe;
  /** How long a confirmation may take where nobody says. */
  readonly confirmWithinMs: number;
}

/** What came of running a plan. */
export interface Ran {
  /** As it stands now. */
  readonly plan: Plan;
  readonly failures: readonly Failure[];
  /** It waits for a word, and what is left of it waits with it. */
  readonly waits: boolean;
}

const OVERDUE_MS = 1_000;

export class Commits {
  readonly #parts: CommitParts;
  /** Of those that could not be taken back yet: how often it was tried, and when it will be again. */
  readonly #tried = new Map<PlanId, { readonly times: number; readonly againAtMs: number }>();

  /** Taken back, though that could not be written down. */
  readonly #unwritten = new Set<PlanId>();

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Carries out what a plan has left; of one that touches what is protected, no further than what has to be confirmed. */
  async run(plan: Plan): Promise<Ran> {
    const { store } = this.#parts;
    const part = protectedPart(plan);
    if (!part || plan.confirm?.confirmedBy !== undefined) {
      return { plan, failures: await runTasks(this.#parts, plan), waits: false };
    }
    const early = await runTasks(this.#parts, plan, { below: part.first });
    const begun = plan.confirm?.began ? plan : await this.#begin(plan);
    if (typeof begun === 'string') return { plan, failures: this.#giveUp(plan, early, begun), waits: false };
    const failures = await runTasks(this.#parts, begun, { below: part.last + 1, failed: early });
    if (store.tasks({ plan: plan.id }).some(task => plannedOf(plan, task)?.protected && hasMoved(task))) {
      const waiting = store.transact(causeOf(begun, 'it has to be confirmed'), writer =>
        writer.putPlan({ ...begun, state: next(begun, 'hold') }),
      );
      return { plan: waiting, failures, waits: true };
    }
    this.disarm(begun);
    return { plan: begun, failures: await runTasks(this.#parts, begun, { failed: failures }), waits: false };
  }

  /**
   * Takes back what was not confirmed in time; with a reason, what has still time too. True when anything was done to an
   * element.
   */
  async settle(now?: string): Promise<boolean> {
    const { store, failSafe } = this.#parts;
    let acted = false;
    for (const plan of unsettled(store)) {
      const lapsed = plan.confirm?.lapsed ?? this.#whyOver(plan) ?? now;
      if (lapsed === undefined) {
        await this.#armAgain(plan);
        continue;
      }
      const again = this.#tried.get(plan.id);
      if (again && failSafe.moment().upMs < again.againAtMs) continue;
      acted = true;
      await this.#takeBack(plan, lapsed);
    }
    return acted;
  }

  /** Whether a plan still waits for a word, or is not all back. */
  isOpen(id: PlanId): boolean {
    return unsettled(this.#parts.store).some(plan => plan.id === id);
  }

  /** When one of them has to be looked after; infinite when there is none. */
  nextTurn(now: Instant): Instant {
    const { store, failSafe } = this.#parts;
    const due = unsettled(store).map(plan => {
      const again = this.#tried.get(plan.id);
      const left = again ? again.againAtMs - failSafe.moment().upMs : this.#leftMs(plan);
      // Overdue after a pass: it could not be done in that.
      return now + (left > 0 ? left : OVERDUE_MS);
    });
    return Math.min(Number.POSITIVE_INFINITY, ...due);
  }

  /** A person's word, after the act, that it may stay. */
  confirm(plan: Plan, by: string): Plan {
    const { store, clock } = this.#parts;
    const { id, state, confirm, because } = plan;
    if (state !== 'unconfirmed' || !confirm) {
      const why =
        confirm?.lapsed !== undefined
          ? `it goes back: ${confirm.lapsed}`
          : confirm && (state === 'approved' || state === 'carryingOut')
            ? 'what has to be confirmed was not done yet; say it again after that'
            : `it is ${state}${because === undefined ? '' : `, because ${because}`}`;
      throw new AgentError('conflict', `the plan ${id} has nothing to confirm: ${why}`);
    }
    const over = this.#whyOver(plan);
    if (over !== undefined) throw new AgentError('conflict', `the plan ${id} goes back: ${over}`);
    const kept = store.transact({ principal: by, kind: 'request', ref: id, why: 'confirmed' }, writer =>
      writer.putPlan({
        ...plan,
        state: next(plan, 'confirm'),
        confirm: { ...confirm, confirmedBy: by, confirmedAt: clock.now() },
      }),
    );
    this.disarm(kept);
    return kept;
  }

  disarm({ confirm }: Plan): void {
    if (confirm?.helper) this.#parts.failSafe.disarm(confirm.helper);
  }

  /** Why a plan may not be begun while another waits to be confirmed; undefined when it may. */
  whyHeld(plan: Plan): Held | undefined {
    const held = heldPlaces(this.#parts.store);
    if (held.isEmpty) return undefined;
    // One at a time: of two, nobody could say which of them cut somebody off.
    if (protectedPart(plan)) return { on: 'confirmation', because: 'another plan has to be confirmed first' };
    return held.at(placesOf(plan.tasks));
  }

  /** The time is written down before anything is done, and counts from then on; a sentence where it cannot be begun. */
  async #begin(plan: Plan): Promise<Plan | string> {
    const { store, clock, failSafe, confirmWithinMs } = this.#parts;
    const withinMs = plan.confirm?.withinMs ?? confirmWithinMs;
    const confirm: Confirmation = {
      ...plan.confirm,
      withinMs,
      began: failSafe.moment(),
      until: clock.now() + withinMs,
    };
    const put = (confirmed: Confirmation, why: string): Plan =>
      store.transact(causeOf(plan, why), writer => writer.putPlan({ ...plan, confirm: confirmed }));
    const begun = put(confirm, 'what comes now has to be confirmed');
    try {
      const helper = await failSafe.arm(plan.id, withinMs);
      return helper ? put({ ...confirm, helper }, 'the fail-safe waits') : begun;
    } catch (error) {
      put({ withinMs }, 'the fail-safe could not be started');
      return sentence(error);
    }
  }

  /** Nothing more of it is done. */
  #giveUp(plan: Plan, early: readonly Failure[], because: string): readonly Failure[] {
    endOpenTasks(this.#parts, plan, `not started: ${because}`);
    const groups = new Set(plan.tasks.map(task => task.group ?? `${task.expectation} ${task.instance}`));
    const known = new Set(early.map(each => each.group));
    return [...early, ...[...groups].filter(each => !known.has(each)).map(group => ({ group, because }))];
  }

  /** Whoever ended the fail-safe did not mean that nothing watches over it. */
  async #armAgain(plan: Plan): Promise<void> {
    const { store, failSafe, log } = this.#parts;
    const { confirm } = plan;
    if (!confirm || (confirm.helper && failSafe.stands(confirm.helper))) return;
    try {
      const helper = await failSafe.arm(plan.id, this.#leftMs(plan));
      if (!helper) return;
      const isKept = store.transact(causeOf(plan), writer => {
        const now = writer.plan(plan.id);
        // Somebody may have confirmed it meanwhile.
        if (now?.state !== plan.state || !now.confirm || now.confirm.confirmedBy !== undefined) return false;
        writer.putPlan({ ...now, confirm: { ...now.confirm, helper } });
        return true;
      });
      if (!isKept) failSafe.disarm(helper);
    } catch (error) {
      log.warn('the fail-safe was not started again', { plan: plan.id, error: sentence(error) });
    }
  }

  #leftMs({ confirm }: Plan): number {
    if (!confirm?.began) return Number.POSITIVE_INFINITY;
    const { boot, upMs } = this.#parts.failSafe.moment();
    const gone = upMs - confirm.began.upMs;
    return boot !== confirm.began.boot || gone < 0 ? 0 : confirm.withinMs - gone;
  }

  #whyOver(plan: Plan): string | undefined {
    if (this.#leftMs(plan) > 0) return undefined;
    return this.#hasRestarted(plan)
      ? 'the machine started anew before it was confirmed'
      : `not confirmed within ${Math.round((plan.confirm?.withinMs ?? 0) / 1_000)} s${this.#parts.failSafe.isAlone ? ' (taken back by the fail-safe, no agent was running)' : ''}`;
  }

  #hasRestarted({ confirm }: Plan): boolean {
    return confirm?.began !== undefined && confirm.began.boot !== this.#parts.failSafe.moment().boot;
  }

  async #takeBack(plan: Plan, lapsed: string): Promise<void> {
    const { failSafe, log } = this.#parts;
    log.warn('taking back what was not confirmed', { plan: plan.id, because: lapsed });
    const undoing = await this.#lapse(plan, lapsed);
    if (this.#hasRestarted(plan)) await this.#leaveWhatIsGone(undoing);
    const ended = await takeBack(this.#parts, undoing, 'all');
    if (ended.state === 'undone') {
      this.#tried.delete(plan.id);
      this.#unwritten.delete(plan.id);
      this.disarm(plan);
      return;
    }
    const times = (this.#tried.get(plan.id)?.times ?? 0) + 1;
    this.#tried.set(plan.id, { times, againAtMs: failSafe.moment().upMs + retryAfterMs(times) });
  }

  /** Nothing more of it is done, and what it served is left alone until somebody says otherwise. */
  async #lapse(plan: Plan, lapsed: string): Promise<Plan> {
    try {
      return this.#written(plan, lapsed);
    } catch (error) {
      // On a full disk nothing can be written; whoever is cut off would wait for that in vain.
      if (error instanceof AgentError && error.code === 'storage') await this.#takeBackUnwritten(plan);
      throw error;
    }
  }

  /** Once; when it can be written down it is taken back again, which does no harm. */
  async #takeBackUnwritten(plan: Plan): Promise<void> {
    if (this.#unwritten.has(plan.id)) return;
    for (const task of this.#parts.store.tasks({ plan: plan.id }).toReversed()) {
      if (task.before === undefined || task.already || task.state === 'undone' || task.moves?.length === 0) continue;
      await driverOf(this.#parts, task).undo(task.step, task.before);
    }
    this.#unwritten.add(plan.id);
  }

  #written(plan: Plan, lapsed: string): Plan {
    const { store, clock } = this.#parts;
    endOpenTasks(this.#parts, plan, `not done: the plan was taken back, ${lapsed}`);
    if (plan.state === 'undoing' || !plan.confirm) return plan;
    const confirm = { ...plan.confirm, lapsed };
    return store.transact(causeOf(plan, lapsed), writer => {
      for (const { expectation, instance } of plan.tasks) {
        const why = `the plan ${plan.id} was taken back: ${lapsed}`;
        writer.putPause({ scope: `leaf:${expectation}:${instance}`, by: 'loop', why, since: clock.now() });
      }
      return writer.putPlan({ ...plan, state: next(plan, 'lapse'), confirm });
    });
  }

  /** What did not outlive the restart of the machine has gone back already. */
  async #leaveWhatIsGone(plan: Plan): Promise<void> {
    const { store, clock } = this.#parts;
    for (const task of store.tasks({ plan: plan.id, states: ['done', 'terminatedWithError'] })) {
      if (task.step.lasting === 'lasts' || task.before === undefined || (await this.#stillStands(task))) continue;
      const gone = { error: 'gone with the restart of the machine', endedAt: clock.now() };
      store.transact(causeOf(plan), writer =>
        writer.putTask(task.state === 'done' ? { ...moved(task, 'undo'), ...gone } : { ...task, ...gone, moves: [] }),
      );
    }
  }

  async #stillStands(task: Task): Promise<boolean> {
    try {
      return (await driverOf(this.#parts, task).examine(task.step)).already;
    } catch (error) {
      return !(error instanceof AgentError && error.code === 'moved');
    }
  }
}
