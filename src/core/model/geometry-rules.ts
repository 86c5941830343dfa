/** Which geometry a place may have: one of GeoJSON's, in WGS 84, with rings that are rings. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Path } from '../path.ts';
import { crossing, edgesOf } from './edges.ts';
import { Findings } from './findings.ts';
import { eitherOf, shown } from './words.ts';

/** By the type of a geometry, how deep its positions lie. */
const depths = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
} as const;
export type GeometryType = keyof typeof depths;
export const geometryTypes = Object.keys(depths) as readonly GeometryType[];

export type Position = readonly [longitude: number, latitude: number];

/** A geometry that was checked. */
export interface Geometry {
  readonly type: GeometryType;
  readonly coordinates: readonly Json[];
}

/** The coast of a country fits; whoever needs more may simplify. */
const MOST_POSITIONS = 10_000;
/** What is wrong with a ring is wrong with its neighbour too. */
const TOLD = 5;

/** Adds what is wrong with a geometry, at most a few; true when nothing is. */
export function checkGeometry(findings: Findings, value: Json | undefined, pointer: Path): boolean {
  const check = new Check(findings);
  check.geometry(value, pointer);
  return check.told === 0;
}

/** A geometry that somebody asks with. Throws `invalid`. */
export function readGeometry(value: Json, pointer: Path): Geometry {
  const findings = new Findings();
  checkGeometry(findings, value, pointer);
  findings.refuse();
  // Checked just now.
  return value as unknown as Geometry;
}

class Check {
  readonly #findings: Findings;
  told = 0;
  #positions = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  geometry(value: Json | undefined, pointer: Path): void {
    const type = property(value, 'type');
    const known = geometryTypes.find(each => each === type);
    if (!isObject(value) || known === undefined) {
      this.#tell(`${pointer}/type`, `a geometry is a ${eitherOf(geometryTypes)}, not ${shown(type ?? null)}`);
      return;
    }
    const isLine = known.endsWith('LineString');
    this.#nested(value.coordinates, `${pointer}/coordinates`, depths[known], (line, at) => {
      if (known.endsWith('Polygon')) this.#ring(line, at, this.#positions <= MOST_POSITIONS);
      else if (isLine && line.length < 2) this.#tell(at, `a line has at least 2 positions, not ${line.length}`);
      else if (isLine) this.#atDateLine(line, at, 'line', 'MultiLineString');
    });
    if (this.#positions > MOST_POSITIONS) {
      this.#tell(pointer, `a geometry has at most ${MOST_POSITIONS} positions, not ${this.#positions}; simplify it`);
    }
  }

  /** Walks down to the positions; whole lines of them are handed to `line`. */
  #nested(
    value: Json | undefined,
    pointer: Path,
    depth: number,
    line: (positions: readonly Position[], at: Path) => void,
  ): void {
    if (depth === 0) {
      this.#position(value, pointer);
      return;
    }
    if (!isArray(value) || value.length === 0) {
      this.#tell(pointer, `${pointer} is an array with something in it, not ${shown(value ?? null)}`);
      return;
    }
    const told = this.told;
    for (const [i, each] of value.entries()) {
      if (this.told >= TOLD) return;
      this.#nested(each, `${pointer}/${i}`, depth - 1, line);
    }
    // Each position was looked at.
    if (depth === 1 && told === this.told) line(value as unknown as readonly Position[], pointer);
  }

  #position(value: Json | undefined, pointer: Path): void {
    this.#positions++;
    const numbers = isArray(value) ? value : [];
    const [longitude, latitude] = numbers;
    const isWhole = numbers.length >= 2 && numbers.length <= 3 && numbers.every(each => typeof each === 'number');
    if (!isWhole || typeof longitude !== 'number' || typeof latitude !== 'number') {
      this.#tell(pointer, `a position is [longitude, latitude] in degrees, not ${shown(value ?? null)}`);
    } else if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) {
      this.#tell(
        pointer,
        `a longitude lies within -180 and 180, a latitude within -90 and 90; [${longitude}, ${latitude}] does not${
          Math.abs(latitude) > 90 && Math.abs(longitude) <= 90 ? ' (the longitude comes first)' : ''
        }`,
      );
    }
  }

  #ring(ring: readonly Position[], pointer: Path, isWalkedOver: boolean): void {
    const [first, last] = [ring[0], ring.at(-1)];
    if (!first || !last || ring.length < 4) {
      this.#tell(
        pointer,
        `a ring has at least 4 positions, the last of them the first again; this one has ${ring.length}`,
      );
    } else if (first[0] !== last[0] || first[1] !== last[1]) {
      this.#tell(pointer, `a ring ends where it began: add ${JSON.stringify(first)} at its end`);
    } else if (new Set(ring.map(([longitude, latitude]) => `${longitude} ${latitude}`)).size < 3) {
      this.#tell(pointer, 'a ring has at least 3 different positions');
    } else if (!this.#atDateLine(ring, pointer, 'ring', 'MultiPolygon') && isWalkedOver) {
      const [one, other] = crossing(edgesOf(ring)) ?? [];
      if (!one || !other) return;
      this.#tell(pointer, `a ring may not cross itself; ${JSON.stringify(one)} and ${JSON.stringify(other)} cross`);
    }
  }

  /** The long way round is never meant. */
  #atDateLine(line: readonly Position[], pointer: Path, what: string, pieces: string): boolean {
    if (!line.some((each, i) => Math.abs(each[0] - (line[i + 1] ?? each)[0]) > 180)) return false;
    this.#tell(pointer, `a ${what} may not cross the date line: cut it in two there, as a ${pieces} (RFC 7946, 3.1.9)`);
    return true;
  }

  #tell(pointer: Path, message: string): void {
    this.told++;
    if (this.told <= TOLD) this.#findings.add(pointer, message);
  }
}

/** The geometry in the members that may hold one, as RFC 7946 has it: bare, or that of a feature. */
export function bareGeometry(value: JsonObject): Json | undefined {
  return property(value, 'geometry') ?? (isArray(value.coordinates) ? value : undefined);
}
