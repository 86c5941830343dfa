/** Sets a value at a path of a document, leaving the document itself as it is. */
import { characteristicArray } from './instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from './json.ts';
import { type KeyedArrays, keyName, keyOf, keysOfArray, type Path, segments } from './path.ts';

/** The document with this value at a path, its missing parents made; undefined takes away what is there. */
export function putAt(document: JsonObject, path: Path, value: Json | undefined, keyed: KeyedArrays): JsonObject {
  const result = put(document, { rest: segments(path), parent: '', name: '', keyed }, value);
  return isObject(result) ? result : {};
}

interface Way {
  readonly rest: readonly string[];
  readonly parent: string;
  readonly name: string;
  readonly keyed: KeyedArrays;
}

function put(here: Json | undefined, way: Way, value: Json | undefined): Json | undefined {
  const [part, ...rest] = way.rest;
  if (part === undefined) return value;
  const next: Way = { rest, parent: way.name, name: part, keyed: way.keyed };
  const candidates = keysOfArray(way.keyed, way.parent, way.name);
  if (candidates && (here === undefined || isArray(here))) return putInList(here ?? [], candidates, next, value);
  if (isArray(here)) return here.map((each, i) => (String(i) === part ? (put(each, next, value) ?? null) : each));
  const object = isObject(here) ? here : {};
  const made = put(property(object, part), next, value);
  if (made === undefined) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== part));
  return { ...object, [part]: made };
}

function putInList(
  list: readonly Json[],
  candidates: readonly (readonly string[])[],
  next: Way,
  value: Json | undefined,
): readonly Json[] {
  const index = list.findIndex(each => candidates.some(by => keyOf(each, [by]) && keyName(each, by) === next.name));
  const found = list[index];
  const made = put(found ?? { [candidates[0]?.[0] ?? 'name']: next.name }, next, value);
  // A characteristic without its value is none.
  const gone = made === undefined || (isCharacteristics(next.parent) && property(made, 'value') === undefined);
  if (gone) return list.filter((_, i) => i !== index);
  return found === undefined ? [...list, made] : list.map((each, i) => (i === index ? made : each));
}

function isCharacteristics(name: string): boolean {
  return Object.values(characteristicArray).includes(name);
}
