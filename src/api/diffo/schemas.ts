/** `GET /diffo/v1/schemas/expectation`: the JSON Schema of the language that expectations are written in. */
import { type App, resourceAt } from '../server.ts';
import type { DiffoParts } from './parts.ts';

const path = '/diffo/v1/schemas/expectation';

export function schemaRoutes(app: App, { publicUrl }: Pick<DiffoParts, 'publicUrl'>): void {
  resourceAt(app, path, {
    GET: async (_request, reply) => {
      const { expectationSchema } = await import('../../core/expected/schema.ts');
      return reply.send(expectationSchema(`${publicUrl}${path}`));
    },
  });
}
