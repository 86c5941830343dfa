/**
 * A task: one step of a plan, written down before it is carried out.
 *
 *     acknowledged ──start──▶ inProgress ──succeed──▶ done ──undo──▶ undone
 *          ▲                    │    └────fail──────▶ terminatedWithError
 *          └──────restart───────┘
 */
import type { ExpectationId, InstanceId, Instant, PlanId, TaskId } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import type { Move } from './moves.ts';
import type { Path } from './path.ts';

export type TaskState = 'acknowledged' | 'inProgress' | 'done' | 'terminatedWithError' | 'undone';
export type TaskEvent = 'start' | 'succeed' | 'fail' | 'restart' | 'undo';

/** Where each event takes a task from each state; null where the event does not apply. */
export const taskTransitions: Record<TaskState, Record<TaskEvent, TaskState | null>> = {
  // It succeeds at once when its effect is found there already.
  acknowledged: {
    start: 'inProgress',
    succeed: 'done',
    fail: 'terminatedWithError',
    restart: 'acknowledged',
    undo: null,
  },
  // The agent stopped while the task ran: nobody saw its end, so it is looked at and tried again.
  inProgress: { start: null, succeed: 'done', fail: 'terminatedWithError', restart: 'acknowledged', undo: null },
  done: { start: null, succeed: null, fail: null, restart: 'done', undo: 'undone' },
  terminatedWithError: {
    start: null,
    succeed: null,
    fail: null,
    restart: 'terminatedWithError',
    undo: null,
  },
  undone: { start: null, succeed: null, fail: null, restart: 'undone', undo: null },
};

/** The smallest act on an element. Plain data, so that it can be written down before it is carried out. */
export interface TaskStep {
  /** What the driver does: `setMtu`, `addAddress` … */
  readonly op: string;
  /** What it is done to, as the element names it at planning time, and what it is done with. */
  readonly args: JsonObject;
  /** One line for people: `set mtu of veth1 to 1400`. */
  readonly summary: string;
  /** What else goes with it, in words, where something does: `IPv6 addresses are lost below an MTU of 1280`. */
  readonly sideEffects?: readonly string[];
  /** Among steps that do not need each other, the order in which people would do them. */
  readonly order: number;
  /** What must be so before it can be done; another step of the plan may bring it. */
  readonly needs?: readonly Need[];
  /** What it may cost whoever uses the element; absent: nothing that anybody would feel. */
  readonly cost?: Cost;
  /** It takes something away, so it counts against the budget of deletions. */
  readonly removes?: boolean;
  /** Whether what it does is still so after the element has started anew. */
  readonly lasting?: Lasting;
}

/** A fact that a step relies on. */
export interface Need {
  readonly of: Named;
  readonly path: Path;
  /** Expectation JSON. */
  readonly expect: Json;
  /** In words, for whoever reads why it waits: `eth1 is unlocked`. */
  readonly because: string;
}

/** Names a thing on the element as people and drivers do. */
export interface Named {
  readonly kind: string;
  readonly name: string;
}

export interface Cost {
  /** How many things feel it, its own object among them. */
  readonly blastRadius: number;
  /** How long something does not work meanwhile. */
  readonly downtimeMs: number;
  /** False: there is no way back, so a person has to say yes. */
  readonly reversible: boolean;
}

export const harmless: Cost = { blastRadius: 1, downtimeMs: 0, reversible: true };

/**
 * `lasts`: the platform keeps it. `untilRestart`: gone after the element has started anew, until it is put right again.
 */
export type Lasting = 'lasts' | 'untilRestart';

export interface Task {
  readonly id: TaskId;
  readonly plan: PlanId;
  /** Absent of what is still to be made, which is known by its name alone. */
  readonly instance?: InstanceId;
  /** What it is done to, as people call it. */
  readonly of?: Named;
  readonly driver: string;
  readonly step: TaskStep;
  /** The outstanding leaf it serves. */
  readonly path: Path;
  readonly state: TaskState;
  /** For whom it is done; after that one was withdrawn, who else wants what it did. */
  readonly expectation?: ExpectationId;
  /** Which of the plan's tasks it is, from 0. */
  readonly nth?: number;
  /** As in `PlannedTask`. */
  readonly key?: string;
  /** What an undo needs, read right before the first attempt. */
  readonly before?: Json;
  /** How far the element had been looked at before the first attempt: what moved later is of this task. */
  readonly lookedUpTo?: number;
  /** True when the effect was found already there, so that nothing was done. */
  readonly already?: boolean;
  /** The earlier task of the same key whose effect was found there. */
  readonly earlier?: TaskId;
  /** Whether it came as was foreseen; absent where nothing was foreseen, or nobody could look. */
  readonly foreseen?: Foreseen;
  /** All that was seen to move by it. */
  readonly moves?: readonly Move[];
  /** A person or a change of mind stopped it: what was done before it stays as it is. */
  readonly stopped?: true;
  /** It is being taken back: whoever comes after a crash goes on with that. */
  readonly undoing?: true;
  /** Why it still stands although the rest of its plan was taken back. */
  readonly kept?: string;
  readonly error?: string;
  /** The element did not say; nobody refused anything. */
  readonly unanswered?: true;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly seq: number;
}

export interface Foreseen {
  readonly asForeseen: boolean;
  /** Where it came otherwise. */
  readonly differs?: readonly Difference[];
}

/** What was foreseen at a path of a thing and what was found there; absent: nothing. */
export interface Difference {
  readonly of: Named;
  readonly path: Path;
  readonly foreseen?: Json;
  readonly found?: Json;
}
