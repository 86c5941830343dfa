/** Handing out numbers of a large pool that is half used at random, beside a program that writes the same rows. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import { assign } from '../../src/core/model/assign.ts';
import { built, cause, given, kinds, made, open, written } from './domain.ts';
import { median, nowMs, percentile, type Row, row } from './measure.ts';
import { makeDirectory } from './processes.ts';

const POOL = 100_000;
const ASSIGNS = 2_000;

/** Hands out numbers of a pool that is half used at random, beside a program that writes the same rows. */
export function assigning(): Row[] {
  const path = join(makeDirectory(), 'pool.sqlite');
  const store = open(path);
  const shelf = instanceId('shelf');
  const assignees = Array.from({ length: ASSIGNS }, (_, i) => instanceId(`rack-${i}`));
  store.transact(cause, writer => {
    written(writer, drafts => {
      built(drafts, made('shelf', 'shelf'), shelf);
      for (const id of assignees) built(drafts, made('rack', id), id);
    });
    for (const value of shuffled(POOL).slice(0, POOL / 2)) {
      writer.putAssignment({ owner: shelf, pool: 'ports', thing: 'port', value, assignee: shelf, alias: `p${value}` });
    }
    written(writer, drafts => {
      const draft = drafts.need(shelf);
      const value = { first: 1, last: POOL, algorithm: 'random', assigned: POOL / 2, free: POOL / 2 };
      drafts.put({ ...draft, document: { ...draft.document, resourceCharacteristic: [{ name: 'ports', value }] } });
    });
  });
  const ours: number[] = [];
  store.transact(cause, writer => {
    for (const assignee of assignees) {
      const began = nowMs();
      written(writer, drafts => assign(drafts, kinds, { owner: shelf, pool: 'ports', assignee }, given.chance));
      ours.push(nowMs() - began);
    }
  });
  store.close();
  const ceiling = timeAssignRows(path, assignees);
  return [
    row({
      what: `assign from a pool of ${POOL} with ${POOL / 2} used at random, p50`,
      unit: 'ms',
      ours: median(ours),
      ceiling: median(ceiling),
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 1 },
    }),
    row({
      what: 'the same, p99',
      unit: 'ms',
      ours: percentile(ours, 99),
      ceiling: percentile(ceiling, 99),
      ratio: 'ceiling/ours',
    }),
  ];
}

/** The least that handing out a number writes: its row, a run, both documents, and what is told of both. */
function timeAssignRows(path: string, assignees: readonly InstanceId[]): number[] {
  const database = new Database(path);
  const put = database.prepare(
    "INSERT INTO assignment (owner, thing, value, pool, assignee, alias) VALUES ('shelf', 'port', ?, 'ports', ?, ?)",
  );
  const run = database.prepare("INSERT INTO run (owner, thing, first, last) VALUES ('shelf', 'port', ?, ?)");
  const read = database.prepare<[string], { document: string }>('SELECT document FROM instance WHERE id = ?');
  const write = database.prepare('UPDATE instance SET seq = ?, document = ? WHERE id = ?');
  const [sample] = database.prepare<[], Record<string, unknown>>('SELECT * FROM change ORDER BY seq DESC').all();
  const columns = Object.keys(sample ?? {});
  const tell = database.prepare(
    `INSERT INTO change (${columns.join(', ')}) VALUES (${columns.map(each => `@${each}`).join(', ')})`,
  );
  let seq = Number(sample?.seq);
  const times: number[] = [];
  database.transaction(() => {
    assignees.forEach((assignee, i) => {
      const began = nowMs();
      const value = POOL + 2 * i + 2;
      put.run(value, assignee, `bare-${i}`);
      run.run(value, value);
      for (const id of ['shelf', assignee]) {
        const document = JSON.stringify(JSON.parse(read.get(id)?.document ?? '{}'));
        write.run(++seq, document, id);
        tell.run({ ...sample, seq, id });
      }
      times.push(nowMs() - began);
    });
  })();
  database.close();
  return times;
}

function shuffled(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j] ?? 0, all[i] ?? 0];
  }
  return all;
}
