/** `POST /diffo/v1/evaluate`: the difference engine by itself; stores nothing. */
import { evaluateBody } from '../../tmf/evaluate.ts';
import { type App, resourceAt } from '../server.ts';
import type { DiffoParts } from './parts.ts';

export function evaluateRoutes(app: App, { clock, keyed, kinds }: Pick<DiffoParts, 'clock' | 'keyed' | 'kinds'>): void {
  resourceAt(app, '/diffo/v1/evaluate', {
    POST: (request, reply) => reply.send(evaluateBody(request.body, { now: clock.now(), keyed, kinds })),
  });
}
