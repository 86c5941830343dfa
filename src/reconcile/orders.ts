/** What a person may order of the loop: make a plan, approve, apply, undo, discard. */
import { AgentError } from '../core/errors.ts';
import type { ExpectationId, InstanceId, PlanId } from '../core/ids.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import type { Plan, Waiting } from '../core/plan.ts';
import type { Draft } from '../core/planner.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { overlapsOf } from './overlap.ts';
import { draftPlan, whyMoved } from './plans.ts';
import { next } from './rows.ts';

export interface OrderParts {
  readonly store: Store;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly draft: () => Draft;
  /** As in `OverlapParts`. */
  readonly settable: (kind: string, path: Path) => boolean;
  /** Resolves when a pass that began after the call has ended. */
  readonly settle: () => Promise<void>;
}

export interface PlanScope {
  readonly instance?: InstanceId;
  readonly expectation?: ExpectationId;
}

/** What there would be to do when there is nothing: why the rest waits. */
export interface NothingToDo {
  readonly tasks: readonly [];
  readonly waiting: readonly Waiting[];
}

export interface Orders {
  /** A plan for all that is outstanding, whatever its mode; nothing is touched. */
  make(by: string, scope: PlanScope): Promise<Plan | NothingToDo>;
  /** Binds a person to a plan's hash; the loop then carries it out. `moved` when what it read no longer holds. */
  approve(id: PlanId, by: string, hash?: string): Plan;
  /** Approves where that is still to be done, and answers when the plan has ended. */
  apply(id: PlanId, by: string, hash?: string): Promise<Plan>;
  /** Takes back what a plan did, and holds its expectations still until they change or a person resumes them. */
  undo(id: PlanId, by: string, force: boolean): Promise<Plan>;
  discard(id: PlanId, by: string): Plan;
}

export function takeOrders(parts: OrderParts): Orders {
  const { store, clock } = parts;

  const find = (id: PlanId): Plan => {
    const plan = store.plan(id);
    if (!plan) throw new AgentError('notFound', `there is no plan ${id}`);
    return plan;
  };

  const approve: Orders['approve'] = (id, by, hash) => {
    const plan = find(id);
    if (hash !== undefined && hash !== plan.hash) {
      throw new AgentError('conflict', `the plan ${id} has the hash ${plan.hash}, not ${hash}; read it again`);
    }
    const state = next(plan, 'approve');
    const moved = whyMoved(store, plan, parts.keyed);
    const cause = { principal: by, kind: 'request', ref: id } as const;
    if (moved !== undefined) {
      store.transact(cause, writer =>
        writer.putPlan({ ...plan, state: next(plan, 'refuse'), endedAt: clock.now(), because: moved }),
      );
      throw new AgentError('moved', `the plan ${id} no longer holds: ${moved}; make a new one`);
    }
    return store.transact({ ...cause, why: 'approved' }, writer => writer.putPlan({ ...plan, state, approvedBy: by }));
  };

  return {
    make: async (by, scope) => {
      await parts.settle();
      const mine = (each: { instance?: InstanceId; expectation: ExpectationId }): boolean =>
        (scope.instance === undefined || each.instance === scope.instance) &&
        (scope.expectation === undefined || each.expectation === scope.expectation);
      const whole = parts.draft();
      const draft = { ...whole, tasks: whole.tasks.filter(mine), waiting: whole.waiting.filter(mine) };
      const plan = draftPlan(parts, draft, () => true, { madeBy: by, now: clock.now() });
      if (!plan) return { tasks: [], waiting: draft.waiting.map(({ mode: _, ...each }) => each) };
      const standing = store.plans({ states: ['proposed'] }).find(each => each.hash === plan.hash);
      if (standing) return standing;
      return store.transact({ principal: by, kind: 'request', why: 'a plan was asked for' }, writer =>
        writer.putPlan(plan),
      );
    },

    approve: (id, by, hash) => {
      const plan = approve(id, by, hash);
      void parts.settle();
      return plan;
    },

    apply: async (id, by, hash) => {
      if (find(id).state === 'proposed') approve(id, by, hash);
      else if (find(id).state !== 'approved') next(find(id), 'approve');
      await parts.settle();
      return find(id);
    },

    undo: async (id, by, force) => {
      const plan = find(id);
      const state = next(plan, 'undo');
      const overlap = force ? [] : overlapsOf(parts, doneBy(store, id));
      if (overlap.length > 0) {
        const reasons = overlap.map(each => each.because).join('; ');
        throw new AgentError(
          'conflict',
          `the plan ${id} cannot be taken back as it was: ${reasons}; force it if you must`,
        );
      }
      store.transact({ principal: by, kind: 'request', ref: id, why: 'undo' }, writer => {
        const { because: _, ...rest } = plan;
        writer.putPlan({ ...rest, state });
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

/** What an undo takes back. */
function doneBy(store: Store, plan: PlanId): readonly Task[] {
  return store
    .tasks({ plan, states: ['done', 'terminatedWithError'] })
    .filter(each => !each.already && each.before !== undefined)
    .filter(each => each.state === 'done' || (each.moves?.length ?? 0) > 0);
}
