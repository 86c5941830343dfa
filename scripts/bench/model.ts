/** `model`: what the rules of kinds cost: building, reading over hops, handing out numbers, loading, idling. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { assign } from '../../src/core/model/assign.ts';
import { build } from '../../src/core/model/build.ts';
import type { Given } from '../../src/core/model/changes.ts';
import { Drafts } from '../../src/core/model/drafts.ts';
import { present } from '../../src/core/model/present.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { isIn, kinds, made, newAccess, writtenProfile } from './domain.ts';
import { median, memoryOf, nowMs, pause, percentile, type Row, row, say } from './measure.ts';
import { agentCommand, ceilingCommand, launch, makeDirectory, start } from './processes.ts';

const ROUNDS = 7;
const BUILDS = 2_000;
/** As many as wait for a commit under that many connections. */
const AT_ONCE = 32;
const INSTANCES = 10_000;
const SITES = 100;
const SHELVES = 1_000;
const READS = 5_000;
const POOL = 100_000;
const ASSIGNS = 2_000;
const KINDS = 200;
const LOADS = 9;
const SETTLE_MS = 10_000;

const cause = { principal: 'client', kind: 'request', why: 'bench' } as const;
const given: Given = { now: Date.now(), newId: () => crypto.randomUUID(), chance: Math.random };

export async function model(): Promise<Row[]> {
  const rows = [];
  for (const figure of [building, reading, assigning, loading, idling]) {
    say(`  ${figure.name} ...`);
    rows.push(...(await figure()));
  }
  return rows;
}

function open(path: string): Store {
  return openStore({ path, clock: systemClock, keyed: tmfKeyedArrays, newId: given.newId });
}

function built(drafts: Drafts, document: JsonObject, id: string): InstanceId {
  const type = document['@type'] === 'Service' ? 'service' : 'resource';
  return build(drafts, kinds, { id: instanceId(id), type, document }, given).id;
}

function written<T>(writer: Writer, change: (drafts: Drafts) => T): T {
  const drafts = new Drafts(writer);
  const result = change(drafts);
  drafts.flush();
  return result;
}

/** Builds beside a program that writes the same rows in the same commits. */
async function building(): Promise<Row[]> {
  const rounds: { ours: number; ceiling: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const path = join(makeDirectory(), 'ours.sqlite');
    const ours = await timeBuilds(path);
    rounds.push({ ours, ceiling: timeRows(path, join(makeDirectory(), 'rows.sqlite')) });
  }
  // The first one warms both.
  const warm = rounds.slice(1);
  return [
    row({
      what: 'builds a second: 8 characteristics, 2 features, 3 relationships',
      unit: '/s',
      ours: (BUILDS * 1_000) / median(warm.map(each => each.ours)),
      ceiling: (BUILDS * 1_000) / median(warm.map(each => each.ceiling)),
      goal: { of: 'ratio', atLeast: 0.6 },
    }),
  ];
}

async function timeBuilds(path: string): Promise<number> {
  const store = open(path);
  const targets = ['rack1', 'rack2', 'rack3'];
  store.transact(cause, writer =>
    written(writer, drafts => {
      for (const id of targets) built(drafts, made('rack', id), id);
    }),
  );
  const documents = Array.from({ length: BUILDS }, (_, nth) => newAccess(nth, targets));
  const began = nowMs();
  for (let from = 0; from < BUILDS; from += AT_ONCE) {
    await Promise.all(
      documents
        .slice(from, from + AT_ONCE)
        .map((document, i) =>
          store.submit(cause, writer => written(writer, drafts => built(drafts, document, `access-${from + i}`))),
        ),
    );
  }
  const ms = nowMs() - began;
  store.close();
  return ms;
}

/** Copies what was built, row by row, into a file of the same tables: documents as values, all else as it stands. */
function timeRows(from: string, to: string): number {
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
  const commit = target.transaction((batch: typeof instances) => {
    for (const { instance, change, links, document } of batch) {
      const said = JSON.stringify(document);
      putInstance.run({ ...instance, document: said });
      putChange.run({ ...change, document: said });
      for (const link of links) putLink.run(link);
    }
  });
  const began = nowMs();
  for (let at = 0; at < instances.length; at += AT_ONCE) commit(instances.slice(at, at + AT_ONCE));
  const ms = nowMs() - began;
  target.close();
  return ms;
}

function text({ document }: Record<string, unknown>): JsonObject {
  return JSON.parse(String(document)) as JsonObject;
}

/** Reads a line with what it inherits over four hops, beside one statement that joins over the same. */
function reading(): Row[] {
  const path = join(makeDirectory(), 'deep.sqlite');
  const store = open(path);
  const lines = fill(store);
  const ids = Array.from({ length: READS }, () => lines[Math.floor(Math.random() * lines.length)] ?? instanceId(''));
  const ours = timeEach(ids, id => {
    const instance = store.instance(id);
    const { document } = present(store, kinds, instance ?? missing(id));
    if (!JSON.stringify(document).includes('siteCode')) throw new Error(`${id} inherited nothing`);
  });
  store.close();
  const database = new Database(path, { readonly: true });
  const joined = database.prepare<[string], { line: string; site: string }>(`
    SELECT line.document AS line, site.document AS site FROM instance AS line
    JOIN assignment ON assignment.assignee = line.id AND assignment.alias = 'port'
    JOIN link AS rack ON rack.source = assignment.owner AND rack.type = 'isIn'
    JOIN link AS room ON room.source = rack.target AND room.type = 'isIn'
    JOIN link AS home ON home.source = room.target AND home.type = 'isIn'
    JOIN instance AS site ON site.id = home.target WHERE line.id = ?`);
  const ceiling = timeEach(ids, id => {
    const found = joined.get(id) ?? missing(id);
    JSON.stringify([JSON.parse(found.line), JSON.parse(found.site)]);
  });
  database.close();
  const at = (percent: number, goal?: { of: 'ours'; atMost: number }) =>
    row({
      what: `read over 4 hops among ${INSTANCES} instances, p${percent}`,
      unit: 'ms',
      ours: percentile(ours, percent),
      ceiling: percentile(ceiling, percent),
      ratio: 'ceiling/ours',
      ...(goal ? { goal } : {}),
    });
  return [at(50, { of: 'ours', atMost: 2 }), at(99)];
}

/** Sites with a room and five racks each, shelves in the racks, and lines on their ports; the ids of the lines. */
function fill(store: Store): InstanceId[] {
  return store.transact(cause, writer =>
    written(writer, drafts => {
      const put = (kind: string, nth: number, more?: JsonObject): InstanceId =>
        built(drafts, made(kind, `${kind}-${nth}`, more), `${kind}-${nth}`);
      const code = (nth: number) => ({ resourceCharacteristic: [{ name: 'code', value: `S${nth}` }] });
      for (let nth = 0; nth < SITES; nth++) {
        const room = put('room', nth, isIn(put('site', nth, code(nth))));
        for (let i = 0; i < 5; i++) put('rack', nth * 5 + i, isIn(room));
      }
      for (let nth = 0; nth < SHELVES; nth++) put('shelf', nth, isIn(`rack-${nth % (SITES * 5)}`));
      drafts.flush();
      const count = INSTANCES - SITES * 7 - SHELVES;
      return Array.from({ length: count }, (_, nth) =>
        put('line', nth, { supportingResource: [{ id: `shelf-${nth % SHELVES}` }] }),
      );
    }),
  );
}

/** Hands out numbers of a pool that is half used at random, beside a program that writes the same rows. */
function assigning(): Row[] {
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

/** From the text of a profile to its kinds, in a process that has done nothing else, beside parsing the text. */
async function loading(): Promise<Row[]> {
  const file = join(makeDirectory(), 'profile.json');
  writeFileSync(file, JSON.stringify(writtenProfile(KINDS)));
  const command = await ceilingCommand('load-profile', file);
  const loads: { ours: number; ceiling: number }[] = [];
  for (let i = 0; i < LOADS; i++) loads.push(await said(command));
  return [
    row({
      what: `loading a profile of ${KINDS} kinds, cold`,
      unit: 'ms',
      ours: median(loads.map(each => each.ours)),
      ceiling: median(loads.map(each => each.ceiling)),
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 100 },
    }),
  ];
}

/** The line of JSON that a program says. */
async function said(command: readonly string[]): Promise<{ ours: number; ceiling: number }> {
  const { child } = launch(command);
  let output = '';
  for await (const part of child.stdout ?? []) output += part;
  return JSON.parse(output);
}

/** What an idle agent holds in memory with a domain loaded, beside one without kinds. */
async function idling(): Promise<Row[]> {
  const file = join(makeDirectory(), 'profile.json');
  writeFileSync(file, JSON.stringify(writtenProfile(KINDS)));
  const [ours, ceiling] = await Promise.all([file, 'inventory'].map(idle));
  return [
    row({
      what: `private dirty memory with ${KINDS} kinds, beside none`,
      unit: 'MiB',
      ours: ours ?? Number.NaN,
      ceiling: ceiling ?? Number.NaN,
    }),
  ];
}

async function idle(profile: string): Promise<number> {
  const server = await start(agentCommand({ profile, data: makeDirectory(), 'log.level': 'warn' }), 'anywhere');
  try {
    await pause(SETTLE_MS);
    return memoryOf(server.pid).dirty;
  } finally {
    await server.stop();
  }
}

function timeEach<T>(all: readonly T[], call: (one: T) => void): number[] {
  // The first ones warm it up.
  for (const one of all.slice(0, all.length / 10)) call(one);
  return all.map(one => {
    const began = nowMs();
    call(one);
    return nowMs() - began;
  });
}

function shuffled(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j] ?? 0, all[i] ?? 0];
  }
  return all;
}

function missing(id: string): never {
  throw new Error(`${id} is not there`);
}
