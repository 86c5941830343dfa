/** Which references a document holds: read when it is written, so that each is found from its target too. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Link, LinkClass } from './link.ts';

/** A relationship that an assignment makes on the assignee's side; the assignment itself is kept elsewhere. */
export const assignedFrom = 'assignedFrom';
/** The same as the owner of the pool shows it. */
export const assignedTo = 'assignedTo';

interface Holder {
  readonly array: string;
  readonly class: LinkClass;
  /** Where the reference stands; beside the other members for those who write it flat, as v4 does. */
  readonly below: string;
  readonly type: string;
}

const holders: readonly Holder[] = [
  { array: 'serviceRelationship', class: 'relationship', below: 'service', type: 'relationshipType' },
  { array: 'resourceRelationship', class: 'relationship', below: 'resource', type: 'relationshipType' },
  { array: 'relatedParty', class: 'party', below: 'partyOrPartyRole', type: 'role' },
  { array: 'place', class: 'place', below: 'place', type: 'role' },
  { array: 'relatedEntity', class: 'entity', below: 'entity', type: 'role' },
];

/** In the order of the document; those that name no id lead nowhere and are left out. */
export function linksIn(source: string, document: JsonObject): readonly Link[] {
  const links: Link[] = [];
  for (const holder of holders) {
    const elements = document[holder.array];
    if (!isArray(elements)) continue;
    for (const element of elements) {
      const link = linkOf(source, element, holder);
      if (link) links.push(link);
    }
  }
  addOwners(links, source, document);
  const address = addressOf(document);
  if (address !== undefined) links.push({ class: 'place', source, target: address, type: 'address' });
  return links;
}

/** An external identifier names its owner by nothing but an id. */
function addOwners(links: Link[], source: string, document: JsonObject): void {
  const identifiers = document.externalIdentifier;
  if (!isArray(identifiers)) return;
  for (const each of identifiers) {
    const owner = property(each, 'owner');
    if (typeof owner === 'string' && owner !== '') links.push({ class: 'owner', source, target: owner });
  }
}

/** The id of the address of a site; undefined for a site without one, and for what is no site. */
export function addressOf(document: JsonObject): string | undefined {
  const { addressId } = document;
  if (typeof addressId !== 'string' || addressId === '') return undefined;
  return document['@type'] === 'GeographicSite' || document['@baseType'] === 'GeographicSite' ? addressId : undefined;
}

function linkOf(source: string, element: Json, holder: Holder): Link | undefined {
  if (!isObject(element)) return undefined;
  const type = element[holder.type];
  if (holder.class === 'relationship' && type === assignedFrom) return undefined;
  const below = element[holder.below];
  const target = property(isObject(below) ? below : element, 'id');
  if (typeof target !== 'string' || target === '') return undefined;
  const { alias } = element;
  return {
    class: holder.class,
    source,
    target,
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof alias === 'string' ? { alias } : {}),
  };
}
