/** What `--help` says. */
import { commonFlags, usageOf } from './arguments.ts';
import type { Command, Flag } from './command.ts';

export function wholeHelp(commands: readonly Command[]): string {
  const rows = [
    ['run', 'starts the agent (diffo run --help)'],
    ['replay FILE', 'runs a recorded run again, and says whether it decides the same (diffo replay --help)'],
    ...commands.map(({ name, words, about }) => [[name, words].filter(each => each !== '').join(' '), about]),
  ];
  return [
    'diffo: what this network element should be, what it is, and the difference\n\n',
    lines(rows),
    '\nEvery command takes\n',
    flagLines(commonFlags),
    '\nTo begin with\n',
    ...['diffo status', 'diffo ls', 'diffo expect lo mtu=65536', 'diffo outstanding', 'diffo plan'].map(
      each => `  ${each}\n`,
    ),
  ].join('');
}

export function commandHelp(command: Command): string {
  return [
    `${usageOf(command)}\n\n${command.about}\n`,
    command.more === undefined ? '' : `${command.more}\n`,
    command.flags === undefined ? '' : `\n${flagLines(command.flags)}`,
    '\nEvery command takes\n',
    flagLines(commonFlags),
    '\nExamples\n',
    ...command.examples.map(each => `  ${each}\n`),
  ].join('');
}

function flagLines(flags: Readonly<Record<string, Flag>>): string {
  return lines(
    Object.entries(flags).map(([name, { takes, short, about }]) => [
      `${short === undefined ? '' : `-${short}, `}--${name}${takes === undefined ? '' : ` ${takes}`}`,
      about,
    ]),
  );
}

function lines(rows: readonly (readonly string[])[]): string {
  const widest = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(widest)}  ${right}\n`).join('');
}
