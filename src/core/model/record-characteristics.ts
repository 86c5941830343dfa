/** Characteristics of parties and places against what their kind declares of them. */
import { isArray, type Json, type JsonObject, property, sameJson } from '../json.ts';
import type { RecordKind } from '../kind.ts';
import type { Findings } from './findings.ts';
import { checkValue } from './values.ts';
import { shown } from './words.ts';

/** The document with the defaults of what its maker says nothing of. */
export function withDefaults(document: JsonObject, array: string, kind: RecordKind): JsonObject {
  const said = property(document, array) ?? [];
  if (!isArray(said)) return document;
  const names = new Set(said.map(each => property(each, 'name')));
  const given = kind.characteristic.flatMap(({ name, default: value }) =>
    value === undefined || names.has(name) ? [] : [{ name, value }],
  );
  return given.length === 0 ? document : { ...document, [array]: [...said, ...given] };
}

export function checkCharacteristicsOf(
  findings: Findings,
  document: JsonObject,
  before: JsonObject | undefined,
  array: string,
  kind: RecordKind,
): void {
  const elements = property(document, array) ?? [];
  if (!isArray(elements)) {
    findings.add(`/${array}`, `${array} is an array, not ${shown(elements)}`);
    return;
  }
  const former = property(before, array) ?? [];
  const places = new Map<Json, number>();
  elements.forEach((each, i) => {
    const name = property(each, 'name');
    const pointer = `/${array}/${i}`;
    if (typeof name !== 'string') findings.add(pointer, 'a characteristic has a name, and this one has none');
    else if (places.has(name)) findings.add(`${pointer}/name`, `there are two characteristics ${name}; leave one out`);
    else places.set(name, i);
  });
  for (const each of kind.characteristic) {
    const place = places.get(each.name);
    const value = place === undefined ? undefined : property(elements[place], 'value');
    if (value === undefined || value === null) {
      if (each.mandatory) findings.add(`/${array}`, `a ${kind.name} has a value for ${each.name}; say it`);
      continue;
    }
    const was = isArray(former) ? former.find(one => property(one, 'name') === each.name) : undefined;
    if (was !== undefined && sameJson(property(was, 'value'), value)) continue;
    const pointer = `/${array}/${place}/value`;
    findings.catch(pointer, () => checkValue(each, value, pointer));
  }
}
