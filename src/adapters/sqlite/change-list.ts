/** The change list on disk: appends in one sequence, reads from a cursor, and lets go of what is old. */
import type { Cause, Change, ChangeSubject, ChangeType } from '../../core/change.ts';
import { stateAttributes } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import { type PathChange, segments } from '../../core/path.ts';
import { Latest, type Touched } from './latest.ts';
import type { Sql } from './sql.ts';

/** How much of the change list is kept; what is beyond any of them goes, but never the newest row. */
export interface Keep {
  readonly rows: number;
  readonly bytes: number;
  readonly days: number;
}

export const defaultKeep: Keep = { rows: 100_000, bytes: 32 * 1024 * 1024, days: 30 };

/** Looking at what is too old costs little, but not nothing: it is done once in so many changes. */
const TRIM_EVERY_CHANGES = 100;
/** Bounds how long a single commit is held up by trimming; more than comes in meanwhile. */
const TRIM_AT_MOST_ROWS = 1000;
/** What a row takes beside its texts, about. */
const ROW_BYTES = 100;
const DAY_MS = 86_400_000;

/** A change before it is written; documents as their JSON text, since they are stored so elsewhere too. */
export interface NewChange {
  readonly at: Instant;
  readonly subject: ChangeSubject;
  readonly id: string;
  readonly instanceType: InstanceType | null;
  readonly type: ChangeType;
  /** The seq of the change before this one of the same thing; null when this one made it. */
  readonly previous: number | null;
  readonly paths: readonly PathChange[];
  /** JSON text of a `Cause`. */
  readonly cause: string;
  readonly document: string | null;
}

/** Where the list stands; what a rollback goes back to. */
export interface Standing {
  readonly seq: number;
  readonly oldest: number;
  readonly bytesSoFar: number;
  readonly untrimmed: number;
}

interface ChangeRow {
  seq: number;
  at: number;
  subject: ChangeSubject;
  id: string;
  instance_type: InstanceType | null;
  type: ChangeType;
  cause: string;
  paths: string | null;
  document: string | null;
}

const COLUMNS = 'seq, at, subject, id, instance_type, type, cause, paths, document';

const CHANGES_OF_SUBJECTS = `
  SELECT ${COLUMNS} FROM change WHERE seq > ? AND subject IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?`;

/** From the last change of everything that has or had this id, back from each to the one before, newest first. */
const CHANGES_OF_ID = `
  WITH RECURSIVE
    asked (id) AS (VALUES (?)),
    last (seq) AS (
      SELECT seq FROM instance WHERE id = (SELECT id FROM asked)
      UNION ALL SELECT seq FROM expectation WHERE id = (SELECT id FROM asked)
      UNION ALL SELECT seq FROM verdict WHERE id = (SELECT id FROM asked)
      UNION ALL SELECT seq FROM plan WHERE id = (SELECT id FROM asked)
      UNION ALL SELECT seq FROM task WHERE id = (SELECT id FROM asked)
      UNION ALL SELECT seq FROM change WHERE type = 'delete' AND id = (SELECT id FROM asked)
    ),
    walk (seq, previous) AS (
      SELECT change.seq, change.previous FROM last JOIN change USING (seq)
      UNION ALL
      SELECT change.seq, change.previous FROM walk JOIN change ON change.seq = walk.previous
      ORDER BY 1 DESC LIMIT ?
    )
  SELECT ${COLUMNS} FROM walk JOIN change USING (seq) ORDER BY seq DESC`;

export class ChangeList {
  readonly #sql: Sql;
  readonly #keep: Keep;
  readonly #latest: Latest;
  #seq = 0;
  #oldest = 1;
  #bytesSoFar = 0;
  #untrimmed = 0;

  constructor(sql: Sql, keep: Keep) {
    this.#sql = sql;
    this.#keep = keep;
    const newest = sql.get<{ seq: number; bytes_so_far: number }>(
      'SELECT seq, bytes_so_far FROM change ORDER BY seq DESC LIMIT 1',
    );
    this.#latest = new Latest(newest?.seq ?? 0);
    if (!newest) return;
    this.#seq = newest.seq;
    this.#bytesSoFar = newest.bytes_so_far;
    this.#oldest = sql.get<{ seq: number }>('SELECT min(seq) AS seq FROM change')?.seq ?? newest.seq;
  }

  get seq(): number {
    return this.#seq;
  }

  get oldest(): number {
    return this.#oldest;
  }

  standing(): Standing {
    return { seq: this.#seq, oldest: this.#oldest, bytesSoFar: this.#bytesSoFar, untrimmed: this.#untrimmed };
  }

  goBackTo(standing: Standing): void {
    this.#latest.goBackTo(standing.seq);
    this.#seq = standing.seq;
    this.#oldest = standing.oldest;
    this.#bytesSoFar = standing.bytesSoFar;
    this.#untrimmed = standing.untrimmed;
  }

  /** Writes the change down under the next seq. */
  append(change: NewChange): void {
    const { cause, document } = change;
    const paths = change.paths.length === 0 ? null : JSON.stringify(change.paths);
    const bytesSoFar = this.#bytesSoFar + ROW_BYTES + bytes(cause) + bytes(paths) + bytes(document);
    this.#sql.run(
      'INSERT INTO change (seq, at, subject, id, instance_type, type, previous, bytes_so_far, cause, paths, document) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      this.#seq + 1,
      change.at,
      change.subject,
      change.id,
      change.instanceType,
      change.type,
      change.previous,
      bytesSoFar,
      cause,
      paths,
      document,
    );
    this.#seq++;
    this.#latest.note({ seq: this.#seq, subject: change.subject, id: change.id });
    this.#untrimmed++;
    this.#bytesSoFar = bytesSoFar;
  }

  after(cursor: number, limit: number, subjects?: readonly ChangeSubject[]): Change[] {
    if (cursor + 1 < this.#oldest) {
      throw new AgentError(
        'gone',
        `changes after ${cursor} are no longer all kept, the oldest is ${this.#oldest}: read what is current, then follow from there`,
      );
    }
    const rows = subjects
      ? this.#sql.all<ChangeRow>(CHANGES_OF_SUBJECTS, cursor, JSON.stringify(subjects), limit)
      : this.#sql.all<ChangeRow>(`SELECT ${COLUMNS} FROM change WHERE seq > ? ORDER BY seq LIMIT ?`, cursor, limit);
    return rows.map(change);
  }

  /** What was touched after a cursor, in order of seq, each once; undefined when that is longer ago than is remembered. */
  touchedAfter(cursor: number): readonly Touched[] | undefined {
    return this.#latest.after(cursor);
  }

  of(id: string, limit: number): Change[] {
    return this.#sql.all<ChangeRow>(CHANGES_OF_ID, id, limit).map(change);
  }

  /** Part of an ordinary commit: lets go of the oldest rows, a bounded number, now and then. */
  trim(now: Instant): void {
    const { rows, bytes, days } = this.#keep;
    if (this.#untrimmed < Math.min(TRIM_EVERY_CHANGES, Math.ceil(rows / 10))) return;
    this.#untrimmed = 0;
    const first = Math.min(
      this.#seq,
      Math.max(
        this.#seq - rows + 1,
        this.#firstWhere('bytes_so_far > ?', this.#bytesSoFar - bytes),
        this.#firstWhere('at >= ?', now - days * DAY_MS),
      ),
      this.#oldest + TRIM_AT_MOST_ROWS,
    );
    if (first <= this.#oldest) return;
    this.#sql.run('DELETE FROM change WHERE seq < ?', first);
    this.#oldest = first;
  }

  /** Walks over no more rows than one trim may take. */
  #firstWhere(condition: string, value: number): number {
    const end = this.#oldest + TRIM_AT_MOST_ROWS;
    const found = this.#sql.get<{ seq: number }>(
      `SELECT seq FROM change WHERE seq < ? AND ${condition} ORDER BY seq LIMIT 1`,
      end,
      value,
    );
    return found?.seq ?? end;
  }
}

/** What TMF calls a change of these paths. */
export function typeOfChange(paths: readonly PathChange[]): ChangeType {
  return paths.some(({ path }) => stateAttributes.has(segments(path)[0] ?? ''))
    ? 'stateChange'
    : 'attributeValueChange';
}

function bytes(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}

function change(row: ChangeRow): Change {
  return {
    seq: row.seq,
    at: row.at,
    subject: row.subject,
    id: row.id,
    ...(row.instance_type === null ? {} : { instanceType: row.instance_type }),
    type: row.type,
    paths: row.paths === null ? [] : (JSON.parse(row.paths) as PathChange[]),
    cause: JSON.parse(row.cause) as Cause,
    ...(row.document === null ? {} : { document: JSON.parse(row.document) as JsonObject }),
  };
}
