/** Builds of instances beside a program that writes the same rows in the same transactions. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { JsonObject } from '../../src/core/json.ts';
import { built, cause, made, newAccess, open, written } from './domain.ts';
import { median, nowMs, type Row, row } from './measure.ts';
import { makeDirectory } from './processes.ts';

const ROUNDS = 15;
const BUILDS = 1_024;
/** As many as wait for a commit under that many connections. */
const AT_ONCE = 32;

interface Spent {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Builds beside a program that writes the same rows in the same transactions: a savepoint each, a commit for all. */
export async function building(): Promise<Row[]> {
  const rounds: { ours: Spent; ceiling: Spent }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const path = join(makeDirectory(), 'ours.sqlite');
    const ours = await timeBuilds(path);
    rounds.push({ ours, ceiling: await timeRows(path, join(makeDirectory(), 'rows.sqlite')) });
  }
  // The first one warms both.
  const warm = rounds.slice(1);
  const each = (of: 'ours' | 'ceiling', what: keyof Spent): number => median(warm.map(one => one[of][what])) / BUILDS;
  return [
    row({
      what: 'builds a second: 8 characteristics, 2 features, 3 relationships',
      unit: '/s',
      ours: 1_000 / each('ours', 'ms'),
      ceiling: 1_000 / each('ceiling', 'ms'),
      goal: { of: 'ratio', atLeast: 0.6 },
    }),
    row({
      what: 'CPU a build',
      unit: 'µs',
      ours: 1_000 * each('ours', 'cpuMs'),
      ceiling: 1_000 * each('ceiling', 'cpuMs'),
      ratio: 'ceiling/ours',
    }),
  ];
}

async function spent(call: () => Promise<void> | void): Promise<Spent> {
  const before = process.cpuUsage();
  const began = nowMs();
  await call();
  const ms = nowMs() - began;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1_000 };
}

async function timeBuilds(path: string): Promise<Spent> {
  const store = open(path);
  const targets = ['rack1', 'rack2', 'rack3'];
  store.transact(cause, writer =>
    written(writer, drafts => {
      for (const id of targets) built(drafts, made('rack', id), id);
    }),
  );
  const documents = Array.from({ length: BUILDS }, (_, nth) => newAccess(nth, targets));
  const ours = await spent(async () => {
    for (let from = 0; from < BUILDS; from += AT_ONCE) {
      await Promise.all(
        documents
          .slice(from, from + AT_ONCE)
          .map((document, i) =>
            store.submit(cause, writer => written(writer, drafts => built(drafts, document, `access-${from + i}`))),
          ),
      );
    }
  });
  store.close();
  return ours;
}

/** Writes what was built, row by row, into a file of the same tables: documents as values, all else as it stands. */
async function timeRows(from: string, to: string): Promise<Spent> {
  const source = new Database(from, { readonly: true });
  const all = (text: string, ...values: string[]): Record<string, unknown>[] =>
    source.prepare<string[], Record<string, unknown>>(text).all(...values);
  const instances = all("SELECT * FROM instance WHERE kind = 'access0'").map(instance => {
    const id = String(instance.id);
    const { document: _, ...change } = all('SELECT * FROM change WHERE id = ?', id)[0] ?? {};
    return { instance, change, links: all('SELECT * FROM link WHERE source = ?', id), document: text(instance) };
  });
  source.close();
  open(to).close();
  const target = new Database(to);
  target.pragma('locking_mode = EXCLUSIVE');
  target.pragma('journal_mode = WAL');
  target.pragma('synchronous = FULL');
  const insert = (table: string, columns: string[]) =>
    target.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(each => `@${each}`).join(', ')})`,
    );
  const [first] = instances;
  if (!first) throw new Error('nothing was built');
  const putInstance = insert('instance', Object.keys(first.instance));
  const putChange = insert('change', [...Object.keys(first.change), 'document']);
  const putLink = insert('link', Object.keys(first.links[0] ?? {}));
  // Within another transaction it is a savepoint.
  const part = target.transaction(({ instance, change, links, document }: (typeof instances)[number]) => {
    const said = JSON.stringify(document);
    putInstance.run({ ...instance, document: said });
    putChange.run({ ...change, document: said });
    for (const link of links) putLink.run(link);
  });
  const commit = target.transaction((batch: typeof instances) => {
    for (const each of batch) part(each);
  });
  const ceiling = await spent(() => {
    for (let at = 0; at < instances.length; at += AT_ONCE) commit(instances.slice(at, at + AT_ONCE));
  });
  target.close();
  return ceiling;
}

function text({ document }: Record<string, unknown>): JsonObject {
  return JSON.parse(String(document)) as JsonObject;
}
