/** All that decisions are made from, table by table: to begin a recording with, and to begin a replay from. */
import { AgentError } from '../../core/errors.ts';
import type { TableRows } from '../../core/recording/lines.ts';
import type { Sql } from './sql.ts';

/** Of followers and peers: no decision is made from them, and they may hold what is nobody else's business. */
const left: ReadonlySet<string> = new Set(['listener', 'incoming']);
/** Where only some rows of a table matter: of streams, which run of an element was seen last. */
const meant: Readonly<Record<string, string>> = { stream: "id LIKE 'boot/%'" };

const ROWS_AT_ONCE = 200;

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

function tablesOf(sql: Sql): readonly Table[] {
  const all = sql.all<{ name: string; sql: string | null }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
  );
  const virtual = all.filter(each => /^CREATE VIRTUAL/i.test(each.sql ?? '')).map(each => each.name);
  return all
    .filter(({ name }) => !left.has(name) && !virtual.some(each => name === each || name.startsWith(`${each}_`)))
    .map(({ name }) => ({
      name,
      columns: sql.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', name).map(each => each.name),
    }));
}

/** Portion by portion; nothing may be written meanwhile. */
export function* snapshot(sql: Sql): Generator<TableRows> {
  for (const { name, columns } of tablesOf(sql)) {
    for (let offset = 0; ; offset += ROWS_AT_ONCE) {
      const page = sql.all<Record<string, string | number | null>>(
        `SELECT ${columns.join(', ')} FROM ${name} WHERE ${meant[name] ?? 'TRUE'} ORDER BY ${orderOf(name, columns)} LIMIT ? OFFSET ?`,
        ROWS_AT_ONCE,
        offset,
      );
      if (page.length > 0)
        yield { table: name, columns, rows: page.map(row => columns.map(each => row[each] ?? null)) };
      if (page.length < ROWS_AT_ONCE) break;
    }
  }
}

/** By its first columns, which are its key. */
function orderOf(name: string, columns: readonly string[]): string {
  return name === 'run' || name === 'attribute' ? columns.slice(0, 3).join(', ') : (columns[0] ?? '1');
}

/** Into tables that are as they were made. Throws `invalid` for what this program has no place for. */
export function restore(sql: Sql, tables: Iterable<TableRows>): void {
  const known = new Map(tablesOf(sql).map(each => [each.name, each]));
  sql.begin();
  try {
    sql.exec('PRAGMA defer_foreign_keys = ON');
    for (const { table, columns, rows } of tables) {
      const here = known.get(table);
      const strange = columns.find(each => !here?.columns.includes(each));
      if (!here || strange !== undefined) {
        const what = here ? `a column ${strange} in ${table}` : `a table ${table}`;
        throw new AgentError('invalid', `the recording begins with ${what}, which this version does not have`);
      }
      const places = columns.map(() => '?').join(', ');
      for (const row of rows) {
        sql.run(`INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${places})`, ...row);
      }
    }
    sql.exec(
      'INSERT INTO place_bounds SELECT row, west, east, south, north FROM shared WHERE south IS NOT NULL; PRAGMA defer_foreign_keys = OFF',
    );
    sql.commit();
  } catch (error) {
    sql.rollback();
    throw error;
  }
}
