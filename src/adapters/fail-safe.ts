/**
 * The fail-safe of this machine: a shell that sleeps, so that waiting costs no more than a shell, and then runs this very
 * program for the one thing that is left to do. It has a session of its own, so that it outlives whatever ends the agent.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isSea } from 'node:sea';
import { AgentError, sentence } from '../core/errors.ts';
import type { PlanId } from '../core/ids.ts';
import type { Helper } from '../core/plan.ts';
import type { FailSafe } from '../ports/fail-safe.ts';

/** The agent itself comes first; this is for when there is none. */
const AFTER_THE_AGENT_S = 1;

/**
 * Words: how long to sleep, then the command. While an agent runs it is asked again, less and less often: one that is
 * killed the moment before it would have taken the change back must not be the end of it. Every other end but success
 * is asked again too.
 */
const script = `
sleep "$1" || exit 1
shift
wait=1; left=300
while [ $left -gt 0 ]; do
  "$@" && exit 0
  sleep $wait || exit 1
  left=$((left - 1))
  [ $wait -ge 16 ] || wait=$((wait * 2))
done
exit 1
`;

export interface FailSafeParts {
  /** What the agent was told of its settings, as words of the command line. */
  readonly settings: readonly string[];
}

export function openFailSafe({ settings }: FailSafeParts): FailSafe {
  const boot = bootId();
  return {
    moment: () => ({ boot, upMs: Math.round(uptime() * 1_000) }),
    arm: (plan, afterMs) => arm(plan, afterMs, settings),
    stands: ({ pid, started }) => startOf(pid) === started,
    disarm: helper => {
      if (startOf(helper.pid) !== helper.started) return;
      try {
        // Whoever leads a session is the name of its group: with the shell goes what it waits for.
        process.kill(-helper.pid, 'SIGKILL');
      } catch {
        // It ended just now.
      }
    },
  };
}

async function arm(plan: PlanId, afterMs: number, settings: readonly string[]): Promise<Helper> {
  const seconds = String(Math.ceil(afterMs / 1_000) + AFTER_THE_AGENT_S);
  const command = [...ownCommand(), 'fail-safe', plan, ...settings];
  const child = spawn('/bin/sh', ['-c', script, 'diffo-fail-safe', seconds, ...command], {
    detached: true,
    stdio: 'ignore',
    // Where `sleep` is, however little the agent was told of.
    env: { ...process.env, PATH: [process.env.PATH, '/usr/bin', '/bin'].filter(Boolean).join(':') },
  });
  await new Promise<void>((done, refuse) => {
    child.once('spawn', done);
    child.once('error', cause => refuse(cannot(sentence(cause), cause)));
  });
  child.unref();
  const { pid } = child;
  const started = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || started === undefined) throw cannot('it ended at once');
  return { pid, started };
}

function cannot(why: string, cause?: unknown): AgentError {
  return new AgentError(
    'internal',
    `the fail-safe could not be started (${why}); without it nothing protected is touched`,
    {
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** How this program is run: the single executable, the bundle, or the sources. */
function ownCommand(): readonly string[] {
  if (isSea()) return [process.execPath];
  const here = import.meta.filename;
  const program = here.endsWith('.ts') ? resolve(dirname(here), '../main.ts') : here;
  return [process.execPath, ...process.execArgv, program];
}

/** A number of a process comes again; with the moment at which it began it does not. Undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, which may hold anything, ends with the last bracket; what follows begins with the third field.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
