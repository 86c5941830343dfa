/** Reads the graph as Diffo does: by its labels, edges and directions alone. */

import type { JsonObject } from '../../src/core/json.ts';
import {
  type FoundInstance,
  type FoundNode,
  instanceFromGraph,
  type OwnedLabel,
  type Properties,
} from '../../src/tmf/graph.ts';
import type { TestNeo4j } from './neo4j.ts';

/** Each as one of Diffo's patterns; `linked` is what stands at the other end. */
const patterns: Record<OwnedLabel, string> = {
  Characteristic: 'MATCH (i)-[:HAS]->(n:Provider:Characteristic) RETURN n, null AS linked',
  Feature: 'MATCH (i)-[:HAS]->(n:Provider:Feature) RETURN n, null AS linked',
  Relationship:
    'MATCH (i)-[:RELATES]->(n:Provider:Relationship) OPTIONAL MATCH (n)-[:RELATES]->(linked) RETURN n, linked',
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

/** How many nodes and edges there are of each sort, bookkeeping (which bears `DiffoEdge` alone or with its own name) included. */
export async function countIn(
  server: TestNeo4j,
): Promise<{ nodes: Record<string, number>; edges: Record<string, number> }> {
  const nodes = await server.run(
    `MATCH (n) WITH reduce(all = '', label IN apoc_free(labels(n)) | all + ':' + label) AS sort RETURN sort, count(*) AS n`.replace(
      'apoc_free(labels(n))',
      "[label IN labels(n) WHERE label <> 'Provider' AND label <> 'DiffoEdge']",
    ),
  );
  const edges = await server.run('MATCH ()-[r]->() RETURN type(r) AS sort, count(*) AS n');
  const counted = (rows: readonly { sort: string; n: number }[]): Record<string, number> =>
    Object.fromEntries(rows.map(({ sort, n }) => [sort, n]));
  return { nodes: counted(nodes), edges: counted(edges) };
}
