/** The kinds of resource that the standard names, and dates in all that have one. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { acceptPatch, render } from '../../src/tmf/codec.ts';
import { versions } from '../../src/tmf/version.ts';
import { as, made, refusal } from './made.ts';

describe('kinds of resource', () => {
  const own: Record<string, readonly (readonly [string, Json, Json])[]> = {
    PhysicalResource: [
      ['manufactureDate', '2026-01-01T00:00:00Z', '2026-01-01'],
      ['powerState', 'on', true],
      ['serialNumber', 'S', 1],
      ['versionNumber', '1', 1],
      ['batchNumber', 'B', 1],
      ['powerConsumingLevel', 100, 1.5],
      ['powerConsumingState', 'sleeping', 'awake'],
      ['standbyStatus', 'hotStandby', 'warm'],
    ],
    LogicalResource: [['value', '491702283968', 491702283968]],
    SoftwareResource: [
      ['value', 'v', 1],
      ['isDistributedCurrent', true, 'yes'],
      ['lastUpdate', '2026-01-01T00:00:00Z', 'yesterday'],
      ['targetPlatform', 'x86', 86],
    ],
    ResourceFunction: [
      ['value', 'v', 1],
      ['functionType', 'firewall', {}],
      ['priority', 1, 'first'],
      ['role', 'r', []],
      ['connectionPoint', [{ id: 'c', '@type': 'ConnectionPointRef' }], [{}]],
      ['schedule', [{ id: 's', '@type': 'ScheduleRef' }], {}],
      ['autoModification', [{ name: 'a', value: 1, '@type': 'IntegerCharacteristic' }], [{ value: 1 }]],
      ['connectivity', [{ id: 'g', connection: [] }], [{ connection: [] }]],
    ],
  };
  const rows = Object.entries(own).flatMap(([type, attributes]) =>
    attributes.flatMap(([name, value, wrong]) => versions.map(version => ({ type, name, value, wrong, version }))),
  );

  test.each(rows)(
    'T110: $type.$name in $version, also of a type of a client’s own',
    ({ type, name, value, wrong, version }) => {
      for (const typed of [{ '@type': type }, { '@type': 'Mine', '@baseType': type }]) {
        const kept = made('resource', version, { ...typed, [name]: value });
        expect(kept).toMatchObject({ ...typed, [name]: value });
        const shown = render(kept, as('resource', 'v5'));
        expect(shown).toMatchObject({ ...typed, [name]: value });
        expect(refusal(() => made('resource', version, { ...typed, [name]: wrong })).pointer).toMatch(
          new RegExp(`^/${name}`),
        );
        expect(refusal(() => acceptPatch(kept, { [name]: wrong }, as('resource', version))).pointer).toMatch(
          new RegExp(`^/${name}`),
        );
      }
    },
  );

  test('of a type that nobody knows everything is kept as it was said', () => {
    for (const version of versions) {
      const said = { '@type': 'CpeRouter', '@baseType': 'Router', manufactureDate: 7, wifi: { bands: [2.4, 5] } };
      expect(made('resource', version, said)).toMatchObject(said);
      const base = { '@type': 'CustomerFacingService', '@baseType': 'Service', tariff: [{ a: null }] };
      expect(made('service', version, base)).toMatchObject(base);
      expect(refusal(() => made('service', version, { ...base, isBundle: 'no' })).pointer).toBe('/isBundle');
    }
  });
});

describe('dates', () => {
  const rows = [
    ['2026-01-31T12:00:00Z', true],
    ['2026-01-31t12:00:00z', true],
    ['2026-01-31T12:00:00.123456789+05:30', true],
    ['2016-12-31T23:59:60Z', true],
    ['2026-01-31', false],
    ['2026-01-31T12:00:00', false],
    ['2026-01-31T24:00:00Z', false],
    ['2026-06-30T12:00:60Z', false],
    ['', false],
  ] as const;
  test.each(rows)('%j: %s, in every attribute and version, kept as it was said', (text, isOne) => {
    for (const version of versions) {
      for (const [type, said] of [
        ['service', { startDate: text }],
        ['service', { note: [{ author: 'a', text: 't', date: text }] }],
        ['resource', { startOperatingDate: text }],
        ['resource', { validFor: { startDateTime: text } }],
        ['resource', { '@type': 'PhysicalResource', manufactureDate: text }],
      ] as const) {
        if (isOne) expect(made(type, version, said)).toMatchObject(said);
        else
          expect(refusal(() => made(type, version, said)).message).toContain(
            'must be a date and time such as 2026-01-31T12:00:00Z',
          );
      }
    }
  });
});
