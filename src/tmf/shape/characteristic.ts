/** Characteristics: in v5 their `@type` follows the value they hold. */
import { isArray, isObject, type Json, property } from '../../core/json.ts';
import { a, any, extensible, many, named, type Shape, text } from './attribute.ts';

const characteristicRelationship = named(
  'CharacteristicRelationship',
  { id: text, relationshipType: text },
  ['id', 'relationshipType'],
  [],
  [['relationshipType', 'id'], ['id'], ['relationshipType']],
);

export const characteristic: Shape = {
  type: value => characteristicType(property(value, 'value')),
  attributes: {
    id: text,
    name: text,
    valueType: text,
    value: any,
    characteristicRelationship: many(a(() => characteristicRelationship)),
    ...extensible,
  },
  mandatory: ['name'],
  mandatory4: ['name', 'value'],
  keys: [['name']],
  characteristic: true,
};

/** The typed characteristic of v5 that fits a value. */
export function characteristicType(value: Json | undefined): string {
  if (!isArray(value)) return scalarType(value) === undefined ? 'Characteristic' : `${scalarType(value)}Characteristic`;
  if (value.length === 0) return 'Characteristic';
  const types = new Set(value.map(scalarType));
  if (types.size === 2 && types.has('Integer') && types.has('Number')) return 'NumberArrayCharacteristic';
  const [type] = types;
  return types.size > 1 || type === undefined ? 'Characteristic' : `${type}ArrayCharacteristic`;
}

function scalarType(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number';
  return isObject(value) ? 'Object' : undefined;
}

interface TypeOfValue {
  readonly element: string;
  readonly isArray: boolean;
}

/** The typed characteristics of v5, by name. */
const typedCharacteristics: ReadonlyMap<string, TypeOfValue> = new Map(
  ['String', 'Boolean', 'Integer', 'Number', 'Object'].flatMap((element): (readonly [string, TypeOfValue])[] => [
    [`${element}Characteristic`, { element, isArray: false }],
    [`${element}ArrayCharacteristic`, { element, isArray: true }],
  ]),
);

/** Whether v5 has such a type of characteristic. */
export function isCharacteristicType(type: string): boolean {
  return type === 'Characteristic' || typedCharacteristics.has(type);
}

/** Whether a value may stand in a characteristic of this `@type`; types of others' making say nothing about it. */
export function fitsCharacteristic(type: string, value: Json | undefined): boolean {
  const wanted = typedCharacteristics.get(type);
  if (!wanted) return true;
  const { element } = wanted;
  return wanted.isArray ? isArray(value) && value.every(each => fits(element, each)) : fits(element, value);
}

function fits(element: string, value: Json | undefined): boolean {
  const is = scalarType(value);
  return is === element || (element === 'Number' && is === 'Integer');
}
