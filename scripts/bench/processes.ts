/** Starts what is measured: the agent's bundle, and the small programs that are its ceilings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { yamlProfiles } from '../shipped-profiles.ts';
import { placed } from './measure.ts';

const top = new URL('../..', import.meta.url).pathname;
export const bundle = join(top, 'dist/diffo.cjs');

export interface Server {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** As `./scripts/start` runs it. */
const nodeFlags = readFileSync(join(top, 'scripts/node-flags'), 'utf8').trim().split('\n');
const environment = { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };

const directories: string[] = [];
process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that goes when the process does. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'diffo-bench-'));
  directories.push(directory);
  return directory;
}

/** The command line of the agent, on a free port unless told otherwise. */
export function agentCommand(flags: Readonly<Record<string, string>>): string[] {
  const all = { http: '127.0.0.1:0', ...flags };
  return [bundle, 'run', ...Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`])];
}

/** A program of `ceilings/`, bundled as the agent is. */
export async function ceilingCommand(name: string, ...args: readonly string[]): Promise<string[]> {
  const outfile = join(top, 'dist/bench', `${name}.cjs`);
  await build({
    entryPoints: [new URL(`ceilings/${name}.ts`, import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    external: ['better-sqlite3', 'yaml'],
    plugins: [yamlProfiles],
    logLevel: 'warning',
  });
  return [outfile, ...args];
}

/** Runs it, alone on its core unless told otherwise; what it complains of goes into a file. */
export function launch(command: readonly string[], where: keyof typeof placed = 'alone') {
  const errors = join(makeDirectory(), `${basename(command[0] ?? '')}.log`);
  const [program = '', ...args] = [...placed[where], process.execPath, ...nodeFlags, ...command];
  const stdio = ['ignore', 'pipe', openSync(errors, 'w')] as const;
  return { child: spawn(program, args, { stdio: [...stdio], env: environment }), errors };
}

/** Runs it until it has said `ready URL`. */
export async function start(command: readonly string[], where?: keyof typeof placed): Promise<Server> {
  const { child, errors } = launch(command, where);
  const { url } = await ready(child, errors);
  return { pid: child.pid ?? 0, url, stop: () => stop(child) };
}

/** Resolves with the line `ready URL`; throws what it said instead. */
export function ready(child: ChildProcess, errors: string): Promise<{ readonly url: string }> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /^ready (\S+)$/m.exec(said)?.[1];
      if (url !== undefined) resolve({ url });
    });
    child.once('close', code =>
      reject(new Error(`ended with ${code} before it was ready: ${readFileSync(errors, 'utf8')}`)),
    );
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  await closed;
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Whether a server answers already. */
export function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const asking = request({ host: '127.0.0.1', port, path: '/healthz', agent: false }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
    });
    asking.on('error', () => resolve(false));
    asking.end();
  });
}
