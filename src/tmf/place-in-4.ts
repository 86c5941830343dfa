/** Where v4 shows what stands at a place of a kept document: errors name the place as the client of v4 sees it. */
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { segment, segments } from '../core/path.ts';
import type { Rendering } from './codec.ts';
import { own, type Shape, shapeOf } from './shape.ts';

/** Pointers as they stand in sentences, too. */
const pointers = /\/@?[A-Za-z][\w@~-]*(?:\/[\w@~-]+)*/g;

/** The same pointer for a client of v4. */
export function pointerIn4(pointer: string, document: JsonObject, type: InstanceType): string {
  return locationIn4(segments(pointer), document, shapeOf(type, document))
    .map(token => `/${segment(token)}`)
    .join('');
}

/** A sentence with the pointers into the entity that are in it turned into those of v4. */
export function sentenceIn4(sentence: string, document: JsonObject, type: InstanceType): string {
  return sentence.replaceAll(pointers, pointer => pointerIn4(pointer, document, type));
}

/** A place of a kept document, or below one, by the names and levels that v4 has. */
export function locationIn4(location: readonly string[], document: Json | undefined, shape: Shape): readonly string[] {
  const [name, ...rest] = location;
  if (name === undefined) return [];
  const attribute = own(shape.attributes, name);
  const member = property(document, name);
  const below = (value: Json | undefined, left: readonly string[]): readonly string[] =>
    attribute?.shape ? locationIn4(left, value, attribute.shape(isObject(value) ? value : {})) : left;
  if (name === shape.flat) return below(member, rest);
  const shown = attribute?.name4 ?? name;
  const [index, ...inner] = rest;
  if (!attribute?.many || index === undefined) return [shown, ...below(member, rest)];
  // A place that is v4's already has no index where v4 has one alone.
  if (!/^(\d+|-)$/.test(index)) return [shown, ...rest];
  const element = isArray(member) ? member[Number(index)] : undefined;
  return [shown, ...(attribute.one4 ? [] : [index]), ...below(element, inner)];
}

/** What is thrown about a document that is to be kept is told in the places that the client's version has. */
export function inPlacesOf<T>(
  { type, version }: Pick<Rendering, 'type' | 'version'>,
  document: JsonObject,
  act: () => T,
): T {
  if (version === 'v5') return act();
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    const { code, message, pointer, parameter } = error;
    throw new AgentError(code, sentenceIn4(message, document, type), {
      ...(pointer === undefined ? {} : { pointer: pointerIn4(pointer, document, type) }),
      ...(parameter === undefined ? {} : { parameter }),
      cause: error,
    });
  }
}
