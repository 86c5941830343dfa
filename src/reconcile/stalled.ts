/** What is stalled of an expectation on an instance stands in its verdict, where everyone reads it: peers, central, people. */
import type { ExpectationId, InstanceId } from '../core/ids.ts';
import { asJson, sameJson } from '../core/json.ts';
import { ownerOfLeaf } from '../core/planner.ts';
import type { StalledLeaf } from '../core/verdict.ts';
import type { Writer } from '../ports/store.ts';

export function tellStalled(writer: Writer, expectation: ExpectationId, instance: InstanceId | undefined): void {
  const verdict = writer.verdict(expectation, instance);
  if (!verdict) return;
  const stalled: StalledLeaf[] = [];
  for (const { leaf, stalled: how, delegated } of writer.leafRecords()) {
    if (!how || !leaf.startsWith(`${expectation}:`)) continue;
    const owner = ownerOfLeaf(leaf);
    if (owner.expectation !== expectation || owner.instance !== instance) continue;
    const to = delegated?.expectation === undefined ? {} : { delegatedTo: delegated.peer };
    stalled.push({ path: owner.path, ...how, ...to });
  }
  if (sameJson(asJson(stalled), asJson(verdict.stalled ?? []))) return;
  const { stalled: _, ...rest } = verdict;
  writer.putVerdict({ ...rest, ...(stalled.length === 0 ? {} : { stalled }) });
}
