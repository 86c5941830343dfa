/** What listeners of the hubs cost: memory, the share of a commit, and how soon one hears of a pulled cable. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeNetns, type Netns, noNamespaces } from '../../test/kit/netns.ts';
import { cpuMicroseconds, median, memoryOf, nowMs, pause, percentile, type Row, row, say } from './measure.ts';
import { agentCommand, makeDirectory, type Server as Process, start } from './processes.ts';

const LISTENERS = 1_000;
const RESOURCES = 100;
const CHANGES = 1_000;
const PENDING = 5_000;
const TRIES = 1;
/** The engine hands back what a burst left behind some ten seconds later. */
const SETTLE_MS = 20_000;
const PULLS = 40;
const WARM_UP = 6;
/** Between two pulls, more or less, so that none falls in step with anything. */
const REST_MS = 150;
const LOST_AFTER_MS = 10_000;
const ROOT = '/tmf-api/resourceInventoryManagement/v5';

export async function tmfHub(): Promise<Row[]> {
  return [...(await memory()), ...(await commits()), ...(await cable())];
}

interface Ear {
  readonly url: string;
  readonly count: () => number;
  /** Called with the body of each delivery. */
  hear: (text: string) => void;
  close(): void;
}

function listen(status = 204): Promise<Ear> {
  let count = 0;
  const server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      count++;
      ear.hear(text);
      response.writeHead(status).end();
    });
  });
  const ear: Ear = {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    count: () => count,
    hear: () => {},
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(ear)));
}

async function call(url: string, method: string, body: unknown): Promise<{ readonly id: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { readonly id: string };
}

const inventory = (data: string): Promise<Process> =>
  start(agentCommand({ profile: 'inventory', data, 'log.level': 'error' }));

/** Makes the resources `r0` to `r99`. */
async function fill(url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let i = 0; i < RESOURCES; i++) {
    ids.push((await call(`${url}${ROOT}/resource`, 'POST', { '@type': 'Resource', name: `r${i}`, x: 0 })).id);
  }
  return ids;
}

let written = 0;
async function change(url: string, ids: readonly string[], changes: number): Promise<void> {
  for (let i = 0; i < changes; i++) {
    written++;
    await call(`${url}${ROOT}/resource/${ids[written % ids.length]}`, 'PATCH', { x: written });
  }
}

// Memory: the same agent with the same changes, once with listeners and once without.

async function memory(): Promise<Row[]> {
  say(`  memory of ${LISTENERS} listeners ...`);
  const runs: Record<'idle' | 'after', number>[] = [];
  for (let i = 0; i < TRIES; i++) {
    const [none, all] = [await memoryWith(0), await memoryWith(LISTENERS)];
    runs.push({ idle: all.idle - none.idle, after: all.after - none.after });
  }
  say(`  memory of ${PENDING} changes that a dead listener has not heard ...`);
  const pending: number[] = [];
  for (let i = 0; i < TRIES; i++) pending.push((await memoryOfPending(true)) - (await memoryOfPending(false)));
  const figure = (what: string, values: readonly number[], atMost: number): Row =>
    row({ what, unit: 'MiB', ours: median(values), goal: { of: 'ours', atMost } });
  return [
    figure(
      `${LISTENERS} listeners, idle`,
      runs.map(each => each.idle),
      10,
    ),
    figure(
      `${LISTENERS} listeners, after ${CHANGES} changes`,
      runs.map(each => each.after),
      10,
    ),
    figure(`${PENDING} changes pending for a dead listener`, pending, 2),
  ];
}

/** Each change is asked for by ten listeners, and each listener asks in its own words. */
async function memoryWith(listeners: number): Promise<{ readonly idle: number; readonly after: number }> {
  const data = makeDirectory();
  const ear = await listen();
  const first = await inventory(data);
  const ids = await fill(first.url);
  for (let i = 0; i < listeners; i++) {
    const query = `eventType=ResourceAttributeValueChangeEvent&event.resource.name=r${i % RESOURCES},of-${i}`;
    await call(`${first.url}${ROOT}/hub`, 'POST', { callback: `${ear.url}/${i}`, query });
  }
  await first.stop();
  const agent = await inventory(data);
  try {
    await pause(SETTLE_MS);
    const idle = memoryOf(agent.pid).dirty;
    await change(agent.url, ids, CHANGES);
    const expected = (CHANGES * listeners) / RESOURCES;
    while (ear.count() < expected) await pause(50);
    await pause(SETTLE_MS);
    return { idle, after: memoryOf(agent.pid).dirty };
  } finally {
    await agent.stop();
    ear.close();
  }
}

async function memoryOfPending(hasListener: boolean): Promise<number> {
  const ear = await listen(503);
  const agent = await inventory(makeDirectory());
  try {
    const ids = await fill(agent.url);
    if (hasListener) await call(`${agent.url}${ROOT}/hub`, 'POST', { callback: ear.url });
    await change(agent.url, ids, PENDING);
    await pause(SETTLE_MS);
    return memoryOf(agent.pid).dirty;
  } finally {
    await agent.stop();
    ear.close();
  }
}

// What a commit costs more where many listen who do not ask for it, and what one delivery costs.

async function commits(): Promise<Row[]> {
  say('  CPU of a commit ...');
  const ear = await listen();
  const agent = await inventory(makeDirectory());
  try {
    const ids = await fill(agent.url);
    const perChange = async (expected: number): Promise<number> => {
      await change(agent.url, ids, 100);
      const target = ear.count() + expected * CHANGES;
      const began = cpuMicroseconds(agent.pid);
      await change(agent.url, ids, CHANGES);
      while (ear.count() < target) await pause(10);
      return (cpuMicroseconds(agent.pid) - began) / CHANGES;
    };
    const none = await perChange(0);
    for (let i = 0; i < LISTENERS; i++) {
      const query = `eventType=ResourceAttributeValueChangeEvent&event.resource.name=nobody-${i}`;
      await call(`${agent.url}${ROOT}/hub`, 'POST', { callback: `${ear.url}/${i}`, query });
    }
    const many = await perChange(0);
    await call(`${agent.url}${ROOT}/hub`, 'POST', { callback: `${ear.url}/all` });
    const told = await perChange(1);
    return [
      row({
        what: `CPU of a change, ${LISTENERS} listeners in other words`,
        unit: 'µs',
        ours: many,
        ceiling: none,
        ratio: 'ceiling/ours',
      }),
      row({ what: 'CPU of a delivery more', unit: 'µs', ours: told - many }),
    ];
  } finally {
    await agent.stop();
    ear.close();
  }
}

// From the moment at which the order is given to a waiting `ip` until the listener has the event.

async function cable(): Promise<Row[]> {
  if (noNamespaces !== undefined) {
    say(`  left out: ${noNamespaces}`);
    return [];
  }
  say(`  pulling a cable ${PULLS} times ...`);
  const netns = makeNetns({ forTest: false });
  try {
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const { ours, ceiling } = await pulls(netns);
    const rows = (percent: number, atMost: number): Row =>
      row({
        what: `cable pulled to listener told, p${percent}`,
        unit: 'ms',
        ours: percentile(ours, percent),
        ceiling: percentile(ceiling, percent),
        ratio: 'ceiling/ours',
        goal: { of: 'ours', atMost },
      });
    return [rows(50, 100), rows(95, 300)];
  } finally {
    netns.remove();
  }
}

/** The ceiling is `ip monitor` hearing of it. */
async function pulls(netns: Netns): Promise<{ readonly ours: number[]; readonly ceiling: number[] }> {
  const data = makeDirectory();
  const flags = {
    profile: 'linux-host',
    data,
    'linux.netns': netns.name,
    'log.level': 'error',
    'hub.allow': '127.0.0.1',
  };
  const agent = await start(agentCommand(flags), 'anywhere');
  const monitor = inside(netns, 'ip monitor link');
  const writer = inside(netns, 'ip -force -batch -');
  const ear = await listen();
  try {
    const query = 'eventType=ResourceStateChangeEvent&event.resource.name=veth1';
    await call(`${agent.url}${ROOT}/hub`, 'POST', { callback: ear.url, query });
    const ours: number[] = [];
    const ceiling: number[] = [];
    for (let i = 0; i < WARM_UP + PULLS; i++) {
      // Down and up again; what is measured is the pull.
      await turn(writer, ear, 'up');
      await pause(REST_MS * (0.5 + Math.random()));
      const heard = next(monitor);
      const began = nowMs();
      const told = turn(writer, ear, 'down');
      const [heardAt, toldAt] = await Promise.all([heard, told]);
      await pause(REST_MS * (0.5 + Math.random()));
      if (i < WARM_UP) continue;
      ours.push(toldAt - began);
      ceiling.push(heardAt - began);
    }
    return { ours, ceiling };
  } finally {
    for (const child of [monitor, writer]) child.kill();
    await agent.stop();
    ear.close();
  }
}

/** Resolves when the listener has heard of it; at once when the other end is so already. */
let state = 'up';
function turn(writer: ChildProcess, ear: Ear, to: 'up' | 'down'): Promise<number> {
  if (state === to) return Promise.resolve(nowMs());
  state = to;
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`nobody heard that the link is ${to}`)), LOST_AFTER_MS);
    ear.hear = text => {
      if (!text.includes(to === 'up' ? '"operationalState":"enabled"' : '"operationalState":"disabled"')) return;
      clearTimeout(lost);
      resolve(nowMs());
    };
    writer.stdin?.write(`link set veth0 ${to}\n`);
  });
}

function inside({ name }: Netns, command: string): ChildProcess {
  return spawn('ip', ['netns', 'exec', name, ...command.split(' ')], { stdio: ['pipe', 'pipe', 'inherit'] });
}

function next(child: ChildProcess): Promise<number> {
  return new Promise(resolve => child.stdout?.once('data', () => resolve(nowMs())));
}
