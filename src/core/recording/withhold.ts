/** Takes out of settings what looks like a secret: a recording is handed to others. */
import { isArray, isObject, type Json, type JsonObject } from '../json.ts';

const WITHHELD = '(withheld)';
const secret = /pass|secret|token|credential|private|authori[sz]ation|community|apiKey|_key$/i;
/** All that a command finds around it, of which the names say nothing. */
const surroundings: ReadonlySet<string> = new Set(['environment', 'env']);

export function withholdSecrets(settings: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]): [string, Json] => {
      if (surroundings.has(name) && isObject(value)) return [name, mapValues(value, () => WITHHELD)];
      if (secret.test(name)) return [name, blank(value)];
      return [name, inside(value)];
    }),
  );
}

function inside(value: Json): Json {
  if (isArray(value)) return value.map(inside);
  return isObject(value) ? withholdSecrets(value) : value;
}

/** Of the same shape, so that whoever reads the settings still can. */
function blank(value: Json): Json {
  if (isArray(value)) return value.map(blank);
  if (isObject(value)) return mapValues(value, blank);
  return typeof value === 'string' ? WITHHELD : value;
}

function mapValues(object: JsonObject, to: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, to(value)]));
}
