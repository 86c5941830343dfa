/** `diffo evaluate`: compares an expectation with a document; works without an agent. */
import { instantOf } from '../../core/date-time.ts';
import { AgentError } from '../../core/errors.ts';
import { asJson, isArray, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { durationFlag } from '../arguments.ts';
import type { CliIo, Command, CommandParts, Given, Said } from '../command.ts';
import { textAt } from '../read.ts';
import { evaluationText } from '../show-evaluation.ts';
import { placed, type Source, sourceOf } from './written.ts';

export const evaluate: Command = {
  name: 'evaluate',
  words: '[EXPECTED ACTUAL]',
  takes: [0, 2],
  about: 'compares an expectation with a document, without an agent; nothing is stored or touched',
  more: 'Exits with 0 when it is met, 3 when it is unmet, 4 when it is unknown, 2 when something cannot be read.',
  flags: {
    expected: { takes: 'FILE', about: 'the expectation, JSON or YAML; - is standard input' },
    actual: { takes: 'FILE', about: 'the document, JSON or YAML; - is standard input' },
    stdin: { about: 'read {"expected", "actual"}, or a list of them, from standard input' },
    profile: {
      takes: 'NAME',
      about: 'tmf638@1, tmf639@1, tmf633@1 or tmf634@1: what it may name; plain: no array goes by key',
    },
    now: { takes: 'TIME', about: 'what $now means, such as 2026-01-15T12:00:00Z' },
    observed: { takes: 'TIME', about: 'when the document was observed' },
    freshness: { takes: 'TIME', about: 'how old it may be, such as 30s; what is older is unknown' },
    unknown: { takes: 'PATHS', about: 'where nobody has looked, such as /a or /a,/b/c' },
  },
  examples: [
    'diffo evaluate --expected expected.json --actual actual.json',
    `diffo evaluate '{"mtu": {"$gte": 1500}}' '{"mtu": 1400}'`,
    'diffo get lo --json | diffo evaluate --expected expected.yaml --actual - --json',
  ],
  run: async (given: Given, { client, io }: CommandParts): Promise<Said> => {
    const around = aroundOf(given);
    await checkProfileFlag(given);
    const { body, sources } = await bodyOf(given, io);
    // Brings zod along, which most commands do without.
    const { evaluateBody } = await import('../../tmf/evaluate.ts');
    const { tmfKeyedArrays: keyed } = await import('../../tmf/keyed-arrays.ts');
    const question = isArray(body) ? body.map(each => withAround(each, around)) : withAround(body, around);
    let answer: Json;
    try {
      const said = evaluateBody(question, { now: client.now(), keyed });
      answer = 'verdict' in said ? asJson(said) : said.map(asJson);
    } catch (error) {
      throw error instanceof AgentError ? await placed(error, sources) : error;
    }
    return { answer, show: evaluationText, exit: exitOf(isArray(answer) ? answer : [answer]) };
  },
};

/** Unmet before unknown, as in a verdict. */
function exitOf(answers: readonly Json[]): number {
  const verdicts = answers.map(each => textAt(each, 'verdict'));
  if (verdicts.includes('unmet')) return 3;
  return verdicts.includes('unknown') ? 4 : 0;
}

/** What the flags say of every question. */
function aroundOf(given: Given): JsonObject {
  const { flags } = given;
  const [now, observedAt] = [timeFlag(given, 'now'), timeFlag(given, 'observed')];
  const freshnessMs = durationFlag(given, 'freshness');
  const unknown = flags.get('unknown')?.split(/,(?=\/)/);
  const profile = flags.get('profile');
  if (freshnessMs !== undefined && observedAt === undefined) {
    throw new AgentError('invalid', '--freshness needs --observed TIME: when the document was observed');
  }
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(now === undefined ? {} : { now }),
    ...(observedAt === undefined ? {} : { observedAt }),
    ...(freshnessMs === undefined ? {} : { freshnessMs }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

async function checkProfileFlag({ flags }: Given): Promise<void> {
  const name = flags.get('profile');
  if (name === undefined) return;
  const { checkProfileName, questionProfileNames } = await import('../../tmf/comparators/profiles.ts');
  checkProfileName(name, questionProfileNames);
}

function timeFlag({ flags }: Given, name: string): string | undefined {
  const text = flags.get(name);
  if (text === undefined) return undefined;
  const instant = instantOf(text);
  if (instant !== undefined) return new Date(instant).toISOString();
  throw new AgentError('invalid', `--${name} is a time such as 2026-01-15T12:00:00Z, not "${text}"`);
}

interface Asked {
  readonly body: Json;
  /** The texts it was made of, by their pointers in it. */
  readonly sources: ReadonlyMap<string, Source>;
}

async function bodyOf({ words, flags }: Given, io: CliIo): Promise<Asked> {
  const given = [...words, flags.get('expected'), flags.get('actual')].filter(each => each !== undefined);
  if (flags.has('stdin')) {
    if (given.length > 0) throw new AgentError('invalid', 'with --stdin everything comes from standard input');
    const whole = await sourceOf('-', 'standard input', io);
    return { body: whole.json, sources: new Map([['', whole]]) };
  }
  const isByFlags = words.length === 0 && flags.has('expected') && flags.has('actual');
  const isByWords = words.length === 2 && given.length === 2;
  if (!isByFlags && !isByWords) {
    throw new AgentError(
      'invalid',
      'evaluate takes --expected FILE and --actual FILE, or EXPECTED and ACTUAL as JSON or @file, or --stdin',
    );
  }
  const [first = '', second = ''] = isByFlags ? given.map(file => (file === '-' ? file : `@${file}`)) : given;
  if (first === '-' && second === '-') {
    throw new AgentError('invalid', 'standard input is one of EXPECTED and ACTUAL, not both; say --stdin for a pair');
  }
  const expected = await sourceOf(first, 'EXPECTED', io);
  const actual = await sourceOf(second, 'ACTUAL', io);
  return {
    body: { expected: expected.json, actual: actual.json },
    sources: new Map([
      ['/expected', expected],
      ['/actual', actual],
    ]),
  };
}

/** What is no question is left as it is: whoever reads questions says so. */
function withAround(question: Json, around: JsonObject): Json {
  return isObject(question) ? { ...around, ...question } : question;
}
