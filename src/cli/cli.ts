/** The command line: finds the command, reads its arguments, runs it, and says how it ended. */

import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError, sentence } from '../core/errors.ts';
import { commonFlags, readArguments } from './arguments.ts';
import { connect } from './client.ts';
import type { CliIo, Command, Given, Said } from './command.ts';
import { explain, outstanding, why } from './commands/ask.ts';
import { central } from './commands/central.ts';
import { changes } from './commands/changes.ts';
import { evaluate } from './commands/evaluate.ts';
import { expect } from './commands/expect.ts';
import { get, kinds, ls, status } from './commands/look.ts';
import { pause, resume } from './commands/pauses.ts';
import { identity, peers } from './commands/peers.ts';
import { apply, approve, confirm, discard, plan, tasks, undo } from './commands/plans.ts';
import { profile } from './commands/profile.ts';
import { refine, refinements, unrefine, versions } from './commands/refine.ts';
import { decide, freeze, rule, rules, thaw } from './commands/rules.ts';
import { sets } from './commands/sets.ts';
import { readFile } from './commands/sources.ts';
import { standing } from './commands/standing.ts';
import { watch } from './commands/watch.ts';
import { commandHelp, wholeHelp } from './help.ts';
import { colours, plainPaints, type Screen } from './screen.ts';
import { harmless, harmlessJson, jsonText } from './words.ts';

export type { CliIo } from './command.ts';

const DEFAULT_URL = 'http://127.0.0.1:8638';

/** In the order of the help. */
export const commands: readonly Command[] = [
  status,
  ls,
  get,
  outstanding,
  why,
  explain,
  watch,
  standing,
  expect,
  refine,
  refinements,
  unrefine,
  versions,
  sets,
  plan,
  approve,
  apply,
  confirm,
  undo,
  discard,
  pause,
  resume,
  rules,
  rule,
  decide,
  freeze,
  thaw,
  tasks,
  changes,
  evaluate,
  kinds,
  profile,
  peers,
  identity,
  central,
];

/** The exit code: 0; 1 when the agent refuses or is not reachable; 2 for bad input; what else a command says. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    return await run(args, io);
  } catch (error) {
    io.err(`diffo: ${harmless(sentence(error))}\n`);
    return error instanceof AgentError && error.code === 'invalid' ? 2 : 1;
  }
}

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const { name, rest } = splitName(args);
  const wantsHelp = ['help', '--help', '-h', undefined].includes(name);
  const [about] = name === 'help' ? rest : [];
  if (wantsHelp && about === undefined) {
    io.out(wholeHelp(commands));
    return 0;
  }
  const command = find(wantsHelp ? (about ?? '') : (name ?? ''));
  const given = readArguments(command, wantsHelp ? ['--help'] : rest);
  if (given.flags.has('help')) {
    io.out(commandHelp(command));
    return 0;
  }
  const url = urlOf(given, io);
  const client = connect(url, tokenOf(given, io));
  const json = given.flags.has('json');
  const screen = (): Screen => screenOf(given, io, client.now());
  const said = await command.run(given, { client, io, json, screen });
  if (said === undefined) return 0;
  if (!said.isTold) io.out(json ? `${jsonText(said.answer, 2)}\n` : textOf(said, screen()));
  return said.exit ?? 0;
}

function textOf({ answer, show }: Said, screen: Screen): string {
  return show(harmlessJson(answer), screen);
}

/** The first word is the command; common flags may stand before it. */
function splitName(args: readonly string[]): { readonly name: string | undefined; readonly rest: readonly string[] } {
  let i = 0;
  for (let arg = args[i]; arg?.startsWith('--'); arg = args[i]) {
    const [flag = '', inline] = arg.slice(2).split('=', 2);
    if (!Object.hasOwn(commonFlags, flag) || flag === 'help') break;
    i += commonFlags[flag]?.takes === undefined || inline !== undefined ? 1 : 2;
  }
  return { name: args[i], rest: [...args.slice(0, i), ...args.slice(i + 1)] };
}

function find(name: string): Command {
  const command = commands.find(each => each.name === name);
  if (command) return command;
  const hint = didYouMean(name, ['run', ...commands.map(each => each.name)]) || '; diffo --help lists all';
  throw new AgentError('invalid', `there is no command "${name}"${hint}`);
}

/** Throws `invalid` for what is no address. */
function urlOf({ flags }: Given, { env }: CliIo): string {
  const text = flags.get('at') ?? (env.DIFFO_URL || DEFAULT_URL);
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AgentError('invalid', `"${text}" is no address of an agent; say one such as ${DEFAULT_URL}`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function tokenOf({ flags }: Given, { env }: CliIo): string | undefined {
  const file = flags.get('token-file') ?? env.DIFFO_HTTP_TOKEN_FILE;
  if (file === undefined || file === '') return undefined;
  const token = readFile(file).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new AgentError('invalid', `the file ${file} holds no token: one line of plain characters is expected`);
}

function screenOf({ flags }: Given, io: CliIo, now: number): Screen {
  const at = flags.get('at');
  const isColourful = io.isTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  return {
    columns: io.isTerminal ? (io.columns ?? 80) : undefined,
    paint: isColourful ? colours : plainPaints,
    now,
    command: words => `diffo ${words}${at === undefined ? '' : ` --at ${at}`}`,
  };
}
