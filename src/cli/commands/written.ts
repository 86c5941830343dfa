/** JSON or YAML that a person wrote, and where in it a mistake stands. */
import { AgentError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { CliIo } from '../command.ts';
import { readJson } from '../json-place.ts';
import { readSource } from './sources.ts';

export interface Source {
  /** What to call it in a sentence: its file where it has one. */
  readonly name: string;
  readonly text: string;
  readonly json: Json;
}

/** Of a word that is the text itself, `@file`, or `-`; throws `invalid` for what cannot be read. */
export async function sourceOf(word: string, what: string, io: Pick<CliIo, 'readInput'>): Promise<Source> {
  const text = await readSource(word, io);
  const name = word === '-' ? 'standard input' : word.startsWith('@') ? word.slice(1) : what;
  const mayBeYaml = /\.ya?ml$/i.test(name) || (word === '-' && !/^\s*[[{"]/.test(text));
  return { name, text, json: mayBeYaml ? await readYaml(text, name) : readJson(text, name) };
}

/** Text that is no JSON brings the parser of YAML along, and so does asking for a place. */
async function readYaml(text: string, name: string): Promise<Json> {
  const { readText } = await import('../../core/profile/text.ts');
  const { source, findings } = readText(text);
  // A text that says nothing is read as null, which would be met by anything.
  const isEmpty = source === null && !/null|~/i.test(text);
  if (source !== undefined && !isEmpty) return source;
  const [{ message = 'it is empty', line = 1, column = 1 } = {}] = findings;
  throw new AgentError('invalid', `${name}:${line}:${column}: ${message}`);
}

/** An error with the place that its pointer names: the file, the line, and what is left of the pointer. */
export async function placed(error: AgentError, sources: ReadonlyMap<string, Source>): Promise<AgentError> {
  const { pointer = '' } = error;
  for (const [at, { name, text }] of sources) {
    if (!`${pointer}/`.startsWith(`${at}/`)) continue;
    const inside = pointer.slice(at.length);
    const { readText } = await import('../../core/profile/text.ts');
    const read = readText(text);
    const { line, column } = read.place(inside);
    const place = read.source === undefined ? name : `${name}:${line}:${column}`;
    const where = inside === '' || error.message.includes(inside) ? '' : ` (at ${inside})`;
    return new AgentError(error.code, `${place}: ${error.message}${where}`, { pointer: inside, cause: error });
  }
  return error;
}
