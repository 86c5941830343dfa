/** Reads what a command printed: JSON that meets its schema, mapped to what was seen. Pure. */
import { AgentError, sentence } from '../../../core/errors.ts';
import type { ExecSampled, ExecSource, ExecThing } from '../../../core/exec/form.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { misfitsOf } from '../../../core/json-schema/misfits.ts';
import { at, noKeyedArrays, segment } from '../../../core/path.ts';
import { putAt } from '../../../core/put-at.ts';
import type { Sample, Sighting } from '../../../ports/driver.ts';
import { tmfKeyedArrays } from '../../../tmf/keyed-arrays.ts';

/** What a command prints that says by itself what it sees. */
const sightingsSchema: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['kind', 'key', 'facts'],
    properties: {
      kind: { type: 'string', minLength: 1 },
      key: { type: 'string', minLength: 1 },
      type: { enum: ['service', 'resource'] },
      handle: { type: 'string', minLength: 1 },
      facts: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } },
      supportedBy: {
        type: 'array',
        items: {
          type: 'object',
          required: ['kind', 'key'],
          properties: { kind: { type: 'string' }, key: { type: 'string' } },
        },
      },
      bad: { type: 'object', additionalProperties: { type: 'string' } },
    },
    additionalProperties: false,
  },
};

const samplesSchema: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['kind', 'key', 'characteristics'],
    properties: {
      kind: { type: 'string', minLength: 1 },
      key: { type: 'string', minLength: 1 },
      characteristics: { type: 'object' },
    },
    additionalProperties: false,
  },
};

interface Printing {
  readonly program: string;
  readonly schema?: JsonObject;
}

/** JSON that meets the schema; else `unreachable`, with the pointer and what was found there. */
export function readOutput(text: string, { program, schema }: Printing): Json {
  let output: Json;
  try {
    output = JSON.parse(text);
  } catch (error) {
    const found = text.trim() === '' ? 'nothing at all' : `${shown(text.slice(0, 40))}: ${sentence(error)}`;
    throw unseen(`${program} was to print JSON and printed ${found}`);
  }
  if (schema) meet(output, schema, program);
  return output;
}

function meet(output: Json, schema: JsonObject, program: string): void {
  const [misfit] = misfitsOf(schema, output);
  if (!misfit) return;
  const { pointer, expected } = misfit;
  const found = shown(at(output, pointer, noKeyedArrays));
  throw unseen(`${program} printed ${found} at ${place(pointer)}, where ${expected} was expected`);
}

export interface SightingsMap extends Printing {
  readonly things?: readonly ExecThing[];
}

export function readSightings(output: Json, { program, things }: SightingsMap): readonly Sighting[] {
  const found = things ? mapped(output, things, program) : asPrinted(output, program);
  const keys = new Set<string>();
  const names = new Set<string>();
  for (const { kind, key, facts } of found) {
    const [byKey, byName] = [`${kind}\0${key}`, `${kind}\0${String(facts.name)}`];
    if (keys.has(byKey)) throw unseen(`${program} printed two things of kind ${kind} with the key ${shown(key)}`);
    if (names.has(byName)) throw unseen(`${program} printed two things of kind ${kind} called ${shown(facts.name)}`);
    keys.add(byKey);
    names.add(byName);
  }
  return found;
}

function asPrinted(output: Json, program: string): readonly Sighting[] {
  meet(output, sightingsSchema, program);
  if (!isArray(output)) return [];
  return output.map((each): Sighting => {
    const type = property(each, 'type') === 'service' ? 'service' : 'resource';
    const facts = property(each, 'facts');
    const handle = property(each, 'handle');
    const supportedBy = property(each, 'supportedBy');
    const bad = property(each, 'bad');
    return {
      kind: textOf(property(each, 'kind')),
      key: textOf(property(each, 'key')),
      type,
      ...(typeof handle === 'string' ? { handle } : {}),
      facts: { '@type': type === 'service' ? 'Service' : 'Resource', ...(isObject(facts) ? facts : {}) },
      ...(isArray(supportedBy)
        ? {
            supportedBy: supportedBy.map(one => ({
              kind: textOf(property(one, 'kind')),
              key: textOf(property(one, 'key')),
            })),
          }
        : {}),
      ...(isObject(bad)
        ? { bad: Object.fromEntries(Object.entries(bad).map(([where, why]) => [where, String(why)])) }
        : {}),
    };
  });
}

function mapped(output: Json, things: readonly ExecThing[], program: string): readonly Sighting[] {
  return things.flatMap(thing =>
    itemsOf(output, thing, program).map((item): Sighting => {
      const { kind, type, key, name = key, handle, facts, supportedBy } = thing;
      const called = nameAt(item, name, 'the name', kind, program);
      let document: JsonObject = { '@type': type === 'service' ? 'Service' : 'Resource', name: called };
      for (const [path, source] of Object.entries(facts)) {
        const value = valueAt(item, source);
        if (value !== undefined) document = withTyped(putAt(document, path, value, tmfKeyedArrays), path, value);
      }
      const handled = handle && valueAt(item, handle);
      const supports = supportedBy.flatMap(each => {
        const of = valueAt(item, each.key);
        return of === undefined || of === null ? [] : [{ kind: each.kind, key: String(of) }];
      });
      return {
        kind,
        key: nameAt(item, key, 'the key', kind, program),
        type,
        ...(handled === undefined ? {} : { handle: String(handled) }),
        facts: document,
        ...(supports.length === 0 ? {} : { supportedBy: supports }),
      };
    }),
  );
}

export interface SamplesMap extends Printing {
  readonly things?: readonly ExecSampled[];
}

export function readSamples(output: Json, { program, things }: SamplesMap, now: number): ReadonlyMap<string, Sample> {
  const samples = new Map<string, Sample>();
  const put = (kind: string, key: string, values: readonly (readonly [string, Json])[]): void => {
    if (samples.has(`${kind}/${key}`)) throw unseen(`${program} printed two samples of the ${kind} ${shown(key)}`);
    samples.set(`${kind}/${key}`, { at: now, characteristics: values.map(([name, value]) => typed(name, value)) });
  };
  if (!things) {
    meet(output, samplesSchema, program);
    for (const each of isArray(output) ? output : []) {
      const values = property(each, 'characteristics');
      put(
        textOf(property(each, 'kind')),
        textOf(property(each, 'key')),
        Object.entries(isObject(values) ? values : {}),
      );
    }
    return samples;
  }
  for (const thing of things) {
    for (const item of itemsOf(output, thing, program)) {
      const values = Object.entries(thing.characteristics).flatMap(([name, source]): [string, Json][] => {
        const value = valueAt(item, source);
        return value === undefined ? [] : [[name, value]];
      });
      put(thing.kind, nameAt(item, thing.key, 'the key', thing.kind, program), values);
    }
  }
  return samples;
}

interface Item {
  readonly value: Json;
  /** Its place in the list, or its name in the object. */
  readonly member: string;
  readonly pointer: string;
}

function itemsOf(
  output: Json,
  { list, where = {} }: Pick<ExecThing, 'list' | 'where'>,
  program: string,
): readonly Item[] {
  const found = at(output, list, noKeyedArrays);
  if (!isArray(found) && !isObject(found)) {
    throw unseen(`${program} printed ${shown(found)} at ${place(list)}, where a list was expected`);
  }
  return Object.entries(found).flatMap(([member, value]): Item[] => {
    const fits = Object.entries(where).every(([pointer, wanted]) =>
      sameJson(at(value, pointer, noKeyedArrays), wanted),
    );
    return fits ? [{ value, member, pointer: `${list}/${segment(member)}` }] : [];
  });
}

function valueAt(item: Item, source: ExecSource): Json | undefined {
  if (typeof source === 'string') return source === '#' ? item.member : at(item.value, source, noKeyedArrays);
  if ('value' in source) return source.value;
  const stands = source.at === '#' ? item.member : at(item.value, source.at, noKeyedArrays);
  const { has } = source;
  const found = has === undefined || !isArray(stands) ? stands : stands.some(each => sameJson(each, has));
  if (!source.as) return found ?? source.otherwise;
  const text = typeof found === 'string' ? found : JSON.stringify(found);
  return (text === undefined ? undefined : property(source.as, text)) ?? source.otherwise;
}

function nameAt(item: Item, source: ExecSource, what: string, kind: string, program: string): string {
  const found = valueAt(item, source);
  if (typeof found === 'number') return String(found);
  if (typeof found === 'string' && found !== '') return found;
  throw unseen(
    `${program} printed ${shown(found)} as ${what} of a ${kind} at ${place(item.pointer)}, where a text was expected`,
  );
}

/** The document with the type of a characteristic beside its value. */
export function withTyped(document: JsonObject, path: string, value: Json): JsonObject {
  const [, owner] = /^(\/(?:resource|service)Characteristic\/[^/]+)\/value$/.exec(path) ?? [];
  if (owner === undefined) return document;
  const { valueType, '@type': type } = typeOf(value);
  return putAt(
    putAt(document, `${owner}/valueType`, valueType, tmfKeyedArrays),
    `${owner}/@type`,
    type,
    tmfKeyedArrays,
  );
}

function typed(name: string, value: Json): JsonObject {
  return { name, value, ...typeOf(value) };
}

function typeOf(value: Json): { readonly valueType: string; readonly '@type': string } {
  if (isArray(value)) {
    const of = value.some(isObject)
      ? 'Object'
      : value.every(each => typeof each === 'number') && value.length > 0
        ? 'Number'
        : 'String';
    return { valueType: 'array', '@type': `${of}ArrayCharacteristic` };
  }
  if (typeof value === 'boolean') return { valueType: 'boolean', '@type': 'BooleanCharacteristic' };
  if (typeof value === 'string') return { valueType: 'string', '@type': 'StringCharacteristic' };
  if (typeof value !== 'number') return { valueType: 'object', '@type': 'ObjectCharacteristic' };
  return Number.isInteger(value)
    ? { valueType: 'integer', '@type': 'IntegerCharacteristic' }
    : { valueType: 'number', '@type': 'NumberCharacteristic' };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function unseen(message: string): AgentError {
  return new AgentError('unreachable', message);
}

function place(pointer: string): string {
  return pointer === '' ? 'the top' : pointer;
}

const SHOWN_AT_MOST = 60;

function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > SHOWN_AT_MOST ? `${text.slice(0, SHOWN_AT_MOST)}…` : text;
}
