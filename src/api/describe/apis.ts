/** All APIs of the agent, each with the description of its routes; loaded when somebody asks for a document. */
import type { JsonObject } from '../../core/json.ts';
import type { Kinds } from '../../core/kind.ts';
import { versions } from '../../tmf/version.ts';
import { catalogueDescribed } from '../catalogue-described.ts';
import { documentOperation, ownDescribed, topDescribed } from '../diffo/described.ts';
import { inventoryDescribed } from '../tmf-described.ts';
import { type Described, documentOf, documentOfAll, type Where } from './document.ts';
import { eventsDocument } from './events.ts';

export interface DescribeParts extends Where {
  readonly kinds: Kinds;
}

const types = ['service', 'resource'] as const;

/** Each API; the description of itself is one of its paths. */
function apis({ publicUrl }: DescribeParts): readonly Described[] {
  const tmf = types.flatMap(type =>
    versions.flatMap(version => [inventoryDescribed(type, version, publicUrl), catalogueDescribed(type, version)]),
  );
  const documented = { '/openapi.json': { get: documentOperation('/openapi.json') } };
  return [...tmf, ownDescribed()].map(each => ({ ...each, paths: { ...each.paths, ...documented } }));
}

/** The OpenAPI document of the API at a root. */
export function documentAt(root: string, parts: DescribeParts): JsonObject {
  const found = apis(parts).find(each => each.root === root);
  if (!found) throw new Error(`nothing is described at ${root}`);
  return documentOf(found, parts);
}

/** The OpenAPI document of all of them. */
export function documentOfAgent(parts: DescribeParts): JsonObject {
  return documentOfAll([...apis(parts), topDescribed(['/openapi.json', '/asyncapi.json'])], parts);
}

/** The AsyncAPI document of the events. */
export function eventsOfAgent(parts: DescribeParts): JsonObject {
  return eventsDocument(parts);
}
