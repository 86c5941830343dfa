/**
 * What a document says and Diffo's shape does not is kept beside it on the same node: `_extra` holds the further
 * members as JSON, `_absent` the places that the shape speaks of and the document does not.
 */
import { canonical, isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import { segment, segments } from '../../core/path.ts';
import { type Properties, texts } from './properties.ts';

/** What the shape does not say of a source, and what it says too much. */
export function beside(source: JsonObject, given: JsonObject): Properties {
  const absent: string[] = [];
  const extra = difference(source, given, '', absent);
  return {
    ...(Object.keys(extra).length === 0 ? {} : { _extra: canonical(extra) }),
    ...(absent.length === 0 ? {} : { _absent: absent }),
  };
}

function difference(source: JsonObject, given: JsonObject, at: string, absent: string[]): JsonObject {
  const extra: [string, Json][] = [];
  for (const [name, value] of Object.entries(source)) {
    const known = property(given, name);
    if (sameJson(known, value)) continue;
    if (isObject(known) && isObject(value)) {
      const rest = difference(value, known, `${at}/${segment(name)}`, absent);
      if (Object.keys(rest).length > 0) extra.push([name, rest]);
    } else {
      extra.push([name, value]);
    }
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(source, name)) absent.push(`${at}/${segment(name)}`);
  }
  return Object.fromEntries(extra);
}

export function restored(properties: Properties, given: JsonObject): JsonObject {
  const { _extra, _absent } = properties;
  const extra = typeof _extra === 'string' ? (JSON.parse(_extra) as JsonObject) : {};
  let document = merged(given, extra);
  for (const path of texts(_absent)) document = withoutAt(document, segments(path));
  return document;
}

function merged(given: JsonObject, extra: JsonObject): JsonObject {
  const members = new Map(Object.entries(given));
  for (const [name, value] of Object.entries(extra)) {
    const known = members.get(name);
    members.set(name, isObject(known) && isObject(value) ? merged(known, value) : value);
  }
  return Object.fromEntries(members);
}

function withoutAt(source: JsonObject, [name, ...deeper]: readonly string[]): JsonObject {
  if (name === undefined) return source;
  if (deeper.length === 0) return without(source, name);
  const members = new Map(Object.entries(source));
  const inner = members.get(name);
  if (isObject(inner)) members.set(name, withoutAt(inner, deeper));
  return Object.fromEntries(members);
}

export function without(source: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(source).filter(([each]) => each !== name));
}
