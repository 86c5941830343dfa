/** The routes of `sets`. */
import * as z from 'zod';
import type { JsonObject } from '../../core/json.ts';
import { setForm, setsForm } from '../../core/set-form.ts';
import { answer, failing } from '../describe/answers.ts';
import {
  anyJson,
  bodyOf,
  type Describe,
  inPath,
  inQuery,
  listOf,
  paged,
  path,
  removed,
  text,
  whole,
} from './describing.ts';
import { said, target } from './expectations-described.ts';
import { conflict } from './standing-described.ts';

const named = { name: text, id: text };
const item = z.strictObject({ ...named, ...said });

const difference = {
  set: text,
  added: z.array(item),
  changed: z.array(
    z.strictObject({
      ...named,
      for: target,
      paths: z.array(z.strictObject({ path, old: anyJson.optional(), new: anyJson.optional() })),
    }),
  ),
  removed: z.array(item),
  left: z.array(z.strictObject(named)),
  same: z.array(z.strictObject(named)),
};

const outcome = {
  dryRun: z.boolean(),
  hash: text,
  conflicts: z.array(conflict.extend({ set: text, ...named })),
  conflictsAreAll: z.boolean(),
};

const brief = z.strictObject({ name: text, href: text, principal: text, size: whole, unmet: whole, unknown: whole });

const example: JsonObject = {
  expectations: [{ name: 'wan-up', for: { kind: 'interface', name: 'wan' }, expect: { operationalState: 'enabled' } }],
  prune: true,
};

export const setsDescribed: Describe = schemas => {
  const shown = schemas.shown('SetBrief', brief);
  const wholeSet = schemas.shown('Set', brief.extend({ expectations: z.array(item) }));
  const one = schemas.shown('SetDifference', z.strictObject({ ...outcome, ...difference }));
  const several = schemas.shown(
    'SetDifferences',
    z.strictObject({ ...outcome, sets: z.array(z.strictObject(difference)) }),
  );
  const name = inPath('name', 'The name of the set');
  const asked = [
    inQuery('dryRun', 'Only compares; nothing is written', { type: 'boolean' }),
    inQuery('hash', 'Of a comparison before: refused when it would come to something else by now'),
  ];
  return {
    '/sets': {
      get: {
        operationId: 'listSets',
        summary: 'The sets of expectations that stand',
        parameters: [...paged],
        responses: { 200: listOf('The sets', shown), ...failing() },
      },
      post: {
        operationId: 'applySets',
        summary: 'Lays several sets of expectations together, all or nothing; the same ones again change nothing',
        parameters: asked,
        requestBody: bodyOf(schemas.taken('Sets_New', setsForm), { sets: [{ name: 'site', ...example }] }),
        responses: { 200: answer('What it came to, set by set', several), ...failing('conflict', 'moved') },
      },
    },
    '/sets/{name}': {
      get: {
        operationId: 'getSet',
        summary: 'A set: what it expects, and how much of it is unmet or unknown',
        parameters: [name],
        responses: { 200: answer('The set', wholeSet), ...failing() },
      },
      put: {
        operationId: 'applySet',
        summary:
          'Lays a set of expectations: what is new, and what is different; with prune what is no longer said goes',
        parameters: [name, ...asked],
        requestBody: bodyOf(schemas.taken('Set_New', setForm), example),
        responses: { 200: answer('What it came to', one), ...failing('conflict', 'moved') },
      },
      delete: {
        operationId: 'removeSet',
        summary: 'Withdraws all that a set expects; what says so goes when what it had changed has gone back',
        parameters: [name, inQuery('force', 'Lets all go at once, whatever has not gone back', { type: 'boolean' })],
        responses: removed,
      },
    },
  };
};
