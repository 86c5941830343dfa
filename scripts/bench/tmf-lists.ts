/** What lists cost: twenty by an indexed attribute among few and many, and a thousand in one answer; beside stored text. */
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { apiRoot } from '../../src/tmf/version.ts';
import { fillStore } from './documents.ts';
import { cpuMicroseconds, nowMs, percentile, type Row, row, say } from './measure.ts';
import { agentCommand, ceilingCommand, makeDirectory, type Server, start } from './processes.ts';

const FEW = 1_000;
const MANY = 100_000;
const path = `${apiRoot.resource.v5}/resource`;
/** All of the instances have it, so the count beside the page is of all of them. */
const twenty = `${path}?operationalState=enable&limit=20`;

export async function tmfLists(): Promise<Row[]> {
  const few = await ofInventory(FEW);
  const many = await ofInventory(MANY);
  return [
    ...listed(`a list of 20 by an indexed attribute among ${FEW}`, few.twenty, 2),
    ...listed(`a list of 20 by an indexed attribute among ${MANY}`, many.twenty, 2),
    row({
      what: `CPU of it among ${MANY} over among ${FEW}`,
      unit: 'times',
      ours: many.twenty.ours.cpuMs / few.twenty.ours.cpuMs,
      goal: { of: 'ours', atMost: 1.5 },
    }),
    ...(few.all ? listed(`a list of all ${FEW}`, few.all, 40) : []),
  ];
}

function listed(what: string, { ours, ceiling }: Beside, atMost: number): Row[] {
  const ratio = 'ceiling/ours';
  return [
    row({
      what: `${what}, p50`,
      unit: 'ms',
      ours: ours.p50,
      ceiling: ceiling.p50,
      ratio,
      goal: { of: 'ours', atMost },
    }),
    row({ what: `${what}, CPU`, unit: 'ms', ours: ours.cpuMs, ceiling: ceiling.cpuMs, ratio }),
  ];
}

/** The median in milliseconds, and what one answer takes of the processor. */
interface Taken {
  readonly p50: number;
  readonly cpuMs: number;
}

interface Beside {
  readonly ours: Taken;
  readonly ceiling: Taken;
}

async function ofInventory(count: number): Promise<{ readonly twenty: Beside; readonly all: Beside | undefined }> {
  say(`  ${count} resources ...`);
  const data = makeDirectory();
  fillStore(data, count);
  const agent = await start(agentCommand({ profile: 'inventory', data, 'log.level': 'warn' }));
  try {
    return {
      twenty: await besideStatic(agent, twenty, 1_000),
      all: count === FEW ? await besideStatic(agent, path, 60) : undefined,
    };
  } finally {
    await agent.stop();
  }
}

/** The same bytes as a text that stands ready, asked for in turn with ours. */
async function besideStatic(agent: Server, address: string, times: number): Promise<Beside> {
  const body = (await timed(agent, address)).text;
  const file = join(makeDirectory(), 'list.json');
  writeFileSync(file, JSON.stringify({ path, headers: { 'content-type': 'application/json; charset=utf-8' }, body }));
  const ceiling = await start(await ceilingCommand('static', file));
  try {
    // One after the other: in turn, each would find the caches full of the other.
    const measured = async (server: Server): Promise<Taken> => {
      for (let i = 0; i < times / 2; i++) await timed(server, address);
      const before = cpuMicroseconds(server.pid);
      const taken: number[] = [];
      for (let i = 0; i < times; i++) taken.push((await timed(server, address)).ms);
      return { p50: percentile(taken, 50), cpuMs: (cpuMicroseconds(server.pid) - before) / times / 1_000 };
    };
    return { ours: await measured(agent), ceiling: await measured(ceiling) };
  } finally {
    await ceiling.stop();
  }
}

const connections = new Agent({ keepAlive: true });

function timed({ url }: Server, address: string): Promise<{ readonly ms: number; readonly text: string }> {
  const began = nowMs();
  return new Promise((resolve, reject) => {
    const request = get(`${url}${address}`, { agent: connections }, response => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const ms = nowMs() - began;
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200 || response.statusCode === 206) resolve({ ms, text });
        else reject(new Error(`${address} answered ${response.statusCode}: ${text}`));
      });
    });
    request.on('error', reject);
  });
}
