/** From what a person calls a thing to the thing: by its id, its name, or `kind/name`. */

import { didYouMean } from '../core/did-you-mean.ts';
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import type { Json } from '../core/json.ts';
import { apiRoot } from '../tmf/version.ts';
import type { Client, Query } from './client.ts';
import { textAt } from './read.ts';

export interface Found {
  readonly id: string;
  readonly type: InstanceType;
  readonly kind: string;
  readonly name: string | undefined;
  /** TMF v5. */
  readonly document: Json;
}

export const instanceTypes: readonly InstanceType[] = ['resource', 'service'];

export function listPath(type: InstanceType): string {
  return `${apiRoot[type].v5}/${type}`;
}

/** The kind that a TMF document names, or the generic one. */
export function kindOf(document: Json, type: InstanceType): string {
  return textAt(document, `${type}Specification`, 'name') ?? type;
}

export async function listInstances(client: Client, type: InstanceType, query: Query = {}): Promise<readonly Found[]> {
  return (await client.list(listPath(type), query)).map(document => found(document, type));
}

function found(document: Json, type: InstanceType): Found {
  return {
    id: textAt(document, 'id') ?? '',
    type,
    kind: kindOf(document, type),
    name: textAt(document, 'name'),
    document,
  };
}

/** A name as the value of a filter: there a comma would separate alternatives. */
export function filterValue(name: string): string {
  return name.replaceAll(',', '\\,');
}

/** All of exactly this name, of one kind or any. */
export async function findNamed(client: Client, name: string, kind?: string): Promise<readonly Found[]> {
  const lists = await Promise.all(instanceTypes.map(type => listInstances(client, type, { name: filterValue(name) })));
  return lists.flat().filter(each => each.name === name && (kind === undefined || each.kind === kind));
}

async function findById(client: Client, id: string): Promise<readonly Found[]> {
  const documents = await Promise.all(
    instanceTypes.map(async type => {
      const document = await client.find(`${listPath(type)}/${encodeURIComponent(id)}`);
      return document === undefined ? [] : [found(document, type)];
    }),
  );
  return documents.flat();
}

/** `kind/name` in its two parts; undefined for a word without a slash. */
export function splitKind(word: string): { readonly kind: string; readonly name: string } | undefined {
  const slash = word.indexOf('/');
  if (slash < 1 || slash === word.length - 1) return undefined;
  return { kind: word.slice(0, slash), name: word.slice(slash + 1) };
}

/** Throws `notFound` with the nearest name, or `invalid` with all that it could mean. */
export async function oneInstance(client: Client, word: string): Promise<Found> {
  if (word === '') throw new AgentError('invalid', 'the name is empty; diffo ls lists all');
  const [byId] = await findById(client, word);
  if (byId) return byId;
  const split = splitKind(word);
  const named = await findNamed(client, word);
  const all = named.length > 0 || !split ? named : await findNamed(client, split.name, split.kind);
  const [first, ...others] = all;
  if (first && others.length === 0) return first;
  if (first) {
    const each = all.map(one => `${one.id} (${one.kind})`).join(', ');
    throw new AgentError('invalid', `"${word}" is the name of ${all.length}; say which by its id: ${each}`);
  }
  throw new AgentError('notFound', `there is nothing called "${word}"${await hint(client, word)}`);
}

async function hint(client: Client, word: string): Promise<string> {
  const split = splitKind(word);
  const lists = await Promise.all(instanceTypes.map(type => listInstances(client, type)));
  const names = lists.flat().flatMap(({ kind, name }) => {
    if (name === undefined) return [];
    return split ? [`${kind}/${name}`] : [name];
  });
  return didYouMean(word, [...new Set(names)]) || '; diffo ls lists all there is';
}

/** More than a person reads, few enough to ask a small device for. */
const NAMES_AT_MOST = 100;

/** Names for ids, each looked up once; what has no name or is gone keeps its id. */
export class Names {
  private readonly client: Client;
  private readonly known = new Map<string, string>();

  constructor(client: Client) {
    this.client = client;
  }

  learn(id: string, name: string | undefined): void {
    if (name !== undefined) this.known.set(id, name);
  }

  async of(id: string): Promise<string> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const [one] = await findById(this.client, id);
    const name = one?.name ?? id;
    this.known.set(id, name);
    return name;
  }

  /** Those of the first many, at once. */
  async all(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const each = [...new Set(ids)].slice(0, NAMES_AT_MOST);
    return new Map(await Promise.all(each.map(async id => [id, await this.of(id)] as const)));
  }
}

/** The whole id of a plan or expectation of which a person gave the beginning. */
export async function wholeId(client: Client, list: string, word: string): Promise<string> {
  if (word.length < 4 || (await client.find(`${list}/${encodeURIComponent(word)}`)) !== undefined) return word;
  const ids = (await client.list(list)).flatMap(each => textAt(each, 'id') ?? []);
  const those = ids.filter(id => id.startsWith(word));
  if (those.length > 1) {
    throw new AgentError('invalid', `"${word}" is the beginning of ${those.join(' and ')}; say more of it`);
  }
  return those[0] ?? word;
}
