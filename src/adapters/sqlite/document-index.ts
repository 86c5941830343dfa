/**
 * The index of what stands in documents: a table of names, values and rows, kept up by differences in the transaction
 * that writes a document. How many rows a value has is remembered once it was asked, and moves along.
 */
import { AgentError } from '../../core/errors.ts';
import { instanceId } from '../../core/ids.ts';
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type {
  DocumentIndex,
  IndexCondition,
  IndexQuery,
  IndexWindow,
  InstanceMark,
} from '../../ports/instance-index.ts';
import type { Sql } from './sql.ts';

type RunSql = (text: string, ...values: (string | number | null)[]) => number;

/** What of an instance is in the index. */
export interface Indexed {
  readonly type: InstanceType;
  readonly document: JsonObject;
}

/** For a store whose documents nobody searches. */
export const noIndex: DocumentIndex = {
  version: '',
  names: { service: [], resource: [] },
  ignores: () => true,
  entries: () => [],
};

/** Rows of one statement; each number of them has a statement of its own, which is kept. */
const TOGETHER = 8;
/** Read and entered in one go when all is entered anew. */
const DOCUMENTS_AT_ONCE = 200;
/** Of so many values it is remembered how often they are there. */
const MAX_COUNTS = 1_024;
/** Totals of several conditions, each good until something is written. */
const MAX_TOTALS = 64;
/** Alternatives that are walked over side by side, in order; more are put in order first. */
const MAX_ARMS = 4;
const NO_LIMIT = -1;

export class DocumentIndexTable {
  readonly #sql: Sql;
  readonly #index: DocumentIndex;
  readonly #numbers = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #totals = new Map<string, number>();

  constructor(sql: Sql, index: DocumentIndex) {
    this.#sql = sql;
    this.#index = index;
    for (const type of ['service', 'resource'] as const) {
      for (const name of index.names[type]) this.#numbers.set(`${type}.${name}`, this.#numbers.size);
    }
    this.#renew();
  }

  /** Enters what an instance holds now, and takes out what it held before. */
  write(run: RunSql, row: number, before: Indexed | undefined, after: Indexed | undefined): void {
    this.#totals.clear();
    if (before?.type !== after?.type) {
      if (before) this.#move(typeKey(before.type), -1);
      if (after) this.#move(typeKey(after.type), 1);
    }
    const held = this.#entriesOf(before);
    const holds = this.#entriesOf(after);
    for (const [key, { number, value }] of held) {
      if (holds.has(key)) continue;
      run('DELETE FROM attribute WHERE name = ? AND value = ? AND instance = ?', number, value, row);
      this.#move(key, -1);
    }
    const added: (string | number)[] = [];
    for (const [key, { number, value }] of holds) {
      if (held.has(key)) continue;
      added.push(number, value, row);
      this.#move(key, 1);
    }
    enter(run, added);
  }

  /** Whether a change of these first-level attributes changes nothing here. */
  ignores(type: InstanceType, attributes: Iterable<string>): boolean {
    for (const each of attributes) if (!this.#index.ignores(type, each)) return false;
    return true;
  }

  /** What was written is taken back. */
  forget(): void {
    this.#counts.clear();
    this.#totals.clear();
  }

  find(query: IndexQuery, { after = 0, before, fromEnd = false, offset = 0, limit }: IndexWindow = {}): InstanceMark[] {
    const { text, values } = this.#rows(query, after, before ?? Number.MAX_SAFE_INTEGER);
    const found = this.#sql.all<{ row: number; id: string; seq: number }>(
      `WITH found (row) AS MATERIALIZED (${text} ORDER BY 1 ${fromEnd ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?)
       SELECT row, id, seq FROM found CROSS JOIN instance USING (row)`,
      ...values,
      limit === undefined || limit === Number.POSITIVE_INFINITY ? NO_LIMIT : limit,
      offset,
    );
    return found.map(({ row, id, seq }) => ({ row, id: instanceId(id), seq })).sort((a, b) => a.row - b.row);
  }

  count(query: IndexQuery): number {
    const { type, conditions } = query;
    if (conditions.length === 0) {
      return this.#counted(typeKey(type), () =>
        this.#number('SELECT count(*) AS n FROM instance WHERE type = ?', type),
      );
    }
    const [only, ...others] = conditions;
    const [value, ...more] = only?.anyOf ?? [];
    if (only && others.length === 0 && more.length === 0)
      return value === undefined ? 0 : this.#countOf(type, only, value);
    return remembered(this.#totals, JSON.stringify(query), MAX_TOTALS, () => {
      const { text, values } = this.#rows(query, 0, Number.MAX_SAFE_INTEGER);
      return this.#number(`SELECT count(*) AS n FROM (${text})`, ...values);
    });
  }

  /** A statement that gives the rows between two others; each alternative of the rarest condition is an arm of it. */
  #rows(
    { type, conditions }: IndexQuery,
    after: number,
    before: number,
  ): { text: string; values: (string | number)[] } {
    if (conditions.length === 0) {
      return {
        text: 'SELECT row FROM instance WHERE type = ? AND row > ? AND row < ?',
        values: [type, after, before],
      };
    }
    const rarest = conditions
      .map(condition => ({ condition, size: this.#sizeOf(type, condition) }))
      .sort((a, b) => a.size - b.size)
      .map(({ condition }) => condition);
    const [driver = { attribute: 'id', anyOf: [] }, ...others] = rarest;
    const isFew = driver.anyOf.length > 0 && driver.anyOf.length <= MAX_ARMS;
    const row = `driver.${columnOf(driver.attribute) === undefined ? 'instance' : 'row'}`;
    const probes = others.map(each => this.#probe(type, each, row));
    const probeText = probes.map(({ text }) => ` AND ${text}`).join('');
    const probeValues = probes.flatMap(({ values }) => values);
    const arms = (isFew ? driver.anyOf : [JSON.stringify(driver.anyOf)]).map(value => {
      const arm = this.#arm(type, driver.attribute, isFew ? '= ?' : 'IN (SELECT value FROM json_each(?))', value);
      return {
        text: `SELECT ${isFew ? '' : 'DISTINCT '}${row} AS row FROM ${arm.text} AND ${row} > ? AND ${row} < ?${probeText}`,
        values: [...arm.values, after, before, ...probeValues],
      };
    });
    return { text: arms.map(({ text }) => text).join(' UNION '), values: arms.flatMap(({ values }) => values) };
  }

  #arm(type: InstanceType, attribute: string, wanted: string, value: string) {
    const column = columnOf(attribute);
    return column === undefined
      ? {
          text: `attribute AS driver WHERE driver.name = ? AND driver.value ${wanted}`,
          values: [this.#numberOf(type, attribute), value],
        }
      : {
          text: `instance AS driver WHERE driver.${column} ${wanted} AND +driver.type = ?`,
          values: [value, type],
        };
  }

  #probe(type: InstanceType, { attribute, anyOf }: IndexCondition, row: string) {
    const column = columnOf(attribute);
    return column === undefined
      ? {
          text: `EXISTS (SELECT 1 FROM attribute AS probe WHERE probe.name = ? AND probe.value IN (SELECT value FROM json_each(?)) AND probe.instance = ${row})`,
          values: [this.#numberOf(type, attribute), JSON.stringify(anyOf)],
        }
      : {
          text: `EXISTS (SELECT 1 FROM instance AS probe WHERE probe.row = ${row} AND +probe.${column} IN (SELECT value FROM json_each(?)))`,
          values: [JSON.stringify(anyOf)],
        };
  }

  /** About how many rows meet one condition. */
  #sizeOf(type: InstanceType, { attribute, anyOf }: IndexCondition): number {
    if (attribute === 'id') return 0;
    return anyOf.reduce((sum, value) => sum + this.#countOf(type, { attribute }, value), 0);
  }

  #countOf(type: InstanceType, { attribute }: Pick<IndexCondition, 'attribute'>, value: string): number {
    const column = columnOf(attribute);
    if (column !== undefined) {
      const text = `SELECT count(*) AS n FROM instance WHERE ${column} = ? AND +type = ?`;
      return remembered(this.#totals, JSON.stringify([type, column, value]), MAX_TOTALS, () =>
        this.#number(text, value, type),
      );
    }
    const number = this.#numberOf(type, attribute);
    const text = 'SELECT count(*) AS n FROM attribute WHERE name = ? AND value = ?';
    return this.#counted(entryKey(number, value), () => this.#number(text, number, value));
  }

  #counted(key: string, count: () => number): number {
    return remembered(this.#counts, key, MAX_COUNTS, count);
  }

  #move(key: string, by: number): void {
    const known = this.#counts.get(key);
    if (known !== undefined) this.#counts.set(key, known + by);
  }

  #number(text: string, ...values: (string | number)[]): number {
    return this.#sql.get<{ n: number }>(text, ...values)?.n ?? 0;
  }

  #numberOf(type: InstanceType, attribute: string): number {
    const number = this.#numbers.get(`${type}.${attribute}`);
    if (number === undefined) throw new AgentError('internal', `the store keeps no index of ${attribute}`);
    return number;
  }

  #entriesOf(of: Indexed | undefined): ReadonlyMap<string, { readonly number: number; readonly value: string }> {
    const entries = new Map<string, { readonly number: number; readonly value: string }>();
    if (!of) return entries;
    for (const { attribute, value } of this.#index.entries(of.type, of.document)) {
      const number = this.#numberOf(of.type, attribute);
      entries.set(entryKey(number, value), { number, value });
    }
    return entries;
  }

  /** Enters all documents where the store was written with another index. */
  #renew(): void {
    const { version } = this.#index;
    const known = this.#sql.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'index'`)?.value ?? '';
    if (known === version) return;
    const run: RunSql = (text, ...values) => this.#sql.run(text, ...values);
    this.#sql.begin();
    try {
      run('DELETE FROM attribute');
      if (version !== '') this.#enterAll(run);
      run(
        `INSERT INTO meta (name, value) VALUES ('index', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
        version,
      );
      this.#sql.commit();
    } catch (error) {
      this.#sql.rollback();
      throw error;
    }
  }

  #enterAll(run: RunSql): void {
    let after = 0;
    for (;;) {
      const portion = this.#sql.all<{ row: number; type: InstanceType; document: string }>(
        'SELECT row, type, document FROM instance WHERE row > ? ORDER BY row LIMIT ?',
        after,
        DOCUMENTS_AT_ONCE,
      );
      const added = portion.flatMap(({ row, type, document }) => {
        const entries = this.#entriesOf({ type, document: JSON.parse(document) as JsonObject });
        return [...entries.values()].map(({ number, value }) => ({ number, value, row }));
      });
      // In the order of the table, so that each page of it is touched once.
      added.sort((a, b) => a.number - b.number || (a.value < b.value ? -1 : a.value > b.value ? 1 : a.row - b.row));
      enter(
        run,
        added.flatMap(({ number, value, row }) => [number, value, row]),
      );
      const last = portion.at(-1);
      if (!last) return;
      after = last.row;
    }
  }
}

function enter(run: RunSql, values: readonly (string | number)[]): void {
  const all = 3 * TOGETHER;
  for (let from = 0; from < values.length; from += all) {
    const part = values.slice(from, from + all);
    const marks = Array.from({ length: part.length / 3 }, () => '(?, ?, ?)').join(', ');
    run(`INSERT INTO attribute (name, value, instance) VALUES ${marks}`, ...part);
  }
}

function remembered(known: Map<string, number>, key: string, most: number, work: () => number): number {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = work();
  known.set(key, found);
  for (const oldest of known.keys()) {
    if (known.size <= most) break;
    known.delete(oldest);
  }
  return found;
}

const typeKey = (type: InstanceType): string => type;
const entryKey = (number: number, value: string): string => `${number}\0${value}`;

/** What stands in a column of the instance itself. */
function columnOf(attribute: string): 'id' | 'name' | undefined {
  return attribute === 'id' || attribute === 'name' ? attribute : undefined;
}
