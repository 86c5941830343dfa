/** What a peer says is stalled of what was laid there. */
import type { JsonObject } from '../../core/json.ts';
import type { StalledLeaf } from '../../core/verdict.ts';
import { iso } from './parts.ts';

/** Left out where nothing is. */
export function showStalledLeaves(stalled: readonly StalledLeaf[] | undefined): JsonObject {
  return stalled === undefined ? {} : { stalled: stalled.map(each => ({ ...each, since: iso(each.since) })) };
}
