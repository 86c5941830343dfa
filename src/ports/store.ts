/**
 * The door to what is kept. Synchronous: a `transact` is one commit, and no `await` can stand inside it. Every write
 * takes the next `seq`, its row carries it, and a change row tells of it, in the same commit. A write that changes
 * nothing writes nothing.
 */
import type { Cause, Change, ChangeSubject } from '../core/change.ts';
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationVersion } from '../core/expectation-version.ts';
import type { ExpectationId, InstanceId, Instant, ListenerId, PlanId, TaskId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Listener } from '../core/listener.ts';
import type { ModelReader, ModelWriter } from '../core/model/model-store.ts';
import type { Path, PathChange } from '../core/path.ts';
import type { Plan, PlanState } from '../core/plan.ts';
import type { Rule, RuleId, UnwrittenRule } from '../core/rule.ts';
import type { LeafRecord } from '../core/settle/leaf-record.ts';
import type { Guard } from '../core/stream/receiver.ts';
import type { Task, TaskState } from '../core/task.ts';
import type { StandingVerdict } from '../core/verdict.ts';
import type { InstanceIndex } from './instance-index.ts';

/** Equalities an index answers; results come in order of creation. */
export interface InstanceQuery {
  readonly type?: InstanceType;
  readonly kind?: string;
  readonly name?: string;
  readonly ids?: readonly InstanceId[];
  readonly observedBy?: string;
  /** Names or ids, of which its specification has one. No index: a walk over all that the rest leaves. */
  readonly specification?: readonly string[];
  readonly offset?: number;
  readonly limit?: number;
}

/** Which id a natural key has; kept after the thing is gone, so that the same thing gets the same id back. */
export interface KeyBinding {
  readonly kind: string;
  readonly key: string;
  readonly id: InstanceId;
  /** As in `Sighting.handle`. */
  readonly handle?: string;
}

/** A stop sign a person put up: for all, a kind, an instance, or one expectation on one instance. */
export interface Pause {
  /** `all`, `kind:NAME`, `instance:ID`, `leaf:EXPECTATION:INSTANCE`. */
  readonly scope: string;
  readonly by: string;
  readonly why?: string;
  readonly since: Instant;
}

/** A task that was begun: what budgets look back at, for as long as the longest of them. */
export interface Begun {
  readonly at: Instant;
  readonly expectation: ExpectationId;
  /** The set that the expectation was laid with. */
  readonly set?: string;
  /** Absent of what was still to be made. */
  readonly instance?: InstanceId;
  readonly kind?: string;
  /** The name of the instance. */
  readonly name?: string;
  readonly path: Path;
  /** It took something away. */
  readonly removes?: true;
}

export type CurrentSubject = Extract<ChangeSubject, 'instance' | 'expectation' | 'verdict'>;

/** What is kept of each subject; an instance as the JSON that central is told. */
export interface CurrentRecords {
  readonly instance: JsonObject;
  readonly expectation: Unwritten<Expectation>;
  readonly verdict: Unwritten<StandingVerdict>;
}

/** A row as a follower of current state reads it: what it is now, or that it is gone. */
export type CurrentRow<Subject extends CurrentSubject = CurrentSubject> = {
  readonly [S in Subject]: {
    readonly subject: S;
    readonly id: string;
    readonly seq: number;
    /** Absent when it is gone. */
    readonly record?: CurrentRecords[S];
    /** Of what is gone: what it was. */
    readonly was?: CurrentRecords[S];
  };
}[Subject];

/** A row of another's state stream that was not applied. */
export interface Quarantine {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly body?: JsonObject;
}

export interface Reader extends ModelReader, InstanceIndex {
  /** Names this store's life: a restored copy of another store has another one. Part of cursors given outside. */
  readonly epoch: string;
  /** The agent's own id, made with the store. */
  readonly agent: string;
  /** The seq of the last change. */
  seq(): number;

  /** Read ahead a little: of what is written meanwhile, some is told as it was before. What is not touched is told once. */
  instances(query: InstanceQuery): IterableIterator<Instance>;
  countInstances(query: InstanceQuery): number;

  keyBindings(): readonly KeyBinding[];

  /** Oldest first, of these subjects or all. Throws `gone`, naming the oldest seq, when rows after the cursor are no longer kept. */
  changesAfter(seq: number, limit: number, subjects?: readonly ChangeSubject[]): readonly Change[];
  /** What is now, and what is gone, with a seq beyond the cursor, in order of seq: a week offline costs rows, not changes. */
  rowsAfter<S extends CurrentSubject>(subjects: readonly S[], seq: number, limit: number): readonly CurrentRow<S>[];
  /** That something is gone is remembered from this seq on (exclusive); what went before it is forgotten. */
  forgottenUpTo(): number;
  /** The state of one end of a state stream, as whoever keeps the stream wrote it. */
  streamState(name: string): JsonObject | undefined;
  /** What is known of a row of another's stream. */
  incoming(stream: string, key: string): Guard | undefined;
  /** The keys of what stands of a stream with an earlier epoch. */
  incomingBefore(stream: string, epoch: number): readonly string[];
  quarantine(stream: string): readonly Quarantine[];

  /** The changes of one subject, newest first, as far as they are kept. */
  changesOf(id: string, limit: number): readonly Change[];

  expectation(id: ExpectationId): Expectation | undefined;
  /** In order of creation; the very same list, and the same records in it, while none of them moves. */
  expectations(): readonly Expectation[];
  /** What it says and what it said before, newest first, as far as it is kept; forgotten when it is removed. */
  versions(of: ExpectationId): readonly ExpectationVersion[];
  verdict(expectation: ExpectationId, instance: InstanceId | undefined): StandingVerdict | undefined;
  verdicts(of?: { readonly instance?: InstanceId; readonly expectation?: ExpectationId }): readonly StandingVerdict[];
  plan(id: PlanId): Plan | undefined;
  /** Newest first. */
  plans(of?: { readonly states?: readonly PlanState[]; readonly limit?: number }): readonly Plan[];
  task(id: TaskId): Task | undefined;
  /** In order of their plan, or newest first without one. */
  tasks(of?: {
    readonly plan?: PlanId;
    /** As in `PlannedTask`; of these the newest comes first. */
    readonly key?: string;
    readonly states?: readonly TaskState[];
    readonly limit?: number;
  }): readonly Task[];
  rule(id: RuleId): Rule | undefined;
  /** In order of creation; the very same list, and the same records in it, while none of them moves. */
  rules(): readonly Rule[];
  /** What was begun at that time or later, in the order in which it was written down. */
  begun(since: Instant): readonly Begun[];
  /** In order of creation; the very same list while none of them moves. */
  leafRecords(): readonly LeafRecord[];
  pauses(): readonly Pause[];
  listener(id: ListenerId): Listener | undefined;
  listeners(): readonly Listener[];
}

/** What a caller hands in: all but the seq, which the store gives. */
export type Unwritten<T> = Omit<T, 'seq'>;

/** How a record differs from the one that stands. */
export interface MovedFrom {
  readonly before: Expectation;
  readonly paths: readonly PathChange[];
}

export interface Writer extends Reader, ModelWriter {
  instances(query: InstanceQuery): IterableIterator<Instance>;
  /** Creates or replaces. The change says which paths moved, and create or stateChange or attributeValueChange. */
  putInstance(instance: Unwritten<Instance>): Instance;
  bindKey(binding: KeyBinding): void;
  /** With what was worked out before the commit, so that this is short; it counts while that very one stands. */
  putExpectation(expectation: Unwritten<Expectation>, moved?: MovedFrom): Expectation;
  /** Also removes its verdicts. */
  removeExpectation(id: ExpectationId): void;
  putVerdict(verdict: Unwritten<StandingVerdict>): StandingVerdict;
  removeVerdict(expectation: ExpectationId, instance: InstanceId | undefined): void;
  putPlan(plan: Unwritten<Plan>): Plan;
  putTask(task: Unwritten<Task>): Task;
  putRule(rule: UnwrittenRule): Rule;
  removeRule(id: RuleId): void;
  /**
   * Forgets what only history holds: plans that have ended, with their tasks, and natural keys of things that are gone,
   * but for the newest of each, and the plans excepted. Like the trimming of the change list it makes no change row.
   */
  tidy(keep: { readonly plans: number; readonly keys: number; readonly except?: readonly PlanId[] }): void;
  /** The following have no change row: nobody outside follows them. */
  putStreamState(name: string, state: JsonObject): void;
  removeStreamState(name: string): void;
  /** The guard of a row, and the row itself where it could not be applied. */
  putIncoming(stream: string, key: string, guard: Guard, quarantine?: Omit<Quarantine, 'key'>): void;
  /** Forgets what bears an earlier epoch. */
  removeIncomingBefore(stream: string, epoch: number): void;
  putBegun(begun: Begun): void;
  forgetBegun(before: Instant): void;
  /** What was begun after this, by a clock that has been set back since, counts as begun then. */
  redateBegun(after: Instant): void;
  /** The clock was set by so much since all this was begun. */
  shiftBegun(by: number): void;
  putLeafRecord(record: LeafRecord): void;
  clearLeafRecord(leaf: string): void;
  putPause(pause: Pause): void;
  clearPause(scope: string): void;
  putListener(listener: Listener): void;
  removeListener(id: ListenerId): void;
}

export interface Store extends Reader {
  /** One commit, durable when it returns. Throws what the function throws, and then nothing was written. */
  transact<T>(cause: Cause, write: (writer: Writer) => T): T;
  /**
   * The same for requests that come in crowds: each in its own savepoint, one commit for all that wait, answered after
   * it. A request that throws is rejected alone.
   */
  submit<T>(cause: Cause, write: (writer: Writer) => T): Promise<T>;
  /** Calls after each commit that wrote changes; returns how to stop. */
  onCommit(call: () => void): () => void;
  /** The size of what is kept, for status and metrics. */
  size(): JsonObject;
  close(): void;
}
