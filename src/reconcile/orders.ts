/** What a person may order of the loop: make a plan, approve, apply, confirm, undo, discard. */
import { AgentError } from '../core/errors.ts';
import type { ExpectationId, InstanceId, PlanId } from '../core/ids.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import type { Plan, Waiting } from '../core/plan.ts';
import { whyHalfMade } from '../core/planning/half-made.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Unwritten } from '../ports/store.ts';
import type { Commits } from './confirm.ts';
import type { Guard } from './guard.ts';
import { CONFIRM_WITHIN_MS } from './loop-parts.ts';
import { overlapsOf, overlapWords, standingTasks } from './overlap.ts';
import { draftPlan, expired, type Holding, isExpired, whyMoved } from './plans.ts';
import type { Choice, Portion } from './portioning.ts';
import type { Protection } from './protection.ts';
import { next } from './rows.ts';

export interface OrderParts {
  readonly store: Store;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly newId: () => string;
  /** As much as one plan holds of what is asked for. */
  readonly chosen: (isMine: Choice['isMine']) => Portion;
  readonly abilityOf: Holding['abilityOf'];
  readonly guard: Pick<Guard, 'whyNotApprove' | 'whyNotBack'>;
  readonly commits: Pick<Commits, 'confirm'>;
  readonly protection: Pick<Protection, 'whyNotBack'>;
  readonly rules?: PlanRules;
  /** As in `OverlapParts`. */
  readonly settable: (kind: string, path: Path) => boolean;
  /** The same of a pass that looks everywhere, whether anything was heard or not. */
  readonly lookAgain: () => Promise<void>;
  /** Resolves when a pass that began after the call has ended. */
  readonly settle: () => Promise<void>;
}

export interface PlanRules {
  /** Whoever asked for a plan cannot approve it. */
  readonly fourEyes?: boolean;
  readonly expireAfterMs?: number;
  /** How long a confirmation may take where whoever approves does not say. */
  readonly confirmWithinMs?: number;
}

/** Who approves where nobody is named. */
const NOBODY_NAMED = 'operator';

export interface PlanScope {
  readonly instance?: InstanceId;
  readonly expectation?: ExpectationId;
}

/** What there would be to do when there is nothing: why the rest waits. */
export interface NothingToDo {
  readonly tasks: readonly [];
  readonly waiting: readonly Waiting[];
}

/** What else somebody says who approves a plan. */
export interface Approval {
  /** It is to be done in spite of freezes, and outside of maintenance windows. */
  readonly duringFreeze?: boolean;
  /** How long a confirmation may take, of a plan that has to be confirmed. */
  readonly withinMs?: number;
}

/** What else somebody says who undoes a plan. */
export interface Taking {
  /** Whatever was done to the same since, and whoever is cut off by it. */
  readonly force?: boolean;
  /** In spite of freezes, and outside of maintenance windows. */
  readonly duringFreeze?: boolean;
}

export interface Orders {
  /** A plan for all that is outstanding, whatever its mode; nothing is touched. */
  make(by: string, scope: PlanScope): Promise<Plan | NothingToDo>;
  /** The same plan, shown and not kept. */
  rehearse(by: string, scope: PlanScope): Promise<Unwritten<Plan> | NothingToDo>;
  /** Binds a person to a plan's hash; the loop then carries it out. `moved` when what it read no longer holds. */
  approve(id: PlanId, by: string, hash?: string, how?: Approval): Plan;
  /** Approves where that is still to be done, and answers when the plan has ended. */
  apply(id: PlanId, by: string, hash?: string, how?: Approval): Promise<Plan>;
  /** Says that what was done may stay; `conflict` where there is nothing to say that of, or its time is over. */
  confirm(id: PlanId, by: string, hash?: string): Promise<Plan>;
  /** Takes back what a plan did, and holds its expectations still until they change or a person resumes them. */
  undo(id: PlanId, by: string, how?: Taking): Promise<Plan>;
  discard(id: PlanId, by: string): Plan;
}

export function takeOrders(parts: OrderParts): Orders {
  const { store, clock } = parts;

  const find = (id: PlanId): Plan => {
    const plan = store.plan(id);
    if (!plan) throw new AgentError('notFound', `there is no plan ${id}`);
    return plan;
  };

  const findAs = (id: PlanId, hash: string | undefined): Plan => {
    const plan = find(id);
    if (hash === undefined || hash === plan.hash) return plan;
    throw new AgentError('conflict', `the plan ${id} has the hash ${plan.hash}, not ${hash}; read it again`);
  };

  const approve: Orders['approve'] = (id, by, hash, { duringFreeze = false, withinMs } = {}) => {
    const plan = findAs(id, hash);
    const state = next(plan, 'approve');
    const risk = plan.tasks.find(each => each.protected)?.protected;
    if (risk && by === NOBODY_NAMED) {
      throw new AgentError(
        'invalid',
        `the plan ${id} needs the word of a person with a name, because ${risk.because}`,
        {
          pointer: '/by',
        },
      );
    }
    if (parts.rules?.fourEyes && plan.madeBy === by) {
      throw new AgentError('forbidden', `the plan ${id} was asked for by ${by}; somebody else has to approve it`);
    }
    const now = clock.now();
    const moved = isExpired(plan, now) ? expired(plan) : whyMoved(parts, plan, now);
    const cause = { principal: by, kind: 'request', ref: id } as const;
    if (moved !== undefined) {
      store.transact(cause, writer =>
        writer.putPlan({ ...plan, state: next(plan, 'refuse'), endedAt: now, because: moved }),
      );
      throw new AgentError('moved', `the plan ${id} no longer holds: ${moved}; make a new one`);
    }
    for (const { instance: of } of plan.tasks) {
      const instance = of === undefined ? undefined : store.instance(of);
      const because = instance && whyHalfMade(instance, plan.tasks);
      if (because !== undefined) throw new AgentError('conflict', `the plan ${id} cannot be approved yet: ${because}`);
    }
    const approved: Plan = {
      ...plan,
      state,
      approvedBy: by,
      approvedAt: now,
      ...(duringFreeze ? { duringFreeze } : {}),
      ...(risk ? { confirm: { withinMs: withinMs ?? confirmWithinMs(plan, parts.rules) } } : {}),
    };
    const tooLate = parts.guard.whyNotApprove(approved, now);
    if (tooLate !== undefined) throw new AgentError('conflict', `the plan ${id} cannot be approved now: ${tooLate}`);
    return store.transact({ ...cause, why: 'approved' }, writer => writer.putPlan(approved));
  };

  const drawUp = async (by: string, scope: PlanScope): Promise<Unwritten<Plan> | NothingToDo> => {
    await parts.settle();
    const portion = parts.chosen(
      each =>
        (scope.instance === undefined || each.instance === scope.instance) &&
        (scope.expectation === undefined || each.expectation === scope.expectation),
    );
    const { expireAfterMs } = parts.rules ?? {};
    const made = { madeBy: by, now: clock.now(), ...(expireAfterMs === undefined ? {} : { expireAfterMs }) };
    const nothing = { tasks: [], waiting: portion.waiting.map(({ mode: _, ...each }) => each) } as const;
    return draftPlan(parts, portion, made) ?? nothing;
  };

  /** Throws `conflict` with all that stands in the way of an undo. */
  const mayGoBack = async ({ id }: Plan, { force, duringFreeze }: Required<Taking>): Promise<void> => {
    const tasks = standingTasks(store, id);
    const hold = parts.guard.whyNotBack(tasks, 'person', clock.now(), { duringFreeze });
    if (hold) {
      const until = hold.until === undefined ? '' : ` until ${new Date(hold.until).toISOString()}`;
      const how = hold.on === 'freeze' || hold.on === 'window' ? '; say --during-freeze to do it all the same' : '';
      throw new AgentError('conflict', `the plan ${id} cannot be taken back now: ${hold.because}${until}${how}`);
    }
    if (force) return;
    const risk = await parts.protection.whyNotBack(tasks);
    const overlaps = overlapsOf(parts, tasks);
    const reasons = [...(overlaps.length > 0 ? [overlapWords(parts, tasks, overlaps)] : []), ...(risk ? [risk] : [])];
    if (reasons.length === 0) return;
    throw new AgentError(
      'conflict',
      `the plan ${id} cannot be taken back as it was: ${reasons.join('; ')}; force it if you must`,
    );
  };

  return {
    make: async (by, scope) => {
      const plan = await drawUp(by, scope);
      if (!('id' in plan)) return plan;
      const standing = store.plans({ states: ['proposed'] }).find(each => each.hash === plan.hash);
      if (standing && !isExpired(standing, clock.now())) return standing;
      return store.transact({ principal: by, kind: 'request', why: 'a plan was asked for' }, writer =>
        writer.putPlan(plan),
      );
    },

    rehearse: drawUp,

    approve: (id, by, hash, how) => {
      const plan = approve(id, by, hash, how);
      void parts.settle();
      return plan;
    },

    apply: async (id, by, hash, how) => {
      if (find(id).state === 'proposed') approve(id, by, hash, how);
      else if (find(id).state !== 'approved') next(find(id), 'approve');
      await parts.settle();
      return find(id);
    },

    confirm: async (id, by, hash) => {
      parts.commits.confirm(findAs(id, hash), by);
      await parts.settle();
      return find(id);
    },

    undo: async (id, by, { force = false, duringFreeze = false } = {}) => {
      next(find(id), 'undo');
      // What somebody has changed a moment ago may not have been heard of yet.
      if (!force) await parts.lookAgain();
      // What waits for a word goes back at any word.
      if (find(id).state !== 'unconfirmed') await mayGoBack(find(id), { force, duringFreeze });
      const plan = find(id);
      const state = next(plan, 'undo');
      store.transact({ principal: by, kind: 'request', ref: id, why: 'undo' }, writer => {
        const { because: _, undoForced: __, confirm, ...rest } = plan;
        const lapsed = plan.state === 'unconfirmed' ? { lapsed: `taken back by ${by}` } : {};
        writer.putPlan({
          ...rest,
          state,
          ...(confirm ? { confirm: { ...confirm, ...lapsed } } : {}),
          ...(force ? { undoForced: true } : {}),
        });
        const why = `the plan ${id} was undone`;
        for (const { expectation, instance } of plan.tasks) {
          writer.putPause({ scope: `leaf:${expectation}:${instance}`, by, why, since: clock.now() });
        }
      });
      await parts.settle();
      return find(id);
    },

    discard: (id, by) => {
      const plan = find(id);
      return store.transact({ principal: by, kind: 'request', ref: id, why: 'discarded' }, writer =>
        writer.putPlan({ ...plan, state: next(plan, 'discard'), endedAt: clock.now() }),
      );
    },
  };
}

/** The least of what rules say of what it touches, else as for all. */
function confirmWithinMs({ tasks }: Plan, { confirmWithinMs: forAll = CONFIRM_WITHIN_MS }: PlanRules = {}): number {
  const said = tasks.flatMap(each => each.protected?.withinMs ?? []);
  return said.length === 0 ? forAll : Math.min(...said);
}
