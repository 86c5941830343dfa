/** The way back from a presented document: what a client wants, without what is not the instance's own. */
import { AgentError } from '../errors.ts';
import { canonical, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import type { Kind } from '../kind.ts';
import { type DeclaredPart, type DerivedPart, declaredParts, described, isOf } from './derived.ts';
import { type Presented, specificationMember } from './present.ts';

/**
 * What a client wants, to be kept instead of `own`. Throws `invalid` with the pointer and where to change it when the
 * client wants a derived part otherwise than it was presented; an echo gives `own`.
 */
export function withoutDerived(own: JsonObject, presented: Presented, wanted: JsonObject): JsonObject {
  const specified = withOwnSpecification(own, presented.document, wanted);
  if (presented.parts.length === 0) return specified;
  const result: { [name: string]: Json } = { ...specified };
  for (const [array, parts] of byArray(presented.parts)) {
    const kept = ownElements(own[array], presented.document[array], wanted[array], array, parts);
    if (kept === undefined) delete result[array];
    else result[array] = kept;
  }
  return result;
}

/** For a create: refuses what the kind derives, for nobody but the agent says it. */
export function refuseDerived(kind: Kind | undefined, document: JsonObject): void {
  const declared = kind ? declaredParts(kind) : [];
  const parts = declared.map(part => ({ ...part, elements: [], unknown: [] }));
  withoutDerived({}, { document: {}, reads: [], parts }, document);
}

function byArray(parts: readonly DerivedPart[]): ReadonlyMap<string, readonly DerivedPart[]> {
  const arrays = new Map<string, DerivedPart[]>();
  for (const part of parts) arrays.set(part.array, [...(arrays.get(part.array) ?? []), part]);
  return arrays;
}

/** The array as it is to be kept; undefined when there is none. */
function ownElements(
  own: Json | undefined,
  presented: Json | undefined,
  wanted: Json | undefined,
  array: string,
  parts: readonly DerivedPart[],
): Json | undefined {
  if (wanted === presented || sameJson(wanted, presented)) return own;
  if (wanted !== undefined && !isArray(wanted)) return wanted;
  const before: readonly Json[] = isArray(own) ? own : [];
  const derived = new Map<string, DerivedPart>();
  for (const part of parts) for (const { element } of part.elements) derived.set(canonical(element), part);
  const kept: Json[] = [];
  (wanted ?? []).forEach((each, i) => {
    const text = canonical(each);
    if (derived.delete(text)) return;
    const part = parts.find(one => isOf(one, each));
    if (part && !before.some(one => sameJson(one, each))) throw changed(part, each, `/${array}/${i}`);
    kept.push(each);
  });
  const [[, removed] = []] = derived;
  if (removed) throw taken(removed, `/${array}`);
  // What a derived part stands in place of was not shown, and stays.
  const visible = new Set(isArray(presented) ? presented.map(canonical) : []);
  const hidden = before.filter(each => !visible.has(canonical(each)));
  const all = [...kept, ...hidden];
  return all.length === 0 && (wanted === undefined || own === undefined) ? undefined : all;
}

function changed(part: DerivedPart, element: Json, pointer: string): AgentError {
  const same = part.elements.filter(each => part.is !== 'assignment' || sameTarget(each.element, element));
  const from = [...new Set(same.flatMap(each => each.from))];
  return new AgentError('invalid', `${described(part, from)}: ${remedy(part)}, or leave ${pointer} as it was shown`, {
    pointer,
  });
}

function taken(part: DerivedPart, pointer: string): AgentError {
  const from = [...new Set(part.elements.flatMap(each => each.from))].slice(0, 5);
  return new AgentError(
    'invalid',
    `${described(part, from)} and cannot be taken away here: ${remedy(part)}, or send ${pointer} with it as it was shown`,
    { pointer },
  );
}

function remedy({ is }: DeclaredPart): string {
  switch (is) {
    case 'assignment':
    case 'characteristic':
    case 'party':
    case 'place':
      return 'change it there';
    case 'field':
      return 'change what it is calculated from';
    case 'reference':
      return 'change that characteristic';
  }
}

function sameTarget(a: JsonObject, b: Json): boolean {
  return ['service', 'resource'].some(type => {
    const id = property(property(a, type), 'id');
    return id !== undefined && id === property(property(b, type), 'id');
  });
}

/** A specification says itself what it is called and at which version it is; another one may be named instead. */
function withOwnSpecification(own: JsonObject, presented: JsonObject, wanted: JsonObject): JsonObject {
  for (const member of Object.values(specificationMember)) {
    const shown = property(presented, member);
    const kept = property(own, member);
    if (!isObject(shown) || !isObject(kept) || sameJson(shown, kept)) continue;
    const now = property(wanted, member);
    if (sameJson(now, shown)) return { ...wanted, [member]: kept };
    if (!isObject(now) || now.id !== shown.id) continue;
    const result = new Map(Object.entries(now));
    for (const name of ['id', 'name', 'version']) {
      const value = now[name];
      if (!sameJson(value, shown[name]) && !sameJson(value, kept[name])) {
        const pointer = `/${member}/${name}`;
        throw new AgentError(
          'invalid',
          `${pointer} follows the specification ${shown.id}: change it there, or name another specification by its id`,
          { pointer },
        );
      }
      if (kept[name] === undefined) result.delete(name);
      else result.set(name, kept[name]);
    }
    return { ...wanted, [member]: Object.fromEntries(result) };
  }
  return wanted;
}
