/**
 * Expectation JSON, version 1: read once, checked and compiled. Plain JSON stands for itself, an object with one `$`
 * key is an operator, and the arrays that a profile keys are compared by key instead of by position.
 */
import { checked } from './expected/checked.ts';
import { diffoFunctions } from './expected/functions.ts';
import { ReadItem } from './expected/item.ts';
import type { Entry, FunctionRegistry, Item, Node, OpenMap } from './expected/node.ts';
import { keyOfItem, operators } from './expected/operators.ts';
import { member, type Place, type Reader, wrong } from './expected/reading.ts';
import { nearestOperator } from './expected/spelling.ts';
import { twins } from './expected/twins.ts';
import { isArray, isObject, type Json, type JsonObject } from './json.ts';
import { authorsOf, type KeyedArrays, keyOf, keysOfArray, type Path, segment, segments } from './path.ts';

/** Read once, evaluated many times. Everybody but the evaluator looks at `source` alone. */
export interface Expected {
  readonly source: Json;
  readonly node: Node;
}

export interface Reading {
  readonly keyed: KeyedArrays;
  /** What `$fn` may name; Diffo's own functions if left out. */
  readonly functions?: FunctionRegistry;
  /**
   * Reads also what is refused when stored because it cannot be meant so: null among alternatives, durations with
   * months or years, bounds the wrong way round. What is stored already is read so, or a stricter agent would lose it.
   */
  readonly lenient?: boolean;
  /** The unit that the kind declares for a bare number at a path. */
  readonly unitOf?: (path: Path) => string | undefined;
  /** Where in a document the expectation stands, if it is a part of a larger one. */
  readonly at?: Path;
}

/** Throws an `AgentError` that says what is wrong and where, as a JSON pointer. */
export function readExpected(source: unknown, reading: Reading): Expected {
  const json = checked(source);
  const ofAuthors = authorsOf(reading.keyed);
  const reader: Reader = {
    functions: reading.functions ?? diffoFunctions,
    lenient: reading.lenient ?? false,
    unitOf: reading.unitOf,
    node: (each, place) => readNode(each, place, reader, reading.keyed),
    map: (each, place) => readMap(each, place, ofAuthors, reader.node),
    literal: readLiteral,
    patterns: { steps: 0 },
    keyed: (array, operator, place) => {
      const items = array.items.map((item, i) => readItem(item, i, array, place, reader));
      const closed = operator?.closed ?? false;
      return { kind: 'keyed', source: array.source, items, ...twins(items), closed, by: operator?.by };
    },
  };
  const [name = '', parent = '', ...above] = segments(reading.at ?? '').reverse();
  const authors = [name, parent, ...above].some(each => ofAuthors.has(each));
  return { source: json, node: reader.node(json, { pointer: '', path: reading.at ?? '', parent, name, authors }) };
}

function readNode(source: Json, place: Place, reader: Reader, keyed: KeyedArrays): Node {
  if (isArray(source)) {
    const candidates = keysOfArray(keyed, place.parent, place.name);
    // What only happens to have the name of such an array is one when it could be.
    if (candidates && !(place.authors && source.some(each => !keyOf(each, candidates)))) {
      return reader.keyed({ source, items: source, candidates, pointer: place.pointer }, undefined, place);
    }
    const items = source.map((each, i) => reader.node(each, member(place, i, String(i))));
    return { kind: 'list', source, items };
  }
  if (!isObject(source)) return readScalar(source);
  const keys = Object.keys(source);
  const name = keys.find(key => key.startsWith('$'));
  if (name === undefined) return reader.map(source, place);
  if (keys.length > 1) {
    const why = keys.every(key => operators.has(key))
      ? 'an object holds one operator; two bounds are one $between, and {"$allOf":[...]} holds several operators'
      : 'an operator is alone in its object, and {"$map":{...}} holds keys that begin with $';
    throw wrong(`${name} stands beside other keys: ${why}`, { pointer: `${place.pointer}/${segment(name)}` });
  }
  const inside = { ...place, pointer: `${place.pointer}/${segment(name)}` };
  const read = operators.get(name);
  if (!read) throw wrong(`${name} is not an operator${nearestOperator(name, [...operators.keys()])}`, inside);
  return read(source[name] ?? null, source, inside, reader);
}

function readScalar(source: string | number | boolean | null): Node {
  return source === null ? { kind: 'anything', source } : { kind: 'literal', source };
}

function readMap(
  source: JsonObject,
  place: Place,
  ofAuthors: ReadonlySet<string>,
  read: (source: Json, place: Place) => Node,
): OpenMap {
  const entries: Entry[] = [];
  let guarded = false;
  for (const [key, value] of Object.entries(source)) {
    const node = read(value, {
      pointer: `${place.pointer}/${segment(key)}`,
      path: `${place.path}/${segment(key)}`,
      parent: place.name,
      name: key,
      authors: place.authors || ofAuthors.has(key),
    });
    if (node.kind === 'anything') continue;
    guarded ||= key in Object.prototype;
    entries.push({ key, node });
  }
  return { kind: 'map', source, entries: tight(entries), guarded };
}

/** Rules 1 to 4 alone: no operator is recognised and no array is keyed. */
function readLiteral(source: Json, place: Place): Node {
  if (isArray(source)) {
    return { kind: 'list', source, items: source.map((each, i) => readLiteral(each, member(place, i, String(i)))) };
  }
  return isObject(source) ? readMap(source, place, nobody, readLiteral) : readScalar(source);
}

/** With room for nothing more: what stands is kept long, and there is much of it. */
function tight<One>(array: readonly One[]): readonly One[] {
  return array.length === 0 ? none : array.slice();
}

const none: readonly never[] = [];
const nobody: ReadonlySet<string> = new Set();

function readItem(
  source: Json,
  index: number,
  array: { candidates: readonly (readonly string[])[]; pointer: string },
  place: Place,
  reader: Reader,
): Item {
  const pointer = `${array.pointer}/${index}`;
  const { by, values } = keyOfItem(source, array.candidates, pointer);
  const name = values.join(',');
  const path = `${place.path}/${segment(name)}`;
  const node = reader.node(source, { pointer, path, parent: place.name, name, authors: place.authors });
  if (node.kind !== 'map')
    throw wrong('an item of a keyed array is an object without operators of its own', { pointer });
  return new ReadItem(node, by, values);
}
