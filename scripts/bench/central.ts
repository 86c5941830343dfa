/**
 * `central`: rows of the stream into a real Neo4j, beside statements that write the same nodes and edges without lock,
 * guard or sum; and how long ten thousand changes take to be in the graph.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { openNeo4j } from '../../src/adapters/neo4j/central.ts';
import * as cypher from '../../src/adapters/neo4j/cypher.ts';
import { toDatabase } from '../../src/adapters/neo4j/values.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { startAgent } from '../../src/agent.ts';
import { gather } from '../../src/config.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { BATCH_BYTES, type Batch, type LiveItem, STREAM_VERSION } from '../../src/core/stream/batch.ts';
import { hashOf, sumOf } from '../../src/core/stream/sum.ts';
import { silentLog } from '../../src/ports/log.ts';
import { type InstanceRow, instanceToGraph } from '../../src/tmf/graph/instance.ts';
import { type Link, ownedLabels, sharedLabels } from '../../src/tmf/graph/subgraph.ts';
import { CannotRunNeo4j, freePort, prepareNeo4j, startNeo4j } from '../neo4j.ts';
import { resource } from './documents.ts';
import { median, nowMs, pause, type Row, row, say } from './measure.ts';

const ROWS = 800;
/** The server's programs are compiled by running them, ours and the ceiling's alike. */
const WARM_UPS = 4;
const ROUNDS = 5;
const CHANGES = 10_000;
const AGENT = '66666666-6666-4666-8666-666666666666';

export async function central(): Promise<Row[]> {
  const kit = await prepareNeo4j(say).catch((error: unknown) => {
    if (!(error instanceof CannotRunNeo4j)) throw error;
    say(`  left out: ${error.message}`);
    return undefined;
  });
  if (!kit) return [];
  const home = mkdtempSync(join(tmpdir(), 'diffo-bench-neo4j-'));
  const port = await freePort();
  const server = await startNeo4j(kit, { home, port });
  everywhere(server.pid);
  const url = `bolt://127.0.0.1:${port}`;
  const driver = neo4j.driver(url, undefined, { maxConnectionPoolSize: 1, useBigInt: true, telemetryDisabled: true });
  try {
    return [...(await rates(url, driver)), await changes(url, driver)];
  } finally {
    await driver.close();
    server.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

/** It has threads for every core; this process keeps to its own. */
function everywhere(pid: number | undefined): void {
  try {
    execFileSync('taskset', ['-acp', '0,1', String(pid)], { stdio: 'ignore' });
  } catch {
    say('  the server was not given every core: that needs taskset and a second core');
  }
}

async function rates(url: string, driver: Driver): Promise<Row[]> {
  say(`  ${ROWS} rows, first and again ...`);
  const sync = openNeo4j({ url, user: '', database: '' }, { clock: systemClock, log: silentLog, chance: Math.random });
  const ours = { first: [] as number[], again: [] as number[] };
  const bare = { first: [] as number[], again: [] as number[] };
  const kinds = ['first', 'again'] as const;
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    const version = (kind: (typeof kinds)[number]): number => round * 10 + (kind === 'first' ? 1 : 2);
    const take = (times: number[], ms: number): void => void (round >= WARM_UPS && times.push((ROWS * 1_000) / ms));
    const synced = async (): Promise<void> => {
      const all = new Map<string, LiveItem>();
      let seq = 0;
      for (const kind of kinds) {
        const batches = batchesOf(version(kind), seq, all);
        seq += ROWS;
        const began = nowMs();
        for (const batch of batches) {
          const reply = await sync.push(batch, { boot: 'bench', isReleased: false });
          if (reply.reply !== 'ack' || reply.errors.length > 0) throw new Error(JSON.stringify(reply));
        }
        take(ours[kind], nowMs() - began);
      }
    };
    const unguarded = async (): Promise<void> => {
      for (const kind of kinds) {
        const batches = batchesOf(version(kind), 0, new Map()).map(statementsOf);
        const began = nowMs();
        for (const statements of batches) await write(driver, statements);
        take(bare[kind], nowMs() - began);
      }
    };
    // Who comes second finds a warmer server.
    for (const each of round % 2 === 0 ? [synced, unguarded] : [unguarded, synced]) {
      await clear(driver);
      await each();
    }
  }
  await sync.close();
  return kinds.map(kind =>
    row({
      what: kind === 'first' ? 'new rows into the graph' : 'changed rows into the graph',
      unit: 'rows/s',
      ours: median(ours[kind]),
      ceiling: median(bare[kind]),
      goal: { of: 'ratio', atLeast: 0.6 },
    }),
  );
}

/** As the sender cuts them. */
function batchesOf(version: number, from: number, all: Map<string, LiveItem>): Batch[] {
  const batches: Batch[] = [];
  let items: LiveItem[] = [];
  let bytes = 0;
  let start = from;
  const end = (isLast: boolean): void => {
    const to = items.at(-1)?.seq ?? start;
    const head = { v: STREAM_VERSION, stream: AGENT, epoch: 1, from: start, to, items };
    const sum = isLast ? { sum: sumOf([...all.values()].map(({ key, hash }) => [key, hash])) } : {};
    batches.push({ ...head, caughtUp: isLast, ...sum });
    [items, bytes, start] = [[], 0, to];
  };
  for (let nth = 0; nth < ROWS; nth++) {
    const document: JsonObject = { ...resource(nth), resourceVersion: String(version) };
    const body: JsonObject = { type: 'resource', kind: 'port', observedBy: null, createdAt: 0, document };
    const key = `instance/${String(document.id)}`;
    const item: LiveItem = { key, seq: from + nth + 1, deleted: false, hash: hashOf(body), schema: 'instance/1', body };
    const size = JSON.stringify(item).length;
    if (bytes + size > BATCH_BYTES) end(false);
    items.push(item);
    all.set(key, item);
    bytes += size;
  }
  end(true);
  return batches;
}

interface Statement {
  readonly text: string;
  readonly rows: readonly object[];
}

/** The same nodes and edges, and nothing that guards them. */
function statementsOf({ items }: Batch): readonly Statement[] {
  const graphs = items.flatMap(item =>
    item.deleted ? [] : [instanceToGraph(AGENT, item.body as unknown as InstanceRow)],
  );
  const nodes = graphs.flatMap(graph => graph.owned);
  const guard = { _owner: AGENT, _epoch: 1, _seq: 1, _hash: '0'.repeat(32) };
  const statements: Statement[] = [
    {
      text: cypher.writeRoots.resource,
      rows: graphs.map(({ key, properties }) => ({ key, properties: { ...properties, _key: key, ...guard } })),
    },
  ];
  for (const label of ownedLabels) {
    const rows = nodes
      .filter(node => node.label === label)
      .map(({ key, parent, properties }) => ({ key, parent, properties: { ...properties, _key: key } }));
    statements.push({ text: cypher.writeOwned(label), rows });
  }
  const linked = [
    ...graphs.map(({ key, link }) => ({ from: 'Instance' as const, key, link })),
    ...nodes.map(({ label, key, link }) => ({ from: label, key, link })),
  ];
  for (const to of sharedLabels) {
    const isTo = (link: Link | undefined): link is Extract<Link, { identity: unknown }> => link?.to === to;
    const shared = linked.flatMap(({ link }) => (isTo(link) ? [link] : []));
    const distinct = new Map(shared.map(link => [JSON.stringify(link.identity), link]));
    statements.push({ text: cypher.writeShared(to), rows: [...distinct.values()] });
    for (const from of ['Instance', ...ownedLabels] as const) {
      const rows = linked.flatMap(each =>
        each.from === from && isTo(each.link) ? [{ key: each.key, identity: each.link.identity }] : [],
      );
      statements.push({ text: cypher.linkShared(from, to), rows });
    }
  }
  return statements.filter(({ rows }) => rows.length > 0);
}

async function write(driver: Driver, statements: readonly Statement[]): Promise<void> {
  const session = driver.session();
  const transaction = await session.beginTransaction();
  for (const { text, rows } of statements) await transaction.run(text, toDatabase({ rows }) as object);
  await transaction.commit();
  await session.close();
}

async function clear(driver: Driver): Promise<void> {
  const session = driver.session();
  await session.run('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS');
  await session.close();
}

async function changes(url: string, driver: Driver): Promise<Row> {
  say(`  ${CHANGES} changes ...`);
  await clear(driver);
  const data = mkdtempSync(join(tmpdir(), 'diffo-bench-'));
  const flags = { profile: 'inventory', data, http: '127.0.0.1:0', 'central.url': url };
  const agent = await startAgent(gather({ flags, env: {} }), { log: silentLog });
  try {
    const began = nowMs();
    for (let nth = 0; nth < CHANGES; nth++) {
      const document = { ...resource(nth), id: `port-${nth}` };
      const instance = { id: instanceId(document.id), type: 'resource', kind: 'port', document, createdAt: 0 } as const;
      agent.store.transact({ principal: 'client', kind: 'request' }, writer => writer.putInstance(instance));
      if (nth % 100 === 0) await pause(0);
    }
    for (;;) {
      const answer = await fetch(`${agent.url}/diffo/v1/central`);
      const { state, lagRows, cursor } = (await answer.json()) as Record<string, unknown>;
      if (state === 'synced' && lagRows === 0 && cursor === agent.store.seq()) break;
      await pause(50);
    }
    const seconds = (nowMs() - began) / 1_000;
    return row({
      what: `${CHANGES} changes of ${CHANGES} things, until both sides agree`,
      unit: 's',
      ours: seconds,
      goal: { of: 'ours', atMost: 60 },
    });
  } finally {
    await agent.stop();
    rmSync(data, { recursive: true, force: true });
  }
}
