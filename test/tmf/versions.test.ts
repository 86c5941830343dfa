/** What each version calls things, row by row: words, names, one status for many. */
import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { acceptPatch, render } from '../../src/tmf/codec.ts';
import { resourceStatuses } from '../../src/tmf/resource-status.ts';
import { type Version, versions } from '../../src/tmf/version.ts';
import { a, as, made, refusal } from './made.ts';

describe('words', () => {
  const states4 = ['feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated'];
  const rows: readonly (readonly [
    InstanceType,
    string,
    readonly string[],
    readonly string[],
    ('list' | undefined)?,
  ])[] = [
    ['service', 'state', states4, [...states4, 'suspended']],
    [
      'service',
      'operatingStatus',
      [],
      [
        'pending',
        'configured',
        'starting',
        'running',
        'degraded',
        'failed',
        'limited',
        'stopping',
        'stopped',
        'unknown',
      ],
    ],
    ['resource', 'operationalState', ['enable', 'disable'], ['enabled', 'disabled']],
    ['resource', 'administrativeState', ['locked', 'unlocked', 'shutdown'], ['locked', 'unlocked', 'shuttingDown']],
    ['resource', 'usageState', ['idle', 'active', 'busy'], ['idle', 'active', 'busy']],
    ['resource', 'resourceStatus', resourceStatuses, []],
    ['resource', 'lifecycleState', [], ['planned', 'installed', 'pendingRemoval']],
    ['resource', 'alarmStatus', [], ['underRepair', 'critical', 'major', 'minor', 'alarmOutstanding'], 'list'],
    [
      'resource',
      'availabilityStatus',
      [],
      [
        'inTest',
        'failed',
        'powerOff',
        'online',
        'offline',
        'offDuty',
        'dependency',
        'degraded',
        'notInstalled',
        'logFull',
      ],
    ],
    [
      'resource',
      'proceduralStatus',
      [],
      ['initializationRequired', 'notInitialized', 'initializing', 'reporting', 'terminating'],
    ],
    ['resource', 'controlStatus', [], ['subjectToTest', 'partOfServicesLocked', 'reservedForTest', 'suspended']],
    ['resource', 'standbyStatus', [], ['hotStandby', 'coldStandby', 'providingService']],
    ['resource', 'powerConsumingState', [], ['fullPower', 'powerSaving', 'sleeping', 'shutdown']],
  ];
  const cases = rows.flatMap(([type, name, words4, words5, list]) =>
    (
      [
        ['v4', words4],
        ['v5', words5],
      ] as const
    )
      .filter(([, words]) => words.length > 0)
      .map(([version, words]) => ({
        type,
        name,
        version,
        words,
        said: (word: string): Json => (list ? [word] : word),
      })),
  );
  const wide = { '@type': 'PhysicalResource' };
  const more = (type: InstanceType): JsonObject => (type === 'resource' ? wide : {});

  test.each(cases)('$type.$name in $version: $words', ({ type, name, version, words, said }) => {
    for (const word of words) {
      const kept = made(type, version, { ...more(type), [name]: said(word) });
      expect(render(kept, as(type, version))[name]).toEqual(said(word));
      const plain = made(type, version, more(type));
      const patched = acceptPatch(plain, { [name]: said(word) }, as(type, version));
      expect(render(patched, as(type, version))[name]).toEqual(said(word));
    }
    const pointer = Array.isArray(said('x')) ? `/${name}/0` : `/${name}`;
    for (const wrong of ['none', words[0]?.toUpperCase() ?? '', '']) {
      const error = refusal(() => made(type, version, { ...more(type), [name]: said(wrong) }));
      expect(error).toMatchObject({ code: 'invalid', pointer });
      expect(error.message).toBe(`${pointer} must be one of ${words.join(', ')}; it is ${JSON.stringify(wrong)}`);
      const plain = made(type, version, more(type));
      expect(refusal(() => acceptPatch(plain, { [name]: said(wrong) }, as(type, version)))).toMatchObject({ pointer });
    }
  });

  test.each(cases.filter(({ words }) => words.length > 0))(
    '$type.$name in $version is refused in the words of the other',
    ({ type, name, version, said }) => {
      const other = version === 'v4' ? 'v5' : 'v4';
      const ours =
        cases.find(each => each.type === type && each.name === name && each.version === version)?.words ?? [];
      const theirs =
        cases.find(each => each.type === type && each.name === name && each.version === other)?.words ?? [];
      for (const word of theirs.filter(each => !ours.includes(each))) {
        expect(refusal(() => made(type, version, { ...more(type), [name]: said(word) })).code).toBe('invalid');
      }
    },
  );

  test.each(versions)('what somebody orders, in %s', version => {
    const item = (itemAction: string): JsonObject => ({
      serviceOrderItem: [{ itemId: '1', serviceOrderId: '2', itemAction, '@type': 'RelatedServiceOrderItem' }],
    });
    for (const word of ['add', 'modify', 'delete', 'noChange']) made('service', version, item(word));
    expect(refusal(() => made('service', version, item('buy'))).pointer).toBe('/serviceOrderItem/0/itemAction');
  });

  test('one state in two spellings', () => {
    const kept = made('resource', 'v5', { administrativeState: 'shuttingDown', operationalState: 'disabled' });
    expect(render(kept, as('resource', 'v4'))).toMatchObject({
      administrativeState: 'shutdown',
      operationalState: 'disable',
    });
    const back = acceptPatch(kept, { administrativeState: 'unlocked' }, as('resource', 'v4'));
    expect(acceptPatch(back, { administrativeState: 'shutdown' }, as('resource', 'v4'))).toEqual(kept);
  });

  test('a suspended service is inactive in v4, which an echo does not make true', () => {
    const kept = made('service', 'v5', { state: 'suspended' });
    const shown = render(kept, as('service', 'v4'));
    expect(shown.state).toBe('inactive');
    expect(acceptPatch(kept, { ...shown, name: 'n' }, as('service', 'v4')).state).toBe('suspended');
    expect(acceptPatch(kept, { state: 'active' }, as('service', 'v4')).state).toBe('active');
    const replaced = [{ op: 'replace', path: '/state', value: 'inactive' }];
    expect(acceptPatch(kept, replaced, as('service', 'v4'), 'application/json-patch+json')).toBe(kept);
  });
});

describe('the one status of v4', () => {
  const says: readonly (readonly [string, JsonObject])[] = [
    ['unknown', { unknownStatus: true }],
    ['suspended', { controlStatus: 'suspended' }],
    ['alarm', { alarmStatus: ['major', 'critical'] }],
    ['standby', { standbyStatus: 'hotStandby' }],
    ['reserved', { allocationStatus: 'reserved' }],
  ];
  const statusOf = (kept: JsonObject): Json | undefined => render(kept, as('resource', 'v4')).resourceStatus;

  test('is that of the first of v5 that speaks', () => {
    says.forEach(([word], i) => {
      const all = Object.assign({}, ...says.slice(i).map(([, said]) => said));
      expect(statusOf(made('resource', 'v5', all))).toBe(word);
    });
    for (const quiet of [
      {},
      { unknownStatus: false, controlStatus: 'subjectToTest', alarmStatus: [], allocationStatus: 'allocated' },
      { '@type': 'PhysicalResource', standbyStatus: 'providingService' },
    ]) {
      expect(statusOf(made('resource', 'v5', quiet))).toBe('available');
    }
  });

  test.each(resourceStatuses)('%s can be posted, and be had by a PATCH from any other', status => {
    expect(statusOf(made('resource', 'v4', { resourceStatus: status }))).toBe(status);
    const everything: JsonObject = Object.assign({ '@type': 'LogicalResource' }, ...says.map(([, said]) => said));
    for (const before of [everything, ...says.map(([, said]) => said), {}]) {
      const kept = made('resource', 'v5', before);
      const after = acceptPatch(kept, { resourceStatus: status }, as('resource', 'v4'));
      expect(statusOf(after)).toBe(status);
      const { resourceStatus: _, ...rest } = render(kept, as('resource', 'v4'));
      const { resourceStatus: __, ...others } = render(after, as('resource', 'v4'));
      expect(others).toEqual(rest);
      // What says so already is left as it says it.
      if (statusOf(kept) === status) expect(after).toBe(kept);
    }
  });

  test('keeps what speaks after it', () => {
    const kept = made('resource', 'v5', { unknownStatus: true, alarmStatus: ['major'], allocationStatus: 'reserved' });
    expect(acceptPatch(kept, { resourceStatus: 'alarm' }, as('resource', 'v4'))).toEqual({
      '@type': 'Resource',
      id: 'a',
      alarmStatus: ['major'],
      allocationStatus: 'reserved',
    });
  });
});

describe('what each version calls things', () => {
  test('the constraints of a feature of a resource', () => {
    const constraint = [{ id: 'c', version: '1' }];
    const kept = made('resource', 'v4', { activationFeature: [{ name: 'f', featureCharacteristic: [a], constraint }] });
    expect(kept.activationFeature).toEqual([
      {
        name: 'f',
        featureCharacteristic: [a],
        policyConstraint: [{ id: 'c', version: '1', '@type': 'PolicyRef' }],
        '@type': 'Feature',
      },
    ]);
    expect(render(kept, as('resource', 'v4')).activationFeature).toMatchObject([
      { name: 'f', featureCharacteristic: [{ name: 'a', value: 1 }], constraint },
    ]);
    const error = refusal(() =>
      made('resource', 'v4', { activationFeature: [{ name: 'f', featureCharacteristic: [a], constraint: [{}] }] }),
    );
    expect(error.pointer).toBe('/activationFeature/0/constraint/0/id');
  });

  test('T112: a thing itself or a reference: by its type in v5, by what it carries in v4', () => {
    const related = (resource: JsonObject): JsonObject => ({
      resourceRelationship: [{ relationshipType: 'r', resource }],
    });
    const inside = (version: Version, resource: JsonObject): JsonObject => {
      const [element] = listOf(made('resource', version, related(resource)).resourceRelationship);
      const { resource: inner } = isObject(element) ? element : {};
      return isObject(inner) ? inner : {};
    };
    expect(
      inside('v5', { id: 'x', href: '/x', '@type': 'PhysicalResource', manufactureDate: '2026-01-01T00:00:00Z' }),
    ).toMatchObject({ '@type': 'PhysicalResource' });
    expect(
      refusal(() => inside('v5', { id: 'x', href: '/x', '@type': 'PhysicalResource', manufactureDate: 'today' }))
        .pointer,
    ).toBe('/resourceRelationship/0/resource/manufactureDate');
    expect(inside('v4', { id: 'x', href: '/x', '@type': 'PhysicalResource' })).toEqual({
      id: 'x',
      href: '/x',
      '@referredType': 'PhysicalResource',
      '@type': 'ResourceRef',
    });
    expect(inside('v4', { id: 'x', operationalState: 'enable' })).toEqual({
      id: 'x',
      operationalState: 'enabled',
      '@type': 'Resource',
    });
    expect(refusal(() => inside('v4', { id: 'x', operationalState: 'enabled' })).pointer).toBe(
      '/resourceRelationship/0/resource/operationalState',
    );
  });

  test('T111: where a schema lies is kept as it was said', () => {
    for (const version of versions) {
      const kept = made('resource', version, { '@schemaLocation': 'http://127.0.0.1:1/nothing-is-there' });
      expect(render(kept, as('resource', version))['@schemaLocation']).toBe('http://127.0.0.1:1/nothing-is-there');
    }
  });
});

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}
