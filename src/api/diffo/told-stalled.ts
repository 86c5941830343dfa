/** What is stalled as it is told: why, since when, what was tried, what would set it going again, and who was asked. */
import type { ExpectationId, InstanceId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { ownerOfLeaf } from '../../core/planner.ts';
import type { Delegated } from '../../core/settle/leaf-record.ts';
import type { StalledLeaf } from '../../core/verdict.ts';
import type { Reader } from '../../ports/store.ts';
import { iso } from './parts.ts';

/** Of the leaf at a path; empty where nothing is stalled there. */
export function showStalled(
  store: Reader,
  expectation: ExpectationId,
  instance: InstanceId | undefined,
  path: Path,
): JsonObject {
  for (const { leaf, stalled, tried = [], delegated } of store.leafRecords()) {
    if (!stalled || !leaf.startsWith(`${expectation}:`)) continue;
    const owner = ownerOfLeaf(leaf);
    if (owner.expectation !== expectation || owner.instance !== instance) continue;
    if (!`${path}/`.startsWith(`${owner.path}/`) && !`${owner.path}/`.startsWith(`${path}/`)) continue;
    return {
      stalled: {
        ...stalled,
        since: iso(stalled.since),
        tried: tried.map(each => ({ ...each, at: iso(each.at) })),
        ...(delegated ? { delegated: showDelegated(store, delegated) } : {}),
      },
    };
  }
  return {};
}

function showDelegated(store: Reader, { peer, expectation, since, until, came }: Delegated): JsonObject {
  const [verdict] = expectation === undefined ? [] : store.verdicts({ expectation });
  return {
    peer,
    ...(expectation === undefined ? {} : { expectation, verdict: verdict?.verdict ?? 'unknown' }),
    since: iso(since),
    until: iso(until),
    ...(came === undefined ? {} : { came }),
  };
}

/** What stands in a verdict of it, for whoever laid it elsewhere. */
export function showStalledLeaves(stalled: readonly StalledLeaf[] | undefined): JsonObject {
  return stalled === undefined ? {} : { stalled: stalled.map(each => ({ ...each, since: iso(each.since) })) };
}
