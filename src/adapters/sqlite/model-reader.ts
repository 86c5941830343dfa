/** Reads what the model keeps beside instances: links, assignments and the runs of their values, shared records. */
import { type InstanceId, instanceId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Assignment, Link, LinkClass, Run } from '../../core/model/link.ts';
import type { SharedClass, SharedQuery, SharedRecord } from '../../core/model/shared-record.ts';
import type { SharedKept, SharedMark } from './shared-kept.ts';
import type { Sql } from './sql.ts';

/** So many are in memory at once while a long list is walked over. */
const AT_ONCE = 200;

interface LinkRow {
  source: string;
  target: string;
  class: LinkClass;
  type: string | null;
  alias: string | null;
}

interface AssignmentRow {
  owner: string;
  thing: string;
  value: number;
  pool: string;
  assignee: string;
  alias: string;
}

interface SharedRow {
  row: number;
  class: SharedClass;
  id: string;
  kind: string;
  name: string | null;
  seq: number;
  created_at: number;
  document: string;
}

const LINK = 'SELECT source, target, class, type, alias FROM link';
const ASSIGNMENT = 'SELECT owner, thing, value, pool, assignee, alias FROM assignment';
const SHARED = 'SELECT row, class, id, kind, name, seq, created_at, document FROM shared';

function link({ type, alias, ...row }: LinkRow): Link {
  return { ...row, ...(type === null ? {} : { type }), ...(alias === null ? {} : { alias }) };
}

function assignment(row: AssignmentRow): Assignment {
  return { ...row, owner: instanceId(row.owner), assignee: instanceId(row.assignee) };
}

function sharedRecord(row: SharedRow): SharedRecord {
  return {
    class: row.class,
    id: row.id,
    kind: row.kind,
    document: JSON.parse(row.document) as JsonObject,
    seq: row.seq,
    createdAt: row.created_at,
  };
}

export class SqliteModelReader {
  protected readonly sql: Sql;
  protected readonly sharedKept: SharedKept;

  constructor(sql: Sql, sharedKept: SharedKept) {
    this.sql = sql;
    this.sharedKept = sharedKept;
  }

  linksFrom(source: string, of?: LinkClass): readonly Link[] {
    return this.sql
      .all<LinkRow>(
        `${LINK} WHERE source = ? AND (? IS NULL OR class = ?) ORDER BY row`,
        source,
        of ?? null,
        of ?? null,
      )
      .map(link);
  }

  linksTo(target: string, of?: LinkClass): readonly Link[] {
    return this.sql
      .all<LinkRow>(
        `${LINK} WHERE target = ? AND (? IS NULL OR class = ?) ORDER BY row`,
        target,
        of ?? null,
        of ?? null,
      )
      .map(link);
  }

  assignment(owner: InstanceId, thing: string, value: number): Assignment | undefined {
    const row = this.sql.get<AssignmentRow>(
      `${ASSIGNMENT} WHERE owner = ? AND thing = ? AND value = ?`,
      owner,
      thing,
      value,
    );
    return row && assignment(row);
  }

  assignmentsFrom(owner: InstanceId, thing?: string): readonly Assignment[] {
    const found =
      thing === undefined
        ? this.sql.all<AssignmentRow>(`${ASSIGNMENT} WHERE owner = ? ORDER BY thing, value`, owner)
        : this.sql.all<AssignmentRow>(`${ASSIGNMENT} WHERE owner = ? AND thing = ? ORDER BY value`, owner, thing);
    return found.map(assignment);
  }

  assignmentsTo(assignee: InstanceId, alias?: string): readonly Assignment[] {
    const found =
      alias === undefined
        ? this.sql.all<AssignmentRow>(`${ASSIGNMENT} WHERE assignee = ? ORDER BY row`, assignee)
        : this.sql.all<AssignmentRow>(`${ASSIGNMENT} WHERE assignee = ? AND alias = ?`, assignee, alias);
    return found.map(assignment);
  }

  runAtOrBelow(owner: InstanceId, thing: string, value: number): Run | undefined {
    return this.sql.get<Run>(
      'SELECT first, last FROM run WHERE owner = ? AND thing = ? AND first <= ? ORDER BY first DESC LIMIT 1',
      owner,
      thing,
      value,
    );
  }

  *runs(owner: InstanceId, thing: string, bounds: Run): IterableIterator<Run> {
    let from = this.runAtOrBelow(owner, thing, bounds.first)?.first ?? bounds.first;
    for (;;) {
      const portion = this.sql.all<Run>(
        'SELECT first, last FROM run WHERE owner = ? AND thing = ? AND first BETWEEN ? AND ? ORDER BY first LIMIT ?',
        owner,
        thing,
        from,
        bounds.last,
        AT_ONCE,
      );
      for (const run of portion) if (run.last >= bounds.first) yield run;
      const end = portion.at(-1);
      if (!end || portion.length < AT_ONCE) return;
      from = end.first + 1;
    }
  }

  shared(of: SharedClass, id: string): SharedRecord | undefined {
    return this.sharedKept.record(of, id, () => {
      const row = this.sql.get<SharedRow>(`${SHARED} WHERE class = ? AND id = ?`, of, id);
      return row && sharedRecord(row);
    });
  }

  sharedSeq(of: SharedClass, id: string): number | undefined {
    return this.#mark(of, id)?.seq;
  }

  sharedKind(of: SharedClass, id: string): string | undefined {
    return this.#mark(of, id)?.kind;
  }

  #mark(of: SharedClass, id: string): SharedMark | undefined {
    return this.sharedKept.mark(of, id, () =>
      this.sql.get<SharedMark>('SELECT seq, kind FROM shared WHERE class = ? AND id = ?', of, id),
    );
  }

  /** Read in portions, so that a walk that is left half way holds nothing up. */
  *sharedRecords(of: SharedClass, query: SharedQuery = {}): IterableIterator<SharedRecord> {
    if (query.bounds) return yield* this.#recordsAt(of, query);
    const { text, values } = condition(of, query);
    let offset = query.offset ?? 0;
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const portion = Math.min(left, AT_ONCE);
      const found = this.sql.all<SharedRow>(
        `${SHARED} WHERE ${text} ORDER BY class, name, row LIMIT ? OFFSET ?`,
        ...values,
        portion,
        offset,
      );
      for (const row of found) yield sharedRecord(row);
      if (found.length < portion) return;
      offset += portion;
      left -= portion;
    }
  }

  /** No index has both the bounds and the order: the rows are put in order once, and then read in portions. */
  *#recordsAt(of: SharedClass, query: SharedQuery): IterableIterator<SharedRecord> {
    const { text, values } = condition(of, query);
    const { offset = 0, limit = Number.POSITIVE_INFINITY } = query;
    const rows = this.sql
      .all<{ row: number }>(`SELECT row FROM shared WHERE ${text} ORDER BY +name, row`, ...values)
      .slice(offset, offset + limit);
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const portion = JSON.stringify(rows.slice(i, i + AT_ONCE).map(({ row }) => row));
      const found = this.sql.all<SharedRow>(
        `${SHARED} WHERE row IN (SELECT value FROM json_each(?)) ORDER BY +name, row`,
        portion,
      );
      for (const row of found) yield sharedRecord(row);
    }
  }

  countShared(of: SharedClass, query: SharedQuery = {}): number {
    const { text, values } = condition(of, query);
    return this.sql.get<{ n: number }>(`SELECT count(*) AS n FROM shared WHERE ${text}`, ...values)?.n ?? 0;
  }
}

function condition(
  of: SharedClass,
  { kind, kinds, name, bounds }: SharedQuery,
): { text: string; values: (string | number)[] } {
  // The plus sign leaves the search to the tree of boxes.
  const text = [bounds ? '+class = ?' : 'class = ?'];
  const values: (string | number)[] = [of];
  if (kind !== undefined) {
    text.push('kind = ?');
    values.push(kind);
  }
  if (kinds !== undefined) {
    text.push('kind IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(kinds));
  }
  if (name !== undefined) {
    text.push('name = ?');
    values.push(name);
  }
  if (bounds) {
    const [west, south, east, north] = bounds;
    text.push('row IN (SELECT row FROM place_bounds WHERE south <= ? AND north >= ? AND west <= ? AND east >= ?)');
    values.push(north, south, east, west);
  }
  return { text: text.join(' AND '), values };
}
