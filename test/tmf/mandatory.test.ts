/** What each version demands, row by row, when something is made and when it is patched. */
import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, render } from '../../src/tmf/codec.ts';
import { type Version, versions } from '../../src/tmf/version.ts';
import { a, as, least, made, refusal } from './made.ts';

describe('what is mandatory', () => {
  type Row = readonly [type: InstanceType, version: Version, said: JsonObject, pointer: string];
  const of = (version: Version, type: string, more: JsonObject): JsonObject =>
    version === 'v5' ? { '@type': type, ...more } : more;
  const characteristics = (['service', 'resource'] as const).flatMap(type => {
    const array = `${type}Characteristic`;
    return [
      [type, 'v4', { [array]: [{ name: 'a', value: 1 }] }, `/${array}/0/name`],
      [type, 'v4', { [array]: [{ name: 'a', value: 1 }] }, `/${array}/0/value`],
      [type, 'v5', { [array]: [{ name: 'a', value: 1, '@type': 'Characteristic' }] }, `/${array}/0/name`],
      ...['String', 'Boolean', 'Integer', 'Number', 'Object'].flatMap((of, i) =>
        (
          [
            ['', ['a', true, 1, 1.5, {}][i]],
            ['Array', [['a'], [true], [1], [1.5], [{}]][i]],
          ] as const
        ).map(
          ([list, value]): Row => [
            type,
            'v5',
            { [array]: [{ name: 'a', value: value ?? null, '@type': `${of}${list}Characteristic` }] },
            `/${array}/0/value`,
          ],
        ),
      ),
      [
        type,
        'v5',
        { [array]: [{ name: 'a', characteristicRelationship: [{ id: '1', relationshipType: 'r' }] }] },
        `/${array}/0/characteristicRelationship/0/id`,
      ],
      [
        type,
        'v5',
        { [array]: [{ name: 'a', characteristicRelationship: [{ id: '1', relationshipType: 'r' }] }] },
        `/${array}/0/characteristicRelationship/0/relationshipType`,
      ],
    ] satisfies Row[];
  });
  const inBoth = (['service', 'resource'] as const).flatMap(type => {
    const specification = `${type}Specification`;
    const relationship = `${type}Relationship`;
    const features = type === 'service' ? 'feature' : 'activationFeature';
    const feature = { name: 'f', id: '1', featureCharacteristic: [{ name: 'a', value: 1 }] };
    const place4: JsonObject = { role: 'r', id: 'p' };
    const place5: JsonObject = { role: 'r', place: { id: 'p', '@type': 'PlaceRef' } };
    const party4 = { relatedParty: [{ id: 'p', role: 'r', '@referredType': 'Individual' }] };
    const party5 = { relatedParty: [{ role: 'r', partyOrPartyRole: { id: 'p' } }] };
    return [
      ...versions.map((version): Row => [type, version, { [specification]: { id: 's' } }, `/${specification}/id`]),
      [type, 'v4', party4, '/relatedParty/0/id'],
      [type, 'v4', party4, '/relatedParty/0/@referredType'],
      [type, 'v5', party5, '/relatedParty/0/role'],
      [type, 'v5', party5, '/relatedParty/0/partyOrPartyRole/id'],
      [
        type,
        'v4',
        { place: type === 'service' ? [place4] : place4 },
        type === 'service' ? '/place/0/role' : '/place/role',
      ],
      [type, 'v5', { place: [place5] }, '/place/0/role'],
      [type, 'v5', { place: [place5] }, '/place/0/place'],
      [type, 'v5', { place: [place5] }, '/place/0/place/id'],
      [type, 'v4', { relatedEntity: [{ role: 'r', id: 'e' }] }, '/relatedEntity/0/role'],
      [type, 'v5', { relatedEntity: [{ role: 'r', entity: { id: 'e' } }] }, '/relatedEntity/0/role'],
      [type, 'v5', { relatedEntity: [{ role: 'r', entity: { id: 'e' } }] }, '/relatedEntity/0/entity'],
      [type, 'v5', { relatedEntity: [{ role: 'r', entity: { id: 'e' } }] }, '/relatedEntity/0/entity/id'],
      ...versions.map((version): Row => [type, version, { [features]: [feature] }, `/${features}/0/name`]),
      [type, 'v4', { [features]: [feature] }, `/${features}/0/featureCharacteristic`],
      [type, 'v5', { externalIdentifier: [{ id: '1' }] }, '/externalIdentifier/0/id'],
      ...versions.flatMap((version): Row[] => [
        [
          type,
          version,
          { [relationship]: [{ relationshipType: 'r', [type]: { id: 'x' } }] },
          `/${relationship}/0/relationshipType`,
        ],
        [
          type,
          version,
          { [relationship]: [{ relationshipType: 'r', [type]: { id: 'x' } }] },
          `/${relationship}/0/${type}/id`,
        ],
      ]),
      [type, 'v4', { [relationship]: [{ relationshipType: 'r', [type]: { id: 'x' } }] }, `/${relationship}/0/${type}`],
      ...versions.map(
        (version): Row => [type, version, { supportingService: [{ id: 'x' }] }, '/supportingService/0/id'],
      ),
    ] satisfies Row[];
  });
  const rows: readonly Row[] = [
    ...versions.flatMap((version): Row[] => [
      ['service', version, {}, '/state'],
      ['service', version, {}, '/serviceSpecification'],
      ['service', version, { supportingResource: [{ id: 'x' }] }, '/supportingResource/0/id'],
    ]),
    ['service', 'v5', {}, '/@type'],
    ['resource', 'v4', {}, '/name'],
    ['resource', 'v5', {}, '/@type'],
    [
      'resource',
      'v5',
      { resourceRelationship: [{ relationshipType: 'r', resource: { id: 'x' } }] },
      '/resourceRelationship/0/resource',
    ],
    ['service', 'v4', { feature: [{ id: '1', name: 'f', featureCharacteristic: [a] }] }, '/feature/0/id'],
    ...(['date', 'author', 'text'] as const).map(
      (name): Row => [
        'service',
        'v4',
        { note: [{ date: '2026-01-01T00:00:00Z', author: 'a', text: 't' }] },
        `/note/0/${name}`,
      ],
    ),
    ...(['itemId', 'serviceOrderId'] as const).map(
      (name): Row => [
        'service',
        'v4',
        { serviceOrderItem: [{ itemId: '1', serviceOrderId: '2' }] },
        `/serviceOrderItem/0/${name}`,
      ],
    ),
    ...characteristics,
    ...inBoth,
  ];

  test.each(rows)('%s %s: %j without %s', (type, version, said, pointer) => {
    const whole = { ...least[type][version], ...said };
    expect(made(type, version, said)).toBeDefined();
    const name = pointer.split('/').at(-1) ?? '';
    const lacking = lackingAt(whole, pointer.split('/').slice(1));
    const error = refusal(() => acceptCreate(lacking, type, version));
    expect(error).toMatchObject({ code: 'invalid', pointer });
    expect(error.message).toMatch(new RegExp(`^${name} is missing`));
    // And in a PATCH: null takes it away, and a new element comes without it.
    const kept = made(type, version, said);
    const [first = '', ...below] = pointer.split('/').slice(1);
    const isMerged = below.length === 0 || isObject(whole[first]);
    const inner = below.length === 0 ? null : { [name]: null };
    const patch = { [first]: isMerged ? inner : (lacking[first] ?? null) };
    expect(refusal(() => acceptPatch(kept, patch, as(type, version)))).toMatchObject({ code: 'invalid', pointer });
  });

  test('a note of a resource has nothing that is mandatory in v4', () => {
    expect(made('resource', 'v4', { note: [{}] }).note).toEqual([{ '@type': 'Note' }]);
  });

  test('href and id of a resource are never asked for, whatever the file of v4 says', () => {
    expect(
      made('resource', 'v4', { resourceRelationship: [{ relationshipType: 'r', resource: { id: 'x' } }] }),
    ).toBeDefined();
  });

  test.each(versions)('what another version let out may stay out when something else in it changes in %s', version => {
    const kept = made('service', 'v5', {
      note: [{ id: '1', text: 't', '@type': 'Note' }],
      feature: [{ name: 'f', '@type': 'Feature' }],
    });
    const note = [{ id: '1', text: 'changed', ...of(version, 'Note', {}) }];
    expect(acceptPatch(kept, { note }, as('service', version)).note).toEqual([
      { id: '1', text: 'changed', '@type': 'Note' },
    ]);
    const feature = [{ name: 'f', isEnabled: true, ...of(version, 'Feature', {}) }];
    expect(acceptPatch(kept, { feature }, as('service', version)).feature).toEqual([
      { name: 'f', isEnabled: true, '@type': 'Feature' },
    ]);
  });

  test.each(versions)('not patchable in %s: id, href, and when a service was made', version => {
    const kept = { ...made('service', version), serviceDate: '2026-01-01T00:00:00Z' };
    const shown = render(kept, as('service', version));
    for (const name of ['id', 'href', 'serviceDate']) {
      const error = refusal(() => acceptPatch(kept, { [name]: 'other' }, as('service', version)));
      expect([error.pointer, error.message]).toEqual([`/${name}`, `${name} cannot be changed`]);
      expect(acceptPatch(kept, { [name]: shown[name] ?? null }, as('service', version))).toBe(kept);
    }
  });

  test('when a service was made is said by a client of v4, not of v5', () => {
    const serviceDate = '2020-01-01T00:00:00Z';
    expect(made('service', 'v4', { serviceDate }).serviceDate).toBe(serviceDate);
    expect(made('service', 'v5', { serviceDate })).not.toHaveProperty('serviceDate');
  });
});

/** The value without what stands at a place. */
function lackingAt(value: Json, [token = '', ...rest]: readonly string[]): JsonObject {
  return withoutAt(value, [token, ...rest]) as JsonObject;
}

function withoutAt(value: Json, [token = '', ...rest]: readonly string[]): Json {
  if (isArray(value)) return value.with(Number(token), withoutAt(value[Number(token)] ?? null, rest));
  if (!isObject(value)) return value;
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== token));
  return { ...value, [token]: withoutAt(value[token] ?? null, rest) };
}
