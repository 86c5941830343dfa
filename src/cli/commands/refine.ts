/** `diffo refine`, `refinements`, `unrefine` and `versions`: an expectation said more closely, and what it said before. */
import { AgentError } from '../../core/errors.ts';
import { characteristicArray, type InstanceType } from '../../core/instance.ts';
import { isArray, type Json, type JsonObject } from '../../core/json.ts';
import { segment } from '../../core/path.ts';
import { isAttribute } from '../../tmf/shape.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts, Given } from '../command.ts';
import { part, textAt } from '../read.ts';
import { instanceTypes, oneInstance, wholeId } from '../resolve.ts';
import { readValue } from '../short-form.ts';
import { refinedText, refinementsText, returnedText, versionsText } from '../show-refinements.ts';
import { harmless } from '../words.ts';
import { readSource } from './sources.ts';

const list = '/diffo/v1/expectations';

const placeOf = (id: string): string => `${list}/${encodeURIComponent(id)}`;

export const refine: Command = {
  name: 'refine',
  words: 'EXPECTATION PATH [VALUE]',
  takes: [2, 3],
  about: 'expects something closer at a place, or what is so there now; never something wider',
  more: [
    '\nEXPECTATION is its id, or the beginning of it.',
    'PATH is /a/place in the expectation, or the name of an attribute or a characteristic of it.',
    'VALUE is a number, true, false, text, expectation JSON, @file, or - for standard input.',
  ].join('\n'),
  flags: {
    observed: { about: 'instead of VALUE: what is observed there now' },
    of: { takes: 'NAME|ID', about: 'with --observed: of which, where several may be meant' },
    why: { takes: 'TEXT', about: 'the reason, for whoever reads it later' },
  },
  examples: [
    'diffo refine 9ae72ebe mtu 1500',
    "diffo refine 9ae72ebe /resourceCharacteristic/mtu/value '{\"$gte\": 1500}' --why 'jumbo frames'",
    'diffo refine 9ae72ebe mtu --observed',
    'diffo refine 9ae72ebe mtu --observed --of eth0',
  ],
  run: async (given, parts) => {
    const { client } = parts;
    const id = await wholeId(client, list, given.words[0] ?? '');
    const body = await bodyOf(given, parts, await client.get(placeOf(id)));
    const answer = await client.post(`${placeOf(id)}/refinements`, body);
    return { answer, show: refinedText };
  },
};

export const refinements: Command = {
  name: 'refinements',
  words: 'EXPECTATION',
  takes: [1, 1],
  about: 'how an expectation was refined, step by step: by whom, when and why',
  examples: ['diffo refinements 9ae72ebe', 'diffo refinements 9ae72ebe --json'],
  run: async ({ words: [word = ''] }, { client }) => {
    const id = await wholeId(client, list, word);
    return {
      answer: [...(await client.list(`${placeOf(id)}/refinements`))],
      show: (answer, screen) => refinementsText(isArray(answer) ? answer : [], harmless(id), screen),
    };
  },
};

export const unrefine: Command = {
  name: 'unrefine',
  words: 'EXPECTATION [N]',
  takes: [1, 2],
  about: 'returns to what was expected before a refinement: the last one, or number N and all that came after',
  examples: ['diffo unrefine 9ae72ebe', 'diffo unrefine 9ae72ebe 0'],
  run: async ({ words: [word = '', number] }, { client }) => {
    if (number !== undefined && !/^\d{1,9}$/.test(number)) {
      throw new AgentError('invalid', `N is the number of a refinement, counted from 0, not "${number}"`);
    }
    const id = await wholeId(client, list, word);
    const before = await client.list(`${placeOf(id)}/refinements`);
    if (before.length === 0) throw new AgentError('notFound', `${id} was not refined; it says what was laid`);
    await client.remove(`${placeOf(id)}/refinements/${number ?? before.length - 1}`);
    return { answer: await client.get(placeOf(id)), show: returnedText };
  },
};

export const versions: Command = {
  name: 'versions',
  words: 'EXPECTATION',
  takes: [1, 1],
  about: 'what an expectation says and said before, each time by its hash, with who changed it and why',
  examples: ['diffo versions 9ae72ebe', 'diffo versions 9ae72ebe --json'],
  run: async ({ words: [word = ''] }, { client }) => {
    const id = await wholeId(client, list, word);
    return {
      answer: [...(await client.list(`${placeOf(id)}/versions`))],
      show: (answer, screen) => versionsText(isArray(answer) ? answer : [], screen),
    };
  },
};

async function bodyOf({ words, flags }: Given, { client, io }: CommandParts, expectation: Json): Promise<JsonObject> {
  const [, place = '', value] = words;
  const path = pathOf(place, expectation);
  const why = flags.get('why');
  const reason = why === undefined ? {} : { why };
  const of = flags.get('of');
  if (flags.has('observed')) {
    if (value !== undefined) throw new AgentError('invalid', 'say VALUE or --observed, not both');
    return { path, observed: true, ...reason, ...(of === undefined ? {} : { instance: await idOf(client, of) }) };
  }
  if (of !== undefined) throw new AgentError('invalid', '--of goes with --observed');
  if (value === undefined)
    throw new AgentError('invalid', `say what is expected at ${path || 'the root'}, or --observed`);
  const text = /^(@.*|-)$/s.test(value) ? (await readSource(value, io)).trim() : value;
  return { path, to: readValue(text, place), ...reason };
}

async function idOf(client: Client, word: string): Promise<string> {
  return (await oneInstance(client, word)).id;
}

/** Throws `invalid` for a name of which the expectation does not tell where it stands. */
function pathOf(place: string, expectation: Json): string {
  if (place === '' || place.startsWith('/')) return place;
  const has = (name: string): boolean => part(expectation, 'expect', name) !== undefined;
  const type = instanceTypes.find(each => has(characteristicArray[each]));
  const isOf = (each: InstanceType): boolean => isAttribute(each, place);
  if (has(place) || (type === undefined ? instanceTypes.some(isOf) : isOf(type))) return `/${segment(place)}`;
  if (type !== undefined) return `/${characteristicArray[type]}/${segment(place)}/value`;
  const id = textAt(expectation, 'id') ?? 'it';
  throw new AgentError('invalid', `${id} does not tell where ${place} stands; say its path, such as /state`);
}
