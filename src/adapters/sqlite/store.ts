/** What the agent knows, in one SQLite file that is its own. */
import { statSync } from 'node:fs';
import type { Cause } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { KeyedArrays } from '../../core/path.ts';
import type { TableRows } from '../../core/recording/lines.ts';
import type { Rule } from '../../core/rule.ts';
import type { LeafRecord } from '../../core/settle/leaf-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentIndex } from '../../ports/instance-index.ts';
import type { Store, Writer } from '../../ports/store.ts';
import { ChangeList, defaultKeep, type Keep } from './change-list.ts';
import { DocumentIndexTable, noIndex } from './document-index.ts';
import { KeptList } from './kept-list.ts';
import { checkOwnership, migrate } from './migrations.ts';
import { SqliteReader } from './reader.ts';
import { SharedKept } from './shared-kept.ts';
import { restore, snapshot } from './snapshot.ts';
import { Sql } from './sql.ts';
import { Standing } from './standing.ts';
import { SqliteWriter, type WriterParts } from './writer.ts';

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** By which keys arrays are compared when a change is told. */
  readonly keyed: KeyedArrays;
  readonly newId: () => string;
  /** SQLite's addon or its path, where it does not stand in node_modules. */
  readonly nativeBinding?: object | string;
  readonly keep?: Partial<Keep>;
  /** By which values documents are found; by none without it. */
  readonly index?: DocumentIndex;
  /** Of a new file: what it begins with. */
  readonly from?: Iterable<TableRows>;
}

export function openStore(options: StoreOptions): Store {
  const { path, clock, keyed, newId, nativeBinding, keep, index = noIndex, from } = options;
  const sql = new Sql(path, nativeBinding);
  try {
    checkOwnership(sql);
    sql.keepLog();
    migrate(sql);
    if (from) restore(sql, from);
    const epoch = named(sql, 'epoch', newId);
    const agent = named(sql, 'agent', newId);
    const changes = new ChangeList(sql, { ...defaultKeep, ...keep });
    const memory = {
      standing: new Standing(),
      rulesKept: new KeptList<Rule>(),
      leavesKept: new KeptList<LeafRecord>(),
      sharedKept: new SharedKept(),
      index: new DocumentIndexTable(sql, index),
    };
    return new SqliteStore({ sql, changes, ...memory, keyed, epoch, agent }, clock);
  } catch (error) {
    sql.close();
    throw error;
  }
}

/** All that decisions are made from, of a store of this sort. */
export function snapshotOf(store: Store): Iterable<TableRows> {
  if (!(store instanceof SqliteStore)) throw new AgentError('internal', 'only a store in SQLite can be copied');
  return store.snapshot();
}

/** A name given once, when the store is made. */
function named(sql: Sql, name: string, make: () => string): string {
  const known = sql.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name);
  if (known) return known.value;
  const value = make();
  sql.run('INSERT INTO meta (name, value) VALUES (?, ?)', name, value);
  return value;
}

/** A write that waits for the commit it will share. */
interface Waiting {
  readonly cause: Cause;
  readonly write: (writer: Writer) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStore extends SqliteReader implements Store {
  readonly #parts: WriterParts;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting[] = [];
  #writing = false;
  #closed = false;

  constructor(parts: WriterParts, clock: Clock) {
    super(parts);
    this.#parts = parts;
    this.#clock = clock;
  }

  transact<T>(cause: Cause, write: (writer: Writer) => T): T {
    return this.#commit(() => this.#write(cause, write));
  }

  submit<T>(cause: Cause, write: (writer: Writer) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#refuseWhenClosed();
      // What comes in during one turn of the event loop shares a commit.
      if (this.#waiting.length === 0) setImmediate(() => this.#commitWaiting());
      this.#waiting.push({ cause, write, resolve: result => resolve(result as T), reject });
    });
  }

  onCommit(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  size(): JsonObject {
    const { sql, changes } = this;
    return {
      instances: this.countInstances({}),
      changes: changes.seq - changes.oldest + 1,
      oldestChange: changes.oldest,
      databaseBytes: sql.pragma('page_count') * sql.pragma('page_size'),
      logBytes: statSync(`${sql.file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    };
  }

  snapshot(): Iterable<TableRows> {
    return snapshot(this.sql);
  }

  close(): void {
    if (this.#closed) return;
    if (this.#writing) throw new AgentError('internal', 'the store cannot be closed inside a transaction');
    this.#commitWaiting();
    this.#closed = true;
    this.sql.close();
  }

  #commitWaiting(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const [first] = batch;
    if (!first) return;
    try {
      if (batch.length === 1) first.resolve(this.transact(first.cause, first.write));
      else for (const answer of this.#commit(() => batch.map(each => this.#writePart(each)))) answer();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** Writes one of many; gives back how to answer it once all are committed. */
  #writePart({ cause, write, resolve, reject }: Waiting): () => void {
    const standing = this.changes.standing();
    this.sql.savepoint();
    try {
      const result = this.#write(cause, write);
      this.sql.release();
      return () => resolve(result);
    } catch (error) {
      // Fails in its turn when the disk is what failed: then nobody's part can be kept.
      this.sql.undoSavepoint();
      this.#goBackTo(standing);
      return () => reject(error);
    }
  }

  #write<T>(cause: Cause, write: (writer: Writer) => T): T {
    const writer = new SqliteWriter(this.#parts, cause, this.#clock.now());
    try {
      return synchronous(write(writer));
    } finally {
      writer.end();
    }
  }

  #commit<T>(work: () => T): T {
    this.#refuseWhenClosed();
    if (this.#writing) throw new AgentError('internal', 'a transaction was begun inside another one');
    const standing = this.changes.standing();
    this.#writing = true;
    let result: T;
    try {
      this.sql.begin();
      result = work();
      this.changes.trim(this.#clock.now());
      this.sql.commit();
    } catch (error) {
      this.#goBackTo(standing);
      this.sql.rollback();
      throw error;
    } finally {
      this.#writing = false;
    }
    if (this.changes.seq > standing.seq) this.#announce();
    return result;
  }

  #goBackTo(standing: ReturnType<ChangeList['standing']>): void {
    this.changes.goBackTo(standing);
    this.standing.forget();
    this.rulesKept.forget();
    this.leavesKept.forget();
    this.index.forget();
    this.sharedKept.forgetAll();
  }

  #announce(): void {
    for (const call of this.#listeners) {
      try {
        call();
      } catch (error) {
        // The commit stands, so whoever made it must not hear of a failure; nor may the failure be lost.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new AgentError('storage', `${this.sql.file} is closed: the agent is stopping`);
  }
}

/** An `await` inside a transaction would let it end before its work does. */
function synchronous<T>(result: T): T {
  if (typeof result !== 'object' || result === null || !('then' in result)) return result;
  Promise.resolve(result).catch(() => {});
  throw new AgentError('internal', 'an asynchronous function was given to a transaction');
}
