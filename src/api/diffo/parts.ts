/** What the agent's own routes are handed: the store to read and write, and words with the loop. */
import type { Expectation, Mode } from '../../core/expectation.ts';
import type { ExpectationId, InstanceId, Instant, PlanId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Kinds, RecordKinds } from '../../core/kind.ts';
import type { Judgement, Leaf } from '../../core/outstanding.ts';
import type { KeyedArrays, Path } from '../../core/path.ts';
import type { Plan, PlannedTask, Waiting } from '../../core/plan.ts';
import type { Draft } from '../../core/planner.ts';
import type { TallyFigures } from '../../core/tally.ts';
import type { GuardName } from '../../core/waits-on.ts';
import type { CentralState } from '../../ports/central.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeerState, RefusalCounts } from '../../ports/peers.ts';
import type { Store } from '../../ports/store.ts';
import type { HubFigures } from '../hub-delivery.ts';
import type { TwinDoor } from '../twins.ts';
import type { ProfileDoor } from './profile-door.ts';

/** What the agent's own routes ask of the loop; `reconcile` stands behind it. */
export interface LoopDoor {
  ring(): void;
  /** Resolves when a pass that began after the call has ended. */
  settle(): Promise<void>;
  /** What would be done, and why the rest waits. */
  draft(): Draft;
  /** What is to be done, or waits, for a leaf, among all that is planned together with it. */
  around(expectation: ExpectationId, instance: InstanceId | undefined): Draft;
  /** Why an approved plan is not begun now; undefined when it may be. */
  holds(plan: Plan): { readonly because: string; readonly until?: Instant } | undefined;
  /** A person's word on what somebody changed at the element. */
  decide(
    by: string,
    place: { readonly expectation: ExpectationId; readonly instance: InstanceId | undefined; readonly path: Path },
    decision: 'restore' | 'adopt' | 'manage',
  ): void;
  /** What may be done about a leaf. */
  mode(expectation: Expectation, instance?: Instance, path?: Path): Mode;
  judge(expectation: Expectation, instance: Instance | undefined): Judgement;
  explain(expectation: Expectation, instance: Instance | undefined): readonly Leaf[];
  /** Of one that does not apply now: its leaves all the same, why it does not, and when time alone turns it. */
  aside(
    expectation: Expectation,
    instance: Instance | undefined,
  ): {
    readonly leaves: readonly Leaf[];
    readonly valid: boolean;
    readonly against: readonly Leaf[];
    readonly turnsAt?: Instant;
  };
  /** When the element is looked at again by time alone. */
  nextLook(): Instant;
  /** What is left of the budget for a task of the loop's own. */
  budget(task: Pick<PlannedTask, 'expectation' | 'instance' | 'of' | 'path' | 'step'>): {
    readonly left: number;
    readonly limit: number;
    readonly withinMs: number;
  };
  /** Takes a sample of what an expectation reads of telemetry, unless there is one of just now. */
  sample(expectation: Expectation): Promise<void>;
  /** Whether a place of an instance is seen lately enough for an expectation, and why it is not. */
  knows(expectation: Expectation, instance: Instance, path: Path): 'known' | 'stale' | 'never' | 'bad';
  /** Where what is told of a place of an instance comes from. */
  seen(instance: Instance, path: Path): SeenPlace;
  readonly plans: {
    make(
      by: string,
      scope: { instance?: InstanceId; expectation?: ExpectationId },
    ): Promise<Plan | { readonly tasks: readonly []; readonly waiting: readonly Waiting[] }>;
    /** The same plan, shown and not kept. */
    rehearse(
      by: string,
      scope: { instance?: InstanceId; expectation?: ExpectationId },
    ): Promise<Omit<Plan, 'seq'> | { readonly tasks: readonly []; readonly waiting: readonly Waiting[] }>;
    approve(id: PlanId, by: string, hash?: string, how?: PlanApproval): Plan;
    apply(id: PlanId, by: string, hash?: string, how?: PlanApproval): Promise<Plan>;
    confirm(id: PlanId, by: string, hash?: string): Promise<Plan>;
    undo(id: PlanId, by: string, how: { readonly force?: boolean; readonly duringFreeze?: boolean }): Promise<Plan>;
    discard(id: PlanId, by: string): Plan;
  };
}

/** What else somebody says who approves a plan. */
export interface PlanApproval {
  readonly duringFreeze?: boolean;
  readonly withinMs?: number;
}

/** A place of an instance, recorded, looked at, or sampled. */
export interface SeenPlace {
  readonly from: 'record' | 'look' | 'sample';
  /** The driver; none for what is recorded. */
  readonly by?: string;
  /** When it was last seen; none before that. */
  readonly at?: Instant;
  /** Why it is known no better. */
  readonly because?: string;
}

export interface Figures {
  readonly passes: number;
  readonly tasksDone: number;
  readonly tasksFailed: number;
  readonly wrongPredictions: number;
  readonly plansRefused: number;
  readonly lastPassAt: Instant | undefined;
  readonly lastPassMs: number;
  readonly looks: number;
  /** How often something began to wait, by the guard that holds it back. */
  readonly blocked: Readonly<Record<GuardName, number>>;
}

export interface DriverState {
  readonly name: string;
  /** When it last saw everything; null before the first look. */
  readonly observedAt: Instant | null;
  /** Why its latest look failed, when it did. */
  readonly failure?: string;
}

/** What is told of peers; `sync` stands behind it. */
export interface PeersDoor {
  /** What others configure to have this agent as their peer. */
  readonly identity: { readonly node: string; readonly realm: string; readonly publicKey: string };
  states(): readonly PeerState[];
  /** A person has seen to what had stopped the streams of a peer; false when there is none of that name. */
  release(peer: string): boolean;
  /** Of those who are no peers. */
  refusedStrangers(): RefusalCounts;
}

/** What is told of central; `sync` stands behind it. */
export interface CentralDoor {
  readonly url: string;
  /** Empty: the user's own. */
  readonly database: string;
  state(): CentralState;
  /** A person has seen to what had stopped the stream. */
  release(): void;
}

export interface DiffoParts {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly recordKinds: RecordKinds;
  readonly keyed: KeyedArrays;
  readonly twins: TwinDoor;
  readonly clock: Clock;
  readonly newId: () => string;
  /** What addresses begin with; empty for absolute paths. */
  readonly publicUrl: string;
  /** From 0 up to 1. */
  readonly chance: () => number;
  readonly loop: LoopDoor;
  readonly figures: () => Figures;
  /** How well it does, over as much of its history as is kept. */
  readonly tally: () => Promise<TallyFigures>;
  readonly drivers: () => readonly DriverState[];
  readonly hub: () => HubFigures;
  readonly peers: PeersDoor;
  /** Undefined when there is none to report to. */
  readonly central: CentralDoor | undefined;
  /** True once the first pass has ended and every driver has seen its element. */
  readonly isReady: () => boolean;
  readonly about: { readonly version: string; readonly profile: string; readonly mode: Mode; readonly entity: string };
  readonly profile: ProfileDoor;
}

/** The principal of what comes in over this API: whoever reaches loopback, or has the token, is the local operator. */
export const OPERATOR = 'operator';

/** Instants as TMF writes them. */
export function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** The parts of a record that are instants, written for people and TMF. */
export function withTimes<T extends object>(record: T, names: readonly (keyof T & string)[]): JsonObject {
  const shown: Record<string, unknown> = Object.fromEntries(Object.entries(record));
  for (const name of names) {
    const value = shown[name];
    if (typeof value === 'number') shown[name] = iso(value);
  }
  // A record of the store is plain data through and through.
  return shown as JsonObject;
}
