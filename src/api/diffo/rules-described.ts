/** The routes of `rules`, `modes` and `decisions`. */
import * as z from 'zod';
import { ruleForms } from '../../core/rule-form.ts';
import { answer, failing, headers } from '../describe/answers.ts';
import { decisionForm } from './decisions.ts';
import {
  anyJson,
  bodyOf,
  type Describe,
  inPath,
  inQuery,
  linksById,
  listOf,
  paged,
  path,
  removed,
  text,
  time,
  whole,
} from './describing.ts';

const position = z.int().min(1);
const head = { href: text, id: text, position, principal: text, createdAt: time, seq: whole };

const taken = z.union(Object.values(ruleForms).map(form => form.safeExtend({ position: position.exactOptional() })));
const shown = z.union(Object.values(ruleForms).map(form => form.safeExtend(head)));
/** A merge patch: null takes away. */
const patch = z.looseObject({ position: position.exactOptional(), until: anyJson.optional(), why: anyJson.optional() });

const decided = z.strictObject({
  expectation: text,
  instance: text.exactOptional(),
  path,
  decision: z.enum(['restore', 'adopt', 'manage']),
});

export const rulesDescribed: Describe = schemas => {
  const rule = schemas.shown('Rule', shown);
  const laid = schemas.taken('Rule_New', taken);
  const changed = schemas.taken('Rule_Change', patch);
  const id = inPath('id', 'The id of the rule');
  const routes = (at: string, name: string, what: string, example: Parameters<typeof bodyOf>[1]) => ({
    [at]: {
      get: {
        operationId: `list${name}s`,
        summary: `${what}, in order: the first that matches counts`,
        parameters: [...(at === '/rules' ? [inQuery('sort', 'Of one sort alone')] : []), ...paged],
        responses: { 200: listOf('The rules', rule), ...failing() },
      },
      post: {
        operationId: `lay${name}`,
        summary: 'Lays a rule, at the end or at a position',
        requestBody: bodyOf(laid, example),
        responses: {
          201: answer('The rule', rule, {
            headers: headers('Location'),
            ...linksById([`get${name}`, `change${name}`, `remove${name}`]),
          }),
          ...failing('conflict'),
        },
      },
    },
    [`${at}/{id}`]: {
      get: {
        operationId: `get${name}`,
        summary: 'A rule',
        parameters: [id],
        responses: { 200: answer('The rule', rule), ...failing() },
      },
      patch: {
        operationId: `change${name}`,
        summary: 'Changes or moves a rule; null takes away',
        parameters: [id],
        requestBody: bodyOf(changed, { position: 1 }),
        responses: { 200: answer('The rule', rule), ...failing('conflict') },
      },
      delete: {
        operationId: `remove${name}`,
        summary: 'Takes a rule away',
        parameters: [id],
        responses: removed,
      },
    },
  });
  return {
    ...routes('/rules', 'Rule', 'What may be done', {
      sort: 'budget',
      changes: 20,
      deletions: 2,
      within: '10m',
      for: { kind: 'port' },
      why: 'the night shift is small',
    }),
    ...routes('/modes', 'Mode', 'The rules about modes', { sort: 'mode', mode: 'approve', for: { kind: 'port' } }),
    '/decisions': {
      post: {
        operationId: 'decide',
        summary: 'Says what becomes of something that somebody changed at the element and that is held for it',
        requestBody: bodyOf(schemas.taken('Decision_New', decisionForm), {
          expectation: '5f0c…',
          instance: '9a1b…',
          path: '/resourceCharacteristic/mtu/value',
          decision: 'restore',
        }),
        responses: { 200: answer('What was decided', schemas.shown('Decision', decided)), ...failing('conflict') },
      },
    },
  };
};
