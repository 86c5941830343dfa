/**
 * Runs the commands of a profile: never through a shell, in an environment and a folder of their own, so many at one time,
 * each within its time and with so much to say. Whoever takes longer is ended with all that it has started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { AgentError, sentence } from '../../../core/errors.ts';
import type { ExecCommand, ExecSettings, ExecWatch } from '../../../core/exec/form.ts';
import type { Clock } from '../../../ports/clock.ts';

/** Where nobody says otherwise. */
const TIME_LIMIT_MS = 10_000;
const OUTPUT_BYTES = 4 * 1024 * 1024;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** How long whoever was asked to end may take to tidy up. */
const TIDY_UP_MS = 1_000;
/** What a command has started may hold its output open; what it had to say itself has come by then. */
const DRAIN_MS = 500;
/** A refusal is a line. */
const COMPLAINT_BYTES = 4_096;
const COMPLAINT_LENGTH = 300;
/** More than a loop that waits for its answers ever asks for. */
const WAITING_AT_MOST = 1_000;

/** How a command ended that ended by itself. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  /** The first line of its complaints; empty when it had none. */
  readonly complaint: string;
}

export interface Runner {
  /** Rejects with `unreachable` when it could not be run, was ended, or said too much; `refused` when it cannot be given that. */
  run(
    command: Omit<ExecCommand, 'run'>,
    words: readonly string[],
    input?: string,
    /** Called when its turn has come. */
    begun?: () => void,
  ): Promise<Ended>;
  /** Runs on and on; tells of each line that is printed, and of its end. */
  follow(
    command: ExecWatch,
    words: readonly string[],
    told: { readonly line: () => void; readonly ended: (how: string) => void },
  ): () => void;
  /** Ends all that run. */
  stop(): void;
}

export function openRunner(
  settings: Pick<ExecSettings, 'atOnce' | 'timeLimit' | 'outputBytes' | 'directory' | 'environment' | 'handOn'>,
  clock: Clock,
): Runner {
  const running = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let active = 0;

  async function turn<T>(run: () => Promise<T>): Promise<T> {
    if (active >= settings.atOnce) {
      if (waiting.length >= WAITING_AT_MOST) {
        throw new AgentError('unreachable', `${WAITING_AT_MOST} commands wait already for their turn`);
      }
      await new Promise<void>(resolve => waiting.push(resolve));
    } else active++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else active--;
    }
  }

  function begin(
    { directory, environment }: Pick<ExecCommand, 'directory' | 'environment'>,
    [program = '', ...words]: readonly string[],
    stdio: ['pipe' | 'ignore', 'pipe', 'pipe'],
  ): ChildProcess {
    const child = spawn(program, words, {
      cwd: directory ?? settings.directory ?? '/',
      env: { ...environmentOf(settings), ...environment },
      stdio,
      shell: false,
      // The first of a process group, so that what it starts can be ended with it.
      detached: true,
    });
    if (child.pid !== undefined) running.add(child);
    return child;
  }

  function end(child: ChildProcess): void {
    signal(child, 'SIGTERM');
    clock.after(TIDY_UP_MS, () => signal(child, 'SIGKILL'));
  }

  function runNow(command: Omit<ExecCommand, 'run'>, words: readonly string[], input: string | undefined) {
    return new Promise<Ended>((resolve, reject) => {
      const program = words[0] ?? '';
      const limitMs = command.timeLimit ?? settings.timeLimit ?? TIME_LIMIT_MS;
      const limitBytes = command.outputBytes ?? settings.outputBytes ?? OUTPUT_BYTES;
      const output: Buffer[] = [];
      const complaint: Buffer[] = [];
      let bytes = 0;
      let complained = 0;
      let isOver = false;
      let noDrain: (() => void) | undefined;
      let child: ChildProcess;

      const over = (): boolean => {
        if (isOver) return false;
        isOver = true;
        noLimit();
        noDrain?.();
        running.delete(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
        return true;
      };
      const fail = (error: AgentError): void => {
        if (over()) reject(error);
      };
      const ended = (code: number | null, by: NodeJS.Signals | null): void => {
        if (code === null) {
          fail(new AgentError('unreachable', `${program} was ended by ${by ?? 'a signal'}`));
          return;
        }
        const text = decoded(Buffer.concat(output));
        if (text === undefined) fail(new AgentError('unreachable', `${program} printed something that is not UTF-8`));
        else if (over()) resolve({ code, output: text, complaint: firstLine(Buffer.concat(complaint)) });
      };
      const noLimit = clock.after(limitMs, () => {
        end(child);
        fail(new AgentError('unreachable', `${program} did not end within ${limitMs} ms, and was ended`));
      });

      try {
        child = begin(command, words, [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']);
      } catch (error) {
        noLimit();
        reject(whyNotBegun(program, error));
        return;
      }
      child.on('error', error => fail(whyNotBegun(program, error)));
      child.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= limitBytes) output.push(chunk);
        else if (!isOver) {
          end(child);
          fail(new AgentError('unreachable', `${program} printed more than ${limitBytes} bytes, and was ended`));
        }
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        if (complained < COMPLAINT_BYTES) complaint.push(chunk);
        complained += chunk.length;
      });
      child.on('exit', (code, by) => {
        noDrain = clock.after(DRAIN_MS, () => ended(code, by));
      });
      child.on('close', ended);
      if (input !== undefined) {
        // Whoever does not read its input need not.
        child.stdin?.on('error', () => {});
        child.stdin?.end(input);
      }
    });
  }

  return {
    run: (command, words, input, begun) =>
      turn(() => {
        begun?.();
        return runNow(command, words, input);
      }),
    follow(command, words, { line, ended }) {
      const child = begin(command, words, ['ignore', 'pipe', 'pipe']);
      const complaint: Buffer[] = [];
      let isOver = false;
      const over = (how: string): void => {
        if (isOver) return;
        isOver = true;
        running.delete(child);
        ended(how);
      };
      child.stdout?.on('data', (chunk: Buffer) => {
        if (!isOver && chunk.includes(0x0a)) line();
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        if (complaint.length === 0) complaint.push(chunk.subarray(0, COMPLAINT_BYTES));
      });
      child.on('error', error => over(sentence(whyNotBegun(words[0] ?? '', error))));
      child.on('exit', (code, by) => {
        const said = firstLine(Buffer.concat(complaint));
        over(`${words[0]} ended with ${code ?? by}${said === '' ? '' : `: ${said}`}`);
      });
      return () => {
        isOver = true;
        running.delete(child);
        end(child);
      };
    },
    stop() {
      for (const child of running) end(child);
    },
  };
}

/** All that a command finds in its environment, unless it has more of its own. */
function environmentOf({ handOn, environment }: Pick<ExecSettings, 'handOn' | 'environment'>): NodeJS.ProcessEnv {
  const handed = handOn.flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { PATH, ...Object.fromEntries(handed), ...environment };
}

/** Where programs are looked for that are named without a folder. */
export function searchPath(settings: Pick<ExecSettings, 'handOn' | 'environment'>): string {
  return environmentOf(settings).PATH ?? PATH;
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended, with all that it has started.
  }
}

function whyNotBegun(program: string, error: unknown): AgentError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const cause = { cause: error };
  switch (code) {
    case 'ENOENT':
      return new AgentError('unreachable', `${program} is not there (or the folder it runs in)`, cause);
    case 'EACCES':
      return new AgentError('unreachable', `${program} may not be run by the user of the agent`, cause);
    case 'E2BIG':
      return new AgentError('refused', `that is more than ${program} can be given at one time`, cause);
    default:
      return new AgentError('unreachable', `${program} could not be run: ${sentence(error)}`, cause);
  }
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** As it can stand in a sentence: without what would move the cursor of whoever reads it. */
function firstLine(bytes: Buffer): string {
  const line = bytes
    .toString('utf8')
    .split(/[\r\n]+/)
    .map(each => each.replace(/\p{Cc}+/gu, ' ').trim())
    .find(each => each !== '');
  return (line ?? '').slice(0, COMPLAINT_LENGTH);
}
