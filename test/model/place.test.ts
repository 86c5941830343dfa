import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { RecordKind, RecordKinds } from '../../src/core/kind.ts';
import { placeForm } from '../../src/core/model/place.ts';
import { refusal, shared } from './shared.ts';

const point = { type: 'Point', coordinates: [151.2, -33.8] };
const ring = (west: number, south: number, east: number, north: number): Json => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];
const box = { type: 'Polygon', coordinates: [ring(151, -34, 152, -33)] };

describe('a place', () => {
  test('given an address, a site and a location, when made, then each has the words of TMF673, TMF674 and TMF675', () => {
    const { make, store } = shared(placeForm);
    expect(
      make({ id: 'A', '@type': 'GeographicAddress', streetName: 'Pitt', streetNr: '1', postcode: '2000' }),
    ).toMatchObject({
      streetName: 'Pitt',
    });
    expect(make({ id: 'S', '@type': 'GeographicSite', siteType: 'exchange', siteCode: 'SYD' })).toMatchObject({
      siteCode: 'SYD',
    });
    expect(make({ id: 'L', '@type': 'GeographicLocation', accuracy: 2.5, geoJson: { geometry: point } })).toEqual({
      id: 'L',
      href: '/place/L',
      '@type': 'GeoJsonPoint',
      '@baseType': 'GeographicLocation',
      accuracy: 2.5,
      geoJson: { geometry: point },
    });
    expect([...store.sharedRecords('place', { kinds: ['GeographicLocation', 'GeographicSite'] })]).toHaveLength(2);
    expect(refusal(() => make({ '@type': 'GeographicSite' }))).toBe('invalid /id');
    expect(refusal(() => make({ id: 'A', postcode: 2000 }))).toBe('invalid /postcode');
  });

  test('given a geometry said in another way, then it is kept in the one way', () => {
    const { make } = shared(placeForm);
    const said: [string, JsonObject, string][] = [
      ['a', { geoJson: point }, 'GeoJsonPoint'],
      ['b', { geoJson: { type: 'Feature', geometry: point } }, 'GeoJsonPoint'],
      ['c', { location: point }, 'GeoJsonPoint'],
      ['d', { bounds: box }, 'GeoJsonPolygon'],
    ];
    for (const [id, body, type] of said) {
      const made = make({ id, '@type': 'GeographicLocation', ...body });
      expect(made['@type']).toBe(type);
      expect(made.geoJson).toMatchObject({ geometry: id === 'd' ? box : point });
      expect(made).not.toHaveProperty('location');
    }
    expect(make({ id: 'e', '@type': 'GeoJsonPolygon', geoJson: { geometry: box } })['@baseType']).toBe(
      'GeographicLocation',
    );
  });

  test('given two geometries, one of another type than said, or one on what is no location, then it is refused', () => {
    const { make } = shared(placeForm);
    const location = { id: 'L', '@type': 'GeographicLocation' };
    expect(refusal(() => make({ ...location, location: point, bounds: box }))).toBe('invalid /bounds');
    expect(refusal(() => make({ ...location, location: box }))).toBe('invalid /location/type');
    expect(refusal(() => make({ id: 'L', '@type': 'GeoJsonPoint', geoJson: { geometry: box } }))).toBe(
      'invalid /@type',
    );
    expect(refusal(() => make({ id: 'L', '@type': 'GeographicSite', location: point }))).toBe('invalid /geoJson');
    expect(refusal(() => make({ id: 'L', '@referredType': 'GeographicLocation', geoJson: { geometry: point } }))).toBe(
      'invalid /geoJson',
    );
  });

  test('given a location without a geometry, then it is refused, at its making and later', () => {
    const { make, patch } = shared(placeForm);
    expect(refusal(() => make({ id: 'L', '@type': 'GeographicLocation' }))).toBe('invalid /geoJson');
    make({ id: 'L', '@type': 'GeographicLocation', location: point });
    expect(refusal(() => patch('L', { geoJson: null }))).toBe('invalid /geoJson');
    expect(patch('L', { geoJson: { geometry: box } })['@type']).toBe('GeoJsonPolygon');
  });

  test.each<[string, Json, string]>([
    ['is of no type', { coordinates: [1, 2] }, '/type'],
    ['is a collection', { type: 'GeometryCollection', geometries: [] }, '/type'],
    ['has latitude and longitude the other way round', { type: 'Point', coordinates: [-33.8, 151.2] }, '/coordinates'],
    ['lies beyond the date line', { type: 'Point', coordinates: [181, 0] }, '/coordinates'],
    ['has words for numbers', { type: 'Point', coordinates: ['1', 2] }, '/coordinates'],
    ['has a position with one number', { type: 'MultiPoint', coordinates: [[1, 2], [1]] }, '/coordinates/1'],
    ['has nothing in it', { type: 'Polygon', coordinates: [] }, '/coordinates'],
    ['is a line of one position', { type: 'LineString', coordinates: [[1, 2]] }, '/coordinates'],
    [
      'has a ring that is open',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
      '/coordinates/0',
    ],
    [
      'has a ring that is a line',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 0],
            [0, 0],
          ],
        ],
      },
      '/coordinates/0',
    ],
    [
      'has a ring of three positions',
      {
        type: 'MultiPolygon',
        coordinates: [
          [
            [
              [0, 0],
              [1, 0],
              [0, 0],
            ],
          ],
        ],
      },
      '/coordinates/0/0',
    ],
    [
      'has a ring that crosses itself',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [10, 10],
            [10, 0],
            [0, 10],
            [0, 0],
          ],
        ],
      },
      '/coordinates/0',
    ],
    [
      'is a line across the date line',
      {
        type: 'LineString',
        coordinates: [
          [170, 0],
          [-170, 0],
        ],
      },
      '/coordinates',
    ],
    [
      'crosses the date line in one piece',
      { type: 'Polygon', coordinates: [ring(170, 0, -170, 10)] },
      '/coordinates/0',
    ],
  ])('given a geometry that %s, then it is refused with its place', (_, geometry, pointer) => {
    const { make } = shared(placeForm);
    expect(refusal(() => make({ id: 'L', '@type': 'GeographicLocation', geoJson: { geometry } }))).toBe(
      `invalid /geoJson/geometry${pointer}`,
    );
  });

  test('given latitude and longitude the other way round, then it is said which comes first', () => {
    const { make } = shared(placeForm);
    const wrong = { type: 'Point', coordinates: [-33.8, 151.2] };
    expect(() => make({ id: 'L', '@type': 'GeographicLocation', location: wrong })).toThrow(
      /the longitude comes first/,
    );
  });

  test('given a site, when read, then its address is there as a record, as nothing, or as what is not known', () => {
    const { make, remove, patch } = shared(placeForm);
    make({ id: 'A', '@type': 'GeographicAddress', streetName: 'Pitt' });
    expect(make({ id: 'S', '@type': 'GeographicSite' })).not.toHaveProperty('address');
    const sited = patch('S', { addressId: 'A' });
    expect(sited.address).toEqual({ id: 'A', href: '/place/A', '@type': 'GeographicAddress', streetName: 'Pitt' });
    expect(patch('S', sited)).toEqual(sited);
    expect(make({ id: 'T', '@type': 'GeographicSite', address: { id: 'A' } })).toMatchObject({ addressId: 'A' });
    expect(patch('S', { address: { id: 'B' } })).toMatchObject({ addressId: 'B', address: { '@type': 'Unknown' } });
    expect(refusal(() => patch('S', { addressId: 'A', address: { id: 'C' } }))).toBe('invalid /address/id');
    expect(refusal(() => patch('S', { address: 'Pitt Street' }))).toBe('invalid /address');
    expect(patch('S', { addressId: 'gone' }).address).toMatchObject({ '@type': 'Unknown', reason: 'noTarget' });
    expect(() => remove('A')).toThrow(/referred to by T \(address\)/);
    remove('T');
    remove('A');
  });

  test('given somebody at it, when deleted, then refused', () => {
    const { make, remove, instance } = shared(placeForm);
    make({ id: 'S', '@type': 'GeographicSite', place: [{ role: 'locatedAt', id: 'L' }] });
    make({ id: 'L', '@type': 'GeographicLocation', location: point });
    instance('card', { place: [{ role: 'installedAt', place: { id: 'S' } }] });
    expect(() => remove('S')).toThrow(/card \(installedAt\)/);
    expect(() => remove('L')).toThrow(/S \(locatedAt\)/);
  });

  test('given a kind of site of the profile, then it is a site with characteristics, and has an address too', () => {
    const oltSite: RecordKind = {
      name: 'oltSite',
      type: 'place',
      base: 'GeographicSite',
      characteristic: [{ name: 'racks', schema: { type: 'integer' }, mandatory: true, owner: 'record' }],
    };
    const kinds: RecordKinds = new Map([[oltSite.name, oltSite]]);
    const { make, store } = shared(placeForm, kinds);
    const body = { id: 'S', '@type': 'oltSite', placeCharacteristic: [{ name: 'racks', value: 4 }], addressId: 'A' };
    expect(make(body)).toMatchObject({ '@baseType': 'GeographicSite', address: { '@type': 'Unknown' } });
    expect(store.shared('place', 'S')?.kind).toBe('oltSite');
    expect(store.linksTo('A', 'place')).toHaveLength(1);
    expect(refusal(() => make({ id: 'X', '@type': 'oltSite' }))).toBe('invalid /placeCharacteristic');
  });
});
