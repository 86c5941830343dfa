/** `/diffo/v1/expectations/ID/versions`: what an expectation says and said before, each with its hash and its cause. */
import { AgentError } from '../../core/errors.ts';
import { type ExpectationVersion, saidBy, versionHash } from '../../core/expectation-version.ts';
import { expectationId } from '../../core/ids.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import { refinedExpect } from '../../core/refinement.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import { type DiffoParts, iso } from './parts.ts';

export function versionRoutes(app: App, { store, keyed }: Pick<DiffoParts, 'store' | 'keyed'>): void {
  const shown = ({ at, cause, expectation }: ExpectationVersion): JsonObject => ({
    hash: versionHash(expectation),
    at: iso(at),
    cause: asJson(cause),
    seq: expectation.seq,
    ...saidBy(expectation),
    ...(expectation.refinements ? { refined: refinedExpect(expectation, keyed) } : {}),
  });

  resourceAt(app, '/diffo/v1/expectations/:id/versions', {
    GET: (request, reply) => {
      const id = expectationId(inPath(request, 'id'));
      if (!store.expectation(id)) throw new AgentError('notFound', `there is no expectation ${id}`);
      return sendPage(request, reply, store.versions(id), shown);
    },
  });
}
