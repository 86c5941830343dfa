/** Reads what a caller sends as an expectation, and says in one sentence what is wrong with it. */
import * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import { defaultPriority, type Expectation, modes, type Target } from '../../core/expectation.ts';
import { readExpected } from '../../core/expected.ts';
import { instanceId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { KeyedArrays } from '../../core/path.ts';
import { parse } from '../../core/read-body.ts';
import type { Reader, Unwritten } from '../../ports/store.ts';

const json = z.custom<Json>(value => value !== undefined, 'any JSON');
const name = z.string().min(1).max(512);

const peer = name.exactOptional();

const target = z.union(
  [
    z.strictObject({ id: name, peer }),
    z.strictObject({ kind: name, name, peer }),
    z.strictObject({ kind: name.exactOptional(), where: json, peer }),
  ],
  'one of {"id"}, {"kind","name"} or {"kind"?,"where"}, each with an optional "peer"',
);

const fields = {
  for: target,
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

/** To lay one. */
export const whole = z.strictObject({ id: name.exactOptional(), ...fields });
/** To change one: null takes away. */
export const patch = z.strictObject({
  for: target.exactOptional(),
  expect: json.exactOptional(),
  mode: z.enum(modes).nullish(),
  priority: fields.priority.nullish(),
  owner: name.nullish(),
  why: z.string().max(2000).nullish(),
  when: json.nullish(),
  validFor: fields.validFor.nullish(),
  freshnessMs: z.number().int().positive().nullish(),
});

export type ExpectationBody = Omit<Unwritten<Expectation>, 'id' | 'principal' | 'createdAt'> & { readonly id?: string };

/** What a body is checked against. */
export interface Reading {
  readonly keyed: KeyedArrays;
  readonly store: Reader;
  /** The names of the peers there are. */
  readonly peers: readonly string[];
}

/** Throws `invalid` with the pointer of what is wrong; `notFound` for an instance id that does not exist. */
export function readExpectationBody(body: unknown, reading: Reading): ExpectationBody {
  const { for: meant, priority, ...rest } = parse(whole, body);
  return checked({ ...rest, for: toTarget(meant), priority: priority ?? defaultPriority }, reading);
}

/** An expectation with a merge patch (RFC 7386) laid over it: null takes away. */
export function patchExpectation(before: Expectation, body: unknown, reading: Reading): Unwritten<Expectation> {
  const read = parse(patch, body);
  const { id, principal, createdAt } = before;
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(read)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = value;
  }
  const { id: _, seq: __, principal: ___, createdAt: ____, ...rest } = merged;
  const patched = readExpectationBody(rest, reading);
  if (patched.for.peer !== before.for.peer) {
    throw new AgentError(
      'invalid',
      'an expectation stays where it was laid; withdraw it, and lay one at the other peer',
      {
        pointer: '/for/peer',
      },
    );
  }
  return { ...patched, id, principal, createdAt };
}

function checked(read: ExpectationBody, { keyed, store, peers }: Reading): ExpectationBody {
  const reading = { keyed };
  within('/expect', () => readExpected(read.expect, reading));
  if (read.when !== undefined) within('/when', () => readExpected(read.when, reading));
  const meant = read.for;
  if ('where' in meant) within('/for/where', () => readExpected(meant.where, reading));
  if (meant.peer !== undefined) {
    if (peers.includes(meant.peer)) return read;
    const known = peers.length === 0 ? 'none are configured (see the setting peers)' : `known are ${peers.join(', ')}`;
    throw new AgentError('invalid', `there is no peer ${meant.peer}; ${known}`, { pointer: '/for/peer' });
  }
  if ('id' in meant && !store.instance(meant.id)) {
    throw new AgentError(
      'notFound',
      `there is no instance ${meant.id}; expect it by {"kind","name"} if it is yet to come`,
      {
        pointer: '/for/id',
      },
    );
  }
  return read;
}

function within(pointer: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}

function toTarget(read: z.output<typeof target>): Target {
  if ('id' in read) return { ...read, id: instanceId(read.id) };
  if ('name' in read) return read;
  const { where, kind, peer } = read;
  return { where, ...(kind === undefined ? {} : { kind }), ...(peer === undefined ? {} : { peer }) };
}
