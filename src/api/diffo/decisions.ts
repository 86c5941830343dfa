/** `/diffo/v1/decisions`: a person's word on what somebody changed at the element. */
import * as z from 'zod';
import { expectationId, instanceId } from '../../core/ids.ts';
import { parse } from '../../core/read-body.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';

export const decisionForm = z.strictObject({
  expectation: z.string().min(1),
  /** Absent of what does not exist. */
  instance: z.string().min(1).exactOptional(),
  /** Empty or `/`: all that is held of it. */
  path: z.string().regex(/^(\/.*)?$/s, 'a path such as /resourceCharacteristic/mtu/value'),
  decision: z.enum(['restore', 'adopt', 'manage']),
});

export function decisionRoutes(app: App, { loop }: Pick<DiffoParts, 'loop'>): void {
  const decide: Handler = async (request, reply) => {
    const { expectation, instance, path, decision } = parse(decisionForm, request.body);
    const place = {
      expectation: expectationId(expectation),
      instance: instance === undefined ? undefined : instanceId(instance),
      path: path === '/' ? '' : path,
    };
    loop.decide(OPERATOR, place, decision);
    return reply.send({ expectation, ...(instance === undefined ? {} : { instance }), path: place.path, decision });
  };
  resourceAt(app, '/diffo/v1/decisions', { POST: decide });
}
