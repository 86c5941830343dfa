/** Characteristics of TMF, typed as its v5 names them. */
import { isArray, type Json, type JsonObject } from '../../../core/json.ts';
import { compareTexts } from './ordering.ts';

/** Typed characteristics by name, sorted; what has no value is left out. */
export function characteristics(values: { readonly [name: string]: Json | undefined }): JsonObject[] {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined || value === null ? [] : [characteristic(name, value)]))
    .sort((a, b) => compareTexts(String(a.name), String(b.name)));
}

function characteristic(name: string, value: Json): JsonObject {
  const [type, valueType] = typed(name, value);
  return { name, value, valueType, '@type': type };
}

/** TMF's v5 names for typed characteristics. */
function typed(name: string, value: Json): readonly [string, string] {
  if (isArray(value)) return [arrayTypes[name] ?? 'StringArrayCharacteristic', 'array'];
  switch (typeof value) {
    case 'boolean':
      return ['BooleanCharacteristic', 'boolean'];
    case 'string':
      return ['StringCharacteristic', 'string'];
    case 'number':
      return Number.isInteger(value) && !measures.has(name)
        ? ['IntegerCharacteristic', 'integer']
        : ['NumberCharacteristic', 'number'];
    default:
      return ['ObjectCharacteristic', 'object'];
  }
}

const arrayTypes: Readonly<Record<string, string>> = {
  route: 'ObjectArrayCharacteristic',
  addressDetail: 'ObjectArrayCharacteristic',
  loadAverage: 'NumberArrayCharacteristic',
};

/** These stay numbers when they happen to be whole. */
const measures = new Set(['uptime', 'linkQuality', 'signalLevel', 'noiseLevel']);
