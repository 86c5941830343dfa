/** The documents that an agent serves of its own APIs, as descriptions to judge its answers by. */
import type { DescribeParts } from '../../../src/api/describe/apis.ts';
import type { InstanceType } from '../../../src/core/instance.ts';
import { isObject, type JsonObject } from '../../../src/core/json.ts';
import { catalogueAliases, catalogueRoot } from '../../../src/tmf/catalogue/roots.ts';
import { apiAliases, apiRoot, type Version, versions } from '../../../src/tmf/version.ts';
import { type Description, describe } from './description.ts';

export interface OwnApi {
  /** That of its document. */
  readonly root: string;
  /** All that it is served at. */
  readonly roots: readonly string[];
}

const types = ['service', 'resource'] as const;

export const ownApis: readonly OwnApi[] = [
  ...types.flatMap(type =>
    versions.flatMap(version => [
      api(apiRoot[type][version], apiAliases[type][version]),
      api(catalogueRoot[type][version], catalogueAliases[type][version]),
    ]),
  ),
  api('/diffo/v1', []),
];

/** What stands beside the roots of all APIs: health, figures, documents. */
export const TOP = '';

function api(root: string, aliases: readonly string[]): OwnApi {
  return { root, roots: [root, ...aliases] };
}

/** The API whose events are of a type and version. */
export function ownInventory(type: InstanceType, version: Version): OwnApi {
  return api(apiRoot[type][version], []);
}

const opened = new Map<string, Promise<Description>>();

/** The description that the document at a root gives. */
export function own(root: string, isPart = false): Promise<Description> {
  const name = `${root} ${isPart}`;
  const known = opened.get(name);
  if (known) return known;
  const made = document(root).then(text => describe({ key: text, isPart, document: () => JSON.parse(text) }));
  opened.set(name, made);
  return made;
}

/** Those of the whole that are under no root. */
async function topDocument(parts: DescribeParts): Promise<JsonObject> {
  const { documentOfAgent } = await import('../../../src/api/describe/apis.ts');
  const whole = documentOfAgent(parts);
  const isTop = (path: string): boolean => !ownApis.some(({ root }) => path === root || path.startsWith(`${root}/`));
  return {
    ...whole,
    paths: Object.fromEntries(Object.entries(isObject(whole.paths) ? whole.paths : {}).filter(([path]) => isTop(path))),
  };
}

/** As an agent without a public address and without a token serves it. */
export async function document(root: string): Promise<string> {
  const { documentAt } = await import('../../../src/api/describe/apis.ts');
  const parts = { publicUrl: '', version: '0', secured: false, kinds: new Map() };
  return JSON.stringify(root === TOP ? await topDocument(parts) : documentAt(root, parts));
}
