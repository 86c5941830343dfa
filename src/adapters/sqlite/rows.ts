/** How records become rows and rows become records again. */
import type { ChangeSubject } from '../../core/change.ts';
import type { Expectation } from '../../core/expectation.ts';
import { type InstanceId, instanceId } from '../../core/ids.ts';
import type { Instance, InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import type { SharedClass } from '../../core/model/shared-record.ts';
import { differences, type KeyedArrays, type PathChange, segment } from '../../core/path.ts';
import type { Plan } from '../../core/plan.ts';
import type { Rule } from '../../core/rule.ts';
import type { Task } from '../../core/task.ts';
import { type StandingVerdict, verdictId } from '../../core/verdict.ts';
import type { InstanceQuery, KeyBinding, Unwritten } from '../../ports/store.ts';

export interface InstanceRow {
  row: number;
  id: string;
  type: InstanceType;
  kind: string;
  observed_by: string | null;
  seq: number;
  created_at: number;
  document: string;
}

export const INSTANCE_COLUMNS = 'row, id, type, kind, observed_by, seq, created_at, document';

export function instance(row: InstanceRow): Instance {
  return {
    id: instanceId(row.id),
    type: row.type,
    kind: row.kind,
    ...(row.observed_by === null ? {} : { observedBy: row.observed_by }),
    document: JSON.parse(row.document) as JsonObject,
    seq: row.seq,
    createdAt: row.created_at,
  };
}

/** The name by which an instance is found, where it has one. */
export function nameIn(document: JsonObject): string | null {
  const name = property(document, 'name');
  return typeof name === 'string' ? name : null;
}

/** What a document says of its specification is one of the values in a JSON array. */
const SPECIFICATION = `EXISTS (SELECT 1 FROM json_each(?) WHERE value IN (
  document ->> '$.serviceSpecification.id', document ->> '$.serviceSpecification.name',
  document ->> '$.resourceSpecification.id', document ->> '$.resourceSpecification.name'))`;

/**
 * The condition of a query, and the values for its question marks. The part that leaves the least is left to an index;
 * the plus signs keep SQLite, which knows nothing of the spread, from choosing another one.
 */
export function condition(query: InstanceQuery): { text: string; values: string[] } {
  const parts = [
    { column: 'id', wanted: 'IN (SELECT value FROM json_each(?))', value: query.ids && JSON.stringify(query.ids) },
    { column: 'name', wanted: '= ?', value: query.name },
    { column: 'observed_by', wanted: '= ?', value: query.observedBy },
    { column: 'kind', wanted: '= ?', value: query.kind },
    { column: 'type', wanted: '= ?', value: query.type },
    { column: SPECIFICATION, wanted: '', value: query.specification && JSON.stringify(query.specification) },
  ].filter(({ value }) => value !== undefined);
  return {
    text: parts.map(({ column, wanted }, i) => `${i === 0 ? '' : '+'}${column} ${wanted}`).join(' AND ') || 'TRUE',
    values: parts.map(({ value }) => value ?? ''),
  };
}

export interface KeyBindingRow {
  kind: string;
  key: string;
  id: string;
  handle: string | null;
}

export function keyBinding(row: KeyBindingRow): KeyBinding {
  return {
    kind: row.kind,
    key: row.key,
    id: instanceId(row.id) satisfies InstanceId,
    ...(row.handle === null ? {} : { handle: row.handle }),
  };
}

/** What the store keeps as one JSON text, with some of it in columns beside for an index, and tells changes of. */
export interface RecordTable<T extends { readonly seq: number }> {
  /** Also the table's name. */
  readonly subject: Exclude<ChangeSubject, 'instance' | SharedClass>;
  readonly id: (record: Unwritten<T>) => string;
  readonly columns: readonly string[];
  readonly values: (record: Unwritten<T>) => (string | null)[];
  /** What a change row says of two versions. */
  readonly paths: (before: JsonObject, after: JsonObject, keyed: KeyedArrays) => PathChange[];
}

export interface RecordRow {
  id: string;
  seq: number;
  record: string;
}

export function record<T>(row: RecordRow): T {
  return { ...(JSON.parse(row.record) as object), seq: row.seq } as T;
}

/** A caller may hand in a record that it read, seq and all. */
export function withoutSeq(record: object): JsonObject {
  const { seq: _, ...rest } = record as JsonObject;
  return rest;
}

export const expectationTable: RecordTable<Expectation> = {
  subject: 'expectation',
  id: expectation => expectation.id,
  columns: [],
  values: () => [],
  paths: differences,
};

export const verdictTable: RecordTable<StandingVerdict> = {
  subject: 'verdict',
  id: ({ expectation, instance }) => verdictId(expectation, instance),
  columns: ['expectation', 'instance'],
  values: ({ expectation, instance }) => [expectation, instance ?? null],
  paths: differences,
};

export const planTable: RecordTable<Plan> = {
  subject: 'plan',
  id: plan => plan.id,
  columns: ['state'],
  values: ({ state }) => [state],
  paths: movedProperties,
};

export const taskTable: RecordTable<Task> = {
  subject: 'task',
  id: task => task.id,
  columns: ['plan', 'state'],
  values: ({ plan, state }) => [plan, state],
  paths: movedProperties,
};

export const ruleTable: RecordTable<Rule> = {
  subject: 'rule',
  id: rule => rule.id,
  columns: [],
  values: () => [],
  paths: differences,
};

/** The first-level properties that moved; large values are not repeated, so that the rows of a long run stay small. */
function movedProperties(before: JsonObject, after: JsonObject): PathChange[] {
  const moved: PathChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = property(before, key);
    const now = property(after, key);
    if (sameJson(old, now)) continue;
    moved.push({ path: `/${segment(key)}`, ...told('old', old), ...told('new', now) });
  }
  return moved;
}

function told(side: 'old' | 'new', value: Json | undefined): { old?: Json; new?: Json } {
  return value === undefined || isObject(value) || isArray(value) ? {} : { [side]: value };
}
