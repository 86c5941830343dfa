/**
 * The least a durable POST can cost on this framework: read the body, write it and a change row, answer it. `group`: one
 * commit for all that came in during a turn of the event loop; `single`: one commit for each.
 */
import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { fastify } from 'fastify';

const [file = '', path = '', commits = ''] = process.argv.slice(2);
const database = new Database(file);
database.pragma('locking_mode = EXCLUSIVE');
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`
  CREATE TABLE instance (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL) STRICT;
  CREATE TABLE change (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL) STRICT;
`);
const putInstance = database.prepare('INSERT INTO instance (id, document) VALUES (?, ?)');
const putChange = database.prepare('INSERT INTO change (at, id, document) VALUES (?, ?, ?)');
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');

let waiting: { readonly body: object; readonly answer: (text: string) => void }[] = [];

function commitWaiting(): void {
  const batch = waiting;
  waiting = [];
  begin.run();
  const written = batch.map(({ body, answer }) => {
    const id = randomUUID();
    const text = JSON.stringify({ id, ...body });
    putInstance.run(id, text);
    putChange.run(Date.now(), id, text);
    return () => answer(text);
  });
  commit.run();
  for (const answer of written) answer();
}

const app = fastify();
app.post(path, (request, reply) => {
  waiting.push({
    body: request.body as object,
    answer: text => reply.code(201).type('application/json; charset=utf-8').send(text),
  });
  if (commits === 'single') commitWaiting();
  else if (waiting.length === 1) setImmediate(commitWaiting);
  return reply;
});
process.once('SIGTERM', () => process.exit(0));
app.listen({ host: '127.0.0.1', port: 0 }).then(url => process.stdout.write(`ready ${url}\n`));
