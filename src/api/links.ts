/** The hrefs of instances this agent has, so that references follow their target. */
import { instanceId } from '../core/ids.ts';
import type { Reader } from '../ports/store.ts';
import { hrefOf, type Links, type Version } from '../tmf/version.ts';

export function linksOf(store: Pick<Reader, 'instanceSeq'>, version: Version, publicUrl: string): Links {
  return (type, id) =>
    store.instanceSeq(instanceId(id)) === undefined ? undefined : hrefOf(type, version, id, publicUrl);
}

/** The same, remembering what it was asked within one answer. */
export function remembering(links: Links): Links {
  const known = new Map<string, string | undefined>();
  return (type, id) => {
    const key = `${type}/${id}`;
    if (known.has(key)) return known.get(key);
    const href = links(type, id);
    known.set(key, href);
    return href;
  };
}
