/** The hubs: who wants to be told of changes, registered per API and version. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../core/errors.ts';
import { listenerId } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import { type Json, type JsonObject, property } from '../core/json.ts';
import type { Listener } from '../core/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { subscription } from '../tmf/event.ts';
import { apiRoot, hubName, type Version } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { type HubDelivery, isAllowed } from './hub-delivery.ts';
import { type App, resourceAt } from './server.ts';

export interface HubParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly publicUrl: string;
  /** `host` or `host:port` of callbacks that may be called; no other may, loopback included. */
  readonly hubAllow: readonly string[];
  readonly delivery: Pick<HubDelivery, 'follow' | 'forget'>;
}

/** One address is enough for anyone; what is longer is no address. */
const MAX_CALLBACK_LENGTH = 2048;

export function hubRoutes(app: App, root: string, parts: HubParts, type: InstanceType, version: Version): void {
  const { store, clock, newId, publicUrl, hubAllow, delivery } = parts;
  const hub = hubName(type, version);

  const show = ({ id, callback, query, suspended }: Listener): JsonObject => ({
    id,
    ...(version === 'v5' ? { href: hrefOf(id), '@type': 'Hub' } : {}),
    callback,
    ...(query === undefined ? {} : { query }),
    ...(suspended === undefined ? {} : { suspended }),
  });
  const hrefOf = (id: string): string => `${publicUrl}${apiRoot[type][version]}/hub/${encodeURIComponent(id)}`;

  const find = (request: FastifyRequest): Listener => {
    const id = String(property(request.params as Json, 'id'));
    const listener = store.listener(listenerId(id));
    if (listener?.hub !== hub) throw new AgentError('notFound', `This hub has no listener with the id "${id}"`);
    return listener;
  };

  const register = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { callback, query } = accept(request.body as Json, hubAllow);
    // Read now, so that what cannot be understood is refused now.
    subscription(query, type, version);
    const listener = await store.submit(
      { principal: 'client', kind: 'request', ref: request.id, why: `POST /hub of ${hub}` },
      writer => {
        const made: Listener = {
          id: listenerId(newId()),
          hub,
          callback,
          ...(query === undefined ? {} : { query }),
          cursor: writer.seq(),
          createdAt: clock.now(),
        };
        writer.putListener(made);
        return made;
      },
    );
    delivery.follow(listener);
    return reply
      .code(201)
      .header('location', hrefOf(listener.id))
      .type(jsonType)
      .send(JSON.stringify(show(listener)));
  };

  resourceAt(app, `${root}/hub`, {
    GET: (_request, reply) => {
      const all = store.listeners().filter(each => each.hub === hub);
      return reply
        .headers({ 'x-total-count': all.length, 'x-result-count': all.length })
        .type(jsonType)
        .send(JSON.stringify(all.map(show)));
    },
    POST: register,
  });
  resourceAt(app, `${root}/hub/:id`, {
    GET: (request, reply) => reply.type(jsonType).send(JSON.stringify(show(find(request)))),
    DELETE: async (request, reply) => {
      const { id } = find(request);
      delivery.forget(id);
      await store.submit(
        { principal: 'client', kind: 'request', ref: request.id, why: `DELETE /hub/${id} of ${hub}` },
        writer => writer.removeListener(id),
      );
      return reply.code(204).send();
    },
  });
}

function accept(body: Json | undefined, allow: readonly string[]): { callback: string; query: string | undefined } {
  const callback = property(body, 'callback');
  const query = property(body, 'query');
  const at = (reason: string, pointer: string): AgentError => new AgentError('invalid', reason, { pointer });
  if (typeof callback !== 'string' || callback.length > MAX_CALLBACK_LENGTH || !/^https?:\/\//i.test(callback)) {
    throw at('callback must be an absolute http or https address', '/callback');
  }
  if (!URL.canParse(callback)) throw at('callback is not a well-formed address', '/callback');
  const url = new URL(callback);
  if (url.username !== '' || url.password !== '') throw at('callback may not carry a user or password', '/callback');
  if (query !== undefined && query !== null && typeof query !== 'string') throw at('query must be a string', '/query');
  if (!isAllowed(url, allow)) {
    throw new AgentError('forbidden', `Callbacks to ${url.host} are not allowed here; add it to the allowed hosts`, {
      pointer: '/callback',
    });
  }
  return { callback, query: query ?? undefined };
}
