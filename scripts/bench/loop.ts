/** `loop`: what a pass costs among many, how soon a change is published under load, what rest and a storm take. */
import { makeNetns, type Netns, noNamespaces } from '../../test/kit/netns.ts';
import { type Stream as Events, follow, inside, lay } from './element.ts';
import {
  bytesWritten,
  cpuMicroseconds,
  median,
  memoryOf,
  nowMs,
  pause,
  percentile,
  type Row,
  row,
  say,
} from './measure.ts';
import { agentCommand, makeDirectory, type Server, start } from './processes.ts';
import { document, fill, INSTANCES, put, spent, world, write } from './world.ts';

const CHANGES = 300;
const WARM_UP = 50;
const PAIRS = 50;
const A_SECOND = 100;
const SECONDS = 20;
const STORM = 10_000;
const QUIET_MS = 10 * 60_000;
const SETTLE_MS = 10_000;
const EXPECTED_MTU = 1500;
const OTHER_MTU = 1400;
const REST_WITHIN_MS = 60_000;

export async function loop(): Promise<Row[]> {
  const rows = await onePassAmongMany();
  if (noNamespaces !== undefined) {
    say(`  an element is left out: ${noNamespaces}`);
    return rows;
  }
  const netns = makeNetns({ forTest: false });
  try {
    for (let i = 0; i < PAIRS; i++) netns.veth(`veth${i}`, `peer${i}`);
    await netns.settle();
    const flags = { profile: 'linux-host', data: makeDirectory(), 'linux.netns': netns.name, 'log.level': 'warn' };
    const agent = await start(agentCommand(flags), 'anywhere');
    try {
      await lay(agent.url, {
        for: { kind: 'networkInterface', where: { name: { $match: '^veth' } } },
        expect: { resourceCharacteristic: [{ name: 'mtu', value: EXPECTED_MTU }] },
        mode: 'warn',
      });
      await untilOutstanding(agent, 0);
      await pause(SETTLE_MS);
      rows.push(...(await storm(netns, agent)), ...(await underLoad(netns, agent)), ...(await quiet(agent)));
    } finally {
      await agent.stop();
    }
  } finally {
    netns.remove();
  }
  return rows;
}

/** With a pass after each change, drafts of tasks and all. */
async function onePassAmongMany(): Promise<Row[]> {
  say(`  ${INSTANCES} instances with expectations ...`);
  const { store, loop: own, stop } = await world();
  fill(store);
  own.ring();
  await own.settle();
  const took: number[] = [];
  const work: number[] = [];
  const commits: number[] = [];
  for (let i = 0; i < WARM_UP + CHANGES; i++) {
    const nth = (i * 7_919 + 1) % INSTANCES;
    const changed = nowMs();
    write(store, writer => put(writer, nth, document(nth, i % 2 === 0 ? 1400 : 1500)));
    const committed = nowMs();
    const before = spent();
    own.ring();
    await own.settle();
    if (i < WARM_UP) continue;
    took.push(nowMs() - committed);
    work.push(spent() - before);
    commits.push(committed - changed);
  }
  await stop();
  return [
    row({
      what: `one changed leaf among ${INSTANCES} instances to a finished pass, beside the commit of the change, p50`,
      unit: 'ms',
      ours: median(took),
      ceiling: median(commits),
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 5 },
    }),
    row({ what: 'the same, p99', unit: 'ms', ours: percentile(took, 99) }),
    row({ what: 'the same, median', unit: 'ms of the processor', ours: median(work) }),
  ];
}

/** Changes come at their rate whether the last has been published or not. */
async function underLoad(netns: Netns, agent: Server): Promise<Row[]> {
  say(`  ${A_SECOND} changes a second for ${SECONDS} s ...`);
  const ids = await interfaces(agent);
  const monitor = inside(netns, 'ip monitor link');
  const writer = inside(netns, 'ip -force -batch -');
  const events = await follow(`${agent.url}/diffo/v1/changes`);
  const given = new Map<string, number>();
  const unheard = new Map<string, number>();
  const mtus = new Map<string, number>();
  const ours: number[] = [];
  const ceiling: number[] = [];
  const publish = onVerdicts(events, instance => note(given, instance, ours));
  monitor.stdout?.on('data', (part: Buffer) => {
    for (const [, name = ''] of part.toString().matchAll(/\d+: (veth\d+)[@:]/g)) note(unheard, name, ceiling);
  });
  try {
    const begun = nowMs();
    for (let i = 0; i < A_SECOND * SECONDS; i++) {
      const due = begun + (i * 1_000) / A_SECOND;
      if (due > nowMs()) await pause(due - nowMs());
      const name = `veth${i % PAIRS}`;
      const id = ids.get(name) ?? '';
      // A change that is not published yet and one that takes it back may end in silence, rightly.
      if (given.has(id)) continue;
      const mtu = mtus.get(name) === OTHER_MTU ? EXPECTED_MTU : OTHER_MTU;
      mtus.set(name, mtu);
      const now = nowMs();
      given.set(id, now);
      unheard.set(name, now);
      writer.stdin?.write(`link set ${name} mtu ${mtu}\n`);
    }
    await pause(SETTLE_MS);
  } finally {
    publish.end();
    for (const child of [monitor, writer]) child.kill();
  }
  if (given.size > 0) throw new Error(`${given.size} changes were never published`);
  const rows = (percent: number, atMost: number): Row =>
    row({
      what: `change at the element to published, at ${A_SECOND} a second, beside ip monitor, p${percent}`,
      unit: 'ms',
      ours: percentile(ours, percent),
      ceiling: percentile(ceiling, percent),
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost },
    });
  return [rows(50, 20), rows(99, 100), row({ what: 'of them were told', unit: '', ours: ours.length })];
}

async function storm(netns: Netns, agent: Server): Promise<Row[]> {
  say(`  a storm of ${STORM} changes ...`);
  const before = memoryOf(agent.pid);
  let most = before.dirty;
  const watching = setInterval(() => {
    most = Math.max(most, memoryOf(agent.pid).dirty);
  }, 50);
  const writer = inside(netns, 'ip -force -batch -');
  const began = nowMs();
  const cpu = cpuMicroseconds(agent.pid);
  let lines = '';
  for (let i = 0; i < STORM; i++) {
    lines += `link set veth${i % PAIRS} mtu ${Math.floor(i / PAIRS) % 2 === 0 ? OTHER_MTU : EXPECTED_MTU}\n`;
  }
  const ended = new Promise<void>(resolve => writer.once('close', () => resolve()));
  writer.stdin?.end(lines);
  await ended;
  const blown = nowMs() - began;
  // The last of each is as it is expected to be.
  await untilOutstanding(agent, 0);
  const atRest = nowMs() - began;
  clearInterval(watching);
  return [
    row({ what: `the kernel takes a storm of ${STORM} changes in`, unit: 'ms', ours: blown }),
    row({
      what: 'all of it is judged, beside the storm itself',
      unit: 'ms',
      ours: atRest,
      ceiling: blown,
      ratio: 'ceiling/ours',
    }),
    row({ what: 'CPU it takes', unit: 'ms', ours: (cpuMicroseconds(agent.pid) - cpu) / 1_000 }),
    row({
      what: 'most private memory in it, over before',
      unit: 'MiB',
      ours: most - before.dirty,
      ceiling: before.dirty,
      goal: { of: 'ours', atMost: 16 },
    }),
  ];
}

async function quiet(agent: Server): Promise<Row[]> {
  say(`  at rest for ${QUIET_MS / 60_000} minutes ...`);
  await pause(SETTLE_MS);
  const seq = await lastSeq(agent);
  const cpu = cpuMicroseconds(agent.pid);
  const bytes = bytesWritten(agent.pid);
  const began = nowMs();
  await pause(QUIET_MS);
  const percent = (cpuMicroseconds(agent.pid) - cpu) / ((nowMs() - began) * 10);
  const written = bytesWritten(agent.pid) - bytes;
  return [
    row({ what: 'idle CPU, of a core', unit: '%', ours: percent, goal: { of: 'ours', atMost: 0.3 } }),
    row({ what: 'disk writes in that time', unit: 'bytes', ours: written, goal: { of: 'ours', atMost: 0 } }),
    row({
      what: 'change rows in that time',
      unit: '',
      ours: (await lastSeq(agent)) - seq,
      goal: { of: 'ours', atMost: 0 },
    }),
  ];
}

/** What was waited for has come. */
function note(waiting: Map<string, number>, name: string, took: number[]): void {
  const began = waiting.get(name);
  if (began === undefined) return;
  waiting.delete(name);
  took.push(nowMs() - began);
}

async function interfaces({ url }: Server): Promise<ReadonlyMap<string, string>> {
  const answer = await fetch(`${url}/tmf-api/resourceInventoryManagement/v5/resource?fields=name&limit=1000`);
  const list: unknown = await answer.json();
  return new Map(Array.isArray(list) ? list.map(each => [String(each.name), String(each.id)]) : []);
}

function onVerdicts(events: Events, call: (instance: string) => void): { end(): void } {
  let rest = '';
  events.each(part => {
    rest += part;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (!/^event: verdict\./m.test(block)) continue;
      const { id } = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}');
      call(String(id).split(':').at(-1) ?? '');
    }
  });
  return { end: () => events.end() };
}

async function untilOutstanding({ url }: Server, wanted: number): Promise<void> {
  const until = nowMs() + REST_WITHIN_MS;
  while (nowMs() < until) {
    const answer = await fetch(`${url}/diffo/v1/outstanding?limit=1`);
    if (Number(answer.headers.get('x-total-count')) === wanted) return;
    await pause(20);
  }
  throw new Error(`${wanted} were to be outstanding, and it never came to that`);
}

async function lastSeq({ url }: Server): Promise<number> {
  const status = await (await fetch(`${url}/diffo/v1/status`)).text();
  return Number(/"cursor":"[^".]+\.(\d+)"/.exec(status)?.[1]);
}
