/** What we did lately, and whether a change that was seen came of it. */
import type { Change } from '../core/change.ts';
import { touches } from '../core/guard/strayed.ts';
import type { Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { property } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { Plan } from '../core/plan.ts';
import type { Effect } from '../core/prediction.ts';
import type { Task } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';
import { plannedOf } from './rows.ts';

/** The element may still be moving by what we did so long ago. */
const AFTERMATH_MS = 10_000;
const TASKS_LOOKED_AT = 500;

/** Something we did, and what it may have moved. */
interface Deed {
  readonly task: Task;
  readonly effects: readonly Effect[];
}

/** Read once for all that is judged in one go. */
export class Deeds {
  readonly #store: Reader;
  readonly #now: Instant;
  /** The seq up to which was judged before; 0 after a start. */
  readonly #judgedUpTo: number;
  #deeds: readonly Deed[] | undefined;

  constructor(store: Reader, now: Instant, judgedUpTo: number) {
    this.#store = store;
    this.#now = now;
    this.#judgedUpTo = judgedUpTo;
  }

  /** Whether a change of a path came of something we did: it moved while we acted, or not long after. */
  isOurs(instance: Instance, path: Path, change: Change): boolean {
    const name = property(instance.document, 'name');
    return this.#doneLately().some(({ task, effects }) => {
      const isOwn = task.instance === instance.id && touches(task.path, path);
      const isForeseen =
        isOwn ||
        effects.some(({ of, path: moved }) => of.kind === instance.kind && of.name === name && touches(moved, path));
      const began = task.lookedUpTo ?? Number.POSITIVE_INFINITY;
      if (change.seq <= task.seq) return change.seq > began && (isForeseen || task.instance === instance.id);
      const hasMoved = task.moves?.some(move => move.instance === instance.id && touches(move.path, path)) ?? false;
      if (task.state === 'undone') return (isForeseen || hasMoved) && this.#isUnseen(task);
      // Its effect was seen: what moves the same again is somebody else.
      return isForeseen && !hasMoved;
    });
  }

  /** Nothing has been judged since it ended. */
  #isUnseen(task: Task): boolean {
    return this.#judgedUpTo === 0 || task.seq > this.#judgedUpTo;
  }

  /** What we did of which the effects may be seen only now. */
  #doneLately(): readonly Deed[] {
    if (this.#deeds) return this.#deeds;
    const store = this.#store;
    const plans = new Map<string, Plan | undefined>();
    const planOf = ({ plan: id }: Task): Plan | undefined => {
      if (!plans.has(id)) plans.set(id, store.plan(id));
      return plans.get(id);
    };
    const isLate = (task: Task): boolean => {
      if (task.startedAt === undefined || task.already) return false;
      if (this.#isUnseen(task)) return true;
      if (task.endedAt === undefined || task.endedAt >= this.#now - AFTERMATH_MS) return true;
      const state = planOf(task)?.state;
      return state === 'carryingOut' || state === 'undoing';
    };
    this.#deeds = store
      .tasks({ limit: TASKS_LOOKED_AT })
      .filter(isLate)
      .map(task => ({
        task,
        effects: effectsOf(planOf(task), task),
      }));
    return this.#deeds;
  }
}

function effectsOf(plan: Plan | undefined, task: Task): readonly Effect[] {
  return (plan && plannedOf(plan, task)?.effects) ?? [];
}
