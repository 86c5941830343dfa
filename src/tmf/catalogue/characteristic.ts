/** A characteristic of a kind as the catalogues tell of it: from its JSON Schema, its default and its owner. */
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import type { KindCharacteristic } from '../../core/kind.ts';
import type { Version } from '../version.ts';

/** What the versions and the two catalogues call the parts of it. */
export interface CharacteristicWords {
  readonly version: Version;
  /** In v5 it stands in `@type`. */
  readonly type: string;
  /** The array of the values it may have. */
  readonly values: string;
}

/** What is told of one beside its schema. */
export type Told = Pick<KindCharacteristic, 'name' | 'schema'> &
  Partial<Pick<KindCharacteristic, 'description' | 'unit' | 'default' | 'mandatory'>> & {
    readonly configurable: boolean;
  };

/** One that a client may write is configurable; what the element tells of itself is not. */
export function told({ owner, telemetry, ...rest }: KindCharacteristic): Told {
  return { ...rest, configurable: owner === 'record' && telemetry !== true };
}

export function characteristicSpecification(one: Told, words: CharacteristicWords, schemaHref?: string): JsonObject {
  const { name, schema, description, mandatory, configurable } = one;
  const isMany = typeIn(schema) === 'array';
  const items = property(schema, 'items');
  const element = isMany && isObject(items) ? items : schema;
  const least = isMany ? (wholeIn(schema, 'minItems') ?? 1) : 1;
  const most = isMany ? wholeIn(schema, 'maxItems') : 1;
  const regex = property(element, 'pattern');
  const values = valueSpecifications(one, element, words);
  return {
    id: name,
    name,
    ...(description === undefined ? {} : { description }),
    valueType: valueType(element),
    configurable,
    minCardinality: mandatory ? Math.max(least, 1) : 0,
    ...(most === undefined ? {} : { maxCardinality: most }),
    isUnique: isMany && property(schema, 'uniqueItems') === true,
    ...(typeof regex === 'string' ? { regex } : {}),
    ...(values.length === 0 ? {} : { [words.values]: values }),
    ...(schemaHref === undefined ? {} : { '@valueSchemaLocation': schemaHref }),
    ...(words.version === 'v5' ? { '@type': words.type } : {}),
  };
}

function valueType(schema: JsonObject): string {
  const type = typeIn(schema);
  if (type !== undefined) return type === 'string' && property(schema, 'format') === 'date-time' ? 'dateTime' : type;
  const [first] = wordsOf(schema);
  return isArray(first) ? 'array' : first === undefined || first === null ? 'object' : typeof first;
}

/** The first type that is one: a schema may allow null beside it. */
function typeIn(schema: JsonObject): string | undefined {
  const type = property(schema, 'type');
  const types = isArray(type) ? type : [type];
  return types.find(each => typeof each === 'string' && each !== 'null') as string | undefined;
}

function wholeIn(schema: Json, name: string): number | undefined {
  const value = property(schema, name);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** The values a schema lists. */
function wordsOf(schema: JsonObject): readonly Json[] {
  const only = property(schema, 'const');
  if (only !== undefined) return [only];
  const words = property(schema, 'enum');
  return isArray(words) ? words : [];
}

/** The values it may have, the default marked; a range, a pattern and a unit stand in one that names no value. */
function valueSpecifications(one: Told, element: JsonObject, words: CharacteristicWords): JsonObject[] {
  const type = valueType(element);
  const typed = words.version === 'v5' ? { '@type': `${typeTitle(type)}CharacteristicValueSpecification` } : {};
  const unit = one.unit === undefined ? {} : { unitOfMeasure: one.unit };
  const allowed = wordsOf(element);
  const found = allowed.map(value => ({
    value,
    valueType: type,
    isDefault: one.default !== undefined && sameJson(value, one.default),
    ...unit,
    ...typed,
  }));
  if (one.default !== undefined && !found.some(each => each.isDefault)) {
    found.push({ value: one.default, valueType: type, isDefault: true, ...unit, ...typed });
  }
  const regex = property(element, 'pattern');
  const limits = { ...range(element), ...(typeof regex === 'string' ? { regex } : {}) };
  if (Object.keys(limits).length === 0 && (found.length > 0 || one.unit === undefined)) return found;
  return [...found, { valueType: type, isDefault: false, ...limits, ...unit, ...typed }];
}

/** The standard's bounds are whole numbers; finer ones stand in the schema alone. */
function range(schema: JsonObject): JsonObject {
  const from = wholeIn(schema, 'minimum') ?? wholeIn(schema, 'exclusiveMinimum');
  const to = wholeIn(schema, 'maximum') ?? wholeIn(schema, 'exclusiveMaximum');
  if (from === undefined && to === undefined) return {};
  const isFromIn = wholeIn(schema, 'minimum') !== undefined;
  const isToIn = wholeIn(schema, 'maximum') !== undefined;
  return {
    ...(from === undefined ? {} : { valueFrom: from }),
    ...(to === undefined ? {} : { valueTo: to }),
    rangeInterval: isFromIn ? (isToIn ? 'closed' : 'closedBottom') : isToIn ? 'closedTop' : 'open',
  };
}

function typeTitle(type: string): string {
  return type === 'dateTime' ? 'String' : `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}
