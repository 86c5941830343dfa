/** `get`: what one GET of a resource costs the agent, beside a text that stands ready on the same framework. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiRoot } from '../../src/tmf/version.ts';
import { makeNetns, noNamespaces } from '../../test/kit/netns.ts';
import { fillStore } from './documents.ts';
import { getRequest, load } from './load.ts';
import { cpuMicroseconds, median, type Row, row, say } from './measure.ts';
import { agentCommand, ceilingCommand, makeDirectory, type Server, start } from './processes.ts';

const RESOURCES = 1_000;
const ROUNDS = 11;
/** After so many the compiler has come to rest. */
const WARM_UP_ROUNDS = 10;
const REQUESTS = 10_000;
const CONNECTIONS = 32;
const root = `${apiRoot.resource.v5}/resource`;

export async function get(): Promise<Row[]> {
  return [...(await ofInventory()), ...(await ofElement())];
}

async function ofInventory(): Promise<Row[]> {
  const data = makeDirectory();
  const paths = fillStore(data, RESOURCES).map(id => `${root}/${id}`);
  const agent = await start(agentCommand({ profile: 'inventory', data, 'log.level': 'warn' }));
  try {
    const [path = ''] = paths;
    return [
      await besideStatic(agent, 'one resource of 1,000', path, [path]),
      await besideStatic(agent, 'all 1,000 in turn', path, paths),
    ];
  } finally {
    await agent.stop();
  }
}

/** An interface that is observed: fresh counters go into every answer. */
async function ofElement(): Promise<Row[]> {
  if (noNamespaces !== undefined) {
    say(`  left out: an observed interface ${noNamespaces}`);
    return [];
  }
  const netns = makeNetns({ forTest: false });
  try {
    netns.veth('veth0', 'veth1');
    const data = makeDirectory();
    const flags = { profile: 'linux-host', data, 'linux.netns': netns.name, 'log.level': 'warn' };
    const agent = await start(agentCommand(flags));
    try {
      const found = (await (await fetch(`${agent.url}${root}?name=veth0`)).json()) as { id: string }[];
      const path = `${root}/${found[0]?.id}`;
      return [await besideStatic(agent, 'one observed interface, with telemetry', path, [path])];
    } finally {
      await agent.stop();
    }
  } finally {
    netns.remove();
  }
}

async function besideStatic(agent: Server, what: string, path: string, paths: readonly string[]): Promise<Row> {
  say(`  ${what} ...`);
  const answer = await fetch(`${agent.url}${path}`);
  const { 'content-type': type = '', etag = '' } = Object.fromEntries(answer.headers);
  const file = join(makeDirectory(), 'answer.json');
  writeFileSync(
    file,
    JSON.stringify({ path: `${root}/:id`, headers: { etag, 'content-type': type }, body: await answer.text() }),
  );
  const ceiling = await start(await ceilingCommand('static', file));
  try {
    const requests = paths.map(getRequest);
    const rounds: { ours: number; ceiling: number }[] = [];
    for (let i = 0; i < WARM_UP_ROUNDS + ROUNDS; i++) {
      rounds.push({ ours: await cpuEach(agent, requests), ceiling: await cpuEach(ceiling, requests) });
    }
    const warm = rounds.slice(WARM_UP_ROUNDS);
    return row({
      what: `CPU a GET, ${what}`,
      unit: 'µs',
      ours: median(warm.map(each => each.ours)),
      ceiling: median(warm.map(each => each.ceiling)),
      ratio: 'ceiling/ours',
      goal: { of: 'ratio', atLeast: 0.8 },
    });
  } finally {
    await ceiling.stop();
  }
}

async function cpuEach({ pid, url }: Server, requests: readonly string[]): Promise<number> {
  const before = cpuMicroseconds(pid);
  await load({ url, connections: CONNECTIONS, requests, total: REQUESTS });
  return (cpuMicroseconds(pid) - before) / REQUESTS;
}
