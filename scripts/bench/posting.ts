/** Durable creates over TMF beside a program that writes the same rows into the same tables, and many beside one. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { apiRoot } from '../../src/tmf/version.ts';
import { service } from './documents.ts';
import { load, postRequest } from './load.ts';
import { cpuMicroseconds, median, type Row, row, say } from './measure.ts';
import { agentCommand, ceilingCommand, makeDirectory, type Server, start } from './processes.ts';

/** Short ones in turn: what else the machine does falls on both alike. */
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
const REQUESTS = 1_500;
const CONNECTIONS = 32;
const SERIAL_REQUESTS = 300;
const AT_ONCE = 16;
const BODIES = 64;
const path = `${apiRoot.service.v5}/service`;

type Value = string | number | null;

/** What the ceiling is told: the tables, and the rows that ours has written for each body. */
export interface SameRows {
  readonly path: string;
  readonly database: string;
  readonly settings: readonly string[];
  readonly tables: readonly Table[];
  /** By the name in the body, then by table. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, readonly (readonly Value[])[]>>>>;
}

interface Table {
  readonly table: string;
  readonly columns: readonly string[];
  /** Columns whose value is another one for each instance. */
  readonly own: Readonly<Record<string, 'id' | 'seq' | 'now' | 'document' | undefined>>;
}

/** By which column the rows of an instance are found, and what of the instance stands in it. */
const holders: readonly {
  readonly table: string;
  readonly by: string;
  readonly is: 'id' | 'row';
  readonly own: Table['own'];
}[] = [
  {
    table: 'instance',
    by: 'id',
    is: 'id',
    own: { row: 'seq', id: 'id', seq: 'seq', created_at: 'now', document: 'document' },
  },
  { table: 'link', by: 'source', is: 'id', own: { source: 'id' } },
  { table: 'attribute', by: 'instance', is: 'row', own: { instance: 'seq' } },
  { table: 'change', by: 'id', is: 'id', own: { id: 'id', seq: 'seq', at: 'now', document: 'document' } },
];

interface Round {
  readonly perSecond: number;
  readonly cpu: number;
}

/** Ours and the ceiling in turn; then one client and many in turn. */
export async function posting(): Promise<Row[]> {
  say('  POSTs ...');
  const bodies = Array.from({ length: BODIES }, (_, nth) => JSON.stringify(service(nth)));
  const requests = bodies.map(body => postRequest(path, body));
  const told = join(makeDirectory(), 'same-rows.json');
  writeFileSync(told, JSON.stringify(await sameRows(requests)));
  const ours = await start(agentCommand({ profile: 'inventory', data: makeDirectory(), 'log.level': 'warn' }));
  const ceiling = await start(await ceilingCommand('same-rows', told));
  try {
    const rounds: { ours: Round; ceiling: Round; serial: Round; atOnce: Round }[] = [];
    for (let i = 0; i < WARM_UP_ROUNDS + ROUNDS; i++) {
      rounds.push({
        ours: await measured(ours, requests, CONNECTIONS, REQUESTS),
        ceiling: await measured(ceiling, requests, CONNECTIONS, REQUESTS),
        serial: await measured(ours, requests, 1, SERIAL_REQUESTS),
        atOnce: await measured(ours, requests, AT_ONCE, REQUESTS),
      });
    }
    const warm = rounds.slice(WARM_UP_ROUNDS);
    const of = (which: keyof (typeof rounds)[number], what: keyof Round): number =>
      median(warm.map(each => each[which][what]));
    return [
      row({
        what: 'POSTs a second, beside one that writes the same rows',
        unit: '/s',
        ours: of('ours', 'perSecond'),
        ceiling: of('ceiling', 'perSecond'),
        goal: { of: 'ratio', atLeast: 0.8 },
      }),
      row({
        what: 'CPU a POST, beside one that writes the same rows',
        unit: 'µs',
        ours: of('ours', 'cpu'),
        ceiling: of('ceiling', 'cpu'),
        ratio: 'ceiling/ours',
        goal: { of: 'ratio', atLeast: 0.8 },
      }),
      row({
        what: `POSTs a second of ${AT_ONCE} clients, beside those of one`,
        unit: '/s',
        ours: of('atOnce', 'perSecond'),
        ceiling: of('serial', 'perSecond'),
        goal: { of: 'ratio', atLeast: 3 },
      }),
    ];
  } finally {
    await ours.stop();
    await ceiling.stop();
  }
}

async function measured(
  { pid, url }: Server,
  requests: readonly string[],
  connections: number,
  total: number,
): Promise<Round> {
  const before = cpuMicroseconds(pid);
  const { seconds } = await load({ url, connections, requests, total });
  return { perSecond: total / seconds, cpu: (cpuMicroseconds(pid) - before) / total };
}

/** Has each body written once by ours, and reads what that came to. */
async function sameRows(requests: readonly string[]): Promise<SameRows> {
  const data = makeDirectory();
  const agent = await start(agentCommand({ profile: 'inventory', data, 'log.level': 'warn' }));
  try {
    await load({ url: agent.url, connections: 1, requests, total: requests.length });
  } finally {
    await agent.stop();
  }
  const copy = join(makeDirectory(), 'same-rows.sqlite');
  cpSync(join(data, 'diffo.sqlite'), copy);
  const database = new Database(copy);
  const tables = holders.map(({ table, own }) => ({ table, own, columns: columnsOf(database, table, own) }));
  const instances = database
    .prepare<[], { row: number; id: string; name: string }>('SELECT row, id, name FROM instance')
    .all();
  const rows = Object.fromEntries(
    instances.map(instance => [
      instance.name,
      Object.fromEntries(
        holders.map(({ table, by, is }, i) => {
          const columns = tables[i]?.columns ?? [];
          const all = database.prepare<[string | number], Value[]>(
            `SELECT ${columns.join(', ')} FROM ${table} WHERE ${by} = ?`,
          );
          return [table, all.raw().all(instance[is])];
        }),
      ),
    ]),
  );
  // Empty again, as ours begins.
  for (const { table } of holders) database.exec(`DELETE FROM ${table}`);
  database.exec('VACUUM');
  database.close();
  return { path, database: copy, settings, tables, rows };
}

/** As src/adapters/sqlite/sql.ts opens it. */
const settings = [
  'locking_mode = EXCLUSIVE',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -1024',
  'mmap_size = 0',
  'temp_store = MEMORY',
  'wal_autocheckpoint = 800',
  'journal_size_limit = 4194304',
  'journal_mode = WAL',
];

/** All but the one that SQLite numbers itself. */
function columnsOf(database: Database.Database, table: string, own: Table['own']): string[] {
  const columns = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
  return columns.filter(name => name !== 'row' || own.row !== undefined);
}
