/** What a plan is made from, and what becomes of it on the way to a plan. */
import type { Expectation, Mode } from '../expectation.ts';
import type { Protected } from '../guard/protect.ts';
import type { InstanceId, Instant } from '../ids.ts';
import type { Instance } from '../instance.ts';
import type { Json } from '../json.ts';
import type { Context, Leaf } from '../outstanding.ts';
import type { Path } from '../path.ts';
import type { PlannedTask, Waiting } from '../plan.ts';
import type { Effect, Scene } from '../prediction.ts';
import type { Pace } from '../settle/pace.ts';
import type { Named } from '../task.ts';
import type { Strayed } from '../verdict.ts';
import type { WaitsOn } from '../waits-on.ts';
import type { Offer } from './choice.ts';
import type { Spot } from './noted-scene.ts';

/** One expectation that one instance does not meet. */
export interface Unmet {
  readonly expectation: Expectation;
  /** Undefined when what is expected does not exist. */
  readonly instance: Instance | undefined;
  readonly residual: Json;
  readonly leaves: readonly Leaf[];
  /** What may be done about it. */
  readonly mode: Mode;
  /** The same at one path, where that may be otherwise. */
  readonly modeAt?: (path: Path) => Mode;
  /** What of it somebody changed at the element. */
  readonly strayed?: readonly Strayed[];
}

export interface Situation {
  readonly now: Instant;
  readonly unmet: readonly Unmet[];
  /** All expectations that apply to an instance, met ones too: they may overrule. */
  readonly standing: (instance: InstanceId) => readonly Expectation[];
  /** The same of a name that nothing has. */
  readonly standingOf: (thing: Named) => readonly Expectation[];
  readonly offers: readonly Offer[];
  /** Everything that is known, by name. */
  readonly scene: Scene;
  /** Why a leaf must not be tried now, in words, and until when; undefined when it may be. */
  readonly held: (leaf: string, unmet: Unmet, path: Path) => Held | undefined;
  /** What is to stand at a path after the next step, where that is not what is wanted in the end, or why nothing is done. */
  readonly pace?: (unmet: Unmet, path: Path, wanted: Json | undefined) => Pace;
  /** The ways to a leaf that were tried in vain, as `wayName` calls them. */
  readonly tried: (leaf: string) => readonly string[];
  readonly context: Context;
  /** Why a step with these effects needs a person's word, whatever the mode; absent: nothing is protected. */
  readonly protects?: (
    task: Pick<PlannedTask, 'driver' | 'key'>,
    expectation: Expectation,
    effects: readonly Effect[],
    before: Scene,
  ) => Protected | undefined;
}

/** With what may be done about it at this path. */
export function unmetAt(unmet: Unmet, path: Path): Unmet {
  return unmet.modeAt ? { ...unmet, mode: unmet.modeAt(path) } : unmet;
}

export interface Held {
  readonly because: string;
  readonly until?: Instant;
  readonly on?: WaitsOn;
}

/** A task, before anybody has said that it may be done. */
export type DraftTask = PlannedTask & { readonly mode: Mode };
export type DraftWaiting = Waiting & { readonly mode: Mode };

/** What could be done, before anybody has said that it may. */
export interface Draft {
  /** In the order in which they can be done. */
  readonly tasks: readonly DraftTask[];
  readonly waiting: readonly DraftWaiting[];
  /** How many tasks more there are than these. */
  readonly later?: number;
}

/** What decides who stands. */
export type Standing = Pick<Expectation, 'id' | 'priority' | 'createdAt'>;

/** A task that has not found its place among the others yet. */
export interface Candidate {
  readonly task: DraftTask;
  /** The expectation it serves. */
  readonly by: Standing;
}

export interface Waits {
  readonly waiting: DraftWaiting;
  readonly by: Standing;
}

/** What could be done about one thing, seen for itself. */
export interface Sketch {
  /** Names the thing, for a stable order among several. */
  readonly place: string;
  readonly candidates: readonly Candidate[];
  readonly waits: readonly Waits[];
  /** What it was made from beside the thing itself, and what it moves. */
  readonly reads: readonly Spot[];
  readonly moves: readonly Spot[];
}
