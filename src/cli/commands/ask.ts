/** Commands that ask: outstanding, why, explain. */
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json } from '../../core/json.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { listAt, numberAt, part, textAt } from '../read.ts';
import { type Found, oneInstance, splitKind } from '../resolve.ts';
import { pathOfName } from '../short-form.ts';
import { explainText, outstandingText, type Standing } from '../show-outstanding.ts';
import { outstandingTable, whyText } from '../show-why.ts';
import { harmless } from '../words.ts';

export const outstanding: Command = {
  name: 'outstanding',
  words: '[NAME|ID]',
  takes: [0, 1],
  about: 'what is unmet or unknown, of all or of one: expected, actual, age, what came last, what is next and when',
  flags: { list: { about: 'a line for each' } },
  examples: ['diffo outstanding', 'diffo outstanding lo', 'diffo outstanding --list', 'diffo outstanding --json'],
  run: async ({ words: [word], flags }, { client }) => {
    const instance = word === undefined ? undefined : await oneInstance(client, word);
    const [open, standing] = await Promise.all([
      client.list('/diffo/v1/outstanding', { instance: instance?.id }),
      standingOf(client, instance),
    ]);
    const of = instance === undefined ? '' : ` of ${harmless(instance.name ?? instance.id)}`;
    const isList = flags.has('list') && open.length > 0;
    return {
      answer: [...open],
      show: (answer, screen) => {
        const entries = isArray(answer) ? answer : [];
        return isList ? outstandingTable(entries, screen) : outstandingText(entries, standing, of, screen);
      },
    };
  },
};

async function standingOf(client: Client, instance: Found | undefined): Promise<Standing> {
  const [status, leaves] = await Promise.all([
    client.get('/diffo/v1/status'),
    instance === undefined ? undefined : client.get('/diffo/v1/explain', { instance: instance.id }),
  ]);
  const ready = part(status, 'ready') === true;
  if (leaves === undefined) {
    return {
      ready,
      met: numberAt(status, 'verdicts', 'met') ?? 0,
      inapplicable: numberAt(status, 'verdicts', 'inapplicable') ?? 0,
      expectations: numberAt(status, 'counts', 'expectations') ?? 0,
    };
  }
  const byExpectation = Map.groupBy(listAt(leaves, 'leaves'), leaf => textAt(leaf, 'wantedBy', 'expectation'));
  const all = [...byExpectation.values()];
  const every = (verdict: string): number =>
    all.filter(mine => mine.every(leaf => textAt(leaf, 'verdict') === verdict)).length;
  return { ready, met: every('met'), inapplicable: every('inapplicable'), expectations: byExpectation.size };
}

/** What is explained: of an instance, or of something that is expected and is not there. */
interface Explained {
  readonly answer: Json;
  readonly about: string;
}

async function explained(client: Client, word: string, place: string): Promise<Explained> {
  let instance: Found;
  try {
    instance = await oneInstance(client, word);
  } catch (error) {
    const missing = error instanceof AgentError && error.code === 'notFound' ? await missingOf(client, word) : [];
    if (missing.length === 0) throw error;
    const answers = missing.map(expectation => client.get('/diffo/v1/explain', { expectation }));
    return {
      answer: { leaves: (await Promise.all(answers)).flatMap(each => listAt(each, 'leaves')) },
      about: harmless(word),
    };
  }
  const path = place === '' || place.startsWith('/') ? place : pathOfName(place, instance.type);
  const answer = await client.get('/diffo/v1/explain', { instance: instance.id, path });
  return { answer, about: harmless(`${instance.name ?? instance.id}${place === '' ? '' : ` ${place}`}`) };
}

/** The expectations of a name that nothing has. */
async function missingOf(client: Client, word: string): Promise<readonly string[]> {
  const split = splitKind(word);
  const found = (await client.list('/diffo/v1/outstanding')).filter(entry => {
    const [kind, name] = [textAt(entry, 'for', 'kind'), textAt(entry, 'for', 'name')];
    if (part(entry, 'instance') !== undefined || textAt(entry, 'peer') !== undefined) return false;
    return name === word || (split !== undefined && split.name === name && split.kind === kind);
  });
  return [...new Set(found.flatMap(entry => textAt(entry, 'expectation') ?? []))];
}

export const why: Command = {
  name: 'why',
  words: 'NAME|ID [PATH]',
  takes: [1, 2],
  about:
    'why it is not done: for each thing that is outstanding a sentence on who wants what, what is, and what is next',
  more: 'With a PATH it tells of that place whatever it is. diffo explain tells the same at length.',
  examples: ['diffo why lo', 'diffo why lo mtu', 'diffo why port/p9'],
  run: async ({ words: [word = '', place = ''] }, { client }) => {
    const { answer, about } = await explained(client, word, place);
    return { answer, show: (each, screen) => whyText(each, about, place !== '', screen) };
  },
};

export const explain: Command = {
  name: 'explain',
  words: 'NAME|ID [PATH]',
  takes: [1, 2],
  about: 'who wants what of it, what it is since when and through whom, why, what is next and when',
  examples: ['diffo explain lo', 'diffo explain lo mtu', 'diffo explain lo /administrativeState'],
  run: async ({ words: [word = '', place = ''] }, { client }) => {
    const { answer, about } = await explained(client, word, place);
    return { answer, show: (each, screen) => explainText(each, about, screen) };
  },
};
