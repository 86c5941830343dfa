/** A way into a namespace: what is said to a socket in the file system is said to an address inside. */
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Answer, makeDirectory } from './agent.ts';
import type { Netns } from './netns.ts';
import { hearAnswer } from './openapi/found.ts';

export interface Door {
  /** A connection to the address inside. */
  enter(): Socket;
  /** Calls an agent there. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  get(path: string): Promise<Answer['body']>;
}

const porter = `
const { connect, createServer } = require('node:net');
const [socket, host, port] = process.argv.slice(1);
createServer(outer => {
  const inner = connect(Number(port), host);
  outer.on('error', () => inner.destroy());
  inner.on('error', () => outer.destroy());
  outer.pipe(inner).pipe(outer);
}).listen(socket, () => process.stdout.write('open'));
`;

export async function openDoor(netns: Netns, host: string, port: number): Promise<Door> {
  const socketPath = join(makeDirectory(), 'door');
  const args = ['netns', 'exec', netns.name, process.execPath, '-e', porter, socketPath, host, String(port)];
  const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise(resolve => child.stdout.once('data', resolve));
  const call: Door['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        host: `${host}:${port}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const asked = request({ socketPath, method, path, headers }, answer => {
        const parts: Buffer[] = [];
        answer.on('data', part => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const said = Buffer.concat(parts).toString('utf8');
          const isJson = answer.headers['content-type']?.includes('json') === true && said !== '';
          const answered = new Headers(Object.entries(answer.headers).map(([key, value]) => [key, String(value)]));
          const status = answer.statusCode ?? 0;
          hearAnswer(`http://${host}:${port}`, { method, url: path, status, headers: answered, body: said });
          resolve({ status, headers: answered, body: isJson ? JSON.parse(said) : said });
        });
      });
      asked.on('error', reject);
      asked.end(text);
    });
  return { enter: () => connect(socketPath), call, get: async path => (await call('GET', path)).body };
}
