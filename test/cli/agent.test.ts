/** The command line against a real agent with a simulated element. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { instanceId } from '../../src/core/ids.ts';
import { silentLog } from '../../src/ports/log.ts';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { diffo, type Ran } from './running.ts';

function element() {
  const settable = ['/resourceCharacteristic/mtu/value', '/resourceCharacteristic/vlan/value', '/administrativeState'];
  const port = (name: string, mtu: number) => ({
    kind: 'port',
    key: name,
    facts: {
      name,
      '@type': 'LogicalResource',
      administrativeState: 'unlocked',
      operationalState: 'enabled',
      resourceCharacteristic: [
        { name: 'mtu', value: mtu },
        { name: 'vlan', value: [1, 2] },
      ],
    },
    telemetry: [{ name: 'rxPower', value: -20 }],
    settable: settable.map(path => ({ path })),
  });
  return openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([port('p1', 1500), port('p2', 9000)]),
  });
}

interface Session {
  readonly agent: TestAgent;
  readonly simulator: ReturnType<typeof element>;
  run(words: string, input?: string): Promise<Ran>;
  json(words: string): Promise<unknown>;
}

/** `words` are split at spaces; what has spaces of its own goes by `input`. */
async function session(profile: 'simulator' | 'inventory' = 'simulator'): Promise<Session> {
  const simulator = element();
  const agent = await runAgent({ profile }, profile === 'simulator' ? { drivers: [simulator] } : {});
  const run: Session['run'] = (words, input = '') => diffo([...words.split(' '), '--at', agent.url], { input });
  return {
    agent,
    simulator,
    run,
    json: async words => {
      const ran = await run(`${words} --json`);
      expect(ran.err).toBe('');
      return JSON.parse(ran.out);
    },
  };
}

test('an expectation is laid, seen outstanding, planned, approved, done, and taken back', async () => {
  const { agent, run, json } = await session();
  expect((await run('outstanding')).out).toContain('for nothing is expected');

  const laid = await run('expect port/p1 mtu=1400 --why overhead');
  expect(laid).toMatchObject({ code: 0, err: '' });
  expect(laid.out).toMatch(/^expected of port\/p1: mtu=1400\n/);
  await agent.loop.settle();

  const open = await run('outstanding p1');
  expect(open.out).toMatch(/^UNMET {2}p1 \(port\)/);
  expect(open.out).toContain('/resourceCharacteristic/mtu/value\n    expected 1400\n    actual   1500');
  expect((await run('why p1')).out).toMatch(
    /^UNMET {2}mtu of p1 has been 1500 for .*; operator wants 1400 \(overhead\); seen /,
  );
  expect((await run('explain p1 mtu')).out).toContain('    in short mtu of p1 has been 1500');
  expect((await run('explain p1 mtu')).out).toMatch(/wanted {3}1400 by operator, .*: overhead/);
  expect((await run('explain p1 administrativeState')).out).toBe('nothing is expected of p1 administrativeState\n');

  const planned = await run('plan --instance p1');
  const [, id = '', hash = ''] = /diffo approve (\S+) --hash (\S+) --wait/.exec(planned.out) ?? [];
  expect(await run(`approve ${id} --hash wrong`)).toMatchObject({ code: 1 });
  const done = await run(`approve ${id} --hash ${hash} --wait`);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(/^plan \S+ {2}done/);
  expect((await run('outstanding')).out).toBe('nothing is outstanding: 1 met\n');
  expect((await run('outstanding p1')).out).toBe('nothing is outstanding of p1: 1 met\n');
  expect(await json('tasks')).toMatchObject([{ state: 'done', path: '/resourceCharacteristic/mtu/value' }]);

  expect(await run(`approve ${id}`)).toMatchObject({ code: 1, err: expect.stringContaining('approve does not apply') });
  const undone = await run(`undo ${id}`);
  expect(undone.out).toMatch(/^plan \S+ {2}undone/);
  expect(undone.out).toContain('held still until: diffo resume p1 --at');
  expect((await run('status')).out).toContain('p1 for expectation');
  expect((await run('resume p1')).out).toBe('goes on: p1\n');
  expect((await run('plan --list')).out).toContain('undone');

  const [expectation] = (await json('expect --list')) as { id: string }[];
  expect((await run(`expect --delete ${expectation?.id.slice(0, 8)}`)).out).toBe(
    `no longer expected: ${expectation?.id}\n`,
  );
  expect((await run('expect --list')).out).toContain('nothing is expected yet');
});

test('what is there is listed and found by name, kind/name and id; a wrong name is answered with the nearest', async () => {
  const { run, json } = await session();
  expect((await run('ls')).out).toBe(
    'NAME  KIND  STATE             MTU\np1    port  unlocked/enabled  1500\np2    port  unlocked/enabled  9000\n2 instances\n',
  );
  expect((await run('ls --name p*2')).out).toContain('1 instance\n');
  expect((await run('ls service')).out).toBe('nothing of that sort is here\n');
  expect(await json('ls resource --kind port --name p1')).toMatchObject([{ name: 'p1', '@type': 'LogicalResource' }]);
  expect(await json('ls --kind nothing')).toEqual([]);

  const one = (await json('get p1')) as { id: string };
  expect(await json('get port/p1')).toMatchObject({ id: one.id });
  expect(await json(`get ${one.id}`)).toMatchObject({ id: one.id, name: 'p1' });
  expect((await run('get p1')).out).toContain('rxPower         -20');
  expect(await run('get p11')).toEqual({
    code: 1,
    out: '',
    err: 'diffo: there is nothing called "p11"; did you mean p1?\n',
  });
  expect((await run('kinds')).out).toContain('port  resource');
  expect((await run('kinds port')).out).toMatch(/mtu +integer +B +driver/);
});

test('in an inventory of thousands every page is read, and a name that is not the only one is asked back', async () => {
  const { agent, run, json } = await session('inventory');
  agent.store.transact({ principal: 'test', kind: 'request' }, writer => {
    const names = [...Array.from({ length: 1201 }, (_, i) => `r${i}`), 'twin, of two', 'twin, of two'];
    names.forEach((name, i) => {
      const id = instanceId(`id-${i}`);
      writer.putInstance({
        id,
        type: 'resource',
        kind: 'resource',
        document: { id, '@type': 'Resource', name },
        createdAt: 0,
      });
    });
  });
  expect(await json('ls')).toHaveLength(1203);
  expect((await run('ls --kind resource --name r1200')).out).toContain('1 instance\n');
  const twins = await diffo(['get', 'twin, of two', '--at', agent.url]);
  expect(twins.code).toBe(2);
  expect(twins.err).toMatch(
    /^diffo: "twin, of two" is the name of 2; say which by its id: id-1201 \(resource\), id-1202 \(resource\)\n$/,
  );
});

test('expectations come as JSON, from a file, from standard input, and for all that meet a condition', async () => {
  const { agent, run, json } = await session();
  const file = join(makeDirectory(), 'expected.json');
  writeFileSync(file, '{"administrativeState": "locked"}');
  expect((await run(`expect p1 @${file} --id locked --mode observe --priority 70 --freshness 30s`)).code).toBe(0);
  expect((await run('expect p2 - --owner noc', '{"operationalState": "enabled"}')).code).toBe(0);
  expect((await run('expect --where {"name":"p2"} --kind port vlan+=3 vlan-=4')).code).toBe(0);
  expect(await json('expect --list')).toMatchObject([
    { id: 'locked', mode: 'observe', priority: 70, freshnessMs: 30_000, expect: { administrativeState: 'locked' } },
    { owner: 'noc' },
    { for: { kind: 'port', where: { name: 'p2' } } },
  ]);
  await agent.loop.settle();
  expect((await json('outstanding')) as unknown[]).toHaveLength(2);

  expect((await run('expect port/p1 mut=1')).out).toContain(
    'note: the kind port has no characteristic mut; did you mean mtu?',
  );
  expect((await run('expect prot/p1 {"name":"p1"}')).out).toContain(
    'note: the profile has no kind prot; did you mean port?',
  );
  expect(await run('expect what/ever mtu=1')).toMatchObject({
    code: 2,
    err: 'diffo: nothing here tells whether what/ever is a resource or a service; give the expectation as JSON\n',
  });
  expect(await run('expect p1 {"mtu":{"$min":1}}')).toMatchObject({
    code: 2,
    err: 'diffo: $min is not an operator: did you mean $gte? (at /expect/mtu/$min)\n',
  });
  expect(await run('expect p1 mtu=1 --mode enforced')).toMatchObject({ code: 2 });
  expect(await run('expect p1 mtu=1 --id locked')).toMatchObject({ code: 1, err: expect.stringContaining('already') });
});

test('what is paused is not planned until it is resumed', async () => {
  const { agent, run } = await session();
  await run('expect p1 mtu=1400 --mode enforce --id e1');
  expect(await run('pause kind:prot')).toMatchObject({
    code: 1,
    err: 'diffo: there is no kind prot; did you mean port?\n',
  });
  await until('it is put right', async () => (await run('outstanding')).out.includes('1 met'));
  expect((await run('pause p1 --why supper')).out).toMatch(/^paused: p1\ngo on: diffo resume p1/);
  await run('expect p1 mtu=1300 --mode enforce --id e2 --priority 90');
  await agent.loop.settle();
  expect((await run('plan')).out).toContain('mtu of p1: paused by operator: supper');
  expect((await run('resume p1')).code).toBe(0);
  expect(await run('resume p1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing is paused or stalled as p1'),
  });
  await until('it is put right after all', async () => (await run('get p1')).out.includes('1300'));
});

test('what cannot be seen is unknown, and as loud as what is unmet', async () => {
  const { agent, run, simulator } = await session();
  await run('expect p1 mtu=1500 --freshness 500ms');
  await agent.loop.settle();
  simulator.world.setUnreachable(true);
  const blind = await until('it is unknown', async () => {
    const { out } = await run('outstanding');
    return out.startsWith('UNKNOWN') ? out : undefined;
  });
  expect(blind).toMatch(
    /unknown {2}it was 1500 when simulator last looked, .* \(the simulated element does not answer\)/,
  );
  expect((await run('status')).out).toContain('simulator FAILS: ');
});

test('two documents are compared without anything being stored', async () => {
  const { run, json } = await session('inventory');
  expect((await run('evaluate {"mtu":{"$gte":1500}} {"mtu":1400}')).out).toMatch(
    /^UNMET\n {2}\/mtu: mtu is 1400; expected is at least 1500/,
  );
  expect((await run('evaluate {"a":1} {"a":1}')).out).toBe('MET\n');
  const many = await run('evaluate --stdin', '[{"expected": 1, "actual": 1}, {"expected": 1, "actual": 2}]');
  expect(many.out).toMatch(/^1. MET\n2. UNMET\n/);
  expect(await run('evaluate --stdin', '{"expected": 1,')).toMatchObject({
    code: 2,
    err: expect.stringContaining('line 1, column 16'),
  });
  expect(await json('expect --list')).toEqual([]);
});

test('changes are told, from a cursor on, and as they happen, also after the agent was away', async () => {
  const { agent, run, simulator } = await session();
  const listed = await run('changes');
  expect(listed.out).toMatch(/p1 {2}created: port {2}by driver:simulator\n/);
  const rows = (await run('changes --after 0 --json')).out
    .trim()
    .split('\n')
    .map(row => JSON.parse(row));
  // The rules of the profile, the port, and the number it is given.
  expect(rows.map(row => [row.seq, row.subject])).toEqual([
    [1, 'rule'],
    [2, 'instance'],
    [3, 'instance'],
  ]);
  expect((await run(`changes --after ${rows.at(-1).cursor}`)).out).toBe('nothing has changed since then\n');
  expect((await run('changes --last 1')).out.trim().split('\n')).toHaveLength(1);
  expect(await run('changes --after soon')).toMatchObject({ code: 2 });

  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let out = '';
  let err = '';
  const following = diffo(['changes', '--follow', '--at', agent.url], {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    signal: stop.signal,
  });
  // Follows from when it began, which cannot be seen from outside but by a change that arrives.
  let mtu = 1000;
  await until('a change is told', () => {
    simulator.world.change('port', 'p1', '/resourceCharacteristic/mtu/value', ++mtu);
    return out.includes('/resourceCharacteristic/mtu/value');
  });
  await agent.stop();
  await until('it is said that the agent went away', () => err.includes('waiting for it to come back'));
  const { port } = new URL(agent.url);
  const again = await runAgent(
    { profile: 'simulator', http: `127.0.0.1:${port}` },
    { drivers: [element()] },
    agent.data,
  );
  await until('what the restart changed is told', () => /p1 .*→ 1500/.test(out));
  expect(again.url).toBe(agent.url);
  stop.abort();
  expect((await following).code).toBe(0);
});
