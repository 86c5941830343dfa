/** `/diffo/v1/plans`, `/tasks`, `/pause`, `/resume`: what will be done, was done, and may not be done. */
import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { durationMs } from '../../core/duration.ts';
import { AgentError } from '../../core/errors.ts';
import { expectationId, instanceId, type PlanId, planId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import { parse } from '../../core/read-body.ts';
import { waitingIn } from '../../core/settle/scope.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR, type PlanApproval, withTimes } from './parts.ts';
import { approval, confirmation, scope, stop, taking } from './plan-bodies.ts';
import { showPlan, showPlanned, showTask, showWaiting } from './shown-plan.ts';

export function planRoutes(app: App, parts: DiffoParts): void {
  const { store, loop, clock } = parts;

  const show = (plan: Plan): JsonObject => showPlan(parts, plan);

  const make: Handler = async (request, reply) => {
    const { instance, expectation, by = OPERATOR } = parse(scope, request.body);
    const asked = {
      ...(instance === undefined ? {} : { instance: instanceId(instance) }),
      ...(expectation === undefined ? {} : { expectation: expectationId(expectation) }),
    };
    if (isYes(parameter(request, 'dryRun'), 'dryRun')) {
      const { id: _, ...shown } = { id: undefined, ...(await loop.plans.rehearse(by, asked)) };
      if (!('hash' in shown)) return reply.send({ ...shown, waiting: shown.waiting.map(showWaiting) });
      return reply.send({ ...showPlanned(parts, shown), dryRun: true });
    }
    const made = await loop.plans.make(by, asked);
    if (!('id' in made)) return reply.send({ ...made, waiting: made.waiting.map(showWaiting) });
    return reply.code(201).header('Location', `/diffo/v1/plans/${made.id}`).send(show(made));
  };

  const pause: Handler = async (request, reply) => {
    const { scope: where, why } = parse(stop, request.body);
    const sign = { scope: where, by: OPERATOR, since: clock.now(), ...(why === undefined ? {} : { why }) };
    await store.submit({ principal: OPERATOR, kind: 'request', why: `pause ${where}` }, writer =>
      writer.putPause(sign),
    );
    loop.ring();
    return reply.send(withTimes(sign, ['since']));
  };

  const resume: Handler = async (request, reply) => {
    const { scope: where } = parse(stop, request.body);
    await store.submit({ principal: OPERATOR, kind: 'request', why: `resume ${where}` }, writer => {
      const waiting = waitingIn(where, writer.leafRecords(), {
        kindOf: id => writer.instanceKind(instanceId(id))?.kind,
        expectation: id => writer.expectation(expectationId(id)),
      });
      if (waiting.length === 0 && !writer.pauses().some(each => each.scope === where)) {
        const known = writer.pauses().map(each => each.scope);
        throw new AgentError(
          'notFound',
          `nothing is paused or stalled as ${where}; paused: ${known.join(', ') || 'nothing'}`,
        );
      }
      for (const { leaf } of waiting) writer.clearLeafRecord(leaf);
      writer.clearPause(where);
    });
    loop.ring();
    return reply.code(204).send();
  };

  const idOf = (request: FastifyRequest): PlanId => planId(inPath(request, 'id'));
  resourceAt(app, '/diffo/v1/plans', {
    GET: (request, reply) => sendPage(request, reply, store.plans(), show),
    POST: make,
  });
  resourceAt(app, '/diffo/v1/plans/:id', {
    GET: (request, reply) => {
      const plan = store.plan(idOf(request));
      if (!plan) throw new AgentError('notFound', `there is no plan ${idOf(request)}`);
      return reply.send(show(plan));
    },
  });
  resourceAt(app, '/diffo/v1/plans/:id/approve', {
    POST: (request, reply) => {
      const { hash, by = OPERATOR, ...how } = parse(approval, request.body);
      return reply.send(show(loop.plans.approve(idOf(request), by, hash, howOf(how))));
    },
  });
  resourceAt(app, '/diffo/v1/plans/:id/apply', {
    POST: async (request, reply) => {
      const { hash, by = OPERATOR, ...how } = parse(approval, request.body);
      return reply.send(show(await loop.plans.apply(idOf(request), by, hash, howOf(how))));
    },
  });
  resourceAt(app, '/diffo/v1/plans/:id/confirm', {
    POST: async (request, reply) => {
      const { hash, by = OPERATOR } = parse(confirmation, request.body);
      return reply.send(show(await loop.plans.confirm(idOf(request), by, hash)));
    },
  });
  resourceAt(app, '/diffo/v1/plans/:id/undo', {
    POST: async (request, reply) => {
      return reply.send(show(await loop.plans.undo(idOf(request), OPERATOR, parse(taking, request.body))));
    },
  });
  resourceAt(app, '/diffo/v1/plans/:id/discard', {
    POST: (request, reply) => reply.send(show(loop.plans.discard(idOf(request), OPERATOR))),
  });
  resourceAt(app, '/diffo/v1/tasks', {
    GET: (request, reply) => {
      const plan = parameter(request, 'plan');
      return sendPage(request, reply, store.tasks(plan === undefined ? {} : { plan: planId(plan) }), showTask);
    },
  });
  resourceAt(app, '/diffo/v1/pause', {
    GET: (request, reply) => sendPage(request, reply, store.pauses(), one => withTimes(one, ['since'])),
    POST: pause,
  });
  resourceAt(app, '/diffo/v1/resume', { POST: resume });
}

function isYes(said: string | undefined, name: string): boolean {
  if (said === undefined || said === 'false') return false;
  if (said === 'true') return true;
  throw new AgentError('invalid', `${name} is true or false, not ${said}`);
}

function howOf({
  duringFreeze = false,
  within,
}: Pick<z.output<typeof approval>, 'duringFreeze' | 'within'>): PlanApproval {
  const withinMs = within === undefined ? undefined : durationMs(within);
  return { duringFreeze, ...(withinMs === undefined ? {} : { withinMs }) };
}
