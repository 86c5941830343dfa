/** `post`: durable creates over TMF, beside a program that only parses, writes two rows and commits as durably. */
import { join } from 'node:path';
import { apiRoot } from '../../src/tmf/version.ts';
import { service } from './documents.ts';
import { load, postRequest } from './load.ts';
import { cpuMicroseconds, median, percentile, type Row, row } from './measure.ts';
import { agentCommand, ceilingCommand, makeDirectory, type Server, start } from './processes.ts';

const ROUNDS = 7;
const REQUESTS = 3_000;
const CONNECTIONS = 32;
const path = `${apiRoot.service.v5}/service`;

interface Round {
  readonly perSecond: number;
  readonly cpu: number;
  readonly p99Ms: number;
}

export async function post(): Promise<Row[]> {
  const ceiling = async (commits: string): Promise<Server> =>
    start(await ceilingCommand('two-rows', join(makeDirectory(), 'two-rows.sqlite'), path, commits));
  const servers = {
    ours: await start(agentCommand({ profile: 'inventory', data: makeDirectory(), 'log.level': 'warn' })),
    group: await ceiling('group'),
    single: await ceiling('single'),
  };
  try {
    const requests = Array.from({ length: 64 }, (_, nth) => postRequest(path, JSON.stringify(service(nth))));
    const rounds: Record<keyof typeof servers, Round>[] = [];
    for (let i = 0; i <= ROUNDS; i++) {
      rounds.push({
        ours: await measured(servers.ours, requests),
        group: await measured(servers.group, requests),
        single: await measured(servers.single, requests),
      });
    }
    // The first round warms all up.
    const warm = rounds.slice(1);
    const of = (server: keyof typeof servers, what: keyof Round): number =>
      median(warm.map(each => each[server][what]));
    return [
      // Gated: it alone does the same work, in the same commits. One commit a request shows what sharing them gives.
      row({
        what: 'POSTs a second, ceiling with group commit',
        unit: '/s',
        ours: of('ours', 'perSecond'),
        ceiling: of('group', 'perSecond'),
        goal: { of: 'ratio', atLeast: 0.8 },
      }),
      row({
        what: 'POSTs a second, ceiling with a commit each',
        unit: '/s',
        ours: of('ours', 'perSecond'),
        ceiling: of('single', 'perSecond'),
      }),
      row({
        what: 'CPU a POST, ceiling with group commit',
        unit: 'µs',
        ours: of('ours', 'cpu'),
        ceiling: of('group', 'cpu'),
        ratio: 'ceiling/ours',
      }),
      row({
        what: 'CPU a POST, ceiling with a commit each',
        unit: 'µs',
        ours: of('ours', 'cpu'),
        ceiling: of('single', 'cpu'),
        ratio: 'ceiling/ours',
      }),
      row({
        what: 'POST p99 under 32 connections, ceiling with group commit',
        unit: 'ms',
        ours: of('ours', 'p99Ms'),
        ceiling: of('group', 'p99Ms'),
        ratio: 'ceiling/ours',
      }),
    ];
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

async function measured({ pid, url }: Server, requests: readonly string[]): Promise<Round> {
  const before = cpuMicroseconds(pid);
  const { seconds, latenciesMs } = await load({ url, connections: CONNECTIONS, requests, total: REQUESTS });
  return {
    perSecond: REQUESTS / seconds,
    cpu: (cpuMicroseconds(pid) - before) / REQUESTS,
    p99Ms: percentile(latenciesMs, 99),
  };
}
