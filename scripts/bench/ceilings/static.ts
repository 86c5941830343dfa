/** The least a GET can cost on this framework: a text that stands ready, with the headers that ours sends. */
import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

const [file = ''] = process.argv.slice(2);
const { path, headers, body } = JSON.parse(readFileSync(file, 'utf8')) as {
  path: string;
  headers: Record<string, string>;
  body: string;
};
const app = fastify();
app.get(path, (_, reply) => reply.headers(headers).send(body));
process.once('SIGTERM', () => process.exit(0));
app.listen({ host: '127.0.0.1', port: 0 }).then(url => process.stdout.write(`ready ${url}\n`));
