/** Hears that something changed, from a tool that goes on telling: its words are not read, only that it speaks. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../../../ports/clock.ts';
import type { Log } from '../../../../ports/log.ts';

const RESTART_MS = { first: 500, most: 60_000 };

export interface Listener {
  start(heard: () => void): void;
  /** Whether it hears everything now; else whoever wants to know has to look. */
  hears(): boolean;
  stop(): Promise<void>;
}

export function openListener(
  words: readonly [string, ...string[]],
  { netns, clock, log }: { netns?: string; clock: Clock; log: Log },
): Listener {
  let child: ChildProcess | undefined;
  let noRestart: (() => void) | undefined;
  let stopped = true;
  let wait = RESTART_MS.first;

  function listen(heard: () => void): void {
    const [command, ...args] = netns === undefined ? words : (['ip', 'netns', 'exec', netns, ...words] as const);
    const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child = started;
    const gone = (why: string): void => {
      if (child !== started) return;
      child = undefined;
      if (stopped) return;
      log.warn(`${words.join(' ')} is gone, it is started again`, { why, inMs: wait });
      noRestart = clock.after(wait, () => {
        listen(heard);
        // Whatever happened in between was not heard.
        heard();
      });
      wait = Math.min(wait * 2, RESTART_MS.most);
    };
    started.stdout?.on('data', () => {
      wait = RESTART_MS.first;
      if (child === started) heard();
    });
    started.on('error', error => gone(error.message));
    started.on('close', (code, signal) => gone(`it ended (${signal ?? code})`));
  }

  return {
    start(heard) {
      stopped = false;
      listen(heard);
    },
    hears: () => child !== undefined,
    async stop() {
      stopped = true;
      noRestart?.();
      const ending = child;
      child = undefined;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null || ending.pid === undefined) return;
      const closed = new Promise<void>(resolve => ending.once('close', () => resolve()));
      ending.kill('SIGKILL');
      await closed;
    },
  };
}
