/** What each expectation said before: written with it, the oldest forgotten, all of it gone with the expectation. */
import type { Cause } from '../../core/change.ts';
import type { Expectation } from '../../core/expectation.ts';
import { type ExpectationVersion, VERSIONS_KEPT } from '../../core/expectation-version.ts';
import type { ExpectationId, Instant } from '../../core/ids.ts';
import * as rows from './rows.ts';
import type { Sql } from './sql.ts';

type Run = (text: string, ...values: (string | number | null)[]) => number;

interface VersionRow {
  seq: number;
  at: number;
  cause: string;
  record: string;
}

/** `hasBefore`: it may have as many versions as are kept. */
export function keepVersion(
  run: Run,
  { id, seq, ...rest }: Expectation,
  at: Instant,
  cause: string,
  hasBefore: boolean,
): void {
  const record = JSON.stringify({ id, ...rest });
  run(
    'INSERT INTO expectation_version (expectation, seq, at, cause, record) VALUES (?, ?, ?, ?, ?)',
    id,
    seq,
    at,
    cause,
    record,
  );
  if (!hasBefore) return;
  run(
    `DELETE FROM expectation_version WHERE expectation = ? AND seq <= (
       SELECT seq FROM expectation_version WHERE expectation = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
    id,
    id,
    VERSIONS_KEPT,
  );
}

export function forgetVersions(run: Run, id: ExpectationId): void {
  run('DELETE FROM expectation_version WHERE expectation = ?', id);
}

/** Newest first. */
export function versionsOf(sql: Sql, id: ExpectationId): readonly ExpectationVersion[] {
  return sql
    .all<VersionRow>(
      'SELECT seq, at, cause, record FROM expectation_version WHERE expectation = ? ORDER BY seq DESC',
      id,
    )
    .map(({ seq, at, cause, record }) => ({
      at,
      cause: JSON.parse(cause) as Cause,
      expectation: rows.record<Expectation>({ id, seq, record }),
    }));
}
