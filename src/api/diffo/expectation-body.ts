/** Reads what a caller sends as an expectation, and says in one sentence what is wrong with it. */
import * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import { defaultPriority, type Expectation, type Target } from '../../core/expectation.ts';
import { checkExpected, expectationForm, type Said, toTarget, within } from '../../core/expectation-form.ts';
import { refinedSince } from '../../core/expectation-set.ts';
import type { InstanceId } from '../../core/ids.ts';
import type { KeyedArrays } from '../../core/path.ts';
import { parse } from '../../core/read-body.ts';
import { withoutSamples } from '../../core/samples.ts';
import type { Units } from '../../core/units-of-kinds.ts';
import type { Reader, Unwritten } from '../../ports/store.ts';
import { tmfProfiles } from '../../tmf/comparators/profiles.ts';

const {
  for: target,
  expect,
  profile,
  mode,
  outOfBand,
  priority,
  owner,
  why,
  when,
  validFor,
  freshnessMs,
  lasting,
  onWithdraw,
} = expectationForm;

/** To lay one. */
export const whole = z.strictObject({ id: z.string().min(1).max(512).exactOptional(), ...expectationForm });
/** To change one: null takes away. */
export const patch = z.strictObject({
  for: target.exactOptional(),
  expect: expect.exactOptional(),
  profile: profile.nullish(),
  mode: mode.nullish(),
  outOfBand: outOfBand.nullish(),
  priority: priority.nullish(),
  owner: owner.nullish(),
  why: why.nullish(),
  when: when.nullish(),
  validFor: validFor.nullish(),
  freshnessMs: freshnessMs.nullish(),
  lasting: lasting.nullish(),
  onWithdraw: onWithdraw.nullish(),
});

export type ExpectationBody = Said & { readonly id?: string };

/** What a body is checked against. */
export interface Reading {
  readonly keyed: KeyedArrays;
  /** The units of what our own kinds measure. */
  readonly unitOf?: Units;
  readonly store: Reader;
  /** The names of the peers there are. */
  readonly peers: readonly string[];
}

/** Throws `invalid` with the pointer of what is wrong; `notFound` for an instance id that does not exist. */
export function readExpectationBody(body: unknown, reading: Reading): ExpectationBody {
  const { for: meant, expect: said, priority, ...rest } = parse(whole, body);
  const expect = withoutSamples(said);
  return checked({ ...rest, for: toTarget(meant), expect, priority: priority ?? defaultPriority }, reading);
}

/** An expectation with a merge patch (RFC 7386) laid over it: null takes away. */
export function patchExpectation(before: Expectation, body: unknown, reading: Reading): Unwritten<Expectation> {
  const read = parse(patch, body);
  if (before.withdrawing) {
    const reason = `${before.id} is withdrawn, and what it had changed goes back; lay it anew when it is gone`;
    throw new AgentError('conflict', reason);
  }
  const { id, principal, createdAt } = before;
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(read)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = value;
  }
  // Who keeps it, and under which name, is not for a patch to say.
  const {
    id: _,
    seq: __,
    principal: ___,
    createdAt: ____,
    set: _____,
    name: ______,
    refinements: _______,
    ...rest
  } = merged;
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
  const { set, name } = before;
  return {
    ...patched,
    ...refinedSince(before, patched),
    id,
    principal,
    ...(set === undefined ? {} : { set }),
    ...(name === undefined ? {} : { name }),
    createdAt,
  };
}

function checked(read: ExpectationBody, { keyed, unitOf, ...around }: Reading): ExpectationBody {
  const kindOf = (id: InstanceId) => around.store.instanceKind(id)?.kind;
  checkExpected(read, { keyed, ...(unitOf ? { unitOf } : {}), kindOf, profiles: tmfProfiles });
  within('/for', () => checkTarget(read.for, around));
  return read;
}

/** Throws `invalid` for a peer, and `notFound` for an instance here, that there is not. */
export function checkTarget(meant: Target, { store, peers }: Pick<Reading, 'store' | 'peers'>): void {
  if (meant.peer !== undefined) {
    if (peers.includes(meant.peer)) return;
    const known = peers.length === 0 ? 'none are configured (see the setting peers)' : `known are ${peers.join(', ')}`;
    throw new AgentError('invalid', `there is no peer ${meant.peer}; ${known}`, { pointer: '/peer' });
  }
  if ('id' in meant && !store.instance(meant.id)) {
    throw new AgentError(
      'notFound',
      `there is no instance ${meant.id}; expect it by {"kind","name"} if it is yet to come`,
      { pointer: '/id' },
    );
  }
}
