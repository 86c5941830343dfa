/** The part of `engine` about many expectations at once: what laying them costs, and for how long others have to wait. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { startAgent } from '../../src/agent.ts';
import { gather } from '../../src/config.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { type Row, row, say } from './measure.ts';
import { makeDirectory } from './processes.ts';
import { heldUp, idOf, lay, put, spent, world, write } from './world.ts';

const SET = 1_000;
const SET_LEAVES = 20;
const COLLIDING = 80;
const DEAR = 100;
const HELD_UP_MS = 20;
const ms = 'ms of the processor';
const goal = { of: 'ours', atMost: HELD_UP_MS } as const;

export async function engineMany(collect: () => void): Promise<Row[]> {
  return [...(await laidAtOnce()), ...(await keptAlike(collect))];
}

/** A large set over the API, and many who want something of one instance; whoever asks is in a thread of its own. */
async function laidAtOnce(): Promise<Row[]> {
  say(`  sets of ${SET} expectations ...`);
  const given = gather({ flags: { profile: 'inventory', http: '127.0.0.1:0', data: makeDirectory() }, env: {} });
  const agent = await startAgent(given, { log: silentLog });
  const client = new Worker(asking, { eval: true });
  const ask = async (method: string, path: string, body?: JsonObject): Promise<string> => {
    client.postMessage({ method, url: `${agent.url}${path}`, body: body && JSON.stringify(body) });
    const [{ status, text }] = await once(client, 'message');
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return text;
  };
  const measured = async (call: () => Promise<unknown>) => {
    const began = spent();
    const held = heldUp();
    await call();
    return { took: spent() - began, longest: held.longest() };
  };
  const set = (off: number): JsonObject => ({ expectations: Array.from({ length: SET }, (_, nth) => ofSet(nth, off)) });
  // What is compiled as it runs is compiled before.
  await ask('PUT', '/diffo/v1/sets/first', set(7));
  await agent.loop.settle();
  const dry = await measured(() => ask('PUT', '/diffo/v1/sets/site?dryRun=true', set(0)));
  const laid = await measured(() => ask('PUT', '/diffo/v1/sets/site', set(0)));
  await agent.loop.settle();
  const same = await measured(() => ask('PUT', '/diffo/v1/sets/site', set(0)));
  const changed = await measured(() => ask('PUT', '/diffo/v1/sets/site', set(1)));
  await agent.loop.settle();

  const made = JSON.parse(await ask('POST', RESOURCES, { '@type': 'LogicalResource', name: 'p1' }));
  const p1 = { kind: 'resource', name: 'p1' };
  const many = async (count: number, expect: (nth: number) => Json): Promise<void> => {
    for (let nth = 0; nth < count; nth++) await ask('POST', '/diffo/v1/expectations', { for: p1, expect: expect(nth) });
  };
  const contains = (nth: number): Json => characteristic('address', { $contains: [`10.0.0.${nth}`] });
  const collided = await measured(() => many(COLLIDING, contains));
  await many(DEAR, nth => characteristic('c', alternatives(nth)));
  await agent.loop.settle();
  const standing = await measured(() => ask('GET', `/diffo/v1/standing?instance=${made.id}`));
  await client.terminate();
  await agent.stop();
  const held = 'the longest that the event loop is held up by it';
  const several = `a set of ${SET} expectations of ${SET_LEAVES} leaves`;
  return [
    row({ what: `${several}, compared only`, unit: ms, ours: dry.took }),
    row({ what: held, unit: ms, ours: dry.longest, goal }),
    row({ what: `${several}, laid`, unit: ms, ours: laid.took }),
    row({ what: `${held}, which is its commit`, unit: ms, ours: laid.longest }),
    row({ what: `${several}, laid again as it is`, unit: ms, ours: same.took }),
    row({ what: held, unit: ms, ours: same.longest, goal }),
    row({ what: `${several}, each of them changed`, unit: ms, ours: changed.took }),
    row({ what: `${held}, which is its commit`, unit: ms, ours: changed.longest }),
    row({
      what: `an expectation of what an array contains, as one of ${COLLIDING} of one instance`,
      unit: ms,
      ours: collided.took / COLLIDING,
    }),
    row({
      what: `what stands of ${DEAR} with alternatives that nobody can tell apart`,
      unit: ms,
      ours: standing.took,
    }),
    row({ what: held, unit: ms, ours: standing.longest, goal }),
  ];
}

const RESOURCES = '/tmf-api/resourceInventoryManagement/v5/resource';

/** Asks what it is told to, and tells what came. */
const asking = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', async ({ method, url, body }) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, body });
    parentPort.postMessage({ status: answer.status, text: await answer.text() });
  });`;

/** What 1,000 keep that say the same of as many instances, and what 1,000 keep of which each says something else. */
async function keptAlike(collect: () => void): Promise<Row[]> {
  const kept = async (expect: (nth: number) => JsonObject): Promise<number> => {
    const { store, loop, stop } = await world();
    write(store, writer => {
      for (let nth = 0; nth < SET; nth++) put(writer, nth, {});
    });
    loop.ring();
    await loop.settle();
    collect();
    const before = process.memoryUsage().heapUsed;
    write(store, writer => {
      for (let nth = 0; nth < SET; nth++) lay(writer, `e${nth}`, { for: { id: idOf(nth) }, expect: expect(nth) });
    });
    loop.ring();
    await loop.settle();
    collect();
    const after = process.memoryUsage().heapUsed;
    await stop();
    return (after - before) / SET / 1_024;
  };
  const leaves = (nth: number): JsonObject => ({
    state: `state ${nth}`,
    resourceCharacteristic: Array.from({ length: 99 }, (_, i) => ({ name: `c${i}`, value: wish(i) })),
  });
  const other = await kept(leaves);
  const same = await kept(() => leaves(0));
  return [
    row({
      what: `memory of a standing expectation of 100 leaves, record, verdict and all, where ${SET} say the same, beside where each says something else`,
      unit: 'KiB',
      ours: same,
      ceiling: other,
    }),
  ];
}

function ofSet(nth: number, off: number): JsonObject {
  const values = Array.from({ length: SET_LEAVES }, (_, i) => ({
    name: `c${i}`,
    value: i === 0 ? nth + off : i % 3 === 0 ? { $match: `^v${i}[0-9]+$` } : `v${i}`,
  }));
  const expect = { operationalState: 'enabled', resourceCharacteristic: values };
  return { name: `e${nth}`, for: { kind: 'port', name: `p${nth % 500}` }, expect };
}

function characteristic(name: string, value: Json): JsonObject {
  return { resourceCharacteristic: [{ name, value }] };
}

function alternatives(nth: number): Json {
  return {
    $oneOf: Array.from({ length: 12 }, (_, i) => ({
      a: { $gt: (nth * 12 + i * 7) % 9 },
      b: { $lt: (nth * 17 + i * 5) % 9 },
    })),
  };
}

function wish(i: number): Json {
  const wishes: readonly Json[] = [
    i,
    `value-${i}`,
    { $gte: i },
    { $between: [i - 1, i + 1] },
    { $anyOf: ['up', 'down'] },
  ];
  return wishes[i % wishes.length] ?? null;
}
