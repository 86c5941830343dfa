/** One SQLite file and its statements: opened for this process alone, each statement prepared once, when first used. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { AgentError, sentence } from '../../core/errors.ts';
import { translated } from './failures.ts';

type Value = string | number | null;

/** Long enough for one who only glances at the file, short enough not to hold up the start. */
const LOCK_WAIT_MS = 200;

const settings = [
  // First, so that the list of what stands in the write-ahead log lives in memory and needs no file beside it.
  'locking_mode = EXCLUSIVE',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -1024',
  'mmap_size = 0',
  'temp_store = MEMORY',
  // The write-ahead log stays below 4 MiB: it is carried over at 3.2, and what a burst made of it is given back.
  'wal_autocheckpoint = 800',
  'journal_size_limit = 4194304',
];

export class Sql {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  /** Why the transaction at hand cannot go on; SQLite may have rolled it back already. */
  #broken: AgentError | undefined;

  constructor(path: string, nativeBinding: object | string | undefined) {
    this.file = path === ':memory:' ? path : resolve(path);
    if (path !== ':memory:') makeDirectory(dirname(this.file));
    const options = { timeout: LOCK_WAIT_MS, ...(nativeBinding === undefined ? {} : { nativeBinding }) };
    try {
      // The addon itself is accepted as well as its path; the published types do not know that yet.
      this.#db = new Database(this.file, options as Database.Options);
    } catch (error) {
      throw translated(error, this.file);
    }
    this.#guard(() => {
      for (const setting of settings) this.#db.pragma(setting);
    });
  }

  /** Turns on the write-ahead log; the first thing that may write into the file. */
  keepLog(): void {
    this.#guard(() => this.#db.pragma('journal_mode = WAL'));
  }

  pragma(name: string): number {
    return this.#guard(() => Number(this.#db.pragma(name, { simple: true })));
  }

  get<Row>(text: string, ...values: Value[]): Row | undefined {
    return this.#guard(() => this.#statement(text).get(...values) as Row | undefined);
  }

  all<Row>(text: string, ...values: Value[]): Row[] {
    return this.#guard(() => this.#statement(text).all(...values) as Row[]);
  }

  /** Writes; answers how many rows it touched. */
  run(text: string, ...values: Value[]): number {
    if (this.#broken) throw this.#broken;
    try {
      return this.#statement(text).run(...values).changes;
    } catch (thrown) {
      const error = translated(thrown, this.file);
      if (error instanceof AgentError && error.code === 'storage') this.#broken = error;
      throw error;
    }
  }

  exec(text: string): void {
    this.#guard(() => this.#db.exec(text));
  }

  begin(): void {
    this.run('BEGIN IMMEDIATE');
  }

  /** Throws when the transaction, or any write in it, met the limits of the disk; then `rollback` is due. */
  commit(): void {
    this.run('COMMIT');
  }

  rollback(): void {
    this.#broken = undefined;
    if (this.#db.inTransaction) this.run('ROLLBACK');
  }

  /** A part of the transaction at hand that can be undone alone. */
  savepoint(): void {
    this.run('SAVEPOINT part');
  }

  release(): void {
    this.run('RELEASE part');
  }

  undoSavepoint(): void {
    this.run('ROLLBACK TO part');
    this.run('RELEASE part');
  }

  close(): void {
    this.#db.close();
  }

  #statement(text: string): Database.Statement {
    let statement = this.#statements.get(text);
    if (!statement) {
      // The plus sign hides the value from the planner; one that has seen it plans the statement anew at each use.
      statement = this.#db.prepare(text.replaceAll('?', '+?'));
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw translated(error, this.file);
    }
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AgentError(
      'storage',
      `the data directory ${directory} cannot be made (${sentence(cause)}): choose a directory this user may write to`,
      { cause },
    );
  }
}
