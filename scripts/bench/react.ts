/** `react`: from a change in the kernel to the outstanding on the event stream, beside `ip monitor` hearing of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { get as httpGet } from 'node:http';
import { makeNetns, type Netns, noNamespaces } from '../../test/kit/netns.ts';
import { nowMs, pause, percentile, type Row, row, say } from './measure.ts';
import { agentCommand, makeDirectory, start } from './processes.ts';

const CHANGES = 200;
const WARM_UP = 20;
const MANY = 200;
const EXPECTED_MTU = 1500;
const OTHER_MTU = 1400;
/** Between two changes, more or less, so that none falls in step with anything. */
const REST_MS = 40;
const LOST_AFTER_MS = 10_000;

export async function react(): Promise<Row[]> {
  if (noNamespaces !== undefined) {
    say(`  left out: ${noNamespaces}`);
    return [];
  }
  return [...(await among(2)), ...(await among(MANY))];
}

async function among(interfaces: number): Promise<Row[]> {
  say(`  ${interfaces} interfaces ...`);
  const netns = makeNetns({ forTest: false });
  try {
    for (let i = 0; i < interfaces / 2; i++) netns.veth(`veth${i}`, `peer${i}`);
    await netns.settle();
    const { ours, ceiling } = await reactions(netns);
    const rows = (percent: number, atMost: number): Row =>
      row({
        what: `kernel change to published, ${interfaces} interfaces, p${percent}`,
        unit: 'ms',
        ours: percentile(ours, percent),
        ceiling: percentile(ceiling, percent),
        ratio: 'ceiling/ours',
        goal: { of: 'ours', atMost },
      });
    return [rows(50, 20), rows(99, 100)];
  } finally {
    netns.remove();
  }
}

/** Counted from the moment at which the order is given to a waiting `ip`, so what the kernel itself takes is included. */
async function reactions(netns: Netns): Promise<{ ours: number[]; ceiling: number[] }> {
  const data = makeDirectory();
  const flags = { profile: 'linux-host', data, 'linux.netns': netns.name, 'log.level': 'warn' };
  const agent = await start(agentCommand(flags), 'anywhere');
  const monitor = inside(netns, 'ip monitor link');
  const writer = inside(netns, 'ip -force -batch -');
  const stream = await follow(`${agent.url}/diffo/v1/changes`);
  try {
    const published = stream.next('event: verdict.');
    await layExpectation(agent.url);
    await published;
    const ours: number[] = [];
    const ceiling: number[] = [];
    for (let i = 0; i < WARM_UP + CHANGES; i++) {
      await pause(REST_MS * (0.5 + Math.random()));
      const heard = next(monitor, 'mtu');
      const told = stream.next('event: verdict.');
      const began = nowMs();
      writer.stdin?.write(`link set veth0 mtu ${i % 2 === 0 ? OTHER_MTU : EXPECTED_MTU}\n`);
      const [heardAt, toldAt] = await Promise.all([heard, told]);
      if (i < WARM_UP) continue;
      ours.push(toldAt - began);
      ceiling.push(heardAt - began);
    }
    return { ours, ceiling };
  } finally {
    stream.end();
    for (const child of [monitor, writer]) child.kill();
    await agent.stop();
  }
}

async function layExpectation(url: string): Promise<void> {
  const answer = await fetch(`${url}/diffo/v1/expectations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      for: { kind: 'networkInterface', name: 'veth0' },
      expect: { resourceCharacteristic: [{ name: 'mtu', value: EXPECTED_MTU }] },
      mode: 'warn',
    }),
  });
  if (!answer.ok) throw new Error(`the expectation was refused: ${await answer.text()}`);
}

function inside({ name }: Netns, command: string): ChildProcess {
  return spawn('ip', ['netns', 'exec', name, ...command.split(' ')], { stdio: ['pipe', 'pipe', 'inherit'] });
}

interface Stream {
  /** When an event with these words arrives. */
  next(words: string): Promise<number>;
  end(): void;
}

function follow(url: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const asking = httpGet(url, { headers: { accept: 'text/event-stream' } }, answer => {
      answer.setEncoding('utf8');
      resolve({ next: words => arrival(answer, words), end: () => asking.destroy() });
    });
    asking.on('error', reject);
  });
}

function next(child: ChildProcess, words: string): Promise<number> {
  if (!child.stdout) throw new Error('it has no output');
  return arrival(child.stdout, words);
}

function arrival(from: NodeJS.ReadableStream, words: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`nothing with "${words}" came`)), LOST_AFTER_MS);
    const hear = (part: Buffer | string): void => {
      if (!part.toString().includes(words)) return;
      const at = nowMs();
      clearTimeout(lost);
      from.off('data', hear);
      resolve(at);
    };
    from.on('data', hear);
  });
}
