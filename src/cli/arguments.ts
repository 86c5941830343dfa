/** The arguments of a command: read, and every mistake said with the nearest right word. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError } from '../core/errors.ts';
import type { Command, Flag, Given } from './command.ts';

/** What every command takes. */
export const commonFlags: Readonly<Record<string, Flag>> = {
  at: { takes: 'URL', about: 'the agent to ask (DIFFO_URL, else http://127.0.0.1:8638)' },
  'token-file': { takes: 'FILE', about: 'file with the token to send (DIFFO_HTTP_TOKEN_FILE)' },
  json: { about: 'the answer as JSON, for scripts' },
  help: { about: 'what a command does, with examples' },
};

/** Throws `invalid` for a flag that is not known, lacks its value or has one too many, and for missing words. */
export function readArguments(command: Command, args: readonly string[]): Given {
  const known = { ...command.flags, ...commonFlags };
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(
        Object.entries(known).map(([name, { takes, short }]) => [
          name,
          {
            type: takes === undefined ? ('boolean' as const) : ('string' as const),
            ...(short === undefined ? {} : { short }),
          },
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (flag === undefined) throw unknownFlag(command, token.rawName, token.name, Object.keys(known));
    if (flags.has(token.name)) throw wrong(command, `--${token.name} is given twice`);
    if (flag.takes === undefined) {
      if (token.value !== undefined) throw wrong(command, `--${token.name} takes no value`);
    } else if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
      throw wrong(command, `--${token.name} needs a value: --${token.name} ${flag.takes}`);
    }
    flags.set(token.name, token.value ?? '');
  }
  if (!flags.has('help')) checkWords(command, words);
  return { words, flags };
}

function checkWords(command: Command, words: readonly string[]): void {
  const [least, most] = command.takes;
  if (words.length > most) throw wrong(command, `"${words[most]}" is one word too many`);
  if (words.length < least) throw wrong(command, 'something is missing');
}

function unknownFlag(command: Command, raw: string, name: string, known: readonly string[]): AgentError {
  const near = didYouMean(name, known).replace('mean ', 'mean --');
  return new AgentError(
    'invalid',
    `${command.name} has no flag ${raw}${near === '' ? `; see diffo ${command.name} --help` : near}`,
  );
}

function wrong(command: Command, sentence: string): AgentError {
  return new AgentError('invalid', `${sentence}; the command is ${usageOf(command)}`);
}

export function usageOf({ name, words, flags }: Command): string {
  return ['diffo', name, words, flags === undefined ? '' : '[flags]'].filter(each => each !== '').join(' ');
}

/** A flag that is a whole number within bounds. */
export function wholeFlag(given: Given, name: string, least: number, most: number): number | undefined {
  const text = given.flags.get(name);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new AgentError('invalid', `--${name} is a whole number from ${least} to ${most}, not "${text}"`);
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A flag that is a time such as `30s`, in milliseconds. */
export function durationFlag(given: Given, name: string): number | undefined {
  const text = given.flags.get(name);
  if (text === undefined) return undefined;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (unitMs[unit] ?? Number.NaN));
  if (ms > 0) return ms;
  throw new AgentError('invalid', `--${name} is a time such as 500ms, 30s, 5min, 2h or 1d, not "${text}"`);
}
