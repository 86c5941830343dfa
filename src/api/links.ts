/** The hrefs of what this agent has, so that references follow their target. */
import { instanceId } from '../core/ids.ts';
import { type Kinds, perKinds } from '../core/kind.ts';
import type { Reader } from '../ports/store.ts';
import { specificationHref } from '../tmf/catalogue/roots.ts';
import { hrefOf, type Links, type LinkTarget, type Version } from '../tmf/version.ts';

export type LinkStore = Pick<Reader, 'instanceSeq' | 'sharedSeq'>;

export function linksOf(store: LinkStore, version: Version, publicUrl: string, kinds: Kinds = noKinds): Links {
  return (to, id) => (isHere(store, kinds, to, id) ? linkTo(to, version, id, publicUrl) : undefined);
}

function isHere(store: LinkStore, kinds: Kinds, to: LinkTarget, id: string): boolean {
  switch (to) {
    case 'service':
    case 'resource':
      return store.instanceSeq(instanceId(id)) !== undefined;
    case 'serviceSpecification':
    case 'resourceSpecification':
      return specificationsOf(kinds).has(id) || store.sharedSeq('specification', id) !== undefined;
    case 'party':
    case 'place':
    case 'entity':
      return store.sharedSeq(to, id) !== undefined;
  }
}

/** Where it is served, if it is here. */
export function linkTo(to: LinkTarget, version: Version, id: string, publicUrl: string): string {
  switch (to) {
    case 'service':
    case 'resource':
      return hrefOf(to, version, id, publicUrl);
    case 'serviceSpecification':
      return specificationHref('service', version, id, publicUrl);
    case 'resourceSpecification':
      return specificationHref('resource', version, id, publicUrl);
    case 'party':
      return `${publicUrl}/diffo/v1/parties/${encodeURIComponent(id)}`;
    case 'place':
      return `${publicUrl}/diffo/v1/places/${encodeURIComponent(id)}`;
    case 'entity':
      return `${publicUrl}/diffo/v1/entities/${encodeURIComponent(id)}`;
  }
}

const noKinds: Kinds = new Map();

/** The specifications that are served because a kind has them. */
const specificationsOf = perKinds(
  (kinds): ReadonlySet<string> => new Set([...kinds.values()].map(({ specification }) => specification.id)),
);

/** The same, remembering what it was asked within one answer. */
export function remembering(links: Links): Links {
  const known = new Map<string, string | undefined>();
  return (to, id) => {
    const key = `${to}/${id}`;
    if (known.has(key)) return known.get(key);
    const found = links(to, id);
    known.set(key, found);
    return found;
  };
}
