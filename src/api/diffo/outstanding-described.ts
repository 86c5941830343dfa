/** The routes of `outstanding`: what is unmet or unknown, and why. */
import * as z from 'zod';
import { stalledReasons } from '../../core/settle/leaf-record.ts';
import { waitsOn } from '../../core/waits-on.ts';
import { answer, failing } from '../describe/answers.ts';
import {
  anyJson,
  cause,
  type Describe,
  inQuery,
  listOf,
  mode,
  paged,
  path,
  text,
  time,
  verdict,
  whole,
} from './describing.ts';
import { reason } from './evaluate-described.ts';
import { target } from './expectations-described.ts';

const taskState = z.enum(['acknowledged', 'inProgress', 'done', 'terminatedWithError', 'undone']);

/** An instance by its names. */
const named = z.strictObject({ id: text, type: z.enum(['service', 'resource']), kind: text, name: anyJson.optional() });

const stalledHow = {
  since: time,
  reason: z.enum(stalledReasons),
  because: text,
  unblocks: text,
};

/** As the peer that judges it says. */
const stalledThere = z.array(z.strictObject({ path, ...stalledHow, delegatedTo: text.exactOptional() }));

const leaf = z.strictObject({
  path,
  verdict,
  expected: anyJson,
  actual: anyJson,
  reason: reason.exactOptional(),
  since: time,
  sinceOf: z.enum(['value', 'verdict']),
  sinceBy: text.exactOptional(),
  source: z.enum(['record', 'look', 'sample']).exactOptional(),
  observedBy: text.exactOptional(),
  observedAt: time.exactOptional(),
  ageMs: z.number().min(0).exactOptional(),
  because: text,
  on: z.enum(waitsOn).exactOptional(),
  next: text,
  when: z.strictObject({ at: time.exactOptional(), words: text, say: text.exactOptional() }),
  outOfBand: z
    .strictObject({ from: anyJson.optional(), at: time, by: text, gone: z.literal(true).exactOptional() })
    .exactOptional(),
  lastAction: z
    .strictObject({ task: text, plan: text, what: text, state: taskState, at: time.exactOptional(), came: text })
    .exactOptional(),
  attempts: whole.exactOptional(),
  flaps: whole.exactOptional(),
  coolOffs: whole.exactOptional(),
  until: time.exactOptional(),
  tried: z.array(z.strictObject({ at: time, what: text, came: text })).exactOptional(),
  reversals: z
    .array(z.strictObject({ at: time, from: anyJson.optional(), to: anyJson.optional(), by: text.exactOptional() }))
    .exactOptional(),
  stalled: z
    .strictObject({ since: time, reason: z.enum(stalledReasons), because: text, unblocks: text })
    .exactOptional(),
  delegated: z
    .strictObject({
      peer: text,
      expectation: text.exactOptional(),
      since: time,
      until: time,
      came: text.exactOptional(),
    })
    .exactOptional(),
  budget: z.strictObject({ left: whole, limit: whole, withinMs: z.number() }).exactOptional(),
  sentence: text,
});

/** Whose expectation it is. */
const wantedBy = z.strictObject({
  expectation: text,
  principal: text,
  owner: text.exactOptional(),
  why: text.exactOptional(),
  priority: whole,
  mode,
  since: time,
});

export const outstandingDescribed: Describe = schemas => {
  const ours = z.strictObject({
    expectation: text,
    instance: named.exactOptional(),
    for: target.exactOptional(),
    mode: mode.exactOptional(),
    wantedBy: wantedBy.exactOptional(),
    verdict: z.enum(['unmet', 'unknown']),
    outstanding: anyJson,
    since: time,
    ageMs: z.number().min(0).exactOptional(),
    leaves: z.array(leaf),
  });
  const told = z.strictObject({
    verdict,
    residual: anyJson.optional(),
    unknown: z.array(path),
    since: time,
    of: text,
    stalled: stalledThere.exactOptional(),
  });
  const peers = ours.extend({
    peer: text,
    instance: z.strictObject({ id: text, name: text.exactOptional() }).exactOptional(),
    told: told.exactOptional(),
    stalled: stalledThere.exactOptional(),
    leaves: z.tuple([]),
    next: text,
  });
  const explained = leaf.extend({
    instance: named.exactOptional(),
    wantedBy,
    changes: z.array(
      z.strictObject({
        seq: whole,
        at: time,
        type: z.enum(['create', 'stateChange', 'attributeValueChange', 'delete']),
        old: anyJson.optional(),
        new: anyJson.optional(),
        cause,
      }),
    ),
  });
  const entry = schemas.shown('Outstanding', z.union([ours, peers]));
  const explanation = schemas.shown(
    'Explanation',
    z.strictObject({ instance: named.exactOptional(), leaves: z.array(explained) }),
  );
  return {
    '/outstanding': {
      get: {
        operationId: 'listOutstanding',
        summary: 'What is unmet or unknown: for each expectation and instance since when, and what is next',
        parameters: [inQuery('instance', 'Of one instance alone'), ...paged],
        responses: { 200: listOf('What is outstanding; empty when nothing is', entry), ...failing() },
      },
    },
    '/explain': {
      get: {
        operationId: 'explain',
        summary: 'Of every leaf: wanted by whom, had since when and from where, why, what is next and when',
        parameters: [
          inQuery('instance', 'Which instance; it or the expectation has to be said'),
          inQuery('expectation', 'Of this expectation alone'),
          inQuery('path', 'At or around this place alone'),
        ],
        responses: { 200: answer('The leaves', explanation), ...failing() },
      },
    },
  };
};
