/** Laws of parties, places and entities: whatever somebody sends, it is kept and comes back, or refused with a sentence. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { RecordKind, RecordKinds } from '../../src/core/kind.ts';
import { entityForm } from '../../src/core/model/entity.ts';
import { partyForm } from '../../src/core/model/party.ts';
import { placeForm } from '../../src/core/model/place.ts';
import { shared } from './shared.ts';

const kinds: RecordKinds = new Map(
  (['party', 'place'] as const).map((type): [string, RecordKind] => [
    `${type}Kind`,
    {
      name: `${type}Kind`,
      type,
      base: type === 'party' ? 'Organization' : 'GeographicLocation',
      characteristic: [{ name: 'n', schema: { type: 'integer' }, owner: 'record' }],
      place: [{ role: 'r', min: 0, max: 1 }],
    },
  ]),
);

const any = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const id = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom(
  'Organization',
  'Individual',
  'partyKind',
  'placeKind',
  'PartyRef',
  'PlaceRef',
  'EntityRef',
  'GeographicSite',
  'GeographicAddress',
  'GeographicLocation',
  'GeoJsonPoint',
  'GeoJsonPolygon',
  'cost',
);
const reference = fc.oneof(
  fc.record({ role: fc.constantFrom('r', 's'), id }),
  fc.record({ role: fc.constantFrom('r', 's'), place: fc.record({ id }) }),
  any,
);
const geometry = fc.oneof(
  fc.record({
    type: fc.constant('Point'),
    coordinates: fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -90, max: 90 })),
  }),
  fc.record({
    type: fc.constant('Polygon'),
    coordinates: fc.constant([
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ]),
  }),
  any,
);
const member = fc.oneof(
  fc.tuple(fc.constant('@type'), fc.oneof(type, any)),
  fc.tuple(fc.constantFrom('@referredType', '@baseType'), type),
  fc.tuple(fc.constantFrom('href', 'name', 'addressId', 'extension'), fc.oneof(id, any)),
  fc.tuple(fc.constantFrom('relatedParty', 'place'), fc.oneof(fc.array(reference, { maxLength: 2 }), any)),
  fc.tuple(fc.constantFrom('geoJson', 'location', 'bounds'), fc.oneof(fc.record({ geometry }), geometry)),
  fc.tuple(fc.constant('address'), fc.oneof(fc.record({ id }), any)),
  fc.tuple(
    fc.constantFrom('partyCharacteristic', 'placeCharacteristic'),
    fc.oneof(fc.constant([{ name: 'n', value: 1 }]), fc.constant([{ name: 'n', value: 'x' }]), any),
  ),
);
/** Mostly in order, with something about it that is not always so. */
const body = fc.tuple(id, fc.option(type, { freq: 4 }), fc.array(member, { maxLength: 3 })).map(
  ([one, is, members]): JsonObject => ({
    id: one,
    ...(is === null ? {} : { '@type': is }),
    ...(is === 'GeographicLocation' ? { location: { type: 'Point', coordinates: [1, 2] } } : {}),
    ...Object.fromEntries(members as [string, Json][]),
  }),
);

describe.each([partyForm, placeForm, entityForm])('whatever is sent as a $class', form => {
  test('is kept or refused with a sentence, and what was refused changed nothing', () => {
    let kept = 0;
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), bodies => {
        const { make, store } = shared(form, kinds);
        for (const each of bodies) {
          const seq = store.seq();
          try {
            make(each);
            kept++;
          } catch (error) {
            if (!(error instanceof AgentError)) throw error;
            expect(['invalid', 'conflict']).toContain(error.code);
            expect(error.message.length).toBeGreaterThan(10);
            expect(store.seq()).toBe(seq);
          }
        }
        store.close();
      }),
      { numRuns: 400 },
    );
    expect(kept).toBeGreaterThan(20);
  });

  test('comes back as it is shown: sent again, made anew or as a change, it changes nothing', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), bodies => {
        const { make, patch, store } = shared(form, kinds);
        for (const each of bodies) {
          let shown: JsonObject;
          try {
            shown = make(each);
          } catch {
            continue;
          }
          const seq = store.seq();
          expect(make(shown)).toEqual(shown);
          expect(patch(String(shown.id), shown)).toEqual(shown);
          expect(store.seq()).toBe(seq);
        }
        store.close();
      }),
      { numRuns: 400 },
    );
  });
});
