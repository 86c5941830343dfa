/** What every figure measures with: rows of the result, medians, and what the kernel says of a process. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** One line of the result: what was measured, beside the best that can be had on this machine at this moment. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly ceiling?: number;
  readonly ratio?: number;
  readonly goal?: string;
  readonly reached?: boolean;
}

/** The costs of the ceiling over ours, or our throughput over the ceiling's: 1 is as good as can be. */
export type Ratio = 'ceiling/ours' | 'ours/ceiling';

export interface Goal {
  /** What is held against the limit. */
  readonly of: 'ratio' | 'ours';
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A row with its ratio, and whether its goal is reached. Without a goal it is there to be known. */
export function row({
  what,
  unit,
  ours,
  ceiling,
  ratio: as = 'ours/ceiling',
  goal,
}: {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly ceiling?: number;
  readonly ratio?: Ratio;
  readonly goal?: Goal;
}): Row {
  const none = ceiling === undefined || (ceiling === 0 && ours === 0);
  const ratio = none ? undefined : as === 'ours/ceiling' ? ours / ceiling : ceiling / ours;
  const held = goal?.of === 'ratio' ? (ratio ?? Number.NaN) : ours;
  const { atLeast, atMost } = goal ?? {};
  const unitOfGoal = goal?.of === 'ratio' ? '' : ` ${unit}`;
  return {
    what,
    unit,
    ours,
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(goal === undefined
      ? {}
      : {
          goal: atLeast === undefined ? `≤ ${atMost}${unitOfGoal}` : `≥ ${atLeast}${unitOfGoal}`,
          reached: held >= (atLeast ?? Number.NEGATIVE_INFINITY) && held <= (atMost ?? Number.POSITIVE_INFINITY),
        }),
  };
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest value that so many percent of all do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil((sorted.length * percent) / 100) - 1, 0)] ?? Number.NaN;
}

export function nowMs(): number {
  return performance.now();
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

// Cores: what is measured has one, whoever puts load on it has another.

const SERVER_CORE = 0;
const LOAD_CORE = 1;
const canPin = availableParallelism() > 1 && has('taskset');

/** The words before a command that keep it on the core of what is measured, or let it have both. */
export const placed: Readonly<Record<'alone' | 'anywhere', readonly string[]>> = {
  alone: canPin ? ['taskset', '-c', String(SERVER_CORE)] : [],
  anywhere: canPin ? ['taskset', '-c', `${SERVER_CORE},${LOAD_CORE}`] : [],
};

/** Moves this process to the core of the load. */
export function goToLoadCore(): void {
  if (canPin) execFileSync('taskset', ['-acp', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
  else say('not pinned: that needs taskset and a second core');
}

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Processes

/** The time all threads of a process have been on a core, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [onCore] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    nanoseconds += Number(onCore);
  }
  return nanoseconds / 1_000;
}

/** In MiB: `dirty` is the memory the process really owns, `rss` counts shared pages of the program file too. */
export function memoryOf(pid: number): { readonly rss: number; readonly dirty: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024;
  return { rss: mebibytes('Rss'), dirty: mebibytes('Private_Dirty') };
}

/** Bytes a process has sent towards the disk. */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
