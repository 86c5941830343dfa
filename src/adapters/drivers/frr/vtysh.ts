/** Tells FRR what to do, by way of `vtysh`: it knows which daemon of which version has to hear which command. */
import { execFile } from 'node:child_process';
import { AgentError } from '../../../core/errors.ts';
import type { FrrSettings } from './settings.ts';

/** A daemon that has taken no command by then is taken to hang. */
const DEADLINE_MS = 10_000;
const SAID_AT_MOST = 1024 * 1024;

export interface Vtysh {
  /**
   * Configures, the commands in this order, up to the first that is refused: what stands before that one is done.
   * Rejects with `refused` in FRR's words, or `unreachable` (what was done is not known).
   */
  configure(commands: readonly string[]): Promise<void>;
  /** Writes everything that is configured to where it is read from at the next start. */
  save(): Promise<void>;
}

export function openVtysh({ vtyDir, configDir }: Pick<FrrSettings, 'vtyDir' | 'configDir'>): Vtysh {
  // One at a time: two that configure could come between each other.
  let last: Promise<unknown> = Promise.resolve();

  function run(commands: readonly string[]): Promise<string> {
    const unfit = commands.find(each => !isCommand(each));
    if (unfit !== undefined) {
      return Promise.reject(new AgentError('refused', `${JSON.stringify(unfit)} cannot be given to vtysh`));
    }
    const words = ['--vty_socket', vtyDir, '--config_dir', configDir, ...commands.flatMap(each => ['-c', each])];
    const running = last.then(() => spoken(words));
    last = running.catch(() => {});
    return running;
  }

  return {
    async configure(commands) {
      await run(['configure terminal', ...commands]);
    },
    async save() {
      const said = await run(['write memory']);
      if (!/\[OK\]/.test(said))
        throw new AgentError('refused', `FRR did not save: ${oneLine(said) || 'it said nothing'}`);
    },
  };
}

function spoken(words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL' as const,
      maxBuffer: SAID_AT_MOST,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', VTYSH_PAGER: 'cat', VTYSH_HISTFILE: '/dev/null' },
    };
    execFile('vtysh', words, options, (error, stdout, stderr) => {
      const said = `${stdout}\n${stderr}`;
      const wrong = whatIsWrong(said, error);
      if (wrong) reject(wrong);
      else resolve(said);
    });
  });
}

/** `vtysh` ends well although a daemon complained; a complaint begins with a per cent sign. */
function whatIsWrong(said: string, error: Parameters<NonNullable<Parameters<typeof execFile>[3]>>[0]) {
  const lines = said.split('\n').map(line => line.trim());
  if (error?.code === 'ENOENT') return new AgentError('unreachable', 'vtysh is not installed', { cause: error });
  const away = lines.find(line => /is not running$|failed to connect|closing connection|I\/O error/i.test(line));
  if (away !== undefined) return new AgentError('unreachable', `vtysh: ${away}`);
  if (error?.killed)
    return new AgentError('unreachable', `vtysh did not end within ${DEADLINE_MS} ms`, { cause: error });
  const complaints = lines.filter(line => line.startsWith('%')).map(line => line.replace(/^% */, ''));
  if (complaints.length > 0) return new AgentError('refused', `FRR: ${complaints.join('; ')}`);
  if (!error) return undefined;
  const words = oneLine(said);
  // A refusal comes with words; without any nobody knows.
  return words === ''
    ? new AgentError('unreachable', `vtysh ended with ${error.code ?? error.signal} and said nothing`, { cause: error })
    : new AgentError('refused', `FRR: ${words}`);
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}

/**
 * A command is one line. `vtysh` takes an embedded line feed for the end of a command, a question mark for a call for
 * help and a bar for a filter.
 */
export function isCommand(text: string): boolean {
  return /^[^\p{Cc}\p{Zl}\p{Zp}?|]{1,1000}$/u.test(text) && text.trim() === text && !/^[!#]/.test(text);
}
