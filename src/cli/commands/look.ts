/** Commands that look: status, ls, get, kinds. */

import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import type { InstanceType } from '../../core/instance.ts';
import { isArray } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { listAt, textAt } from '../read.ts';
import { filterValue, instanceTypes, listInstances, listPath, Names, oneInstance } from '../resolve.ts';
import { instancesText, instanceText, twinText } from '../show-instances.ts';
import { kindsText, kindText } from '../show-kinds.ts';
import { pausedInstance, statusText } from '../show-status.ts';
import { harmless, harmlessNames } from '../words.ts';

export const status: Command = {
  name: 'status',
  words: '',
  takes: [0, 0],
  about: 'how the agent is: ready, counts, verdicts, drivers, what is paused',
  examples: ['diffo status', 'diffo status --json'],
  run: async (_, { client }) => {
    const answer = await client.get('/diffo/v1/status');
    const paused = listAt(answer, 'paused').flatMap(each => pausedInstance(textAt(each, 'scope') ?? '') ?? []);
    const names = harmlessNames(await new Names(client).all(paused));
    return { answer, show: (each, screen) => statusText(each, names, screen) };
  },
};

export const ls: Command = {
  name: 'ls',
  words: '[resource|service]',
  takes: [0, 1],
  about: 'all resources and services, or those of a kind or name',
  flags: {
    kind: { takes: 'KIND', about: 'only those of this kind' },
    name: { takes: 'NAME', about: "only those of this name; * stands for anything ('eth*')" },
  },
  examples: ['diffo ls', 'diffo ls resource --kind networkInterface', "diffo ls --name 'eth*'"],
  run: async ({ words: [type], flags }, { client }) => {
    const kind = flags.get('kind');
    const lists = await Promise.all(
      typesFor(type).map(each =>
        listInstances(client, each, { ...nameQuery(flags.get('name')), ...kindQuery(each, kind) }),
      ),
    );
    return {
      answer: lists
        .flat()
        .filter(each => kind === undefined || each.kind === kind)
        .map(each => each.document),
      show: (answer, screen) => instancesText(isArray(answer) ? answer : [], screen),
    };
  },
};

function typesFor(word: string | undefined): readonly InstanceType[] {
  if (word === undefined) return instanceTypes;
  const type = instanceTypes.find(each => each === word || `${each}s` === word);
  if (type) return [type];
  const hint = didYouMean(word, instanceTypes) || '; to see one thing say diffo get NAME';
  throw new AgentError('invalid', `ls takes resource or service, not "${word}"${hint}`);
}

function nameQuery(name: string | undefined): Record<string, string> {
  if (name === undefined) return {};
  if (!name.includes('*')) return { name: filterValue(name) };
  const parts = name.split('*').map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return { 'name.regex': `^${parts.join('.*')}$` };
}

/** What has no specification is of the generic kind, for which there is no filter. */
function kindQuery(type: InstanceType, kind: string | undefined): Record<string, string> {
  return kind === undefined || kind === type ? {} : { [`${type}Specification.name`]: filterValue(kind) };
}

const whiches = ['actual', 'expected', 'outstanding'] as const;

function whichOf(word: string | undefined): (typeof whiches)[number] {
  if (word === undefined) return 'actual';
  const which = whiches.find(each => each === word);
  if (which) return which;
  throw new AgentError('invalid', `--which is one of ${whiches.join(', ')}, not "${word}"${didYouMean(word, whiches)}`);
}

export const get: Command = {
  name: 'get',
  words: 'NAME|ID',
  takes: [1, 1],
  about: 'one resource or service with its states, characteristics and what supports it; or as it is expected',
  flags: {
    which: { takes: 'WHICH', about: `${whiches.join(', ')}: as it is, as it is to be, or what of that it is not` },
  },
  examples: [
    'diffo get lo',
    'diffo get networkInterface/lo',
    'diffo get lo --which outstanding',
    'diffo get lo --json',
  ],
  run: async ({ words: [word = ''], flags }, { client }) => {
    const which = whichOf(flags.get('which'));
    const { type, id, name = id } = await oneInstance(client, word);
    const place = `${listPath(type)}/${encodeURIComponent(id)}`;
    // Read by itself it comes with its telemetry.
    if (which === 'actual') return { answer: await client.get(place), show: instanceText };
    return {
      answer: await client.get(place, { which }),
      show: (answer, screen) => twinText(answer, which, harmless(name), screen),
    };
  },
};

export const kinds: Command = {
  name: 'kinds',
  words: '[KIND]',
  takes: [0, 1],
  about: 'the kinds of the profile; of one, its characteristics with units and owners, and all else it declares',
  examples: ['diffo kinds', 'diffo kinds networkInterface'],
  run: async ({ words: [kind] }, { client }) =>
    kind === undefined
      ? {
          answer: [...(await client.list('/diffo/v1/kinds'))],
          show: (answer, screen) => kindsText(isArray(answer) ? answer : [], screen),
        }
      : { answer: await client.get(`/diffo/v1/kinds/${encodeURIComponent(kind)}`), show: kindText },
};
