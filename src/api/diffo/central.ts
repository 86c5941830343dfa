/** `/diffo/v1/central`: whether the graph we report to has everything, and what stands in the way. */
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type App, resourceAt } from '../server.ts';
import { type CentralDoor, type DiffoParts, iso } from './parts.ts';

export function centralRoutes(app: App, { central }: Pick<DiffoParts, 'central'>): void {
  resourceAt(app, '/diffo/v1/central', {
    GET: (_, reply) => reply.send(central ? show(central) : { state: 'not configured', set: 'central.url' }),
  });
  resourceAt(app, '/diffo/v1/central/release', {
    POST: (_, reply) => {
      if (!central) throw new AgentError('notFound', 'no graph is configured to report to: set central.url');
      central.release();
      return reply.send(show(central));
    },
  });
}

/** For the status of the agent. */
export function showCentralBriefly(central: CentralDoor | undefined): JsonObject | null {
  if (!central) return null;
  const { state, lagRows, agreedAt, lastError, alarm } = central.state();
  return {
    url: central.url,
    state,
    lagRows,
    agreedAt: agreedAt === undefined ? null : iso(agreedAt),
    ...(alarm === undefined ? {} : { alarm }),
    ...(state === 'backing off' && lastError ? { lastError: lastError.message } : {}),
  };
}

function show(central: CentralDoor): JsonObject {
  const { state, epoch, cursor, seq, lagRows, agreedAt, nextAt, because, lastError, alarm, ...rest } = central.state();
  return {
    url: central.url,
    ...(central.database === '' ? {} : { database: central.database }),
    state,
    epoch,
    cursor,
    seq,
    lagRows,
    agreedAt: agreedAt === undefined ? null : iso(agreedAt),
    next: nextAt === undefined ? null : { at: iso(nextAt), because: because ?? '' },
    lastError: lastError ? { at: iso(lastError.at), code: lastError.code, message: lastError.message } : null,
    ...(alarm === undefined ? {} : { alarm }),
    counts: { ...rest.counts },
    failures: { ...rest.failures },
    quarantined: rest.quarantined.map(each => ({ ...each })),
  };
}
