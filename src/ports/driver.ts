/** The door to the element: a driver looks at it, hears it change, and carries out steps on it. */
import type { Ability } from '../core/ability.ts';
import type { Lifeline } from '../core/guard/protect.ts';
import type { Instant } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { TaskStep } from '../core/task.ts';

/** Names a thing to its driver: `key` is its natural key, the same after a restart and after delete and re-add. */
export interface NaturalKey {
  readonly kind: string;
  readonly key: string;
}

/** Places of which the element itself says that what it tells is not to be relied on, each with why. */
export interface BadQuality {
  readonly [place: string]: string;
}

/** One thing as a look found it. */
export interface Sighting extends NaturalKey {
  readonly type: InstanceType;
  /**
   * Names the same thing within one boot even when its key changes (a renamed interface keeps its ifindex); never
   * reused for another thing in that boot.
   */
  readonly handle?: string;
  /** The attributes the driver owns, TMF v5 shape: name, states, characteristics. No id, no href, no telemetry. */
  readonly facts: JsonObject;
  /** The things that support this one; they become `supportingResource` / `supportingService` references. */
  readonly supportedBy?: readonly NaturalKey[];
  /** The facts of bad quality, by their path. */
  readonly bad?: BadQuality;
}

/** Everything the driver can see; what is not in it is not there. */
export interface Look {
  readonly at: Instant;
  readonly sightings: readonly Sighting[];
}

/** The latest telemetry of one thing: characteristics that move all the time and make no change. */
export interface Sample {
  readonly at: Instant;
  /** TMF v5 characteristics. */
  readonly characteristics: readonly JsonObject[];
  /** Those of bad quality, by their name. */
  readonly bad?: BadQuality;
}

/** The smallest act on an element; plain data, so that it can be written down before it is carried out. */
export type Step = TaskStep;
export type { Ability, Lifeline };

/** What the driver found just before a step. */
export interface Examination {
  /** The effect is there already; nothing needs doing. */
  readonly already: boolean;
  /** All that an undo of this step needs, side effects included. Opaque to all but the driver; plain data. */
  readonly before: Json;
  /** Whether the effect is there cannot be seen; the sentence says why. Such a step is never tried a second time by itself. */
  readonly unseen?: string;
}

export interface Driver {
  readonly name: string;
  readonly abilities: readonly Ability[];
  /** Begins to listen; `heard` is called, without news, whenever the element may have changed. */
  start(heard: () => void): Promise<void>;
  stop(): Promise<void>;
  /** Looks at everything. Rejects with `unreachable` when it could not see; a failed look says nothing. */
  look(): Promise<Look>;
  /**
   * Fresh telemetry of every thing that has some, by `kind/key`; kept by the driver for `maxAgeMs`. Rejects with
   * `unreachable` when it could not be taken.
   */
  sample(maxAgeMs: number): Promise<ReadonlyMap<string, Sample>>;
  /** Reads from the element itself what a step would find. Rejects with `moved` when its object is another one now. */
  examine(step: Step): Promise<Examination>;
  /**
   * Carries a step out, once. Rejects with `refused` (the element said no, in its words), `moved` (nothing was done) or
   * `unreachable` (whether it was done is not known).
   */
  act(step: Step): Promise<void>;
  /**
   * Puts back what the step and its side effects took away or brought, given what `examine` found before it; again
   * does no harm. Rejects with `refused` naming what could not be put back; the rest is back then.
   */
  undo(step: Step, before: Json): Promise<void>;
  /**
   * What of `before` an undo still needs, asked right after the step: with it an undo brings back what the step has taken
   * and nothing that others have taken since. Absent where `before` is that already.
   */
  narrow?(step: Step, before: Json): Promise<Json>;
  /** Carries out several at once, all or none; absent where the element cannot. Rejects like `act`. */
  actTogether?(steps: readonly Step[]): Promise<void>;
  /** Whether these are such as can be carried out at once; absent: all that it has are. */
  canTogether?(steps: readonly Step[]): boolean;
  /** Names the run of the element since it last started, as of the last look; another one: what does not last is gone. */
  boot?(): string | undefined;
  /** What the agent itself, and whoever works on it, is reached by right now. Asked before a plan is made. */
  lifelines?(): Promise<readonly Lifeline[]>;
}
