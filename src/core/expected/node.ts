/** The compiled form of an expectation, and what an evaluation needs beside it. */
import type { Instant } from '../ids.ts';
import type { Json, JsonObject } from '../json.ts';
import type { KeyedArrays, Path } from '../path.ts';
import type { Operand } from './operand.ts';

export type Verdict = 'met' | 'unmet' | 'unknown' | 'inapplicable';

/** Why a leaf is not met; the last three say why it is not known. */
export type Reason =
  | 'missing'
  | 'different'
  | 'type'
  | 'format'
  | 'bound'
  | 'unit'
  | 'length'
  | 'extra'
  | 'alternatives'
  | 'pattern'
  | 'function'
  | 'present'
  | 'stale'
  | 'never'
  | 'bad';

export interface Context {
  /** The one clock reading of this evaluation. */
  readonly now: Instant;
  readonly keyed: KeyedArrays;
  /** The unit of a bare number at a path, for what has yet to be read. */
  readonly unitOf?: (path: Path) => string | undefined;
  /** Goes before the functions known at reading. */
  readonly functions?: FunctionRegistry;
  /** `names`: an unmet operator comes back as the name of its function in Diffo. */
  readonly residual?: 'operators' | 'names';
  /**
   * How well the actual at a path is known; absent means everything is. Asked for each leaf, which may be a whole
   * object or array: then the answer is for all that is in it.
   */
  readonly known?: (path: Path) => 'known' | 'stale' | 'never' | 'bad';
}

/** Says whether the actual meets it; a pure function of what it is given. */
export type ExpectedFunction = (args: readonly Json[], actual: Json | undefined, context: Context) => boolean;
/** By name and version: `serial@1`. A name without version means version 1. */
export type FunctionRegistry = ReadonlyMap<string, ExpectedFunction>;

/** `source` is the JSON that the node was read from; what is unmet as a whole comes back as it. */
export type Node =
  | Anything
  | Literal
  | OpenMap
  | List
  | Keyed
  | Contains
  | Members
  | Wrapped
  | Compare
  | Choice
  | All
  | Test;

export interface Anything {
  readonly kind: 'anything';
  readonly source: null;
}

export interface Literal {
  readonly kind: 'literal';
  readonly source: string | number | boolean;
}

export interface Entry {
  readonly key: string;
  readonly node: Node;
}

export interface OpenMap {
  readonly kind: 'map';
  readonly source: JsonObject;
  /** Without the keys of which nothing is expected. */
  readonly entries: readonly Entry[];
  /** Whether a key is also a name on JavaScript's own objects, so that it must be looked up with care. */
  readonly guarded: boolean;
}

export interface List {
  readonly kind: 'list';
  readonly source: readonly Json[];
  readonly items: readonly Node[];
}

export type KeyValue = string | number | boolean;

export interface Item {
  readonly node: OpenMap;
  readonly by: readonly string[];
  /** The parts of the key, each as the properties that lead to it and the value that stands there. */
  readonly parts: readonly { readonly path: readonly string[]; readonly value: KeyValue }[];
  /** The same without the properties of the key, by which its element was found. */
  readonly beyond: OpenMap;
  /** The item's name in a path. */
  readonly name: string;
}

export interface Keyed {
  readonly kind: 'keyed';
  readonly source: Json;
  readonly items: readonly Item[];
  /** Whether two items have one key. */
  readonly twins?: true;
  readonly closed: boolean;
  /** As `$keyed` wrote it; undefined for a plain array that is keyed by profile. */
  readonly by: readonly string[] | undefined;
}

export interface Contains {
  readonly kind: 'contains';
  readonly source: JsonObject;
  readonly members: readonly Node[];
}

/** `$set`. */
export interface Members {
  readonly kind: 'set';
  readonly source: JsonObject;
  readonly values: readonly Json[];
}

/** `$map` and `$literal`: an expectation whose keys are taken verbatim. */
export interface Wrapped {
  readonly kind: 'wrapped';
  readonly source: JsonObject;
  readonly op: '$map' | '$literal';
  readonly inner: Node;
}

export type Comparison = '$same' | '$lt' | '$lte' | '$gt' | '$gte' | '$between' | '$outside' | '$within';

export interface Compare {
  readonly kind: 'compare';
  readonly source: JsonObject;
  readonly op: Comparison;
  readonly operand: Operand;
  /** The upper bound, or the tolerance. */
  readonly second: Operand | undefined;
}

export interface Choice {
  readonly kind: 'choice';
  readonly source: JsonObject;
  readonly op: '$anyOf' | '$oneOf' | '$noneOf';
  readonly alternatives: readonly Node[];
}

/** `$allOf` of what cannot be said as one: at least two members, none of them one itself. */
export interface All {
  readonly kind: 'all';
  readonly source: JsonObject;
  readonly members: readonly Node[];
}

/** Every operator that looks at the actual as a whole and says yes or why not. */
export interface Test {
  readonly kind: 'test';
  readonly source: JsonObject;
  readonly op: string;
  readonly check: (actual: Json | undefined, context: Context) => Reason | undefined;
}

/** Sets a property, own even if it is called `__proto__`. */
export function put(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}
