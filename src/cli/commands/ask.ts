/** Commands that ask: outstanding, explain. */
import { isArray } from '../../core/json.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { listAt, numberAt, part, textAt } from '../read.ts';
import { type Found, oneInstance } from '../resolve.ts';
import { pathOfName } from '../short-form.ts';
import { explainText, outstandingText, type Standing } from '../show-outstanding.ts';
import { harmless } from '../words.ts';

export const outstanding: Command = {
  name: 'outstanding',
  words: '[NAME|ID]',
  takes: [0, 1],
  about: 'what is unmet or unknown, of all or of one: expected, actual, age, what is next',
  examples: ['diffo outstanding', 'diffo outstanding lo', 'diffo outstanding --json'],
  run: async ({ words: [word] }, { client }) => {
    const instance = word === undefined ? undefined : await oneInstance(client, word);
    const [open, standing] = await Promise.all([
      client.list('/diffo/v1/outstanding', { instance: instance?.id }),
      standingOf(client, instance),
    ]);
    const of = instance === undefined ? '' : ` of ${harmless(instance.name ?? instance.id)}`;
    return {
      answer: [...open],
      show: (answer, screen) => outstandingText(isArray(answer) ? answer : [], standing, of, screen),
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
  const met = [...byExpectation.values()].filter(mine => mine.every(leaf => textAt(leaf, 'verdict') === 'met'));
  return { ready, met: met.length, inapplicable: 0, expectations: byExpectation.size };
}

export const explain: Command = {
  name: 'explain',
  words: 'NAME|ID [PATH]',
  takes: [1, 2],
  about: 'who wants what of it, what it is since when and through whom, why, and what is next',
  examples: ['diffo explain lo', 'diffo explain lo mtu', 'diffo explain lo /administrativeState'],
  run: async ({ words: [word = '', place = ''] }, { client }) => {
    const instance = await oneInstance(client, word);
    const path = place === '' || place.startsWith('/') ? place : pathOfName(place, instance.type);
    const about = harmless(`${instance.name ?? instance.id}${place === '' ? '' : ` ${place}`}`);
    return {
      answer: await client.get('/diffo/v1/explain', { instance: instance.id, path }),
      show: (answer, screen) => explainText(answer, about, screen),
    };
  },
};
