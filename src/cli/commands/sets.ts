/** `diffo apply -f` and `diffo sets`: sets of expectations from files, compared before they are laid. */
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json } from '../../core/json.ts';
import type { Command, CommandParts, Given, Said } from '../command.ts';
import { listAt, textAt } from '../read.ts';
import { Names } from '../resolve.ts';
import { readSetFiles, type SetFiles } from '../set-files.ts';
import { differencesText, setsText, wholeSetText } from '../show-sets.ts';
import { harmless, harmlessJson, harmlessNames, type NamesById } from '../words.ts';

const path = '/diffo/v1/sets';
const parts = ['added', 'changed', 'removed'];

/** Shows what differs, asks, and lays exactly that. */
export async function applySets({ flags }: Given, commandParts: CommandParts): Promise<Said> {
  const { client, io, json } = commandParts;
  const files = await readSetFiles(flags.get('file') ?? '', flags.has('prune'), io);
  const compared = await posted(files, { dryRun: 'true' }, commandParts);
  const differing = listAt(compared, 'sets').flatMap(set => parts.flatMap(what => listAt(set, what)));
  const names = harmlessNames(await new Names(client).all(differing.flatMap(each => textAt(each, 'for', 'id') ?? [])));
  const show: Said['show'] = (answer, screen) => differencesText(answer, names, screen);
  if (differing.length === 0 || flags.has('dry-run')) return { answer: compared, show };
  if (!flags.has('yes') && !(await agreed(compared, names, commandParts))) return declined(compared);
  const answer = await posted(files, { hash: textAt(compared, 'hash') }, commandParts);
  // Whoever was asked has seen it already.
  const isShown = !flags.has('yes') && !json;
  return { answer, show: (each, screen) => `${isShown ? '' : show(each, screen)}laid\n` };
}

async function posted(
  files: SetFiles,
  query: Readonly<Record<string, string | undefined>>,
  { client }: CommandParts,
): Promise<Json> {
  try {
    return await client.post(path, files.body, query);
  } catch (error) {
    throw error instanceof AgentError ? files.placed(error) : error;
  }
}

async function agreed(compared: Json, names: NamesById, { io, json, screen }: CommandParts): Promise<boolean> {
  if (!json) io.out(differencesText(harmlessJson(compared), names, screen()));
  return asked('lay this?', { io, json });
}

/** Throws `invalid` where nobody can be asked. */
async function asked(question: string, { io, json }: Pick<CommandParts, 'io' | 'json'>): Promise<boolean> {
  if (!json && io.ask) return /^y(es)?$/i.test((await io.ask(`${question} [y/N] `)).trim());
  throw new AgentError('invalid', 'nothing was changed, for nobody can be asked here: say --yes');
}

function declined(answer: Json): Said {
  return { answer, show: () => 'nothing was changed\n', exit: 1 };
}

export const sets: Command = {
  name: 'sets',
  words: '[NAME]',
  takes: [0, 1],
  about: 'the sets of expectations that stand; of one, what it expects; --delete withdraws it',
  more: 'Sets are laid with diffo apply -f FILE; the set profile is what the firmware profile expects.',
  flags: {
    delete: { about: 'withdraw all that the set NAME expects' },
    yes: { about: 'without asking' },
  },
  examples: ['diffo sets', 'diffo sets site', 'diffo sets site --delete --yes'],
  run: async ({ words: [name], flags }, commandParts) => {
    const { client, io, json } = commandParts;
    if (name === undefined) {
      if (flags.has('delete')) throw new AgentError('invalid', 'say which set: diffo sets NAME --delete');
      return {
        answer: [...(await client.list(path))],
        show: (all, screen) => setsText(isArray(all) ? all : [], screen),
      };
    }
    const at = `${path}/${encodeURIComponent(name)}`;
    const answer = await client.get(at);
    if (!flags.has('delete')) {
      const ids = listAt(answer, 'expectations').flatMap(each => textAt(each, 'for', 'id') ?? []);
      const names = harmlessNames(await new Names(client).all(ids));
      return { answer, show: (each, screen) => wholeSetText(each, names, screen) };
    }
    const size = listAt(answer, 'expectations').length;
    const question = `withdraw all ${size} expectations of the set ${harmless(name)}?`;
    if (!flags.has('yes') && !(await asked(question, { io, json }))) return declined(answer);
    await client.remove(at);
    return { answer: { deleted: name }, show: () => `no longer expected: the set ${harmless(name)}\n` };
  },
};
