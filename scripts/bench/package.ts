/** `package`: the single executable beside the one made by pkg, both with 1,000 resources. */
import { execFileSync, spawn } from 'node:child_process';
import { openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fillStore } from './documents.ts';
import { median, memoryOf, nowMs, pause, placed, type Row, row, say } from './measure.ts';
import { answers, ceilingCommand, freePort, makeDirectory, ready, stop } from './processes.ts';

const top = new URL('../..', import.meta.url).pathname;
const RESOURCES = 1_000;
const STARTS = 7;
const IDLE_MS = 60_000;
const KNOCK_EVERY_MS = 1;

/** How to run it on a port. */
type Program = (port: number) => readonly string[];

export async function packaged(): Promise<Row[]> {
  for (const way of [[], ['--pkg']]) {
    say(`  ./scripts/package ${[...way, process.arch].join(' ')} ...`);
    execFileSync('./scripts/package', [...way, process.arch], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const single = join(top, `dist/diffo-linux-${process.arch}`);
  const byPkg = join(top, `dist/diffo-pkg-linux-${process.arch}`);
  const bare = await ceilingCommand('bare', join(makeDirectory(), 'bare.sqlite'));
  const ceiling: Program = port => [process.execPath, '--max-semi-space-size=1', ...bare, String(port)];

  say(`  starting each ${STARTS} times ...`);
  const programs = [agent(single), agent(byPkg), ceiling] as const;
  const starts: [number, number, number][] = [];
  for (let i = 0; i <= STARTS; i++) {
    starts.push([await firstAnswer(programs[0]), await firstAnswer(programs[1]), await firstAnswer(programs[2])]);
  }
  // The first ones unpack the addon and warm the page cache.
  const warm = starts.slice(1);
  const startOf = (nth: 0 | 1 | 2): number => median(warm.map(each => each[nth]));

  say(`  idle for ${IDLE_MS / 1_000} s ...`);
  const [ours, pkgs, least] = await Promise.all([idle(programs[0]), idle(programs[1]), idle(programs[2])]);
  const rows = (name: string, file: string, answeredMs: number, memory: typeof ours): Row[] => [
    row({
      what: `${name}: size`,
      unit: 'MB',
      ours: statSync(file).size / 1e6,
      ceiling: statSync(process.execPath).size / 1e6,
      ratio: 'ceiling/ours',
    }),
    row({
      what: `${name}: spawn to first answer`,
      unit: 'ms',
      ours: answeredMs,
      ceiling: startOf(2),
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 200 },
    }),
    row({
      what: `${name}: private dirty memory`,
      unit: 'MiB',
      ours: memory.dirty,
      ceiling: least.dirty,
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 28 },
    }),
    row({
      what: `${name}: RSS`,
      unit: 'MiB',
      ours: memory.rss,
      ceiling: least.rss,
      ratio: 'ceiling/ours',
      goal: { of: 'ours', atMost: 80 },
    }),
  ];
  return [...rows('single executable', single, startOf(0), ours), ...rows('the same by pkg', byPkg, startOf(1), pkgs)];
}

/** With a data directory of its own, full of resources. */
function agent(executable: string): Program {
  const data = makeDirectory();
  fillStore(data, RESOURCES);
  const set = (name: string, value: string): string[] => ['--set', `${name}=${value}`];
  return port => [
    executable,
    'run',
    ...set('profile', 'inventory'),
    ...set('data', data),
    ...set('http', `127.0.0.1:${port}`),
    ...set('log.level', 'warn'),
  ];
}

function launch(command: readonly string[]) {
  const errors = join(makeDirectory(), 'errors.log');
  const [program = '', ...args] = [...placed.anywhere, ...command];
  return { child: spawn(program, args, { stdio: ['ignore', 'pipe', openSync(errors, 'w')] }), errors };
}

async function firstAnswer(program: Program): Promise<number> {
  const port = await freePort();
  const began = nowMs();
  const { child, errors } = launch(program(port));
  const isReady = ready(child, errors);
  while (!(await answers(port))) await pause(KNOCK_EVERY_MS);
  const answeredMs = nowMs() - began;
  await isReady;
  await stop(child);
  return answeredMs;
}

async function idle(program: Program) {
  const { child, errors } = launch(program(0));
  try {
    await ready(child, errors);
    await pause(IDLE_MS);
    return memoryOf(child.pid ?? 0);
  } finally {
    await stop(child);
  }
}
