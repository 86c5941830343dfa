/** The written form of an expectation, wherever it is written: in a body, in a file of sets, in a firmware profile. */
import * as z from 'zod';
import { AgentError } from './errors.ts';
import { type Expectation, modes, onWithdraw, type Target } from './expectation.ts';
import type { ExpectationProfiles } from './expectation-profile.ts';
import { type Reading, readExpected } from './expected.ts';
import { type InstanceId, instanceId } from './ids.ts';
import type { Json } from './json.ts';
import type { Look } from './look.ts';
import { outOfBandPolicies } from './rule.ts';
import { type Units, unitsFor } from './units-of-kinds.ts';

const json = z.custom<Json>(value => value !== undefined, 'any JSON');
const name = z.string().min(1).max(512);

const peer = name.exactOptional();

export const targetForm = z.union(
  [
    z.strictObject({ id: name, peer }),
    z.strictObject({ kind: name, name, peer }),
    z.strictObject({ kind: name.exactOptional(), where: json, peer }),
  ],
  'one of {"id"}, {"kind","name"} or {"kind"?,"where"}, each with an optional "peer"',
);

export const expectationForm = {
  for: targetForm,
  expect: json,
  profile: z
    .string()
    .min(1)
    .max(64)
    .describe('What documents of its sort may have, such as tmf638@1: what it names beside that is refused')
    .exactOptional(),
  mode: z.enum(modes).exactOptional(),
  outOfBand: z.enum(outOfBandPolicies).exactOptional(),
  priority: z.number().int().min(1).max(100).exactOptional(),
  owner: name.exactOptional(),
  why: z.string().max(2000).exactOptional(),
  when: json.exactOptional(),
  validFor: z
    .strictObject({
      startDateTime: z.iso.datetime({ offset: true }).exactOptional(),
      endDateTime: z.iso.datetime({ offset: true }).exactOptional(),
    })
    .exactOptional(),
  freshnessMs: z.number().int().positive().exactOptional(),
  lasting: z
    .boolean()
    .describe('What is done for it has to survive a restart of the element; where that cannot be, nothing is done')
    .exactOptional(),
  onWithdraw: z.enum(onWithdraw).exactOptional(),
};

/** What is expected of whom, and how much it matters: an expectation without what its keeper adds. */
export type Said = Omit<
  Expectation,
  'id' | 'principal' | 'set' | 'name' | 'withdrawing' | 'version' | 'createdAt' | 'seq'
>;

export function toTarget(read: z.output<typeof targetForm>): Target {
  if ('id' in read) return { ...read, id: instanceId(read.id) };
  if ('name' in read) return read;
  const { where, kind, peer: at } = read;
  return { where, ...(kind === undefined ? {} : { kind }), ...(at === undefined ? {} : { peer: at }) };
}

/** What is known where expectations are read. */
export interface SaidReading extends Pick<Reading, 'keyed'> {
  /** The units of what our own kinds measure. */
  readonly unitOf?: Units;
  /** The kind of an instance that is named by its id. */
  readonly kindOf?: (id: InstanceId) => string | undefined;
  /** Absent where none can be named. */
  readonly profiles?: ExpectationProfiles;
}

/**
 * Throws `invalid`, with the pointer, where something is written that is no expectation JSON, that the units which our
 * own kinds declare cannot measure, or that the profile it names does not have.
 */
export function checkExpected(
  said: Pick<Said, 'for' | 'expect' | 'when' | 'profile'>,
  { keyed, unitOf: units, kindOf, profiles = noProfiles }: SaidReading,
): void {
  const { expect, when, profile, for: meant } = said;
  const unitOf = units && unitsFor(units, meant, kindOf);
  const reading: Reading = { keyed, ...(unitOf ? { unitOf } : {}) };
  if (profile !== undefined) within('/profile', () => profiles.checkName(profile));
  const parts = { '/expect': expect, '/when': when, '/for/where': 'where' in meant ? meant.where : undefined };
  for (const [pointer, source] of Object.entries(parts)) {
    if (source === undefined) continue;
    within(pointer, () => {
      readExpected(source, reading);
      if (profile !== undefined) profiles.check(source, profile);
    });
  }
}

const noProfiles: ExpectationProfiles = {
  names: [],
  checkName: name => {
    throw new AgentError('invalid', `there is no profile ${name} here`, { pointer: '' });
  },
  check: () => undefined,
};

/** What is thrown points below `pointer`. */
export function within<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw pointingBelow(pointer, error);
  }
}

/** The same of a look that is taken bit by bit. */
export function* lookWithin<T>(pointer: string, look: Look<T>): Look<T> {
  try {
    return yield* look;
  } catch (error) {
    throw pointingBelow(pointer, error);
  }
}

function pointingBelow(pointer: string, error: unknown): unknown {
  if (!(error instanceof AgentError)) return error;
  return new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
}
