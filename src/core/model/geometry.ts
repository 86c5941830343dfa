/** Geometry of places, as GeoJSON (RFC 7946) below `geoJson`, as TMF675 has it: WGS 84, longitude first, degrees. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';

/** West, south, east, north. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

/** The geometry of a place, whether it stands in `geoJson` itself or one below; undefined when it has none. */
export function geometryOf(document: JsonObject): JsonObject | undefined {
  const geoJson = property(document, 'geoJson');
  const geometry = property(geoJson, 'geometry') ?? geoJson;
  return isObject(geometry) && isArray(geometry.coordinates) ? geometry : undefined;
}

/** What the geometry of a place lies within. */
export function boundsOf(document: JsonObject): Bounds | undefined {
  const found: [number, number, number, number] = [180, 90, -180, -90];
  const geometry = geometryOf(document);
  if (!geometry || !widen(found, geometry.coordinates)) return undefined;
  return found;
}

function widen(bounds: [number, number, number, number], coordinates: Json | undefined): boolean {
  if (!isArray(coordinates)) return false;
  const [longitude, latitude] = coordinates;
  if (typeof longitude === 'number' && typeof latitude === 'number') {
    bounds[0] = Math.min(bounds[0], longitude);
    bounds[1] = Math.min(bounds[1], latitude);
    bounds[2] = Math.max(bounds[2], longitude);
    bounds[3] = Math.max(bounds[3], latitude);
    return true;
  }
  return coordinates.map(each => widen(bounds, each)).includes(true);
}
