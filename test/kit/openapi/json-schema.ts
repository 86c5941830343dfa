/**
 * From the schemas of an OpenAPI or Swagger file to plain JSON Schema. The branches that a discriminator tells apart
 * overlap in TM Forum's files (a reference is a value too), so that a plain validator finds two where there may be one:
 * here the member named by the discriminator chooses the branch.
 */
import { isObject, type Json, type JsonObject, property } from '../../../src/core/json.ts';

/** The schemas by name, each twice: `bare`, and `any`, which is of the type that its discriminator tells. */
export interface Schemas {
  readonly $defs: JsonObject;
  /** A schema that stands anywhere else in the file, such as that of an answer. */
  convert(schema: Json): Json;
}

const places = ['#/components/schemas/', '#/definitions/'];
/** Says where a value is, not what it may be. */
const wordsOnly = new Set(['example', 'examples', 'description', 'xml', 'externalDocs', 'title', 'deprecated']);

/** With `isPart`, no member is required: of an entity only some members were asked for. */
export function schemasOf(document: Json, isPart = false): Schemas {
  const named = property(property(document, 'components'), 'schemas') ?? property(document, 'definitions') ?? {};
  const $defs: Record<string, Json> = {};
  const convert = (schema: Json): Json => converted(schema, isPart, 'any');
  for (const [name, schema] of Object.entries(isObject(named) ? named : {})) {
    $defs[`bare.${name}`] = converted(schema, isPart, 'any');
    const self = { $ref: `#/$defs/bare.${name}` };
    const mapping = mappingOf(schema) ?? heirsOf(name, named);
    const isOneOf = property(schema, 'oneOf') !== undefined;
    $defs[`any.${name}`] = mapping && !isOneOf ? chosen(mapping, self, 'bare') : self;
  }
  return { $defs, convert };
}

type Form = 'any' | 'bare';

function converted(schema: Json, isPart: boolean, form: Form): Json {
  if (Array.isArray(schema)) return schema.map(each => converted(each, isPart, form));
  if (!isObject(schema)) return schema;
  const { $ref } = schema;
  if (typeof $ref === 'string') return { $ref: `#/$defs/${form}.${nameIn($ref)}` };
  const out: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (wordsOnly.has(key) || key === 'discriminator' || value === undefined) continue;
    if (key === 'required' && isPart) continue;
    if (key === 'properties' || key === 'patternProperties' || key === '$defs') {
      const members = Object.entries(isObject(value) ? value : {});
      out[key] = Object.fromEntries(members.map(([name, each]) => [name, converted(each, isPart, 'any')]));
    } else if (key === 'enum' || key === 'const' || key === 'default') {
      out[key] = value;
    } else {
      // What a schema is composed of is looked at as itself: its discriminator would lead back to the whole.
      out[key] = converted(value, isPart, key === 'allOf' ? 'bare' : 'any');
    }
  }
  const mapping = mappingOf(schema);
  if (!mapping || !Array.isArray(schema.oneOf)) return out;
  const { oneOf = [], allOf, ...rest } = out;
  const all = Array.isArray(allOf) ? allOf : [];
  return { ...rest, allOf: [...all, chosen(mapping, { anyOf: oneOf }, 'any')] };
}

/** The schema that the member names; else that which the base type names; else `otherwise`. */
function chosen(mapping: Mapping, otherwise: Json, form: Form): Json {
  const { member, schemas } = mapping;
  const known = Object.keys(schemas);
  const is = (name: string, value: Json): Json => ({ properties: { [name]: value }, required: [name] });
  const branches = (name: string): Json => ({
    allOf: known.map(each => implies(is(name, { const: each }), { $ref: `#/$defs/${form}.${schemas[each]}` })),
  });
  const byBase = implies(is('@baseType', { enum: known }), branches('@baseType'), otherwise);
  return implies(is(member, { enum: known }), branches(member), byBase);
}

/** `if`, `then`, `else`; by entries, since an object with a member `then` passes for a promise. */
function implies(condition: Json, consequence: Json, otherwise?: Json): Json {
  const words: [string, Json][] = [
    ['if', condition],
    ['then', consequence],
  ];
  return Object.fromEntries(otherwise === undefined ? words : [...words, ['else', otherwise]]);
}

interface Mapping {
  readonly member: string;
  readonly schemas: Readonly<Record<string, string>>;
}

function mappingOf(schema: Json | undefined): Mapping | undefined {
  const discriminator = property(schema, 'discriminator');
  const mapping = property(discriminator, 'mapping');
  const member = property(discriminator, 'propertyName');
  if (!isObject(mapping) || typeof member !== 'string') return undefined;
  return {
    member,
    schemas: Object.fromEntries(Object.entries(mapping).map(([value, ref]) => [value, nameIn(String(ref))])),
  };
}

/** Swagger has no mappings: what is composed of a schema is of its sort. */
function heirsOf(name: string, named: Json): Mapping | undefined {
  const heirs = Object.entries(isObject(named) ? named : {}).filter(([, schema]) => {
    const { allOf } = isObject(schema) ? schema : {};
    return Array.isArray(allOf) && allOf.some(each => property(each, '$ref') === `#/definitions/${name}`);
  });
  if (heirs.length === 0) return undefined;
  return { member: '@type', schemas: Object.fromEntries([...heirs.map(([heir]) => [heir, heir]), [name, name]]) };
}

function nameIn(ref: string): string {
  const place = places.find(each => ref.startsWith(each));
  if (place === undefined) throw new Error(`the kit knows no reference such as ${ref}`);
  return ref.slice(place.length);
}
