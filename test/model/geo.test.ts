import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { boundsAround, holds, isInside, metresBetween, metresTo } from '../../src/core/model/geo.ts';
import { instancesAt, placesAround, placesInside, placesNear, qualify } from '../../src/core/model/geo-search.ts';
import type { Geometry, Position } from '../../src/core/model/geometry-rules.ts';
import { placeForm } from '../../src/core/model/place.ts';
import { shared } from './shared.ts';

type Ring = readonly Position[];

function box(west: number, south: number, east: number, north: number): Ring {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

function polygon(...rings: readonly Ring[]): Geometry {
  return { type: 'Polygon', coordinates: rings as unknown as readonly Json[] };
}

function multiPolygon(...polygons: readonly (readonly Ring[])[]): Geometry {
  return { type: 'MultiPolygon', coordinates: polygons as unknown as readonly Json[] };
}

const point = (...position: Position): Geometry => ({ type: 'Point', coordinates: position });
const line = (...positions: readonly Position[]): Geometry => ({
  type: 'LineString',
  coordinates: positions as unknown as readonly Json[],
});

const anyPosition = fc
  .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -89.9, max: 89.9, noNaN: true }))
  .map(([longitude, latitude]): Position => [longitude, latitude]);

describe('distance', () => {
  test('given places whose distance is known, then it is that within a part in two hundred', () => {
    const sydney: Position = [151.2093, -33.8688];
    const near = (found: number, known: number) => expect(Math.abs(found / known - 1)).toBeLessThan(0.005);
    near(metresBetween(sydney, [144.9631, -37.8136]), 713_400);
    near(metresBetween(sydney, [-0.1276, 51.5072]), 16_994_000);
    near(metresBetween([0, 0], [0, 1]), 111_195);
  });

  test('given a position beyond the date line, then the short way is taken', () => {
    expect(metresBetween([179.9, 0], [-179.9, 0])).toBeLessThan(22_300);
    expect(metresTo(polygon(box(-180, -1, -179, 1)), [179.9, 0])).toBeCloseTo(metresBetween([179.9, 0], [180, 0]), -1);
  });

  test('given an area, then nothing within it is away from it, and what lies in a hole is', () => {
    const area = polygon(box(0, 0, 10, 10), box(4, 4, 6, 6));
    expect(metresTo(area, [1, 1])).toBe(0);
    expect(metresTo(area, [5, 5])).toBeGreaterThan(110_000);
    expect(metresTo(area, [11, 5])).toBeCloseTo(metresBetween([11, 5], [10, 5]), -3);
  });

  test('given a long edge, then it runs straight in longitude and latitude', () => {
    const edge = line([-60, 50], [60, 50]);
    expect(metresTo(edge, [0, 50])).toBeLessThan(20);
    const straightNorth = metresBetween([0, 52], [0, 50]);
    expect(Math.abs(metresTo(edge, [0, 52]) / straightNorth - 1)).toBeLessThan(0.01);
  });

  test('given lines and several positions, then the nearest of them counts', () => {
    expect(
      metresTo(
        {
          type: 'MultiPoint',
          coordinates: [
            [0, 0],
            [5, 5],
          ],
        },
        [5, 4],
      ),
    ).toBeCloseTo(111_195, -2);
    expect(
      metresTo(
        {
          type: 'MultiLineString',
          coordinates: [
            [
              [0, 0],
              [1, 0],
            ],
            [
              [0, 9],
              [1, 9],
            ],
          ],
        },
        [0.5, 1],
      ),
    ).toBeCloseTo(111_195, -2);
  });

  test('given any position and distance, then the boxes around it hold all that is so near', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, fc.double({ min: 1, max: 20_000_000, noNaN: true }), (a, b, metres) => {
        if (metresBetween(a, b) > metres) return;
        const isIn = boundsAround(a, metres).some(
          ([west, south, east, north]) => b[0] >= west && b[0] <= east && b[1] >= south && b[1] <= north,
        );
        expect(isIn).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('containment', () => {
  const area = multiPolygon([box(0, 0, 10, 10), box(4, 4, 6, 6)], [box(20, 0, 30, 10)]);

  test('given holes and several pieces, then a position is held by a piece and not by a hole', () => {
    expect(holds(area, [1, 1])).toBe(true);
    expect(holds(area, [25, 5])).toBe(true);
    expect(holds(area, [5, 5])).toBe(false);
    expect(holds(area, [15, 5])).toBe(false);
    expect(holds(area, [0, 5])).toBe(true);
    expect(holds(point(1, 1), [1, 1])).toBe(false);
  });

  test('given a place that is more than a position, then all of it must be inside', () => {
    expect(isInside(polygon(box(1, 1, 3, 3)), area)).toBe(true);
    expect(isInside(polygon(box(9, 1, 11, 3)), area)).toBe(false);
    expect(isInside(line([1, 5], [9, 5]), area)).toBe(false);
    expect(isInside(line([1, 1], [9, 1]), area)).toBe(true);
    expect(isInside(line([9, 5], [21, 5]), area)).toBe(false);
    expect(isInside(polygon(box(3, 3, 7, 7)), area)).toBe(false);
    expect(isInside(polygon(box(1, 1, 3, 3)), line([0, 0], [9, 9]))).toBe(false);
  });

  test('given an area with a notch, then an edge across the notch is outside', () => {
    const notched = polygon([
      [0, 0],
      [10, 0],
      [10, 10],
      [6, 10],
      [5, 2],
      [4, 10],
      [0, 10],
      [0, 0],
    ]);
    expect(isInside(line([1, 9], [9, 9]), notched)).toBe(false);
    expect(isInside(line([1, 1], [9, 1]), notched)).toBe(true);
  });
});

describe('places by where they are', () => {
  const opened = () => {
    const model = shared(placeForm);
    const location = (id: string, geometry: Geometry, more: JsonObject = {}) =>
      model.make({
        id,
        '@type': 'GeographicLocation',
        name: id,
        geoJson: { geometry: { type: geometry.type, coordinates: geometry.coordinates } },
        ...more,
      });
    return { ...model, location };
  };
  const ids = (found: Iterable<{ readonly id: string }>) => [...found].map(({ id }) => id);

  test('given places at known distances, when the near ones are asked for, then only these, the nearest first', () => {
    const { location, store } = opened();
    for (let i = 1; i <= 9; i++) location(`p${i}`, point(0, i / 100));
    const near = (query: { within?: number; limit?: number }) =>
      placesNear(store, { near: [0, 0], limit: 99, ...query }).map(({ place }) => place.id);
    expect(near({ within: 3_400 })).toEqual(['p1', 'p2', 'p3']);
    expect(near({ limit: 2 })).toEqual(['p1', 'p2']);
    expect(near({ within: 0 })).toEqual([]);
    expect(near({})).toHaveLength(9);
    expect(near({ limit: 0 })).toEqual([]);
  });

  test('given places on both sides of the date line and at a pole, then they are near one another', () => {
    const { location, store } = opened();
    location('west', point(179.95, -17));
    location('east', point(-179.95, -17));
    location('pole', point(0, 89.99));
    location('beyond', point(180, 89.99));
    const near = (position: Position, within: number) =>
      placesNear(store, { near: position, within, limit: 9 }).map(({ place }) => place.id);
    expect(near([179.99, -17], 20_000)).toEqual(['west', 'east']);
    expect(near([90, 89.995], 5_000)).toEqual(['beyond', 'pole']);
    expect(placesNear(store, { near: [-179, -17], limit: 1 })[0]?.place.id).toBe('east');
  });

  test('given any places, then the nearest of all are found, as looking at each would find them', () => {
    fc.assert(
      fc.property(fc.array(anyPosition, { minLength: 1, maxLength: 12 }), anyPosition, (positions, at) => {
        const { location, store } = opened();
        for (const [i, each] of positions.entries()) location(`p${i}`, point(...each));
        const found = placesNear(store, { near: at, limit: 3 }).map(({ metres }) => Math.round(metres));
        const all = positions.map(each => Math.round(metresBetween(each, at))).sort((a, b) => a - b);
        expect(found).toEqual(all.slice(0, 3));
      }),
      { numRuns: 60 },
    );
  });

  test('given a place that moves or goes, then it is found where it is now and nowhere else', () => {
    const { location, patch, remove, store } = opened();
    location('a', point(10, 10));
    patch('a', { name: 'still here' });
    expect(ids(placesInside(store, polygon(box(9, 9, 11, 11))))).toEqual(['a']);
    patch('a', { geoJson: { geometry: { type: 'Point', coordinates: [20, 20] } } });
    expect(ids(placesInside(store, polygon(box(9, 9, 11, 11))))).toEqual([]);
    expect(ids(placesInside(store, polygon(box(19, 19, 21, 21))))).toEqual(['a']);
    remove('a');
    expect(store.countShared('place', { bounds: [-180, -90, 180, 90] })).toBe(0);
  });

  test('given more places than are read at once, some at one spot, then all are found, in order of their names', () => {
    const { location, store } = opened();
    for (let i = 0; i < 450; i++)
      location(`p${String(i).padStart(3, '0')}`, i % 3 === 0 ? point(1, 1) : point(1, 1 + i / 1e4));
    const found = ids(placesInside(store, polygon(box(0, 0, 2, 2))));
    expect(found).toHaveLength(450);
    expect(found).toEqual([...found].sort());
    expect(placesNear(store, { near: [1, 1], limit: 20 }).every(({ metres }) => metres === 0)).toBe(true);
    expect(placesNear(store, { near: [1, 1], limit: 9_999 })).toHaveLength(450);
    expect(placesNear(store, { near: [-170, -60], limit: 3 })).toHaveLength(3);
  });

  test('given an area, then those wholly inside it are found, and of a position the areas around it', () => {
    const { location, make, store } = opened();
    location('in', point(1, 1));
    location('hole', point(5, 5));
    location('across', polygon(box(9, 1, 11, 2)));
    location('area', polygon(box(0, 0, 10, 10), box(4, 4, 6, 6)));
    make({ id: 'S', '@type': 'GeographicSite' });
    expect(ids(placesInside(store, polygon(box(0, 0, 10, 10), box(4, 4, 6, 6))))).toEqual(['area', 'in']);
    expect(ids(placesAround(store, [9.5, 1.5]))).toEqual(['across', 'area']);
    expect(ids(placesAround(store, [5, 5]))).toEqual([]);
    location('fiji', multiPolygon([box(177, -20, 180, -15)], [box(-180, -20, -178, -15)]));
    expect(ids(placesAround(store, [180, -17]))).toEqual(['fiji']);
    expect(ids(placesAround(store, [-180, -17]))).toEqual(['fiji']);
    expect(ids(placesAround(store, [179, -17]))).toEqual(['fiji']);
    expect(ids(placesInside(store, polygon(box(0, 0, 10, 10)), ['GeographicSite']))).toEqual([]);
  });

  test('given a card at a site that is at a location, then it is at the location', () => {
    const { location, make, instance, store } = opened();
    location('L', point(151, -33), { place: [{ role: 'within', id: 'S' }] });
    make({ id: 'S', '@type': 'GeographicSite', place: [{ role: 'locatedAt', id: 'L' }] });
    instance('card', { place: [{ role: 'installedAt', place: { id: 'S' } }] });
    instance('mast', { place: [{ role: 'standsAt', place: { id: 'L' } }] });
    expect(instancesAt(store, 'L')).toEqual([
      { id: 'mast', role: 'standsAt' },
      { id: 'card', role: 'installedAt' },
    ]);
    expect(instancesAt(store, 'none')).toEqual([]);
  });
});

describe('service qualification', () => {
  const opened = () => {
    const { make, instance, store } = shared(placeForm);
    const area = (id: string, ring: Ring) =>
      make({ id, '@type': 'GeographicLocation', bounds: { type: 'Polygon', coordinates: [ring] as unknown as Json } });
    area('city', box(0, 0, 10, 10));
    area('airport', box(4, 4, 6, 6));
    instance('wireless', {
      place: [
        { role: 'allowed', place: { id: 'city' } },
        { role: 'blocked', place: { id: 'airport' } },
      ],
    });
    instance('fibre', { place: [{ role: 'footprint', place: { id: 'city' } }] });
    return (position: Position, by?: string) =>
      qualify(store, position, { allowed: 'allowed', blocked: 'blocked' }, by);
  };

  test('given a position in an allowed and in no blocked area, then it is served', () => {
    expect(opened()([1, 1], 'wireless')).toEqual([
      { by: 'wireless', result: 'served', allowed: ['city'], blocked: [] },
    ]);
  });

  test('given a position in both, then it is blocked', () => {
    expect(opened()([5, 5], 'wireless')).toMatchObject([{ result: 'blocked', blocked: ['airport'] }]);
  });

  test('given a position in neither, then it is out of the footprint', () => {
    expect(opened()([50, 5], 'wireless')).toMatchObject([{ result: 'outOfFootprint' }]);
    expect(opened()([1, 1], 'fibre')).toMatchObject([{ result: 'outOfFootprint' }]);
  });

  test('given nobody in particular, then all who have an area there are told', () => {
    expect(opened()([1, 1]).map(({ by, result }) => `${by} ${result}`)).toEqual(['wireless served']);
    expect(opened()([50, 5])).toEqual([]);
  });
});
