/** What each version demands and calls things, row by row: words, names, what is mandatory, one status for many. */
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, type Rendering, render } from '../../src/tmf/codec.ts';
import { resourceStatuses } from '../../src/tmf/resource-status.ts';
import { noLinks, type Version, versions } from '../../src/tmf/version.ts';

/** What a feature of v4 cannot be without. */
const a = { name: 'a', value: 1, '@type': 'IntegerCharacteristic' };

const as = (type: InstanceType, version: Version): Rendering => ({ type, version, publicUrl: '', links: noLinks });

/** The least that each version takes. */
const least: Record<InstanceType, Record<Version, JsonObject>> = {
  service: {
    v4: { state: 'active', serviceSpecification: { id: 's' } },
    v5: {
      '@type': 'Service',
      state: 'active',
      serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' },
    },
  },
  resource: { v4: { name: 'r' }, v5: { '@type': 'Resource' } },
};

const made = (type: InstanceType, version: Version, more: JsonObject = {}): JsonObject => ({
  ...acceptCreate({ ...least[type][version], ...more }, type, version),
  id: 'a',
});

function refusal(act: () => unknown): AgentError {
  try {
    act();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

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

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

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
