/**
 * Geometry at work: how far, and inside or not, on the sphere, in metres. Edges run straight in longitude and latitude,
 * as RFC 7946 has them. To be imported when it is asked for only: the library behind it is not small.
 */
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { distance } from '@turf/distance';
import { nearestPointOnLine } from '@turf/nearest-point-on-line';
import { cross, edgesOf } from './edges.ts';
import type { Bounds } from './geometry.ts';
import type { Geometry, Position } from './geometry-rules.ts';

/** Half of the way round: nothing is farther. */
export const FARTHEST_METRES = 20_015_115;

/** Of the mean radius that the library measures with. */
const METRES_IN_A_DEGREE = 111_195;

/** The library takes the shortest way between two positions of a line; pieces this short differ by some metres from a straight one. */
const LONGEST_PIECE_DEGREES = 0.25;

type Line = readonly Position[];
/** The outer ring, then those of its holes. */
type Rings = readonly Line[];

interface Parts {
  readonly points: readonly Position[];
  readonly lines: readonly Line[];
  readonly polygons: readonly Rings[];
}

export function metresBetween(a: Position, b: Position): number {
  return distance([...a], [...b], { units: 'meters' });
}

/** From a position to the nearest of a geometry; nothing within an area is away from it. */
export function metresTo(geometry: Geometry, position: Position): number {
  const { points, lines, polygons } = partsOf(geometry);
  let least = Number.POSITIVE_INFINITY;
  for (const each of points) least = Math.min(least, metresBetween(each, position));
  for (const line of lines) least = Math.min(least, metresToLine(line, position));
  for (const rings of polygons) {
    if (isIn(rings, position)) return 0;
    for (const ring of rings) least = Math.min(least, metresToLine(ring, position));
  }
  return least;
}

/** Whether an area holds a position; its edges belong to it, its holes do not. What is no area holds nothing. */
export function holds(area: Geometry, position: Position): boolean {
  return partsOf(area).polygons.some(rings => isIn(rings, position));
}

/** Whether all of a geometry lies inside an area, or on its edge. */
export function isInside(geometry: Geometry, area: Geometry): boolean {
  const { points, lines, polygons } = partsOf(geometry);
  const around = partsOf(area).polygons;
  if (around.length === 0) return false;
  const isHeld = (position: Position): boolean => around.some(rings => isIn(rings, position));
  const edges = around.flatMap(rings => rings.flatMap(edgesOf));
  const drawn = [...lines, ...polygons.flat()];
  return (
    points.every(isHeld) &&
    drawn.flat().every(isHeld) &&
    !drawn.flatMap(edgesOf).some(edge => edges.some(other => cross(edge, other))) &&
    // A hole that lies wholly within what is looked for touches none of its edges.
    !around.some(([, ...holes]) => holes.some(hole => hole.some(each => polygons.some(rings => isWellIn(rings, each)))))
  );
}

/** Boxes in which everything lies that is so near; two where the date line is between. */
export function boundsAround([longitude, latitude]: Position, metres: number): readonly Bounds[] {
  // A little more, for edges that are not as straight as they are taken to be.
  const degrees = (metres * 1.001 + 10) / METRES_IN_A_DEGREE;
  const south = Math.max(latitude - degrees, -90);
  const north = Math.min(latitude + degrees, 90);
  // Around a pole every longitude is near.
  if (south === -90 || north === 90) return [[-180, south, 180, north]];
  const reach = Math.sin(radians(degrees)) / Math.cos(radians(latitude));
  const aside = (Math.asin(Math.min(reach, 1)) * 180) / Math.PI;
  const west = longitude - aside;
  const east = longitude + aside;
  if (west < -180) {
    return [
      [-180, south, east, north],
      [west + 360, south, 180, north],
    ];
  }
  if (east > 180) {
    return [
      [west, south, 180, north],
      [-180, south, east - 360, north],
    ];
  }
  return [[west, south, east, north]];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** What a geometry is made of. It was checked when it came in, so its coordinates are as its type says. */
function partsOf({ type, coordinates }: Geometry): Parts {
  const none = { points: [], lines: [], polygons: [] };
  const checked: unknown = coordinates;
  switch (type) {
    case 'Point':
      return { ...none, points: [checked as Position] };
    case 'MultiPoint':
      return { ...none, points: checked as Position[] };
    case 'LineString':
      return { ...none, lines: [checked as Line] };
    case 'MultiLineString':
      return { ...none, lines: checked as Line[] };
    case 'Polygon':
      return { ...none, polygons: [checked as Rings] };
    case 'MultiPolygon':
      return { ...none, polygons: checked as Rings[] };
  }
}

function metresToLine(line: Line, position: Position): number {
  const coordinates = inPieces(line);
  const { properties } = nearestPointOnLine({ type: 'LineString', coordinates }, [...position], { units: 'meters' });
  return properties.pointDistance;
}

function inPieces(line: Line): number[][] {
  const pieces: number[][] = [];
  for (const [[west, south], [east, north]] of edgesOf(line)) {
    const longest = Math.max(Math.abs(east - west), Math.abs(north - south));
    const count = Math.max(Math.ceil(longest / LONGEST_PIECE_DEGREES), 1);
    for (let i = 0; i < count; i++) {
      pieces.push([west + ((east - west) * i) / count, south + ((north - south) * i) / count]);
    }
  }
  const last = line.at(-1);
  if (last) pieces.push([last[0], last[1]]);
  return pieces;
}

/** The library does not write to what it is given, though its types say it might. */
function polygonOf(rings: Rings): { type: 'Polygon'; coordinates: number[][][] } {
  return { type: 'Polygon', coordinates: rings as unknown as number[][][] };
}

function isIn(rings: Rings, position: Position): boolean {
  return booleanPointInPolygon([...position], polygonOf(rings));
}

function isWellIn(rings: Rings, position: Position): boolean {
  return booleanPointInPolygon([...position], polygonOf(rings), { ignoreBoundary: true });
}
