/**
 * The questions about where things are, as they are asked in an address: `near=LON,LAT` and `within=METRES`,
 * `inside=AREA` or `insidePlace=ID`, `containing=LON,LAT`.
 */
import type { FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import { geometryOf } from '../../core/model/geometry.ts';
import { type Geometry, type Position, readGeometry } from '../../core/model/geometry-rules.ts';
import { placeForm } from '../../core/model/place.ts';
import { needShared } from '../../core/model/shared-rules.ts';
import type { Reader } from '../../ports/store.ts';
import { parameter } from './lists.ts';

export type Where =
  | { readonly ask: 'near'; readonly near: Position; readonly within: number | undefined }
  | { readonly ask: 'inside'; readonly area: Geometry }
  | { readonly ask: 'around'; readonly position: Position };

/** Undefined when nothing of it is asked. Throws `invalid`. */
export function readWhere(request: FastifyRequest, store: Pick<Reader, 'shared'>): Where | undefined {
  const near = parameter(request, 'near');
  const within = parameter(request, 'within');
  const inside = parameter(request, 'inside');
  const insidePlace = parameter(request, 'insidePlace');
  const around = parameter(request, 'containing');
  if ([near, inside, insidePlace, around].filter(each => each !== undefined).length > 1) {
    throw new AgentError('invalid', 'ask for one of near, inside, insidePlace and containing at a time');
  }
  if (within !== undefined && near === undefined) {
    throw new AgentError('invalid', 'within says how far from near; say near=LONGITUDE,LATITUDE too');
  }
  if (near !== undefined) return { ask: 'near', near: readPosition('near', near), within: readMetres(within) };
  if (inside !== undefined) return { ask: 'inside', area: readArea(inside) };
  if (insidePlace !== undefined) return { ask: 'inside', area: areaOf(insidePlace, store) };
  if (around !== undefined) return { ask: 'around', position: readPosition('containing', around) };
  return undefined;
}

/** `151.2,-33.8`: longitude and latitude in degrees. */
export function readPosition(name: string, text: string): Position {
  const parts = text.split(',');
  const [longitude = Number.NaN, latitude = Number.NaN] = parts.map(part => readNumber(part));
  if (parts.length === 2 && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90) return [longitude, latitude];
  throw new AgentError('invalid', `${name} is LONGITUDE,LATITUDE in degrees, such as 151.2,-33.8; not "${text}"`);
}

function readNumber(text: string): number {
  return /^\s*[-+]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
}

function readMetres(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const metres = readNumber(text);
  if (metres >= 0) return metres;
  throw new AgentError('invalid', `within is a number of metres from 0, not "${text}"`);
}

/** A polygon as GeoJSON, or the corners of one: `LON,LAT;LON,LAT;LON,LAT`. */
function readArea(text: string): Geometry {
  if (!text.trimStart().startsWith('{')) {
    const corners = text.split(';').map(each => readPosition('each corner of inside', each));
    const [first] = corners;
    const ring = first === undefined ? [] : [...corners, first];
    return readGeometry({ type: 'Polygon', coordinates: [ring] }, '');
  }
  let area: Geometry;
  try {
    area = readGeometry(JSON.parse(text), '');
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('invalid', 'inside is a polygon as GeoJSON, or its corners as LON,LAT;LON,LAT;LON,LAT');
  }
  return needArea(area);
}

/** The area of a place that is kept here, which may be larger than what an address holds. */
function areaOf(id: string, store: Pick<Reader, 'shared'>): Geometry {
  const { document } = needShared(store, placeForm, id);
  const geometry = geometryOf(document);
  if (geometry) return needArea(readGeometry(geometry, ''));
  throw new AgentError('invalid', `the place ${id} has no geometry; nothing lies inside it`);
}

function needArea(area: Geometry): Geometry {
  if (area.type === 'Polygon' || area.type === 'MultiPolygon') return area;
  throw new AgentError('invalid', `an area is a Polygon or a MultiPolygon; nothing lies inside a ${area.type}`);
}
