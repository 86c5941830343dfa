/** Single executables, made and started in an environment that holds nothing else. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { makeDirectory } from '../kit/agent.ts';

const top = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** `./scripts/package` with these words: makes what is not there or has become old. */
export async function make(...words: readonly string[]): Promise<void> {
  await run('./scripts/package', words, { cwd: top });
}

export function executable(name: string): string {
  return join(top, 'dist', name);
}

/** A place of its own to run from: an empty directory, and a PATH that holds only these commands. */
export interface Place {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

export function makePlace(...commands: readonly string[]): Place {
  const directory = makeDirectory();
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  for (const command of commands) {
    const path = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(bin, command));
  }
  return { directory, env: { PATH: bin, HOME: directory } };
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export function say(
  place: Place,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const [program = '', ...args] = words;
  return new Promise(resolve => {
    execFile(program, args, { cwd: place.directory, env: { ...place.env, ...more } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

export interface Running {
  readonly url: string;
  readonly pid: number;
  readonly readyMs: number;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs `… run` with these settings until it is ready; it ends with the test at the latest. */
export async function start(
  place: Place,
  words: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Running> {
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const [program = '', ...args] = [...words, 'run', '--set', 'http=127.0.0.1:0', '--set', 'log.level=warn', ...set];
  const began = performance.now();
  const child = spawn(program, args, { cwd: place.directory, env: place.env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = new Promise<number | null>(resolve => child.once('exit', resolve));
  const url = await ready(child);
  return {
    url,
    pid: child.pid ?? 0,
    readyMs: performance.now() - began,
    kill: signal => {
      child.kill(signal);
      return gone;
    },
  };
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaints = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.once('error', reject);
    child.once('close', code => reject(new Error(`it ended with ${code} before it was ready:\n${complaints}`)));
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', line => {
      const [, url] = /^ready (\S+)$/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}
