/**
 * A plan is a value: ordered tasks, the leaf each serves, what it was read from, and why the rest waits.
 *
 *     proposed ──approve──▶ approved ──▶ carryingOut ──▶ done ──undo──▶ undoing ──▶ undone
 *        │                     │              └────────▶ failed ──undo──▶ …
 *        ├──discard──▶ discarded              │ ▲
 *        └──(moved)──▶ refused ◀┘             ▼ └──confirm
 *                                        unconfirmed ──lapse, undo──▶ undoing
 */
import type { Protected } from './guard/protect.ts';
import type { ExpectationId, InstanceId, Instant, PlanId } from './ids.ts';
import type { Json } from './json.ts';
import type { Verdict } from './outstanding.ts';
import type { Path } from './path.ts';
import type { Effect } from './prediction.ts';
import type { Named, TaskStep } from './task.ts';
import type { WaitsOn } from './waits-on.ts';

export type PlanState =
  | 'proposed'
  | 'approved'
  | 'carryingOut'
  | 'unconfirmed'
  | 'done'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'refused'
  | 'discarded';

export type PlanEvent =
  | 'approve'
  | 'start'
  | 'hold'
  | 'confirm'
  | 'lapse'
  | 'finish'
  | 'fail'
  | 'refuse'
  | 'discard'
  | 'undo'
  | 'undone';

/** Where each event takes a plan from each state; null where the event does not apply. */
export const planTransitions: Record<PlanState, Record<PlanEvent, PlanState | null>> = {
  proposed: row({ approve: 'approved', start: 'carryingOut', refuse: 'refused', discard: 'discarded' }),
  approved: row({ start: 'carryingOut', refuse: 'refused', discard: 'discarded' }),
  // What has to be confirmed may lapse before all of it was done: the agent was not there to go on.
  carryingOut: row({ finish: 'done', fail: 'failed', hold: 'unconfirmed', lapse: 'undoing' }),
  unconfirmed: row({ confirm: 'carryingOut', lapse: 'undoing', undo: 'undoing' }),
  done: row({ undo: 'undoing' }),
  failed: row({ undo: 'undoing' }),
  // An undo that stopped half way may be asked for again.
  undoing: row({ undo: 'undoing', undone: 'undone' }),
  undone: row({}),
  refused: row({}),
  discarded: row({}),
};

function row(known: Partial<Record<PlanEvent, PlanState>>): Record<PlanEvent, PlanState | null> {
  return {
    approve: null,
    start: null,
    hold: null,
    confirm: null,
    lapse: null,
    finish: null,
    fail: null,
    refuse: null,
    discard: null,
    undo: null,
    undone: null,
    ...known,
  };
}

/** The states in which nothing of a plan is left to be done; a plan that was done or failed may still be undone. */
export const endedPlanStates = ['done', 'failed', 'undone', 'refused', 'discarded'] as const satisfies PlanState[];

/** A step that the plan wants done, before it becomes a task. */
export interface PlannedTask {
  /** Absent of what is still to be made, which is known by its name alone. */
  readonly instance?: InstanceId;
  /** What it is done to, as people call it. */
  readonly of?: Named;
  readonly expectation: ExpectationId;
  /** Others that are served by the very same step. */
  readonly also?: readonly ExpectationId[];
  readonly driver: string;
  /** Which of several ways to the same it takes, as the driver calls it. */
  readonly way?: string;
  /** The outstanding leaf it serves. */
  readonly path: Path;
  /** What will stand there when all steps for this leaf are done; absent when nothing will. */
  readonly wanted?: Json;
  readonly step: TaskStep;
  /** Tasks of one group are done all or not at all; another group does not wait for them and is not taken back with them. */
  readonly group?: string;
  /** The same for the same step towards the same end: a second one is answered with what came of the first. */
  readonly key?: string;
  /** What it will move, side effects included. */
  readonly effects?: readonly Effect[];
  /** Nothing but a named person's word lets it be done, and a second one afterwards lets it stay. */
  readonly protected?: Protected;
}

/** What does not start now, and the reason in words. */
export interface Waiting {
  readonly instance?: InstanceId;
  readonly expectation: ExpectationId;
  readonly path: Path;
  readonly because: string;
  /** When it will be looked at again, where time alone can change it. */
  readonly until?: Instant;
  readonly on?: WaitsOn;
  /** What would be done if it had not to wait, for people. */
  readonly what?: string;
}

/** A fact that the plan was made from; if it has moved, the plan is refused. */
export interface ReadFact {
  /** Absent of what was not there. */
  readonly instance?: InstanceId;
  /** What was not there, by its name. */
  readonly of?: Named;
  readonly path: Path;
  /** Absent where nothing stood there. */
  readonly value?: Json;
}

/** What an expectation will come to on a thing when all of a plan is done. */
export interface Foretold {
  readonly expectation: ExpectationId;
  readonly of: Named;
  readonly before: Verdict;
  readonly after: Verdict;
  /** What will still be outstanding of it. */
  readonly residual?: Json;
}

/** A moment in the run of the machine, which nobody can set back: `boot` is another one after it has started anew. */
export interface RunMoment {
  readonly boot: string;
  readonly upMs: number;
}

/** A process that takes a plan back when no agent is left to do it; `started` tells it from a later one of its number. */
export interface Helper {
  readonly pid: number;
  readonly started: string;
}

export interface Confirmation {
  readonly withinMs: number;
  /** Written before anything protected is done; from then on the time counts. */
  readonly began?: RunMoment;
  /** When that ends, by the clock on the wall as it was then. */
  readonly until?: Instant;
  readonly helper?: Helper;
  readonly confirmedBy?: string;
  readonly confirmedAt?: Instant;
  /** Why it goes back. */
  readonly lapsed?: string;
}

export interface Plan {
  readonly id: PlanId;
  readonly state: PlanState;
  /** Over tasks, read-set and expectation versions: what is approved is this and nothing else. */
  readonly hash: string;
  readonly tasks: readonly PlannedTask[];
  readonly waiting: readonly Waiting[];
  readonly readSet: readonly ReadFact[];
  /** The version (seq) of each expectation it serves. */
  readonly expectations: readonly { readonly id: ExpectationId; readonly seq: number }[];
  readonly madeBy: string;
  readonly madeAt: Instant;
  /** A person by name; `mode enforce` where nobody had to be asked. */
  readonly approvedBy?: string;
  readonly approvedAt?: Instant;
  /** A proposal may be approved until then, an approved one begun. */
  readonly expiresAt?: Instant;
  /** Of each expectation that it serves, and of every other that it will turn. */
  readonly outcome?: readonly Foretold[];
  /** Whoever approved it said that it is to be done in spite of freezes and outside of maintenance windows. */
  readonly duringFreeze?: true;
  /** Whoever undoes it said that it goes back whatever was done to the same since. */
  readonly undoForced?: true;
  /** What follows when these are done, as far as it can be said: `needs 3 more steps`. */
  readonly after?: string;
  /** How what is protected in it is kept, or goes back; of a plan that touches nothing protected, absent. */
  readonly confirm?: Confirmation;
  readonly endedAt?: Instant;
  /** Why it was refused or failed, or went back by itself. */
  readonly because?: string;
  readonly seq: number;
}
