/** The statements that keep an agent's rows in the graph. Each takes many rows, so that a batch costs a few of them. */
import type { OwnedLabel, SharedLabel } from '../../tmf/graph/subgraph.ts';

/** By what Diffo knows them. */
export const identity = {
  Specification: ['name', 'majorVersion'],
  Party: ['key'],
  Place: ['key'],
  Entity: ['string'],
} as const satisfies Record<SharedLabel, readonly string[]>;

/** Without it two writers could make one node twice, and nothing below would be found quickly. */
export const ownSchema = [
  'CREATE CONSTRAINT diffo_edge_key IF NOT EXISTS FOR (n:DiffoEdge) REQUIRE n._key IS UNIQUE',
  'CREATE INDEX diffo_edge_owner IF NOT EXISTS FOR (n:DiffoEdge) ON (n._owner, n._epoch)',
  'CREATE INDEX diffo_instance_uuid IF NOT EXISTS FOR (n:Instance) ON (n.uuid)',
];

/** What others write too may already break a rule; then an index has to do. */
export const sharedSchema = (['Specification', 'Party', 'Place', 'Entity'] as const).map(label => {
  const by = identity[label].map(name => `n.${name}`).join(', ');
  const called = `diffo_${label.toLowerCase()}`;
  return {
    constraint: `CREATE CONSTRAINT ${called} IF NOT EXISTS FOR (n:${label}) REQUIRE (${by}) IS UNIQUE`,
    index: `CREATE INDEX ${called}_index IF NOT EXISTS FOR (n:${label}) ON (${by})`,
  };
});

export const awaitSchema = 'CALL db.awaitIndexes(60)';

/** Takes the stream's lock, by which the batches of one agent come one after the other. */
export const lockStream = `
  MERGE (s:DiffoEdge {_key: $key})
  ON CREATE SET s.agent = $agent, s.epoch = 0, s.cursor = 0, s.sumA = 0, s.sumB = 0, s.whole = false, s.quarantined = 0
  SET s:SyncStream, s.seenAt = datetime()
  RETURN s.epoch AS epoch, s.cursor AS cursor, s.sumA AS sumA, s.sumB AS sumB, s.whole AS whole,
    s.quarantined AS quarantined, s.boots AS boots, s.returns AS returns`;

export const writeStream = `
  MATCH (s:DiffoEdge {_key: $key}) SET s += $properties`;

export const readGuards = `
  UNWIND $keys AS key
  MATCH (n:DiffoEdge {_key: key})
  RETURN key, n._owner AS owner, n._epoch AS epoch, n._seq AS seq, n._hash AS hash, n._shown AS shown,
    n._shape AS shape`;

/** Whatever stands of an owner with an earlier epoch. */
export const findEarlier = `
  MATCH (n:DiffoEdge) WHERE n._owner = $owner AND n._epoch < $epoch RETURN n._key AS key, n:Quarantine AS aside`;

/** Labels are settled anew with each write: an id may come back as something else. */
export const writeRoots = {
  service: writeRoot('SET n:Provider:Instance REMOVE n:ResourceInstance:Outstanding'),
  resource: writeRoot('SET n:Provider:Instance:ResourceInstance REMOVE n:Outstanding'),
  outstanding: writeRoot('SET n:Outstanding'),
  /** What is gone, or known by a reference alone. */
  bare: writeRoot('REMOVE n:Provider:Instance:ResourceInstance:Outstanding'),
};

function writeRoot(labels: string): string {
  return `
  UNWIND $rows AS row
  MERGE (n:DiffoEdge {_key: row.key})
  SET n = row.properties
  ${labels}`;
}

/** The guard of a row whose body stays as it is. */
export const writeGuards = `
  UNWIND $rows AS row
  MERGE (n:DiffoEdge {_key: row.key})
  SET n += row.properties`;

/** Each owned node with the edge to what it hangs on. */
export function writeOwned(label: OwnedLabel): string {
  return `
  UNWIND $rows AS row
  MATCH (parent:DiffoEdge {_key: row.parent})
  MERGE (n:DiffoEdge {_key: row.key})
  SET n = row.properties
  SET n:Provider:${label}
  MERGE ${toParent[label]}`;
}

const toParent: Record<OwnedLabel, string> = {
  Characteristic: '(parent)-[:HAS]->(n)',
  AssignableCharacteristic: '(parent)-[:HAS]->(n)',
  Feature: '(parent)-[:HAS]->(n)',
  Relationship: '(parent)-[:RELATES]->(n)',
  AssignmentRelationship: '(parent)<-[:RELATES]-(n)',
  PartyRef: '(parent)-[:RELATES]->(n)',
  PlaceRef: '(parent)-[:RELATES]->(n)',
  EntityRef: '(parent)-[:RELATES]->(n)',
  ExternalIdentifier: '(parent)-[:REFERENCES]->(n)',
  Note: '(parent)<-[:ANNOTATES]-(n)',
  ProcessStatus: '(parent)<-[:STATUSES]-(n)',
};

/** What leads from a node to an instance; of an assignment it leads from the owner of the pool to the node. */
const toInstance = {
  RELATES: '(n)-[:RELATES]->(to)',
  ASSIGNS: '(n)<-[:RELATES]-(to)',
  OUTSTANDS: '(n)-[:OUTSTANDS]->(to)',
} as const;
export const instanceEdges = [
  'RELATES',
  'ASSIGNS',
  'OUTSTANDS',
] as const satisfies readonly (keyof typeof toInstance)[];

/** The node at the other end is made, bare, when it is not there yet. */
export function linkInstances(edge: keyof typeof toInstance): string {
  return `
  UNWIND $rows AS row
  MATCH (n:DiffoEdge {_key: row.key})
  MERGE (to:DiffoEdge {_key: row.to})
  ON CREATE SET to.uuid = row.uuid
  MERGE ${toInstance[edge]}`;
}

/**
 * Others write these too: what is more than a reference is theirs and stays, and of a specification the later version
 * stands. What is written already is not written again, so that a party of all agents is no place to wait at.
 */
export function writeShared(label: SharedLabel): string {
  const by = identity[label].map(name => `${name}: row.identity.${name}`).join(', ');
  const moved =
    label === 'Specification'
      ? `coalesce(s.minorVersion, 0) < row.properties.minorVersion OR
           (s.minorVersion = row.properties.minorVersion AND coalesce(s.patchVersion, 0) < row.properties.patchVersion)`
      : `s.type = row.properties.type AND
           any(name IN keys(row.properties) WHERE coalesce(s[name] <> row.properties[name], true))`;
  const news =
    label === 'Specification'
      ? 'SET s.minorVersion = row.properties.minorVersion, s.patchVersion = row.properties.patchVersion'
      : 'SET s += row.properties';
  return `
  UNWIND $rows AS row
  MERGE (s:${label} {${by}})
  ON CREATE SET s:Provider, s += row.properties, s.createdAt = datetime()
  WITH s, row WHERE ${moved}
  ${news}`;
}

export function linkShared(label: OwnedLabel | 'Instance', to: SharedLabel): string {
  const by = identity[to].map(name => `${name}: row.identity.${name}`).join(', ');
  const edge =
    label === 'Instance'
      ? '(n)-[:SPECIFIED_BY]->(s)'
      : label === 'Note'
        ? '(n)<-[:AUTHORS]-(s)'
        : label === 'ExternalIdentifier'
          ? '(n)<-[:OWNS]-(s)'
          : '(n)-[:RELATES]->(s)';
  return `
  UNWIND $rows AS row
  MATCH (n:DiffoEdge {_key: row.key})
  MATCH (s:${to} {${by}})
  MERGE ${edge}`;
}

/** A root's own edges that lead elsewhere now; tells where they led. */
export const releaseRoots = `
  UNWIND $rows AS row
  MATCH (:DiffoEdge {_key: row.key})-[own:SPECIFIED_BY|OUTSTANDS]->(end)
  WHERE NOT coalesce(end._key = row.to, false) AND NOT coalesce(
    end.name = row.specification.name AND end.majorVersion = row.specification.majorVersion, false)
  DELETE own
  RETURN DISTINCT end._key AS key`;

/**
 * Takes away what a root no longer has. The edges of what stays do not move, for its key names their other end. Tells
 * which instances were pointed to: some may have been there for that alone.
 */
export const prune = `
  UNWIND $rows AS row
  MATCH (n:DiffoEdge {_key: row.key})
  CALL (n) {
    MATCH (n)-[:HAS|RELATES|REFERENCES]->(owned:DiffoEdge) WHERE NOT owned:AssignmentRelationship RETURN owned
    UNION
    MATCH (n)<-[:RELATES]-(owned:DiffoEdge:AssignmentRelationship) RETURN owned
    UNION
    MATCH (n)<-[:ANNOTATES|STATUSES]-(owned:DiffoEdge) RETURN owned
    UNION
    MATCH (n)-[:HAS|RELATES]->(:DiffoEdge)-[:HAS]->(owned:DiffoEdge) RETURN owned
  }
  WITH row, owned WHERE NOT owned._key IN row.keep
  OPTIONAL MATCH (owned)-[:RELATES]->(to:DiffoEdge)
  OPTIONAL MATCH (owned:AssignmentRelationship)<-[:RELATES]-(from:DiffoEdge)
  WITH collect(DISTINCT owned) AS gone, collect(DISTINCT to._key) + collect(DISTINCT from._key) AS keys
  FOREACH (each IN gone | DETACH DELETE each)
  RETURN keys`;

/** Nodes that were only pointed to, by nobody any more. The lock comes first, so that no edge is being made meanwhile. */
export const forgetBare = `
  UNWIND $keys AS key
  MATCH (n:DiffoEdge {_key: key}) WHERE n._owner IS NULL
  SET n._key = key
  WITH n WHERE NOT (n)--()
  DELETE n`;

export const writeQuarantine = `
  UNWIND $rows AS row
  MERGE (q:DiffoEdge {_key: row.key})
  SET q = row.properties, q.at = datetime()
  SET q:Quarantine`;

export const leaveQuarantine = 'UNWIND $keys AS key MATCH (q:DiffoEdge:Quarantine {_key: key}) DETACH DELETE q';

export const countQuarantine = 'MATCH (q:DiffoEdge:Quarantine) WHERE q._owner = $owner RETURN count(q) AS quarantined';
