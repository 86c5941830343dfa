/** Pairs of an expectation and an actual at random, to look for what no rule thinks of; all follows from a chance. */
import { AgentError } from '../../src/core/errors.ts';
import { type Expected, readExpected } from '../../src/core/expected.ts';
import { isArray, isObject, type Json, sameJson } from '../../src/core/json.ts';
import { nearest } from '../../src/core/nearest.ts';
import { explain, isOutstanding, judge, outstanding } from '../../src/core/outstanding.ts';
import type { Chance } from './chance.ts';
import { keyed } from './expectations.ts';
import { sampleTexts, valueOperators } from './operators.ts';

export interface Pair {
  readonly source: Json;
  readonly actual: Json | undefined;
}

export interface Outcome {
  readonly read: boolean;
  readonly met: boolean;
  /** Of the slowest single call. */
  readonly ms: number;
  /** What should not be. */
  readonly wrong?: string;
}

const names = [
  'a',
  'b',
  'id',
  'name',
  'role',
  'value',
  'items',
  'place',
  '__proto__',
  'constructor',
  '$ref',
  '',
  'é/~',
];
const rarities: readonly Json[] = [
  null,
  -0,
  1e308,
  5e-324,
  '\u0000',
  '\ud800',
  '😀',
  '$gt',
  '9'.repeat(400),
  'P9'.repeat(9),
];

/** Patterns that keep other engines busy for ever, or this one as long as it lets itself be kept. */
const patterns = [
  '(a+)+$',
  '^(a|a)*$',
  '(a|aa)+$',
  '(.*)(.*)(.*)(.*)x',
  '(a?){300}a{300}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(\\pL|\\pN|\\pP){300}$',
  '(?i)(\\pL|\\pN){200}x',
  '((a{0,30}){0,9})+x',
  '(x+x+)+y',
  '[^x]{900}',
  '\\b(\\w+\\W*){50}!$',
  '(?:(?:a*)*)*b',
  '(',
  'a{1001}',
  '(?<=a)b',
];

export function randomPair(chance: Chance): Pair {
  const source = chance.happens(0.01) ? large(chance) : wish(chance, chance.whole(0, 6));
  return { source, actual: chance.happens(0.6) ? towards(source, chance) : value(chance, chance.whole(0, 6)) };
}

function of<One>(chance: Chance, from: readonly One[]): One {
  const one = chance.pick(from);
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}

const several = <One>(chance: Chance, most: number, make: (i: number) => One): One[] =>
  Array.from({ length: chance.whole(0, most + 1) }, (_, i) => make(i));

const record = (chance: Chance, make: () => Json): Json =>
  Object.fromEntries(several(chance, 3, () => [of(chance, names), make()]));

function scalar(chance: Chance): Json {
  if (chance.happens(0.03)) return of(chance, rarities);
  if (chance.happens(0.3)) return of(chance, sampleTexts);
  return of(chance, [true, false, 0, 1, 2, 'a', 'b', '']);
}

/** Any JSON; now and then what only a machine writes: deep, long, or with names of the language. */
function value(chance: Chance, depth: number): Json {
  if (chance.happens(0.002)) return longText(chance);
  if (chance.happens(0.001)) return deep(chance.whole(100, 3_000), chance.happens(0.5));
  if (chance.happens(0.001)) return Array.from({ length: chance.whole(100, 5_000) }, () => scalar(chance));
  if (depth <= 0 || chance.happens(0.3)) return chance.happens(0.1) ? null : scalar(chance);
  const inner = (): Json => value(chance, depth - 1);
  if (chance.happens(0.05)) return { amount: scalar(chance), units: of(chance, ['Mbps', 'W', 'x', 1]) };
  return chance.happens(0.5) ? record(chance, inner) : several(chance, 4, inner);
}

function longText(chance: Chance): string {
  return (
    of(chance, ['a', 'é', 'aA', 'a!', '😀', 'x', ' a']).repeat(chance.whole(1, 20_000)) + of(chance, ['', 'b', '!'])
  );
}

function deep(levels: number, inArrays: boolean): Json {
  let here: Json = 1;
  for (let i = 0; i < levels; i++) here = inArrays ? [here] : { a: here };
  return here;
}

/** Near the limits: many values, or many levels. */
function large(chance: Chance): Json {
  const one = wish(chance, 2);
  if (chance.happens(0.3)) return deep(chance.whole(28, 40), chance.happens(0.5));
  const many = Array.from({ length: chance.whole(100, 800) }, () => (chance.happens(0.5) ? one : wish(chance, 1)));
  return chance.happens(0.3) ? many : { [of(chance, ['$contains', '$anyOf', '$noneOf', '$allOf', '$set', 'a'])]: many };
}

/** Mostly of the language; now and then not quite. */
function wish(chance: Chance, depth: number): Json {
  if (chance.happens(0.02)) return value(chance, depth);
  if (depth <= 0 || chance.happens(0.25)) return leaf(chance);
  const inner = (): Json => wish(chance, depth - 1);
  switch (chance.whole(0, 10)) {
    case 0:
    case 1:
    case 2:
      return record(chance, inner);
    case 3:
      return several(chance, 3, inner);
    case 4:
      return { [of(chance, ['items', 'place'])]: items(chance, inner) };
    case 5:
      return { $keyed: { by: [of(chance, ['id', 'name'])], items: items(chance, inner), closed: chance.happens(0.4) } };
    case 6:
      return { [of(chance, ['$anyOf', '$oneOf', '$noneOf', '$allOf'])]: several(chance, 3, inner) };
    case 7:
      return { $contains: several(chance, 3, inner) };
    case 8:
      return { [of(chance, ['$eq', '$literal'])]: value(chance, depth - 1) };
    default:
      return chance.happens(0.5)
        ? { $map: record(chance, inner) }
        : { $set: several(chance, 3, () => value(chance, 1)) };
  }
}

function leaf(chance: Chance): Json {
  if (chance.happens(0.03))
    return { $match: { pattern: of(chance, patterns), flags: of(chance, ['', 'i', 's', 'is']) } };
  return chance.happens(0.5) ? of(chance, valueOperators) : chance.happens(0.1) ? null : scalar(chance);
}

const items = (chance: Chance, inner: () => Json): Json[] =>
  several(chance, 3, () => ({
    id: chance.whole(1, 4),
    ...(chance.happens(0.2) ? { name: scalar(chance) } : {}),
    role: of(chance, ['x', 'y']),
    value: inner(),
  }));

/** An actual that has much of what is expected, so that the comparison goes deep. */
function towards(source: Json, chance: Chance): Json {
  if (chance.happens(0.08)) return value(chance, 2);
  if (isArray(source)) return source.map(each => towards(each, chance));
  if (!isObject(source)) return source;
  const [[name, argument] = ['', null]] = Object.entries(source);
  if (name === '$match') return chance.happens(0.5) ? longText(chance) : scalar(chance);
  if (name === '$keyed' && isObject(argument)) return towards(argument.items ?? null, chance);
  if (/^\$(map|literal|eq|set|contains)$/.test(name)) return towards(argument, chance);
  if (/^\$(any|one|none|all)Of$/.test(name)) return towards(isArray(argument) ? (argument[0] ?? 1) : 1, chance);
  if (name.startsWith('$') && name !== '$ref') return chance.happens(0.3) ? value(chance, 1) : scalar(chance);
  return Object.fromEntries(
    Object.entries(source)
      .filter(() => !chance.happens(0.1))
      .map(([key, each]) => [key, towards(each, chance)]),
  );
}

const context = { now: 0, keyed };

/** Everything the engine answers about a pair, and whether the answers fit together. */
export function judgePair({ source, actual }: Pair): Outcome {
  let slowest = 0;
  const timed = <Answer>(call: () => Answer): Answer => {
    const began = performance.now();
    const answer = call();
    slowest = Math.max(slowest, performance.now() - began);
    return answer;
  };
  let expected: Expected;
  try {
    expected = timed(() => readExpected(source, { keyed }));
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'invalid' || error.pointer === undefined) throw error;
    return { read: false, met: false, ms: slowest };
  }
  const rest = timed(() => outstanding(expected, actual, context));
  const isUnmet = timed(() => isOutstanding(expected, actual, context));
  const judgement = timed(() => judge(expected, actual, { ...context, known: () => 'known' }));
  const leaves = timed(() => explain(expected, actual, context));
  const blind = timed(() => judge(expected, actual, { ...context, known: () => 'stale' }));
  const near = timed(() => nearest(source, actual, context));
  const found = (wrong: string): Outcome => ({ read: true, met: !isUnmet, ms: slowest, wrong });
  if (isUnmet !== (rest !== undefined)) return found('isOutstanding and outstanding disagree');
  if (!sameJson(judgement.residual, rest)) return found('judge and outstanding disagree');
  if ((judgement.verdict === 'met') !== !isUnmet) return found('the verdict and outstanding disagree');
  if (leaves.some(leaf => leaf.verdict === 'unmet') !== isUnmet) return found('explain and outstanding disagree');
  if (blind.verdict === 'unmet') return found('what is not known is unmet');
  if (typeof near !== 'string' && isOutstanding(expected, near.value, context))
    return found('the nearest value is unmet');
  if (rest === undefined) return { read: true, met: true, ms: slowest };
  const again = timed(() => outstanding(readExpected(rest, { keyed }), actual, context));
  if (!sameJson(again, rest)) return found('of what is left something else is left');
  return { read: true, met: false, ms: slowest };
}
