/**
 * What the third codec beside v4 and v5 writes and reads: a row of central's stream as nodes and edges in the shape
 * that Diffo gives its graph, and what Diffo's patterns find of it. Labels, edges, directions and property names are
 * Diffo's, so its queries work on what is written here.
 *
 *     (instance)-[:HAS]->(:Characteristic | :Feature -[:HAS]-> :Characteristic)
 *     (instance)-[:RELATES]->(:Relationship)-[:RELATES]->(instance)
 *     (owner of a pool)-[:RELATES]->(:AssignmentRelationship)-[:RELATES]->(instance), written by the instance that was given
     the number
 *     (instance)-[:HAS]->(:AssignableCharacteristic), a pool
 *     (instance)-[:RELATES]->(:PartyRef | :PlaceRef | :EntityRef)-[:RELATES]->(:Party | :Place | :Entity)
 *     (instance)-[:REFERENCES]->(:ExternalIdentifier)<-[:OWNS]-(:Party)
 *     (instance)<-[:ANNOTATES]-(:Note)<-[:AUTHORS]-(:Party)      (instance)<-[:STATUSES]-(:ProcessStatus)
 *     (instance)-[:SPECIFIED_BY]->(:Specification)               (:Outstanding)-[:OUTSTANDS]->(instance)
 */
import type { Properties } from './properties.ts';

/** What hangs below an instance and is its alone. */
export const ownedLabels = [
  'Characteristic',
  'AssignableCharacteristic',
  'Feature',
  'Relationship',
  'AssignmentRelationship',
  'PartyRef',
  'PlaceRef',
  'EntityRef',
  'ExternalIdentifier',
  'Note',
  'ProcessStatus',
] as const;
export type OwnedLabel = (typeof ownedLabels)[number];

/** What many speak of: merged on what Diffo knows it by, and never deleted. */
export const sharedLabels = ['Specification', 'Party', 'Place', 'Entity'] as const;
export type SharedLabel = (typeof sharedLabels)[number];

export const rootKinds = ['service', 'resource', 'outstanding'] as const;
export type RootKind = (typeof rootKinds)[number];

/** Where an edge leads beside the one to the parent. */
export type Link =
  | { readonly to: 'instance'; readonly key: string; readonly uuid: string }
  | { readonly to: SharedLabel; readonly identity: Properties; readonly properties: Properties };

export interface OwnedNode {
  readonly key: string;
  /** The key of the root or of an owned node. */
  readonly parent: string;
  readonly label: OwnedLabel;
  readonly properties: Properties;
  readonly link?: Link;
}

/** One row of the stream in the graph. */
export interface Subgraph {
  readonly kind: RootKind;
  readonly key: string;
  readonly properties: Properties;
  /** Of an instance its specification, of what is outstanding its instance. */
  readonly link?: Link;
  /** Parents before their children. */
  readonly owned: readonly OwnedNode[];
}

/** As Diffo's patterns find it. */
export interface FoundNode {
  readonly label: OwnedLabel;
  readonly properties: Properties;
  /** Of the shared node or the instance at the other end. */
  readonly linked?: Properties;
  readonly owned: readonly FoundNode[];
}

export interface FoundInstance {
  readonly properties: Properties;
  readonly specification?: Properties;
  readonly owned: readonly FoundNode[];
}
