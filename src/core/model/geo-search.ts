/** Places and instances by where they are: near a position, inside an area, around a position; and whom an area serves. */
import { type InstanceId, instanceId } from '../ids.ts';
import { boundsAround, FARTHEST_METRES, holds, isInside, metresTo } from './geo.ts';
import { boundsOf, geometryOf } from './geometry.ts';
import type { Geometry, Position } from './geometry-rules.ts';
import type { ModelReader } from './model-store.ts';
import type { SharedRecord } from './shared-record.ts';

export interface NearPlace {
  readonly place: SharedRecord;
  readonly metres: number;
}

export interface NearQuery {
  readonly near: Position;
  /** No farther than this. */
  readonly within?: number | undefined;
  /** So many of the nearest. */
  readonly limit: number;
  readonly kinds?: readonly string[] | undefined;
}

/** So far is looked first; each further look reaches so many times as far. */
const FIRST_METRES = 1_000;
const FARTHER = 5;
/** More than so many times what is asked for is too much to look at. */
const ENOUGH = 4;

/** The nearest first. Looks no farther around than it must, so that it costs what is near and not what there is. */
export function placesNear(reader: ModelReader, query: NearQuery): readonly NearPlace[] {
  const { near, within, limit, kinds } = query;
  const farthest = Math.min(within ?? FARTHEST_METRES, FARTHEST_METRES);
  for (let metres = reachFor(reader, query, farthest); ; metres = Math.min(metres * 2, farthest)) {
    const found = placesWithin(reader, near, metres, kinds);
    if (found.length >= limit || metres === farthest) return found.slice(0, limit);
  }
}

/** So far that enough may lie within, and not many more: told by counting boxes, which reads no place. */
function reachFor(reader: ModelReader, { near, limit, kinds }: NearQuery, farthest: number): number {
  const count = (metres: number): number =>
    boundsAround(near, metres)
      .map(bounds => reader.countShared('place', { bounds, ...(kinds === undefined ? {} : { kinds }) }))
      .reduce((sum, each) => sum + each, 0);
  let enough = Math.min(FIRST_METRES, farthest);
  let tooNear = 0;
  let counted = count(enough);
  while (counted < limit && enough < farthest) {
    tooNear = enough;
    enough = Math.min(enough * FARTHER, farthest);
    counted = count(enough);
  }
  // Halving ends where the boxes are as small as a house.
  while (counted > limit * ENOUGH && enough - tooNear > 1) {
    const between = (tooNear + enough) / 2;
    const fewer = count(between);
    if (fewer < limit) tooNear = between;
    else {
      enough = between;
      counted = fewer;
    }
  }
  return enough;
}

function placesWithin(
  reader: ModelReader,
  near: Position,
  metres: number,
  kinds: readonly string[] | undefined,
): readonly NearPlace[] {
  const found = new Map<string, NearPlace>();
  for (const bounds of boundsAround(near, metres)) {
    for (const place of reader.sharedRecords('place', { bounds, ...(kinds === undefined ? {} : { kinds }) })) {
      const geometry = geometryIn(place);
      if (!geometry || found.has(place.id)) continue;
      const away = metresTo(geometry, near);
      if (away <= metres) found.set(place.id, { place, metres: away });
    }
  }
  return [...found.values()].sort((a, b) => a.metres - b.metres || (a.place.id < b.place.id ? -1 : 1));
}

/** Those that lie wholly inside, by name. */
export function* placesInside(
  reader: ModelReader,
  area: Geometry,
  kinds?: readonly string[],
): IterableIterator<SharedRecord> {
  const bounds = boundsOf({ geoJson: { geometry: { type: area.type, coordinates: area.coordinates } } });
  if (!bounds) return;
  for (const place of reader.sharedRecords('place', { bounds, ...(kinds === undefined ? {} : { kinds }) })) {
    const geometry = geometryIn(place);
    if (geometry && isInside(geometry, area)) yield place;
  }
}

/** The areas around a position, by name. */
export function* placesAround(
  reader: ModelReader,
  [longitude, latitude]: Position,
  kinds?: readonly string[],
): IterableIterator<SharedRecord> {
  const seen = new Set<string>();
  // The date line has two names, and an area cut there goes by one of them.
  for (const each of Math.abs(longitude) === 180 ? [-180, 180] : [longitude]) {
    const bounds = [each, latitude, each, latitude] as const;
    for (const place of reader.sharedRecords('place', { bounds, ...(kinds === undefined ? {} : { kinds }) })) {
      const geometry = geometryIn(place);
      if (!geometry || seen.has(place.id) || !holds(geometry, [each, latitude])) continue;
      seen.add(place.id);
      yield place;
    }
  }
}

/** It was checked when it came in. */
function geometryIn({ document }: SharedRecord): Geometry | undefined {
  return geometryOf(document) as Geometry | undefined;
}

export interface Located {
  readonly id: InstanceId;
  /** The role that the place, or the site at it, has for the instance. */
  readonly role?: string;
}

/** The instances at a place, and those at a place that refers to it, as a site refers to its location. */
export function instancesAt(reader: ModelReader, place: string): readonly Located[] {
  const found = new Map<InstanceId, Located>();
  const seen = new Set([place]);
  // The set grows while it is walked over.
  for (const at of seen) {
    for (const { source, type } of reader.linksTo(at, 'place')) {
      const id = instanceId(source);
      if (reader.instanceSeq(id) !== undefined) {
        if (!found.has(id)) found.set(id, { id, ...(type === undefined ? {} : { role: type }) });
      } else if (reader.sharedSeq('place', source) !== undefined) seen.add(source);
    }
  }
  return [...found.values()];
}

/** The roles in which areas allow and block; the words of the profile where it has others. */
export interface QualificationRoles {
  readonly allowed: string;
  readonly blocked: string;
}

export interface Qualification {
  /** The instance, party or place that refers to the areas. */
  readonly by: string;
  readonly result: 'served' | 'blocked' | 'outOfFootprint';
  /** The areas around the position, by their ids. */
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
}

/** Who serves a position: whoever refers to an area around it as allowed, and to none as blocked. */
export function qualify(
  reader: ModelReader,
  position: Position,
  roles: QualificationRoles,
  by?: string,
): readonly Qualification[] {
  const areas = new Map<string, { allowed: string[]; blocked: string[] }>();
  if (by !== undefined) areas.set(by, { allowed: [], blocked: [] });
  for (const { id } of placesAround(reader, position)) {
    for (const { source, type } of reader.linksTo(id, 'place')) {
      if (by !== undefined && source !== by) continue;
      const known = areas.get(source) ?? { allowed: [], blocked: [] };
      if (type === roles.allowed) known.allowed.push(id);
      else if (type === roles.blocked) known.blocked.push(id);
      else continue;
      areas.set(source, known);
    }
  }
  return [...areas].map(([source, { allowed, blocked }]) => ({
    by: source,
    result: blocked.length > 0 ? 'blocked' : allowed.length > 0 ? 'served' : 'outOfFootprint',
    allowed,
    blocked,
  }));
}
