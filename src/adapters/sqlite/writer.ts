/** Writes what is kept: every write that changes something takes the next seq, and a change row tells of it. */
import { isDeepStrictEqual } from 'node:util';
import type { Cause } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import type { ExpectationId, InstanceId, Instant, ListenerId, PlanId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Listener } from '../../core/listener.ts';
import { boundsOf } from '../../core/model/geometry.ts';
import type { Assignment } from '../../core/model/link.ts';
import { linksIn } from '../../core/model/links.ts';
import type { SharedClass, SharedRecord } from '../../core/model/shared-record.ts';
import { differences, type KeyedArrays, type PathChange, segments } from '../../core/path.ts';
import { endedPlanStates, type Plan } from '../../core/plan.ts';
import type { Rule, RuleId, UnwrittenRule } from '../../core/rule.ts';
import type { LeafRecord } from '../../core/settle/leaf-record.ts';
import type { Guard } from '../../core/stream/receiver.ts';
import type { Task } from '../../core/task.ts';
import { type StandingVerdict, verdictId } from '../../core/verdict.ts';
import type { Begun, KeyBinding, MovedFrom, Pause, Quarantine, Unwritten, Writer } from '../../ports/store.ts';
import { type NewChange, typeOfChange } from './change-list.ts';
import { type ModelRowsParts, putAssignment, putLinks, removeAssignment } from './model-rows.ts';
import { type Kept, type NoteTable, SqliteReader } from './reader.ts';
import * as rows from './rows.ts';
import { PUT_INCOMING } from './streams.ts';
import { forgetVersions, keepVersion } from './versions.ts';

export interface WriterParts extends Kept {
  readonly keyed: KeyedArrays;
}

export class SqliteWriter extends SqliteReader implements Writer {
  readonly #keyed: KeyedArrays;
  readonly #at: Instant;
  readonly #cause: string;
  readonly #model: ModelRowsParts;
  #ended = false;

  constructor(parts: WriterParts, cause: Cause, at: Instant) {
    super(parts);
    this.#keyed = parts.keyed;
    this.#cause = JSON.stringify(cause);
    this.#at = at;
    this.#model = {
      run: (text, ...values) => this.#run(text, ...values),
      runAtOrBelow: (owner, thing, value) => this.runAtOrBelow(owner, thing, value),
    };
  }

  /** After its transaction a writer writes no more, even if someone held on to it. */
  end(): void {
    this.#ended = true;
  }

  putInstance({ id, type, kind, observedBy, document, createdAt }: Unwritten<Instance>): Instance {
    const text = JSON.stringify(document);
    const seq = this.changes.seq + 1;
    const observer = observedBy ?? null;
    const created = this.#run(
      // The seq as its row: it grows, and no other instance ever gets it.
      `INSERT INTO instance (row, id, type, kind, name, observed_by, seq, created_at, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      seq,
      id,
      type,
      kind,
      rows.nameIn(document),
      observer,
      seq,
      createdAt,
      text,
    );
    const written = { id, type, kind, ...(observedBy === undefined ? {} : { observedBy }), document, seq, createdAt };
    if (created === 1) {
      putLinks(this.#model.run, id, linksIn(id, document), true);
      this.index.write(this.#model.run, seq, undefined, { type, document });
      this.#tell({
        subject: 'instance',
        id,
        instanceType: type,
        type: 'create',
        previous: null,
        paths: [],
        document: text,
      });
      return written;
    }
    const row = this.sql.get<rows.InstanceRow>(`SELECT ${rows.INSTANCE_COLUMNS} FROM instance WHERE id = ?`, id);
    const before = row && rows.instance(row);
    if (!before) throw new AgentError('internal', `instance ${id} is neither there nor can it be made`);
    const paths = differences(before.document, document, this.#keyed);
    const same = before.type === type && before.kind === kind && before.observedBy === observedBy;
    if (same && paths.length === 0) return before;
    this.#run(
      'UPDATE instance SET type = ?, kind = ?, name = ?, observed_by = ?, seq = ?, document = ? WHERE id = ?',
      type,
      kind,
      rows.nameIn(document),
      observer,
      seq,
      text,
      id,
    );
    this.#relink(id, before.document, document);
    if (before.type !== type || !this.index.ignores(type, firstSegments(paths))) {
      this.index.write(this.#model.run, row.row, before, { type, document });
    }
    this.#tell({
      subject: 'instance',
      id,
      instanceType: type,
      type: typeOfChange(paths),
      previous: before.seq,
      paths,
      document: null,
    });
    return { ...written, createdAt: before.createdAt };
  }

  removeInstance(id: InstanceId): void {
    const row = this.sql.get<{ row: number; type: Instance['type']; seq: number; document: string }>(
      'SELECT row, type, seq, document FROM instance WHERE id = ?',
      id,
    );
    if (!row) return;
    this.#run('DELETE FROM instance WHERE id = ?', id);
    this.#run('DELETE FROM link WHERE source = ?', id);
    const { type: instanceType, seq: previous, document } = row;
    const was = { type: instanceType, document: JSON.parse(document) as JsonObject };
    this.index.write(this.#model.run, row.row, was, undefined);
    this.#tell({ subject: 'instance', id, instanceType, type: 'delete', previous, paths: [], document });
  }

  putAssignment(assignment: Assignment): void {
    putAssignment(this.#model, assignment);
  }

  removeAssignment(owner: InstanceId, thing: string, value: number): void {
    removeAssignment(this.#model, owner, thing, value);
  }

  putShared({ class: of, id, kind, document, createdAt }: Unwritten<SharedRecord>): SharedRecord {
    const before = this.shared(of, id);
    const paths = before ? differences(before.document, document, this.#keyed) : [];
    if (before && before.kind === kind && paths.length === 0) return before;
    const text = JSON.stringify(document);
    const seq = this.changes.seq + 1;
    const bounds = of === 'place' ? (boundsOf(document) ?? []) : [];
    const [west = null, south = null, east = null, north = null] = bounds;
    this.sharedKept.forget(of, id);
    this.#run(
      `INSERT INTO shared (class, id, kind, name, west, south, east, north, seq, created_at, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (class, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, west = excluded.west,
         south = excluded.south, east = excluded.east, north = excluded.north, seq = excluded.seq,
         document = excluded.document`,
      of,
      id,
      kind,
      rows.nameIn(document),
      west,
      south,
      east,
      north,
      seq,
      createdAt,
      text,
    );
    if (of === 'place') this.#bound(id, before !== undefined && boundsOf(before.document) !== undefined);
    this.#relink(id, before?.document ?? {}, document);
    const subject = { subject: of, id, instanceType: null };
    if (before) {
      const type = typeOfChange(paths);
      this.#tell({ ...subject, type, previous: before.seq, paths, document: null });
    } else {
      this.#tell({ ...subject, type: 'create', previous: null, paths: [], document: text });
    }
    return { class: of, id, kind, document, seq, createdAt: before?.createdAt ?? createdAt };
  }

  removeShared(of: SharedClass, id: string): void {
    const before = this.shared(of, id);
    if (!before) return;
    if (of === 'place') this.#unbound(id);
    this.sharedKept.forget(of, id);
    this.#run('DELETE FROM shared WHERE class = ? AND id = ?', of, id);
    this.#run('DELETE FROM link WHERE source = ?', id);
    const document = JSON.stringify(before.document);
    this.#tell({ subject: of, id, instanceType: null, type: 'delete', previous: before.seq, paths: [], document });
  }

  bindKey({ kind, key, id, handle }: KeyBinding): void {
    this.#run(
      `INSERT INTO key_binding (kind, key, id, handle) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, key) DO UPDATE SET id = excluded.id, handle = excluded.handle
       WHERE id IS NOT excluded.id OR handle IS NOT excluded.handle`,
      kind,
      key,
      id,
      handle ?? null,
    );
  }

  putExpectation(expectation: Unwritten<Expectation>, moved?: MovedFrom): Expectation {
    const next = this.changes.seq + 1;
    const before = this.expectation(expectation.id);
    const paths = before !== undefined && moved?.before === before ? moved.paths : undefined;
    const written = this.#put(rows.expectationTable, expectation, { before, ...(paths ? { paths } : {}) });
    if (written.seq === next) keepVersion(this.#model.run, written, this.#at, this.#cause, before !== undefined);
    return this.standing.put(written);
  }

  removeExpectation(id: ExpectationId): void {
    for (const { expectation, instance } of this.verdicts({ expectation: id })) {
      this.removeVerdict(expectation, instance);
    }
    this.#remove('expectation', id);
    forgetVersions(this.#model.run, id);
    this.standing.remove(id);
  }

  putVerdict(verdict: Unwritten<StandingVerdict>): StandingVerdict {
    return this.#put(rows.verdictTable, verdict);
  }

  removeVerdict(expectation: ExpectationId, instance: InstanceId | undefined): void {
    this.#remove('verdict', verdictId(expectation, instance));
  }

  putPlan(plan: Unwritten<Plan>): Plan {
    return this.#put(rows.planTable, plan);
  }

  putTask(task: Unwritten<Task>): Task {
    return this.#put(rows.taskTable, task);
  }

  putRule(rule: UnwrittenRule): Rule {
    this.rulesKept.forget();
    return this.#put(rows.ruleTable, rule);
  }

  removeRule(id: RuleId): void {
    this.#remove('rule', id);
    this.rulesKept.forget();
  }

  putBegun({ at, ...rest }: Begun): void {
    this.#run('INSERT INTO begun (at, record) VALUES (?, ?)', at, JSON.stringify(rest));
  }

  forgetBegun(before: Instant): void {
    this.#run('DELETE FROM begun WHERE at < ?', before);
  }

  redateBegun(after: Instant): void {
    this.#run('UPDATE begun SET at = ? WHERE at > ?', after, after);
  }

  shiftBegun(by: number): void {
    this.#run('UPDATE begun SET at = at + ?', by);
  }

  tidy({
    plans,
    keys,
    except = [],
  }: {
    readonly plans: number;
    readonly keys: number;
    readonly except?: readonly PlanId[];
  }): void {
    const ended = `SELECT id FROM plan WHERE state IN (${endedPlanStates.map(() => '?').join(', ')})
       ORDER BY row DESC LIMIT -1 OFFSET ?`;
    const kept = JSON.stringify(except);
    for (const [table, column] of [
      ['task', 'plan'],
      ['plan', 'id'],
    ]) {
      this.#run(
        `DELETE FROM ${table} WHERE ${column} IN (${ended}) AND ${column} NOT IN (SELECT value FROM json_each(?))`,
        ...endedPlanStates,
        plans,
        kept,
      );
    }
    this.#run(
      `DELETE FROM key_binding WHERE row IN (
         SELECT row FROM key_binding WHERE id NOT IN (SELECT id FROM instance) ORDER BY row DESC LIMIT -1 OFFSET ?)`,
      keys,
    );
  }

  putStreamState(name: string, state: JsonObject): void {
    this.#note('stream', name, state);
  }

  removeStreamState(name: string): void {
    this.#forget('stream', name);
  }

  putIncoming(stream: string, key: string, guard: Guard, quarantine?: Omit<Quarantine, 'key'>): void {
    const { epoch, seq, hash, shown } = guard;
    const aside = quarantine === undefined ? null : JSON.stringify(quarantine);
    this.#run(PUT_INCOMING, stream, key, epoch, seq, hash, shown, aside);
  }

  removeIncomingBefore(stream: string, epoch: number): void {
    this.#run('DELETE FROM incoming WHERE stream = ? AND epoch < ?', stream, epoch);
  }

  putLeafRecord(record: LeafRecord): void {
    this.leavesKept.forget();
    this.#note('leaf', record.leaf, record);
  }

  clearLeafRecord(leaf: string): void {
    this.leavesKept.forget();
    this.#forget('leaf', leaf);
  }

  putPause(pause: Pause): void {
    this.#note('pause', pause.scope, pause);
  }

  clearPause(scope: string): void {
    this.#forget('pause', scope);
  }

  putListener(listener: Listener): void {
    this.#note('listener', listener.id, listener);
  }

  removeListener(id: ListenerId): void {
    this.#forget('listener', id);
  }

  /** Keeps the box of a place beside it. */
  #bound(id: string, wasBound: boolean): void {
    if (wasBound) this.#unbound(id);
    this.#run(
      `INSERT INTO place_bounds SELECT row, west, east, south, north FROM shared
       WHERE class = 'place' AND id = ? AND south IS NOT NULL`,
      id,
    );
  }

  #unbound(id: string): void {
    this.#run(`DELETE FROM place_bounds WHERE row = (SELECT row FROM shared WHERE class = 'place' AND id = ?)`, id);
  }

  #relink(source: string, before: JsonObject, after: JsonObject): void {
    const links = linksIn(source, after);
    if (!isDeepStrictEqual(linksIn(source, before), links)) putLinks(this.#model.run, source, links, false);
  }

  #put<T extends { readonly seq: number }>(table: rows.RecordTable<T>, given: Unwritten<T>, known?: Known<T>): T {
    const { subject, columns } = table;
    const id = table.id(given);
    const values = table.values(given);
    const record = rows.withoutSeq(given);
    const text = JSON.stringify(record);
    const seq = this.changes.seq + 1;
    const before = known ? known.before : this.#standing<T>(subject, id);
    if (!before) {
      const names = ['id', ...columns, 'seq', 'record'];
      const marks = names.map(() => '?').join(', ');
      this.#run(`INSERT INTO ${subject} (${names.join(', ')}) VALUES (${marks})`, id, ...values, seq, text);
      this.#tell({ subject, id, instanceType: null, type: 'create', previous: null, paths: [], document: text });
    } else {
      const paths = known?.paths ?? table.paths(rows.withoutSeq(before), record, this.#keyed);
      if (paths.length === 0) return before;
      const changed = [...columns, 'seq', 'record'].map(name => `${name} = ?`).join(', ');
      this.#run(`UPDATE ${subject} SET ${changed} WHERE id = ?`, ...values, seq, text, id);
      const type = typeOfChange(paths);
      this.#tell({ subject, id, instanceType: null, type, previous: before.seq, paths, document: null });
    }
    return rows.record({ id, seq, record: text });
  }

  #standing<T>(subject: string, id: string): T | undefined {
    const row = this.sql.get<rows.RecordRow>(`SELECT id, seq, record FROM ${subject} WHERE id = ?`, id);
    return row && rows.record<T>(row);
  }

  #remove(subject: 'expectation' | 'verdict' | 'rule', id: string): void {
    const row = this.sql.get<{ seq: number; record: string }>(`SELECT seq, record FROM ${subject} WHERE id = ?`, id);
    if (!row) return;
    this.#run(`DELETE FROM ${subject} WHERE id = ?`, id);
    this.#tell({ subject, id, instanceType: null, type: 'delete', previous: row.seq, paths: [], document: row.record });
  }

  #note(table: NoteTable, id: string, record: object): void {
    this.#run(
      `INSERT INTO ${table} (id, record) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET record = excluded.record WHERE record <> excluded.record`,
      id,
      JSON.stringify(record),
    );
  }

  #forget(table: NoteTable, id: string): void {
    this.#run(`DELETE FROM ${table} WHERE id = ?`, id);
  }

  #tell(change: Omit<NewChange, 'at' | 'cause'>): void {
    this.changes.append({ ...change, at: this.#at, cause: this.#cause });
  }

  #run(text: string, ...values: (string | number | null)[]): number {
    if (this.#ended) throw new AgentError('internal', 'a writer was used after its transaction had ended');
    return this.sql.run(text, ...values);
  }
}

/** What a caller knows of a record that it puts: which one stands, and how they differ. */
interface Known<T> {
  readonly before: T | undefined;
  readonly paths?: readonly PathChange[];
}

function firstSegments(paths: readonly PathChange[]): ReadonlySet<string> {
  return new Set(paths.map(({ path }) => segments(path)[0] ?? ''));
}
