/** How the agent is: `/diffo/v1/status`, `/healthz`, `/readyz`, `/metrics`. */
import { errorBody } from '../../tmf/error-body.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { showCentralBriefly } from './central.ts';
import { metrics } from './metrics.ts';
import { type DiffoParts, iso } from './parts.ts';
import { showBriefly } from './peers.ts';
import { showProfileBriefly } from './profile.ts';
import { showTally } from './shown-tally.ts';

export function statusRoutes(app: App, parts: DiffoParts): void {
  const { store } = parts;

  resourceAt(app, '/healthz', { GET: (_, reply) => reply.send({ status: 'ok' }) });

  resourceAt(app, '/readyz', {
    GET: (_, reply) =>
      parts.isReady()
        ? reply.send({ status: 'ready' })
        : reply.code(503).send(errorBody({ code: 'notReady', reason: 'the first look at the element has not ended' })),
  });

  resourceAt(app, '/metrics', {
    GET: async (_, reply) => {
      const tally = await parts.tally();
      const text = metrics(parts, tally, process.memoryUsage().rss);
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  });

  const status: Handler = async (_, reply) => {
    const tally = await parts.tally();
    const verdicts = { met: 0, unmet: 0, unknown: 0, inapplicable: 0 };
    for (const { verdict } of store.verdicts()) verdicts[verdict]++;
    const { lastPassAt, ...figures } = parts.figures();
    return reply.send({
      ...parts.about,
      profileState: showProfileBriefly(parts.profile.state),
      agent: store.agent,
      ready: parts.isReady(),
      cursor: `${store.epoch}.${store.seq()}`,
      counts: {
        services: store.countInstances({ type: 'service' }),
        resources: store.countInstances({ type: 'resource' }),
        expectations: store.expectations().length,
        plansWaiting: store.plans({ states: ['proposed'] }).length,
        listeners: store.listeners().length,
        wrongPredictions: figures.wrongPredictions,
        stalled: store.leafRecords().filter(({ stalled }) => stalled !== undefined).length,
      },
      verdicts,
      lastPass: {
        at: lastPassAt === undefined ? null : iso(lastPassAt),
        ms: figures.lastPassMs,
        passes: figures.passes,
      },
      loop: showTally(tally, figures.blocked, parts),
      drivers: parts.drivers().map(driver => ({
        ...driver,
        observedAt: driver.observedAt === null ? null : iso(driver.observedAt),
      })),
      paused: store.pauses().map(pause => ({ ...pause, since: iso(pause.since) })),
      // What stopped by itself and waits for a person.
      suspendedListeners: store
        .listeners()
        .flatMap(one =>
          one.suspended === undefined ? [] : [{ id: one.id, callback: one.callback, because: one.suspended }],
        ),
      store: store.size(),
      peers: parts.peers.states().map(showBriefly),
      central: showCentralBriefly(parts.central),
    });
  };

  resourceAt(app, '/diffo/v1/status', { GET: status });
}
