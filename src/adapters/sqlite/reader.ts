/** Reads what is kept. */
import type { Change, ChangeSubject } from '../../core/change.ts';
import type { Expectation } from '../../core/expectation.ts';
import type { ExpectationVersion } from '../../core/expectation-version.ts';
import type { ExpectationId, InstanceId, Instant, ListenerId, PlanId, TaskId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Listener } from '../../core/listener.ts';
import type { Plan, PlanState } from '../../core/plan.ts';
import type { Rule, RuleId } from '../../core/rule.ts';
import type { LeafRecord } from '../../core/settle/leaf-record.ts';
import type { Guard } from '../../core/stream/receiver.ts';
import type { Task, TaskState } from '../../core/task.ts';
import { type StandingVerdict, verdictId } from '../../core/verdict.ts';
import type { IndexQuery, IndexWindow, InstanceMark } from '../../ports/instance-index.ts';
import type {
  Begun,
  CurrentRow,
  CurrentSubject,
  InstanceQuery,
  KeyBinding,
  Pause,
  Quarantine,
  Reader,
} from '../../ports/store.ts';
import type { ChangeList } from './change-list.ts';
import type { DocumentIndexTable } from './document-index.ts';
import type { KeptList } from './kept-list.ts';
import { SqliteModelReader } from './model-reader.ts';
import * as rows from './rows.ts';
import type { SharedKept } from './shared-kept.ts';
import type { Sql } from './sql.ts';
import type { Standing } from './standing.ts';
import * as streams from './streams.ts';
import { versionsOf } from './versions.ts';

/** So many are in memory at once while instances are walked over. */
const INSTANCES_AT_ONCE = 100;
const NO_LIMIT = -1;

/** The tables of what is few and followed by nobody. */
export type NoteTable = 'leaf' | 'pause' | 'listener' | 'stream';

export interface Kept {
  readonly sql: Sql;
  readonly changes: ChangeList;
  readonly standing: Standing;
  readonly rulesKept: KeptList<Rule>;
  readonly leavesKept: KeptList<LeafRecord>;
  readonly index: DocumentIndexTable;
  readonly sharedKept: SharedKept;
  readonly epoch: string;
  readonly agent: string;
}

export class SqliteReader extends SqliteModelReader implements Reader {
  readonly epoch: string;
  readonly agent: string;
  protected readonly changes: ChangeList;
  protected readonly standing: Standing;
  protected readonly rulesKept: KeptList<Rule>;
  protected readonly leavesKept: KeptList<LeafRecord>;
  protected readonly index: DocumentIndexTable;

  constructor(kept: Kept) {
    super(kept.sql, kept.sharedKept);
    this.changes = kept.changes;
    this.standing = kept.standing;
    this.rulesKept = kept.rulesKept;
    this.leavesKept = kept.leavesKept;
    this.index = kept.index;
    this.epoch = kept.epoch;
    this.agent = kept.agent;
  }

  seq(): number {
    return this.changes.seq;
  }

  instance(id: InstanceId): Instance | undefined {
    const row = this.sql.get<rows.InstanceRow>(`SELECT ${rows.INSTANCE_COLUMNS} FROM instance WHERE id = ?`, id);
    return row && rows.instance(row);
  }

  instanceSeq(id: InstanceId): number | undefined {
    return this.sql.get<{ seq: number }>('SELECT seq FROM instance WHERE id = ?', id)?.seq;
  }

  instanceKind(id: InstanceId): Pick<Instance, 'type' | 'kind'> | undefined {
    return this.sql.get<Pick<Instance, 'type' | 'kind'>>('SELECT type, kind FROM instance WHERE id = ?', id);
  }

  /** Read in portions, so that a walk that is left half way holds nothing up. */
  *instances(query: InstanceQuery): IterableIterator<Instance> {
    const { text, values } = rows.condition(query);
    let after = 0;
    let offset = query.offset ?? 0;
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    // A list of ids is looked up once, not again for each portion.
    const atOnce = Math.max(INSTANCES_AT_ONCE, query.ids?.length ?? 0);
    while (left > 0) {
      const portion = Math.min(left, atOnce);
      const found = this.sql.all<rows.InstanceRow>(
        `SELECT ${rows.INSTANCE_COLUMNS} FROM instance WHERE ${text} AND row > ? ORDER BY row LIMIT ? OFFSET ?`,
        ...values,
        after,
        portion,
        offset,
      );
      for (const row of found) yield rows.instance(row);
      const last = found.at(-1);
      if (!last || found.length < portion) return;
      after = last.row;
      offset = 0;
      left -= portion;
    }
  }

  /** All that meet the query, whatever page of them it asks for. */
  countInstances(query: InstanceQuery): number {
    const { text, values } = rows.condition(query);
    return this.sql.get<{ n: number }>(`SELECT count(*) AS n FROM instance WHERE ${text}`, ...values)?.n ?? 0;
  }

  find(query: IndexQuery, window?: IndexWindow): readonly InstanceMark[] {
    return this.index.find(query, window);
  }

  countFound(query: IndexQuery): number {
    return this.index.count(query);
  }

  instancesAt(at: readonly number[]): readonly (Instance | undefined)[] {
    const found = this.sql.all<rows.InstanceRow>(
      `SELECT ${rows.INSTANCE_COLUMNS} FROM instance WHERE row IN (SELECT value FROM json_each(?))`,
      JSON.stringify(at),
    );
    const byRow = new Map(found.map(row => [row.row, rows.instance(row)]));
    return at.map(row => byRow.get(row));
  }

  keyBindings(): readonly KeyBinding[] {
    return this.sql
      .all<rows.KeyBindingRow>('SELECT kind, key, id, handle FROM key_binding ORDER BY row')
      .map(rows.keyBinding);
  }

  changesAfter(seq: number, limit: number, subjects?: readonly ChangeSubject[]): readonly Change[] {
    return this.changes.after(seq, limit, subjects);
  }

  changesOf(id: string, limit: number): readonly Change[] {
    return this.changes.of(id, limit);
  }

  rowsAfter<S extends CurrentSubject>(subjects: readonly S[], seq: number, limit: number): readonly CurrentRow<S>[] {
    return streams.rowsAfter(this.sql, this.changes, subjects, seq, limit);
  }

  forgottenUpTo(): number {
    return Math.max(0, this.changes.oldest - 1);
  }

  streamState(name: string): JsonObject | undefined {
    const row = this.sql.get<{ record: string }>('SELECT record FROM stream WHERE id = ?', name);
    return row && (JSON.parse(row.record) as JsonObject);
  }

  incoming(stream: string, key: string): Guard | undefined {
    return streams.incoming(this.sql, stream, key);
  }

  incomingBefore(stream: string, epoch: number): readonly string[] {
    return streams.incomingBefore(this.sql, stream, epoch);
  }

  quarantine(stream: string): readonly Quarantine[] {
    return streams.quarantine(this.sql, stream);
  }

  expectation(id: ExpectationId): Expectation | undefined {
    return this.standing.one(id, () => this.#record('expectation', id));
  }

  expectations(): readonly Expectation[] {
    return this.standing.all(() => this.#records('SELECT id, seq, record FROM expectation ORDER BY row'));
  }

  versions(of: ExpectationId): readonly ExpectationVersion[] {
    return versionsOf(this.sql, of);
  }

  verdict(expectation: ExpectationId, instance: InstanceId | undefined): StandingVerdict | undefined {
    return this.#record('verdict', verdictId(expectation, instance));
  }

  verdicts(
    of: { readonly instance?: InstanceId; readonly expectation?: ExpectationId } = {},
  ): readonly StandingVerdict[] {
    const { text, values } = equalities({ instance: of.instance, expectation: of.expectation });
    return this.#records(`SELECT id, seq, record FROM verdict WHERE ${text} ORDER BY row`, ...values);
  }

  plan(id: PlanId): Plan | undefined {
    return this.#record('plan', id);
  }

  plans({ states, limit = NO_LIMIT }: { readonly states?: readonly PlanState[]; readonly limit?: number } = {}) {
    const among = amongStates(states);
    return this.#records<Plan>(
      `SELECT id, seq, record FROM plan WHERE ${among.text} ORDER BY row DESC LIMIT ?`,
      ...among.values,
      limit,
    );
  }

  task(id: TaskId): Task | undefined {
    return this.#record('task', id);
  }

  tasks({
    plan,
    key,
    states,
    limit = NO_LIMIT,
  }: {
    readonly plan?: PlanId;
    readonly key?: string;
    readonly states?: readonly TaskState[];
    readonly limit?: number;
  } = {}): readonly Task[] {
    const ofPlan = equalities({ plan });
    const ofKey = key === undefined ? '' : `AND record ->> '$.key' = ?`;
    const among = amongStates(states);
    return this.#records(
      `SELECT id, seq, record FROM task WHERE ${ofPlan.text} ${ofKey} AND ${among.text}
       ORDER BY row ${plan === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
      ...ofPlan.values,
      ...(key === undefined ? [] : [key]),
      ...among.values,
      limit,
    );
  }

  rule(id: RuleId): Rule | undefined {
    return this.#record('rule', id);
  }

  rules(): readonly Rule[] {
    return this.rulesKept.all(() => this.#records('SELECT id, seq, record FROM rule ORDER BY row'));
  }

  begun(since: Instant): readonly Begun[] {
    return this.sql
      .all<{ record: string; at: number }>('SELECT at, record FROM begun WHERE at >= ? ORDER BY row', since)
      .map(({ at, record }) => ({ ...(JSON.parse(record) as Omit<Begun, 'at'>), at }));
  }

  leafRecords(): readonly LeafRecord[] {
    return this.leavesKept.all(() => this.#notes('leaf'));
  }

  pauses(): readonly Pause[] {
    return this.#notes('pause');
  }

  listener(id: ListenerId): Listener | undefined {
    const row = this.sql.get<{ record: string }>('SELECT record FROM listener WHERE id = ?', id);
    return row && (JSON.parse(row.record) as Listener);
  }

  listeners(): readonly Listener[] {
    return this.#notes('listener');
  }

  #record<T>(table: string, id: string): T | undefined {
    const row = this.sql.get<rows.RecordRow>(`SELECT id, seq, record FROM ${table} WHERE id = ?`, id);
    return row && rows.record<T>(row);
  }

  #records<T>(text: string, ...values: (string | number)[]): T[] {
    return this.sql.all<rows.RecordRow>(text, ...values).map(row => rows.record<T>(row));
  }

  #notes<T>(table: NoteTable): T[] {
    return this.sql
      .all<{ record: string }>(`SELECT record FROM ${table} ORDER BY row`)
      .map(row => JSON.parse(row.record) as T);
  }
}

function equalities(wanted: Record<string, string | undefined>): { text: string; values: string[] } {
  const given = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    text: given.length === 0 ? 'TRUE' : given.map(([column]) => `${column} = ?`).join(' AND '),
    values: given.map(([, value]) => value),
  };
}

function amongStates(states: readonly string[] | undefined): { text: string; values: string[] } {
  return states === undefined
    ? { text: 'TRUE', values: [] }
    : { text: 'state IN (SELECT value FROM json_each(?))', values: [JSON.stringify(states)] };
}
