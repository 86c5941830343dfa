/** The routes of `plans`: plans, tasks, pause and resume. */
import * as z from 'zod';
import { waitsOn } from '../../core/waits-on.ts';
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
  paged,
  path,
  text,
  time,
  whole,
} from './describing.ts';
import { approval, confirmation, scope, stop, taking } from './plan-bodies.ts';

export const pause = z.strictObject({ scope: text, by: text, why: text.exactOptional(), since: time });

const thing = z.strictObject({ kind: text, name: text });

const step = z.strictObject({
  op: text,
  args: z.record(text, anyJson),
  summary: text,
  sideEffects: z.array(text).exactOptional(),
  order: z.number(),
  needs: z.array(z.strictObject({ of: thing, path, expect: anyJson, because: text })).exactOptional(),
  cost: z.strictObject({ blastRadius: whole, downtimeMs: z.number(), reversible: z.boolean() }).exactOptional(),
  removes: z.boolean().exactOptional(),
  lasting: z.enum(['lasts', 'untilRestart']).exactOptional(),
});

const waiting = z.strictObject({
  instance: text.exactOptional(),
  expectation: text,
  path,
  because: text,
  until: time.exactOptional(),
  on: z.enum(waitsOn).exactOptional(),
  what: text.exactOptional(),
  mode: mode.exactOptional(),
});

const effect = z.strictObject({
  of: thing,
  path,
  value: anyJson.exactOptional(),
  unsure: text.exactOptional(),
  onlyMore: z.literal(true).exactOptional(),
});

const verdict = z.enum(['met', 'unmet', 'unknown', 'inapplicable']);

/** What a plan says before anything of it is done. */
const planned = {
  state: z.enum([
    'proposed',
    'approved',
    'carryingOut',
    'unconfirmed',
    'done',
    'failed',
    'undoing',
    'undone',
    'refused',
    'discarded',
  ]),
  hash: text,
  tasks: z.array(
    z.strictObject({
      instance: text.exactOptional(),
      of: thing.exactOptional(),
      expectation: text,
      also: z.array(text).exactOptional(),
      driver: text,
      way: text.exactOptional(),
      path,
      wanted: anyJson.exactOptional(),
      step,
      group: text.exactOptional(),
      key: text.exactOptional(),
      effects: z.array(effect).exactOptional(),
      /** The same as a difference, without what stays. */
      changes: z.array(
        z.strictObject({
          of: thing,
          path,
          from: anyJson.exactOptional(),
          to: anyJson.exactOptional(),
          unsure: text.exactOptional(),
        }),
      ),
      wantedBy: z
        .strictObject({ principal: text, owner: text.exactOptional(), why: text.exactOptional(), priority: whole })
        .exactOptional(),
      protected: z.strictObject({ because: text, withinMs: whole.exactOptional() }).exactOptional(),
    }),
  ),
  waiting: z.array(waiting),
  readSet: z.array(
    z.strictObject({ instance: text.exactOptional(), of: thing.exactOptional(), path, value: anyJson.exactOptional() }),
  ),
  expectations: z.array(z.strictObject({ id: text, seq: whole })),
  outcome: z
    .array(
      z.strictObject({
        expectation: text,
        of: thing,
        before: verdict,
        after: verdict,
        residual: anyJson.exactOptional(),
      }),
    )
    .exactOptional(),
  after: text.exactOptional(),
  madeBy: text,
  madeAt: time,
  expiresAt: time.exactOptional(),
};

/** How what is protected in a plan is kept, or goes back. */
const confirm = z.strictObject({
  withinMs: whole,
  until: time.exactOptional(),
  confirmedBy: text.exactOptional(),
  confirmedAt: time.exactOptional(),
  lapsed: text.exactOptional(),
});

/** What is known of a task when it has been done. */
const carriedOut = {
  expectation: text.exactOptional(),
  nth: whole.exactOptional(),
  key: text.exactOptional(),
  lookedUpTo: whole.exactOptional(),
  earlier: text.exactOptional(),
  foreseen: z
    .strictObject({
      asForeseen: z.boolean(),
      differs: z
        .array(z.strictObject({ of: thing, path, foreseen: anyJson.optional(), found: anyJson.optional() }))
        .exactOptional(),
    })
    .exactOptional(),
  moves: z
    .array(
      z.union([
        z.strictObject({ instance: text, path, removed: z.array(anyJson), added: z.array(anyJson) }),
        z.strictObject({ instance: text, path, old: anyJson.optional(), new: anyJson.optional() }),
      ]),
    )
    .exactOptional(),
  stopped: z.literal(true).exactOptional(),
  undoing: z.literal(true).exactOptional(),
  kept: text.exactOptional(),
  unanswered: z.literal(true).exactOptional(),
};

export const plansDescribed: Describe = schemas => {
  const taskSchema = z.strictObject({
    id: text,
    plan: text,
    instance: text.exactOptional(),
    of: thing.exactOptional(),
    driver: text,
    step,
    path,
    state: z.enum(['acknowledged', 'inProgress', 'done', 'terminatedWithError', 'undone']),
    ...carriedOut,
    already: z.boolean().exactOptional(),
    error: text.exactOptional(),
    startedAt: time.exactOptional(),
    endedAt: time.exactOptional(),
    seq: whole,
  });
  const planSchema = z.strictObject({
    href: text,
    id: text,
    ...planned,
    approvedBy: text.exactOptional(),
    approvedAt: time.exactOptional(),
    confirm: confirm.exactOptional(),
    duringFreeze: z.boolean().exactOptional(),
    undoForced: z.boolean().exactOptional(),
    held: z
      .strictObject({ because: text, until: time.exactOptional(), on: z.enum(waitsOn).exactOptional() })
      .exactOptional(),
    endedAt: time.exactOptional(),
    because: text.exactOptional(),
    seq: whole,
    carriedOut: z.array(taskSchema),
  });
  const task = schemas.shown('Task', taskSchema);
  const plan = schemas.shown('Plan', planSchema);
  const paused = schemas.shown('Pause', pause);
  const nothingSchema = z.strictObject({ tasks: z.tuple([]), waiting: z.array(waiting) });
  const notKept = schemas.shown(
    'PlanNotKept',
    z.union([nothingSchema, z.strictObject({ ...planned, dryRun: z.literal(true) })]),
  );
  const id = inPath('id', 'The id of the plan');
  const moved = failing('conflict', 'moved', 'unsupported', 'refused', 'unreachable');
  const asked = schemas.taken('Approval', approval);
  const stopped = schemas.taken('Scope', stop);
  const on = (operationId: string, summary: string, body?: ReturnType<typeof bodyOf>) => ({
    post: {
      operationId,
      summary,
      parameters: [id],
      ...(body ? { requestBody: body } : {}),
      responses: { 200: answer('The plan', plan), ...moved },
    },
  });
  return {
    '/plans': {
      get: {
        operationId: 'listPlans',
        summary: 'The plans, the latest first',
        parameters: [...paged],
        responses: { 200: listOf('The plans', plan), ...failing() },
      },
      post: {
        operationId: 'makePlan',
        summary: 'Makes a plan of what is outstanding; nothing is touched',
        parameters: [inQuery('dryRun', 'true: the plan is shown and not kept')],
        requestBody: bodyOf(schemas.taken('PlanScope', scope), {}, false),
        responses: {
          200: answer('There is nothing to do now, or the plan was only asked to be shown', notKept),
          201: answer('The plan', plan, {
            headers: headers('Location'),
            ...linksById(['getPlan', 'approvePlan', 'applyPlan', 'confirmPlan', 'undoPlan', 'discardPlan']),
          }),
          ...moved,
        },
      },
    },
    '/plans/{id}': {
      get: {
        operationId: 'getPlan',
        summary: 'A plan, and what was carried out of it',
        parameters: [id],
        responses: { 200: answer('The plan', plan), ...failing() },
      },
    },
    '/plans/{id}/approve': on('approvePlan', 'Says that it may be carried out', bodyOf(asked, {}, false)),
    '/plans/{id}/apply': on('applyPlan', 'Carries it out now', bodyOf(asked, {}, false)),
    '/plans/{id}/confirm': on(
      'confirmPlan',
      'Says, after it was done, that what would go back by itself may stay',
      bodyOf(schemas.taken('Confirmation', confirmation), {}, false),
    ),
    '/plans/{id}/undo': on('undoPlan', 'Takes back what it did', bodyOf(schemas.taken('Taking', taking), {}, false)),
    '/plans/{id}/discard': on('discardPlan', 'Lays it aside for good'),
    '/tasks': {
      get: {
        operationId: 'listTasks',
        summary: 'What runs and what ran',
        parameters: [inQuery('plan', 'Of one plan alone'), ...paged],
        responses: { 200: listOf('The tasks', task), ...failing() },
      },
    },
    '/pause': {
      get: {
        operationId: 'listPauses',
        summary: 'What is paused',
        parameters: [...paged],
        responses: { 200: listOf('The pauses', paused), ...failing() },
      },
      post: {
        operationId: 'pause',
        summary: 'Stops all that the agent does by itself, or what it does to a kind, an instance or a leaf',
        requestBody: bodyOf(stopped, { scope: 'all', why: 'maintenance' }),
        responses: { 200: answer('The pause', paused), ...failing() },
      },
    },
    '/resume': {
      post: {
        operationId: 'resume',
        summary: 'Lets go on what was paused, or is stalled',
        requestBody: bodyOf(stopped, { scope: 'all' }),
        responses: { 204: { description: 'It goes on' }, ...failing() },
      },
    },
  };
};
