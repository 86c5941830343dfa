/** What may be done now: asked for what could be done, and once more right before each task begins. */

import type { Expectation, Mode } from '../core/expectation.ts';
import { lesser } from '../core/expectation.ts';
import { Budgets, type Hold, type Spending } from '../core/guard/budget.ts';
import { Hours } from '../core/guard/hours.ts';
import { modeAt, type PolicySaid, policyAt } from '../core/guard/mode.ts';
import { lies, RuleBook, subjectInstance } from '../core/guard/rule-book.ts';
import { whyStrayed } from '../core/guard/strayed.ts';
import type { Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { Path } from '../core/path.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Draft } from '../core/planner.ts';
import { whyHalfMade } from '../core/planning/half-made.ts';
import type { Rule } from '../core/rule.ts';
import type { Task } from '../core/task.ts';
import type { Strayed } from '../core/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { Begun, Store, Writer } from '../ports/store.ts';
import { asSpent, begunBy, type Served, spendingBack, spendingOf } from './spending.ts';
import { Spent } from './spent.ts';

export interface GuardParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly profileMode: Mode;
}

type DraftTask = Draft['tasks'][number];

export interface Writing {
  /** In spite of freezes, and outside of maintenance windows. */
  readonly duringFreeze?: boolean | undefined;
}

/** Stands for a person where the loop acts by itself. */
export const BY_ITSELF = 'mode enforce';

export class Guard {
  readonly #parts: GuardParts;
  #rules: readonly Rule[] | undefined;
  #book = new RuleBook([]);
  #hours = new Hours(this.#book);
  /** Which rules these are: told from the rules themselves, for others than the loop ask for them too. */
  #which = '';
  readonly #spent: Spent;
  #begun = 0;
  /** When the budget that something waits for has room again, by the clock that goes on evenly. */
  #frees = Number.POSITIVE_INFINITY;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#spent = new Spent(parts.store, parts.clock);
  }

  /** The rules in force. */
  get book(): RuleBook {
    const rules = this.#parts.store.rules();
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#book = new RuleBook(rules);
      this.#hours = new Hours(this.#book);
      this.#which = rules.map(({ seq }) => seq).join();
    }
    return this.#book;
  }

  /** What may be done about a leaf. */
  modeAt(expectation: Expectation, instance: Instance | undefined, path: Path, now: Instant): Mode {
    const subject = { instance: subjectInstance(instance), path };
    return modeAt(this.book, expectation, subject, this.#parts.profileMode, now);
  }

  /** What may be done at a path in one go: the least of what may be done about each leaf there. */
  modeOfAll(expectation: Expectation, instance: Instance | undefined, paths: Iterable<Path>, now: Instant): Mode {
    let mode: Mode = 'enforce';
    for (const path of paths) mode = lesser(mode, this.modeAt(expectation, instance, path, now));
    return mode;
  }

  policyAt(expectation: Expectation, instance: Instance | undefined, path: Path, now: Instant): PolicySaid {
    return policyAt(this.book, expectation, { instance: subjectInstance(instance), path }, now);
  }

  /** Why nothing may be done at a path, whoever wants it; undefined when something may. */
  held(
    expectation: Expectation,
    instance: Instance | undefined,
    path: Path,
    strayed: readonly Strayed[],
    now: Instant,
  ): Hold | undefined {
    for (const each of strayed) {
      if (!lies(each.path, path) && !lies(path, each.path)) continue;
      const { policy, rule } = this.policyAt(expectation, instance, each.path, now);
      if (policy === 'restore') continue;
      return { on: 'outOfBand', because: whyStrayed(each, policy, rule?.id, { expectation, instance }) };
    }
    return undefined;
  }

  /** Another text whenever something may be done, or not, that was otherwise before. */
  signature(now: Instant): string {
    const ended = this.book.nextEnd(now);
    return `${this.#which} ${ended} ${this.#hours.signature(now)}`;
  }

  /** Another text whenever what the loop may do by itself may be otherwise. */
  stamp(now: Instant): string {
    return `${this.signature(now)} ${this.#begun} ${this.#parts.clock.monotonic() < this.#frees}`;
  }

  /** When time alone next lets something be done, or stops it; infinite when it never does. */
  nextTurn(now: Instant): Instant {
    const left = this.#frees - this.#parts.clock.monotonic();
    return Math.min(
      this.book.nextEnd(now),
      this.#hours.nextTurn(now),
      left > 0 ? now + left : Number.POSITIVE_INFINITY,
    );
  }

  /** Rules whose time has come are taken away, and that is told; what was begun stays in step with the clock. */
  expire(now: Instant): void {
    const { store } = this.#parts;
    this.#spent.keepInStep(now);
    const ended = store.rules().filter(({ until }) => until !== undefined && until <= now);
    if (ended.length === 0) return;
    store.transact({ principal: 'loop', kind: 'upkeep', why: 'its time has ended' }, writer => {
      for (const { id } of ended) writer.removeRule(id);
    });
  }

  /**
   * Of what could be done, what the loop may do by itself now; all the rest waits. Tasks of one group go together or
   * not at all.
   */
  admit(draft: Draft, now: Instant): Draft {
    if (draft.tasks.length === 0) return draft;
    const budgets = this.#budgets(now);
    const go: DraftTask[] = [];
    const waiting: Draft['waiting'][number][] = [];
    const decided = new Map<string, Hold | undefined>();
    const groups = Map.groupBy(draft.tasks, groupOf);
    for (const task of draft.tasks) {
      if (task.mode !== 'enforce') {
        go.push(task);
        continue;
      }
      const group = groupOf(task);
      const all = (groups.get(group) ?? []).filter(each => each.mode === 'enforce');
      if (!decided.has(group)) {
        const spendings = all.map(each => this.#spending(each));
        const stop = firstOf(spendings, each => this.#hoursOf(each, now));
        const hold = stop ?? budgets.take(spendings);
        decided.set(group, hold);
      }
      const hold = decided.get(group);
      if (!hold) {
        go.push(task);
        continue;
      }
      const { instance, expectation, path, mode } = task;
      if (waiting.some(each => each.instance === instance && each.expectation === expectation && each.path === path)) {
        continue;
      }
      const what = summaryOf(all.filter(each => each.expectation === expectation && each.path === path));
      waiting.push({ ...(instance === undefined ? {} : { instance }), expectation, path, ...hold, what, mode });
    }
    return waiting.length === 0 ? draft : { ...draft, tasks: go, waiting: [...draft.waiting, ...waiting] };
  }

  /** Tells task by task why the loop may not do it by itself now; what it lets pass counts for those that come after it. */
  stopper(now: Instant): (task: DraftTask) => Hold | undefined {
    const budgets = this.#budgets(now);
    this.#frees = Number.POSITIVE_INFINITY;
    return task => {
      const spending = this.#spending(task);
      const instance = this.#instance(task);
      const half = instance && whyHalfMade(instance, [task]);
      if (half !== undefined) return { on: 'halfMade', because: half };
      const stop = this.#hoursOf(spending, now);
      if (stop) return stop;
      const hold = budgets.take([spending]);
      if (hold?.until !== undefined) {
        this.#frees = Math.min(this.#frees, this.#parts.clock.monotonic() + hold.until - now);
      }
      return hold;
    };
  }

  /** Why nothing may be begun of a plan now; undefined when something may. It stays approved, and waits. */
  holds(plan: Plan, now: Instant): Hold | undefined {
    const budgets = this.#budgets(now);
    return firstOf(plan.tasks, task => {
      const spending = this.#spending(task);
      return this.#mayWrite(plan, spending, now) ?? budgets.take([spending], isOwn(plan) ? 'loop' : 'person');
    });
  }

  /** Why a plan cannot be approved; undefined when it can. */
  whyNotApprove(plan: Plan, now: Instant): string | undefined {
    const hold = firstOf(plan.tasks, task => this.#mayWrite(plan, this.#spending(task), now));
    const { expiresAt } = plan;
    if (!hold || expiresAt === undefined || (hold.until ?? Number.POSITIVE_INFINITY) < expiresAt) return undefined;
    return `${hold.because}, longer than the plan may wait; say that it is to be done all the same, or make one then`;
  }

  /** Asked right before tasks begin, together: why they may not; undefined when they may. */
  whyNot(plan: Plan, tasks: readonly PlannedTask[], now: Instant): string | undefined {
    const why = firstOf(tasks, task => this.#whyNotOne(plan, task, now));
    if (why !== undefined) return why;
    const spendings = tasks.map(task => this.#spending(task));
    return this.#budgets(now).take(spendings, isOwn(plan) ? 'loop' : 'person')?.because;
  }

  #whyNotOne(plan: Plan, task: PlannedTask, now: Instant): string | undefined {
    const { store } = this.#parts;
    const expectation = store.expectation(task.expectation);
    const instance = this.#instance(task);
    if (isOwn(plan) && expectation) {
      const half = instance && whyHalfMade(instance, plan.tasks);
      if (half !== undefined) return half;
      const mode = this.modeAt(expectation, instance, task.path, now);
      if (mode !== 'enforce') return `its mode is ${mode} now`;
    }
    return this.#mayWrite(plan, this.#spending(task), now)?.because;
  }

  /** Notes, in the commit in which a task begins, that it has. */
  begin(writer: Writer, task: PlannedTask, now: Instant): void {
    this.#begin(writer, begunBy(task.expectation, this.#spending(task), task.instance), now);
  }

  /** The same of one that begins to be taken back. */
  beginBack(writer: Writer, task: Task, now: Instant): void {
    const { expectation, instance } = task;
    if (expectation === undefined) return;
    this.#begin(writer, begunBy(expectation, spendingBack(this.#parts.store, task), instance), now);
  }

  /** Why these may not be taken back together now; undefined when they may. Somebody's word is stopped by what is strict alone. */
  whyNotBack(tasks: readonly Task[], forWhom: 'loop' | 'person', now: Instant, how: Writing = {}): Hold | undefined {
    const spendings = tasks.map(task => spendingBack(this.#parts.store, task));
    const stop = firstOf(spendings, each => this.#mayWrite(how, each, now));
    return stop ?? this.#budgets(now).take(spendings, forWhom);
  }

  /** What is left of the budget for a task of the loop's own. */
  left(task: Served, now: Instant) {
    return this.#budgets(now).left(this.#spending(task));
  }

  #begin(writer: Writer, begun: Omit<Begun, 'at'>, now: Instant): void {
    this.#spent.put(writer, begun, now);
    this.#begun++;
  }

  #mayWrite({ duringFreeze }: Writing, spending: Spending, now: Instant): Hold | undefined {
    return duringFreeze ? undefined : this.#hoursOf(spending, now);
  }

  #hoursOf(spending: Spending, now: Instant): Hold | undefined {
    // Asked first, for it may bring other hours.
    const { book } = this;
    return book && this.#hours.hold(spending, now);
  }

  #budgets(now: Instant): Budgets {
    const begun = this.#spent.lately(now).map(asSpent);
    return new Budgets(this.book, begun, now);
  }

  #instance({ instance }: Served): Instance | undefined {
    return instance === undefined ? undefined : this.#parts.store.instance(instance);
  }

  #spending(task: Served): Spending {
    return spendingOf(this.#parts.store, task);
  }
}

/** Whether the loop does it by itself, without a person's word. */
function isOwn({ approvedBy }: Plan): boolean {
  return approvedBy === undefined || approvedBy === BY_ITSELF;
}

function summaryOf(tasks: readonly DraftTask[]): string {
  return tasks.map(({ step }) => step.summary).join('; ');
}

function groupOf({ group, expectation, instance, path }: DraftTask): string {
  return group ?? `${expectation}\0${instance}\0${path}`;
}

function firstOf<T, Found>(all: Iterable<T>, find: (one: T) => Found | undefined): Found | undefined {
  for (const each of all) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
