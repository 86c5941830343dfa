/**
 * Finds the entities of a page: what an index answers is counted there, what it does not is looked at one by one, with
 * room for other requests between. Others may write meanwhile: each entity is judged once, as it stands at that moment;
 * none comes twice, and none is missed that was there all along.
 */
import { setImmediate as breath } from 'node:timers/promises';
import { AgentError } from '../core/errors.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { type Kinds, perKinds } from '../core/kind.ts';
import { declaredParts } from '../core/model/derived.ts';
import type { IndexQuery, InstanceMark } from '../ports/instance-index.ts';
import type { Reader } from '../ports/store.ts';
import { extensionEntry } from '../tmf/query/indexed.ts';
import { pushdown } from '../tmf/query/pushdown.ts';
import { Sorter, type SortValue, type Window } from '../tmf/query/sort.ts';
import { type Conditions, meets, type Query, strangers } from '../tmf/query.ts';
import type { Version } from '../tmf/version.ts';

export interface SearchParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  /** An instance as the version shows it. */
  readonly show: (instance: Instance) => JsonObject;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

export interface FoundMark extends InstanceMark {
  /** What it was sorted by. */
  readonly values: readonly SortValue[];
}

export interface Found {
  /** All that meet the conditions. */
  readonly total: number;
  /** Those of the page, each as it stood when it was judged. */
  readonly page: readonly FoundMark[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** So many entities are looked at between two breaths. */
const AT_ONCE = 100;
/** So many candidates are asked of the index at a time. */
const CANDIDATES_AT_ONCE = 2_000;

/** Undefined when nobody waits for it any more. Throws `invalid` for names that nobody has. */
export async function search(
  parts: SearchParts,
  query: Query,
  type: InstanceType,
  version: Version,
  window: Window,
): Promise<Found | undefined> {
  const { store, kinds } = parts;
  refuseStrangers(store, query, type);
  const { pushed, residual } = pushdown(query, type, version, {
    derived: derivedParts(kinds)[type],
    isNone: condition => store.countFound({ type, conditions: [condition] }) === 0,
  });
  const candidates: IndexQuery = { type, conditions: pushed };
  const isAnswered = residual.all.length === 0 && residual.filter === undefined && query.sort.length === 0;
  return isAnswered ? answered(store, candidates, window) : walk(parts, candidates, residual, query, window);
}

/** What all kinds of a type together declare to be derived. */
const derivedParts = perKinds(kinds => {
  const of = (type: InstanceType) => [...kinds.values()].filter(kind => kind.type === type).flatMap(declaredParts);
  return { service: of('service'), resource: of('resource') };
});

function refuseStrangers(store: Reader, query: Query, type: InstanceType): void {
  for (const name of strangers(query, type)) {
    const condition = { attribute: extensionEntry, anyOf: [name] };
    if (store.countFound({ type, conditions: [condition] }) > 0) continue;
    throw new AgentError('invalid', `No ${type} has an attribute ${name}; look for the name that is meant`, {
      parameter: name,
    });
  }
}

/** The index knows it all. */
function answered(store: Reader, query: IndexQuery, { offset, limit, after, before }: Window): Found {
  const total = store.countFound(query);
  const fromEnd = before !== undefined && after === undefined;
  const between = {
    ...(after === undefined ? {} : { after: after.row }),
    ...(before === undefined || before.row === Number.POSITIVE_INFINITY ? {} : { before: before.row }),
  };
  const marks = store.find(query, { ...between, fromEnd, offset, limit });
  const [first, last] = [marks.at(0), marks.at(-1)];
  return {
    total,
    page: marks.map(mark => ({ ...mark, values: [] })),
    isFirst: first === undefined || store.find(query, { before: first.row, limit: 1 }).length === 0,
    isLast: last === undefined || store.find(query, { after: last.row, limit: 1 }).length === 0,
  };
}

async function walk(
  { store, show, isGone }: SearchParts,
  candidates: IndexQuery,
  residual: Conditions,
  query: Query,
  window: Window,
): Promise<Found | undefined> {
  const { type } = candidates;
  const sorter = new Sorter<InstanceMark>(query.sort, window);
  const look = (mark: InstanceMark, instance: Instance | undefined): void => {
    if (instance?.type !== type) return;
    const entity = show(instance);
    // What moved since the index was asked may not be what the index said.
    if (!meets(entity, instance.seq === mark.seq ? residual : query, type)) return;
    sorter.add(entity, mark.row, { ...mark, seq: instance.seq });
  };
  // What is made meanwhile is not waited for.
  const before = (store.find(candidates, { fromEnd: true, limit: 1 })[0]?.row ?? 0) + 1;
  let after = 0;
  for (;;) {
    const marks = store.find(candidates, { after, before, limit: CANDIDATES_AT_ONCE });
    for (let from = 0; from < marks.length; from += AT_ONCE) {
      const portion = marks.slice(from, from + AT_ONCE);
      const instances = store.instancesAt(portion.map(({ row }) => row));
      for (const [i, mark] of portion.entries()) look(mark, instances[i]);
      if (portion.length === AT_ONCE) await breath();
      if (isGone()) return undefined;
    }
    const last = marks.at(-1);
    if (!last || marks.length < CANDIDATES_AT_ONCE) break;
    after = last.row;
  }
  const { items, total, isFirst, isLast } = sorter.page();
  return { total, page: items.map(({ item, values }) => ({ ...item, values })), isFirst, isLast };
}
