/** What every operator's reading is made of: where it stands, what it may ask for, and how it refuses. */
import { AgentError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Path } from '../path.ts';
import type { FunctionRegistry, Node, OpenMap, Test } from './node.ts';

/** Where a node stands: in the text of the expectation, and in the documents it speaks of. */
export interface Place {
  readonly pointer: string;
  readonly path: Path;
  /** The last two segments of `path`. */
  readonly parent: string;
  readonly name: string;
  /** Whether it is part of a value whose author names what is in it. */
  readonly authors?: boolean | undefined;
}

/** What an operator needs to read the expectations inside its argument. */
export interface Reader {
  readonly functions: FunctionRegistry;
  readonly lenient: boolean;
  readonly unitOf: ((path: Path) => string | undefined) | undefined;
  /** Rules 1 to 6. */
  readonly node: (source: Json, place: Place) => Node;
  /** An open map whose keys are taken verbatim, and a value without operators. */
  readonly map: (source: JsonObject, place: Place) => OpenMap;
  readonly literal: (source: Json, place: Place) => Node;
  readonly keyed: (
    array: { source: Json; items: readonly Json[]; candidates: readonly (readonly string[])[]; pointer: string },
    operator: { by: readonly string[]; closed: boolean } | undefined,
    place: Place,
  ) => Node;
  /** How many steps the patterns read so far are made of. */
  readonly patterns: { steps: number };
}

export type ReadOperator = (argument: Json, source: JsonObject, place: Place, reader: Reader) => Node;

export function wrong(sentence: string, { pointer }: { pointer: string }): AgentError {
  return new AgentError('invalid', sentence, { pointer });
}

/** The place of an element of an array. */
export function member(place: Place, index: number, name: string): Place {
  return {
    pointer: `${place.pointer}/${index}`,
    path: `${place.path}/${name}`,
    parent: place.name,
    name,
    authors: place.authors,
  };
}

export function isNil(actual: Json | undefined): actual is null | undefined {
  return actual === undefined || actual === null;
}

export function test(op: string, source: JsonObject, check: Test['check']): Test {
  return { kind: 'test', source, op, check };
}
