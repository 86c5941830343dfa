/** All APIs of the agent, each with the description of its routes; loaded when somebody asks for a document. */
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { catalogueRoot } from '../../tmf/catalogue/roots.ts';
import { apiRoot, versions } from '../../tmf/version.ts';
import { catalogueDescribed } from '../catalogue-described.ts';
import { documentOperation, ownDescribed, topDescribed } from '../diffo/described.ts';
import { inventoryDescribed } from '../tmf-described.ts';
import { type Described, documentOf, documentOfAll, type Where } from './document.ts';
import { eventsDocument } from './events.ts';

export type DescribeParts = Where;

const types = ['service', 'resource'] as const;

/** Each API by its root, made when it is asked for. */
function apis({ publicUrl }: DescribeParts): ReadonlyMap<string, () => Described> {
  const tmf = types.flatMap(type =>
    versions.flatMap((version): [string, () => Described][] => [
      [apiRoot[type][version], () => inventoryDescribed(type, version, publicUrl)],
      [catalogueRoot[type][version], () => catalogueDescribed(type, version)],
    ]),
  );
  return new Map([...tmf, ['/diffo/v1', ownDescribed]]);
}

/** The description of an API is one of its paths. */
function withItself(described: Described): Described {
  const path = '/openapi.json';
  return { ...described, paths: { ...described.paths, [path]: { get: documentOperation(path) } } };
}

/** The OpenAPI document of the API at a root. */
export function documentAt(root: string, parts: DescribeParts): JsonObject {
  const make = apis(parts).get(root);
  if (!make) throw new AgentError('internal', `nothing is described at ${root}`);
  return documentOf(withItself(make()), parts);
}

/** The OpenAPI document of all of them. */
export function documentOfAgent(parts: DescribeParts): JsonObject {
  const all = Array.from(apis(parts).values(), make => withItself(make()));
  return documentOfAll([...all, topDescribed(['/openapi.json', '/asyncapi.json'])], parts);
}

/** The AsyncAPI document of the events. */
export function eventsOfAgent(parts: DescribeParts): JsonObject {
  return eventsDocument(parts);
}
