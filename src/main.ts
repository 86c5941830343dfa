/** The process: arguments, environment, signals, exit code. */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import about from '../package.json' with { type: 'json' };
import type { Agent } from './agent.ts';
import { describeSettings, gather, settingNames } from './config.ts';
import { AgentError, sentence } from './core/errors.ts';
import { planId } from './core/ids.ts';

/** Beyond this a stop is no longer orderly: whoever stops us must not wait. */
const STOP_WITHIN_MS = 5_000;

/** An element that does not answer for so long is asked anew. */
const FAIL_SAFE_WITHIN_MS = 300_000;
const NOT_NOW = 75;

/** After the rush of whoever waited for us to be ready. */
const LET_GO_AFTER_MS = 2_000;

const usage = `diffo ${about.version}: a difference engine that lives inside a network element

  diffo run [--profile NAME|FILE] [--data DIR] [--http HOST:PORT] [--config FILE] [--set key=value ...] [--insecure]
            [--record FILE]
  diffo --help     every other command
  diffo --version

Settings (flag, variable, file, profile, default):
${describeSettings()
  .map(
    ({ name, about: what, otherwise, variable }) =>
      `  ${name.padEnd(16)} ${what} (${variable}${otherwise === '' ? '' : `, ${otherwise}`})`,
  )
  .join('\n')}
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === '--version' || command === 'version') {
    process.stdout.write(`${about.version}\n`);
    return 0;
  }
  if (command === 'fail-safe') return failSafe(rest);
  if (command === 'replay') {
    const { replayCommand } = await import('./agent/replay-command.ts');
    return replayCommand(rest, text => process.stdout.write(text));
  }
  if (command !== 'run') {
    const { runCli } = await import('./cli/cli.ts');
    return runCli(args, {
      out: text => process.stdout.write(text),
      err: text => process.stderr.write(text),
      readInput,
      ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
      env: process.env,
      isTerminal: process.stdout.isTTY === true,
      settings: settingNames,
      ...(process.stdout.columns === undefined ? {} : { columns: process.stdout.columns, rows: process.stdout.rows }),
    });
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  return run(rest);
}

/**
 * Not for people: takes a plan back that nobody confirmed, once its time is over, while no agent runs. Any code but 0 says
 * that it has to be asked again.
 */
async function failSafe([plan = '', ...words]: readonly string[]): Promise<number> {
  setTimeout(() => process.exit(1), FAIL_SAFE_WITHIN_MS).unref();
  const { flags } = readFlags(words);
  const { takeBackAlone } = await import('./agent.ts');
  return (await takeBackAlone(gather({ flags, env: {} }), planId(plan))) ? 0 : NOT_NOW;
}

/** Runs the agent until it is told to stop. */
async function run(args: readonly string[]): Promise<number> {
  const { flags, file } = readFlags(args);
  const given = gather({ flags, env: process.env, ...(file === undefined ? {} : { file }) });
  const stopped = new Promise<void>(resolve => {
    // Heard again and again: a second one must not cut the stop short.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
  });
  const { startAgent } = await import('./agent.ts');
  const agent = await startAgent(given);
  process.stdout.write(`ready ${agent.url}\n`);
  setTimeout(letGoOfStarting, LET_GO_AFTER_MS).unref();
  // To a person at a terminal it means that the terminal is gone; to a daemon, that its files have changed.
  process.on('SIGHUP', () => (process.stdin.isTTY ? process.kill(process.pid, 'SIGTERM') : void readAgain(agent)));
  await stopped;
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await agent.stop();
  return 0;
}

/** What comes of it is in the log and in the status. */
async function readAgain({ profile }: Agent): Promise<void> {
  try {
    await profile.reload();
  } catch (error) {
    process.stderr.write(`diffo: ${sentence(error)}\n`);
  }
}

/**
 * V8 collects only what keeps allocating, so an idle agent would hold on to what starting took for days. As a flag of the
 * start `--expose-gc` would have Node compile its own modules anew, for 30 ms, as if they were not there compiled.
 */
function letGoOfStarting(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'regular', execution: 'sync' });
}

function readFlags(args: readonly string[]): { flags: Record<string, string>; file: string | undefined } {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new AgentError('invalid', `${sentence(error)}; see diffo run --help`, { cause: error });
  }
  const { set = [], config, insecure, ...named } = values;
  const flags: Record<string, string> = {};
  for (const [name, value] of Object.entries(named)) if (typeof value === 'string') flags[name] = value;
  if (insecure) flags['http.insecure'] = 'true';
  for (const pair of set) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new AgentError('invalid', `--set takes key=value, not "${pair}"`);
    flags[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return { flags, file: config };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      profile: { type: 'string' },
      data: { type: 'string' },
      http: { type: 'string' },
      config: { type: 'string' },
      set: { type: 'string', multiple: true },
      insecure: { type: 'boolean' },
      record: { type: 'string' },
    },
  }).values;
}

async function readInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Empty for whoever leaves without an answer. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    process.stdout.write('\n');
    return '';
  } finally {
    terminal.close();
  }
}

// Whoever reads us may stop reading (`diffo ls | head -1`); that is no failure of ours.
process.stdout.on('error', error => {
  process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1);
});

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`diffo: ${sentence(error)}\n`);
    process.exitCode = error instanceof AgentError && error.code === 'invalid' ? 2 : 1;
  },
);
