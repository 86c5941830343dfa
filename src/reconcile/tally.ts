/**
 * How well the loop does: how long it takes until what is expected is so, in how many steps, with how many plans, and how
 * often it came otherwise than foreseen. Counted from the change list, so that nothing is written down for it, and a start
 * finds again what the list still holds.
 */
import { setImmediate } from 'node:timers/promises';
import type { Change, ChangeSubject } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import { type Instant, planId, taskId } from '../core/ids.ts';
import { isArray, isObject, type Json, property } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type Ending, endings, Histogram, STEP_BOUNDS, type TallyFigures, TIME_BOUNDS } from '../core/tally.ts';
import { verdictId } from '../core/verdict.ts';
import type { Store } from '../ports/store.ts';

/** What has happened to something since it was met. */
interface Stretch {
  readonly since: Instant;
  steps: number;
  plans: number;
}

const FOLLOWED: readonly ChangeSubject[] = ['verdict', 'plan', 'task'];
const CHANGES_PER_READ = 500;
/** So far behind it may fall while nobody asks. */
const BEHIND_AT_MOST = 20_000;

export class Tally {
  readonly #store: Store;
  readonly #stretches = new Map<string, Stretch>();
  readonly #toCompliance = new Histogram(TIME_BOUNDS);
  readonly #steps = new Histogram(STEP_BOUNDS);
  readonly #plans: Record<Ending, number> = { done: 0, failed: 0, refused: 0, undone: 0, discarded: 0 };
  readonly #stalled = new Map<string, number>();
  #replans = 0;
  #tasksUndone = 0;
  #right = 0;
  #wrong = 0;
  #cursor: number;
  #since: Instant | undefined;
  #following: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#cursor = store.forgottenUpTo();
    store.onCommit(() => {
      if (store.seq() - this.#cursor > BEHIND_AT_MOST) void this.#follow().catch(() => undefined);
    });
  }

  /** All that has been written down so far; `now` is from when on it is counted where nothing has been yet. */
  async figures(now: Instant): Promise<TallyFigures> {
    await this.#follow();
    return {
      since: this.#since ?? now,
      toCompliance: this.#toCompliance.measured(),
      steps: this.#steps.measured(),
      replans: this.#replans,
      plans: { ...this.#plans },
      tasksUndone: this.#tasksUndone,
      predictions: { right: this.#right, wrong: this.#wrong },
      stalled: Object.fromEntries(this.#stalled),
    };
  }

  #follow(): Promise<void> {
    this.#following ??= this.#read().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #read(): Promise<void> {
    const store = this.#store;
    for (;;) {
      const upTo = store.seq();
      if (upTo <= this.#cursor) return;
      let rows: readonly Change[];
      try {
        rows = store.changesAfter(this.#cursor, CHANGES_PER_READ, FOLLOWED);
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'gone') throw error;
        // What was trimmed meanwhile is not counted.
        this.#cursor = store.forgottenUpTo();
        continue;
      }
      for (const change of rows) this.#take(change);
      const isAll = rows.length < CHANGES_PER_READ;
      this.#cursor = isAll ? upTo : (rows.at(-1)?.seq ?? upTo);
      if (isAll) return;
      await setImmediate();
    }
  }

  #take(change: Change): void {
    this.#since ??= change.at;
    switch (change.subject) {
      case 'verdict':
        this.#takeVerdict(change);
        return;
      case 'plan':
        this.#takePlan(change);
        return;
      case 'task':
        this.#takeTask(change);
        return;
      default:
    }
  }

  #takeVerdict(change: Change): void {
    const { id, at, type } = change;
    const verdict = type === 'delete' ? undefined : became(change, '/verdict');
    if (type === 'delete' || verdict === 'inapplicable') this.#stretches.delete(id);
    if (verdict === 'unmet' && !this.#stretches.has(id)) this.#stretches.set(id, { since: at, steps: 0, plans: 0 });
    if (verdict === 'met') {
      const stretch = this.#stretches.get(id);
      this.#stretches.delete(id);
      if (stretch) {
        this.#toCompliance.add((at - stretch.since) / 1_000);
        this.#steps.add(stretch.steps);
      }
    }
    for (const reason of newlyStalled(change)) this.#stalled.set(reason, (this.#stalled.get(reason) ?? 0) + 1);
  }

  #takePlan(change: Change): void {
    const state = became(change, '/state');
    const ending = endings.find(each => each === state);
    if (ending) this.#plans[ending]++;
    if (change.type !== 'create') return;
    const plan = this.#store.plan(planId(change.id));
    const served = new Set<string>();
    for (const { expectation, also = [], instance } of plan?.tasks ?? []) {
      for (const each of [expectation, ...also]) served.add(verdictId(each, instance));
    }
    let isAgain = false;
    for (const id of served) {
      const stretch = this.#stretches.get(id);
      if (!stretch) continue;
      isAgain ||= stretch.plans > 0;
      stretch.plans++;
    }
    if (isAgain) this.#replans++;
  }

  #takeTask(change: Change): void {
    const state = became(change, '/state');
    if (state === 'undone') this.#tasksUndone++;
    if (state !== 'done') return;
    const task = this.#store.task(taskId(change.id));
    if (!task) return;
    if (task.foreseen?.asForeseen === true) this.#right++;
    if (task.foreseen?.asForeseen === false) this.#wrong++;
    if (task.already || task.expectation === undefined) return;
    const stretch = this.#stretches.get(verdictId(task.expectation, task.instance));
    if (stretch) stretch.steps++;
  }
}

/** What a change has brought to a path; undefined where it was none of its. */
function became({ type, document, paths }: Change, path: Path): Json | undefined {
  if (type === 'create') return property(document, path.slice(1));
  return paths.find(each => each.path === path)?.new;
}

/** Why leaves are stalled that were not before. */
function newlyStalled(change: Change): readonly string[] {
  const moved = change.paths.filter(each => each.path === '/stalled' || each.path.startsWith('/stalled/'));
  const before = new Set(moved.flatMap(each => reasonsOf(each.old)).map(each => each.path));
  const all =
    change.type === 'create'
      ? reasonsOf(property(change.document, 'stalled'))
      : moved.flatMap(each => reasonsOf(each.new));
  return all.filter(each => !before.has(each.path)).map(each => each.reason);
}

function reasonsOf(value: Json | undefined): readonly { readonly path: string; readonly reason: string }[] {
  const all = isArray(value) ? value : isObject(value) ? [value] : [];
  return all.flatMap(each => {
    const [path, reason] = [property(each, 'path'), property(each, 'reason')];
    return typeof path === 'string' && typeof reason === 'string' ? [{ path, reason }] : [];
  });
}
