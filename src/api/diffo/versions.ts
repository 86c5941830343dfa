/** `/diffo/v1/expectations/ID/versions`: what an expectation says and said before, each with its hash and its cause. */
import { AgentError } from '../../core/errors.ts';
import { type ExpectationVersion, saidBy, versionHash } from '../../core/expectation-version.ts';
import { expectationId } from '../../core/ids.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import { type DiffoParts, iso } from './parts.ts';

export function versionRoutes(app: App, { store }: Pick<DiffoParts, 'store'>): void {
  resourceAt(app, '/diffo/v1/expectations/:id/versions', {
    GET: (request, reply) => {
      const id = expectationId(inPath(request, 'id'));
      if (!store.expectation(id)) throw new AgentError('notFound', `there is no expectation ${id}`);
      return sendPage(request, reply, store.versions(id), shown);
    },
  });
}

function shown({ at, cause, expectation }: ExpectationVersion): JsonObject {
  const hash = versionHash(expectation);
  return { hash, at: iso(at), cause: asJson(cause), seq: expectation.seq, ...saidBy(expectation) };
}
