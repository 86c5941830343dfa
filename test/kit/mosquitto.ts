/** A real Mosquitto with a configuration of its own, on a port of its own; killed with the test at the latest. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeDirectory } from './agent.ts';
import type { Netns } from './netns.ts';
import { lastingPort } from './process.ts';

export interface Mosquitto {
  readonly port: number;
  /** As seen from where it runs. */
  readonly url: string;
  /** Resolves when it listens. */
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  log(): string;
}

export interface MosquittoOptions {
  readonly netns?: Netns;
  /** Where it listens besides loopback; everybody may come. */
  readonly host?: string;
  /** Nobody else may come. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Further lines of its configuration. */
  readonly lines?: readonly string[];
}

const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

export const noMosquitto: string | undefined = reason();

function reason(): string | undefined {
  try {
    execFileSync('mosquitto', ['-h'], { env: { PATH: path }, stdio: 'ignore' });
    return undefined;
  } catch (error) {
    // It ends with 3 after it has told how it is used.
    return error instanceof Error && 'status' in error && error.status === 3 ? undefined : 'needs mosquitto';
  }
}

export async function runMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const { netns, host = '127.0.0.1', user, lines = [] } = options;
  const directory = join(makeDirectory(), 'mosquitto');
  mkdirSync(directory);
  const port = await lastingPort();
  const file = join(directory, 'mosquitto.conf');
  const passwords = join(directory, 'passwords');
  if (user) {
    writeFileSync(passwords, '', { mode: 0o600 });
    execFileSync('mosquitto_passwd', ['-b', passwords, user.name, user.password], { env: { PATH: path } });
  }
  writeFileSync(
    file,
    [
      `listener ${port} ${host}`,
      ...lines,
      'set_tcp_nodelay true',
      user ? `allow_anonymous false\npassword_file ${passwords}` : 'allow_anonymous true',
      'persistence false',
      'log_dest stderr',
      'log_type all',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      '',
    ].join('\n'),
  );
  let child: ChildProcess | undefined;
  let logged = '';
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise(resolve => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  const mosquitto: Mosquitto = {
    port,
    url: `mqtt://${host}:${port}`,
    kill,
    log: () => logged,
    start: async () => {
      const [command = '', ...args] = [...(netns ? ['ip', 'netns', 'exec', netns.name] : []), 'mosquitto', '-c', file];
      const running = spawn(command, args, { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'] });
      child = running;
      await new Promise<void>((resolve, reject) => {
        let said = '';
        running.stderr.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          logged = (logged + text).slice(-20_000);
          if (said.includes(' running')) resolve();
        });
        running.once('exit', code => reject(new Error(`mosquitto ended with ${code}:\n${said}`)));
      });
    },
  };
  await mosquitto.start();
  return mosquitto;
}
