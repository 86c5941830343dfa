/**
 * The least a durable POST can cost on this framework and in these tables: read the body, write the rows that ours writes
 * for it, answer with the document. One commit for all that came in during a turn of the event loop.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { fastify } from 'fastify';
import type { SameRows } from '../posting.ts';

const [file = ''] = process.argv.slice(2);
const { path, database: at, settings, tables, rows } = JSON.parse(readFileSync(file, 'utf8')) as SameRows;
const database = new Database(at);
for (const setting of settings) database.pragma(setting);
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');

/** What each body is written as, by its name: statements that stand ready, and what changes from one to the next. */
const written = new Map(
  Object.entries(rows).map(([name, byTable]) => [
    name,
    tables.flatMap(({ table, columns, own }) => {
      const all = byTable[table] ?? [];
      if (all.length === 0) return [];
      const marks = `(${columns.map(() => '?').join(', ')})`;
      const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${all.map(() => marks).join(', ')}`;
      const roles = all.flatMap(() => columns.map(column => own[column]));
      return [{ statement: database.prepare(text), values: all.flat(), roles }];
    }),
  ]),
);

let seq = database.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM change').pluck().get() ?? 0;
let waiting: { readonly body: { readonly name: string }; readonly answer: (id: string, text: string) => void }[] = [];

function commitWaiting(): void {
  const batch = waiting;
  waiting = [];
  begin.run();
  const answers = batch.map(({ body, answer }) => {
    const now = Date.now();
    const id = randomUUID();
    const document = JSON.stringify({ serviceDate: new Date(now).toISOString(), ...body, id });
    const fresh = { id, seq: ++seq, now, document };
    for (const { statement, values, roles } of written.get(body.name) ?? []) {
      statement.run(
        values.map((value, i) => {
          const role = roles[i];
          return role === undefined ? value : fresh[role];
        }),
      );
    }
    return () => answer(id, document);
  });
  commit.run();
  for (const answer of answers) answer();
}

const app = fastify();
app.post(path, (request, reply) => {
  waiting.push({
    body: request.body as { name: string },
    answer: (id, text) =>
      reply.code(201).header('location', `${path}/${id}`).type('application/json; charset=utf-8').send(text),
  });
  if (waiting.length === 1) setImmediate(commitWaiting);
  return reply;
});
process.once('SIGTERM', () => process.exit(0));
app.listen({ host: '127.0.0.1', port: 0 }).then(url => process.stdout.write(`ready ${url}\n`));
