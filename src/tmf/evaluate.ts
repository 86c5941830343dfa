/**
 * A question to the difference engine by itself, and its answer: what of an expectation an actual does not meet. The
 * API and the command line ask here alike; nothing is stored.
 */
import * as z from 'zod';
import { AgentError } from '../core/errors.ts';
import { shallow } from '../core/expected/words.ts';
import { readExpected } from '../core/expected.ts';
import { explainSentence } from '../core/explain-sentence.ts';
import type { Instant } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { type Context, explain, judge, type Leaf, type Verdict } from '../core/outstanding.ts';
import { type KeyedArrays, noKeyedArrays, type Path } from '../core/path.ts';
import { parse } from '../core/read-body.ts';
import { unitsOf } from '../core/units-of-kinds.ts';
import { checkByProfile, checkProfileName, questionProfileNames } from './comparators/profiles.ts';

const instant = z.iso.datetime({ offset: true });

export const question = z.strictObject({
  expected: z.custom<Json>(value => value !== undefined, 'an expectation'),
  actual: z.custom<Json>().exactOptional(),
  /** Whose units a bare number is in; where none is named, those on which all kinds agree. */
  kind: z.string().min(1).max(512).exactOptional(),
  /** What it may name, and which arrays are keyed: `tmf@1` lets every name stand, `plain` keys none. */
  profile: z.string().max(64).exactOptional(),
  now: instant.exactOptional(),
  /** When the actual was observed, and how old it may be. */
  observedAt: instant.exactOptional(),
  freshnessMs: z.number().int().positive().exactOptional(),
  /** Where nobody has looked. */
  unknown: z
    .array(z.string().regex(/^(\/.*)?$/s, 'a path begins with /'))
    .max(1_000)
    .exactOptional(),
});
export type Question = z.output<typeof question>;

/** Keeps one request from holding the agent up. */
const QUESTIONS_AT_MOST = 1_000;
/** Deeper than any document of TMF. */
const ACTUAL_DEPTH = 64;

const questions = z.array(z.unknown()).max(QUESTIONS_AT_MOST);

export interface Answer {
  readonly verdict: Verdict;
  /** Null when nothing is. */
  readonly outstanding: Json;
  /** The unmet and the unknown leaves, each with a sentence. */
  readonly explain: readonly (Leaf & { readonly sentence: string })[];
}

/** What an answer depends on beside its question. */
export interface Answering {
  readonly now: Instant;
  /** The arrays that `tmf@1` keys. */
  readonly keyed: KeyedArrays;
  /** Absent where no kinds are known. */
  readonly kinds?: Kinds;
}

/** One answer, or one for each of a list of questions. Throws `invalid` with the pointer of what cannot be read. */
export function evaluateBody(body: unknown, answering: Answering): Answer | readonly Answer[] {
  if (!Array.isArray(body)) return evaluate(parse(question, body), answering);
  return parse(questions, body).map((one, i) => {
    try {
      return evaluate(parse(question, one), answering);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      throw new AgentError(error.code, `question ${i}: ${error.message}`, { pointer: `/${i}${error.pointer ?? ''}` });
    }
  });
}

function evaluate(asked: Question, { now: clock, keyed: tmf, kinds }: Answering): Answer {
  const { expected, actual, kind, profile, now: asOf } = asked;
  if (profile !== undefined) within('/profile', () => checkProfileName(profile, questionProfileNames));
  const keyed = profile === 'plain' ? noKeyedArrays : tmf;
  const now = asOf === undefined ? clock : Date.parse(asOf);
  const known = knownOf(asked, now);
  const reading = { keyed, ...unitsAsked(kind, kinds) };
  const context = { now, ...reading, ...(known ? { known } : {}) };
  const read = within('/expected', () => readExpected(expected, reading));
  if (profile !== undefined) within('/expected', () => checkByProfile(expected, profile));
  const { verdict, residual } = judge(read, actual, context);
  const around = { now, ...(asked.observedAt === undefined ? {} : { observed: { at: Date.parse(asked.observedAt) } }) };
  const leaves = explain(read, actual, context).filter(leaf => leaf.verdict !== 'met');
  return {
    verdict,
    outstanding: residual ?? null,
    explain: leaves.map(leaf => ({ ...told(leaf), sentence: explainSentence(leaf, around) })),
  };
}

/** Whoever asks has the actual; an answer nested without end could not be written. */
function told({ actual, ...leaf }: Leaf): Leaf {
  return { ...leaf, ...(actual === undefined ? {} : { actual: shallow(actual, ACTUAL_DEPTH) }) };
}

function unitsAsked(kind: string | undefined, kinds: Kinds | undefined): Pick<Context, 'unitOf'> {
  if (kind !== undefined && !kinds?.has(kind)) {
    const known = kinds === undefined ? 'an agent knows them, ask one' : `known are ${[...kinds.keys()].join(', ')}`;
    throw new AgentError('invalid', `there is no kind ${kind} here; ${known}`, { pointer: '/kind' });
  }
  if (kinds === undefined) return {};
  const units = unitsOf(kinds);
  return { unitOf: path => units(path, kind) };
}

/** Undefined when everything is known. */
function knownOf({ observedAt, freshnessMs, unknown = [] }: Question, now: Instant): Context['known'] {
  if (freshnessMs !== undefined && observedAt === undefined) {
    throw new AgentError('invalid', 'freshnessMs needs observedAt: when the actual was observed', {
      pointer: '/freshnessMs',
    });
  }
  const isStale = observedAt !== undefined && freshnessMs !== undefined && now - Date.parse(observedAt) > freshnessMs;
  if (!isStale && unknown.length === 0) return undefined;
  return path => (unknown.some(each => overlap(each, path)) ? 'never' : isStale ? 'stale' : 'known');
}

/** A leaf that is a whole object or array is not known as soon as a part of it is not. */
function overlap(a: Path, b: Path): boolean {
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);
}

function within<Value>(pointer: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}
