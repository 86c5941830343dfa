/** All APIs of the agent, each with the description of its routes; loaded when somebody asks for a document. */
import type { JsonObject } from '../../core/json.ts';
import type { Kinds } from '../../core/kind.ts';
import { versions } from '../../tmf/version.ts';
import { inventoryDescribed } from '../tmf-described.ts';
import { type Described, documentOf, documentOfAll, type Where } from './document.ts';

export interface DescribeParts extends Where {
  readonly kinds: Kinds;
}

const types = ['service', 'resource'] as const;

function apis({ publicUrl }: DescribeParts): Described[] {
  return types.flatMap(type => versions.map(version => inventoryDescribed(type, version, publicUrl)));
}

/** The OpenAPI document of the API at a root. */
export function documentAt(root: string, parts: DescribeParts): JsonObject {
  const found = apis(parts).find(each => each.root === root);
  if (!found) throw new Error(`nothing is described at ${root}`);
  return documentOf(found, parts);
}

/** The OpenAPI document of all of them. */
export function documentOfAgent(parts: DescribeParts): JsonObject {
  return documentOfAll(apis(parts), parts);
}

/** The AsyncAPI document of the events. */
export function eventsOfAgent(_parts: DescribeParts): JsonObject {
  return {};
}
