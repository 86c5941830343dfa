/** `/diffo/v1/peers` and `/diffo/v1/identity`: who is there, how each link stands, and what others configure to reach us. */
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PeerState } from '../../ports/peers.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import { type DiffoParts, iso } from './parts.ts';

export function peerRoutes(app: App, { peers }: DiffoParts): void {
  resourceAt(app, '/diffo/v1/peers', {
    GET: (request, reply) => sendPage(request, reply, peers.states(), show),
  });
  resourceAt(app, '/diffo/v1/peers/:name/release', {
    POST: (request, reply) => {
      const name = inPath(request, 'name');
      if (!peers.release(name)) throw new AgentError('notFound', `there is no peer ${name}`);
      return reply.send(
        peers
          .states()
          .filter(each => each.name === name)
          .map(show)[0],
      );
    },
  });
  resourceAt(app, '/diffo/v1/identity', { GET: (_, reply) => reply.send({ ...peers.identity }) });
}

/** For the status of the agent. */
export function showBriefly({ name, presence, carrier, answeredAt, out, alarm }: PeerState): JsonObject {
  return {
    name,
    presence,
    carrier: carrier ?? null,
    answeredAt: answeredAt === undefined ? null : iso(answeredAt),
    lag: out.lag,
    agreed: out.agreed,
    ...(alarm === undefined ? {} : { alarm }),
  };
}

function show(state: PeerState): JsonObject {
  const { publicKey, incarnation, links, messages, refused, lastError } = state;
  return {
    ...showBriefly(state),
    publicKey,
    ...(incarnation === undefined ? {} : { incarnation }),
    links: links.map(({ since, ...link }) => ({ ...link, since: iso(since) })),
    out: { ...state.out, errors: state.out.errors.map(each => ({ ...each })) },
    in: { ...state.in, quarantine: state.in.quarantine.map(each => ({ ...each })) },
    messages: { ...messages },
    refused: { ...refused },
    lastError: lastError ? { at: iso(lastError.at), because: lastError.because } : null,
  };
}
