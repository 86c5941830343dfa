/**
 * Somebody approves, over the very connection that it cuts, what cuts them off. It goes back by itself in time: by the
 * agent, by the one that starts after it, or by the fail-safe when there is none; each effect at the element once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test as it, onTestFinished } from 'vitest';
import { makeDirectory, until } from '../kit/agent.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';
import { type AgentProcess, launch } from '../kit/process.ts';

const test = it.skipIf(noNamespaces !== undefined);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const WITHIN = '6s';
const SLOW = { timeout: 180_000 };

/** Keeps one connection, and asks over it what it is told to; each line an answer, or that there was none. */
const client = `
const http = require('http');
let agent = new http.Agent({ keepAlive: true, maxSockets: 1, localAddress: process.argv[1] });
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, url, body, withinMs } = JSON.parse(line);
  let told = false;
  const tell = answer => {
    if (!told) process.stdout.write(JSON.stringify({ id, ...answer }) + '\\n');
    told = true;
  };
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const request = http.request(url, { method, agent, headers, timeout: withinMs }, response => {
    let text = '';
    response.on('data', part => (text += part));
    response.on('end', () => tell({ status: response.statusCode, body: text === '' ? null : JSON.parse(text) }));
    response.on('error', () => tell({ status: 0 }));
  });
  request.on('timeout', () => request.destroy(new Error('timeout')));
  request.on('error', error => {
    tell({ status: 0, error: String(error) });
    // What is on that connection is lost.
    agent.destroy();
    agent = new http.Agent({ keepAlive: true, maxSockets: 1, localAddress: process.argv[1] });
  });
  request.end(body === undefined ? undefined : JSON.stringify(body));
});
`;

interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
  readonly body: any;
}

class Person {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #count = 0;

  constructor(netns: Netns, from: string) {
    this.#child = spawn('ip', ['netns', 'exec', netns.name, process.execPath, '-e', client, from], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
    if (!this.#child.stdout) throw new Error('no output');
    createInterface(this.#child.stdout).on('line', line => {
      const { id, ...reply } = JSON.parse(line);
      this.#waiting.get(id)?.(reply);
      this.#waiting.delete(id);
    });
  }

  ask(method: string, url: string, body?: unknown, withinMs = 1_000): Promise<Reply> {
    const id = ++this.#count;
    this.#child.stdin?.write(`${JSON.stringify({ id, method, url, body, withinMs })}\n`);
    return new Promise(resolve => this.#waiting.set(id, resolve));
  }
}

/** How an interface, its addresses and routes moved at the element itself, from now on. */
class Kernel {
  readonly lines: string[] = [];

  private constructor(netns: Netns) {
    const child = spawn('ip', ['-n', netns.name, '-o', 'monitor', 'link', 'address', 'route'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    if (child.stdout) createInterface(child.stdout).on('line', line => void this.lines.push(line));
  }

  static async of(netns: Netns): Promise<Kernel> {
    const kernel = new Kernel(netns);
    await until('the monitor listens', () => {
      for (const length of [1_001, 1_000]) netns.ip(`link set lo txqueuelen ${length}`);
      return kernel.lines.length > 0;
    });
    return kernel;
  }

  /** The flags of eth0 as they came, without repetition. */
  ups(): string[] {
    const all = this.lines.flatMap(line => {
      const [, flags] = /eth0(?:@\S+)?: <([^>]*)>/.exec(line) ?? [];
      return flags === undefined ? [] : [flags.split(',').includes('UP') ? 'up' : 'down'];
    });
    return all.filter((each, i) => each !== all[i - 1]);
  }

  count(pattern: RegExp): number {
    return this.lines.filter(line => pattern.test(line)).length;
  }
}

const HERE = '192.0.2.7';
const FAR = '203.0.113.9';

/** The element, and the place where the person sits: behind a router, reached by the default route. */
async function places() {
  const [element, desk] = [makeNetns(), makeNetns()];
  element.veth('eth0', 'desk0', desk);
  element.ip(`addr add ${HERE}/24 dev eth0`);
  element.ip('addr add 2001:db8::7/64 dev eth0 nodad');
  desk.ip('addr add 192.0.2.254/24 dev desk0');
  desk.ip(`addr add ${FAR}/32 dev lo`);
  await element.settle();
  await desk.settle();
  element.ip('route add default via 192.0.2.254 dev eth0');
  element.ip('route add 198.51.100.0/24 via 192.0.2.253 dev eth0');
  return { element, desk };
}

async function begin({ expected, mode = 'approve' }: Pick<Cut, 'expected'> & { readonly mode?: string }) {
  const { element, desk } = await places();
  const settings = {
    profile: 'linux-host',
    data: makeDirectory(),
    http: `${HERE}:8638`,
    'http.insecure': 'true',
    'plans.confirmWithin': WITHIN,
  };
  const run = (): AgentProcess => launch(settings, element);
  const agent = run();
  await agent.ready;
  const person = new Person(desk, FAR);
  const url = `http://${HERE}:8638`;
  const ask = (method: string, path: string, body?: unknown, withinMs?: number) =>
    person.ask(method, `${url}${path}`, body, withinMs);
  const get = async (path: string) => (await ask('GET', path, undefined, 20_000)).body;
  // The very first request makes the connection.
  expect((await ask('GET', '/readyz', undefined, 20_000)).status).toBe(200);
  const resources = await get('/tmf-api/resourceInventoryManagement/v5/resource');
  const wish = { ...expected(resources), mode, why: 'by mistake' };
  const laid = await ask('POST', '/diffo/v1/expectations', wish, 20_000);
  expect(laid.status, JSON.stringify(laid.body)).toBe(201);
  const plan = await until('a plan is proposed', async () =>
    (await get('/diffo/v1/plans')).find((each: { state: string }) => each.state === 'proposed'),
  );
  await element.settle();
  const before = element.dump();
  const kernel = await Kernel.of(element);
  const planNow = async () => (await ask('GET', `/diffo/v1/plans/${plan.id}`)).body;
  const approve = () => ask('POST', `/diffo/v1/plans/${plan.id}/approve`, { hash: plan.hash, by: 'ana' }, 20_000);
  return { element, run, agent, ask, get, plan, before, kernel, planNow, approve };
}

const port = { for: { kind: 'networkInterface', name: 'eth0' } };
const characteristic = (name: string, value: unknown) => ({ resourceCharacteristic: [{ name, value }] });

type Begun = Awaited<ReturnType<typeof begin>>;

interface Cut {
  /** Given the resources as they are. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
  readonly expected: (resources: any[]) => object;
  /** How the plan says why it is protected. */
  readonly because: RegExp;
  /** Whether the element is as it is when it was done. */
  readonly isDone: (element: Netns) => boolean;
  /** How often it was done and taken back at the element. */
  readonly effects: (kernel: Kernel) => unknown;
  readonly once: unknown;
}

const cuts: Readonly<Record<string, Cut>> = {
  'the interface is locked': {
    expected: () => ({ ...port, expect: { administrativeState: 'locked' } }),
    because: /administrativeState of networkInterface eth0, and 203\.0\.113\.9 is connected to the agent by it/,
    isDone: element => !JSON.stringify(element.ipJson('link show dev eth0')).includes('"UP"'),
    effects: kernel => kernel.ups(),
    once: ['down', 'up'],
  },
  'the address is taken away': {
    expected: () => ({ ...port, expect: characteristic('ipAddress', ['2001:db8::7/64']) }),
    because: /192\.0\.2\.7\/24 of networkInterface eth0, and 203\.0\.113\.9 is connected to the agent by it/,
    isDone: element => !element.ip('addr show dev eth0').includes(HERE),
    effects: kernel => [kernel.count(/^Deleted .*inet 192\.0\.2\.7\//), kernel.count(/^\d+: .*inet 192\.0\.2\.7\//)],
    once: [1, 1],
  },
  'the default route is taken away': {
    expected: resources => {
      const host = resources.find(each => each.resourceSpecification.name === 'host');
      const routes = host.resourceCharacteristic.find((each: { name: string }) => each.name === 'route').value;
      const others = routes.filter((each: { destination: string }) => each.destination !== '0.0.0.0/0');
      return { for: { id: host.id }, expect: characteristic('route', { $eq: others }) };
    },
    because: /route of host .*, and .*203\.0\.113\.9 is connected to the agent by it/,
    isDone: element => !element.ip('route show').includes('default'),
    effects: kernel => [kernel.count(/^Deleted default /), kernel.count(/^default /)],
    once: [1, 1],
  },
};

async function undone({ element, planNow, before, kernel }: Begun, cut: Cut, reason: RegExp): Promise<void> {
  const plan = await until(
    'the plan is undone, and the person is told so',
    async () => {
      const now = await planNow();
      return now?.state === 'undone' && now;
    },
    60_000,
  );
  expect(plan.because).toMatch(reason);
  expect(plan).toMatchObject({ approvedBy: 'ana', confirm: { withinMs: 6_000 } });
  await element.settle();
  expect(element.dump()).toEqual(before);
  expect(cut.effects(kernel)).toEqual(cut.once);
}

describe.each(Object.entries(cuts))(`%s${why}`, (_, cut) => {
  // P20
  test('and comes back by itself, and the person is there again', SLOW, async () => {
    const begun = await begin(cut);
    expect(begun.plan.tasks[0].protected.because).toMatch(cut.because);
    // Nobody has put a name to it.
    const nobody = await begun.ask('POST', `/diffo/v1/plans/${begun.plan.id}/approve`, {}, 20_000);
    expect(nobody).toMatchObject({ status: 400, body: { reason: expect.stringContaining('a person with a name') } });
    const approved = await begun.approve();
    expect(approved.body, JSON.stringify(approved)).toMatchObject({ state: 'approved' });
    await until('it is done at the element', () => cut.isDone(begun.element));
    expect((await begun.ask('GET', '/healthz')).status).toBe(0);
    await undone(begun, cut, /^not confirmed within 6 s$/);
    // It is not proposed again by itself.
    expect((await begun.get('/diffo/v1/plans')).map((each: { state: string }) => each.state)).toEqual(['undone']);
    expect(await begun.agent.stop()).toBe(0);
  });

  // P20
  test('and the agent is killed right after the act: the fail-safe brings it back', SLOW, async () => {
    const begun = await begin(cut);
    await begun.approve();
    await until('it is done at the element', () => cut.isDone(begun.element));
    await begun.agent.kill();
    await until('it is back at the element', () => !cut.isDone(begun.element), 60_000);
    await begun.run().ready;
    await undone(begun, cut, /^not confirmed within 6 s \(taken back by the fail-safe, no agent was running\)$/);
  });

  test('and the agent is killed right after the act and starts again: it brings it back', SLOW, async () => {
    const begun = await begin(cut);
    await begun.approve();
    await until('it is done at the element', () => cut.isDone(begun.element));
    await begun.agent.kill();
    await begun.run().ready;
    await undone(begun, cut, /^(not confirmed within 6 s|the agent cannot serve on 192\.0\.2\.7:8638 any more)$/);
  });
});

describe(`what may cut somebody off${why}`, () => {
  const locked = { expected: () => ({ ...port, expect: { administrativeState: 'locked' } }) };
  const cut = cuts['the interface is locked'] as Cut;

  test('is not done in mode enforce: it waits for a person, and says so', SLOW, async () => {
    const { element, get, plan, before } = await begin({ ...locked, mode: 'enforce' });
    expect(plan.tasks).toMatchObject([{ protected: { because: expect.stringMatching(cut.because) } }]);
    const [entry] = await get('/diffo/v1/outstanding');
    expect(entry.leaves[0]).toMatchObject({ next: 'lock eth0', on: 'approval' });
    expect(entry.leaves[0].because).toContain('is connected to the agent by it');
    expect(element.dump()).toEqual(before);
    expect((await get('/diffo/v1/tasks')).length).toBe(0);
  });

  test('is done once although the agent is killed before the act, and goes back once', SLOW, async () => {
    const begun = await begin(locked);
    await begun.approve();
    // Before it has begun, before the act, or just after it.
    await begun.agent.kill();
    await begun.run().ready;
    await undone(begun, cut, /^not confirmed within 6 s$/);
  });

  test('goes back by the fail-safe when the agent is told to stop', SLOW, async () => {
    const begun = await begin(locked);
    await begun.approve();
    await until('it is done at the element', () => cut.isDone(begun.element));
    expect(await begun.agent.stop()).toBe(0);
    await until('it is back at the element', () => !cut.isDone(begun.element), 60_000);
    await begun.run().ready;
    await undone(begun, cut, /the fail-safe/);
  });

  const smaller = { expected: () => ({ ...port, expect: characteristic('mtu', 1_400) }) };
  const mtuOf = (element: Netns) => element.ipJson('link show dev eth0')[0]?.mtu;

  test('stays when the word that it may arrives in time, and no fail-safe is left', SLOW, async () => {
    const { element, run, agent, ask, plan, planNow, approve, get } = await begin(smaller);
    expect(plan.tasks[0].protected.because).toMatch(/^it changes mtu of networkInterface eth0, and /);
    const tooEarly = await ask('POST', `/diffo/v1/plans/${plan.id}/confirm`, { by: 'ana' }, 20_000);
    expect(tooEarly).toMatchObject({ status: 409 });
    await approve();
    await until('it has to be confirmed', async () => (await planNow())?.state === 'unconfirmed');
    expect(mtuOf(element)).toBe(1_400);
    expect(failSafes(plan.id)).toHaveLength(1);
    const body = { hash: plan.hash, by: 'ana' };
    const kept = await ask('POST', `/diffo/v1/plans/${plan.id}/confirm`, body, 20_000);
    expect(kept).toMatchObject({ status: 200, body: { state: 'done', confirm: { confirmedBy: 'ana' } } });
    await until('the fail-safe is gone', () => failSafes(plan.id).length === 0);
    // Longer than it had.
    await new Promise(resolve => setTimeout(resolve, 8_000));
    expect(mtuOf(element)).toBe(1_400);
    await agent.kill();
    await run().ready;
    expect(await get(`/diffo/v1/plans/${plan.id}`)).toMatchObject({ state: 'done' });
    expect(mtuOf(element)).toBe(1_400);
  });

  test('goes back when the word comes too late', SLOW, async () => {
    const { element, ask, plan, planNow, approve } = await begin(smaller);
    await approve();
    await until('it is undone', async () => (await planNow())?.state === 'undone');
    expect(mtuOf(element)).toBe(1_500);
    const late = await ask('POST', `/diffo/v1/plans/${plan.id}/confirm`, { by: 'ana' }, 20_000);
    expect(late).toMatchObject({ status: 409, body: { reason: expect.stringContaining('not confirmed within 6 s') } });
    expect(failSafes(plan.id)).toEqual([]);
  });
});

/** The processes that wait for a plan. */
function failSafes(plan: string): string[] {
  return readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[0] === '/bin/sh' && words.includes('fail-safe') && words.includes(plan);
    } catch {
      return false;
    }
  });
}
