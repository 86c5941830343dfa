/** `react`: from a change in the kernel to the outstanding on the event stream, beside `ip monitor` hearing of it. */
import { makeNetns, type Netns, noNamespaces } from '../../test/kit/netns.ts';
import { follow, inside, lay, next } from './element.ts';
import { nowMs, pause, percentile, type Row, row, say } from './measure.ts';
import { agentCommand, makeDirectory, start } from './processes.ts';

const CHANGES = 200;
const WARM_UP = 20;
const MANY = 200;
const EXPECTED_MTU = 1500;
const OTHER_MTU = 1400;
/** Between two changes, more or less, so that none falls in step with anything. */
const REST_MS = 40;

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
    await lay(agent.url, mtuExpected);
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

const mtuExpected = {
  for: { kind: 'networkInterface', name: 'veth0' },
  expect: { resourceCharacteristic: [{ name: 'mtu', value: EXPECTED_MTU }] },
  mode: 'warn',
};
