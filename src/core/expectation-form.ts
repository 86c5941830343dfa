/** The written form of an expectation, wherever it is written: in a body, in a file of sets, in a firmware profile. */
import * as z from 'zod';
import { AgentError } from './errors.ts';
import { type Expectation, modes, type Target } from './expectation.ts';
import { type Reading, readExpected } from './expected.ts';
import { instanceId } from './ids.ts';
import type { Json } from './json.ts';
import type { KeyedArrays } from './path.ts';

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
  mode: z.enum(modes).exactOptional(),
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
};

/** What is expected of whom, and how much it matters: an expectation without what its keeper adds. */
export type Said = Omit<Expectation, 'id' | 'principal' | 'set' | 'name' | 'version' | 'createdAt' | 'seq'>;

export function toTarget(read: z.output<typeof targetForm>): Target {
  if ('id' in read) return { ...read, id: instanceId(read.id) };
  if ('name' in read) return read;
  const { where, kind, peer: at } = read;
  return { where, ...(kind === undefined ? {} : { kind }), ...(at === undefined ? {} : { peer: at }) };
}

/**
 * Throws `invalid`, with the pointer, where something is written that is no expectation JSON, or that the units which
 * our own kinds declare cannot measure.
 */
export function checkExpected(
  said: Pick<Said, 'for' | 'expect' | 'when'>,
  keyed: KeyedArrays,
  unitOf?: Reading['unitOf'],
): void {
  const reading: Reading = { keyed, ...(unitOf && said.for.peer === undefined ? { unitOf } : {}) };
  within('/expect', () => readExpected(said.expect, reading));
  if (said.when !== undefined) within('/when', () => readExpected(said.when, reading));
  const meant = said.for;
  if ('where' in meant) within('/for/where', () => readExpected(meant.where, reading));
}

/** What is thrown points below `pointer`. */
export function within<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}
