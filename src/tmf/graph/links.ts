/**
 * Where the nodes of an instance lead: to other instances, and to the nodes it shares with others. A shared node
 * (specification, party, place, entity) gives back only what it is found by, for others write to it too.
 */
import type { InstanceType } from '../../core/instance.ts';
import { type Json, type JsonObject, property } from '../../core/json.ts';
import { uuidOf } from '../../core/uuid.ts';
import { graphUuid, instanceKey, isKey, uuid } from './keys.ts';
import { compact, type Properties } from './properties.ts';
import type { Link } from './subgraph.ts';
import { isText, plain, said } from './words.ts';

export function idLink(id: Json | undefined, agent: string): Link | undefined {
  return typeof id === 'string' && id !== '' ? instanceLink(agent, id) : undefined;
}

export function instanceLink(agent: string, id: string): Link {
  return { to: 'instance', key: instanceKey(agent, id), uuid: graphUuid(agent, id) };
}

/** By name and major version; one that a document names by its id alone bears that as its name. */
export function specificationLink(
  type: InstanceType,
  reference: JsonObject,
): (Link & { identity: Properties }) | undefined {
  const id = property(reference, 'id');
  const named = property(reference, 'name');
  const name = typeof named === 'string' && named !== '' ? named : id;
  if (typeof name !== 'string' || !isKey(name)) return undefined;
  const version = property(reference, 'version');
  const [, major = '1', minor, patch] =
    /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?/.exec(String(version ?? '')) ?? [];
  return {
    to: 'Specification',
    identity: { name, majorVersion: Number(major) },
    properties: compact({
      uuid: typeof id === 'string' ? (uuid.test(id) ? id : uuidOf('specification', id)) : uuidOf(name, major),
      type: `${type}Specification`,
      minorVersion: Number(minor ?? 0),
      patchVersion: Number(patch ?? 0),
      tmfVersion: 4,
    }),
  };
}

/** What Diffo knows each by. */
export const identityOf = { Party: 'key', Place: 'key', Entity: 'string' } as const;
const referredTypes: Record<'Party' | 'Place' | 'Entity', readonly string[] | undefined> = {
  Party: ['Individual', 'Organization', 'Entity'],
  Place: ['GeographicSite', 'GeographicLocation', 'GeographicAddress'],
  Entity: undefined,
};

export function sharedLink(to: 'Party' | 'Place' | 'Entity', target: JsonObject): Link | undefined {
  const { id } = target;
  if (typeof id !== 'string' || !isKey(id)) return undefined;
  const referred = property(target, '@referredType');
  const known = referredTypes[to];
  const referredType = isText(referred ?? null) && (known?.includes(String(referred)) ?? true) ? referred : undefined;
  return {
    to,
    identity: { [identityOf[to]]: id },
    properties: compact({
      ...said(
        target,
        new Map([
          ['name', plain('name')],
          ['href', plain('href')],
        ]),
      ),
      type: `${to}Ref`,
      referredType: typeof referredType === 'string' ? referredType : undefined,
    }),
  };
}

/** Whoever is named by a word alone. */
export function namedParty(name: Json | undefined): Link | undefined {
  if (typeof name !== 'string' || !isKey(name)) return undefined;
  return { to: 'Party', identity: { key: name }, properties: { type: 'PartyRef' } };
}

export function linkedProperties(link: Link): Properties {
  return link.to === 'instance' ? { uuid: link.uuid } : link.identity;
}
