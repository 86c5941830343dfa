/** `/diffo/v1/plans`, `/tasks`, `/pause`, `/resume`: what will be done, was done, and may not be done. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AgentError } from '../../core/errors.ts';
import { expectationId, instanceId, planId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import type { Task } from '../../core/task.ts';
import { parse } from './expectation-body.ts';
import { parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR, withTimes } from './parts.ts';

const scope = z
  .strictObject({ instance: z.string().exactOptional(), expectation: z.string().exactOptional() })
  .nullish()
  .transform(given => given ?? {});
const approval = z
  .strictObject({ hash: z.string().exactOptional() })
  .nullish()
  .transform(given => given ?? {});
const taking = z
  .strictObject({ force: z.boolean().exactOptional() })
  .nullish()
  .transform(given => given ?? {});
const stop = z.strictObject({
  scope: z
    .string()
    .regex(/^(all|kind:.+|instance:.+|leaf:[^:]+:.+)$/, 'all, kind:NAME, instance:ID or leaf:EXPECTATION:INSTANCE'),
  why: z.string().max(2000).exactOptional(),
});

export function planRoutes(app: FastifyInstance, parts: DiffoParts): void {
  const { store, loop, clock } = parts;

  const show = (plan: Plan): JsonObject => ({
    href: `/diffo/v1/plans/${plan.id}`,
    ...withTimes(plan, ['madeAt', 'endedAt']),
    carriedOut: store.tasks({ plan: plan.id }).map(showTask),
  });

  app.post('/diffo/v1/plans', async (request, reply) => {
    const { instance, expectation } = parse(scope, request.body);
    const made = await loop.plans.make(OPERATOR, {
      ...(instance === undefined ? {} : { instance: instanceId(instance) }),
      ...(expectation === undefined ? {} : { expectation: expectationId(expectation) }),
    });
    if (!('id' in made)) return reply.code(200).send(made);
    return reply.code(201).header('Location', `/diffo/v1/plans/${made.id}`).send(show(made));
  });

  app.get('/diffo/v1/plans', (request, reply) => sendPage(request, reply, store.plans(), show));

  app.get<{ Params: { id: string } }>('/diffo/v1/plans/:id', (request, reply) => {
    const plan = store.plan(planId(request.params.id));
    if (!plan) throw new AgentError('notFound', `there is no plan ${request.params.id}`);
    return reply.send(show(plan));
  });

  app.post<{ Params: { id: string } }>('/diffo/v1/plans/:id/approve', (request, reply) => {
    const { hash } = parse(approval, request.body);
    return reply.send(show(loop.plans.approve(planId(request.params.id), OPERATOR, hash)));
  });

  app.post<{ Params: { id: string } }>('/diffo/v1/plans/:id/apply', async (request, reply) => {
    const { hash } = parse(approval, request.body);
    return reply.send(show(await loop.plans.apply(planId(request.params.id), OPERATOR, hash)));
  });

  app.post<{ Params: { id: string } }>('/diffo/v1/plans/:id/undo', async (request, reply) => {
    const { force } = parse(taking, request.body);
    return reply.send(show(await loop.plans.undo(planId(request.params.id), OPERATOR, force ?? false)));
  });

  app.post<{ Params: { id: string } }>('/diffo/v1/plans/:id/discard', (request, reply) =>
    reply.send(show(loop.plans.discard(planId(request.params.id), OPERATOR))),
  );

  app.get('/diffo/v1/tasks', (request, reply) => {
    const plan = parameter(request, 'plan');
    return sendPage(request, reply, store.tasks(plan === undefined ? {} : { plan: planId(plan) }), showTask);
  });

  app.post('/diffo/v1/pause', async (request, reply) => {
    const { scope: where, why } = parse(stop, request.body);
    const pause = { scope: where, by: OPERATOR, since: clock.now(), ...(why === undefined ? {} : { why }) };
    await store.submit({ principal: OPERATOR, kind: 'request', why: `pause ${where}` }, writer =>
      writer.putPause(pause),
    );
    loop.ring();
    return reply.send(withTimes(pause, ['since']));
  });

  app.post('/diffo/v1/resume', async (request, reply) => {
    const { scope: where } = parse(stop, request.body);
    await store.submit({ principal: OPERATOR, kind: 'request', why: `resume ${where}` }, writer => {
      if (!writer.pauses().some(each => each.scope === where)) {
        const known = writer.pauses().map(each => each.scope);
        throw new AgentError('notFound', `nothing is paused as ${where}; paused: ${known.join(', ') || 'nothing'}`);
      }
      writer.clearPause(where);
    });
    loop.ring();
    return reply.code(204).send();
  });

  app.get('/diffo/v1/pause', (request, reply) =>
    sendPage(request, reply, store.pauses(), pause => withTimes(pause, ['since'])),
  );
}

function showTask(task: Task): JsonObject {
  // What an undo needs is the driver's own matter, and long.
  const { before: _, ...rest } = task;
  return withTimes(rest, ['startedAt', 'endedAt']);
}
