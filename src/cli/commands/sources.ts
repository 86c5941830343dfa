/** A text given on the command line: as it is, `@file`, or `-` for standard input. */
import { readFileSync } from 'node:fs';
import { AgentError } from '../../core/errors.ts';
import type { CliIo } from '../command.ts';

export async function readSource(word: string, io: Pick<CliIo, 'readInput'>): Promise<string> {
  if (word === '-') return io.readInput();
  return word.startsWith('@') ? readFile(word.slice(1)) : word;
}

/** Throws `invalid`, for a file that cannot be read is a wrong name. */
export function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AgentError('invalid', `the file ${file} cannot be read: ${whyNot(cause)}`, { cause });
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'you may not read it';
  if (code === 'EISDIR') return 'it is a directory';
  return String(code ?? error);
}
