/** Sets of expectations as people keep them: YAML or JSON, several documents a file, several files a directory. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError } from '../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import { segment } from '../core/path.ts';
import type { ReadText } from '../core/profile/text.ts';
import type { CliIo } from './command.ts';
import { readFile } from './commands/sources.ts';

/** What the agent is sent, and where in the files each part of it stands. */
export interface SetFiles {
  readonly body: JsonObject;
  /** An error whose pointer leads into the body, as one that names file, line and column. */
  placed(error: AgentError): AgentError;
}

interface Written {
  readonly file: string;
  readonly text: ReadText;
  readonly set: string;
  readonly expectations: readonly Json[];
  readonly prune: boolean;
}

const keys = ['set', 'expectations', 'prune'];

/** A file, a directory, or `-` for standard input. Throws `invalid` for what is no set, with its place. */
export async function readSetFiles(word: string, prune: boolean, io: Pick<CliIo, 'readInput'>): Promise<SetFiles> {
  const { readTexts } = await import('../core/profile/text.ts');
  const texts =
    word === '-'
      ? [{ file: 'standard input', text: await io.readInput() }]
      : filesAt(word).map(file => ({ file, text: readFile(file) }));
  const written = texts.flatMap(({ file, text }) => {
    const documents = readTexts(text);
    if (documents.length === 0) throw new AgentError('invalid', `${file} holds no set of expectations; it is empty`);
    return documents.map(each => readSet(file, each));
  });
  const sets = [...Map.groupBy(written, each => each.set)].map(([name, documents]) => ({ name, documents }));
  const body = {
    sets: sets.map(({ name, documents }) => ({
      name,
      expectations: documents.flatMap(each => each.expectations),
      prune: prune || documents.some(each => each.prune),
    })),
  };
  return { body, placed: error => placedIn(sets, error) };
}

function filesAt(word: string): readonly string[] {
  if (!statSync(word, { throwIfNoEntry: false })?.isDirectory()) return [word];
  const names = readdirSync(word).filter(name => /^[^.].*\.(ya?ml|json)$/i.test(name));
  if (names.length > 0) return names.sort().map(name => join(word, name));
  throw new AgentError('invalid', `the directory ${word} holds no sets: no file in it ends with .yaml, .yml or .json`);
}

function readSet(file: string, text: ReadText): Written {
  const refuse = (pointer: string, sentence: string): AgentError => {
    const { line, column } = text.place(pointer);
    return new AgentError('invalid', `${file}:${line}:${column}: ${sentence}`, { pointer });
  };
  const [finding] = text.findings;
  if (finding) {
    const { line = 1, column = 1, message } = finding;
    throw new AgentError('invalid', `${file}:${line}:${column}: ${message}`);
  }
  const { source } = text;
  if (!isObject(source)) throw refuse('', 'a set is an object: set: NAME, and expectations: a list');
  const unknown = Object.keys(source).find(key => !keys.includes(key));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, keys) || `; there are ${keys.join(', ')}`;
    throw refuse(`/${segment(unknown)}`, `a set has no key "${unknown}"${near}`);
  }
  const { set, expectations, prune = false } = source;
  if (typeof set !== 'string') throw refuse('/set', 'a set must say its name, such as set: site');
  if (!isArray(expectations)) throw refuse('/expectations', `the set ${set} must say expectations, a list`);
  if (typeof prune !== 'boolean') throw refuse('/prune', 'prune is true or false');
  return { file, text, set, expectations, prune };
}

function placedIn(sets: readonly { readonly documents: readonly Written[] }[], error: AgentError): AgentError {
  const [, at, rest = ''] = /^\/sets\/(\d+)(\/.*)?$/s.exec(error.pointer ?? '') ?? [];
  const documents = at === undefined ? undefined : sets[Number(at)]?.documents;
  const [, item, inside = ''] = /^\/expectations\/(\d+)(\/.*)?$/s.exec(rest) ?? [];
  let index = Number(item ?? 0);
  for (const { file, text, expectations } of documents ?? []) {
    if (item !== undefined && index >= expectations.length) {
      index -= expectations.length;
      continue;
    }
    const pointer = item === undefined ? (rest === '/name' ? '/set' : rest) : `/expectations/${index}${inside}`;
    const { line, column } = text.place(pointer);
    const sentence = error.message.replace(` (at ${error.pointer})`, '').replaceAll(error.pointer ?? '', pointer);
    const where = sentence.includes(pointer) ? '' : ` (at ${pointer})`;
    // Whatever the agent calls it, the mistake stands in what was given.
    return new AgentError('invalid', `${file}:${line}:${column}: ${sentence}${where}`, { pointer, cause: error });
  }
  return error;
}
