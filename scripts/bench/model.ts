/** `model`: what the rules of kinds cost: building, reading over hops, handing out numbers, loading, idling. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writtenProfile } from './domain.ts';
import { median, memoryOf, pause, type Row, row, say } from './measure.ts';
import { assigning } from './model-assigning.ts';
import { building } from './model-building.ts';
import { reading } from './model-reading.ts';
import { agentCommand, ceilingCommand, launch, makeDirectory, start } from './processes.ts';

const KINDS = 200;
const LOADS = 9;
const SETTLE_MS = 10_000;

export async function model(): Promise<Row[]> {
  const rows = [];
  for (const figure of [building, reading, assigning, loading, idling]) {
    say(`  ${figure.name} ...`);
    rows.push(...(await figure()));
  }
  return rows;
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
