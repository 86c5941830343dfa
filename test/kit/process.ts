/** The agent as a process of its own, the way it ships: it can be killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Netns } from './netns.ts';

export interface AgentProcess {
  /** Resolves with the line `ready`; rejects with what the agent said when it ends before that. */
  readonly ready: Promise<{ readonly url: string; readonly afterMs: number }>;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Sends a signal that is not its end. */
  signal(signal: NodeJS.Signals): void;
  /** The last of what it logged. */
  log(): string;
}

const top = join(import.meta.dirname, '../..');
const bundle = join(top, 'dist/diffo.cjs');
/** Enough of a log to see what went before an end. */
const LOGGED_AT_MOST = 20_000;

/** The bundle when it is as new as its sources, else the sources. */
export const program: string = isFresh() ? bundle : join(top, 'src/main.ts');

function isFresh(): boolean {
  const built = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const sources = ['src', 'firmware-profiles'].flatMap(folder =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).map(file => join(top, folder, file)),
  );
  return [...sources, join(top, 'package.json')].every(file => statSync(file).mtimeMs <= built);
}

/** Runs `diffo run` with these settings, inside a namespace where one is named; it ends with the test at the latest. */
export function launch(settings: Readonly<Record<string, string>>, netns?: Netns): AgentProcess {
  const began = performance.now();
  const words = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const run = [process.execPath, program, 'run', ...words];
  // `ip` becomes what it runs, so a signal reaches the agent itself.
  const [command = '', ...args] = netns ? ['ip', 'netns', 'exec', netns.name, ...run] : run;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let logged = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged = (logged + text).slice(-LOGGED_AT_MOST);
  });
  const gone = new Promise<number | null>(resolve => child.once('exit', resolve));
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return gone;
  };
  return {
    ready: told(child, began, gone, () => logged),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    signal: signal => void child.kill(signal),
    log: () => logged,
  };
}

function told(child: ChildProcess, began: number, gone: Promise<unknown>, log: () => string): AgentProcess['ready'] {
  const ready = new Promise<{ url: string; afterMs: number }>((resolve, reject) => {
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', text => {
      const [, url] = /^ready (\S+)$/.exec(text) ?? [];
      if (url !== undefined) resolve({ url, afterMs: performance.now() - began });
    });
    void gone.then(() => reject(new Error(`the agent ended before it was ready:\n${log()}`)));
  });
  // Whoever kills it while it starts does not wait for this.
  ready.catch(() => {});
  return ready;
}

/** A port for one who starts again and again: below those that the kernel gives to others meanwhile. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) {
      await new Promise(resolve => server.close(resolve));
      return port;
    }
  }
}
