/** `/diffo/v1/located`: instances by where their places are; `/diffo/v1/qualification`: whom a position is served by. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import { instanceId } from '../../core/ids.ts';
import type { InstanceType } from '../../core/instance.ts';
import { asJson, type JsonObject, property } from '../../core/json.ts';
import type { Located } from '../../core/model/geo-search.ts';
import type { Reader } from '../../ports/store.ts';
import { hrefOf } from '../../tmf/version.ts';
import { type App, resourceAt } from '../server.ts';
import { parameter, readPage } from './lists.ts';
import { type FoundPlace, placesWhere, roundMetres } from './places.ts';
import { type SharedParts, sharedHref } from './shared.ts';
import { readPosition, readWhere } from './where.ts';

/** So many places are looked at for the instances at them. */
const MOST_PLACES = 10_000;

export function locatedRoutes(app: App, { store }: SharedParts): void {
  resourceAt(app, '/diffo/v1/located', { GET: (request, reply) => sendLocated(request, reply, store) });

  resourceAt(app, '/diffo/v1/qualification', {
    GET: async (request, reply) => {
      const at = parameter(request, 'at');
      if (at === undefined) throw new AgentError('invalid', 'say at=LONGITUDE,LATITUDE, such as at=151.2,-33.8');
      const roles = {
        allowed: parameter(request, 'allowed') ?? 'allowed',
        blocked: parameter(request, 'blocked') ?? 'blocked',
      };
      const by = parameter(request, 'for');
      if (by !== undefined && !isHere(store, by)) {
        throw new AgentError('notFound', `there is no instance, party or place ${by}`);
      }
      const { qualify } = await import('../../core/model/geo-search.ts');
      const found = qualify(store, readPosition('at', at), roles, by);
      return reply.send(found.map(each => ({ ...each })));
    },
  });
}

function isHere(store: Reader, id: string): boolean {
  const seqs = [store.instanceSeq(instanceId(id)), store.sharedSeq('party', id), store.sharedSeq('place', id)];
  return seqs.some(seq => seq !== undefined);
}

/** The nearest first, or by the name of their place; of several places of an instance the first. */
async function sendLocated(
  request: FastifyRequest,
  reply: FastifyReply,
  store: SharedParts['store'],
): Promise<FastifyReply> {
  const where = readWhere(request, store);
  if (!where) {
    throw new AgentError(
      'invalid',
      'say where: near=LON,LAT with within=METRES or limit=N, inside=AREA or containing=LON,LAT',
    );
  }
  const type = parameter(request, 'type');
  if (type !== undefined && type !== 'service' && type !== 'resource') {
    throw new AgentError('invalid', `type is service or resource, not "${type}"`);
  }
  const role = parameter(request, 'role');
  const { offset, limit } = readPage(request);
  const { instancesAt } = await import('../../core/model/geo-search.ts');
  const found = new Map<string, JsonObject>();
  // Places without an instance do not count, so it is looked further while instances are missing.
  for (let places = offset + limit; found.size < offset + limit; places = Math.min(places * 4, MOST_PLACES)) {
    const portion = await placesWhere(store, where, Math.min(places, MOST_PLACES));
    found.clear();
    for (const each of portion) {
      for (const one of instancesAt(store, each.place.id)) {
        if (found.has(one.id) || (role !== undefined && one.role !== role)) continue;
        const shown = show(store, one, each, type);
        if (shown) found.set(one.id, shown);
      }
    }
    if (portion.length < places || places >= MOST_PLACES) break;
  }
  const page = [...found.values()].slice(offset, offset + limit);
  return reply.header('X-Result-Count', page.length).send(page);
}

function show(
  store: Reader,
  { id, role }: Located,
  { place, metres }: FoundPlace,
  wanted: InstanceType | undefined,
): JsonObject | undefined {
  const instance = store.instance(id);
  if (!instance || (wanted !== undefined && instance.type !== wanted)) return undefined;
  const named = (document: JsonObject): JsonObject => {
    const name = property(document, 'name');
    return name === undefined ? {} : { name };
  };
  return {
    id,
    href: hrefOf(instance.type, 'v5', id, ''),
    ...named(instance.document),
    type: instance.type,
    kind: instance.kind,
    ...(role === undefined ? {} : { role }),
    place: asJson({ id: place.id, href: sharedHref('place', place.id), ...named(place.document) }),
    ...(metres === undefined ? {} : { distanceMetres: roundMetres(metres) }),
  };
}
