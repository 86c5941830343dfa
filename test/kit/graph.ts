/** Reads the graph as Diffo does: by its labels, edges and directions alone. */

import type { JsonObject } from '../../src/core/json.ts';
import { instanceFromGraph } from '../../src/tmf/graph/instance.ts';
import type { Properties } from '../../src/tmf/graph/properties.ts';
import type { FoundInstance, FoundNode, OwnedLabel } from '../../src/tmf/graph/subgraph.ts';
import type { TestNeo4j } from './neo4j.ts';

/** Each as one of Diffo's patterns; `linked` is what stands at the other end. */
const patterns: Record<OwnedLabel, string> = {
  Characteristic: 'MATCH (i)-[:HAS]->(n:Provider:Characteristic) RETURN n, null AS linked',
  AssignableCharacteristic: 'MATCH (i)-[:HAS]->(n:Provider:AssignableCharacteristic) RETURN n, null AS linked',
  Feature: 'MATCH (i)-[:HAS]->(n:Provider:Feature) RETURN n, null AS linked',
  Relationship:
    'MATCH (i)-[:RELATES]->(n:Provider:Relationship) OPTIONAL MATCH (n)-[:RELATES]->(linked) RETURN n, linked',
  AssignmentRelationship:
    'MATCH (linked)-[:RELATES]->(n:Provider:AssignmentRelationship)-[:RELATES]->(i) RETURN n, linked',
  PartyRef:
    'MATCH (i)-[:RELATES]->(n:Provider:PartyRef) OPTIONAL MATCH (n)-[:RELATES]->(linked:Provider:Party) RETURN n, linked',
  PlaceRef:
    'MATCH (i)-[:RELATES]->(n:Provider:PlaceRef) OPTIONAL MATCH (n)-[:RELATES]->(linked:Provider:Place) RETURN n, linked',
  EntityRef:
    'MATCH (i)-[:RELATES]->(n:Provider:EntityRef) OPTIONAL MATCH (n)-[:RELATES]->(linked:Provider:Entity) RETURN n, linked',
  ExternalIdentifier:
    'MATCH (i)-[:REFERENCES]->(n:Provider:ExternalIdentifier) OPTIONAL MATCH (linked:Provider:Party)-[:OWNS]->(n) RETURN n, linked',
  Note: 'MATCH (n:Provider:Note)-[:ANNOTATES]->(i) OPTIONAL MATCH (linked:Provider:Party)-[:AUTHORS]->(n) RETURN n, linked',
  ProcessStatus: 'MATCH (n:Provider:ProcessStatus)-[:STATUSES]->(i) RETURN n, null AS linked',
};

interface Row {
  readonly uuid: string;
  readonly n: { readonly properties: Properties };
  readonly linked: { readonly properties: Properties } | null;
}

/** The documents of all instances, rebuilt from the graph, by their uuid there. */
export async function documentsIn(server: TestNeo4j): Promise<ReadonlyMap<string, JsonObject>> {
  const instances = (await server.run(
    `MATCH (i:Provider:Instance) OPTIONAL MATCH (i)-[:SPECIFIED_BY]->(linked:Provider:Specification)
     RETURN i.uuid AS uuid, i AS n, linked`,
  )) as Row[];
  const below = new Map<string, FoundNode[]>();
  const inner = new Map<string, FoundNode[]>();
  for (const { uuid, n } of await server.run(
    `MATCH (p:Provider WHERE p:Feature OR p:Relationship)-[:HAS]->(n:Provider:Characteristic)
     RETURN p.uuid AS uuid, n`,
  )) {
    inner.set(uuid, [...(inner.get(uuid) ?? []), { label: 'Characteristic', properties: n.properties, owned: [] }]);
  }
  for (const [label, pattern] of Object.entries(patterns) as [OwnedLabel, string][]) {
    const rows = (await server.run(
      `MATCH (i:Provider:Instance) CALL (i) { ${pattern} } RETURN i.uuid AS uuid, n, linked`,
    )) as Row[];
    for (const { uuid, n, linked } of rows) {
      const node: FoundNode = {
        label,
        properties: n.properties,
        owned: inner.get(String(n.properties.uuid)) ?? [],
        ...(linked === null ? {} : { linked: linked.properties }),
      };
      below.set(uuid, [...(below.get(uuid) ?? []), node]);
    }
  }
  return new Map(
    instances.map(({ uuid, n, linked }) => {
      const found: FoundInstance = {
        properties: n.properties,
        owned: below.get(uuid) ?? [],
        ...(linked === null ? {} : { specification: linked.properties }),
      };
      return [uuid, instanceFromGraph(found)];
    }),
  );
}

export interface Counted {
  readonly nodes: Readonly<Record<string, number>>;
  readonly edges: Readonly<Record<string, number>>;
}

/**
 * How many nodes and edges there are of each sort. `stub` is what is only pointed to, `tombstone` what was deleted;
 * both bear the label `DiffoEdge` alone.
 */
export async function countIn(server: TestNeo4j): Promise<Counted> {
  const nodes = await server.run('MATCH (n) RETURN labels(n) AS labels, n._owner IS NULL AS isBare, count(*) AS n');
  const edges = await server.run('MATCH ()-[r]->() RETURN type(r) AS sort, count(*) AS n');
  return {
    nodes: counts(
      nodes.map(({ labels, isBare, n }): [string, number] => {
        const own = (labels as string[]).filter(label => label !== 'Provider' && label !== 'DiffoEdge').sort();
        return [own.join(':') || (isBare ? 'stub' : 'tombstone'), n];
      }),
    ),
    edges: counts(edges.map(({ sort, n }): [string, number] => [sort, n])),
  };
}

/** What must be there for these documents, counted from them by hand; `uuidOf` tells the name of an id in the graph. */
export function countOf(
  documents: readonly { readonly agent: string; readonly document: JsonObject }[],
  uuidOf: (agent: string, id: string) => string,
): Counted {
  const nodes: [string, number][] = [];
  const edges: [string, number][] = [];
  const instances = new Set(documents.map(({ agent, document }) => uuidOf(agent, String(document.id))));
  const specifications = new Set<string>();
  const parties = new Set<string>();
  const places = new Set<string>();
  const entities = new Set<string>();
  const stubs = new Set<string>();
  const has = (n = 1): void => void edges.push(['HAS', n]);
  const characteristics = (list: readonly JsonObject[]): void => {
    nodes.push(['Characteristic', list.length]);
    has(list.length);
  };
  const relatesTo = (agent: string, id: unknown): void => {
    edges.push(['RELATES', id === undefined ? 1 : 2]);
    if (id !== undefined && !instances.has(uuidOf(agent, String(id)))) stubs.add(uuidOf(agent, String(id)));
  };
  const reference = (label: string, id: unknown, shared: Set<string>): void => {
    nodes.push([label, 1]);
    edges.push(['RELATES', id === undefined ? 1 : 2]);
    if (id !== undefined) shared.add(String(id));
  };
  const listOf = (source: JsonObject, name: string): readonly JsonObject[] =>
    (source[name] as readonly JsonObject[] | undefined) ?? [];
  const at = (source: JsonObject, ...path: string[]): unknown =>
    path.reduce<unknown>((value, name) => (value as JsonObject | undefined)?.[name], source);

  for (const { agent, document } of documents) {
    const isService = Object.hasOwn(document, 'state');
    nodes.push([isService ? 'Instance' : 'Instance:ResourceInstance', 1]);
    const specification = document.serviceSpecification ?? document.resourceSpecification;
    if (specification !== undefined) {
      const { name, id, version = '1' } = specification as Record<string, string>;
      specifications.add(`${name ?? id} ${/\d+/.exec(version)?.[0]}`);
      edges.push(['SPECIFIED_BY', 1]);
    }
    for (const name of ['serviceCharacteristic', 'resourceCharacteristic']) characteristics(listOf(document, name));
    for (const name of ['feature', 'activationFeature']) {
      for (const feature of listOf(document, name)) {
        nodes.push(['Feature', 1]);
        has();
        characteristics(listOf(feature, 'featureCharacteristic'));
      }
    }
    for (const target of ['service', 'resource']) {
      for (const relationship of listOf(document, `${target}Relationship`)) {
        nodes.push(['Relationship', 1]);
        relatesTo(agent, at(relationship, target, 'id'));
        characteristics(listOf(relationship, `${target}RelationshipCharacteristic`));
      }
    }
    for (const name of ['supportingService', 'supportingResource']) {
      for (const each of listOf(document, name)) {
        nodes.push(['Relationship', 1]);
        relatesTo(agent, each.id);
      }
    }
    for (const each of listOf(document, 'relatedParty')) {
      reference('PartyRef', at(each, 'partyOrPartyRole', 'id'), parties);
    }
    for (const each of listOf(document, 'place')) reference('PlaceRef', at(each, 'place', 'id'), places);
    for (const each of listOf(document, 'relatedEntity')) reference('EntityRef', at(each, 'entity', 'id'), entities);
    for (const { owner } of listOf(document, 'externalIdentifier')) {
      nodes.push(['ExternalIdentifier', 1]);
      edges.push(['REFERENCES', 1], ['OWNS', owner === undefined ? 0 : 1]);
      if (owner !== undefined) parties.add(String(owner));
    }
    for (const { author } of listOf(document, 'note')) {
      nodes.push(['Note', 1]);
      edges.push(['ANNOTATES', 1], ['AUTHORS', author === undefined ? 0 : 1]);
      if (author !== undefined) parties.add(String(author));
    }
    for (const _ of listOf(document, 'processStatus')) {
      nodes.push(['ProcessStatus', 1]);
      edges.push(['STATUSES', 1]);
    }
  }
  nodes.push(['Specification', specifications.size], ['Party', parties.size], ['Place', places.size]);
  nodes.push(
    ['Entity', entities.size],
    ['stub', stubs.size],
    ['SyncStream', new Set(documents.map(d => d.agent)).size],
  );
  return { nodes: counts(nodes), edges: counts(edges) };
}

function counts(rows: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [sort, n] of rows) if (n > 0) sums.set(sort, (sums.get(sort) ?? 0) + n);
  return Object.fromEntries(sums);
}
