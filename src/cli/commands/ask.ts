/** Commands that ask: outstanding, explain, evaluate. */
import { AgentError } from '../../core/errors.ts';
import { isArray, isObject, type Json } from '../../core/json.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { readJson } from '../json-place.ts';
import { listAt, numberAt, part, textAt } from '../read.ts';
import { type Found, oneInstance } from '../resolve.ts';
import { pathOfName } from '../short-form.ts';
import { evaluationsText, evaluationText, explainText, outstandingText, type Standing } from '../show-outstanding.ts';
import { harmless } from '../words.ts';
import { readSource } from './sources.ts';

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

export const evaluate: Command = {
  name: 'evaluate',
  words: '[EXPECTED ACTUAL]',
  takes: [0, 2],
  about: 'compares an expectation with a document; nothing is stored or touched',
  flags: {
    stdin: { about: 'read {"expected", "actual"}, or a list of them, from standard input' },
    plain: { about: 'compare arrays by position instead of by the keys of TMF' },
  },
  examples: [
    `diffo evaluate '{"mtu": {"$gte": 1500}}' '{"mtu": 1400}'`,
    'diffo evaluate @expected.json @actual.json',
    `echo '{"expected": {"mtu": 9000}, "actual": {"mtu": 1500}}' | diffo evaluate --stdin`,
  ],
  run: async ({ words, flags }, { client, io }) => {
    const profile = flags.has('plain') ? { profile: 'plain' } : {};
    let question: Json;
    if (flags.has('stdin')) {
      if (words.length > 0) throw new AgentError('invalid', 'with --stdin everything comes from standard input');
      const read = readJson(await io.readInput(), 'standard input');
      question = isArray(read)
        ? read.map(each => ({ ...objectOf(each), ...profile }))
        : { ...objectOf(read), ...profile };
    } else {
      const [expected, actual] = words;
      if (expected === undefined || actual === undefined) {
        throw new AgentError('invalid', 'evaluate takes EXPECTED and ACTUAL, each as JSON or @file, or --stdin');
      }
      question = {
        expected: readJson(await readSource(expected, io), 'EXPECTED'),
        actual: readJson(await readSource(actual, io), 'ACTUAL'),
        ...profile,
      };
    }
    return {
      answer: await client.post('/diffo/v1/evaluate', question),
      show: (answer, screen) => (isArray(answer) ? evaluationsText(answer, screen) : evaluationText(answer, screen)),
    };
  },
};

function objectOf(value: Json): { readonly [name: string]: Json } {
  if (isObject(value)) return value;
  throw new AgentError('invalid', 'standard input must be {"expected": ..., "actual": ...}, or a list of these');
}
