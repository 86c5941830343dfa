/** The rows that state streams read and keep: what is current by its seq, and the guards of what others sent. */
import type { Guard } from '../../core/stream/receiver.ts';
import type { CurrentRow, CurrentSubject, Quarantine } from '../../ports/store.ts';
import type { ChangeList } from './change-list.ts';
import type { Touched } from './latest.ts';
import type { Sql } from './sql.ts';

interface LiveRow {
  id: string;
  seq: number;
  record: string;
}

const instanceMembers = `'type', type, 'kind', kind, 'observedBy', observed_by, 'createdAt', created_at,
    'document', json(document)`;
const given = 'FROM assignment WHERE assignee = instance.id';

/** What each subject sends of itself, as JSON text; an instance that was given numbers tells what they stand for. */
const recordOf: Record<CurrentSubject, string> = {
  instance: `iif(EXISTS (SELECT 1 ${given}),
    json_object(${instanceMembers}, 'things', json((SELECT json_group_object(alias, thing) ${given}))),
    json_object(${instanceMembers}))`,
  expectation: 'record',
  verdict: 'record',
};

export function rowsAfter<S extends CurrentSubject>(
  sql: Sql,
  changes: ChangeList,
  subjects: readonly S[],
  seq: number,
  limit: number,
): readonly CurrentRow<S>[] {
  const touched = changes.touchedAfter(seq);
  if (touched) return rowsOf(sql, touched, subjects, limit);
  const found: CurrentRow<S>[] = [];
  for (const subject of subjects) {
    for (const row of sql.all<LiveRow>(
      `SELECT id, seq, ${recordOf[subject]} AS record FROM ${subject} WHERE seq > ? ORDER BY seq LIMIT ?`,
      seq,
      limit,
    )) {
      found.push({ subject, id: row.id, seq: row.seq, record: JSON.parse(row.record) } as CurrentRow<S>);
    }
    // What has come back since is not gone. The plus sign keeps SQLite from walking over all deletions by their id.
    for (const row of sql.all<LiveRow>(
      `SELECT id, max(seq) AS seq, document AS record FROM change
       WHERE type = 'delete' AND seq > ? AND subject = ? AND NOT EXISTS (SELECT 1 FROM ${subject} WHERE id = change.id)
       GROUP BY +id ORDER BY 2 LIMIT ?`,
      seq,
      subject,
      limit,
    )) {
      found.push({ subject, id: row.id, seq: row.seq, was: JSON.parse(row.record) } as CurrentRow<S>);
    }
  }
  return found.sort((a, b) => a.seq - b.seq).slice(0, limit);
}

/** The same rows by their ids. */
function rowsOf<S extends CurrentSubject>(
  sql: Sql,
  touched: readonly Touched[],
  subjects: readonly S[],
  limit: number,
): readonly CurrentRow<S>[] {
  const found: CurrentRow<S>[] = [];
  for (const { subject: name, id, seq } of touched) {
    if (found.length === limit) break;
    const subject = subjects.find(each => each === name);
    if (subject === undefined) continue;
    const live = sql.get<LiveRow>(`SELECT id, seq, ${recordOf[subject]} AS record FROM ${subject} WHERE id = ?`, id);
    if (live) {
      found.push({ subject, id, seq, record: JSON.parse(live.record) } as CurrentRow<S>);
      continue;
    }
    const gone = sql.get<{ record: string }>('SELECT document AS record FROM change WHERE seq = ?', seq);
    if (gone) found.push({ subject, id, seq, was: JSON.parse(gone.record) } as CurrentRow<S>);
  }
  return found;
}

interface IncomingRow {
  epoch: number;
  seq: number;
  hash: string | null;
  shown: string | null;
}

export function incoming(sql: Sql, stream: string, key: string): Guard | undefined {
  return sql.get<IncomingRow>('SELECT epoch, seq, hash, shown FROM incoming WHERE stream = ? AND key = ?', stream, key);
}

export function incomingBefore(sql: Sql, stream: string, epoch: number): readonly string[] {
  return sql
    .all<{ key: string }>(
      'SELECT key FROM incoming WHERE stream = ? AND epoch < ? AND shown IS NOT NULL ORDER BY row',
      stream,
      epoch,
    )
    .map(row => row.key);
}

export function quarantine(sql: Sql, stream: string): readonly Quarantine[] {
  return sql
    .all<{ key: string; quarantine: string }>(
      'SELECT key, quarantine FROM incoming WHERE stream = ? AND quarantine IS NOT NULL ORDER BY row',
      stream,
    )
    .map(row => ({ key: row.key, ...(JSON.parse(row.quarantine) as Omit<Quarantine, 'key'>) }));
}

export const PUT_INCOMING = `INSERT INTO incoming (stream, key, epoch, seq, hash, shown, quarantine)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (stream, key) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, hash = excluded.hash,
    shown = excluded.shown, quarantine = excluded.quarantine`;
