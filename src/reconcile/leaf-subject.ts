/** What a rule is held against, of a leaf by its name or by what it is of. */
import type { Expectation } from '../core/expectation.ts';
import { type Subject, subjectInstance } from '../core/guard/rule-book.ts';
import { expectationId, instanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { Path } from '../core/path.ts';
import { ownerOfLeaf } from '../core/planner.ts';
import type { Named } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';

export interface LeafOf {
  readonly expectation: Expectation | undefined;
  readonly instance: Instance | undefined;
}

export function subjectOf({ expectation, instance }: LeafOf, path: Path): Subject {
  return { expectation, instance: subjectInstance(instance) ?? namedBy(expectation), path };
}

export function leafOf(store: Reader, leaf: string): LeafOf & { readonly path: Path } {
  const { expectation, instance, path } = ownerOfLeaf(leaf);
  return {
    expectation: store.expectation(expectationId(expectation)),
    instance: instance === undefined ? undefined : store.instance(instanceId(instance)),
    path,
  };
}

/** What an expectation calls by its name. */
export function namedBy(expectation: Expectation | undefined): Named | undefined {
  const target = expectation?.for;
  return target && 'name' in target ? { kind: target.kind, name: target.name } : undefined;
}
