import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { acceptCreate } from '../../src/tmf/codec.ts';
import { instanceFromGraph, instanceToGraph } from '../../src/tmf/graph/instance.ts';
import { graphUuid } from '../../src/tmf/graph/keys.ts';
import { outstandingToGraph } from '../../src/tmf/graph/outstanding.ts';
import type { FoundInstance, OwnedNode, Subgraph } from '../../src/tmf/graph/subgraph.ts';
import { plain } from '../kit/expectations.ts';
import { inventory } from '../kit/inventory.ts';

const agent = '11111111-1111-4111-8111-111111111111';
const toGraph = (type: InstanceType, document: JsonObject): Subgraph =>
  instanceToGraph(agent, { type, kind: type, createdAt: Date.parse('2026-01-01T00:00:00Z'), document });

/** What a reader of the graph finds of it. */
function found(graph: Subgraph): FoundInstance {
  const below = (parent: string): FoundInstance['owned'] =>
    graph.owned
      .filter(node => node.parent === parent)
      .map(node => ({
        label: node.label,
        properties: node.properties,
        owned: below(node.key),
        ...(node.link === undefined ? {} : { linked: linked(node) }),
      }));
  return {
    properties: graph.properties,
    owned: below(graph.key),
    ...(graph.link?.to === 'Specification' ? { specification: graph.link.identity } : {}),
  };
}

function linked({ link }: OwnedNode) {
  if (link === undefined) return {};
  return link.to === 'instance' ? { uuid: link.uuid } : link.identity;
}

const labelled = (graph: Subgraph, label: string): readonly OwnedNode[] =>
  graph.owned.filter(node => node.label === label);

test('every document of the inventory comes back from the graph as it was', () => {
  for (const { type, version, body } of inventory) {
    const document = { id: 'x', ...acceptCreate(body, type, version) };
    expect(instanceFromGraph(found(toGraph(type, document)))).toEqual(document);
  }
});

test('whatever a client sends comes back from the graph as it was', () => {
  const names = ['serviceCharacteristic', 'feature', 'relatedParty', 'place', 'note', 'supportingResource', 'name'];
  const member = fc.constantFrom('name', 'value', 'id', 'role', 'place', 'featureCharacteristic', '@type', '__proto__');
  const element = fc.dictionary(member, fc.oneof(plain, fc.string({ unit: 'binary' })));
  const value = fc.oneof(plain, fc.array(fc.oneof(element, plain)), fc.array(element), fc.string({ unit: 'binary' }));
  const others = fc.dictionary(
    fc.oneof(fc.constantFrom(...names, 'serviceSpecification', '@type'), fc.string()),
    value,
  );
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), others, (id, rest) => {
      const document = { ...rest, id } as JsonObject;
      expect(instanceFromGraph(found(toGraph('service', document)))).toEqual(document);
    }),
    { numRuns: 500 },
  );
});

test('no two nodes of a document have one key', () => {
  for (const { type, version, body } of inventory) {
    const graph = toGraph(type, { id: 'x', ...acceptCreate(body, type, version) });
    const keys = [graph.key, ...graph.owned.map(node => node.key)];
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test('characteristics, features and states stand as Diffo writes them', () => {
  const graph = toGraph('resource', {
    id: 'x',
    '@type': 'Resource',
    name: 'eth0',
    administrativeState: 'shuttingDown',
    controlStatus: 'suspended',
    resourceCharacteristic: [
      { '@type': 'IntegerCharacteristic', name: 'mtu', value: 1500 },
      { '@type': 'StringArrayCharacteristic', name: 'ipAddress', value: ['10.0.0.1/8'] },
    ],
    activationFeature: [{ '@type': 'Feature', name: 'poe', isEnabled: false, featureCharacteristic: [] }],
  });
  expect(graph.properties).toMatchObject({
    uuid: graphUuid(agent, 'x'),
    type: 'resource',
    which: 'actual',
    name: 'eth0',
    administrativeState: 'shutdown',
    resourceStatus: 'suspended',
    _extra: '{"controlStatus":"suspended","id":"x"}',
  });
  const [mtu, addresses] = labelled(graph, 'Characteristic');
  expect(mtu?.properties).toMatchObject({
    name: 'mtu',
    type: 'instance',
    isArray: false,
    value: '{"type":"integer","value":1500}',
  });
  expect(mtu?.properties._extra).toBeUndefined();
  expect(addresses?.properties).toMatchObject({ isArray: true, values: ['{"type":"string","value":"10.0.0.1/8"}'] });
  expect(labelled(graph, 'Feature')[0]?.properties).toMatchObject({ name: 'poe', isenabled: false });
});

const pool = { first: 1, last: 48, algorithm: 'lowest', type: 'GPON', assigned: 2, free: 46 };
const given = {
  '@type': 'ResourceRelationship',
  relationshipType: 'assignedFrom',
  alias: 'primary',
  resource: { id: 'card', '@type': 'ResourceRef' },
  resourceRelationshipCharacteristic: [{ name: 'ports', value: 5, '@type': 'IntegerCharacteristic' }],
};

test('a pool is assignable and a number that was given an assignment from its owner, as Diffo has them', () => {
  const card = toGraph('resource', {
    id: 'card',
    '@type': 'Resource',
    resourceCharacteristic: [{ '@type': 'ObjectCharacteristic', name: 'ports', value: pool }],
  });
  expect(labelled(card, 'AssignableCharacteristic')[0]?.properties).toMatchObject({
    name: 'ports',
    first: 1,
    last: 48,
    algorithm: 'lowest',
    assignableType: 'GPON',
    type: 'instance',
  });
  expect(labelled(card, 'Characteristic')).toEqual([]);
  const line = instanceToGraph(agent, {
    type: 'service',
    kind: 'line',
    createdAt: 1,
    document: {
      id: 'line',
      '@type': 'Service',
      resourceRelationship: [
        given,
        { ...given, relationshipType: 'uses', alias: 'spare' },
        // One that names nobody is no assignment.
        { ...given, resource: { name: 'somewhere' } },
      ],
      supportingResource: [{ id: 'card', alias: 'primary', '@type': 'ResourceRef' }],
    },
    things: { primary: 'port' },
  });
  const [assignment, ...others] = labelled(line, 'AssignmentRelationship');
  expect(others).toEqual([]);
  expect(assignment).toMatchObject({
    parent: line.key,
    properties: { type: 'assignedTo', alias: 'primary', pool: 'ports', thing: 'port', value: 5 },
    link: { to: 'instance', uuid: graphUuid(agent, 'card') },
  });
  expect(assignment?.properties._extra).toBe('{"resource":{"id":"card"}}');
  expect(labelled(line, 'Relationship').map(({ properties }) => [properties.type, properties.alias])).toEqual([
    ['uses', 'spare'],
    ['assignedFrom', 'primary'],
    ['supportedBy', 'primary'],
  ]);
});

test('whatever pools and assignments say comes back from the graph as it was', () => {
  const anyOf = (...values: unknown[]): fc.Arbitrary<unknown> => fc.oneof(fc.constantFrom(...values), plain);
  const poolValue = fc.record(
    {
      first: anyOf(1, -3, 0.5),
      last: anyOf(48),
      algorithm: anyOf('lowest', 'random', 'other'),
      type: anyOf('GPON'),
      assigned: anyOf(0),
      free: anyOf(48),
      more: anyOf(1),
    },
    { requiredKeys: ['first', 'last', 'algorithm', 'assigned', 'free'] },
  );
  const number = fc.record(
    { name: anyOf('ports'), value: anyOf(5, 0.5, -1), '@type': anyOf('IntegerCharacteristic') },
    { requiredKeys: [] },
  );
  const element = fc.record(
    {
      relationshipType: anyOf('assignedFrom'),
      alias: anyOf('primary', '\ud800'),
      resource: fc.oneof(
        fc.record({ id: anyOf('card', ''), '@type': anyOf('ResourceRef') }, { requiredKeys: [] }),
        plain,
      ),
      resourceRelationshipCharacteristic: fc.oneof(fc.array(number, { maxLength: 2 }), plain),
      '@type': anyOf('ResourceRelationship'),
    },
    { requiredKeys: [] },
  );
  const support = fc.record({ id: anyOf('card'), alias: anyOf('primary'), name: anyOf('x') }, { requiredKeys: [] });
  const document = fc.record({
    serviceCharacteristic: fc.array(
      fc.record(
        { name: anyOf('ports'), value: poolValue, '@type': anyOf('ObjectCharacteristic') },
        { requiredKeys: ['name', 'value'] },
      ),
      { maxLength: 3 },
    ),
    resourceRelationship: fc.array(element, { maxLength: 3 }),
    supportingResource: fc.array(support, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(document, rest => {
      const whole = { id: 'x', ...rest } as JsonObject;
      const graph = toGraph('service', whole);
      expect(instanceFromGraph(found(graph))).toEqual(whole);
      const keys = [graph.key, ...graph.owned.map(node => node.key)];
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { numRuns: 500 },
  );
});

test('an id that is a uuid is the uuid in the graph, another one becomes one of its agent', () => {
  const own = '7b1e4c62-0d0f-4d0a-9f3e-2a6c1f7a9b10';
  expect(graphUuid(agent, own)).toBe(own);
  expect(graphUuid(agent, 'line 7')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(graphUuid(agent, 'line 7')).not.toBe(graphUuid('another agent', 'line 7'));
});

test('a specification is found by name and major version, and keeps the larger words with the instance', () => {
  const graph = toGraph('service', {
    id: 'x',
    serviceSpecification: { id: 's', name: 'fibre', version: 'v2.3.4', '@type': 'ServiceSpecificationRef' },
  });
  expect(graph.link).toMatchObject({
    to: 'Specification',
    identity: { name: 'fibre', majorVersion: 2 },
    properties: { type: 'serviceSpecification', minorVersion: 3, patchVersion: 4 },
  });
});

test('what is outstanding points to its instance and says since when', () => {
  const graph = outstandingToGraph(agent, 'verdict/e:i', {
    expectation: 'e',
    instance: 'i',
    verdict: 'unmet',
    residual: { state: 'active' },
    since: 5,
  });
  expect(graph).toMatchObject({
    kind: 'outstanding',
    properties: { verdict: 'unmet', residual: '{"state":"active"}', since: { dateTime: 5 } },
    link: { to: 'instance', uuid: graphUuid(agent, 'i') },
  });
});
