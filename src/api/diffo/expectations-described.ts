/** The routes of `expectations`. */
import * as z from 'zod';
import { onWithdraw } from '../../core/expectation.ts';
import type { JsonObject } from '../../core/json.ts';
import { expectationProfileNames } from '../../tmf/comparators/profiles.ts';
import { answer, failing, headers } from '../describe/answers.ts';
import {
  anyJson,
  bodyOf,
  type Describe,
  inPath,
  inQuery,
  linksById,
  listOf,
  mode,
  outOfBand,
  paged,
  removed,
  text,
  time,
  whole,
} from './describing.ts';
import { patch as patchBody, whole as wholeBody } from './expectation-body.ts';
import { refinement } from './refinements-described.ts';
import { conflict, found } from './standing-described.ts';

const peer = text.exactOptional();
/** What documents of the named sort do not have is refused; what is named is kept and shown. */
export const profile = z.enum(expectationProfileNames);

/** Whose instance is meant. */
export const target = z.union([
  z.strictObject({ id: text, peer }),
  z.strictObject({ kind: text, name: text, peer }),
  z.strictObject({ kind: text.exactOptional(), where: anyJson, peer }),
]);

/** What an expectation says, whoever laid it. */
export const said = {
  for: target,
  expect: anyJson,
  profile: profile.exactOptional(),
  mode: mode.exactOptional(),
  outOfBand: outOfBand.exactOptional(),
  priority: z.int().min(1).max(100),
  owner: text.exactOptional(),
  why: text.exactOptional(),
  when: anyJson.optional(),
  validFor: z.strictObject({ startDateTime: text.exactOptional(), endDateTime: text.exactOptional() }).exactOptional(),
  freshnessMs: z.int().exactOptional(),
  lasting: z.boolean().exactOptional(),
  onWithdraw: z.enum(onWithdraw).exactOptional(),
};

const withdrawing = z.strictObject({
  by: text,
  since: time,
  until: time,
  because: text.exactOptional(),
  attempts: whole.exactOptional(),
  againAt: time.exactOptional(),
  heldUntil: time.exactOptional(),
});

const example: JsonObject = {
  for: { kind: 'interface', name: 'wan' },
  expect: { operationalState: 'enabled' },
  why: 'the customer is to be reached',
};

export const expectationsDescribed: Describe = schemas => {
  const expectation = z.strictObject({
    href: text,
    id: text,
    ...said,
    refinements: z.array(refinement).exactOptional(),
    refined: anyJson.optional(),
    /** Found where a peer judges it, or of what a peer has laid. */
    conflicts: z.array(conflict).exactOptional(),
    principal: text,
    set: text.exactOptional(),
    name: text.exactOptional(),
    withdrawing: withdrawing.exactOptional(),
    version: text.exactOptional(),
    createdAt: time,
    seq: whole,
  });
  const shown = schemas.shown('Expectation', expectation);
  const answered = schemas.shown('Expectation_Laid', expectation.extend(found));
  const laid = schemas.taken('Expectation_New', wholeBody.extend({ profile: profile.exactOptional() }));
  const changed = schemas.taken('Expectation_Change', patchBody.extend({ profile: profile.nullish() }));
  const id = inPath('id', 'The id of the expectation');
  const merge = { schema: changed, example: { why: 'for the night', priority: 60 } };
  return {
    '/expectations': {
      get: {
        operationId: 'listExpectations',
        summary: 'What is expected, by whom',
        parameters: [...paged],
        responses: { 200: listOf('The expectations', shown), ...failing() },
      },
      post: {
        operationId: 'layExpectation',
        summary: 'Lays an expectation on an instance, on a name that is yet to come, or on all that meet a condition',
        requestBody: bodyOf(laid, example),
        responses: {
          201: answer('Laid, and with whom it collides', answered, {
            headers: headers('Location'),
            ...linksById(['getExpectation', 'changeExpectation', 'withdrawExpectation']),
          }),
          ...failing('conflict', 'unsupported'),
        },
      },
    },
    '/expectations/{id}': {
      get: {
        operationId: 'getExpectation',
        summary: 'An expectation',
        parameters: [id],
        responses: { 200: answer('The expectation', shown), ...failing() },
      },
      patch: {
        operationId: 'changeExpectation',
        summary: 'Changes an expectation by a merge patch',
        parameters: [id],
        requestBody: { required: true, content: { 'application/json': merge, 'application/merge-patch+json': merge } },
        responses: {
          200: answer('As it is now, and with whom it collides', answered),
          ...failing('conflict', 'unsupported'),
        },
      },
      delete: {
        operationId: 'withdrawExpectation',
        summary: 'Withdraws an expectation; what it alone had changed goes back first where it says so',
        parameters: [id, inQuery('force', 'Lets it go at once, whatever has not gone back', { type: 'boolean' })],
        responses: { 202: answer('It goes when what it had changed has gone back', shown), ...removed },
      },
    },
  };
};
