import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { meets, pageLinks, parseFields, parseQuery, project, strangers } from '../../src/tmf/query.ts';

const entity: JsonObject = {
  id: 'a',
  href: '/a',
  '@type': 'PhysicalResource',
  name: 'Zürich & Co',
  category: 'x,y',
  operationalState: 'enable',
  startOperatingDate: '2024-02-01T00:00:00Z',
  isStateful: true,
  resourceSpecification: { id: 'sp-2', version: '2' },
  resourceCharacteristic: [
    { name: 'vlan', value: 200 },
    { name: 'mtu', value: 1500 },
  ],
  colours: ['red', 'green'],
  path: 'C:\\boot',
  formula: 'a=b',
  limit: 5,
};

const holds = (query: string): boolean => meets(entity, parseQuery(query, 'resource', 'v4'), 'resource');

describe('attribute filters', () => {
  test.each([
    'id=a',
    'operationalState=enable',
    'id=a&operationalState=enable',
    'id=b,a',
    'id=b&id=a',
    'id=b;id=a',
    'id=b;operationalState=enable',
    'resourceSpecification.id=sp-2',
    'resourceCharacteristic.name=vlan',
    'resourceCharacteristic.name=vlan&resourceCharacteristic.value=1500',
    'resourceCharacteristic.value.gt=1000',
    'resourceCharacteristic.value%3E1000',
    'startOperatingDate.gte=2024-02-01T00:00:00Z',
    'startOperatingDate%3E2024-01-31T00:00:00Z',
    'startOperatingDate>=2024-02-01T00:00:00Z',
    'startOperatingDate%3C=2024-02-01T00:00:00Z',
    'startOperatingDate=2024-02-01T01:00:00%2B01:00',
    'startOperatingDate=2024-02-01T01:00:00+01:00',
    'startOperatingDate=%222024-02-01T00:00:00Z%22',
    'isStateful=true',
    'name=Z%C3%BCrich+%26+Co',
    'name.regex=%5EZ',
    'name*=%5EZ',
    'name%3D~rich',
    'name%3D%3DZ%C3%BCrich%20%26%20Co',
    'category=x%5C,y',
    'category=z,x%5C,y',
    'name==Z%C3%BCrich%20%26%20Co',
    'path=C:%5C%5Cboot',
    'path=no,C:%5C%5Cboot',
    'formula%3D%3Da=b',
    'formula=a=b',
    'limit.eq=5',
    'colours=green',
    '@type=PhysicalResource',
    '@type=Resource',
    'limit.eq=6;id=a',
    '',
  ])('%s finds it', query => {
    expect(holds(query)).toBe(true);
  });

  test.each([
    'id=b',
    'id=a&operationalState=disable',
    'operationalState=ENABLE',
    'category=x',
    'isStateful=false',
    'startOperatingDate.lt=2024-02-01T00:00:00Z',
    'resourceCharacteristic.value.lt=200',
    '@type=Service',
    '@type=LogicalResource',
    '__proto__.x=1',
    'constructor.name=Object',
    'nope=1',
  ])('%s does not', query => {
    expect(holds(query)).toBe(false);
  });

  test.each([
    ['name.regex=%28', 'invalid'],
    ['name.regex=(?%3D.)a', 'invalid'],
    [`name.regex=${'a'.repeat(300)}`, 'invalid'],
    ['startOperatingDate.gt=soon', 'invalid'],
    ['startOperatingDate=2024-02-30T00:00:00Z', 'invalid'],
    ['name=%zz', 'invalid'],
    ['.=1', 'invalid'],
    ['limit=abc', 'invalid'],
    ['offset=-1', 'invalid'],
    ['limit=1.5', 'invalid'],
    ['sort=name', 'unsupported'],
    ['filter=$[?(@.a)]', 'unsupported'],
    ['after=x', 'unsupported'],
    ['expand=a', 'unsupported'],
    ['before=x', 'unsupported'],
    ['limit=5;id=a', 'invalid'],
    ['limit=1&limit=2', 'invalid'],
    [`id=${'a,'.repeat(2_000)}`, 'invalid'],
    ['name.regex=a{90}b{90}', 'invalid'],
    [Array.from({ length: 100 }, (_, i) => `a${i}=1`).join('&'), 'invalid'],
  ])('%s is refused as %s', (query, code) => {
    expect(() => parseQuery(query, 'resource', 'v4')).toThrow(AgentError);
    expect(() => parseQuery(query, 'resource', 'v4')).toThrow(expect.objectContaining({ code }));
  });

  test('a slow pattern is as quick as any', () => {
    const slow = { ...entity, name: `${'a'.repeat(5_000)}!` };
    const started = performance.now();
    meets(slow, parseQuery('name.regex=%5E(a%2B)%2B%24', 'resource', 'v4'), 'resource');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('names the standard does not know are told apart', () => {
    const query = parseQuery('nope=1&name=a&serialNumber=2&resourceStatus=x', 'resource', 'v4');
    expect(strangers(query, 'resource')).toEqual(['nope']);
  });
});

describe('fields', () => {
  const select = (fields: string): JsonObject => project(entity, parseFields(fields));

  test('shows those and what identifies it', () => {
    expect(Object.keys(select('name,zzz')).sort()).toEqual(['@type', 'href', 'id', 'name']);
    expect(Object.keys(select('none')).sort()).toEqual(['@type', 'href', 'id']);
  });

  test('selects inside objects and the elements of arrays', () => {
    expect(select('resourceSpecification.id,resourceCharacteristic.name')).toMatchObject({
      resourceSpecification: { id: 'sp-2' },
      resourceCharacteristic: [{ name: 'vlan' }, { name: 'mtu' }],
    });
    expect(select('resourceSpecification.id').resourceSpecification).toEqual({ id: 'sp-2' });
    expect(select('resourceSpecification.id,resourceSpecification').resourceSpecification).toEqual(
      entity.resourceSpecification,
    );
  });
});

describe('links to other pages', () => {
  test('lead through the whole list and no further', () => {
    const rels = (offset: number, total: number): string[] =>
      [
        ...(pageLinks('/x', { offset, limit: 3, rest: '' }, total) ?? '').matchAll(
          /offset=(\d+)&limit=3>; rel="(\w+)"/g,
        ),
      ].map(([, at, rel]) => `${rel} ${at}`);
    expect(rels(0, 7)).toEqual(['self 0', 'first 0', 'next 3', 'last 6']);
    expect(rels(3, 7)).toEqual(['self 3', 'first 0', 'prev 0', 'next 6', 'last 6']);
    expect(rels(6, 7)).toEqual(['self 6', 'first 0', 'prev 3', 'last 6']);
    expect(rels(0, 6)).toEqual(['self 0', 'first 0', 'next 3', 'last 3']);
    expect(rels(0, 0)).toEqual(['self 0', 'first 0', 'last 0']);
  });

  test('are not needed where nobody asked for pages', () => {
    expect(pageLinks('/x', { offset: undefined, limit: undefined, rest: 'a=b' }, 7)).toBeUndefined();
  });
});
