/** Hears that something changed: `ip monitor`, whose words are not read, only that it speaks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { sentence } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { inNamespace } from './ip.ts';

/** One change makes several messages; they ring once. */
const GATHER_MS = 4;
const RESTART_MS = { first: 500, most: 60_000 };
/** The kernel drops messages that are not read in time only while the buffer is full; this is what starting may take. */
const LISTENING_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 2;

export interface Monitor {
  /** Resolves once the kernel sends; what happens after that is heard. */
  start(heard: () => void): Promise<void>;
  stop(): Promise<void>;
}

export function openMonitor(options: { netns?: string; clock: Clock; log: Log }): Monitor {
  const { netns, clock, log } = options;
  let ring = (): void => {};
  let process: ChildProcess | undefined;
  let noRing: (() => void) | undefined;
  let noRestart: (() => void) | undefined;
  let stopped = true;
  let wait = RESTART_MS.first;

  function gather(): void {
    noRing ??= clock.after(GATHER_MS, () => {
      noRing = undefined;
      ring();
    });
  }

  function listen(): ChildProcess {
    const [command, args] = inNamespace(netns, ['-c', 'exec ip monitor link address route netconf']);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    process = child;
    child.stdout.on('data', () => {
      if (child !== process) return;
      wait = RESTART_MS.first;
      gather();
    });
    child.on('error', error => lost(child, sentence(error)));
    child.on('close', (code, signal) => lost(child, `it ended (${signal ?? code})`));
    return child;
  }

  function lost(child: ChildProcess, why: string): void {
    if (child !== process) return;
    process = undefined;
    log.warn('ip monitor is gone, it is started again', { why, inMs: wait });
    noRestart = clock.after(wait, () => {
      noRestart = undefined;
      void listening(listen(), clock).then(() => {
        // Whatever happened in between was not heard.
        if (!stopped) gather();
      });
    });
    wait = Math.min(wait * 2, RESTART_MS.most);
  }

  return {
    async start(heard) {
      ring = heard;
      stopped = false;
      await listening(listen(), clock);
    },
    async stop() {
      stopped = true;
      noRing?.();
      noRestart?.();
      noRing = undefined;
      noRestart = undefined;
      const ending = process;
      process = undefined;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      const closed = new Promise<void>(resolve => ending.once('close', () => resolve()));
      ending.kill('SIGKILL');
      await closed;
    },
  };
}

/** Waits until the kernel has a socket of this process that belongs to groups; gives up when it cannot be seen. */
async function listening(child: ChildProcess, clock: Clock): Promise<void> {
  let tired = false;
  const noDeadline = clock.after(LISTENING_WITHIN_MS, () => {
    tired = true;
  });
  while (!tired && child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const sockets = await readFile(`/proc/${child.pid}/net/netlink`, 'utf8').catch(() => '');
    if (sockets.split('\n').some(line => isListener(line, String(child.pid)))) break;
    await new Promise<void>(resolve => void clock.after(LOOK_EVERY_MS, resolve));
  }
  noDeadline();
}

/** A line of /proc/net/netlink: socket, protocol (0 is routing), process, groups … */
function isListener(line: string, pid: string): boolean {
  const [, protocol, owner, groups] = line.trim().split(/\s+/);
  return protocol === '0' && owner === pid && groups !== undefined && !/^0+$/.test(groups);
}
