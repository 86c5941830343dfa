/** `/diffo/v1/places`: addresses, sites, locations and the profile's kinds of them; near, inside or around somewhere. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { NearPlace } from '../../core/model/geo-search.ts';
import { placeForm } from '../../core/model/place.ts';
import type { SharedRecord } from '../../core/model/shared-record.ts';
import { presentShared } from '../../core/model/shared-rules.ts';
import type { App } from '../server.ts';
import { parameter, readPage } from './lists.ts';
import { kindsOf, type SharedParts, sharedHref, sharedRoutes } from './shared.ts';
import { readWhere, type Where } from './where.ts';

export function placeRoutes(app: App, parts: SharedParts): void {
  sharedRoutes(app, placeForm, parts, (request, reply) => {
    const where = readWhere(request, parts.store);
    for (const name of ['name', 'referredBy']) {
      if (where && parameter(request, name) !== undefined) {
        throw new AgentError('invalid', `${name} and where things are cannot be asked for at once; leave one out`);
      }
    }
    return where && sendPlaces(request, reply, parts, where);
  });
}

async function sendPlaces(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, recordKinds }: SharedParts,
  where: Where,
): Promise<FastifyReply> {
  const type = parameter(request, 'type');
  const page = readPage(request);
  const kinds = type === undefined ? undefined : kindsOf(type, recordKinds);
  const found = await placesWhere(store, where, page.offset + page.limit, kinds);
  const shown = found.slice(page.offset, page.offset + page.limit).map(
    ({ place, metres }): JsonObject => ({
      ...presentShared(store, place, sharedHref, 'place'),
      ...(metres === undefined ? {} : { distanceMetres: roundMetres(metres) }),
    }),
  );
  return reply.header('X-Result-Count', shown.length).send(shown);
}

export type FoundPlace = Pick<NearPlace, 'place'> & Partial<NearPlace>;

/** The first so many: the nearest first, else by name. */
export async function placesWhere(
  store: SharedParts['store'],
  where: Where,
  limit: number,
  kinds?: readonly string[],
): Promise<readonly FoundPlace[]> {
  // The library behind it is not small, and few ask.
  const { placesAround, placesInside, placesNear } = await import('../../core/model/geo-search.ts');
  switch (where.ask) {
    case 'near':
      return placesNear(store, { ...where, limit, kinds });
    case 'inside':
      return firstOf(placesInside(store, where.area, kinds), limit);
    case 'around':
      return firstOf(placesAround(store, where.position, kinds), limit);
  }
}

function firstOf(places: Iterable<SharedRecord>, limit: number): readonly FoundPlace[] {
  const found: FoundPlace[] = [];
  for (const place of places) {
    if (found.length === limit) break;
    found.push({ place });
  }
  return found;
}

/** No place is known more finely. */
export function roundMetres(metres: number): number {
  return Math.round(metres * 10) / 10;
}
