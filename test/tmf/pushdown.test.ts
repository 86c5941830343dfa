import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';
import type { DeclaredPart } from '../../src/core/model/derived.ts';
import { type Rendering, render } from '../../src/tmf/codec.ts';
import { type IndexEntry, indexEntries } from '../../src/tmf/query/indexed.ts';
import { type Pushdown, pushdown } from '../../src/tmf/query/pushdown.ts';
import { meets, readQuery } from '../../src/tmf/query.ts';
import { noLinks, type Version } from '../../src/tmf/version.ts';

const push = (text: string, type: InstanceType, version: Version): Pushdown =>
  pushdown(readQuery(text, type, version), type, version, { derived: [], isNone: () => false });

/** What an index would answer. */
function indexHolds(document: JsonObject, type: InstanceType, { pushed }: Pushdown): boolean {
  const entries = indexEntries(type, document);
  return pushed.every(({ attribute, anyOf }) => anyOf.some(value => has(entries, attribute, value)));
}

function has(entries: readonly IndexEntry[], attribute: string, value: string): boolean {
  return entries.some(each => each.attribute === attribute && each.value === value);
}

const left = ({ residual }: Pushdown): boolean => residual.all.length > 0 || residual.filter !== undefined;

describe('an index answers wholly', () => {
  test.each<[InstanceType, Version, string, string, readonly string[]]>([
    ['service', 'v5', 'state=active,inactive', 'state', ['active', 'inactive']],
    ['service', 'v5', 'state=active&state=inactive', 'state', ['active', 'inactive']],
    ['service', 'v5', 'state=active;state=inactive', 'state', ['active', 'inactive']],
    ['service', 'v4', 'state=inactive', 'state', ['inactive', 'suspended']],
    ['service', 'v4', 'state=suspended', 'state', []],
    ['resource', 'v4', 'operationalState=enable', 'operationalState', ['enable', 'enabled']],
    ['resource', 'v4', 'operationalState=enabled', 'operationalState', []],
    ['resource', 'v5', 'operationalState=enabled', 'operationalState', ['enabled']],
    ['resource', 'v5', 'name=5', 'name', ['5']],
    ['resource', 'v5', '@type=PhysicalResource', '@type', ['PhysicalResource']],
    ['service', 'v5', 'state=designed', 'state', ['designed', 'initial']],
    ['service', 'v4', 'state=terminated', 'state', ['terminated', 'cancelled']],
    ['service', 'v5', 'operatingStatus=failed', 'operatingStatus', ['failed', 'not_feasible']],
    ['resource', 'v5', 'relatedParty.partyOrPartyRole.id=a', 'relatedParty.id', ['a']],
    ['resource', 'v5', `filter=$[?(@.category=='a' || @.category=='b')]`, 'category', ['a', 'b']],
    ['resource', 'v5', `filter=$[?(@type=='LogicalResource')]`, '@type', ['LogicalResource']],
  ])('%s %s %s', (type, version, text, attribute, anyOf) => {
    const found = push(text, type, version);
    expect(found.pushed).toEqual([{ attribute, anyOf }]);
    expect(left(found)).toBe(false);
  });
});

test.each(['@type=Resource', '@type=PhysicalResource,Resource', `filter=$[?(@type=='Resource')]`])(
  'what holds of all needs no index: %s',
  text => {
    expect(push(text, 'resource', 'v5')).toEqual({ pushed: [], residual: { all: [] } });
  },
);

test('what no document leaves open is answered wholly', () => {
  const answered = (text: string, version: Version) =>
    pushdown(readQuery(text, 'resource', version), 'resource', version, { derived: [], isNone: () => true });
  for (const text of ['resourceSpecification.id=a', 'relatedParty.id=a', 'place.id=a']) {
    expect(answered(text, 'v4').pushed.map(({ anyOf }) => anyOf)).toEqual([['a']]);
    expect(left(answered(text, 'v4'))).toBe(false);
  }
});

test('of many conditions some narrow down', () => {
  const found = push('category=a&name=b&operationalState=c&serialNumber=d&administrativeState=e', 'resource', 'v5');
  expect(found.pushed).toHaveLength(4);
  expect(found.residual.all).toHaveLength(5);
});

describe('an index narrows down, and the rest is looked at', () => {
  test.each<[InstanceType, Version, string, readonly string[]]>([
    ['resource', 'v4', 'relatedParty.id=a', ['relatedParty.id']],
    ['resource', 'v5', 'resourceSpecification.id=a', ['resourceSpecification.id']],
    [
      'resource',
      'v5',
      `filter=supportingResource[?(@.id=='a' %26%26 @.id=='b')]`,
      ['supportingResource.id', 'supportingResource.id'],
    ],
    [
      'resource',
      'v5',
      `filter=supportingResource[?(@.id=='a')][?(@.id=='b')]`,
      ['supportingResource.id', 'supportingResource.id'],
    ],
    [
      'resource',
      'v5',
      `filter=$[?((@.name=='a' %26%26 @.category=='b') || (@.name=='a' %26%26 @.category=='c'))]`,
      ['name'],
    ],
    ['resource', 'v5', `filter=relatedParty[?(@.partyOrPartyRole.id=='a' %26%26 @.role=='r')]`, ['relatedParty.id']],
    ['resource', 'v5', `filter=$[?(@.name=='a' %26%26 @.description)]`, ['name']],
  ])('%s %s %s', (type, version, text, attributes) => {
    const found = push(text, type, version);
    expect(found.pushed.map(each => each.attribute)).toEqual(attributes);
    expect(left(found)).toBe(true);
  });
});

test.each<[Version, string]>([
  ['v5', 'name.gt=a'],
  ['v5', 'name.regex=a'],
  ['v5', 'description=a'],
  ['v5', 'name=a;category=b'],
  ['v5', 'relatedParty.id=a'],
  ['v4', 'relatedParty.partyOrPartyRole.id=a'],
  ['v4', 'operatingStatus=a'],
  ['v5', 'usageState=active'],
  ['v5', 'resourceCharacteristic.name=a'],
  ['v4', 'resourceStatus=alarm'],
  ['v5', 'name=2024-02-01T00:00:00Z'],
  ['v5', `name=${'a'.repeat(200)}`],
  ['v5', `filter=$[?(@.name!='a')]`],
  ['v5', `filter=$[?(!(@.name=='a'))]`],
  ['v5', `filter=$[?(@.name=='a' || @.category=='a')]`],
  ['v5', `filter=$[?(@.name=='a' || @.name)]`],
])('an index does not know of it: %s %s', (version, text) => {
  expect(push(text, 'resource', version).pushed).toEqual([]);
});

test('what the kinds derive is not in an index', () => {
  const part = (is: DeclaredPart['is'], name: string, array: string): DeclaredPart => ({ is, name, array });
  const parts = [part('party', 'owner', 'relatedParty')];
  const pushed = (text: string) =>
    pushdown(readQuery(text, 'resource', 'v5'), 'resource', 'v5', { derived: parts, isNone: () => false }).pushed;
  expect(pushed('relatedParty.partyOrPartyRole.id=a')).toEqual([]);
  expect(pushed('place.place.id=a')).toHaveLength(1);
});

test('an index holds each value once, as text, and no long ones', () => {
  const document = {
    id: 'a',
    '@type': 'CpeRouter',
    '@baseType': 'PhysicalResource',
    name: 'a'.repeat(200),
    relatedParty: [{ partyOrPartyRole: { id: 'p' } }, { partyOrPartyRole: { id: 'p' } }],
    resourceCharacteristic: [{ name: 'vlan', value: [1, true, 'x', { y: 1 }] }],
  };
  expect(indexEntries('resource', document).map(({ attribute, value }) => `${attribute}=${value}`)).toEqual([
    'id=a',
    '@type=CpeRouter',
    '@type=PhysicalResource',
    'relatedParty.id=p',
  ]);
});

const word = fc.constantFrom(
  'a',
  'b',
  '1',
  '1.0',
  'active',
  'inactive',
  'suspended',
  'initial',
  'designed',
  'failed',
  'not_feasible',
  '',
  'enabled',
  'enable',
  'Resource',
  'PhysicalResource',
  '2024-02-01T00:00:00Z',
  '2024-02-01T01:00:00+01:00',
);
const leaf: fc.Arbitrary<Json> = fc.oneof({ weight: 4, arbitrary: word }, fc.constantFrom<Json[]>(1, 2, true, -0));
const sparse = { requiredKeys: [] };
const identified = fc.record({ id: word, name: word, '@type': word }, sparse);
const characteristic = fc.record(
  { name: fc.constantFrom('a', 'b'), value: fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })) },
  sparse,
);
const some = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(each, { maxLength: 2 });

/** Also with what a well-behaved client would not write: other types, members beside a nested reference. */
const document = fc
  .record(
    {
      '@type': word,
      '@baseType': word,
      name: leaf,
      category: leaf,
      state: word,
      operatingStatus: word,
      operationalState: word,
      administrativeState: word,
      lifecycleState: word,
      serviceSpecification: identified,
      resourceSpecification: identified,
      relatedParty: some(fc.record({ id: word, role: word, partyOrPartyRole: identified }, sparse)),
      place: some(fc.record({ role: word, place: identified, id: word }, sparse)),
      supportingResource: some(identified),
      supportingService: some(identified),
      serviceCharacteristic: some(characteristic),
      resourceCharacteristic: some(characteristic),
    },
    sparse,
  )
  .map((members): JsonObject => ({ id: 'a', ...members }));

const path = fc.constantFrom(
  'id',
  'name',
  '@type',
  'category',
  'state',
  'operatingStatus',
  'operationalState',
  'lifecycleState',
  'serviceSpecification.id',
  'resourceSpecification.name',
  'relatedParty.id',
  'relatedParty.partyOrPartyRole.id',
  'relatedParty.role',
  'place.id',
  'place.place.id',
  'supportingResource.id',
  'serviceCharacteristic.name',
  'serviceCharacteristic.value',
  'resourceCharacteristic.name',
  'resourceCharacteristic.value',
);

const literal = word.map(text => (/^1(\.0)?$/.test(text) ? text : `'${text}'`));
const compared = (names: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(names, fc.constantFrom('==', '==', '==', '!='), literal)
    .map(([name, sign, text]) => `@.${name}${sign}${text}`);
const joined = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    one,
    fc.tuple(one, fc.constantFrom('&&', '||'), one).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    one.map(inner => `!(${inner})`),
  );
const inElement = fc
  .tuple(
    fc.constantFrom('serviceCharacteristic', 'resourceCharacteristic', 'relatedParty', 'supportingResource'),
    joined(compared(fc.constantFrom('name', 'value', 'id', 'role'))),
    fc.constantFrom('', '.name', `.id=='a'`),
  )
  .map(([array, inner, more]) => ({ inside: `@.${array}[?(${inner})]${more}`, root: `${array}[?(${inner})]` }));
const filter = fc.oneof(
  joined(
    fc.oneof(
      compared(path),
      inElement.map(({ inside }) => inside),
    ),
  ).map(inner => `$[?(${inner})]`),
  inElement.map(({ root }) => root),
);
const pair = fc
  .tuple(path, fc.constantFrom('', '', '', '.gte'), fc.array(word, { minLength: 1, maxLength: 2 }))
  .map(([name, operator, words]) => `${name}${operator}=${words.map(encodeURIComponent).join(',')}`);
const query = fc
  .tuple(
    fc.array(
      fc.oneof(
        pair,
        fc.tuple(pair, pair).map(pairs => pairs.join(';')),
      ),
      { maxLength: 2 },
    ),
    fc.option(filter, { nil: undefined }),
  )
  .map(([pairs, filter]) =>
    [...pairs, ...(filter === undefined ? [] : [`filter=${encodeURIComponent(filter)}`])].join('&'),
  );

/** What kinds may derive, and an instance as it is shown with it. */
interface Derivation {
  readonly parts: readonly DeclaredPart[];
  readonly specification: string | undefined;
  readonly elements: readonly (JsonObject | undefined)[];
}

const derivedPart = fc.constantFrom<[DeclaredPart['is'], string, string][]>(
  ['characteristic', 'a', 'serviceCharacteristic'],
  ['field', 'b', 'resourceCharacteristic'],
  ['party', 'a', 'relatedParty'],
  ['place', 'a', 'place'],
);
const derivation: fc.Arbitrary<Derivation> = fc.record({
  parts: fc.array(
    derivedPart.map(([is, name, array]) => ({ is, name, array })),
    { maxLength: 2 },
  ),
  specification: fc.option(word, { nil: undefined }),
  elements: fc.array(
    fc.option(fc.record({ value: leaf, role: word, place: identified, partyOrPartyRole: identified }), {
      nil: undefined,
    }),
    { minLength: 2, maxLength: 2 },
  ),
});

function presented(
  document: JsonObject,
  type: InstanceType,
  { parts, specification, elements }: Derivation,
): JsonObject {
  const shown: { [name: string]: Json } = { ...document };
  const of = shown[`${type}Specification`];
  if (isObject(of) && of.id === undefined && specification !== undefined) {
    shown[`${type}Specification`] = { ...of, id: specification, name: 'a' };
  }
  for (const [i, { is, name, array }] of parts.entries()) {
    const element = elements[i];
    const before = shown[array];
    if (!element) continue;
    const kept = isArray(before) ? before : [];
    const isShadowed = is === 'characteristic' || is === 'field';
    const own = isShadowed ? kept.filter(each => property(each, 'name') !== name) : kept;
    shown[array] = [...own, isShadowed ? { name, value: element.value ?? null } : element];
  }
  return shown;
}

test('law: what is pushed and then the rest find what a look at everything finds', () => {
  let exact = 0;
  const types = fc.constantFrom<InstanceType[]>('service', 'resource');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(document, derivation), { maxLength: 8 }),
      query,
      types,
      fc.constantFrom<Version[]>('v4', 'v5'),
      (instances, text, type, version) => {
        const rendering: Rendering = { type, version, publicUrl: '', links: noLinks };
        const conditions = readQuery(text, type, version);
        const held = instances.map(([document]) => indexEntries(type, document));
        const found = pushdown(conditions, type, version, {
          derived: instances.flatMap(([, { parts }]) => parts),
          isNone: ({ attribute, anyOf }) => !held.some(each => anyOf.some(value => has(each, attribute, value))),
        });
        if (found.pushed.length > 0 && !left(found)) exact++;
        for (const [document, derivation] of instances) {
          const entity = render(presented(document, type, derivation), rendering);
          const narrowed = indexHolds(document, type, found) && meets(entity, found.residual, type);
          expect(narrowed).toBe(meets(entity, conditions, type));
        }
      },
    ),
    { numRuns: 3_000 },
  );
  expect(exact).toBeGreaterThan(0);
});
