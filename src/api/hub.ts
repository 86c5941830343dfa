/** The hubs: who wants to be told of changes, registered per API and version. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../core/errors.ts';
import { listenerId } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import { type Json, type JsonObject, property } from '../core/json.ts';
import type { Listener } from '../core/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Reader, Store } from '../ports/store.ts';
import { subscription } from '../tmf/subscription.ts';
import { apiRoot, hubName, type Version } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { type Allow, readAllow } from './hub-allow.ts';
import type { HubDelivery } from './hub-delivery.ts';
import { type App, resourceAt } from './server.ts';

export interface HubParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly publicUrl: string;
  /** Whom callbacks may call: hosts, hosts with a port, ranges of addresses; nobody else, loopback included. */
  readonly hubAllow: readonly string[];
  readonly delivery: Pick<HubDelivery, 'size' | 'follow' | 'forget' | 'same'>;
}

/** One address is enough for anyone; what is longer is no address. */
export const MAX_CALLBACK_LENGTH = 2048;

/** Far beyond who listens to one element; a client that registers without end fills neither memory nor flash. */
const MAX_LISTENERS = 10_000;

export function hubRoutes(app: App, root: string, parts: HubParts, type: InstanceType, version: Version): void {
  const { store, clock, newId, publicUrl, hubAllow, delivery } = parts;
  const hub = hubName(type, version);
  const allow = readAllow(hubAllow);
  /** Written, and not told of anything yet: who asks twice in one moment is one as well. */
  const fresh = new Map<string, Listener>();

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
    const { callback, query } = accept(request.body as Json, allow);
    check(query, type, version);
    const asked = { hub, callback, ...(query === undefined ? {} : { query }) };
    if (delivery.size >= MAX_LISTENERS && !delivery.same(asked)) {
      throw new AgentError('conflict', `There are ${MAX_LISTENERS} listeners already; delete those nobody needs`);
    }
    const key = JSON.stringify([callback, query]);
    const listener = await store
      .submit({ principal: 'client', kind: 'request', ref: request.id, why: `POST /hub of ${hub}` }, writer => {
        const known = delivery.same(asked) ?? fresh.get(key);
        const made =
          known && writer.listener(known.id)
            ? resumed(known, writer)
            : { ...asked, id: listenerId(newId()), cursor: writer.seq(), createdAt: clock.now() };
        writer.putListener(made);
        fresh.set(key, made);
        return made;
      })
      .finally(() => fresh.delete(key));
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
      await store.submit(
        { principal: 'client', kind: 'request', ref: request.id, why: `DELETE /hub/${id} of ${hub}` },
        writer => writer.removeListener(id),
      );
      delivery.forget(id);
      return reply.code(204).send();
    },
  });
}

/**
 * Who asks for the same again takes its own place: it hears nothing twice, and once suspended goes on where it was told
 * last, or from now on where what followed that is no longer kept.
 */
function resumed({ suspended: _, ...listener }: Listener, reader: Reader): Listener {
  const isOvertaken = listener.cursor < reader.forgottenUpTo();
  return isOvertaken ? { ...listener, cursor: reader.seq() } : listener;
}

/** Reads the query now, so that what cannot be understood is refused now. */
function check(query: string | undefined, type: InstanceType, version: Version): void {
  try {
    subscription(query, type, version);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError('invalid', error.message, { pointer: '/query', cause: error });
  }
}

function accept(body: Json | undefined, allow: Allow): { callback: string; query: string | undefined } {
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
  if (!allow.permits(url)) {
    throw new AgentError('forbidden', `Callbacks to ${url.host} are not allowed here; add it to hub.allow`, {
      pointer: '/callback',
    });
  }
  return { callback, query: query ?? undefined };
}
