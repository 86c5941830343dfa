/** References made from ids that stand in characteristics: what each leads to, or why that is unknown. */
import { instanceId } from '../ids.ts';
import { characteristicArray, type Instance } from '../instance.ts';
import { isArray, type Json, type JsonObject, property } from '../json.ts';
import type { ProjectedReference } from '../kind.ts';
import type { DerivedElement } from './derived.ts';
import type { ModelReader } from './model-store.ts';
import type { Reads } from './reads.ts';
import type { Unknown } from './unknown.ts';

export function projected(
  { name, id: characteristic, to }: ProjectedReference,
  { type, document }: Instance,
  reader: ModelReader,
  reads: Reads,
): { readonly elements: readonly DerivedElement[]; readonly unknown: readonly Unknown[] } {
  const array = property(document, characteristicArray[type]);
  const holder = isArray(array) ? array.find(each => property(each, 'name') === characteristic) : undefined;
  const value = property(holder, 'value') ?? null;
  const elements: DerivedElement[] = [];
  const unknown: Unknown[] = [];
  for (const id of isArray(value) ? value : [value]) {
    if (id === null) continue;
    const element = typeof id === 'string' ? reference(name, to, id, reader, reads) : undefined;
    if (element) elements.push({ element, from: [String(id)] });
    else {
      unknown.push({
        reason: 'noTarget',
        context: `the characteristic "${characteristic}" holds ${JSON.stringify(id)}, and there is no ${to} with that id here`,
      });
    }
  }
  return { elements, unknown };
}

function reference(
  role: string,
  to: ProjectedReference['to'],
  id: string,
  reader: ModelReader,
  reads: Reads,
): JsonObject | undefined {
  switch (to) {
    case 'service':
    case 'resource': {
      reads.note('instance', id);
      const target = reader.instance(instanceId(id));
      if (target?.type !== to) return undefined;
      const type = to === 'service' ? 'ServiceRef' : 'ResourceRef';
      return { role, entity: { id, ...nameOf(target.document), '@type': type } };
    }
    case 'party':
    case 'place':
    case 'entity': {
      reads.note(to, id);
      const record = reader.shared(to, id);
      if (!record) return undefined;
      const referred = property(record.document, '@type') ?? record.kind;
      const { below, type } = shape[to];
      return { role, [below]: { id, ...nameOf(record.document), '@referredType': referred, '@type': type } };
    }
  }
}

const shape = {
  party: { below: 'partyOrPartyRole', type: 'PartyRef' },
  place: { below: 'place', type: 'PlaceRef' },
  entity: { below: 'entity', type: 'EntityRef' },
} as const;

function nameOf(document: JsonObject): { name?: Json } {
  const name = property(document, 'name');
  return typeof name === 'string' ? { name } : {};
}
