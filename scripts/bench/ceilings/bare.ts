/** The least a server with a store can be: the framework saying hello, and an open database. */
import Database from 'better-sqlite3';
import { fastify } from 'fastify';

const [file = '', port = '0'] = process.argv.slice(2);
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.exec('CREATE TABLE IF NOT EXISTS hello (id INTEGER PRIMARY KEY)');
const app = fastify();
app.get('/healthz', () => ({ status: 'ok' }));
process.once('SIGTERM', () => process.exit(0));
app.listen({ host: '127.0.0.1', port: Number(port) }).then(url => process.stdout.write(`ready ${url}\n`));
