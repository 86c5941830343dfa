/** Expectations and residuals as they travel: a payload that says what it is, of which version, and for whom. */
import { type ContentId, isContentId } from './canonical.ts';
import { AgentError } from './errors.ts';
import { parseInstant } from './expected/time.ts';
import { type Expected, type Reading, readExpected } from './expected.ts';
import type { Instant } from './ids.ts';
import { isObject, type Json, type JsonObject, property } from './json.ts';
import { segment } from './path.ts';

interface Addressed {
  /** Whom it speaks of, in the sender's words: `{"@type":"Service","id":"..."}`. */
  readonly for: JsonObject;
  /** The profile that it is read with; it says which arrays are keyed. */
  readonly profile?: string;
}

export interface ExpectationSent extends Addressed {
  readonly kind: 'expectation';
  readonly expect: Json;
}

export interface ResidualSent extends Addressed {
  readonly kind: 'residual';
  /** When it was judged. */
  readonly at: Instant;
  /** The content of the expectation that it is left of. */
  readonly expectation: ContentId;
  /** Undefined when nothing is outstanding. */
  readonly residual: Json | undefined;
}

export type Envelope = ExpectationSent | ResidualSent;

/** An envelope as it was read, and what is in it ready to be judged. */
export type Opened = Envelope & { readonly expected: Expected };

const VERSION = 1;
const OUTER = '$outstanding';

/** Nothing outstanding is written as null, never as an empty message, which a broker takes for a deletion. */
export function toEnvelope(envelope: Envelope): JsonObject {
  const { kind, for: meant, profile } = envelope;
  const head = { v: VERSION, kind, for: meant, ...(profile === undefined ? {} : { profile }) };
  if (envelope.kind === 'expectation') return { [OUTER]: { ...head, expect: envelope.expect } };
  const { at, expectation, residual } = envelope;
  return { [OUTER]: { ...head, at: new Date(at).toISOString(), expectation, residual: residual ?? null } };
}

/**
 * Throws `invalid` with the pointer of what is wrong. `readingOf` says how a profile reads; undefined for one that is
 * not known here, and asked without a name for what was sent without one.
 */
export function fromEnvelope(source: unknown, readingOf: (profile: string | undefined) => Reading | undefined): Opened {
  const body = isObject(source) ? property(source, OUTER) : undefined;
  if (!isObject(source) || !isObject(body)) throw wrong(`an envelope is {"${OUTER}": {...}}`, '');
  const beside = Object.keys(source).find(key => key !== OUTER);
  if (beside !== undefined) throw wrong(`nothing stands beside ${OUTER}`, `/${segment(beside)}`);
  const at = (name: string): string => `/${OUTER}/${segment(name)}`;
  if (property(body, 'v') !== VERSION) {
    const given = JSON.stringify(property(body, 'v') ?? null);
    throw wrong(`the envelope is of version ${given}, and this agent reads version ${VERSION}`, at('v'));
  }
  const kind = property(body, 'kind');
  if (kind !== 'expectation' && kind !== 'residual') {
    throw wrong('the kind of an envelope is expectation or residual', at('kind'));
  }
  const unknown = Object.keys(body).find(key => !members[kind].includes(key));
  if (unknown !== undefined) throw wrong(`${unknown} is no part of an envelope of kind ${kind}`, at(unknown));
  const meant = property(body, 'for');
  if (!isObject(meant) || Object.keys(meant).length === 0) {
    throw wrong('for says whom it speaks of, such as {"@type":"Service","id":"..."}', at('for'));
  }
  const profile = property(body, 'profile');
  if (profile !== undefined && typeof profile !== 'string')
    throw wrong('profile is a name such as tmf638@1', at('profile'));
  const reading = readingOf(profile);
  if (!reading) throw wrong(`the profile ${profile ?? ''} is not known here`, at('profile'));
  const addressed = { for: meant, ...(profile === undefined ? {} : { profile }) };
  if (kind === 'expectation') {
    const expect = needed(body, 'expect', at);
    return { kind, ...addressed, expect, expected: inside(expect, reading, at('expect')) };
  }
  const [when, expectation] = [needed(body, 'at', at), needed(body, 'expectation', at)];
  const judged = typeof when === 'string' ? parseInstant(when) : undefined;
  if (judged === undefined) throw wrong('at needs text such as "2026-01-15T12:34:56Z"', at('at'));
  if (!isContentId(expectation)) throw wrong('expectation is sha256: and 64 hexadecimal digits', at('expectation'));
  const left = needed(body, 'residual', at);
  const expected = inside(left, reading, at('residual'));
  return { kind, ...addressed, at: judged, expectation, residual: left ?? undefined, expected };
}

const members: Record<Envelope['kind'], readonly string[]> = {
  expectation: ['v', 'kind', 'for', 'profile', 'expect'],
  residual: ['v', 'kind', 'for', 'profile', 'at', 'expectation', 'residual'],
};

function needed(body: JsonObject, name: string, at: (name: string) => string): Json {
  const value = property(body, name);
  if (value === undefined) throw wrong(`the envelope lacks ${name}`, at(name));
  return value;
}

function inside(source: Json, reading: Reading, pointer: string): Expected {
  try {
    return readExpected(source, reading);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}

function wrong(sentence: string, pointer: string): AgentError {
  return new AgentError('invalid', sentence, { pointer });
}
