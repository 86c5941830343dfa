/**
 * One batch of an agent's stream into the graph, in one transaction: the stream's lock first, then what is known of its
 * rows, the decision, the writes, and where the stream stands now. The same wherever it runs: inside an agent over its
 * own connection, or in a worker for many.
 */
import type { ManagedTransaction, Transaction } from 'neo4j-driver';
import { sentence } from '../../core/errors.ts';
import type { Batch, Reply, RowError } from '../../core/stream/batch.ts';
import { areTwo, hearLife, type Lives, noLives } from '../../core/stream/double.ts';
import { type Guard, newReceiver, type Receiver, type RowWrite, receive, refuse } from '../../core/stream/receiver.ts';
import { uuidOf } from '../../core/uuid.ts';
import type { Sending } from '../../ports/central.ts';
import { type InstanceRow, instanceToGraph } from '../../tmf/graph/instance.ts';
import { rootKey } from '../../tmf/graph/keys.ts';
import { outstandingToGraph, type VerdictRow } from '../../tmf/graph/outstanding.ts';
import type { Properties } from '../../tmf/graph/properties.ts';
import {
  type OwnedLabel,
  type OwnedNode,
  ownedLabels,
  type RootKind,
  rootKinds,
  type SharedLabel,
  type Subgraph,
  sharedLabels,
} from '../../tmf/graph/subgraph.ts';
import * as cypher from './cypher.ts';
import { fromDatabase, toDatabase } from './values.ts';

/** What each schema of a row is turned into the graph by. */
const codecs: Readonly<Record<string, (agent: string, key: string, body: unknown) => Subgraph>> = {
  'instance/1': (agent, _, body) => instanceToGraph(agent, body as InstanceRow),
  'verdict/1': (agent, key, body) => outstandingToGraph(agent, key, body as VerdictRow),
};

export interface Ingested {
  /** Undefined when two report in one name: nothing was taken, and that they do is kept. */
  readonly reply: Reply | undefined;
  /** Rows whose writing the database is to blame for when it refuses the whole. */
  readonly written: readonly RowWrite[];
}

type Run = (statement: string, parameters: object) => Promise<Record<string, unknown>[]>;

/** What is known of the row with a key, and who says so. */
interface Standing {
  readonly guard: Guard;
  readonly owner: string;
  /** Of what stands, as `shapeOf` tells it. */
  readonly shape: string;
}

/** `refused`: rows that could not be written before. The caller commits. */
export async function ingest(
  transaction: Transaction | ManagedTransaction,
  batch: Batch,
  by: Sending,
  refused: readonly RowError[] = [],
): Promise<Ingested> {
  const run: Run = async (statement, parameters) => {
    const { records } = await transaction.run(statement, toDatabase(parameters));
    return records.map(record => fromDatabase(record.toObject()) as Record<string, unknown>);
  };
  const agent = batch.stream;
  const streamKey = `stream/${agent}`;
  const [stream] = await run(cypher.lockStream, { key: streamKey, agent });
  const { receiver, quarantined, lives: known } = readStream(stream ?? {});
  // Of two nobody can tell which one is right; and one that has been told of stays so until a person has decided.
  const lives = hearLife(by.isReleased ? noLives : known, { boot: by.boot });
  if (lives !== known) {
    const properties = { boots: lives.heard.map(({ boot }) => boot), returns: lives.returns };
    await run(cypher.writeStream, { key: streamKey, properties });
  }
  if (areTwo(lives)) return { reply: undefined, written: [] };

  const nodeKeys = new Map(batch.items.map(({ key }) => [key, rootKey(agent, key)]));
  const nodeKey = (key: string): string => nodeKeys.get(key) ?? rootKey(agent, key);
  const standing = await readStanding(run, [...nodeKeys.values()]);
  const aside = quarantined === 0 ? new Map() : await readStanding(run, [...nodeKeys.keys()].map(asideKey(agent)));
  const isAnothers = (key: string): boolean => {
    const found = standing.get(nodeKey(key));
    return found !== undefined && found.owner !== agent && found.guard.hash !== null;
  };
  const guardOf = (key: string): Guard | undefined => {
    const found = standing.get(nodeKey(key));
    return found?.owner === agent ? found.guard : aside.get(asideKey(agent)(key))?.guard;
  };

  let reception = receive(receiver, batch, guardOf);
  const subgraphs = new Map<string, Subgraph>();
  const errors: RowError[] = [...refused];
  for (const { item } of reception.rows) {
    if (isAnothers(item.key)) {
      if (!item.deleted) errors.push(anothers(item.key, item.seq, standing.get(nodeKey(item.key))?.owner));
      continue;
    }
    if (item.deleted || item.body === undefined) continue;
    const read = codecs[item.schema];
    try {
      if (read) subgraphs.set(item.key, read(agent, item.key, item.body));
      else errors.push({ key: item.key, seq: item.seq, code: 'unsupported', message: `no graph for ${item.schema}` });
    } catch (error) {
      errors.push({ key: item.key, seq: item.seq, code: 'invalid', message: sentence(error).slice(0, 500) });
    }
  }
  const taken = new Set(reception.rows.map(row => row.item.key));
  reception = refuse(
    reception,
    errors.filter(error => taken.has(error.key)),
  );
  if (!reception.moved) return { reply: reception.reply, written: [] };

  const owned = (guard: Guard): Properties => guardProperties(agent, guard);
  const rows = reception.rows.filter(row => !isAnothers(row.item.key));
  const shapes = new Map([...standing].map(([key, { shape }]) => [key, shape]));
  const bare = await writeRows(run, rows, { subgraphs, nodeKey, owned, shapes });
  await writeAside(run, reception.quarantine, {
    agent,
    // The guard of a row that another owns stands with the row itself, aside.
    guards: reception.quarantine
      .filter(row => !isAnothers(row.item.key))
      .map(({ item, guard }) => ({ key: nodeKey(item.key), properties: owned(guard) })),
  });
  if (quarantined > 0 && rows.length > 0) {
    await run(cypher.leaveQuarantine, { keys: rows.map(row => asideKey(agent)(row.item.key)) });
  }
  if (reception.reconcileBefore !== undefined) {
    bare.push(...(await endEarlier(run, agent, reception.reconcileBefore)));
  }
  if (bare.length > 0) await run(cypher.forgetBare, { keys: [...new Set(bare)].sort() });

  const after = reception.receiver;
  const counts =
    quarantined > 0 || reception.quarantine.length > 0 ? await run(cypher.countQuarantine, { owner: agent }) : [];
  await run(cypher.writeStream, {
    key: streamKey,
    properties: {
      epoch: after.epoch,
      cursor: after.cursor,
      sumA: after.sum.a,
      sumB: after.sum.b,
      whole: after.whole,
      quarantined: Number(counts[0]?.quarantined ?? 0),
    },
  });
  return { reply: reception.reply, written: rows };
}

function readStream(found: Record<string, unknown>): { receiver: Receiver; quarantined: number; lives: Lives } {
  const whole = (name: string): number => Number(found[name] ?? 0);
  return {
    receiver: {
      ...newReceiver,
      epoch: whole('epoch'),
      cursor: whole('cursor'),
      sum: { a: whole('sumA'), b: whole('sumB') },
      whole: found.whole === true,
    },
    quarantined: whole('quarantined'),
    lives: {
      heard: Array.isArray(found.boots) ? found.boots.map(boot => ({ boot: String(boot) })) : [],
      returns: whole('returns'),
    },
  };
}

function asideKey(agent: string): (key: string) => string {
  return key => `quarantine/${agent}/${key}`;
}

async function readStanding(run: Run, keys: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  if (keys.length === 0) return new Map();
  const found = await run(cypher.readGuards, { keys });
  return new Map(
    found.flatMap(({ key, owner, epoch, seq, hash, shown, shape }): [string, Standing][] => {
      if (typeof owner !== 'string') return [];
      const live = typeof hash === 'string' ? hash : null;
      const visible = typeof shown === 'string' ? shown || null : live;
      const guard = { epoch: Number(epoch), seq: Number(seq), hash: live, shown: visible };
      return [[String(key), { owner, guard, shape: String(shape) }]];
    }),
  );
}

/** `_shown` stands only while the body is not that of the latest version. */
function guardProperties(agent: string, { epoch, seq, hash, shown }: Guard): Properties {
  return {
    _owner: agent,
    _epoch: epoch,
    _seq: seq,
    ...(hash === null ? {} : { _hash: hash }),
    ...(shown === hash ? {} : { _shown: shown ?? '' }),
  };
}

function anothers(key: string, seq: number, owner = 'another agent'): RowError {
  return { key, seq, code: 'conflict', message: `the graph has it from ${owner}: two agents report one id` };
}

interface Writing {
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  readonly nodeKey: (key: string) => string;
  readonly owned: (guard: Guard) => Properties;
  readonly shapes: ReadonlyMap<string, string>;
}

/** Which nodes and edges a root has; while it stays the same there is nothing to take away. */
function shapeOf({ owned, link }: Subgraph): string {
  const end = link?.to === 'instance' ? link.key : (link?.identity ?? null);
  return uuidOf(JSON.stringify([owned.map(node => node.key).sort(), end]));
}

/** Tells which nodes may be there for nothing now. */
async function writeRows(
  run: Run,
  rows: readonly RowWrite[],
  { subgraphs, nodeKey, owned, shapes }: Writing,
): Promise<string[]> {
  const live = rows.flatMap(row => {
    const graph = subgraphs.get(row.item.key);
    return graph === undefined ? [] : [{ graph, guard: row.guard, before: row.before, shape: shapeOf(graph) }];
  });
  const gone = rows.filter(row => row.item.deleted);

  const standing = [
    ...live
      // A snapshot trusts nothing.
      .filter(({ graph, guard, before, shape }) => {
        const isSame = before?.epoch === guard.epoch && shapes.get(graph.key) === shape;
        return before?.shown != null && !isSame;
      })
      .map(({ graph }) => ({
        key: graph.key,
        keep: graph.owned.map(node => node.key),
        to: graph.link?.to === 'instance' ? graph.link.key : null,
        specification: graph.link?.to === 'Specification' ? graph.link.identity : null,
      })),
    ...gone.filter(({ before }) => before?.shown != null).map(({ item }) => ended(nodeKey(item.key))),
  ];
  const bare = await takeAway(run, standing);

  await eachKind(
    rootKinds,
    live,
    ({ graph }) => graph.kind,
    async (kind, found) => {
      const nodes = found.map(({ graph, guard, shape }) => ({
        key: graph.key,
        properties: { ...graph.properties, _key: graph.key, ...owned(guard), _shape: shape },
      }));
      await run(cypher.writeRoots[kind satisfies RootKind], { rows: sorted(nodes) });
    },
  );
  if (gone.length > 0) {
    const nodes = gone.map(({ item, guard }) => {
      const key = nodeKey(item.key);
      return { key, properties: { _key: key, ...uuidIn(key), ...owned(guard) } };
    });
    await run(cypher.writeRoots.bare, { rows: sorted(nodes) });
  }
  await writeOwned(
    run,
    live.map(({ graph }) => graph),
  );
  return bare;
}

/** In the key of an instance; a reference to one that is gone is read back by it. */
function uuidIn(key: string): Properties {
  return key.startsWith('instance/') ? { uuid: key.slice('instance/'.length) } : {};
}

async function writeOwned(run: Run, graphs: readonly Subgraph[]): Promise<void> {
  // Parents come first within a document; characteristics of features and relationships come second overall.
  const nodes = graphs.flatMap(graph => graph.owned);
  const roots = new Set(graphs.map(graph => graph.key));
  for (const level of [nodes.filter(node => roots.has(node.parent)), nodes.filter(node => !roots.has(node.parent))]) {
    await eachKind(
      ownedLabels,
      level,
      node => node.label,
      async (label, found) => {
        const rows = found.map(({ key, parent, properties }) => ({
          key,
          parent,
          properties: { ...properties, _key: key },
        }));
        await run(cypher.writeOwned(label), { rows: sorted(rows) });
      },
    );
  }
  await writeLinks(run, graphs, nodes);
}

interface Linked {
  readonly from: OwnedLabel | 'Instance' | 'Outstanding';
  readonly key: string;
  readonly link: NonNullable<OwnedNode['link']>;
}

async function writeLinks(run: Run, graphs: readonly Subgraph[], nodes: readonly OwnedNode[]): Promise<void> {
  const linked: Linked[] = [];
  for (const { kind, key, link } of graphs) {
    if (link) linked.push({ from: kind === 'outstanding' ? 'Outstanding' : 'Instance', key, link });
  }
  for (const { label, key, link } of nodes) if (link) linked.push({ from: label, key, link });

  for (const edge of cypher.instanceEdges) {
    const rows = linked.flatMap(({ from, key, link }) =>
      link.to === 'instance' && edgeFrom(from) === edge ? [{ key, to: link.key, uuid: link.uuid }] : [],
    );
    // By the node at the other end, so that two writers that make the same ones wait instead of deadlocking.
    if (rows.length > 0) await run(cypher.linkInstances(edge), { rows: rows.sort((a, b) => order(a.to, b.to)) });
  }
  for (const to of sharedLabels) {
    const shared = new Map<string, { identity: Properties; properties: Properties }>();
    const links = new Map<Linked['from'], { key: string; identity: Properties }[]>();
    for (const { from, key, link } of linked) {
      if (link.to !== to) continue;
      const name = JSON.stringify(link.identity);
      shared.set(name, {
        identity: link.identity,
        properties: { ...shared.get(name)?.properties, ...link.properties },
      });
      links.set(from, [...(links.get(from) ?? []), { key, identity: link.identity }]);
    }
    if (shared.size === 0) continue;
    const rows = [...shared].sort(([a], [b]) => order(a, b)).map(([, row]) => row);
    await run(cypher.writeShared(to satisfies SharedLabel), { rows });
    for (const [from, found] of links) {
      if (from !== 'Outstanding') await run(cypher.linkShared(from, to), { rows: found });
    }
  }
}

function edgeFrom(from: Linked['from']): (typeof cypher.instanceEdges)[number] {
  if (from === 'Outstanding') return 'OUTSTANDS';
  return from === 'AssignmentRelationship' ? 'ASSIGNS' : 'RELATES';
}

interface Kept {
  readonly key: string;
  /** What stays of what hangs on it. */
  readonly keep: readonly string[];
  readonly to: string | null;
  readonly specification: Properties | null;
}

function ended(key: string): Kept {
  return { key, keep: [], to: null, specification: null };
}

async function takeAway(run: Run, rows: readonly Kept[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const led = await run(cypher.releaseRoots, { rows });
  const [pointed] = await run(cypher.prune, { rows });
  const keys = [...led.map(({ key }) => key), ...((pointed?.keys as string[] | undefined) ?? [])];
  return keys.filter((key): key is string => typeof key === 'string');
}

/** Ends what no batch of the present epoch has brought; what others point to stays as a bare node. */
async function endEarlier(run: Run, agent: string, epoch: number): Promise<string[]> {
  const found = await run(cypher.findEarlier, { owner: agent, epoch });
  const aside = found.flatMap(({ key, aside }) => (aside === true ? [String(key)] : []));
  const keys = found.flatMap(({ key, aside }) => (aside === true ? [] : [String(key)]));
  if (aside.length > 0) await run(cypher.leaveQuarantine, { keys: aside });
  if (keys.length === 0) return [];
  const bare = await takeAway(run, keys.map(ended));
  const rows = keys.map(key => ({ key, properties: { _key: key, ...uuidIn(key) } }));
  await run(cypher.writeRoots.bare, { rows: sorted(rows) });
  return [...bare, ...keys];
}

async function writeAside(
  run: Run,
  quarantine: ReturnType<typeof receive>['quarantine'],
  { agent, guards }: { agent: string; guards: readonly { key: string; properties: Properties }[] },
): Promise<void> {
  if (quarantine.length === 0) return;
  if (guards.length > 0) {
    const rows = guards.map(({ key, properties }) => ({ key, properties: { ...properties, ...uuidIn(key) } }));
    await run(cypher.writeGuards, { rows: sorted(rows) });
  }
  const rows = quarantine.map(({ item, guard, error }) => {
    const key = asideKey(agent)(item.key);
    const { code, message } = error;
    const body = item.body === undefined ? {} : { body: JSON.stringify(item.body) };
    const properties = { _key: key, ...guardProperties(agent, guard), of: item.key, code, message, ...body };
    return { key, properties };
  });
  await run(cypher.writeQuarantine, { rows: sorted(rows) });
}

async function eachKind<Kind extends string, T>(
  kinds: readonly Kind[],
  all: readonly T[],
  kindOf: (each: T) => Kind,
  call: (kind: Kind, found: readonly T[]) => Promise<void>,
): Promise<void> {
  for (const kind of kinds) {
    const found = all.filter(each => kindOf(each) === kind);
    if (found.length > 0) await call(kind, found);
  }
}

/** Locks are taken in order of keys, so that two writers wait for each other instead of deadlocking. */
function sorted<T extends { readonly key: string }>(rows: readonly T[]): readonly T[] {
  return [...rows].sort((a, b) => order(a.key, b.key));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
