/** The tables, as the steps that led to them. A step that was released is never edited; a new one is added below it. */
import { AgentError } from '../../core/errors.ts';
import type { Sql } from './sql.ts';

/** "Diffo" in the file's header: so that we never write into another program's database. */
const APPLICATION_ID = 0x44_69_66_6f;

const steps: readonly string[] = [
  // `row` is the order of creation; documents stand last, so that reading the rest does not read them.
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE change (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, instance_type TEXT,
    type TEXT NOT NULL,
    -- The change before this one of the same thing. An index over all ids would make every write dearer.
    previous INTEGER,
    -- Bytes of this row and of all before it: what is kept is the difference of two of them.
    bytes_so_far INTEGER NOT NULL,
    cause TEXT NOT NULL, paths TEXT, document TEXT
  ) STRICT;
  CREATE INDEX change_by_deleted_id ON change (id) WHERE type = 'delete';

  CREATE TABLE instance (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, kind TEXT NOT NULL, name TEXT,
    observed_by TEXT, seq INTEGER NOT NULL, created_at INTEGER NOT NULL, document TEXT NOT NULL
  ) STRICT;
  -- Each gives the order of creation, then what other conditions and counts need without going to the table.
  CREATE INDEX instance_by_type ON instance (type);
  CREATE INDEX instance_by_kind ON instance (kind, row, type);
  CREATE INDEX instance_by_name ON instance (name, row, type, kind);
  CREATE INDEX instance_by_observer ON instance (observed_by, row, type, kind) WHERE observed_by IS NOT NULL;

  CREATE TABLE key_binding (
    row INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, handle TEXT, UNIQUE (kind, key)
  ) STRICT;

  CREATE TABLE expectation (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;

  CREATE TABLE verdict (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, expectation TEXT NOT NULL REFERENCES expectation (id),
    instance TEXT, seq INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX verdict_by_expectation ON verdict (expectation);
  CREATE INDEX verdict_by_instance ON verdict (instance);

  CREATE TABLE plan (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX plan_by_state ON plan (state);

  CREATE TABLE task (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, plan TEXT NOT NULL REFERENCES plan (id), state TEXT NOT NULL,
    seq INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX task_by_plan ON task (plan);
  CREATE INDEX task_by_state ON task (state);

  CREATE TABLE backoff (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  CREATE TABLE pause (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  CREATE TABLE listener (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  `,
  // State streams: current rows are followed by their seq, and another's rows are guarded by theirs.
  `
  CREATE INDEX instance_by_seq ON instance (seq);
  CREATE INDEX expectation_by_seq ON expectation (seq);
  CREATE INDEX verdict_by_seq ON verdict (seq);
  CREATE INDEX change_by_deleted_seq ON change (seq, subject, id) WHERE type = 'delete';

  CREATE TABLE stream (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  CREATE TABLE incoming (
    row INTEGER PRIMARY KEY, stream TEXT NOT NULL, key TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    hash TEXT, shown TEXT, quarantine TEXT, UNIQUE (stream, key)
  ) STRICT;
  CREATE INDEX incoming_by_epoch ON incoming (stream, epoch);
  `,
  // The model: what instances share, how they hang together, what pools have handed out.
  `
  CREATE TABLE shared (
    row INTEGER PRIMARY KEY, class TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT,
    west REAL, south REAL, east REAL, north REAL, seq INTEGER NOT NULL, created_at INTEGER NOT NULL,
    document TEXT NOT NULL, UNIQUE (class, id)
  ) STRICT;
  CREATE INDEX shared_by_name ON shared (class, name, row);
  CREATE INDEX shared_by_place ON shared (south, north, west, east) WHERE south IS NOT NULL;

  CREATE TABLE link (
    row INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, class TEXT NOT NULL, type TEXT, alias TEXT
  ) STRICT;
  CREATE INDEX link_by_source ON link (source);
  CREATE INDEX link_by_target ON link (target);

  CREATE TABLE assignment (
    row INTEGER PRIMARY KEY, owner TEXT NOT NULL, thing TEXT NOT NULL, value INTEGER NOT NULL, pool TEXT NOT NULL,
    assignee TEXT NOT NULL, alias TEXT NOT NULL, UNIQUE (owner, thing, value), UNIQUE (assignee, alias)
  ) STRICT;
  -- Values handed out without a gap: finds the next free one without walking over those that are not.
  CREATE TABLE run (
    owner TEXT NOT NULL, thing TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (owner, thing, first)
  ) STRICT, WITHOUT ROWID;
  `,
  // Where places are, as a tree of boxes: an ordinary index leaves half of the world to be looked through.
  `
  DROP INDEX shared_by_place;
  CREATE VIRTUAL TABLE place_bounds USING rtree (row, west, east, south, north);
  INSERT INTO place_bounds SELECT row, west, east, south, north FROM shared WHERE south IS NOT NULL;
  `,
  // Which instances have which values. Names by number; what is entered of a document is known outside.
  `
  CREATE TABLE attribute (
    name INTEGER NOT NULL, value TEXT NOT NULL, instance INTEGER NOT NULL, PRIMARY KEY (name, value, instance)
  ) STRICT, WITHOUT ROWID;
  `,
  // What expectations said before. Of those that stand already, who caused it is known where the change is kept.
  `
  CREATE TABLE expectation_version (
    row INTEGER PRIMARY KEY, expectation TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, cause TEXT NOT NULL,
    record TEXT NOT NULL, UNIQUE (expectation, seq)
  ) STRICT;
  INSERT INTO expectation_version (expectation, seq, at, cause, record)
    SELECT standing.id, standing.seq,
      coalesce(change.at, CAST(standing.record ->> '$.createdAt' AS INTEGER), 0),
      coalesce(change.cause, json_object('principal', standing.record ->> '$.principal', 'kind', 'request')),
      standing.record
    FROM expectation AS standing LEFT JOIN change ON change.seq = standing.seq ORDER BY standing.row;
  `,
  // So that what was done once is found again by what it was done for.
  `
  CREATE INDEX IF NOT EXISTS task_by_key ON task (record ->> '$.key') WHERE record ->> '$.key' IS NOT NULL;
  `,
  // What may be done, and what was begun lately: budgets look back at it.
  `
  CREATE TABLE IF NOT EXISTS rule (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS begun (row INTEGER PRIMARY KEY, at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS begun_by_time ON begun (at);
  `,
  // What is remembered of a leaf is more than when it is tried again.
  `
  CREATE TABLE IF NOT EXISTS leaf (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS backoff (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  INSERT OR IGNORE INTO leaf (id, record) SELECT id, record FROM backoff ORDER BY row;
  DROP TABLE backoff;
  `,
];

/** The schema this program writes. */
export const SCHEMA_VERSION = steps.length;

/** Refuses a file that is not ours to write, before anything in it is touched. */
export function checkOwnership(sql: Sql): void {
  const version = sql.pragma('user_version');
  if (version > SCHEMA_VERSION) {
    throw new AgentError(
      'storage',
      `${sql.file} was written by a newer Diffo Edge (schema ${version}, this one knows ${SCHEMA_VERSION}): ` +
        'run that version again, or move the file away to start anew',
    );
  }
  const empty = sql.get('SELECT 1 FROM sqlite_schema') === undefined;
  if (!empty && sql.pragma('application_id') !== APPLICATION_ID) {
    throw new AgentError(
      'storage',
      `${sql.file} is the database of another program: give the agent its own data directory`,
    );
  }
}

/** Brings the tables up to what this program knows; each step is one transaction. */
export function migrate(sql: Sql): void {
  for (let version = sql.pragma('user_version'); version < SCHEMA_VERSION; version++) {
    sql.begin();
    try {
      sql.exec(`${steps[version]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`);
      sql.commit();
    } catch (error) {
      sql.rollback();
      throw error;
    }
  }
}
