/** `footprint`: what an idle agent with 1,000 resources takes, and how soon it is there. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fillStore } from './documents.ts';
import { bytesWritten, cpuMicroseconds, median, memoryOf, nowMs, pause, type Row, row, say } from './measure.ts';
import {
  agentCommand,
  answers,
  bundle,
  ceilingCommand,
  freePort,
  launch,
  makeDirectory,
  ready,
  start,
  stop,
} from './processes.ts';

const RESOURCES = 1_000;
const STARTS = 7;
const SETTLE_MS = 10_000;
const IDLE_MS = 30_000;
const DAY_MS = 86_400_000;
/** Between two tries to reach a server that is about to listen. */
const KNOCK_EVERY_MS = 1;

export async function footprint(): Promise<Row[]> {
  const data = makeDirectory();
  fillStore(data, RESOURCES);
  const agent = (port: number): string[] =>
    agentCommand({ profile: 'inventory', data, http: `127.0.0.1:${port}`, 'log.level': 'warn' });
  const bareProgram = await ceilingCommand('bare', join(makeDirectory(), 'bare.sqlite'));
  const bare = (port: number): string[] => [...bareProgram, String(port)];

  say(`  starting ${STARTS} times ...`);
  const starts: { ours: Start; ceiling: Start }[] = [];
  for (let i = 0; i <= STARTS; i++) starts.push({ ours: await timeStart(agent), ceiling: await timeStart(bare) });
  // The first one of each warms the page cache.
  const warm = starts.slice(1);

  say(`  idle for ${(SETTLE_MS + IDLE_MS) / 1_000} s ...`);
  const idle = await Promise.all([watchIdle(agent(0)), watchIdle(bare(0))]);
  const [ours, ceiling] = idle;
  return [
    row({
      what: 'private dirty memory, 1,000 resources',
      unit: 'MiB',
      ours: ours.dirty,
      ceiling: ceiling.dirty,
      goal: { of: 'ours', atMost: 28 },
    }),
    row({ what: 'RSS', unit: 'MiB', ours: ours.rss, ceiling: ceiling.rss, goal: { of: 'ours', atMost: 80 } }),
    row({
      what: 'spawn to first answer',
      unit: 'ms',
      ours: median(warm.map(each => each.ours.answeredMs)),
      ceiling: median(warm.map(each => each.ceiling.answeredMs)),
      goal: { of: 'ours', atMost: 200 },
    }),
    row({
      what: 'spawn to ready',
      unit: 'ms',
      ours: median(warm.map(each => each.ours.readyMs)),
      ceiling: median(warm.map(each => each.ceiling.readyMs)),
    }),
    row({
      what: 'bundle',
      unit: 'KiB',
      ours: statSync(bundle).size / 1024,
      ceiling: statSync(bareProgram[0] ?? '').size / 1024,
    }),
    row({
      what: 'idle CPU, of a core',
      unit: '%',
      ours: ours.cpuPercent,
      ceiling: ceiling.cpuPercent,
      goal: { of: 'ours', atMost: 0.3 },
    }),
    row({
      what: 'idle CPU a minute',
      unit: 'ms',
      ours: ours.cpuPercent * 600,
      ceiling: ceiling.cpuPercent * 600,
    }),
    row({
      what: 'idle disk writes a day',
      unit: 'MiB',
      ours: ours.mebibytesADay,
      ceiling: ceiling.mebibytesADay,
      goal: { of: 'ours', atMost: 1 },
    }),
  ];
}

interface Start {
  readonly answeredMs: number;
  readonly readyMs: number;
}

async function timeStart(command: (port: number) => string[]): Promise<Start> {
  const port = await freePort();
  const began = nowMs();
  const { child, errors } = launch(command(port), 'anywhere');
  const isReady = ready(child, errors).then(() => nowMs() - began);
  while (!(await answers(port))) await pause(KNOCK_EVERY_MS);
  const answeredMs = nowMs() - began;
  const readyMs = await isReady;
  await stop(child);
  return { answeredMs, readyMs };
}

async function watchIdle(command: readonly string[]) {
  const server = await start(command, 'anywhere');
  try {
    await pause(SETTLE_MS);
    const memory = memoryOf(server.pid);
    const cpu = cpuMicroseconds(server.pid);
    const bytes = bytesWritten(server.pid);
    const began = nowMs();
    await pause(IDLE_MS);
    const ms = nowMs() - began;
    return {
      ...memory,
      cpuPercent: (cpuMicroseconds(server.pid) - cpu) / (ms * 10),
      mebibytesADay: ((bytesWritten(server.pid) - bytes) / 2 ** 20) * (DAY_MS / ms),
    };
  } finally {
    await server.stop();
  }
}
