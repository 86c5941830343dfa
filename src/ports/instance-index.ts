/** The door to the index of what stands in documents: which instances hold certain values, how many, and where. */
import type { InstanceId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';

/** What a store is told of documents, so that it can keep an index of them. */
export interface DocumentIndex {
  /** Another one whenever what is entered of some document changes; an older store is entered anew then. */
  readonly version: string;
  /** The names under which values are entered. */
  readonly names: Readonly<Record<InstanceType, readonly string[]>>;
  /** Whether nothing is entered of a first-level attribute. */
  ignores(type: InstanceType, attribute: string): boolean;
  /** All that is entered of a document, each once. */
  entries(type: InstanceType, document: JsonObject): readonly { readonly attribute: string; readonly value: string }[];
}

/** One of these values is entered under the name. `id` and `name` are names of every index. */
export interface IndexCondition {
  readonly attribute: string;
  readonly anyOf: readonly string[];
}

/** Instances that meet all conditions, in order of creation. */
export interface IndexQuery {
  readonly type: InstanceType;
  readonly conditions: readonly IndexCondition[];
}

/** Which of them. */
export interface IndexWindow {
  /** Rows beyond and below these, both exclusive. */
  readonly after?: number;
  readonly before?: number;
  /** The last ones rather than the first; in order of creation all the same. */
  readonly fromEnd?: boolean;
  readonly offset?: number;
  readonly limit?: number;
}

/** An instance as it stands at one moment. */
export interface InstanceMark {
  /** Its place in the order of creation, which no other ever has. */
  readonly row: number;
  readonly id: InstanceId;
  readonly seq: number;
}

export interface InstanceIndex {
  /** All at once, so that they are of one moment, without their documents. */
  find(query: IndexQuery, window?: IndexWindow): readonly InstanceMark[];
  countFound(query: IndexQuery): number;
  /** What stands in these rows now, in the same order; nothing for what is gone. */
  instancesAt(rows: readonly number[]): readonly (Instance | undefined)[];
}
