/** `resourceStatus`, the one status of v4, made of the many of v5; and what each of its words says in those. */
import { isArray, type Json, type JsonObject, property } from '../core/json.ts';

interface Saying {
  readonly word: string;
  /** The attribute of v5 that says it. */
  readonly attribute: string;
  readonly isSo: (value: Json | undefined) => boolean;
  /** How it is said where it is not so yet. */
  readonly says: Json;
}

/** The first that is so speaks. */
const sayings: readonly Saying[] = [
  { word: 'unknown', attribute: 'unknownStatus', isSo: value => value === true, says: true },
  { word: 'suspended', attribute: 'controlStatus', isSo: value => value === 'suspended', says: 'suspended' },
  {
    word: 'alarm',
    attribute: 'alarmStatus',
    isSo: value => isArray(value) && value.length > 0,
    says: ['alarmOutstanding'],
  },
  {
    word: 'standby',
    attribute: 'standbyStatus',
    isSo: value => value === 'hotStandby' || value === 'coldStandby',
    says: 'coldStandby',
  },
  { word: 'reserved', attribute: 'allocationStatus', isSo: value => value === 'reserved', says: 'reserved' },
];

/** Nothing stands in the way; v5 has no word for just that. */
const available = 'available';

export const resourceStatuses = ['standby', 'alarm', available, 'reserved', 'unknown', 'suspended'] as const;

export function statusOf(document: JsonObject): string {
  return sayings.find(({ attribute, isSo }) => isSo(property(document, attribute)))?.word ?? available;
}

/** The document so that this is its status: what would speak before it is taken away, the rest stays as it is. */
export function withStatus(document: JsonObject, status: string): JsonObject {
  const result = new Map(Object.entries(document));
  for (const { word, attribute, isSo, says } of sayings) {
    const isSaid = isSo(result.get(attribute));
    if (word === status) {
      if (!isSaid) result.set(attribute, says);
      break;
    }
    if (isSaid) result.delete(attribute);
  }
  return Object.fromEntries(result);
}
